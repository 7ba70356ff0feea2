"""A run of the tool that goes on without the files that the tool fails on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from .errors import ToolFailure
from .limits import Limits
from .phases.before_phase_1 import before_phase_1
from .phases.finish import finish
from .phases.finish_plan import make_finish_plan, survey
from .phases.introduce import introduce
from .phases.separate import separate
from .plan import make_plan
from .selection.ignores import find_ignores
from .selection.left_alone import functions_beside, left_alone
from .selection.named_producers import limits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .phases.finish_plan import FinishPlan
    from .plan import Plan
    from .reading.project import Project
    from .settings import Settings

INTRODUCE = 1
Done = TypeVar("Done")


def run(
    project: Project, settings: Settings, producers: Sequence[str] = (), *, phase: int | None = 2
) -> tuple[Plan, dict[str, bytes]]:
    """Return what *phase* does with *project*, and the new bytes of each file that changes; none without a phase.

    With names of *producers* that is limited to them and what they need.

    A file that the tool fails on is told among the errors of the facts, and planned for as one that nobody can
    read: whatever it names may be used in any way.

    Raises:
        UsageError: If a name is not that of one producer.
    """
    return _with_all_that_can_be_read(
        project, lambda: _rewritten(project, settings, producers, phase)
    )


def run_finish(
    project: Project, settings: Settings, producers: Sequence[str] = ()
) -> tuple[FinishPlan, dict[str, bytes]]:
    """Return what phase 3 does with *project*, and the new bytes of each file that changes; see `run`."""
    return _with_all_that_can_be_read(project, lambda: _finished(project, settings, producers))


def _finished(
    project: Project, settings: Settings, producers: Sequence[str]
) -> tuple[FinishPlan, dict[str, bytes]]:
    """Finish until nothing more can go: an import that went may have had the name that another contract needs."""
    plan = make_finish_plan(survey(project, settings), producers)
    changes = new = finish(plan)
    while new:
        again = make_finish_plan(survey(project.with_overlay(changes), settings), producers)
        new = finish(again)
        changes = {**changes, **new}
        plan = plan.followed_by(again)
    return plan, changes


def _with_all_that_can_be_read(project: Project, attempt: Callable[[], Done]) -> Done:
    """Return what *attempt* does, without the files that the tool fails on."""
    try:
        while (done := _attempted(project, attempt)) is None:
            pass
    finally:
        project.progress.close()
    return done


def _attempted(project: Project, attempt: Callable[[], Done]) -> Done | None:
    """Return what *attempt* does, None if there is one more file to do without."""
    try:
        return attempt()
    except ToolFailure as failure:
        if failure in project.failed:
            raise
        project.failed.append(failure)
    return None


def _rewritten(
    project: Project, settings: Settings, producers: Sequence[str], phase: int | None
) -> tuple[Plan, dict[str, bytes]]:
    if phase == INTRODUCE:
        plan = _planned(project, settings, producers, introduces=True)
        return plan, introduce(plan)
    before = before_phase_1(project)
    plan = _planned(project.as_before(before), settings, producers)
    if before.texts and plan.limits is not None and plan.limits.is_partial:
        functions = _functions_allowed(plan)
        before = before_phase_1(project, lambda *function: function in functions)
        plan = _planned(project.as_before(before), settings, producers)
    if phase is None:
        return plan, {}
    taken = {name: text for name, text in before.texts.items() if name in project.selected}
    changes = {**taken, **separate(plan)}
    return plan, {
        name: text
        for name, text in changes.items()
        if name not in project.names or text != project.read(name)
    }


def _functions_allowed(plan: Plan) -> set[tuple[str, str]]:
    """Return the file and path of each function with a site that may be changed."""
    assert plan.limits is not None
    return {
        (site.source.name, site.scope.function.path)
        for site in plan.sites
        if site.scope.function is not None and plan.limits.refusal(site) is None
    }


def _planned(
    project: Project, settings: Settings, producers: Sequence[str], *, introduces: bool = False
) -> Plan:
    plan = make_plan(project, settings, introduces=introduces)
    ignores = find_ignores(project)
    met: Counter[str] = Counter()
    left = left_alone(plan, ignores, met)
    limits = Limits()
    if producers:
        again = bool(project.overlay)  # what was migrated may be no producer any more
        limits = limits_of(plan, producers, must_exist=not again)
    elif settings.is_choosy:
        limits = Limits(functions=functions_beside(plan, left))
    if limits != Limits() or left:
        limits = replace(limits, left=left)
        plan = make_plan(project, settings, limits, introduces=introduces)
    plan.ignores, plan.accepted = ignores, met
    return plan
