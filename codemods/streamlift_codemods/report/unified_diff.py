"""The unified diff of one file, whatever its line ends are."""

from __future__ import annotations

import difflib
import re

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def unified_diff(name: str, before: bytes | None, after: bytes | None) -> str:
    """Return the change of the file *name*; None stands for no file."""
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        "/dev/null" if before is None else f"a/{name}",
        "/dev/null" if after is None else f"b/{name}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def lines_of(text: str) -> list[str]:
    """Return the lines of *text* with their ends; a form feed ends none."""
    return [match.group() for match in LINE.finditer(text)]


def _lines(raw: bytes | None) -> list[str]:
    return lines_of((raw or b"").decode("utf-8", "replace"))
