"""What phase 3 did, what it leaves, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reasons import REASONS
from .counted import counted

if TYPE_CHECKING:
    from ..flow.boundary_calls import Place
    from ..phases.finish_plan import FinishPlan, Stays
    from ..phases.frame_tests import TextTest
    from ..phases.shim_uses import ShimUse
    from ..reasons import Reason

SHOWN_PLACES = 5


def report_finished(plan: FinishPlan, changes: dict[str, bytes]) -> str:
    """Return what was written, and what stays."""
    done = [
        f"took {counted(len(plan.goes), 'decorator')} away",
        f"put {counted(len(plan.callers), 'boundary', 'boundaries')} around calls",
        f"took {counted(len(plan.dead), 'helper')} away",
    ]
    if plan.tests:
        done.append(f"let {counted(len(plan.tests), 'test')} compare chunks")
    if plan.text_tests:
        done.append(f"let {counted(len(plan.text_tests), 'call')} in tests go on getting text")
    files = "".join(f"{name}\n" for name in sorted(changes))
    summary = f"{', '.join(done).capitalize()}; {counted(len(plan.stays), 'decorator stays', 'decorators stay')}.\n"
    after = "Next: run your tests, then commit; streamlift undo takes it back.\n" if changes else ""
    return f"{report_left(plan)}{files}{summary}{after}"


def report_left(plan: FinishPlan) -> str:
    """Return a paragraph for each decorator and each text of a test that stays, and a line for each use of the shim."""
    tests = map(_text_test, plan.text_tests)
    shim = [f"{_place_of(use)}: {use.name} is left; {use.by_hand}\n" for use in plan.shim]
    return "".join([report_stays(plan), *tests, *shim])


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
        f"    {_told(reason)}",
        *(f"    at {_shown(each)}" for each in stays.places[:SHOWN_PLACES]),
    ]
    if len(stays.places) > SHOWN_PLACES:
        lines.append(f"    and {len(stays.places) - SHOWN_PLACES} more")
    return "".join(f"{line}\n" for line in lines) + "\n"


def _text_test(test: TextTest) -> str:
    file, node, reason = test.call.file, test.call.call, REASONS[test.reason]
    lines = [
        f"{file.name}:{node.lineno}: test goes on reading the text of {test.producer.path} ({reason.code})",
        f"    {_told(reason)}",
        f"    at {_shown((file, node))}",
    ]
    return "".join(f"{line}\n" for line in lines) + "\n"


def _told(reason: Reason) -> str:
    return f"{reason.meaning} {reason.by_hand[:1].upper()}{reason.by_hand[1:]}."


def _shown(place: Place) -> str:
    file, node = place
    line = file.source.line_text(node.lineno).strip()
    return f"{file.name}:{node.lineno}: {line}"
