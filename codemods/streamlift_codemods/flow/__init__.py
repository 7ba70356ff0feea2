"""Where frames go: who hands them out, passes them on, sends them and reads them back."""
