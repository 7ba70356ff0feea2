"""Which names a golden may have: those that every file system keeps apart."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 255 - len(".sse.meta")
"""Bytes of a name; most file systems take 255 for a file."""

# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|]')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def name_fault(name: str) -> str | None:
    """Return why no file can have *name* on every system, as a clause; `None` if it can."""
    if not name:
        return "is empty"
    if character := FORBIDDEN.search(name):
        return f"has {character[0]!r}, which no file name can have on every system"
    if name[0] in ". " or name[-1] in ". ":
        return "begins or ends with a dot or a space"
    if RESERVED.fullmatch(name):
        return "is the name of a device on Windows"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "is no Unicode text"
    if size > LONGEST:
        return f"has {size} bytes, more than the {LONGEST} that a file name has room for"
    return None


def folded(name: str) -> str:
    """Return what two names have in common that some file systems take for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def colliding_names(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of different names that some file systems take for one."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[folded(name)].add(name)
    return tuple(tuple(sorted(group)) for group in groups.values() if len(group) > 1)
