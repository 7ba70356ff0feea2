"""What the tool reports to a person instead of a traceback."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class ToolError(Exception):
    """One clear line: where, what, and what to do about it.

    Attributes:
        place: A path, `path:line`, or the option that is wrong.
        problem: What is the matter.
        remedy: What a person can do.
    """

    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


class UsageError(ToolError):
    """The command line or the settings cannot be followed."""


@dataclass
class UnreadableSource(ToolError):
    """A file that cannot be analysed; the run goes on without it.

    Attributes:
        reason: The public reason code, such as `syntax-error`.
        line: 1-based line of the problem, 0 when there is none.
    """

    reason: str = "unreadable"
    line: int = 0
