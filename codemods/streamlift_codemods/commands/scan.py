"""`streamlift scan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exit_status import status_of
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    scan = commands.add_parser("scan", help="list every site, what becomes of it, and why")
    add_paths(scan)
    scan.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text for people, json for programs",
    )
    scan.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..run import run

    project, settings = opened(options.paths)
    plan, _ = run(project, settings, phase=None)
    report_errors(plan, options)
    if options.format == "json":
        from ..report.json_report import report

        print(report(plan))
    else:
        from ..report.text_report import report_sites

        print(report_sites(plan, options.paths), end="")
    return status_of(plan)
