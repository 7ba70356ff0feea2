"""The values that stand in the same place of two texts, and where that place is."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..differences.frame_diff import FIELD, LINE, decode
from ..differences.json_span import JSONPath, frame_spans
from .unsteady_value import ADDRESS, DATE_TIME, HTTP_DATE

TOKEN = re.compile(rf"{DATE_TIME}|{HTTP_DATE}|{ADDRESS}|[\w.:+-]+|.", re.DOTALL | re.ASCII)


class Value(NamedTuple):
    """Two values of one place.

    Attributes:
        place: The place, for people.
        about: What it is called, in whichever frame it is.
        first: The one value.
        second: The other.
        json_path: Where they are in the JSON of a frame, with every index as `[*]`.
        before: What stands before both.
    """

    place: str
    about: str
    first: str
    second: str
    json_path: str | None = None
    before: str = ""


class Frame(NamedTuple):
    """A frame of the first recording, with its number and where it begins."""

    number: int
    offset: int
    raw: bytes

    def place(self, path: str) -> str:
        """Return where the value of *path* in its data is, for people."""
        spans = next(frame_spans(self.raw, JSONPath.parse(path)), None)
        byte = self.offset + (spans[0].begin if spans else 0)
        return f"frame {self.number}, byte {byte}, {path}"

    def value(self, path: str, pattern: str, first: str, second: str) -> Value:
        """Return the values of *path*; *pattern* is that with any index."""
        return Value(self.place(path), pattern, first, second, json_path=pattern)


class Document(NamedTuple):
    """A body of the first recording that is one JSON text."""

    text: str

    def place(self, path: str) -> str:
        """Return where the value of *path* is, for people."""
        return f"byte {len(self._before(path).encode())}, {path}"

    def value(self, path: str, pattern: str, first: str, second: str) -> Value:
        """Return the values of *path*; *pattern* is that with any index."""
        # Up to the next value: what differs itself finds nothing.
        before = re.split(r"[{\[,]", self._before(path))[-1]
        return Value(self.place(path), pattern, first, second, before=before)

    def _before(self, path: str) -> str:
        begin, _ = next(iter(JSONPath.parse(path).spans(self.text)), (0, 0))
        return self.text[:begin]


def fields_of(frame: bytes) -> list[tuple[str, str]]:
    """Return the fields of a frame; the lines of its data are one."""
    fields: list[tuple[str, str]] = []
    for content, _ in LINE.findall(frame):
        match = FIELD.fullmatch(content)
        name, value = (decode(match[1]), decode(match[3])) if match else ("", "")
        if name == "data" and fields and fields[-1][0] == "data":
            fields[-1] = ("data", f"{fields[-1][1]}\n{value}")
        elif content:
            fields.append((name, value))
    return fields


def words(place: str, about: str, first: str, second: str, before: str = "") -> list[Value]:
    """Return the words that differ in two texts of as many words, or both texts."""
    left, right = ([match[0] for match in TOKEN.finditer(each)] for each in (first, second))
    if len(left) != len(right):
        return [Value(place, about, first, second, before=before)]
    values = []
    for one, other in zip(left, right, strict=True):
        if one != other:
            values.append(Value(place, about, one, other, before=before))
        # What differs itself finds nothing.
        before = before + one if one == other else ""
    return values
