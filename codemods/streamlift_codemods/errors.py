"""What the tool reports to a person instead of a traceback."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


REPORT = "please report it with the file; --debug shows where"


class ToolError(Exception):
    """One clear line: where, what, and what to do about it.

    Two of the same class that say the same are equal. It is no dataclass: each start of the tool would import that.

    Attributes:
        place: A path, `path:line`, or the option that is wrong.
        problem: What is the matter.
        remedy: What a person can do.
    """

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        super().__init__(place, problem, remedy)
        self.place = place
        self.problem = problem
        self.remedy = remedy

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash(self.args)

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


class UsageError(ToolError):
    """The command line or the settings cannot be followed."""


class UnreadableSource(ToolError):
    """A file that cannot be analysed; the run goes on without it.

    Attributes:
        reason: The public reason code, such as `syntax-error`.
        line: 1-based line of the problem, 0 when there is none.
    """

    def __init__(
        self, place: str, problem: str, remedy: str, reason: str = "unreadable", line: int = 0
    ) -> None:
        super().__init__(place, problem, remedy)
        self.reason = reason
        self.line = line


class ToolFailure(UnreadableSource):
    """The tool itself failed on a file; the cause is what was raised."""


@contextlib.contextmanager
def working_on(name: str, line: int = 0) -> Iterator[None]:
    """Say of whatever goes wrong in the body of the `with` statement that it does in the file *name*.

    Raises:
        ToolFailure: In the place of any exception that is no report to a person already.
    """
    try:
        yield
    except ToolError:
        raise
    except RecursionError as error:
        problem, remedy = "is nested too deeply to be analysed", "split the expression"
        raise ToolFailure(name, problem, remedy, "too-deep") from error
    except Exception as error:
        place = f"{name}:{line}" if line else name
        raise ToolFailure(place, failure_of(error), REPORT, "tool-failure", line) from error


def failure_of(error: BaseException) -> str:
    """Return what a person is told of *error*, which nobody foresaw."""
    return f"the tool failed ({type(error).__name__}: {' '.join(str(error).split())})"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return *names* as a person is told them; of many the first ones, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
