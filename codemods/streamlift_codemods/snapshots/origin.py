"""The commit that the code of an app is of."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from ..journal.worktree import state_of

if TYPE_CHECKING:
    from pathlib import Path

DIRTY = "-dirty"
"""What git itself says of a tree with uncommitted changes: https://git-scm.com/docs/git-describe."""


def origin_of(folder: Path) -> str | None:
    """Return the commit that *folder* is at, and whether it has changes beside; None without git or a commit."""
    command = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603 - no shell, no input
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    commit = done.stdout.decode().strip()
    return f"{commit}{DIRTY if state_of(folder, []) == 'dirty' else ''}"
