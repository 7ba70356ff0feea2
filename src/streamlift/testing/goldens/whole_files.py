"""Write files as a whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Write all *files* beside their places first, then put them there, in this order.

    Raises:
        OSError: If one cannot be written; nothing was replaced then, and nothing else is left.
    """
    beside: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            beside[path] = _write_beside(path, data)
        for path, written in beside.items():
            written.replace(path)
    except BaseException:
        for written in beside.values():
            with suppress(OSError):
                written.unlink()
        raise


def _write_beside(path: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    written = Path(name)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - of a handle
            file.write(data)
            file.flush()
            os.fsync(handle)
        written.chmod(_mode(path))
    except BaseException:
        written.unlink()
        raise
    return written


def _mode(path: Path) -> int:
    """Return the mode of *path*, or that of a new file."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o7777
    # A file of `mkstemp` is its owner's only; a recording is for everybody who has the folder.
    return path.parent.stat().st_mode & 0o666
