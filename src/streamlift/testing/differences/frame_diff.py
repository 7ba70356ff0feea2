"""The first difference between two streams by their frames: of whole ones, or inside one."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from .finding import Finding, Kind
from .json_diff import inside_json

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIGNMENT = 64
"""Frames looked at, from the first difference on, for what was inserted or left out."""

# The standard knows three line ends, `splitlines` knows eleven.
# https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
FRAME = re.compile(
    rb"(?:[^\r\n]+(?:\r\n|\r|\n|\Z))+(?:\r\n|\r|\n)*"  # lines, then all blank lines that follow
    rb"|(?:\r\n|\r|\n)+"  # blank lines at the very start
)
FIELD = re.compile(rb"([^:]*)(:? ?)(.*)", re.DOTALL)


def split_frames(stream: bytes) -> list[bytes]:
    r"""Return the frames, each with the blank lines that follow it; joined they are *stream*.

    >>> split_frames(b"data: a\n\n\ndata: b")
    [b'data: a\n\n\n', b'data: b']
    """
    return FRAME.findall(stream)


def between_frames(expected: Sequence[bytes], actual: Sequence[bytes], at: int) -> Finding | None:
    """Return what happened to whole frames, `None` if one frame was changed."""
    left, right = expected[at:], actual[at:]
    if not right:
        return Finding(Kind.TRUNCATION)
    if not left:
        return Finding(_extra(actual, at, len(right)))
    if len(right) == 1 and left[0].startswith(right[0]):
        ended = len(left) == 1 and _text(left[0]) == _text(right[0])
        return Finding(Kind.TERMINATOR if ended else Kind.TRUNCATION)
    if _merged(left, right[0]) or _merged(right, left[0]):
        return Finding(Kind.TERMINATOR)
    if len(left) == len(right) and left[1:] != right[1:] and Counter(left) == Counter(right):
        return Finding(Kind.FRAME_ORDER)
    return _shifted(actual, at, left, right)


def _merged(apart: Sequence[bytes], whole: bytes) -> bool:
    """Tell whether *whole* is the first two frames of *apart* without the blank line."""
    return len(apart) > 1 and whole.startswith(_text(apart[0])) and whole.endswith(apart[1])


def _shifted(
    actual: Sequence[bytes], at: int, left: Sequence[bytes], right: Sequence[bytes]
) -> Finding | None:
    """Return what was inserted or left out, if that explains more than a change in place."""
    left, right = left[: 2 * ALIGNMENT], right[: 2 * ALIGNMENT]
    best, finding = _matches(left[1:], right[1:]), None
    for shift in range(1, ALIGNMENT):
        if (score := _matches(left, right[shift:])) > best:
            best, finding = score, Finding(_extra(actual, at, shift))
        if (score := _matches(left[shift:], right)) > best:
            best, finding = score, Finding(Kind.MISSING_FRAMES)
    return finding


def _extra(actual: Sequence[bytes], at: int, count: int) -> Kind:
    """Return which kind of extra frames `actual[at : at + count]` are."""
    again = at >= count and actual[at - count : at] == actual[at : at + count]
    return Kind.DUPLICATE if again else Kind.EXTRA_FRAMES


def _matches(left: Sequence[bytes], right: Sequence[bytes]) -> int:
    """Return how many frames agree before the first that does not."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _text(frame: bytes) -> bytes:
    return frame.rstrip(b"\r\n")


class _Line(NamedTuple):
    """One line of a frame, parsed as a field."""

    name: bytes
    separator: bytes
    value: bytes
    end: bytes

    @property
    def blank(self) -> bool:
        return not self.name and not self.separator


def _lines(frame: bytes) -> list[_Line]:
    lines = []
    for content, end in LINE.findall(frame):
        if content or end:
            name, separator, value = FIELD.fullmatch(content).groups()  # type: ignore[union-attr]  # it matches anything
            lines.append(_Line(name, separator, value, end))
    return lines


def inside_frame(expected: bytes, actual: bytes) -> Finding:
    """Return what differs between two frames that differ."""
    left, right = _lines(expected), _lines(actual)
    at = next(
        (i for i, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), -1
    )
    if at < 0:  # one of them only goes on
        rest = (left if len(left) > len(right) else right)[min(len(left), len(right)) :]
        return _unmatched(left, right, rest[0])
    one, other = left[at], right[at]
    if one[:3] == other[:3]:
        ended = one.end and other.end
        return Finding(Kind.LINE_ENDING if ended else Kind.TERMINATOR, _name(one))
    if one.blank or other.blank:
        return _unmatched(left, right, one if other.blank else other)
    if one.name != other.name:
        return _renamed(left, right, at)
    if one.separator != other.separator:
        return Finding(Kind.FRAMING, _name(one))
    field = _name(one)
    if field == "data":
        data = _data(left), _data(right)
        return inside_json(*data) or Finding(Kind.VALUE, field)
    return Finding(Kind.VALUE, field)


def _unmatched(left: list[_Line], right: list[_Line], line: _Line) -> Finding:
    """Return what it means that only one side has *line*."""
    if line.blank:
        return Finding(Kind.TERMINATOR)
    kind = Kind.MISSING_FIELD if len(left) > len(right) else Kind.EXTRA_FIELD
    return Finding(kind, _name(line))


def _renamed(left: list[_Line], right: list[_Line], at: int) -> Finding:
    """Return what it means that two lines in the same place are different fields."""
    one, other = left[at], right[at]
    if one.name.removeprefix(BOM_UTF8) == other.name.removeprefix(BOM_UTF8):
        return Finding(Kind.FRAMING)
    if sorted(left) == sorted(right):
        return Finding(Kind.FRAMING, _name(one))
    if other.name not in {line.name for line in left} or len(right) > len(left):
        return Finding(Kind.EXTRA_FIELD, _name(other))
    return Finding(Kind.MISSING_FIELD, _name(one))


def _name(line: _Line) -> str | None:
    return None if line.blank else decode(line.name)


def _data(lines: list[_Line]) -> str:
    return decode(b"\n".join(line.value for line in lines if line.name == b"data"))


def decode(text: bytes) -> str:
    """Return *text* with one surrogate for each byte that is no UTF-8."""
    return text.decode(errors="surrogateescape")
