"""What a gate has found, as a person, GitHub or another program reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .coverage_report import coverage_lines, coverage_row
from .snapshot_report import as_value, github_report, text_report

if TYPE_CHECKING:
    from ..colours import Paint
    from ..gate.verdict import Verdict

SUITE = "streamlift gate"


def as_text(verdict: Verdict, paint: Paint) -> str:
    """Return it for people."""
    return text_report(verdict.outcomes, paint) + "".join(f"{line}\n" for line in _lines(verdict))


def as_annotations(verdict: Verdict) -> str:
    """Return it for the log of GitHub Actions."""
    return github_report(SUITE, verdict.outcomes) + "".join(f"{line}\n" for line in _lines(verdict))


def as_json(verdict: Verdict) -> str:
    """Return it as JSON."""
    migrated, coverage = verdict.migrated, verdict.coverage
    report = {
        **as_value(SUITE, verdict.outcomes),
        "base": verdict.base,
        "new": verdict.new,
        "migrated": None
        if migrated is None
        else {
            "phase": migrated.phase,
            "rewritten": migrated.rewritten,
            "left": migrated.left,
            "files": migrated.files,
            "errors": list(migrated.errors),
        },
        "coverage": None if coverage is None else coverage_row(coverage),
        "told": list(verdict.told),
    }
    return json.dumps(report, indent=2) + "\n"


def _lines(verdict: Verdict) -> list[str]:
    lines = [f"compared {verdict.new} with {verdict.base}"]
    migrated = verdict.migrated
    if migrated is not None:
        lines.append(
            f"phase {migrated.phase}: {_count(migrated.rewritten, 'site')} rewritten, {migrated.left} left, "
            f"{_count(migrated.files, 'file')} changed"
        )
        lines += migrated.errors
    if verdict.coverage is not None:
        lines += coverage_lines(verdict.coverage)
    return [*lines, *(f"note: {each}" for each in verdict.told)]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
