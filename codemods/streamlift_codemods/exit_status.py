"""The exit status of each command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .plan import Plan
    from .snapshots.outcome import Outcome

NOTHING_LEFT, SOMETHING_LEFT, NOT_ANALYSED, INTERRUPTED = 0, 1, 2, 130


def status_of(plan: Plan, *, is_done: bool = False) -> int:
    """Return what *plan* leaves to do; after the change it *is done* with what is automatic."""
    from .selection.left_alone import FINDINGS, LEFT_BY_THE_TOOL

    if plan.facts.errors:
        return NOT_ANALYSED
    left = LEFT_BY_THE_TOOL if is_done else FINDINGS
    return SOMETHING_LEFT if any(site.verdict in left for site in plan.sites) else NOTHING_LEFT


def status_of_outcomes(outcomes: Iterable[Outcome]) -> int:
    """Return what a person has to look at: nothing, what differs, or also what nothing can be said of."""
    states = {outcome.state for outcome in outcomes if outcome.is_fault}
    if "unknown" in states:
        return NOT_ANALYSED
    return SOMETHING_LEFT if states else NOTHING_LEFT
