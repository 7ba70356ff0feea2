"""`streamlift undo` and `streamlift resume`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..exit_status import NOTHING_LEFT, SOMETHING_LEFT

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands
    from ..journal.journal import Journal


def add_to(commands: Commands) -> None:
    """Add the commands to the parser."""
    undo = commands.add_parser(
        "undo", help="take back what the last run wrote, or one that was interrupted"
    )
    _add_path(undo)
    how = undo.add_mutually_exclusive_group()
    how.add_argument(
        "--diff", action="store_true", help="show what would change, and change nothing"
    )
    how.add_argument(
        "--list",
        action="store_true",
        help="list the runs that can be taken back, the last one first",
    )
    undo.set_defaults(run=_undo)
    resume = commands.add_parser("resume", help="write the rest of a run that was interrupted")
    _add_path(resume)
    resume.set_defaults(run=_resume)


def _add_path(command: argparse.ArgumentParser) -> None:
    explanation = "a folder of the project that was migrated; without it, the current folder"
    command.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help=explanation
    )


def _undo(options: argparse.Namespace) -> int:
    from ..report import journal_report

    journal = _journal(options.path)
    if options.list:
        print(journal_report.runs(journal), end="")
        return NOTHING_LEFT
    if options.diff:
        shown = journal_report.changes(journal.last)
        print(shown, end="")
        return SOMETHING_LEFT if shown else NOTHING_LEFT
    with journal.opened():
        run, files = journal.undo()
    print(journal_report.taken_back(run, files), end="")
    return NOTHING_LEFT


def _resume(options: argparse.Namespace) -> int:
    from ..report import journal_report

    journal = _journal(options.path)
    with journal.opened():
        run = journal.resume()
        print(journal_report.written(run), end="")
    return NOTHING_LEFT


def _journal(path: Path) -> Journal:
    from ..journal.journal import Journal
    from ..journal.journal_folder import project_with_journal

    if not path.exists():
        raise UsageError(str(path), "does not exist", "name a file or a directory")
    root = project_with_journal(path.resolve())
    if root is None:
        remedy = "name the folder that was migrated, or use git"
        raise UsageError(str(path), "no run is recorded here", remedy)
    return Journal(root)
