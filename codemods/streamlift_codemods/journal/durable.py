"""Files that are whole or not there, whenever the process or the machine stops."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def store(path: Path, text: bytes, like: Path | None = None) -> None:
    """Make the file *path* hold *text* for good, readable by whoever may read *like*, if that exists."""
    mode = 0o666 if like is None else 0o600  # of a new file the process takes away what it has to
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if like is not None:
        copy_access(like, path)


def copy_access(source: Path, target: Path) -> None:
    """Give *target* the mode of *source*, and its owner as far as that is allowed."""
    wanted, found = source.stat(), target.stat()
    if hasattr(os, "chown") and (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(target, wanted.st_uid, wanted.st_gid)
    target.chmod(
        stat.S_IMODE(wanted.st_mode)
    )  # after the owner, a change of which drops bits of it


def put(stored: Path, target: Path) -> None:
    """Let *stored* take the place of *target*, in one step; on another file system a copy of it does."""
    try:
        os.replace(stored, target)  # noqa: PTH105 - the very call that is atomic
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        rewrite(target, stored.read_bytes(), like=stored)
        stored.unlink()


def rewrite(path: Path, text: bytes, like: Path | None = None) -> None:
    """Let the file *path* hold *text*, in one step; it may be read by whoever may read *like*, if that exists."""
    beside = stand_in(path)
    try:
        store(beside, text, like)
        os.replace(beside, path)  # noqa: PTH105
    finally:
        beside.unlink(missing_ok=True)


def stand_in(path: Path) -> Path:
    """Return the file beside *path* that `rewrite` makes first; it stays if the process is killed then."""
    return path.with_name(f".{path.name}.streamlift")


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* last, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
