"""Write what a run changes, and record it so that it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ToolError, listed
from .journal import Journal
from .recorded_run import Change, Edited

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..reading.project import Project


def write_changes(
    project: Project,
    changes: dict[str, bytes],
    command: str,
    others: Mapping[Path, Change] | None = None,
) -> None:
    """Write *changes*, the new bytes of files of *project* by name, as the work of *command*: all of them or none.

    So are *others*, files that are no Python files of the project, such as a baseline.

    Raises:
        ToolError: If a file cannot be written, was edited since the tool read it, or another run is in the way.
    """
    if not changes and not others:
        return
    journal = Journal(project.root)
    with journal.opened():
        edited = project.changed_on_disk()
        if edited:  # what was proved is true of what was read
            problem = "changed while the tool was reading the project"
            raise Edited(listed(sorted(edited)), problem, "nothing was written, run again")
        journal.write({**_by_file(project, changes), **(others or {})}, command)


def _by_file(project: Project, changes: dict[str, bytes]) -> dict[Path, Change]:
    """Return what becomes of each file; a link stands for the file that it leads to."""
    found: dict[Path, Change] = {}
    for name, after in changes.items():
        target = project.path_of(name).resolve()
        before = project.read(name) if name in project.names else None
        if before is None and target.exists():
            remedy = "rename it, or let the tool see it"
            raise ToolError(name, "exists, and is not one of the files that are looked at", remedy)
        change = Change(before, after)
        if found.setdefault(target, change) != change:
            problem = "is one file under two names, which would have to differ"
            raise ToolError(name, problem, "remove one of the names; nothing was written")
    return found
