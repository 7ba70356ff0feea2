"""The Python files of a commit, written to a folder of their own: the working tree is not touched."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = re.compile(r"(?:\.py|(?:^|/)(?:pyproject\.toml|setup\.cfg|\.gitignore|\.?ruff\.toml))$")
REGULAR = {"100644", "100755"}
REMEDY = "name a commit, such as HEAD~1 or main, of a project that is under git"


@contextlib.contextmanager
def base_tree(folder: Path, revision: str) -> Iterator[tuple[Path, Path]]:
    """Give the top folder of git around *folder*, and one with the Python files that it had at *revision*.

    Raises:
        UsageError: If there is no such commit, or no git.
    """
    top = Path(_git(folder, revision, "rev-parse", "--show-toplevel").decode().strip())
    tree = _git(
        folder, revision, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{tree}}"
    )
    blobs = _blobs(top, revision, tree.decode().strip())
    with tempfile.TemporaryDirectory(prefix="streamlift-base-") as temporary:
        base = Path(temporary).resolve()
        (base / ".git").mkdir()  # it marks the root of a project
        for name, raw in _contents(top, revision, blobs):
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        yield top, base


def _blobs(top: Path, revision: str, tree: str) -> dict[str, str]:
    """Return the hash of each file that is wanted, by its name."""
    listed = _git(top, revision, "ls-tree", "-r", "-z", "--full-tree", tree)
    found = {}
    for row in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
        (mode, _, blob), name = row.partition("\t")[0].split(), row.partition("\t")[2]
        if mode in REGULAR and WANTED.search(name):
            found[name] = blob
    return found


def _contents(top: Path, revision: str, blobs: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    asked = "".join(f"{blob}\n" for blob in blobs.values()).encode()
    given = _git(top, revision, "cat-file", "--batch", given=asked)
    position = 0
    for name in blobs:
        head = given.index(b"\n", position)
        size = int(given[position:head].split()[-1])
        yield name, given[head + 1 : head + 1 + size]
        position = head + size + 2


def _git(folder: Path, revision: str, *arguments: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=120)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"--base {revision}", f"git cannot be asked ({error})", REMEDY) from error
    if done.returncode:
        problem = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UsageError(f"--base {revision}", f"git says: {problem}", REMEDY)
    return done.stdout
