"""Which sites a run is about, and which it leaves alone."""
