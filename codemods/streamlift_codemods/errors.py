"""What the tool reports to a person instead of a traceback."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


REPORT = "please report it with the file; --debug shows where"


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
