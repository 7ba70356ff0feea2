"""`streamlift verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exit_status import NOT_ANALYSED, NOTHING_LEFT, SOMETHING_LEFT
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    verify = commands.add_parser("verify", help="prove migrated sites again, as the files are now")
    add_paths(verify)
    verify.add_argument(
        "--base",
        metavar="REV",
        help="the commit with the old code, such as main or HEAD~1; without it only contracts and constants are looked at",
    )
    verify.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    return _alone(options) if options.base is None else _against(options)


def _alone(options: argparse.Namespace) -> int:
    from ..report.verify_report import report_alone
    from ..run import run
    from ..verify.verification import verify_alone

    project, settings = opened(options.paths)
    plan, _ = run(project, settings, phase=None)
    report_errors(plan, options)
    number, faults = verify_alone(project, settings)
    waiting = sum(site.verdict == "auto" for site in plan.sites)
    print(report_alone(number, faults, waiting), end="")
    if plan.facts.errors:
        return NOT_ANALYSED
    return SOMETHING_LEFT if faults else NOTHING_LEFT


def _against(options: argparse.Namespace) -> int:
    from ..reading.project import open_project
    from ..report.verify_report import report
    from ..run import run
    from ..settings import read_settings
    from ..verify.base_tree import base_tree
    from ..verify.verification import DIFFERS, UNKNOWN, verify_against

    project, settings = opened(options.paths)
    with base_tree(project.scanned, options.base) as (top, folder):
        paths = [folder / path.resolve().relative_to(top.resolve()) for path in options.paths]
        if not any(path.exists() for path in paths):
            print(f"Nothing of this was there in {options.base}.")
            return NOTHING_LEFT
        for now, path in zip(options.paths, paths, strict=True):
            _stand_in(path, is_folder=now.is_dir())
        then = open_project(paths, settings.exclude, settings.include)
        # What was public then had its calls migrated one by one, also if nothing is public any more.
        base, _ = run(then, settings.as_open_as(read_settings(then.root)), phase=None)
        found = verify_against(base, project, settings)
    report_errors(base, options)
    print(report(found, options.base), end="")
    if base.facts.errors or found.of(UNKNOWN):
        return NOT_ANALYSED
    return SOMETHING_LEFT if found.of(DIFFERS) else NOTHING_LEFT


def _stand_in(path: Path, *, is_folder: bool) -> None:
    """Make *path* something without code if it was not there, so that all names are relative to the same folder."""
    if is_folder:
        path.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
