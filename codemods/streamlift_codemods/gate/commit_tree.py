"""The whole tree of a commit, written to a folder as a checkout would have it; the repository is only read."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError, listed
from .folder_tree import lead_into
from .git import GitError, git, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

LFS = b"version https://git-lfs.github.com/spec/"
LINK = "160000"
REMEDY = "name a commit, such as origin/main or HEAD~1, or a folder with the old code"
FETCH = "fetch it first, such as by git fetch origin main, or fetch-depth: 0 of actions/checkout"


def commit_of(top: Path, revision: str) -> str:
    """Return the hash of the commit that *revision* names.

    Raises:
        UsageError: If there is none.
    """
    try:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return git(top, *asked).decode().strip()
    except GitError as error:
        is_shallow = git(top, "rev-parse", "--is-shallow-repository").strip() == b"true"
        problem = "is no commit of this repository"
        if is_shallow:
            problem += ", of which there is only the end of the history here"
        raise UsageError(
            f"--base {revision}", problem, FETCH if is_shallow or "/" in revision else REMEDY
        ) from error


def write_commit(top: Path, commit: str, target: Path) -> Iterator[str]:
    """Write the tree that the repository at *top* has at *commit* to *target*, which is empty.

    Modes, links and line ends are those of a checkout with the settings of the repository.

    Yields:
        What is missing there, a sentence each.
    """
    with tempfile.TemporaryDirectory(prefix="streamlift-index-") as folder:
        index = Path(folder, "index")
        git(top, "-c", "core.sparseCheckout=false", "read-tree", commit, index=index)
        repository = os.fsdecode(git(top, "rev-parse", "--absolute-git-dir").removesuffix(b"\n"))
        here = (
            f"--git-dir={repository}",
            f"--work-tree={target}",
            "-c",
            "core.sparseCheckout=false",
        )
        git(target, *here, "checkout-index", "--all", "--quiet", index=index)
        names = names_in(git(top, "ls-files", "-z", "--full-name", index=index))
    for name in names:
        if (target / name).is_symlink():
            lead_into(target / name, top, target)
    yield from _pointers(target, names)
    for name, linked in _linked(top, commit):
        yield from _write_linked(top / name, name, linked, target / name)


def _linked(top: Path, commit: str) -> Iterator[tuple[str, str]]:
    """Give the path of each submodule, and its commit."""
    for row in names_in(git(top, "ls-tree", "-r", "-z", "--full-tree", commit)):
        (mode, _, linked), name = row.partition("\t")[0].split(), row.partition("\t")[2]
        if mode == LINK:
            yield name, linked


def _write_linked(source: Path, name: str, commit: str, target: Path) -> Iterator[str]:
    """Write a submodule from what is checked out of it, if it has the commit."""
    try:
        known = (source / ".git").exists() and git(source, "cat-file", "-t", commit).strip()
    except GitError:
        known = b""
    if known == b"commit":
        target.mkdir(parents=True, exist_ok=True)
        yield from write_commit(source, commit, target)
    else:
        remedy = "run git submodule update --init there, or name it under also in the requests file"
        yield f"the submodule {name} is empty: its commit {commit[:10]} is not here; {remedy}"


def _pointers(target: Path, names: list[str]) -> Iterator[str]:
    """Tell of the files that git-lfs has not filled."""
    if not any(
        re.search(rb"filter\s*=\s*lfs", (target / name).read_bytes())
        for name in names
        if name.endswith(".gitattributes") and (target / name).is_file()
    ):
        return
    found = [name for name in names if _starts_with(target / name, LFS)]
    if found:
        yield (
            f"{listed(found)} of Git LFS: only the pointer is there; run git lfs install and git lfs fetch, "
            "or name the files under also in the requests file"
        )


def _starts_with(path: Path, start: bytes) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(start)) == start
