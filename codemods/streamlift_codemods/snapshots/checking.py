"""Compare what an app sends with its goldens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlift.testing.differences.recording_difference import RecordingKind
from streamlift.testing.goldens.golden import (
    BODY,
    GoldenError,
    GoldenMissingError,
    golden_names,
    read_golden,
)
from streamlift.testing.goldens.golden_name import folded

from .outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streamlift.testing.recording import RecordingError
    from streamlift.testing.request import Request

    from .app_run import AppRun


def check(run: AppRun, goldens: Path, again: Callable[[], AppRun]) -> list[Outcome]:
    """Return the outcome of each request of *run*, then of each golden that is of no request.

    Args:
        run: What was recorded.
        goldens: Their folder.
        again: Records the same once more. Called if something differs, to tell a change from an app that does not
            send the same twice.
    """
    outcomes = [outcome_of(request, run, goldens) for request in run.requests]
    if any(outcome.state == "differs" for outcome in outcomes):
        second = again()
        outcomes = [
            settled(outcome, outcome_of(request, second, goldens), request, run, second)
            if outcome.state == "differs"
            else outcome
            for request, outcome in zip(run.requests, outcomes, strict=True)
        ]
    return [*outcomes, *unused(run, goldens)]


def settled(
    outcome: Outcome, repeated: Outcome, request: Request, run: AppRun, second: AppRun
) -> Outcome:
    """Return what is told of a request that differs, once it was recorded again.

    What is left behind at a moment may depend on threads. If that is only at times more than is expected it is no
    difference, and it hides no other one.

    Args:
        outcome: That it differs.
        repeated: What is to be said of the second run.
        request: It.
        run: The first run.
        second: Another one of the same code.
    """
    kinds = {getattr(each, "kind", None) for each in outcome.differences}
    if kinds == {RecordingKind.CLEANUP}:
        return repeated if repeated.state == "same" else outcome
    if run.is_steady_but_for_cleanup(request, second):
        return outcome
    return run.unstable(request, second) or outcome


def nothing_recorded(error: RecordingError, requests: Path) -> Outcome:
    """Return what is told if an app cannot be recorded at all; *requests* is the file that says how it is started."""
    headline, _, detail = str(error).partition("\n")
    return Outcome(
        name="the app",
        state="unknown",
        headline=headline.rstrip(":"),
        detail=detail,
        place=str(requests),
        line=1,
        is_request=False,
    )


def outcome_of(request: Request, run: AppRun, goldens: Path) -> Outcome:
    """Return what is to be said of *request*, one of *run*."""
    if request.name not in run.sent:
        return run.failed(request)
    try:
        expected = read_golden(goldens, request.stem).recording
    except GoldenMissingError:
        headline = f"there is no golden of it in {goldens}; record it: streamlift snapshot record"
        return run.outcome(request, "missing", headline)
    except GoldenError as error:
        return run.outcome(request, "unknown", str(error))
    return run.compared(request, expected)


def unused(run: AppRun, goldens: Path) -> list[Outcome]:
    """Return the goldens that no request of the file is of; none if *run* is about a part of the file."""
    if len(run.requests) < len(run.file.requests):
        return []
    # To some file systems a name in other capitals is the same file.
    used = {folded(request.stem) for request in run.file.requests}
    headline = "no request has this name; streamlift snapshot record --update removes it"
    return [
        Outcome(name=name, state="unused", headline=headline, place=str(goldens / f"{name}{BODY}"))
        for name in golden_names(goldens)
        if folded(name) not in used
    ]
