"""What is read of outcomes: by a person, by GitHub, by another program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..snapshots.outcome import counts_of, faults_of
from .counted import counted
from .github_commands import error_command
from .report_paths import path_from_here

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..colours import Paint
    from ..snapshots.outcome import Outcome, State

SCHEMA = 1
INDENT = "    "
OF_NO_REQUEST: tuple[State, ...] = ("removed", "unused")


def text_report(outcomes: Sequence[Outcome], paint: Paint) -> str:
    """Return a paragraph for each fault, a line for what was written, and a summary."""
    written = [_written(outcome) for outcome in outcomes if _is_written(outcome)]
    paragraphs = [_paragraph(outcome, paint) for outcome in faults_of(outcomes)]
    return "".join([*paragraphs, *written, summary(outcomes)])


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return how many requests there are and what became of them, and how many goldens no request is of."""
    counts = counts_of(outcome for outcome in outcomes if outcome.is_request)
    besides = [outcome for outcome in outcomes if not outcome.is_request]
    others = {state: counts.pop(state) for state in OF_NO_REQUEST if state in counts}
    number = sum(counts.values())
    told = counted(number, "request")
    if counts:
        told += f": {_listed(counts)}"
    if others:
        told += f"; goldens of no request: {_listed(others)}"
    told += "".join(f"; {outcome.title}: {outcome.state}" for outcome in besides)
    return f"{told}\n"


def _listed(counts: Mapping[State, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in counts.items())


def github_report(suite: str, outcomes: Sequence[Outcome]) -> str:
    """Return an annotation for each fault, at the line of its request, and a summary."""
    return "".join(
        [f"{_annotation(suite, outcome)}\n" for outcome in faults_of(outcomes)]
        + [summary(outcomes)]
    )


def json_report(
    suite: str, outcomes: Sequence[Outcome], more: Mapping[str, object] | None = None
) -> str:
    """Return all of it as JSON, a row an outcome; and *more* values."""
    report = {
        "schema": SCHEMA,
        "suite": suite,
        "summary": counts_of(outcomes),
        "outcomes": [_row(outcome) for outcome in outcomes],
        **(more or {}),
    }
    return json.dumps(report, indent=2) + "\n"


def _is_written(outcome: Outcome) -> bool:
    return outcome.state in {"new", "updated", "removed"}


def _written(outcome: Outcome) -> str:
    why = f" ({outcome.headline})" if outcome.headline and outcome.state != "new" else ""
    return f"{outcome.state}: {outcome.title}{why}\n"


def _place(outcome: Outcome) -> str:
    return f"{outcome.place}:{outcome.line}" if outcome.line else outcome.place


def _paragraph(outcome: Outcome, paint: Paint) -> str:
    place = _place(outcome)
    head = f"{paint(place, 'bold')}: " if place else ""
    lines = [f"{head}{paint(outcome.state, 'red', 'bold')}: {outcome.title}"]
    if outcome.headline:
        lines.append(f"  {outcome.headline}")
    lines += [
        f"{INDENT}{line}" for line in filter(None, outcome.shown(colour=paint.is_on).split("\n"))
    ]
    lines += [
        f"  {paint('=', 'blue')} {paint('not compared', 'bold')}: {each}"
        for each in outcome.redacted
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines) + "\n"


def _annotation(suite: str, outcome: Outcome) -> str:
    properties = {"title": f"{suite} ({outcome.state})"}
    if outcome.place:
        properties |= {
            "file": path_from_here(Path(outcome.place).resolve()),
            "line": str(outcome.line or 1),
        }
    told = [outcome.title, outcome.headline] if outcome.headline else [outcome.title]
    shown = outcome.shown()
    return error_command(properties, ": ".join(told) + (f"\n{shown}" if shown else ""))


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.name,
        "group": outcome.group,
        "state": outcome.state,
        "path": outcome.place,
        "line": outcome.line,
        "headline": outcome.headline,
        "detail": outcome.shown(),
        "redacted": list(outcome.redacted),
        "seconds": round(outcome.seconds, 3),
    }
