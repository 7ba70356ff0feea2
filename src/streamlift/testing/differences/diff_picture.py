"""A difference as a picture, frame by frame."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from .frame_diff import LINE, decode, split_frames
from .visible_text import cell, columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .byte_diff import Difference

SHOWN = 200
"""Frames compared, from the first difference on, for the picture."""


class Picture:
    """The lines of a difference, for people."""

    def __init__(self, found: Difference, *, colour: bool, width: int) -> None:
        self._found = found
        self._left = split_frames(found.expected)
        self._right = split_frames(found.actual)
        self._colour = colour
        self._width = width
        # Both streams agree before the frame, so it begins at the same byte in both.
        self._offset = found.offset - sum(map(len, self._left[: found.frame]))

    def lines(self, limit: int) -> Iterator[str]:
        """Yield the head, then frames that agree as a number and frames that differ in full."""
        found = self._found
        yield self._head()
        if found.frame:
            yield self._same(0, found.frame)
        left = self._left[found.frame : found.frame + SHOWN]
        right = self._right[found.frame : found.frame + SHOWN]
        shown = 0
        for tag, low, high, begin, end in SequenceMatcher(
            None, left, right, autojunk=False
        ).get_opcodes():
            if tag == "equal":
                yield self._same(found.frame + low, found.frame + high)
                continue
            for step in range(max(high - low, end - begin)):
                if shown == limit:
                    yield "  ... more frames differ"
                    return
                shown += 1
                if low + step < high:
                    yield from self._frame("-", self._left, found.frame + low + step)
                if begin + step < end:
                    yield from self._frame("+", self._right, found.frame + begin + step)
        hidden = max(len(self._left), len(self._right)) - found.frame - SHOWN
        if hidden > 0:
            yield f"  ... {hidden} more frames not compared"

    def _head(self) -> str:
        found = self._found
        return (
            f"first difference: {found.headline}"
            f" (expected {len(found.expected)} bytes in {len(self._left)} frames,"
            f" actual {len(found.actual)} in {len(self._right)})"
        )

    def _same(self, begin: int, end: int) -> str:
        frames = "1 frame" if end - begin == 1 else f"{end - begin} frames"
        return f"  = {frames} the same [{begin}..{end - 1}]"

    def _frame(self, sign: str, frames: list[bytes], index: int) -> Iterator[str]:
        """Yield one frame, a caret under the first byte that differs."""
        label = f"[{index}] "
        offset = self._offset if index == self._found.frame else -1
        lines = [content + end for content, end in LINE.findall(frames[index]) if content or end]
        position = 0
        for number, line in enumerate(lines):
            here = position <= offset < position + len(line)
            here = here or (number == len(lines) - 1 and offset == position + len(line))
            text, column = self._visible(line, offset - position if here else 0)
            prefix = f"  {sign} {label if number == 0 else ' ' * len(label)}"
            yield self._paint(prefix + text, "31" if sign == "-" else "32")
            if here:
                yield self._paint(" " * (len(prefix) + column) + "^", "1")
            position += len(line)

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _visible(self, line: bytes, offset: int) -> tuple[str, int]:
        """Return the part of *line* around *offset*, and the column of *offset* in it."""
        text = decode(line)
        index = _char(line, offset)
        begin = max(0, min(index - self._width // 2, len(text) - self._width))
        cells = [cell(char) for char in text[begin : begin + self._width]]
        before = "…" if begin else ""
        after = "…" if begin + self._width < len(text) else ""
        column = len(before) + sum(map(columns, cells[: index - begin]))
        return before + "".join(cells) + after, column


def _char(line: bytes, offset: int) -> int:
    """Return the index of the character that byte *offset* belongs to."""
    if line.isascii():
        return offset
    text = decode(line)
    # A character cut in two decodes to one surrogate a byte: step back to its beginning.
    while not text.startswith(before := decode(line[:offset])):
        offset -= 1
    return len(before)
