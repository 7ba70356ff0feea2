"""Temporary folders for small projects."""

import os
import tempfile

MEMORY = "/dev/shm"  # a disk may be slow: it waits for each folder that goes


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a new folder, in memory where that has a place, which goes at the end of the `with` statement."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="streamlift-", dir=place)
