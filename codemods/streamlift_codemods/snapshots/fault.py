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

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.problem}{remedy}"

    @property
    def text(self) -> str:
        """All of it, with the snippet below."""
        lines = "".join(f"\n    {line}" for line in self.snippet.splitlines())
        return f"{self}{lines}"
