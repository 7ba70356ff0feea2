"""What would spoil goldens sooner or later, and how to mend it."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """Something that a person has to mend.

    Attributes:
        place: The file or folder.
        problem: What is the matter.
        remedy: What to do.
        snippet: Lines that are ready to be pasted; `""` if there are none.
    """

    place: str
    problem: str
    remedy: str
    snippet: str = ""
