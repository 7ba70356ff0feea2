"""What can go wrong while code is watched."""

from __future__ import annotations

from streamlift.errors import StreamliftError


class TracingError(StreamliftError):
    """What is executed cannot be told: another tool is in the way."""
