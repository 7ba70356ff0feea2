"""A text that is read with some of it cut out: where each place of it stands in the whole one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .literals import Span

if TYPE_CHECKING:
    from ..rewriting.edits import Edit
    from .source import SourceFile


@dataclass(frozen=True)
class MovedText:
    """Where each place of a text stands in the one that it was made of.

    Attributes:
        whole: The file as it is on disk.
        edits: The edits that made the text of it, in order.
        frames: The spans of the file that hold a frame beside a chunk.
    """

    whole: SourceFile
    edits: tuple[Edit, ...]
    frames: frozenset[Span]

    @cached_property
    def _pieces(self) -> tuple[list[int], list[int]]:
        """Where each piece that stays starts: in the text, and in the whole one."""
        here, there = [0], [0]
        for edit in self.edits:
            here.append(here[-1] + edit.start - there[-1] + len(edit.text))
            there.append(edit.end)
        return here, there

    def span(self, span: Span) -> Span:
        """Return where *span* of the text stands in the whole one."""
        last = self._offset(span.end - 1) + 1 if span.end > span.start else self._offset(span.end)
        return Span(self._offset(span.start), last)

    def is_beside(self, span: Span) -> bool:
        """Return whether *span* is, or is a part of, a frame beside a chunk."""
        start = self._offset(span.start)
        return any(frame.start <= start < frame.end for frame in self.frames)

    def _offset(self, offset: int) -> int:
        here, there = self._pieces
        piece = bisect_right(here, offset) - 1
        return there[piece] + offset - here[piece]
