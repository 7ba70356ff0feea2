"""Where the trees of a gate lie: always at the same place while the app runs, so that no path tells them apart."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .run_tree import RunTree

PREFIX = "streamlift-gate-"


@dataclass(frozen=True)
class Workspace:
    """A folder for trees.

    Attributes:
        place: Where the tree lies that the app is run in.
        kept: Where trees are kept; None if they are not.
    """

    place: Path
    kept: Path | None = None

    def put_away(self, tree: RunTree, label: str) -> None:
        """Make room for another tree: keep *tree* under *label*, or take it away."""
        if self.kept is None:
            tree.remove()
        else:
            tree.reset()
            tree.path.rename(self.kept / label)


@contextlib.contextmanager
def workspace(name: str, kept: Path | None = None) -> Iterator[Workspace]:
    """Give a workspace for a tree that is called *name*; what is not *kept* is gone in the end.

    Raises:
        UsageError: If there is something in the folder for what is kept.
    """
    if kept is not None and kept.exists() and (not kept.is_dir() or any(kept.iterdir())):
        raise UsageError(f"--keep {kept}", "is not empty", "name a folder that is new or empty")
    near = None
    if kept is not None:  # a tree can only be moved on its own disk
        kept.mkdir(parents=True, exist_ok=True)
        near = kept = kept.resolve()
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=near, ignore_cleanup_errors=True) as folder:
        yield Workspace(Path(folder).resolve() / name, kept)
