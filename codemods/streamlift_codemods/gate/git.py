"""What git is asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ..errors import ToolError

LIMIT = 600


class GitError(ToolError):
    """Git does not do what it is asked, or is not there."""


def git(folder: Path, *arguments: str, index: Path | None = None) -> bytes:
    """Return what git answers in *folder*; with an *index* of our own, that of the repository is left alone.

    Raises:
        GitError: If it fails.
    """
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=LIMIT,
            env=_environment(index),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(str(folder), f"git cannot be asked ({error})", "check git") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(
            str(folder), f"git says: {said[0] if said else done.returncode}", "check git"
        )
    return done.stdout


def top_of(folder: Path) -> Path | None:
    """Return the top folder of the repository around *folder*; None if there is none, or no git.

    Raises:
        GitError: If git is not allowed to read it.
    """
    try:
        found = git(folder, "rev-parse", "--show-toplevel")
    except GitError as error:
        if (
            "dubious ownership" in error.problem
        ):  # https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
            remedy = f"run git config --global --add safe.directory {folder}, if you trust it"
            raise GitError(error.place, error.problem, remedy) from error
        return None
    return Path(os.fsdecode(found.removesuffix(b"\n"))).resolve()


def names_in(listed: bytes) -> list[str]:
    """Return the names of a list with zeros."""
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _environment(index: Path | None) -> dict[str, str]:
    """Return the environment without what a hook of git is told: which index, which repository."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own |= {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
    }  # what it says is looked at; it writes nothing
    return own if index is None else {**own, "GIT_INDEX_FILE": str(index)}
