"""One run at a time writes to a folder of goldens."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..journal.lock import take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold *folder*, which is made, for the body of the `with` statement.

    Nothing is left in it: the lock is one of the folder itself. Windows opens no folder; there two runs at once may
    leave the two files of a golden from different recordings, which whoever reads it is told.

    Raises:
        AnotherWriter: If another process holds it.
        UsageError: If there can be no such folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"is no folder, and cannot be made one ({error.strerror})"
        raise UsageError(str(folder), problem, "name another one") from error
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        take(handle, folder)
        yield
    finally:
        os.close(handle)
