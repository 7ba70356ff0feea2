"""Where the trees of a gate lie: each app is run in a copy, always at the same place, so that no path tells them apart."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from .folder_tree import copy_files, files_below

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "streamlift-gate-"


@dataclass(frozen=True)
class Workspace:
    """A folder for trees.

    Attributes:
        folder: The folder.
        name: What the folder of a tree is called while the app runs there.
    """

    folder: Path
    name: str

    def tree(self, label: str) -> Path:
        """Return the folder of a new tree, which has the marks of a project."""
        made = self.folder / label / self.name
        made.mkdir(parents=True)
        (made / ".git").mkdir()
        return made

    @contextlib.contextmanager
    def running(self, tree: Path) -> Iterator[Path]:
        """Give a fresh copy of *tree*, for one process of the app; what that writes is gone afterwards."""
        place = self.folder / "run" / self.name
        copy_files(tree, files_below(tree), place)
        try:
            yield place
        finally:
            shutil.rmtree(place.parent, ignore_errors=True)


@contextlib.contextmanager
def workspace(name: str, kept: Path | None = None) -> Iterator[Workspace]:
    """Give a workspace; it is gone in the end, unless it is to be *kept* in a folder.

    Raises:
        UsageError: If that folder has something in it.
    """
    if kept is not None:
        if kept.exists() and (not kept.is_dir() or any(kept.iterdir())):
            raise UsageError(f"--keep {kept}", "is not empty", "name a folder that is new or empty")
        kept.mkdir(parents=True, exist_ok=True)
        yield Workspace(kept.resolve(), name)
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        yield Workspace(Path(folder).resolve(), name)
