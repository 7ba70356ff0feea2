"""Whether the tree can be changed without mixing the change with others."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


def state_of(folder: Path, others: list[Path]) -> Literal["clean", "dirty", "no-git"]:
    """Return whether *folder* or one of the files *others* has uncommitted changes, or there is no git."""
    tracked = _changed(folder, ["--untracked-files=no", "--", "."])
    named = _changed(folder, ["--", *map(str, others)]) if others else b""
    if tracked is None or named is None:
        return "no-git"
    return "dirty" if tracked or named else "clean"


def _changed(folder: Path, arguments: list[str]) -> bytes | None:
    command = ["git", "-C", str(folder), "status", "--porcelain", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603 - no shell, no input
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.strip()
