"""The project: its files, their text and trees, and what each name means."""
