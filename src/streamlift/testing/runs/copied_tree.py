"""An application runs in a copy of a tree: what is installed editably leads to the tree itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from ..recording import RecordingError

BESIDE = "_beside_the_requests"
"""What the names of modules end with that are loaded from a file and not imported."""


class CopiedTree(NamedTuple):
    """A copy, and what it was made of.

    Attributes:
        original: The tree.
        copy: The copy, perhaps of another state of it.
    """

    original: Path
    copy: Path

    def counterpart(self, path: str) -> Path | None:
        """Return what stands in the copy for *path*; `None` if that lies elsewhere, or was not copied."""
        try:
            inside = Path(path).resolve().relative_to(self.original.resolve())
        except ValueError:
            return None
        there = self.copy / inside
        return there if there.exists() else None

    def lead_imports(self) -> None:
        """Let folders of the tree that modules are imported from be those of the copy."""
        sys.path[:] = [str(self.counterpart(each) or each) for each in sys.path]

    def check_imports(self) -> None:
        """Make sure that nothing was imported from the tree that the copy has too.

        Raises:
            RecordingError: If something was.
        """
        for name, module in sorted(sys.modules.items()):
            file = getattr(module, "__file__", None)
            there = self.counterpart(file) if isinstance(file, str) else None
            if there is not None and not name.endswith(BESIDE):
                folder = there.parent.relative_to(self.copy)
                raise RecordingError(
                    f"{name} was imported from {file}, and not from the copy that is recorded: an "
                    "installed package leads there; name the folder that it is imported from, "
                    f'such as import-from = ["{folder.as_posix()}"], in the file of requests'
                )
