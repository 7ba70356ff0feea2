"""`streamlift scan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exit_status import NOTHING_LEFT, SOMETHING_LEFT, status_of
from ..terminal import tell
from .baseline_arguments import add_baseline_options, baseline_file, is_ci
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands
    from ..plan import Plan
    from .baseline_arguments import BaselineFile

FORMATS = ("text", "json", "sarif", "github")


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    scan = commands.add_parser("scan", help="list what is to be done, where, and why")
    add_paths(scan)
    scan.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text for people, json for programs, sarif for code scanning, github for annotations",
    )
    add_baseline_options(scan)
    scan.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..run import run

    project, settings = opened(options.paths)
    baseline = baseline_file(options, project, settings)
    plan, _ = run(project, settings.accepting(baseline.accepted), phase=None)
    report_errors(plan, options)
    print(_report(plan, options), end="")
    status = SOMETHING_LEFT if plan.ignores.all_faults else NOTHING_LEFT
    status = max(status, status_of(plan))
    return max(status, _tighten(baseline, plan)) if status == NOTHING_LEFT else status


def _report(plan: Plan, options: argparse.Namespace) -> str:
    if options.format == "json":
        from ..report.json_report import report

        return f"{report(plan)}\n"
    if options.format == "sarif":
        from ..report import sarif_report

        return f"{sarif_report.report(plan)}\n"
    if options.format == "github":
        from ..report import github_report

        return github_report.report(plan)
    from ..colours import paint_for_output
    from ..report.text_report import report_sites

    return report_sites(plan, options.paths, paint_for_output())


def _tighten(file: BaselineFile, plan: Plan) -> int:
    """Take out of the baseline what is gone, so that it cannot come back; where nobody would commit that, fail."""
    from ..selection.baseline import write_baseline

    tightened = file.baseline.tightened(plan)
    if not file.is_followed or tightened == file.baseline:
        return NOTHING_LEFT
    if is_ci():
        tell(f"{file.path}: has sites that are gone; run streamlift baseline --prune, commit it")
        return SOMETHING_LEFT
    write_baseline(file.path, tightened)
    file.tell_of_change()
    return NOTHING_LEFT
