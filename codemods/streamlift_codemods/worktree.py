"""Whether the tree can be changed without mixing the change with others."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


def state_of(folder: Path) -> Literal["clean", "dirty", "no-git"]:
    """Return whether *folder* has uncommitted changes, or no git at all."""
    command = ["git", "-C", str(folder), "status", "--porcelain", "--untracked-files=no", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603 - no shell, no input
    except (OSError, subprocess.TimeoutExpired):
        return "no-git"
    if done.returncode:
        return "no-git"
    return "dirty" if done.stdout.strip() else "clean"
