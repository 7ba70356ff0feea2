"""What the commands do that run the app: record, compare with what was recorded, and say what is known of a request."""
