"""What a piece of text says: from an expression to the fields of an event stream, and what they carry."""
