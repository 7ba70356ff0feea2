"""Say where two event streams first differ, of what kind it is, and show it frame by frame."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ALIGNMENT = 64
"""Frames looked at, from the first difference on, for what was inserted or left out."""

SHOWN = 200
"""Frames compared, from the first difference on, for the picture."""

# The standard knows three line ends, `splitlines` knows eleven.
# https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
FRAME = re.compile(
    rb"(?:[^\r\n]+(?:\r\n|\r|\n|\Z))+(?:\r\n|\r|\n)*"  # lines, then all blank lines that follow
    rb"|(?:\r\n|\r|\n)+"  # blank lines at the very start
)
FIELD = re.compile(rb"([^:]*)(:? ?)(.*)", re.DOTALL)
TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]*)"
    r'(?P<text>"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+|\Z)',
    re.DOTALL,
)
MARKS = {"\r": "␍", "\n": "␊", "\t": "␉"}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


class Kind(str, Enum):
    """What sort of difference the first one is."""

    KEY_ORDER = "key order"
    SEPARATORS = "separators"
    ESCAPES = "escapes"
    NUMBER_FORM = "number form"
    MISSING_FIELD = "missing field"
    EXTRA_FIELD = "extra field"
    VALUE = "value"
    FRAMING = "framing"
    LINE_ENDING = "line ending"
    TERMINATOR = "terminator"
    FRAME_ORDER = "order of frames"
    TRUNCATION = "truncation"
    MISSING_FRAMES = "missing frames"
    EXTRA_FRAMES = "extra frames"
    DUPLICATE = "duplicate"

    def __str__(self) -> str:
        return self.value


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

    def __str__(self) -> str:
        return self.render()

    def render(self, *, colour: bool = False, frames: int = 3, width: int = 120) -> str:
        """Return a picture of the difference, one line of the stream a line.

        Args:
            colour: With ANSI colours.
            frames: Stop after this many differing frames.
            width: Show at most this many characters of a line, around the difference.
        """
        return "\n".join(_Picture(self, colour=colour, width=width).lines(frames))


def difference(expected: bytes, actual: bytes) -> Difference | None:
    r"""Return the first difference, `None` if there is none.

    >>> difference(b'data: {"a": 1}\n\n', b'data: {"a":1}\n\n').kind.value
    'separators'
    """
    if expected == actual:
        return None
    offset = _common(expected, actual)
    left, right = split_frames(expected), split_frames(actual)
    index, begin = 0, 0
    while index < min(len(left), len(right)) and left[index] == right[index]:
        begin += len(left[index])
        index += 1
    finding = _between_frames(left, right, index) or _inside_frame(left[index], right[index])
    return Difference(
        offset=offset,
        frame=index,
        kind=finding.kind,
        field=finding.field,
        path=finding.path,
        expected=expected,
        actual=actual,
    )


def split_frames(stream: bytes) -> list[bytes]:
    r"""Return the frames, each with the blank lines that follow it; joined they are *stream*.

    >>> split_frames(b"data: a\n\n\ndata: b")
    [b'data: a\n\n\n', b'data: b']
    """
    return FRAME.findall(stream)


class _Finding(NamedTuple):
    kind: Kind
    field: str | None = None
    path: str = ""


def _common(left: bytes, right: bytes) -> int:
    """Return the length of the common beginning."""
    low, high = 0, min(len(left), len(right))
    # Halving compares at the speed of C; a loop over the bytes of a long stream does not.
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _between_frames(expected: Sequence[bytes], actual: Sequence[bytes], at: int) -> _Finding | None:
    """Return what happened to whole frames, `None` if one frame was changed."""
    left, right = expected[at:], actual[at:]
    if not right:
        return _Finding(Kind.TRUNCATION)
    if not left:
        return _Finding(_extra(actual, at, len(right)))
    if len(right) == 1 and left[0].startswith(right[0]):
        ended = len(left) == 1 and _text(left[0]) == _text(right[0])
        return _Finding(Kind.TERMINATOR if ended else Kind.TRUNCATION)
    if _merged(left, right[0]) or _merged(right, left[0]):
        return _Finding(Kind.TERMINATOR)
    if len(left) == len(right) and left[1:] != right[1:] and Counter(left) == Counter(right):
        return _Finding(Kind.FRAME_ORDER)
    return _shifted(actual, at, left, right)


def _merged(apart: Sequence[bytes], whole: bytes) -> bool:
    """Tell whether *whole* is the first two frames of *apart* without the blank line."""
    return len(apart) > 1 and whole.startswith(_text(apart[0])) and whole.endswith(apart[1])


def _shifted(
    actual: Sequence[bytes], at: int, left: Sequence[bytes], right: Sequence[bytes]
) -> _Finding | None:
    """Return what was inserted or left out, if that explains more than a change in place."""
    left, right = left[: 2 * ALIGNMENT], right[: 2 * ALIGNMENT]
    best, finding = _matches(left[1:], right[1:]), None
    for shift in range(1, ALIGNMENT):
        if (score := _matches(left, right[shift:])) > best:
            best, finding = score, _Finding(_extra(actual, at, shift))
        if (score := _matches(left[shift:], right)) > best:
            best, finding = score, _Finding(Kind.MISSING_FRAMES)
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


def _inside_frame(expected: bytes, actual: bytes) -> _Finding:
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
        return _Finding(Kind.LINE_ENDING if ended else Kind.TERMINATOR, _name(one))
    if one.blank or other.blank:
        return _unmatched(left, right, one if other.blank else other)
    if one.name != other.name:
        return _renamed(left, right, at)
    if one.separator != other.separator:
        return _Finding(Kind.FRAMING, _name(one))
    field = _name(one)
    if field == "data":
        data = _data(left), _data(right)
        return _inside_json(*data) or _Finding(Kind.VALUE, field)
    return _Finding(Kind.VALUE, field)


def _unmatched(left: list[_Line], right: list[_Line], line: _Line) -> _Finding:
    """Return what it means that only one side has *line*."""
    if line.blank:
        return _Finding(Kind.TERMINATOR)
    kind = Kind.MISSING_FIELD if len(left) > len(right) else Kind.EXTRA_FIELD
    return _Finding(kind, _name(line))


def _renamed(left: list[_Line], right: list[_Line], at: int) -> _Finding:
    """Return what it means that two lines in the same place are different fields."""
    one, other = left[at], right[at]
    if sorted(left) == sorted(right):
        return _Finding(Kind.FRAMING, _name(one))
    if other.name not in {line.name for line in left} or len(right) > len(left):
        return _Finding(Kind.EXTRA_FIELD, _name(other))
    return _Finding(Kind.MISSING_FIELD, _name(one))


def _name(line: _Line) -> str | None:
    return None if line.blank else _decode(line.name)


def _data(lines: list[_Line]) -> str:
    return _decode(b"\n".join(line.value for line in lines if line.name == b"data"))


def _decode(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


class _Container:
    """An object or array that the walk is inside of.

    Attributes:
        step: The key or the index that the walk is at.
        at_key: Whether a key of an object comes next.
    """

    def __init__(self, *, is_object: bool) -> None:
        self.step: str | int = "" if is_object else 0
        self.is_object = self.at_key = is_object

    def take(self, text: str) -> None:
        """Go on over one token."""
        if text == ",":
            if isinstance(self.step, int):
                self.step += 1
            self.at_key = self.is_object
        elif text == ":":
            self.at_key = False
        elif self.at_key and text.startswith('"'):
            self.step = json.loads(text)


def _inside_json(expected: str, actual: str) -> _Finding | None:
    """Return what differs between two JSON texts, `None` if one of them is none."""
    try:
        trees = json.loads(expected), json.loads(actual)
    except (ValueError, RecursionError):
        return None
    inside: list[_Container] = []
    for one, other in zip(_tokens(expected), _tokens(actual), strict=False):
        if one.space != other.space:
            return _Finding(Kind.SEPARATORS, "data", _path(inside))
        if one.text != other.text:
            return _token_finding(one.text, other.text, inside, trees)
        if one.text in ("{", "["):
            inside.append(_Container(is_object=one.text == "{"))
        elif one.text in ("}", "]"):
            inside.pop()
        elif inside:
            inside[-1].take(one.text)
    raise AssertionError("two different texts have a token that differs")


class _Token(NamedTuple):
    space: str
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    for match in TOKEN.finditer(text):
        yield _Token(match["space"], match["text"])


def _token_finding(
    one: str, other: str, inside: list[_Container], trees: tuple[object, object]
) -> _Finding:
    """Return what it means that two tokens in the same place differ."""
    path = _path(inside)
    if inside and inside[-1].is_object and (inside[-1].at_key or {one, other} == {",", "}"}):
        return _key_finding(one, other, inside, trees)
    if one.startswith('"') and other.startswith('"') and json.loads(one) == json.loads(other):
        return _Finding(Kind.ESCAPES, "data", path)
    if NUMBER.fullmatch(one) and NUMBER.fullmatch(other) and Decimal(one) == Decimal(other):
        return _Finding(Kind.NUMBER_FORM, "data", path)
    return _Finding(Kind.VALUE, "data", path)


def _key_finding(
    one: str, other: str, inside: list[_Container], trees: tuple[object, object]
) -> _Finding:
    """Return what it means that two objects go on with different keys, or one does not go on."""
    left, right = (_keys(tree, inside[:-1]) for tree in trees)
    missing = [key for key in left if key not in right]
    extra = [key for key in right if key not in left]
    path = _path(inside[:-1])
    if one.startswith('"') and other.startswith('"') and json.loads(one) == json.loads(other):
        return _Finding(Kind.ESCAPES, "data", path + _step(json.loads(one)))
    if missing and (not extra or one != "}"):
        return _Finding(Kind.MISSING_FIELD, "data", path + _step(missing[0]))
    if extra:
        return _Finding(Kind.EXTRA_FIELD, "data", path + _step(extra[0]))
    return _Finding(Kind.KEY_ORDER, "data", path)


def _keys(tree: object, inside: list[_Container]) -> list[str]:
    for container in inside:
        tree = tree[container.step]  # type: ignore[index]  # the walk has been here
    return list(tree) if isinstance(tree, dict) else []


def _path(inside: list[_Container]) -> str:
    return "$" + "".join(_step(container.step) for container in inside)


def _step(step: str | int) -> str:
    if isinstance(step, str):
        return f".{step}" if step.isidentifier() else f"[{json.dumps(step)}]"
    return f"[{step}]"


class _Picture:
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
        field = "" if found.field is None else f", {found.field or 'comment'}"
        path = f" {found.path}" if found.path else ""
        return (
            f"first difference: {found.kind}, byte {found.offset}, frame {found.frame}{field}{path}"
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
        text = _decode(line)
        index = _char(line, offset)
        begin = max(0, min(index - self._width // 2, len(text) - self._width))
        cells = [_cell(char) for char in text[begin : begin + self._width]]
        before = "…" if begin else ""
        after = "…" if begin + self._width < len(text) else ""
        column = len(before) + sum(map(_columns, cells[: index - begin]))
        return before + "".join(cells) + after, column


def _char(line: bytes, offset: int) -> int:
    """Return the index of the character that byte *offset* belongs to."""
    if line.isascii():
        return offset
    text = _decode(line)
    # A character cut in two decodes to one surrogate a byte: step back to its beginning.
    while not text.startswith(before := _decode(line[:offset])):
        offset -= 1
    return len(before)


def _cell(char: str) -> str:
    """Return a form of *char* that can be seen, and told from the same text as an escape."""
    if char in MARKS:
        return MARKS[char]
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8
        return f"⟨{ord(char) - 0xDC00:02X}⟩"
    if char != " " and unicodedata.category(char)[0] in "CMZ":
        return f"⟨U+{ord(char):04X}⟩"
    return char


def _columns(cell: str) -> int:
    return len(cell) + sum(unicodedata.east_asian_width(char) in "WF" for char in cell)
