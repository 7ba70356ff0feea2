"""What phase 3 did, what it leaves, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reasons import REASONS

if TYPE_CHECKING:
    from ..flow.boundary_calls import Place
    from ..phases.finish_plan import FinishPlan, Stays
    from ..status.shim_uses import ShimUse

SHOWN_PLACES = 5


def report_finished(plan: FinishPlan, changes: dict[str, bytes]) -> str:
    """Return what was written, and what stays."""
    done = [
        f"took {_count(len(plan.goes), 'decorator')} away",
        f"put {_count(len(plan.callers), 'boundary', 'boundaries')} around calls",
        f"took {_count(len(plan.dead), 'helper')} away",
    ]
    if plan.tests:
        done.append(f"let {_count(len(plan.tests), 'test')} compare chunks")
    files = "".join(f"{name}\n" for name in sorted(changes))
    summary = f"{', '.join(done).capitalize()}; {_count(len(plan.stays), 'decorator stays', 'decorators stay')}.\n"
    after = "Next: run your tests, then commit; streamlift undo takes it back.\n" if changes else ""
    return f"{report_left(plan)}{files}{summary}{after}"


def report_left(plan: FinishPlan) -> str:
    """Return a paragraph for each decorator that stays, and a line for each use of the shim."""
    shim = [f"{_place_of(use)}: {use.name} is left; {use.by_hand}\n" for use in plan.shim]
    return "".join([report_stays(plan), *shim])


def report_stays(plan: FinishPlan) -> str:
    """Return a paragraph for each decorator that stays."""
    return "".join(map(_paragraph, plan.stays))


def _place_of(use: ShimUse) -> str:
    return f"{use.file.name}:{use.node.lineno}"


def _paragraph(stays: Stays) -> str:
    producer, reason = stays.producer, REASONS[stays.reason]
    place = f"{producer.file.name}:{producer.node.lineno}"
    lines = [
        f"{place}: decorator of {producer.path} stays ({reason.code})",
        f"    {reason.meaning} {reason.by_hand[:1].upper()}{reason.by_hand[1:]}.",
        *(f"    at {_shown(each)}" for each in stays.places[:SHOWN_PLACES]),
    ]
    if len(stays.places) > SHOWN_PLACES:
        lines.append(f"    and {len(stays.places) - SHOWN_PLACES} more")
    return "".join(f"{line}\n" for line in lines) + "\n"


def _shown(place: Place) -> str:
    file, node = place
    line = file.source.line_text(node.lineno).strip()
    return f"{file.name}:{node.lineno}: {line}"


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
