"""Say where two event streams first differ, of what kind it is, and show it frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

from .common_bytes import common_beginning
from .diff_picture import Picture
from .finding import Kind
from .frame_diff import between_frames, inside_frame, split_frames

SHOWN = 60
"""Characters of a name, or of a path, that a headline shows."""

__all__ = ["Difference", "Kind", "difference", "split_frames"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first difference between two streams.

    Attributes:
        offset: Index of the first byte that differs; the length of the shorter stream if that is
            how the longer one begins.
        frame: Index of the frame with that byte.
        kind: What sort of difference it is.
        field: The SSE field it is in, `None` if it is not inside one; `""` is a comment.
        path: Where it is in the JSON of that field (`$.choices[0].delta`), `""` if it is not.
        expected: The one stream.
        actual: The other.
    """

    offset: int
    frame: int
    kind: Kind
    field: str | None
    path: str
    expected: bytes
    actual: bytes

    @property
    def headline(self) -> str:
        """What and where it is, in one line."""
        field = "" if self.field is None else f", {_short(self.field) or 'comment'}"
        path = f" {_short(self.path)}" if self.path else ""
        return f"{self.kind}, byte {self.offset}, frame {self.frame}{field}{path}"

    def __str__(self) -> str:
        return self.render()

    def render(self, *, colour: bool = False, frames: int = 3, width: int = 120) -> str:
        """Return a picture of the difference, one line of the stream a line.

        Args:
            colour: With ANSI colours.
            frames: Stop after this many differing frames.
            width: Show at most this many characters of a line, around the difference.
        """
        return "\n".join(Picture(self, colour=colour, width=width).lines(frames))


def _short(text: str) -> str:
    """Return *text*, of which something that is no event stream at all may have much."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def difference(expected: bytes, actual: bytes) -> Difference | None:
    r"""Return the first difference, `None` if there is none.

    >>> difference(b'data: {"a": 1}\n\n', b'data: {"a":1}\n\n').kind.value
    'separators'
    """
    if expected == actual:
        return None
    offset = common_beginning(expected, actual)
    left, right = split_frames(expected), split_frames(actual)
    index = 0
    while index < min(len(left), len(right)) and left[index] == right[index]:
        index += 1
    finding = between_frames(left, right, index) or inside_frame(left[index], right[index])
    return Difference(
        offset=offset,
        frame=index,
        kind=finding.kind,
        field=finding.field,
        path=finding.path,
        expected=expected,
        actual=actual,
    )
