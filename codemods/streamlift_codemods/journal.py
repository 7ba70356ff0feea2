"""Write files so that a failure leaves the tree as it was."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from .errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path


class WriteError(ToolError):
    """A file could not be written; every file is as it was before the run."""


def write_all(texts: dict[Path, bytes]) -> None:
    """Write each of *texts* in one step, all of them or none.

    A file keeps its mode; a symbolic link keeps pointing where it does.

    Raises:
        WriteError: If one of them cannot be written.
    """
    staged: dict[Path, Path] = {}
    done: dict[Path, bytes | None] = {}
    current: Path | None = None
    try:
        for path, text in texts.items():
            current = path
            target = path.resolve()
            staged[target] = _stage(target, text)
        for target, temporary in staged.items():
            current = target
            done[target] = target.read_bytes() if target.exists() else None
            os.replace(temporary, target)  # noqa: PTH105 - the very call that is atomic
    except OSError as error:
        _restore(staged, done)
        raise WriteError(
            str(current),
            f"cannot be written ({error.strerror})",
            "nothing was changed; make room for it or make it writable, and run again",
        ) from error
    except BaseException:
        _restore(staged, done)
        raise


def _stage(target: Path, text: bytes) -> Path:
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = target.parent / name
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        else:
            temporary.chmod(0o644)
    except BaseException:  # the disk is full
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _restore(staged: dict[Path, Path], done: dict[Path, bytes | None]) -> None:
    for target, before in done.items():
        if before is None:
            target.unlink(missing_ok=True)
        elif target.read_bytes() != before:
            os.replace(_stage(target, before), target)  # noqa: PTH105
    for temporary in staged.values():
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
