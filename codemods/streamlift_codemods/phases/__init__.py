"""The three phases: which edits each of them makes, and how phase 1 is taken out again."""
