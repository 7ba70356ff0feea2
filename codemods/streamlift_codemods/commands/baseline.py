"""`streamlift baseline`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exit_status import NOT_ANALYSED, NOTHING_LEFT
from .baseline_arguments import add_baseline_option, baseline_file
from .project_arguments import add_paths, opened, report_errors

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    baseline = commands.add_parser(
        "baseline", help="write down the sites that are there, so that only new ones fail"
    )
    add_paths(baseline)
    add_baseline_option(baseline)
    baseline.add_argument(
        "--prune", action="store_true", help="only take out what is gone; add nothing"
    )
    baseline.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..run import run
    from ..selection.baseline import write_baseline

    project, settings = opened(options.paths)
    file = baseline_file(options, project, settings, is_new=True)
    accepted = file.accepted if options.prune else {}
    plan, _ = run(project, settings.accepting(accepted), phase=None)
    report_errors(plan, options)
    before = file.baseline
    after = before.tightened(plan) if options.prune else before.with_sites_of(plan)
    if after != before or not file.path.exists():
        write_baseline(file.path, after)
    new, gone = after.minus(before), before.minus(after)
    number = sum(after.counts.values())
    sites = "1 site" if number == 1 else f"{number} sites"
    print(f"{file.path}: {sites}, {new} new, {gone} gone")
    return NOT_ANALYSED if plan.facts.errors else NOTHING_LEFT
