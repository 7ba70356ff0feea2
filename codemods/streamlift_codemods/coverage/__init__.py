"""Which sites of a tree the requests ran through, so that a verdict says what it covers."""
