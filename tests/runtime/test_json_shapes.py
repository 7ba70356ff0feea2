"""Dicts in known shapes have the text of `json.dumps`, and nothing of the user's runs for them."""

import json
import math
from enum import Enum, IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift import JSONDialect, SSEFormatter, StreamingChunk
from streamlift.json_shapes import LONGEST_CONSTANT, MOST_ITEMS, MOST_KEYS, MOST_SHAPES, UNKNOWN

OPTIONS = [
    {},
    {"ensure_ascii": False, "separators": (",", ":")},
    {"sort_keys": True, "separators": ("{\n}", "'\"")},
    {"default": repr, "allow_nan": False, "skipkeys": True},
]
OLD_INT_LIMIT = 10**5000

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
# The very same keys again and again, as displays in code have them.
keys = st.sampled_from(["type", "a", "é", "{b}", "\n'\"\\"])
payloads = st.recursive(
    st.dictionaries(keys, leaves, max_size=4),
    lambda inner: st.dictionaries(
        keys, leaves | inner | st.lists(leaves | inner, max_size=3), max_size=4
    ),
    max_leaves=6,
)


def quick(dialect, payload):
    """Return the text of *payload* as soon as its shape is known, or None."""
    for _ in range(4 * UNKNOWN):  # the dicts in it are learnt after it
        text = dialect.dicts[len(payload)](payload)
        if text is not None:
            break
    return text


def exact(payload, options):
    try:
        return json.dumps(payload, **options)
    except ValueError:
        return None


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@given(examples=st.lists(payloads, min_size=1, max_size=4))
def test_it_is_the_text_of_the_encoder(options, examples):
    dialect = JSONDialect(**options)
    for payload in examples:
        text = quick(dialect, payload)
        assert text is None or text == exact(payload, options)


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_usual_payloads_are_known(options):
    dialect = JSONDialect(**options)
    for text in ("a", "b", "x" * LONGEST_CONSTANT, "x" * (LONGEST_CONSTANT + 1), "a"):
        for payload in (
            {"type": "token", "content": text},
            {"content": text, "type": "token"},
            {"n": 1, "x": 0.5, "ok": True, "no": None, "list": [text, (1, [])], "of": {"a": {}}},
            {},
        ):
            assert quick(dialect, payload) == json.dumps(payload, **options)


def test_the_class_of_a_value_may_be_another_one_next_time():
    dialect = JSONDialect()
    for values in ((1, "a", None, {}), ("a", None, {}, 1), (None, {}, 1, "a"), ([], 0.5, True, 1)):
        payload = dict(zip("abcd", values, strict=True))
        assert quick(dialect, payload) == json.dumps(payload)


class Word(str, Enum):
    A = "a"


class Number(IntEnum):
    ONE = 1


class Loud(str):
    """A key that must not be asked for anything."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        raise AssertionError


class Dict(dict):
    def items(self):
        raise AssertionError


@pytest.mark.parametrize(
    "payload",
    [
        {"a": Word.A},
        {"a": Number.ONE},
        {"a": Dict()},
        {"a": [Dict()]},
        {"a": math.nan},
        {"a": {1}},
        {"a": [0] * (MOST_ITEMS + 1)},
        dict.fromkeys(map(str, range(MOST_KEYS + 1))),
        {1: "int"},
        {Loud("a"): 1},
        {"b": {Loud("b"): 1}},
    ],
    ids=repr,
)
def test_what_it_does_not_know_is_left_to_the_encoder(payload):
    dialect = JSONDialect()
    for known in ({"a": 1}, {"b": {"b": 1}}):
        quick(dialect, known)

    assert quick(dialect, payload) is None


def test_keys_that_never_come_again_do_not_fill_the_memory():
    dialect = JSONDialect()
    texts = [dialect.dicts[1]({f"key {n}": n}) for n in range(UNKNOWN + 2 * MOST_SHAPES)]

    assert sum(text is not None for text in texts) == MOST_SHAPES


def circular():
    payload = {"a": 1}
    payload["a"] = payload
    return payload


@pytest.mark.parametrize(
    "payload",
    [{"a": {1}}, {"a": circular()}, {"a": OLD_INT_LIMIT}, {"a": object, "b": 1}],
    ids=["set", "circular", "digits", "object"],
)
def test_errors_are_those_of_the_encoder(payload):
    contract = SSEFormatter()
    for _ in range(UNKNOWN + 2):
        contract.format_chunk(StreamingChunk.of({"a": {"a": 1}}))

    def outcome(call, *args):
        try:
            return call(*args)
        except Exception as error:  # noqa: BLE001 - whatever it is
            return type(error), str(error)

    got = outcome(contract.format_chunk, StreamingChunk.of(payload))
    expected = outcome(json.dumps, payload)
    assert got in (expected, f"data: {expected}\n\n")
