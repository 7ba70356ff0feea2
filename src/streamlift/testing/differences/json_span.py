"""Where the values of a JSON path stand, byte by byte, in the data of an event stream."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .frame_diff import FIELD, LINE, decode, split_frames

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = re.compile(
    r"""(?P<any>\.\*|\[\*\])|\.(?P<name>[^.\[\]*"'\s]+)|\[(?P<json>\d+|"(?:[^"\\]|\\.)*")\]"""
)
BLANK = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder()


class ByteSpan(NamedTuple):
    """The bytes from *begin* up to *end*."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class JSONPath:
    """The way from the root of a JSON text to values in it.

    Attributes:
        steps: Keys and indices; `None` is any of them.
    """

    steps: tuple[str | int | None, ...]

    @classmethod
    def parse(cls, text: str) -> JSONPath:
        """Return the path that *text* says.

        Raises:
            ValueError: If it says none.
        """
        if not text.startswith("$"):
            raise ValueError(f"the json path {text!r} does not begin with '$'")
        steps: list[str | int | None] = []
        at = 1
        while at < len(text):
            step = STEP.match(text, at)
            if step is None:
                raise ValueError(
                    f"the json path {text!r} cannot be read from {text[at:]!r} on: "
                    'a step is .name, ["name"], [0] or [*]'
                )
            if step["any"]:
                steps.append(None)
            else:
                steps.append(json.loads(step["json"]) if step["json"] else step["name"])
            at = step.end()
        return cls(tuple(steps))

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield begin and end of each value in *text*, which is JSON.

        Of a string, without its quotes. `null` is no value.
        """
        return _walk(text, BLANK.match(text).end(), self.steps)  # type: ignore[union-attr]  # it matches anything


def _walk(text: str, at: int, steps: tuple[str | int | None, ...]) -> Iterator[tuple[int, int]]:
    if not steps:
        end = _end(text, at)
        if text[at] == '"':
            yield at + 1, end - 1
        elif text[at:end] != "null":
            yield at, end
        return
    for step, begin in _members(text, at):
        # `True == 1`, but a key is a str and an index an int, so no step equals another kind.
        if steps[0] is None or steps[0] == step:
            yield from _walk(text, begin, steps[1:])


def _members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """Yield key or index, and where the value begins, of the object or array at *at*."""
    if text[at] not in "{[":
        return
    is_object, index = text[at] == "{", 0
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        step: str | int = index
        if is_object:
            step, at = DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # over the colon
        yield step, at
        at = _skip(text, _end(text, at))
        if text[at] == ",":
            at = _skip(text, at + 1)
        index += 1


def _end(text: str, at: int) -> int:
    return DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    return BLANK.match(text, at).end()  # type: ignore[union-attr]  # it matches anything


def frame_spans(body: bytes, path: JSONPath) -> Iterator[tuple[ByteSpan, ...]]:
    """Yield each value of *path* in the frames of *body*: one span a line that it stands on.

    A frame may have its data on several lines, and a value may go over their ends. A body that is
    JSON as a whole is no stream: the values are those of it.
    """
    if _is_json(decode(body)):
        yield from _spans([ByteSpan(0, len(body))], body, path)
        return
    offset = 0
    for frame in split_frames(body):
        yield from _spans(list(_data_lines(frame, offset)), body, path)
        offset += len(frame)


def _spans(lines: list[ByteSpan], body: bytes, path: JSONPath) -> Iterator[tuple[ByteSpan, ...]]:
    """Yield the values of *path* in what *lines* of *body* say together."""
    data = decode(b"\n".join(body[line.begin : line.end] for line in lines))
    if _is_json(data):
        for begin, end in path.spans(data):
            if spans := tuple(_in_lines(lines, _bytes(data[:begin]), _bytes(data[:end]))):
                yield spans


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _data_lines(frame: bytes, offset: int) -> Iterator[ByteSpan]:
    """Yield where the values of the data lines of *frame* stand, which begins at *offset*."""
    for line in LINE.finditer(frame):
        name, _, value = FIELD.fullmatch(line[1]).groups()  # type: ignore[union-attr]  # it matches anything
        if name == b"data":
            yield ByteSpan(offset + line.end(1) - len(value), offset + line.end(1))


def _in_lines(lines: list[ByteSpan], begin: int, end: int) -> Iterator[ByteSpan]:
    """Yield where `data[begin:end]` stands, line by line; `data` is *lines* joined by line ends."""
    at = 0
    for line in lines:
        size = line.end - line.begin
        low, high = max(begin, at), min(end, at + size)
        if low < high:
            yield ByteSpan(line.begin + low - at, line.begin + high - at)
        at += size + 1


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogateescape"))
