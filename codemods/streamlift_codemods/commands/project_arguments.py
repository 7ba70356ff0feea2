"""What the commands that look at a project have in common: its paths, and what cannot be read of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ToolFailure, UsageError
from ..terminal import is_watched, tell, trace

if TYPE_CHECKING:
    import argparse

    from ..plan import Plan
    from ..reading.project import Project
    from ..settings import Settings


def add_paths(command: argparse.ArgumentParser) -> None:
    """Let *command* take paths."""
    explanation = "files or folders; without one, the current folder"
    command.add_argument(
        "paths", nargs="*", type=Path, default=[Path()], metavar="PATH", help=explanation
    )
    command.add_argument(
        "--debug",
        action="store_true",
        help="where the tool itself fails, show the traceback; so does STREAMLIFT_DEBUG=1",
    )


def opened(paths: list[Path], *, writes: bool = False) -> tuple[Project, Settings]:
    """Return the project that *paths* are of, and what it says about itself.

    Raises:
        UsageError: If a path does not exist, or the settings are wrong.
        UnfinishedRun: If a run of it was interrupted, and this one *writes*; others are told.
    """
    from ..progress import Progress
    from ..reading.project import open_project, project_root
    from ..settings import read_settings

    for path in paths:
        if not path.exists():
            raise UsageError(str(path), "does not exist", "name a file or a directory")
    settings = read_settings(project_root(paths[0].resolve()))
    project = open_project(paths, settings.exclude, settings.include)
    project.progress = Progress(is_shown=is_watched())
    _look_for_unfinished_run(project, writes=writes)
    return project, settings


def _look_for_unfinished_run(project: Project, *, writes: bool) -> None:
    from ..journal.journal_folder import project_with_journal

    root = project_with_journal(project.root)
    if root is None:
        return
    from ..journal.journal import Journal, UnfinishedRun

    try:
        Journal(root).refuse_unfinished()
    except UnfinishedRun as run:
        if writes:
            raise
        tell(str(run))


def report_errors(plan: Plan, options: argparse.Namespace) -> None:
    """Tell of each file that could not be analysed."""
    for error in plan.facts.errors:
        if isinstance(error, ToolFailure):
            trace(error, is_asked_for=options.debug)
        tell(str(error))
