"""What is known of one request after its response was compared, or written down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

State = Literal["same", "differs", "missing", "unused", "unknown", "new", "updated", "removed"]
"""`missing`: no golden; `unused`: a golden that no request is of; `unknown`: nothing can be said.

The last three are what `record` has written.
"""

STATES: tuple[State, ...] = (
    "same", "new", "updated", "removed", "differs", "missing", "unused", "unknown",
)  # fmt: skip
FAULTS: tuple[State, ...] = ("differs", "missing", "unused", "unknown")


class Shown(Protocol):
    """What differs between two recordings, as a person is shown it."""

    @property
    def headline(self) -> str:
        """It in one line."""

    def render(self, *, colour: bool) -> str:
        """Return some lines."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A row of the report.

    Attributes:
        name: The name of the request, or of the golden.
        state: What became of it.
        headline: What differs or is wrong, as one line; nothing if all is well.
        differences: What differs, in full.
        detail: What else there is to say, some lines, such as the end of a log.
        place: The file that a person looks at first: the one with the requests, or the golden.
        line: The line of the request in it, from 1 on; 0 if there is none.
        redacted: What is not compared, a line a redaction.
        seconds: How long the response took.
        group: What is compared, if there is more than one for each request, such as "phase 1, live".
        is_request: Whether it is about a request, and not about something that all of them tell.
    """

    name: str
    state: State
    headline: str = ""
    differences: tuple[Shown, ...] = ()
    detail: str = ""
    place: str = ""
    line: int = 0
    redacted: tuple[str, ...] = ()
    seconds: float = 0.0
    group: str = ""
    is_request: bool = True

    @property
    def is_fault(self) -> bool:
        """Whether a person has to look at it."""
        return self.state in FAULTS

    def shown(self, *, colour: bool = False) -> str:
        """Return the picture of what differs, and what else there is to say."""
        pictures = [difference.render(colour=colour) for difference in self.differences]
        told = [picture for picture in pictures if picture not in self.headline]
        return "\n".join(filter(None, [*told, self.detail]))

    @property
    def title(self) -> str:
        """The name with the group that it is in."""
        return f"{self.name} ({self.group})" if self.group else self.name


def headline_of(differences: Sequence[Shown]) -> str:
    """Return the first of *differences* in one line, and how many more there are."""
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return f"{differences[0].headline}{more}"


def counts_of(outcomes: Iterable[Outcome]) -> dict[State, int]:
    """Return how many there are of each state that occurs, in the order of `STATES`."""
    counted = Counter(outcome.state for outcome in outcomes)
    return {state: counted[state] for state in STATES if counted[state]}


def faults_of(outcomes: Iterable[Outcome]) -> Sequence[Outcome]:
    """Return those that a person has to look at."""
    return [outcome for outcome in outcomes if outcome.is_fault]
