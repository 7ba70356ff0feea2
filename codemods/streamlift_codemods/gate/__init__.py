"""An app as it is in one tree against what it is in another: the trees, the recordings, the verdict."""
