"""The tree that an app is run in, which is as it was again for each run."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Stamp = tuple[int, int, int] | None

DATE = 315532800
"""1980-01-01, as reproducible archives have it."""


class RunTree:
    """A tree at the place where the app is run.

    Args:
        path: Where; nothing is there yet.
        build: Writes the tree to an empty folder.
    """

    def __init__(self, path: Path, build: Callable[[Path], None]) -> None:
        self.path = path
        self._build = build
        self._rebuild()

    def reset(self) -> None:
        """Take away what was written since; if one of the tree's own files was touched, write all of it again."""
        now = dict(_stamps(self.path))
        if any(now.get(name, 0) != stamp for name, stamp in self._before.items()):
            self.remove()
            self._rebuild()
            return
        for name in sorted(
            now.keys() - self._before.keys(), reverse=True
        ):  # what is in a folder before it
            if now[name] is None:
                (self.path / name).rmdir()
            else:
                (self.path / name).unlink()

    def change(self, change: Callable[[Path], None]) -> None:
        """Let *change* make another tree of this one; it is a part of its building from now on."""
        build = self._build
        self.reset()
        change(self.path)
        self._before = dict(_stamps(self.path))

        def build_and_change(path: Path) -> None:
            build(path)
            change(path)

        self._build = build_and_change

    def remove(self) -> None:
        """Take all of it away."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _rebuild(self) -> None:
        self.path.mkdir(parents=True)
        self._build(self.path)
        _date(self.path)
        self._before = dict(_stamps(self.path))


def _date(folder: Path) -> None:
    """Give all files the same time, which is sent as a header: a copy would have another one each time.

    Not those of Python, of which an interpreter keeps what it has compiled by that time.
    """
    for name, stamp in _stamps(folder):
        if stamp is not None and not name.endswith(".py") and not (folder / name).is_symlink():
            os.utime(folder / name, (DATE, DATE))


def _stamps(folder: Path, inside: str = "") -> Iterator[tuple[str, Stamp]]:
    """Give each entry below *folder*, with what is another number once it was written or replaced; None of a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield name, None
                yield from _stamps(folder / entry.name, f"{name}/")
            else:
                found = entry.stat(follow_symlinks=False)
                yield name, (found.st_ctime_ns, found.st_size, found.st_ino)
