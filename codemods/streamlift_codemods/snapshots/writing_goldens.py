"""Write goldens down: what is new; what differs, and what is of no request, only if that is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from streamlift.testing.goldens.golden import (
    Golden,
    GoldenError,
    read_golden,
    remove_golden,
    write_golden,
)

from .checking import outcome_of, unused

if TYPE_CHECKING:
    from pathlib import Path

    from streamlift.testing.request import Request

    from .app_run import AppRun
    from .outcome import Outcome

REFUSED = "--update writes it anew"


def write_goldens(
    run: AppRun, second: AppRun, goldens: Path, *, origin: str | None, update: bool
) -> list[Outcome]:
    """Write what *run* has recorded to the folder *goldens*, and return what became of each golden.

    Args:
        run: What was recorded.
        second: What the same code has sent a second time: what is not the same in both is no golden.
        goldens: Their folder; it is made.
        origin: The commit that the code is of.
        update: Whether goldens that differ are written anew, and those that no request is of removed.
    """
    run, second = run.together_with(second), second.together_with(run)
    writer = _Writer(run, goldens, origin, update=update)
    outcomes = [writer.written(request, second) for request in run.requests]
    stale = unused(run, goldens)
    return [*outcomes, *([_removed(each, goldens) for each in stale] if update else stale)]


def keep_received(run: AppRun, outcomes: list[Outcome], folder: Path) -> None:
    """Write what *run* has recorded and is not what was expected to *folder*, as goldens."""
    names = {outcome.name for outcome in outcomes if outcome.is_fault}
    for request in run.requests:
        if request.name in names and request.name in run.sent:
            write_golden(folder, request.stem, golden_of(run, request, None))


def golden_of(run: AppRun, request: Request, origin: str | None) -> Golden:
    """Return what *run* has recorded of *request*, as it is kept."""
    names = tuple(redaction.name for redaction in run.file.redactions)
    return Golden(recording=run.sent[request.name].recording, redactions=names, origin=origin)


class _Writer:
    def __init__(self, run: AppRun, goldens: Path, origin: str | None, *, update: bool) -> None:
        self._run = run
        self._goldens = goldens
        self._origin = origin
        self._update = update

    def written(self, request: Request, second: AppRun) -> Outcome:
        """Write the golden of *request*, if that may be, and return what became of it."""
        run = self._run
        if request.name not in run.sent:
            return run.failed(request)
        if misshapen := run.sent[request.name].misshapen:
            return run.outcome(request, "unknown", misshapen[0], detail="\n".join(misshapen[1:]))
        if unstable := run.unstable(request, second):
            return unstable
        found = outcome_of(request, run, self._goldens)
        if found.state == "same":
            return found
        if found.state != "missing" and not self._update:
            return replace(found, headline=f"{found.headline}; {REFUSED}")
        write_golden(self._goldens, request.stem, golden_of(run, request, self._origin))
        return replace(found, state="new" if found.state == "missing" else "updated")


def _removed(stale: Outcome, goldens: Path) -> Outcome:
    """Remove the golden that *stale* is about, if it is one that streamlift has written."""
    try:
        read_golden(goldens, stale.name)
    except GoldenError as error:
        return replace(stale, headline=f"no request has this name, and it stays: {error}")
    remove_golden(goldens, stale.name)
    return replace(stale, state="removed", headline="no request has this name")
