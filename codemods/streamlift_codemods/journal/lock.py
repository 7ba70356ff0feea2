"""One writer at a time: a lock that the system drops with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

from ..errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


BUSY = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


class AnotherWriter(ToolError):
    """Another process holds the lock."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of *folder*, which is made, for the body of the `with` statement.

    Raises:
        AnotherWriter: If another process holds it.
    """
    path = folder / "lock"
    handle = _held(path)
    try:
        yield
    finally:
        os.close(handle)


def _held(path: Path) -> int:
    while True:
        path.parent.mkdir(exist_ok=True)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # the writer before has just taken the folder away
            continue
        try:
            take(handle, path.parent.parent)
            if _is_at(path, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def take(handle: int, place: Path) -> None:
    """Lock the file of *handle* until it is closed; *place* is what a person is told of.

    Raises:
        AnotherWriter: If another process holds it.
    """
    try:
        _take(handle)
    except OSError as error:
        if error.errno not in BUSY:
            raise
        problem = "another run of streamlift is writing here"
        raise AnotherWriter(str(place), problem, "run again when it is done") from None


def _is_at(path: Path, handle: int) -> bool:
    """Whether the file that is locked is still the one that others will find."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
