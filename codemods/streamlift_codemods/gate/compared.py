"""What a new tree has sent, against what the base has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..snapshots.checking import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamlift.testing.request import Request

    from ..snapshots.app_run import AppRun
    from ..snapshots.outcome import Outcome

BROKEN = "it could be recorded in the base, and here it cannot"


def outcomes_of(first: AppRun, run: AppRun, again: Callable[[], AppRun]) -> Iterator[Outcome]:
    """Give for each request whether *run* has sent what the *first* one has.

    *again* records the same once more. It is called if something differs, to tell a change from an app that does not
    send the same twice. What is left behind only at times is no difference.
    """
    outcomes = [(request, outcome_of(request, first, run)) for request in run.requests]
    second = None
    for request, outcome in outcomes:
        if outcome.state != "differs" or request.name not in run.sent:
            yield outcome
            continue
        second = second or again()
        repeated = outcome_of(request, first, second)
        yield settled(outcome, repeated, request, run, second)


def outcome_of(request: Request, first: AppRun, run: AppRun) -> Outcome:
    """Return whether *run* has sent for *request* what the *first* one has."""
    if request.name not in first.sent:
        return first.failed(request)
    if request.name not in run.sent:
        return broken(run, request, run.failures.get(request.name, "it was not recorded"))
    return run.compared(request, first.sent[request.name].recording)


def broken(run: AppRun, request: Request, failure: str) -> Outcome:
    """Return what is told of a *request* that could not be recorded in the new tree."""
    problem, _, log = failure.partition("\n")
    return run.outcome(request, "differs", f"{BROKEN}: {problem}", detail=log)
