"""Files are written all or none, and recorded so that it can be taken back."""
