"""What a gate has found beside its outcomes, as a person or another program reads it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from .counted import counted
from .coverage_report import coverage_lines, coverage_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..gate.migrated_tree import Migrated
    from ..gate.verdict import Verdict


def gate_lines(verdict: Verdict) -> list[str]:
    """Return what was compared with what, and what is covered."""
    lines = [f"compared {verdict.new} with {verdict.base}"]
    if verdict.migrated is not None:
        lines.append(_summary(verdict.migrated))
    if verdict.coverage is not None:
        lines += coverage_lines(verdict.coverage)
    lines += _not_compared(verdict)
    lines += [f"note: {each}" for each in verdict.told]
    lines += [f"note: {each}" for each in unread_files(verdict)]
    return [*lines, *verdict.advice.splitlines()]


def _not_compared(verdict: Verdict) -> Iterator[str]:
    """Give what is not compared, with the requests of which that is so, if it is not so of all."""
    requests = {row.name for row in verdict.outcomes if row.is_request}
    found: dict[str, dict[str, None]] = {}
    for row in verdict.outcomes:
        for each in row.redacted:
            found.setdefault(each, {})[row.name] = None
    for each, names in found.items():
        where = "" if names.keys() == requests else f" ({', '.join(names)})"
        yield f"not compared: {each}{where}"


def unread_files(verdict: Verdict) -> dict[str, None]:
    """Return what is told of each file that could not be analysed, in the base or in the new tree."""
    migrated = verdict.migrated.errors if verdict.migrated else ()
    covered = verdict.coverage.unread if verdict.coverage else ()
    return dict.fromkeys([*covered, *migrated])


def gate_row(verdict: Verdict) -> dict[str, object]:
    """Return it as JSON has it."""
    migrated, coverage = verdict.migrated, verdict.coverage
    return {
        "base": verdict.base,
        "new": verdict.new,
        "migrated": None if migrated is None else asdict(migrated),
        "coverage": None if coverage is None else coverage_row(coverage),
        "told": list(verdict.told),
        "advice": verdict.advice,
    }


def _summary(migrated: Migrated) -> str:
    if not migrated.files:
        return f"phase {migrated.phase}: changes nothing, {migrated.left} left"
    return (
        f"phase {migrated.phase}: {counted(migrated.rewritten, 'site')} rewritten, {migrated.left} left, "
        f"{counted(migrated.files, 'file')} changed"
    )
