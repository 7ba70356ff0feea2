"""Which file of the project an import means."""

from __future__ import annotations

import os
import posixpath
import sys
from collections import defaultdict
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
            path = self._place(name)
            found[_text(path.parent if path.stem == INIT else path.with_suffix(""))] = name
        return found

    def _place(self, name: str) -> PurePosixPath:
        return PurePosixPath(posixpath.normpath(f"{self._scanned}/{name}"))

    @cached_property
    def _paths_ending_in(self) -> dict[str, list[str]]:
        """The paths of modules, and of folders that hold some, by their last part."""
        paths = {*self.files}
        for path in self.files:
            paths.update(_text(folder) for folder in PurePosixPath(path).parents)
        ends = defaultdict(list)
        for path in sorted(paths):
            ends[PurePosixPath(path).name].append(path)
        return ends

    def has(self, path: str) -> bool:
        """Return whether there is a module, or a folder of some, at *path*."""
        return path in self._paths_ending_in.get(PurePosixPath(path).name, ())

    def relative(self, file: str, level: int, parts: list[str]) -> str:
        """Return the path that `from ..parts import` with *level* dots means in *file*."""
        folder = self._place(file).parent
        for _ in range(level - 1):
            folder = folder / ".." if folder.name in {"", ".."} else folder.parent
        return _text(folder.joinpath(*parts))

    def absolute(self, file: str, parts: list[str]) -> list[str]:
        """Return every path that the module `a.b` of *parts* may be in *file*; none if it is not the project's."""
        own = self._place(file).parent
        around = {own, *own.parents}
        end = PurePosixPath(*parts)
        roots = [
            root
            for path in self._paths_ending_in.get(parts[-1], ())
            if (root := _before(PurePosixPath(path), end)) is not None
        ]
        if parts[0] in sys.stdlib_module_names:
            roots = [root for root in roots if root == own]
        near = [root for root in roots if root in around]
        # What lies in a package is imported by its full name, except from a script beside it.
        far = [root for root in roots if _text(root) not in self.files]
        return [_text(root / end) for root in near or far]


def _text(path: PurePosixPath) -> str:
    return "" if path == PurePosixPath() else path.as_posix()


def _before(path: PurePosixPath, end: PurePosixPath) -> PurePosixPath | None:
    """Return what of *path* comes before *end*, None if it does not end so."""
    length = len(end.parts)
    return PurePosixPath(*path.parts[:-length]) if path.parts[-length:] == end.parts else None
