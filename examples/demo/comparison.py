"""Compare the answers of the app before and after each phase of its migration."""

from collections.abc import Mapping

from streamlift.testing.differences.byte_diff import difference
from streamlift.testing.recording import Recording

from .scenarios import Scenario
from .screen import SAME, Row


def compare(scenario: Scenario, before: Recording, after: Mapping[str, Recording]) -> Row:
    """Return the row of one scenario: its answer *before*, and *after* each phase."""
    results = {phase: _result(before, recording) for phase, recording in after.items()}
    return Row(
        scenario=scenario.name,
        messages=len(before.messages),
        size=len(before.body),
        results=results,
        same=set(results.values()) == {SAME},
    )


def _result(before: Recording, after: Recording) -> str:
    differing = [aspect for aspect, equal in _aspects(before, after) if not equal]
    return f"DIFFERENT: {', '.join(differing)}" if differing else SAME


def explain(before: Recording, after: Recording, *, colour: bool) -> str:
    """Return where two answers differ: the first byte of the body, or the facts around it."""
    found = difference(before.body, after.body)
    if found is not None:
        return found.render(colour=colour)
    return f"before: {before!r}\nafter:  {after!r}"


def _aspects(before: Recording, after: Recording) -> list[tuple[str, bool]]:
    return [
        ("status", before.status_line == after.status_line),
        ("headers", before.headers == after.headers),
        ("body", before.body == after.body),
        ("message boundaries", before.messages == after.messages),
        ("end", before.ending == after.ending),
    ]
