"""Where the journal of a project is; what it holds is read only where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".streamlift"


def project_with_journal(folder: Path) -> Path | None:
    """Return the nearest of *folder* and the folders around it that has a journal."""
    return next((place for place in (folder, *folder.parents) if (place / FOLDER).is_dir()), None)
