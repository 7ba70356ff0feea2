"""What sort of value it is that two runs of the same code have sent differently."""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple

DAY = 86_400.0
YEARS = (1e9, 4e9)
"""Seconds since 1970 that are taken for a time: from 2001 to 2096."""

HEX = "[0-9a-f]"
UUID = rf"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"
UUID_OF_TIME = rf"{HEX}{{8}}-{HEX}{{4}}-[167]{HEX}{{3}}-{HEX}{{4}}-{HEX}{{12}}"
DATE_TIME = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?( ?(Z|[+-]\d\d:?\d\d))?"
HTTP_DATE = r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
ADDRESS = r"0x[0-9a-fA-F]{4,}"
INTEGER = r"-?\d+"
NUMBER = r"-?\d+(\.\d+)?([eE][-+]?\d+)?"

NUMBER_IN_TEXT = NUMBER.replace("-?", r"((?<![\w-])-)?", 1)
"""A dash behind a word or another dash is no sign."""

ALPHABETS = ("[0-9]", HEX, "[0-9A-F]", "[0-9A-Za-z]", "[0-9A-Za-z_-]")
"""Of what random ids are made, the smaller first."""

SHORTEST_ID = 6
"""Characters that a random id has at least; shorter ones are words that chance could have sent."""


class Sort(NamedTuple):
    """What a value is.

    Attributes:
        name: In words: "a random id".
        shape: A regular expression that both values match in full, if one says more than `.*`.
        settings: What in a file of requests makes it the same, "clock" or "seed"; more than one:
            all of them together.
    """

    name: str
    shape: str | None = None
    settings: tuple[str, ...] = ()


TIME = ("clock",)
CHANCE = ("seed",)
BOTH = ("seed", "clock")

WHOLE = (
    Sort("a UUID with the time", UUID_OF_TIME, BOTH),
    Sort("a UUID", UUID, CHANCE),
    Sort("a time", DATE_TIME, TIME),
    Sort("a time", HTTP_DATE, TIME),
    Sort("an address in memory", ADDRESS),
)
"""What is known by its form alone."""

SORTS = {
    f"sort_{index}": sort
    for index, sort in enumerate(
        (
            *WHOLE,
            Sort("a random id", f"{HEX}{{16,}}", CHANCE),
            Sort("a number", NUMBER_IN_TEXT, CHANCE),
        )
    )
}
"""What is looked for inside of texts."""

OTHER = Sort("another text")


def literal(text: str) -> str:
    """Return a regular expression for *text*, with no more backslashes than it needs."""
    return re.sub(r"\\([- #&~])", r"\1", re.escape(text))


def shape_alone(shape: str) -> str:
    """Return *shape* without groups that can be asked for."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", shape)


PART = re.compile(
    "|".join(f"(?P<{name}>{shape_alone(str(sort.shape))})" for name, sort in SORTS.items())
)


def sort_of(first: str, second: str) -> Sort:
    """Return what two different values are that stood in the same place.

    >>> sort_of("chatcmpl-a81f22", "chatcmpl-07c0be").shape
    'chatcmpl-[0-9a-f]{6}'
    """
    for sort in WHOLE:
        if _are(str(sort.shape), first, second):
            return sort
    if _are(NUMBER, first, second):
        return _number(first, second)
    if all(re.search(UUID, each) for each in (first, second)):  # it says more than its letters
        return _inside(first, second) or _random_id(first, second) or OTHER
    return _random_id(first, second) or _inside(first, second) or OTHER


def _are(shape: str, *values: str) -> bool:
    return all(re.fullmatch(shape, value) for value in values)


def _number(first: str, second: str) -> Sort:
    one, other = float(first), float(second)
    for unit in (1.0, 1e3, 1e6, 1e9):
        if all(YEARS[0] * unit < each < YEARS[1] * unit for each in (one, other)):
            shape = INTEGER if _are(INTEGER, first, second) else NUMBER
            if abs(one - other) < DAY * unit:
                return Sort("a time", shape, TIME)
    if _are(INTEGER, first, second):
        return Sort("a number", INTEGER, CHANCE)
    return Sort("a number: of chance, or a duration", NUMBER, CHANCE)


def _random_id(first: str, second: str) -> Sort | None:
    """Return what both have in common, if all that follows it is of one alphabet and length."""
    # What two ids begin with by chance is no part of the form: only whole words are.
    words = re.match(r"(.*[^0-9A-Za-z])?", first)
    begin = words[0] if words and second.startswith(words[0]) else ""
    rests = first[len(begin) :], second[len(begin) :]
    if len(rests[0]) != len(rests[1]) or len(rests[0]) < SHORTEST_ID:
        return None
    if not any(each.isdigit() for each in "".join(rests)) and len(rests[0]) < 2 * SHORTEST_ID:
        return None  # words
    for alphabet in ALPHABETS:
        if _are(f"{alphabet}+", *rests):
            shape = f"{literal(begin)}{alphabet}{{{len(rests[0])}}}"
            return Sort("a random id", shape, CHANCE)
    return None


def _inside(first: str, second: str) -> Sort | None:
    """Return what sort of values stand in two texts that are the same but for them."""
    left, right = ([*PART.finditer(text)] for text in (first, second))
    if len(left) != len(right) or PART.sub("\0", first) != PART.sub("\0", second):
        return None
    pieces, sorts, at = [], [], 0
    for one, other in zip(left, right, strict=True):
        pieces.append(literal(first[at : one.start()]))
        at = one.end()
        if one[0] == other[0]:
            pieces.append(literal(one[0]))
        elif one.lastgroup == other.lastgroup:
            sorts.append(SORTS[str(one.lastgroup)])
            pieces.append(shape_alone(str(sorts[-1].shape)))
        else:
            return None
    names = " and ".join(dict.fromkeys(each.name for each in sorts))
    # What nothing sets is left, whatever is set of the rest.
    is_settable = all(each.settings for each in sorts)
    settings = dict.fromkeys(chain.from_iterable(each.settings for each in sorts))
    shape = "".join([*pieces, literal(first[at:])])
    return Sort(f"a text with {names}", shape, tuple(settings) if is_settable else ())
