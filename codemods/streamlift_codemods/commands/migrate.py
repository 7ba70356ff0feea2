"""`streamlift migrate`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import ToolError, UsageError
from ..exit_status import NOT_ANALYSED, SOMETHING_LEFT, status_of
from ..terminal import tell
from .baseline_arguments import add_baseline_options, baseline_file
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands
    from ..project import Project
    from ..settings import Settings

PHASES = (1, 2)


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    migrate = commands.add_parser(
        "migrate", help="rewrite what is proved to be identical; a diff unless --write"
    )
    add_paths(migrate)
    migrate.add_argument(
        "--phase", type=int, choices=PHASES, required=True, help="1: introduce; 2: separate"
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
    migrate.add_argument(
        "--allow-dirty", action="store_true", help="also where git has uncommitted changes"
    )
    add_baseline_options(migrate)
    migrate.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..colours import paint_for_output
    from ..report.text_report import report_changes
    from ..run import run

    project, settings = opened(options.paths, writes=options.write)
    baseline = baseline_file(options, project, settings)
    settings = replace(settings, accepted=baseline.accepted)
    plan, changes = run(project, settings, options.producers, phase=options.phase)
    report_errors(plan, options)
    if options.write:
        _refuse_dirty_tree(project, changes, allowed=options.allow_dirty)
    _check_second_run(project, settings, changes, options)
    if not options.write:
        print(paint_for_output().diff(report_changes(project, changes)), end="")
        return NOT_ANALYSED if plan.facts.errors else SOMETHING_LEFT if changes else status_of(plan)
    from ..report.text_report import report_written
    from ..writing import write_changes

    tightened = baseline.tightened(plan)
    write_changes(project, changes, options.command, tightened)
    if tightened:
        baseline.tell_of_change()
    print(report_written(plan, changes), end="")
    return status_of(plan, is_done=True)


def _refuse_dirty_tree(project: Project, changes: dict[str, bytes], *, allowed: bool) -> None:
    from ..worktree import state_of

    outside = [project.path_of(name) for name in changes if name.startswith("..")]
    state = state_of(project.scanned, [path for path in outside if path.exists()])
    if state == "dirty" and not allowed:
        raise UsageError(
            str(project.scanned), "has uncommitted changes", "commit them, or pass --allow-dirty"
        )
    if state == "no-git":
        tell(f"{project.scanned}: is not under git; only streamlift undo takes the change back")


def _check_second_run(
    project: Project, settings: Settings, changes: dict[str, bytes], options: argparse.Namespace
) -> None:
    """Refuse to hand out a change that a second run would change again."""
    from ..run import run

    if not changes:
        return
    failed = len(project.failed)
    seen = project.with_overlay(changes)
    _, again = run(seen, settings, options.producers, phase=options.phase)
    if len(project.failed) > failed:
        raise project.failed[-1]
    if again:
        raise ToolError(
            ", ".join(sorted(again)),
            "would be changed again by a second run",
            "nothing was written; please report this",
        )
