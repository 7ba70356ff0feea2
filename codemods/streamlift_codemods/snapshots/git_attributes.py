"""Whether git leaves the bytes of goldens alone.

With `core.autocrlf=true`, the default of Git for Windows, a checkout has CRLF for each LF unless an attribute says that
the file is no text: https://git-scm.com/docs/gitattributes#_text
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .fault import Fault

LINE = "*.sse -text diff=sse linguist-generated=true"
ATTRIBUTES = ".gitattributes"
SAMPLE = "golden.sse"


def attribute_faults(folder: Path) -> list[Fault]:
    """Return what is wrong with the attributes of the goldens in *folder*, which need not exist yet.

    Nothing is, where there is no git or *folder* is in no repository.
    """
    attribute = text_attribute(folder)
    faults = []
    if attribute not in {"unset", None}:
        problem = f"git may change line ends in it (the attribute text is {attribute})"
        remedy = f"add to {folder / ATTRIBUTES}, or run streamlift snapshot doctor --fix"
        faults.append(Fault(str(folder), problem, remedy, LINE))
    if (
        attribute is not None
        and _git(folder, "check-ignore", "--quiet", "--", sample=True) is not None
    ):
        faults.append(
            Fault(
                str(folder),
                "git ignores what is in it",
                "take it out of .gitignore: goldens are committed",
            )
        )
    return faults


def text_attribute(folder: Path) -> str | None:
    """Return the attribute `text` of a golden in *folder*: unset is right; None if no git can tell."""
    # What a person has set for all repositories of the machine does not travel with this one.
    options = ["-c", f"core.attributesFile={os.devnull}"]
    answer = _git(folder, *options, "check-attr", "-z", "text", "--", sample=True)
    return None if answer is None else answer.split("\0")[2]


def write_attributes(folder: Path) -> Path:
    """Add the line to the attributes file in *folder*, and return that file."""
    path = folder / ATTRIBUTES
    before = path.read_bytes() if path.exists() else b""
    end = b"\n" if before and not before.endswith(b"\n") else b""
    path.write_bytes(b"%s%s%s\n" % (before, end, LINE.encode()))
    return path


def top_of(folder: Path) -> Path | None:
    """Return the top folder of the repository that *folder* is in, if it is in one."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    return None if top is None else Path(top.rstrip("\n")).resolve()


def _git(folder: Path, *arguments: str, sample: bool = False) -> str | None:
    """Return what git says in *folder*, perhaps about a golden in it; None if it fails, or there is none."""
    here = folder.resolve()
    existing = next(each for each in (here, *here.parents) if each.is_dir())
    name = [(here / SAMPLE).relative_to(existing).as_posix()] if sample else []
    command = ["git", "-C", str(existing), *arguments, *name]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603 - no shell, no input
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.decode("utf-8", "surrogateescape")
