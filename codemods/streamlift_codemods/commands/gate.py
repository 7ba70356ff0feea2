"""`streamlift gate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..exit_status import status_of_outcomes
from ..terminal import is_watched, tell
from .coverage_arguments import add_least_coverage_option
from .recording_arguments import add_recording_options, recorder_of
from .report_arguments import add_report_options, report

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands
    from ..gate.base import Commit, Folder, WorkingTree
    from ..gate.gate import GateJob

PHASES = (1, 2, 3)
INTRODUCE = 1
STAGES = ("off", "shadow", "live")
SUITE = "streamlift gate"


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    gate = commands.add_parser(
        "gate",
        help="compare what an app sends before and after a change or a migration; runs the app, in copies",
    )
    gate.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="the files or folders that are migrated and whose sites count; without one, the folder of the app",
    )
    add_recording_options(gate)
    gate.add_argument(
        "--base",
        metavar="REV",
        help="the commit with the old code, such as origin/main, or a folder with it; without it, the working tree",
    )
    new = gate.add_mutually_exclusive_group()
    new.add_argument(
        "--phase",
        type=int,
        choices=PHASES,
        help="compare with a copy of the working tree that was migrated to this phase",
    )
    new.add_argument(
        "--as-is",
        action="store_true",
        help="compare with the working tree as it is; so it is without --phase",
    )
    gate.add_argument(
        "--stage",
        action="append",
        choices=STAGES,
        default=[],
        dest="stages",
        help="of phase 1: only this stage; may be repeated. Without it, each of them",
    )
    add_least_coverage_option(gate)
    gate.add_argument(
        "--no-coverage",
        action="store_true",
        help="do not watch which sites the requests run through",
    )
    gate.add_argument(
        "--keep", type=Path, metavar="DIR", help="leave the trees in this folder, to look at them"
    )
    add_report_options(gate)
    gate.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..gate.gate import gate
    from ..report.gate_report import gate_lines, gate_row
    from ..snapshots.coverage_outcome import with_coverage
    from ..snapshots.termination import cleaning_up

    if options.base is None and options.phase is None:
        remedy = "pass --phase 2 to try a migration, or --base origin/main to check a change"
        raise UsageError("gate", "there is nothing to compare the working tree with", remedy)
    job = _job(options)
    with cleaning_up():
        verdict = gate(job)
    outcomes = with_coverage(
        verdict.outcomes, verdict.coverage, options.min_coverage, options.requests
    )
    report(SUITE, outcomes, options, gate_lines(verdict), gate_row(verdict))
    return status_of_outcomes(outcomes)


def _job(options: argparse.Namespace) -> GateJob:
    from ..gate.base import WorkingTree, base_of
    from ..gate.gate import GateJob

    tree = WorkingTree.around(options.directory)
    base: WorkingTree | Commit | Folder = tree
    if options.base is not None:
        base = base_of(tree, options.base)
    if options.keep is not None and options.keep.resolve().is_relative_to(tree.top):
        problem = "lies in the tree that is compared, where nothing is written"
        raise UsageError(f"--keep {options.keep}", problem, "name a folder outside of it")
    stages = tuple(options.stages)
    if options.phase == INTRODUCE and not stages:
        stages = STAGES
    return GateJob(
        tree=tree,
        base=base,
        paths=tuple(_inside(tree, path) for path in options.paths or [options.directory]),
        phase=options.phase,
        stages=stages,
        recorder=recorder_of(options),
        is_traced=not options.no_coverage,
        kept=options.keep,
        tell_step=tell if is_watched() else lambda _: None,
    )


def _inside(tree: WorkingTree, path: Path) -> Path:
    """Return *path* from the top of *tree* on."""
    if not path.exists():
        raise UsageError(str(path), "does not exist", "name a file or a directory")
    if not path.resolve().is_relative_to(tree.top):
        raise UsageError(
            str(path), f"does not lie in {tree.top}", "name one of the app's own folders"
        )
    return path.resolve().relative_to(tree.top)
