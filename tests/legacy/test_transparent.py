"""A chunk is encoded a second time only if nothing of the user's runs for it."""

import json
from collections import Counter, OrderedDict, defaultdict
from datetime import datetime, timezone
from enum import Enum, IntEnum
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift import JSONDialect, ModelDialect, ORJSONDialect, SSEFormatter, StreamingChunk
from streamlift_legacy.transparent import (
    OPAQUE_ENCODER,
    OPAQUE_PAYLOAD,
    NotComparable,
    transparent_writers,
)

of = StreamingChunk.of


def written(contract, chunk):
    """Return the text of *chunk*, or why there is none."""
    writers = transparent_writers(contract)
    try:
        text = writers.careful(chunk)
    except NotComparable as refused:
        text = refused.reason
    assert writers.quick(chunk) in (None, text)
    return text


class OnlyDefault(json.JSONEncoder):
    """The usual encoder class of a project."""

    def default(self, o):
        raise AssertionError


class OtherSeparators(json.JSONEncoder):
    item_separator = ","


class Word(str, Enum):
    A = "a"


class Number(IntEnum):
    ONE = 1


class Point(NamedTuple):
    x: int
    y: int


PLAIN = [
    None,
    "text",
    {"a": 1, "b": [1.5, None, {"c": "é"}]},
    {1: True, None: "\u2028"},
    OrderedDict(b=1, a=2),
    Counter("aab"),
    defaultdict(list, a=[1]),
    Point(1, 2),
    {"word": Word.A, "number": Number.ONE},
    float("nan"),
]


@pytest.mark.parametrize("payload", PLAIN, ids=repr)
@pytest.mark.parametrize(
    "contract",
    [
        SSEFormatter(),
        SSEFormatter(ensure_ascii=False, separators=(",", ":"), encoding="utf-8"),
        SSEFormatter(default=str),
        SSEFormatter(cls=OnlyDefault),
        SSEFormatter(dialect=JSONDialect(default=str)),
    ],
    ids=repr,
)
def test_a_plain_payload_has_the_text_of_the_contract(contract, payload):
    assert written(contract, of(payload)) == contract.format_chunk(of(payload))


class Loud(str):
    __slots__ = ()

    def __lt__(self, other):
        raise AssertionError


class Attributes(dict):
    """A dict whose keys are attributes too."""

    def __init__(self, **items):
        super().__init__(items)
        self.__dict__ = self


def test_keys_that_are_sorted_are_not_compared_by_their_own_methods():
    payload = {Loud("b"): 1, Loud("a"): 2}

    assert written(SSEFormatter(), of(payload)) == 'data: {"b": 1, "a": 2}\n\n'
    assert written(SSEFormatter(sort_keys=True), of(payload)) == OPAQUE_PAYLOAD


def test_an_attribute_that_hides_the_items_is_not_called():
    assert written(SSEFormatter(), of(Attributes(a=1))) == 'data: {"a": 1}\n\n'
    assert written(SSEFormatter(), of(Attributes(items="x"))) == OPAQUE_PAYLOAD


def test_the_encoder_in_python_gets_only_what_is_built_in():
    contract = SSEFormatter(indent=1)

    assert written(contract, of({"a": [1]})) == contract.format_chunk(of({"a": [1]}))
    assert written(contract, of({"a": Word.A})) == OPAQUE_PAYLOAD


@pytest.mark.parametrize("dialect", [ORJSONDialect(), ORJSONDialect(option=2, default=str)])
def test_orjson_writes_what_is_built_in(dialect):
    contract = SSEFormatter(dialect=dialect)

    assert written(contract, of({"b": 1, "a": [2.0]})).startswith("data: {")
    assert written(contract, of(Point(1, 2))) in (OPAQUE_ENCODER, OPAQUE_PAYLOAD)


@pytest.mark.parametrize(
    ("contract", "payload"),
    [
        (SSEFormatter(default=str), datetime.now(timezone.utc)),
        (SSEFormatter(default=str), {"a": {1, 2}}),
        (SSEFormatter(default=str), [b"bytes"]),
        (SSEFormatter(cls=OnlyDefault), [1j]),
        (SSEFormatter(cls=OtherSeparators), {}),
        (SSEFormatter(dialect=ModelDialect()), {}),
        (SSEFormatter(dialect=repr), {}),
        (SSEFormatter(frame=repr), {}),
    ],
    ids=["datetime", "set", "bytes", "complex", "separators", "model", "callable", "frame"],
)
def test_an_encoder_of_the_users_is_not_run(contract, payload):
    assert written(contract, of(payload)) == OPAQUE_ENCODER
    assert written(contract, of(payload, event="e")) == OPAQUE_ENCODER


@pytest.mark.parametrize("contract", [SSEFormatter(frame=repr), SSEFormatter(dialect=repr)])
def test_frames_without_a_payload_need_no_encoder(contract):
    for chunk in (
        StreamingChunk.raw("x", id=1),
        StreamingChunk.comment("x"),
        StreamingChunk.done(),
    ):
        assert written(contract, chunk) == contract.format_chunk(chunk)


def test_a_chunk_that_is_encoded_keeps_its_text():
    opaque = SSEFormatter(default=str)
    chunk = opaque.encoded(of({1, 2}))

    assert written(SSEFormatter(), chunk) == opaque.format_chunk(chunk)


def test_a_typed_chunk_is_written_if_its_fields_are_plain():
    contract = SSEFormatter(keys={"token": ("type", "content")}, default=str)

    assert written(contract, StreamingChunk("token", content="é")) == (
        'data: {"type": "token", "content": "\\u00e9"}\n\n'
    )
    assert written(contract, StreamingChunk("token", content=Word.A)) == (
        'data: {"type": "token", "content": "a"}\n\n'
    )
    assert written(contract, StreamingChunk("token", content={1})) == OPAQUE_ENCODER


# Values that notice when a method of theirs runs

RAN = []
WATCHED = [
    name
    for name in {*dir(dict), *dir(str), *dir(int), *dir(list), "__format__", "default"}
    if name
    not in {"__class__", "__new__", "__init__", "__init_subclass__", "__subclasshook__", "__doc__"}
    and name not in {"__getattribute__", "__dir__", "__reduce__", "__reduce_ex__", "__getstate__"}
    and name not in {"__getnewargs__", "__sizeof__", "__class_getitem__"}
]


def spying(base):
    def spy(name):
        def method(self, *args, **options):
            RAN.append(name)
            return getattr(base, name)(self, *args, **options)

        return method

    methods = {name: spy(name) for name in WATCHED if callable(getattr(base, name, None))}
    return type(f"Spying{base.__name__}", (base,), methods)


SpyingDict, SpyingStr, SpyingInt, SpyingFloat, SpyingList, SpyingTuple = map(
    spying, (dict, str, int, float, list, tuple)
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 9),
    st.floats(0, 1),
    st.text(max_size=2),
    st.text(max_size=2).map(SpyingStr),
    st.integers(0, 9).map(SpyingInt),
    st.floats(0, 1).map(SpyingFloat),
)
keys = st.text(max_size=2) | st.text(max_size=2).map(SpyingStr)
payloads = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(SpyingList),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=3).map(SpyingTuple),
        st.dictionaries(keys, inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3).map(SpyingDict),
        st.dictionaries(keys, inner, max_size=3).map(lambda items: {**items, "type": "t"}),
    ),
    max_leaves=8,
)
contracts = st.sampled_from(
    [
        SSEFormatter(),
        SSEFormatter(ensure_ascii=False, default=repr),
        SSEFormatter(sort_keys=True),
        SSEFormatter(event="type"),
        SSEFormatter(indent=2, encoding="utf-8"),
        SSEFormatter(cls=OnlyDefault),
    ]
)


@given(contract=contracts, payload=payloads)
def test_nothing_of_the_payload_runs(contract, payload):
    writers = transparent_writers(contract)
    chunk = of(payload)
    RAN.clear()
    quick = writers.quick(chunk)
    try:
        careful = writers.careful(chunk)
    except NotComparable:
        careful = None
    ran = [*RAN]

    assert ran == []
    for text in (quick, careful):
        assert text is None or text == contract.format_chunk(of(payload))
