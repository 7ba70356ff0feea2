"""Numbers of things, for people."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return *number* with *noun*, in its *plural* if it is not one thing; without it, an s is added."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
