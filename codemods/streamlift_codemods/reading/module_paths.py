"""Which file of the project an import means."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from posixpath import basename, dirname, join, normpath, splitext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .project import Project

INIT = "__init__"


class ModulePaths:
    """The modules of a project by where they lie: the path of a file without `.py`, or of a folder.

    Paths are relative to the folder around the project's root, whatever folder a run was asked for: the
    root may be a package itself. Where `sys.path` leads is not known, so an absolute import is matched
    with the ends of paths.

    Args:
        project: The files.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._scanned = Path(os.path.relpath(project.scanned, project.root.parent)).as_posix()

    @cached_property
    def files(self) -> dict[str, str]:
        """The file of each module that is one, by its path."""
        found = {}
        for name in self._project.names:
            path = splitext(self._place(name))[0]
            found[dirname(path) if basename(path) == INIT else path] = name
        return found

    def _place(self, name: str) -> str:
        return normpath(f"{self._scanned}/{name}")

    @cached_property
    def _paths_ending_in(self) -> dict[str, list[str]]:
        """The paths of modules, and of folders that hold some, by their last part."""
        paths = {*self.files}
        for path in self.files:
            paths.update(_folders_around(path))
        ends = defaultdict(list)
        for path in sorted(paths):
            ends[basename(path)].append(path)
        return ends

    def has(self, path: str) -> bool:
        """Return whether there is a module, or a folder of some, at *path*."""
        return path in self._paths_ending_in.get(basename(path), ())

    def relative(self, file: str, level: int, parts: list[str]) -> str:
        """Return the path that `from ..parts import` with *level* dots means in *file*."""
        folder = dirname(self._place(file))
        for _ in range(level - 1):
            folder = join(folder, "..") if basename(folder) in {"", ".."} else dirname(folder)
        return join(folder, *parts)

    def absolute(self, file: str, parts: list[str]) -> list[str]:
        """Return every path that the module `a.b` of *parts* may be in *file*; none if it is not the project's."""
        own = dirname(self._place(file))
        end = "/".join(parts)
        paths = self._paths_ending_in.get(parts[-1], ())
        roots = [path[: -len(end)].rstrip("/") for path in paths if f"/{path}".endswith(f"/{end}")]
        if parts[0] in sys.stdlib_module_names:
            roots = [root for root in roots if root == own]
        around = {own, *_folders_around(own)}
        near = [root for root in roots if root in around]
        # What lies in a package is imported by its full name, except from a script beside it.
        far = [root for root in roots if root not in self.files]
        return [join(root, end) for root in near or far]


def _folders_around(path: str) -> Iterator[str]:
    """Give the folders around *path*, innermost first; the last one is ""."""
    while path:
        path = dirname(path)
        yield path
