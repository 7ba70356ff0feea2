"""What a person reads of the runs in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .counted import counted
from .unified_diff import unified_diff

if TYPE_CHECKING:
    from ..journal.journal import Journal
    from ..journal.recorded_run import RecordedFile, RecordedRun


def runs(journal: Journal) -> str:
    """Return a line for each run that can be taken back, the last one first."""
    listed = [_line(run) for run in journal.runs]
    if journal.unfinished is not None:
        listed.insert(0, f"{_line(journal.unfinished)} (unfinished)")
    return "".join(f"{line}\n" for line in listed)


def changes(run: RecordedRun) -> str:
    """Return the unified diff of what taking *run* back would change."""
    pieces = []
    for file in run.files:
        if file.state == "new":
            before = None if file.old is None else file.stored_old.read_bytes()
            pieces.append(unified_diff(run.name_of(file), file.target.read_bytes(), before))
    return "".join(pieces)


def taken_back(run: RecordedRun, files: list[RecordedFile]) -> str:
    """Return which *files* are as they were before *run*."""
    lines = [f"{run.name_of(file)}{' (removed)' if file.old is None else ''}" for file in files]
    removed = sum(file.old is None for file in files)
    lines.append(
        f"Restored {counted(len(files) - removed, 'file')}, removed {removed}: {run.command}"
    )
    return "".join(f"{line}\n" for line in lines)


def written(run: RecordedRun) -> str:
    """Return what *run* has written, all in all."""
    lines = [run.name_of(file) for file in run.files]
    lines.append(f"Written {counted(len(lines), 'file')}: {run.command}")
    return "".join(f"{line}\n" for line in lines)


def _line(run: RecordedRun) -> str:
    return f"{run.time}  {counted(len(run.files), 'file')}  {run.command}"
