"""What two runs of the same code have sent differently, why that may be, and what helps."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .frame_diff import FIELD, LINE, decode, split_frames
from .json_diff import step_text
from .json_span import JSONPath, frame_spans
from .unsteady_value import (
    ADDRESS,
    DATE_TIME,
    HTTP_DATE,
    OTHER,
    Sort,
    literal,
    shape_alone,
    sort_of,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from .recording import Recording
    from .requests_file import RequestsFile

SHOWN = 40
"""Characters of a value that are shown."""

CONTEXT = 12
"""Characters that stand before a value in a pattern for it."""

SETTINGS = {"clock": "clock = 2026-01-01T00:00:00Z", "seed": "seed = 0"}

TOKEN = re.compile(rf"{DATE_TIME}|{HTTP_DATE}|{ADDRESS}|[\w.:+-]+|.", re.DOTALL | re.ASCII)

ORDER = Sort("another order: that of a set, or of tasks that run at the same time")
HASH_SEED = "PYTHONHASHSEED"

LEFT_BEHIND = "what was left behind"
WAIT = "nothing here sets that: wait in the code for what it has started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing that differs, and what helps.

    Attributes:
        place: Where: "frame 2, byte 93, $.id", "the header x-request-id".
        first: What stood there, for people.
        second: What stood there the second time.
        sort: What it looks like, in words.
        setting: A line for the top of the file of requests; `None` if none helps.
        redaction: The lines of a `[[redact]]` but for its name; `None` if it is not to be left out.
        about: What the place is called, in whichever frame it is.
        remedy: What to do, in words.
    """

    place: str
    about: str = ""
    first: str
    second: str
    sort: str
    setting: str | None = None
    redaction: str | None = None
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {_shown(self.first)} and {_shown(self.second)}: {self.sort}; {self.remedy}"


def advice(first: Recording, second: Recording, file: RequestsFile) -> tuple[Advice, ...]:
    """Return what helps against each difference of two recordings of the same code.

    Args:
        first: What the code has sent.
        second: What it has sent in another process.
        file: What is said already.
    """
    advisor = _Advisor(file)
    found = [
        *advisor.of_headers(first, second),
        *advisor.of_body(first.body, second.body),
        *_of_the_rest(first, second),
    ]
    # Many frames have the same field: it is told once.
    told: dict[tuple[str, str, str | None], Advice] = {}
    for each in found:
        told.setdefault((each.sort, each.about or each.place, each.redaction), each)
    return tuple(told.values())


def lines_to_add(advices: Iterable[Advice], file: RequestsFile) -> str:
    """Return what is to be pasted into *file*: settings for its top first, then tables for its end."""
    given = list(advices)
    settings = dict.fromkeys(each.setting for each in given if each.setting)
    names = {each.name for each in file.redactions}
    tables: dict[str, str] = {}
    for each in given:
        if each.redaction is not None and each.redaction not in tables:
            name = _new_name(each.about, names)
            names.add(name)
            tables[each.redaction] = f"[[redact]]\nname = {_toml(name)}\n{each.redaction}"
    blocks = ["\n".join(settings)] if settings else []
    return "\n\n".join([*blocks, *tables.values()]) + "\n" if blocks or tables else ""


class _Value(NamedTuple):
    """Two values of one place.

    Attributes:
        place: The place, for people.
        about: What it is called, in whichever frame it is.
        first: The one value.
        second: The other.
        json_path: Where they are in the JSON of a frame, with every index as `[*]`.
        before: What stands before both, in the same line.
    """

    place: str
    about: str
    first: str
    second: str
    json_path: str | None = None
    before: str = ""


class _Frame(NamedTuple):
    """A frame of the first recording, with its number and where it begins."""

    number: int
    offset: int
    raw: bytes

    def place(self, path: str) -> str:
        """Return where the value of *path* is, for people."""
        spans = next(frame_spans(self.raw, JSONPath.parse(path)), None)
        byte = self.offset + (spans[0].begin if spans else 0)
        return f"frame {self.number}, byte {byte}, {path}"


class _Advisor:
    """Knows what the file says already."""

    def __init__(self, file: RequestsFile) -> None:
        self._is_set = {"clock": file.clock is not None, "seed": file.seed is not None}
        self._environment = file.environment

    def of_headers(self, first: Recording, second: Recording) -> Iterator[Advice]:
        """Yield advice on the values of headers."""
        for (name, one), (other_name, other) in zip(first.headers, second.headers, strict=False):
            if name == other_name and one != other:
                place = decode(name)
                for value in _tokens(f"the header {place}", place, decode(one), decode(other)):
                    yield self._on(value)

    def of_body(self, first: bytes, second: bytes) -> Iterator[Advice]:
        """Yield advice on the frames."""
        left, right = split_frames(first), split_frames(second)
        if len(left) != len(right):
            yield Advice(
                place="the body",
                first=f"{len(left)} frames",
                second=f"{len(right)} frames",
                sort="what happens depends on time, chance or the order of tasks",
                remedy="put something that always says the same in the place of what is asked (setup)",
            )
        elif left != right and Counter(left) == Counter(right):
            index = next(
                i for i, pair in enumerate(zip(left, right, strict=True)) if len({*pair}) > 1
            )
            yield self._on_order(f"frame {index}", decode(left[index]), decode(right[index]))
        else:
            offset = 0
            for index, (one, other) in enumerate(zip(left, right, strict=True)):
                if one != other:
                    yield from self._of_frame(index, offset, one, other)
                offset += len(one)

    def _of_frame(self, index: int, offset: int, one: bytes, other: bytes) -> Iterator[Advice]:
        place = f"frame {index}, byte {offset + _first_other(one, other)}"
        fields = _fields(one), _fields(other)
        if [name for name, _ in fields[0]] != [name for name, _ in fields[1]]:
            yield self._on(_Value(place, "fields", decode(one), decode(other)))
            return
        for (name, left), (_, right) in zip(*fields, strict=True):
            if left == right:
                continue
            try:
                trees = json.loads(left), json.loads(right)
            except (ValueError, RecursionError):
                for value in _tokens(f"{place}, {name}", name, left, right, f"{name}: "):
                    yield self._on(value)
            else:
                found = self._of_trees(_Frame(index, offset, one), "$", "$", *trees)
                yield from found

    def _of_trees(
        self, frame: _Frame, path: str, pattern: str, one: object, other: object
    ) -> Iterator[Advice]:
        """Yield advice on two JSON values, one in the place of the other."""
        if isinstance(one, dict) and isinstance(other, dict) and {*one} == {*other}:
            if [*one] != [*other]:
                yield self._on_order(frame.place(path), json.dumps([*one]), json.dumps([*other]))
            for key, value in one.items():
                step = step_text(key)
                yield from self._of_trees(frame, path + step, pattern + step, value, other[key])
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            texts = [sorted(map(json.dumps, each)) for each in (one, other)]
            if one != other and texts[0] == texts[1]:
                yield self._on_order(frame.place(path), json.dumps(one), json.dumps(other))
                return
            for index, pair in enumerate(zip(one, other, strict=True)):
                yield from self._of_trees(frame, f"{path}[{index}]", f"{pattern}[*]", *pair)
        elif one != other:
            left, right = (x if isinstance(x, str) else json.dumps(x) for x in (one, other))
            yield self._on(_Value(frame.place(path), pattern, left, right, pattern))

    def _on(self, value: _Value) -> Advice:
        """Return what helps against one value."""
        sort = sort_of(value.first, value.second)
        setting = next((each for each in sort.settings if not self._is_set[each]), None)
        if setting is not None:
            remedy, redaction = f"write {SETTINGS[setting]}", None
        elif sort == OTHER:
            remedy = "put something that always says the same in its place (setup)"
            redaction = None
        else:
            remedy, redaction = "nothing sets that: leave it out", _redaction(value, sort)
        return Advice(
            place=value.place,
            about=value.about,
            first=value.first,
            second=value.second,
            sort=sort.name,
            setting=SETTINGS[setting] if setting else None,
            redaction=redaction,
            remedy=remedy,
        )

    def _on_order(self, place: str, first: str, second: str) -> Advice:
        """Return what helps against another order."""
        remedy = "sort them where they are made, or wait for one task before the next"
        if HASH_SEED not in self._environment:
            remedy += f'; {HASH_SEED} = "0" in the environment helps with sets only'
        return Advice(
            place=place,
            first=first,
            second=second,
            sort=ORDER.name,
            # A table cannot stand twice.
            setting=None if self._environment else f'environment = {{ {HASH_SEED} = "0" }}',
            remedy=remedy,
        )


def _of_the_rest(first: Recording, second: Recording) -> Iterator[Advice]:
    """Yield advice on what is no text."""
    facts: dict[str, tuple[object, ...]] = {
        "the status": (first.status, second.status),
        "the ending": (first.ending, second.ending),
        LEFT_BEHIND: (first.cleanup, second.cleanup),
        "the names of headers": tuple(
            [name for name, _ in each.headers] for each in (first, second)
        ),
    }
    if first.body == second.body:
        facts["the messages"] = tuple([len(m) for m in each.messages] for each in (first, second))
    for place, (one, other) in facts.items():
        if one != other:
            yield Advice(
                place=place,
                first=str(one),
                second=str(other),
                sort="it depends on which of two things comes first",
                remedy=f"{WAIT}, or write cleanup = false in the request"
                if place == LEFT_BEHIND
                else WAIT,
            )


def _redaction(value: _Value, sort: Sort) -> str:
    """Return the lines of a table that leaves out *value*."""
    if value.json_path is None:
        before = literal(value.before[-CONTEXT:])
        shape = shape_alone(sort.shape or ".*")
        return f"pattern = {_toml(f'{before}({shape})')}"
    path = f"json-path = {_toml(value.json_path)}"
    return path if sort.shape is None else f"{path}\nshape = {_toml(sort.shape)}"


def _new_name(about: str, names: Container[str]) -> str:
    """Return a name for a redaction of what is called *about*, which none of *names* is."""
    words = re.findall(r"[A-Za-z0-9_-]+", about)
    name = next((word for word in reversed(words) if word[0].isalpha()), "value")
    return next(
        each
        for count in itertools.count(1)
        if (each := f"{name}-{count}" if count > 1 else name) not in names
    )


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if "'" in text else f"'{text}'"


def _fields(frame: bytes) -> list[tuple[str, str]]:
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


def _tokens(place: str, about: str, first: str, second: str, before: str = "") -> list[_Value]:
    """Return the words that differ in two texts of as many words, or both texts."""
    left, right = ([match[0] for match in TOKEN.finditer(each)] for each in (first, second))
    if len(left) != len(right):
        return [_Value(place, about, first, second, before=before)]
    values = []
    for one, other in zip(left, right, strict=True):
        if one != other:
            values.append(_Value(place, about, one, other, before=before))
        # What differs itself finds nothing.
        before = before + one if one == other else ""
    return values


def _first_other(left: bytes, right: bytes) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next(
        (index for index, (one, other) in pairs if one != other), min(len(left), len(right))
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
