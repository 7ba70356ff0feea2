"""`streamlift migrate`."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from ..errors import ToolError, UsageError, listed
from ..exit_status import NOT_ANALYSED, NOTHING_LEFT, SOMETHING_LEFT, status_of
from ..terminal import tell
from .baseline_arguments import add_baseline_options, baseline_file
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from ..argument_parser import Commands
    from ..flow.producers import Producer
    from ..reading.project import Project

PHASES = (1, 2, 3)
_, SEPARATE, FINISH = PHASES


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    migrate = commands.add_parser(
        "migrate", help="rewrite what is proved to be identical; a diff unless --write"
    )
    add_paths(migrate)
    migrate.add_argument(
        "--phase",
        type=int,
        choices=PHASES,
        required=True,
        help="1: introduce; 2: separate; 3: finish",
    )
    migrate.add_argument("--write", action="store_true", help="change the files")
    migrate.add_argument(
        "--producer",
        action="append",
        default=[],
        dest="producers",
        metavar="NAME",
        help="only this producer and what it needs, such as pkg.module:Class.method; may be repeated",
    )
    for option, what in (("--select", "only"), ("--ignore", "not")):
        migrate.add_argument(
            option,
            action="append",
            default=[],
            metavar="CODES",
            help=f"{what} the sites with these codes of rules or reasons, such as SL101,SL104 or SL10",
        )
    migrate.add_argument(
        "-i",
        "--interactive",
        action="store_true",
        help="ask about each site, or each decorator in phase 3; --write changes the files",
    )
    migrate.add_argument(
        "--allow-dirty", action="store_true", help="also where git has uncommitted changes"
    )
    add_baseline_options(migrate)
    migrate.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    return _finish(options) if options.phase == FINISH else _rewrite(options)


def _rewrite(options: argparse.Namespace) -> int:

    from ..colours import paint_for_output
    from ..report.text_report import report_changes
    from ..run import run
    from ..selection.codes import Codes, read_codes
    from ..selection.declined import Declined
    from ..selection.left_alone import sites_asked_about
    from .interactive import declined_sites, tell_of_others

    project, settings = opened(options.paths, writes=options.write)
    baseline = baseline_file(options, project, settings)
    codes = Codes(read_codes("--select", options.select), read_codes("--ignore", options.ignore))
    settings = settings.accepting(baseline.accepted).about(codes)
    plan, changes = run(project, settings, options.producers, phase=options.phase)
    report_errors(plan, options)
    if options.write:
        _refuse_dirty_tree(project, changes, allowed=options.allow_dirty)
    if options.interactive:
        declined = declined_sites(plan, paint_for_output())
        answers = Declined.of(declined, sites_asked_about(plan), project.root)
        settings = settings.declining(answers)
        plan, changes = run(project, settings, options.producers, phase=options.phase)
        tell_of_others(plan, declined)
    after = plan

    def run_again(again: Project) -> dict[str, bytes]:
        nonlocal after
        after, changed = run(again, settings, options.producers, phase=options.phase)
        return changed

    _check_second_run(project, changes, run_again)
    if not options.write:
        print(paint_for_output().diff(report_changes(project, changes)), end="")
        return NOT_ANALYSED if plan.facts.errors else SOMETHING_LEFT if changes else status_of(plan)
    from ..journal.writing import write_changes
    from ..report.text_report import report_written

    tightened = baseline.tightened(after) if options.phase == SEPARATE else {}
    linked = _hard_links(project, changes)
    write_changes(project, changes, options.command, tightened)
    _tell_of_hard_links(linked)
    if tightened:
        baseline.tell_of_change()
    print(report_written(plan, changes, options.phase), end="")
    return status_of(plan, is_done=True)


def _finish(options: argparse.Namespace) -> int:
    from ..colours import paint_for_output
    from ..report.finish_report import report_finished, report_left
    from ..report.text_report import report_changes
    from ..run import run_finish

    for option in ("select", "ignore"):
        if getattr(options, option):
            problem = "is about decorators, and the codes are those of sites"
            remedy = f"name producers with --producer in the place of --{option}, or decide about each with --interactive"
            raise UsageError("--phase 3", problem, remedy)
    project, settings = opened(options.paths, writes=options.write)
    producers = options.producers
    plan, changes = run_finish(project, settings, producers)
    report_errors(plan.plan, options)
    if options.write:
        _refuse_dirty_tree(project, changes, allowed=options.allow_dirty)
    declined: list[Producer] = []
    if options.interactive:
        from .interactive import declined_decorators

        def change_of(producer: Producer) -> str:
            return report_changes(project, run_finish(project, settings, [producer.name])[1])

        declined = declined_decorators(plan, change_of, paint_for_output())
        if declined:
            producers = [each.name for each in plan.goes if each not in declined]
            plan, changes = (
                run_finish(project, settings, producers)
                if producers
                else (plan.without_changes, {})
            )
    _check_second_run(project, changes, lambda again: run_finish(again, settings, producers)[1])
    if options.write:
        from ..journal.writing import write_changes

        linked = _hard_links(project, changes)
        write_changes(project, changes, options.command)
        _tell_of_hard_links(linked)
        print(report_finished(plan, changes), end="")
    else:
        print(paint_for_output().diff(report_changes(project, changes)), end="")
        print(report_left(plan), end="", file=sys.stderr)  # the output is a patch
    if plan.plan.facts.errors:
        return NOT_ANALYSED
    is_done = not (plan.left or plan.shim or declined) and (options.write or not changes)
    return NOTHING_LEFT if is_done else SOMETHING_LEFT


def _refuse_dirty_tree(project: Project, changes: dict[str, bytes], *, allowed: bool) -> None:
    from ..journal.worktree import state_of

    outside = [project.path_of(name) for name in changes if name.startswith("..")]
    state = state_of(project.scanned, [path for path in outside if path.exists()])
    if state == "dirty" and not allowed:
        raise UsageError(
            str(project.scanned), "has uncommitted changes", "commit them, or pass --allow-dirty"
        )
    if state == "no-git":
        tell(f"{project.scanned}: is not under git; only streamlift undo takes the change back")


def _hard_links(project: Project, changes: dict[str, bytes]) -> list[str]:
    """Return the files that have other names; what takes the place of such a file has not."""
    found = []
    for name in sorted(changes):
        with contextlib.suppress(OSError):  # a new one, or it is gone: that is told elsewhere
            if project.path_of(name).stat().st_nlink > 1:
                found.append(name)
    return found


def _tell_of_hard_links(names: list[str]) -> None:
    if names:
        problem = "no hard link any more, other names keep what they had; streamlift undo joins them again"
        tell(f"{listed(names)}: {problem}")


def _check_second_run(
    project: Project, changes: dict[str, bytes], change: Callable[[Project], dict[str, bytes]]
) -> None:
    """Refuse to hand out a change that a second run, which *change* does, would change again."""
    if not changes:
        return
    failed = len(project.failed)
    again = change(project.with_overlay(changes))
    if len(project.failed) > failed:
        raise project.failed[-1]
    if again:
        raise ToolError(
            ", ".join(sorted(again)),
            "would be changed again by a second run",
            "nothing was written; please report this",
        )
