"""Span edits: every byte outside of them stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..reading.literals import Span


BARE_LINE_FEED = re.compile(r"(?<!\r)\n")
FUTURE, STANDARD_LIBRARY, THIRD_PARTY, FIRST_PARTY, LOCAL, CONSTANT, IN_PLACE = range(7)


@dataclass(frozen=True, order=True)
class Edit:
    r"""Replace the characters from `start` to `end` by `text`.

    Attributes:
        start: Offset into the file's text.
        end: Offset behind the last replaced character; equal to `start` for an insertion.
        rank: What comes first of several insertions at one place.
        text: The new text, with "\n" as line end.
    """

    start: int
    end: int
    rank: int
    text: str


@dataclass
class EditConflict(Exception):
    """Two edits that touch the same characters.

    Attributes:
        first: The one that starts earlier.
        second: The other.
    """

    first: Edit
    second: Edit


def replace(span: Span, text: str) -> Edit:
    """Return the edit that puts *text* in the place of *span*."""
    return Edit(span.start, span.end, IN_PLACE, text)


def insert(offset: int, text: str, rank: int = IN_PLACE) -> Edit:
    """Return the edit that puts *text* at *offset*."""
    return Edit(offset, offset, rank, text)


def apply_edits(text: str, edits: Iterable[Edit], newline: str) -> str:
    """Return *text* with *edits* made; new lines end as the file's do.

    Raises:
        EditConflict: If two edits overlap.
    """
    pieces = []
    position = 0
    previous: Edit | None = None
    for edit in sorted(set(edits)):
        if previous is not None and edit.start < previous.end:
            raise EditConflict(previous, edit)
        pieces += [
            text[position : edit.start],
            BARE_LINE_FEED.sub(newline.replace("\\", ""), edit.text),
        ]
        position, previous = edit.end, edit
    return "".join([*pieces, text[position:]])
