"""Text in which line ends, control characters and bytes that are no UTF-8 can be seen."""

from __future__ import annotations

import unicodedata

from .frame_diff import decode

MARKS = {"\r": "␍", "\n": "␊", "\t": "␉"}


def visible(text: bytes) -> str:
    r"""Return *text* for people.

    >>> visible(b"data: a\r\n\xff")
    'data: a␍␊⟨FF⟩'
    """
    return "".join(map(cell, decode(text)))


def cell(char: str) -> str:
    """Return a form of *char* that can be seen, and told from the same text as an escape."""
    if char in MARKS:
        return MARKS[char]
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8
        return f"⟨{ord(char) - 0xDC00:02X}⟩"
    if char != " " and unicodedata.category(char)[0] in "CMZ":
        return f"⟨U+{ord(char):04X}⟩"
    return char


def columns(cell: str) -> int:
    """Return how many columns of a terminal *cell* takes."""
    return len(cell) + sum(unicodedata.east_asian_width(char) in "WF" for char in cell)
