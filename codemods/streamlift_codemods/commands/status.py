"""`streamlift status`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..exit_status import NOT_ANALYSED, NOTHING_LEFT, SOMETHING_LEFT
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    status = commands.add_parser(
        "status", help="count what is left by phase and folder; 0 if nothing is"
    )
    add_paths(status)
    status.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text for people, json for programs",
    )
    status.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help="add the counts of today to this file, and show how they went",
    )
    status.add_argument(
        "--observed",
        type=Path,
        metavar="FILE",
        help="show which producers were called for text in production: what streamlift_legacy.dump wrote",
    )
    status.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from datetime import date

    from ..report import status_report
    from ..run import run
    from ..status.burn_down import burn_down
    from ..status.history import entry_of, with_entry
    from ..status.observed_text import read_observed

    observed = read_observed(options.observed) if options.observed else None
    project, settings = opened(options.paths)
    plan, _ = run(project, settings, phase=None)
    report_errors(plan, options)
    found = burn_down(plan, project, settings)
    today = date.today()  # noqa: DTZ011 - the day of whoever reads it
    history = with_entry(options.history, entry_of(found, today)) if options.history else []
    if options.format == "json":
        print(status_report.as_json(found, history, observed))
    else:
        print(status_report.as_text(found, history, observed, options.paths), end="")
    if plan.facts.errors:
        return NOT_ANALYSED
    return NOTHING_LEFT if found.is_done else SOMETHING_LEFT
