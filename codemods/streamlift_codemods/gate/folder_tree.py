"""A working tree, copied to a folder: what an app does there is not done to the person's files."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ..reading.project import NEVER
from .git import git, names_in, top_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OWNER = stat.S_IRUSR | stat.S_IWUSR
EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def copy_tree(source: Path, target: Path) -> None:
    """Copy what git knows of *source* and what it does not ignore to *target*; without git, all but environments.

    Modes and links stay. A link to a place in *source* leads to that in *target*.
    """
    copy_files(source, [*_names(source)], target)  # all of them: the target may lie in the source


def copy_files(source: Path, names: Iterable[str], target: Path) -> None:
    """Copy the files *names* of *source* to *target*; folders are made for them."""
    made: set[Path] = set()
    for name in names:
        old, new = source / name, target / name
        if new.parent not in made:
            new.parent.mkdir(parents=True, exist_ok=True)
            made.add(new.parent)
        _copy(old, new, source, target)


def files_below(folder: Path) -> Iterator[str]:
    """Give the files in *folder*, as paths from there on."""
    for where, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]  # noqa: PTH118, PTH114 - a tree may be huge
        for name in [*names, *links]:
            yield os.path.relpath(os.path.join(where, name), folder)  # noqa: PTH118


def lead_into(link: Path, source: Path, target: Path) -> None:
    """Let *link* lead to the same place in *target* if it leads to a place in *source* by its whole path."""
    place = link.readlink()
    if place.is_absolute() and place.is_relative_to(source):
        link.unlink()
        link.symlink_to(target / place.relative_to(source))


def _names(source: Path) -> Iterator[str]:
    top = top_of(source)
    asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = [] if top is None else names_in(git(source, *asked))
    if not names:  # no git, or a folder that it ignores
        yield from _without_environments(source)
    for name in dict.fromkeys(names):  # in a merge, a file has several versions
        path = source / name
        if not path.is_dir() or path.is_symlink():
            yield name
        elif top_of(path) not in {None, top}:  # another repository, such as a submodule
            yield from (f"{name.rstrip('/')}/{each}" for each in _names(path))


def _without_environments(source: Path) -> Iterator[str]:
    for where, folders, names in os.walk(source):
        folders[:] = [
            name
            for name in folders
            if name not in NEVER and not Path(where, name, "pyvenv.cfg").exists()
        ]
        links = [name for name in folders if Path(where, name).is_symlink()]
        yield from (os.path.relpath(Path(where, name), source) for name in [*names, *links])


def _copy(old: Path, new: Path, source: Path, target: Path) -> None:
    try:
        mode = old.lstat().st_mode
    except FileNotFoundError:  # git knows it, and somebody has deleted it
        return
    if stat.S_ISLNK(mode):
        new.unlink(missing_ok=True)
        new.symlink_to(old.readlink())
        lead_into(new, source, target)
    elif stat.S_ISREG(mode):
        shutil.copyfile(old, new)
        new.chmod(new.stat().st_mode | OWNER | mode & EXECUTABLE)
