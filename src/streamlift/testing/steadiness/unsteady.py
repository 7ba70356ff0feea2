"""What two runs of the same code have sent differently, why that may be, and what helps."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..differences.content_coding import coding_of
from ..differences.frame_diff import decode, split_frames
from ..differences.json_diff import step_text
from .unsteady_places import Document, Frame, Value, fields_of, words
from .unsteady_value import (
    OTHER,
    Sort,
    literal,
    shape_alone,
    sort_of,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from ..recording import Recording
    from ..requests.requests_file import RequestsFile

SHOWN = 40
"""Characters of a value that are shown."""

CONTEXT = 12
"""Characters that stand before a value in a pattern for it."""

SETTINGS = {"clock": "clock = 2026-01-01T00:00:00Z", "seed": "seed = 0"}

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
        setting: Lines for the top of the file of requests; `None` if none helps.
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
        *(_of_compressed(first, second) or advisor.of_body(first.body, second.body)),
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
    settings = dict.fromkeys(line for each in given for line in (each.setting or "").splitlines())
    names = {each.name for each in file.redactions}
    tables: dict[str, str] = {}
    for each in given:
        if each.redaction is not None and each.redaction not in tables:
            name = _new_name(each.about, names)
            names.add(name)
            tables[each.redaction] = f"[[redact]]\nname = {_toml(name)}\n{each.redaction}"
    blocks = ["\n".join(settings)] if settings else []
    return "\n\n".join([*blocks, *tables.values()]) + "\n" if blocks or tables else ""


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
                for value in words(f"the header {place}", place, decode(one), decode(other)):
                    yield self._on(value)

    def of_body(self, first: bytes, second: bytes) -> Iterator[Advice]:
        """Yield advice on the frames, or on what else the body is."""
        if (trees := _trees(decode(first), decode(second))) is not None:
            yield from self._of_trees(Document(decode(first)), "$", "$", *trees)
            return
        left, right = split_frames(first), split_frames(second)
        if len(left) != len(right):
            yield Advice(
                place="the body",
                first=f"{len(left)} frames",
                second=f"{len(right)} frames",
                sort="what happens depends on time, chance, the order of tasks or what a run before has left",
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
        fields = fields_of(one), fields_of(other)
        if [name for name, _ in fields[0]] != [name for name, _ in fields[1]]:
            yield self._on(Value(place, "fields", decode(one), decode(other)))
            return
        for (name, left), (_, right) in zip(*fields, strict=True):
            trees = _trees(left, right) if name == "data" else None
            if trees is not None:
                yield from self._of_trees(Frame(index, offset, one), "$", "$", *trees)
            elif left != right:
                for value in words(f"{place}, {name}", name, left, right, f"{name}: "):
                    yield self._on(value)

    def _of_trees(
        self, where: Frame | Document, path: str, pattern: str, one: object, other: object
    ) -> Iterator[Advice]:
        """Yield advice on two JSON values, one in the place of the other."""
        if isinstance(one, dict) and isinstance(other, dict) and {*one} == {*other}:
            if [*one] != [*other]:
                yield self._on_order(where.place(path), json.dumps([*one]), json.dumps([*other]))
            for key, value in one.items():
                step = step_text(key)
                yield from self._of_trees(where, path + step, pattern + step, value, other[key])
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            texts = [sorted(map(json.dumps, each)) for each in (one, other)]
            if one != other and texts[0] == texts[1]:
                yield self._on_order(where.place(path), json.dumps(one), json.dumps(other))
                return
            for index, pair in enumerate(zip(one, other, strict=True)):
                yield from self._of_trees(where, f"{path}[{index}]", f"{pattern}[*]", *pair)
        elif one != other:
            left, right = (x if isinstance(x, str) else json.dumps(x) for x in (one, other))
            yield self._on(where.value(path, pattern, left, right))

    def _on(self, value: Value) -> Advice:
        """Return what helps against one value."""
        sort = sort_of(value.first, value.second)
        settings = [SETTINGS[each] for each in sort.settings if not self._is_set[each]]
        if settings:
            remedy, redaction = f"write {' and '.join(settings)}", None
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
            setting="\n".join(settings) or None,
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


def _of_compressed(first: Recording, second: Recording) -> list[Advice]:
    """Return advice on a body that is compressed, and so no text."""
    coding = coding_of(first)
    if not coding or first.body == second.body:
        return []
    one, other = (f"{len(each.body)} bytes" for each in (first, second))
    return [
        Advice(
            place="the body",
            first=one,
            second=other,
            sort=f"compressed ({coding}), which may be other bytes for the same text",
            remedy="leave accept-encoding out of the request",
        )
    ]


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


def _redaction(value: Value, sort: Sort) -> str:
    """Return the lines of a table that leaves out *value*."""
    if value.json_path is None:
        before = literal(re.split(r"[\r\n]", value.before)[-1][-CONTEXT:])
        shape = shape_alone(sort.shape or ".*")
        return f"pattern = {_toml(f'{before}({shape})')}"
    path = f"json-path = {_toml(value.json_path)}"
    # A shape is one of the bytes that are sent, where JSON writes some characters in another way.
    is_written_so = json.dumps(value.first) == f'"{value.first}"'
    return f"{path}\nshape = {_toml(sort.shape)}" if sort.shape and is_written_so else path


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
    return f"'{text}'" if text.isprintable() and "'" not in text else json.dumps(text)


def _trees(one: str, other: str) -> tuple[object, object] | None:
    """Return what two texts are as JSON, `None` if that is not what they are."""
    try:
        return json.loads(one), json.loads(other)
    except (ValueError, RecursionError):
        return None


def _first_other(left: bytes, right: bytes) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next(
        (index for index, (one, other) in pairs if one != other), min(len(left), len(right))
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
