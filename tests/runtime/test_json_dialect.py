import datetime as dt
import decimal
import enum
import json
import math
import pickle
import sys
import threading
from collections import OrderedDict, namedtuple
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift import JSONDialect, ModelDialect, ORJSONDialect


class Text(str):
    __slots__ = ()

    def __str__(self):
        return "not this"

    __repr__ = __format__ = __str__


class Whole(int):
    def __repr__(self):
        return "not this"


class Real(float):
    def __repr__(self):
        return "not this"


class Table(dict):
    def items(self):
        return [("from", "items")]


class Row(list):
    def __iter__(self):
        return iter(["from iter"])


class Kind(str, enum.Enum):
    TOKEN = "token"


class Level(enum.IntEnum):
    HIGH = 3


class Plain(enum.Enum):
    A = 1


class Encoder(json.JSONEncoder):
    made = 0

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        type(self).made += 1

    def default(self, o):
        return f"<{type(o).__name__}>"


Point = namedtuple("Point", "x y")  # noqa: PYI024 - the untyped kind is what old code has


def circular():
    row = [1]
    row.append({"row": row})
    return row


def deep(levels):
    row = []
    for _ in range(levels):
        row = [row]
    return row


def sized(obj):
    return [type(obj).__name__]


def endless(obj):
    return [obj]


def raising(obj):
    raise LookupError(type(obj).__name__)


NASTY = [
    None,
    True,
    "",
    'é\u2028\x00\x7f"\\/\n\r\t',
    "\ud800",
    "\U0001f600",
    Text("text"),
    0,
    -0.0,
    10**400,
    Whole(7),
    1e400,
    math.nan,
    -math.inf,
    5e-324,
    Real(1.5),
    Kind.TOKEN,
    Level.HIGH,
    Plain.A,
    Point(1, "y"),
    (),
    [],
    {},
    [[], {}, ()],
    {1: 1, "1": 2, True: 3, None: 4, 1.5: 5, math.nan: 6},  # noqa: F601 - as old code has it
    {Kind.TOKEN: 1, Level.HIGH: 2, Text("text"): 3},
    {(1, 2): 3},
    {"b": 1, "a": 2},
    {"b": 1, 2: 3},
    {b"bytes": 1},
    Table(a=1),
    OrderedDict(b=1, a=2),
    Row([1, 2]),
    {1, 2},
    b"bytes",
    object,
    decimal.Decimal("1.10"),
    dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc),
    {"a": [1, {"b": {2}}]},
    circular(),
    {"deep": deep(200_000)},
    range(3),
    1j,
]

OPTIONS = [
    {},
    {"ensure_ascii": False},
    {"separators": (",", ":")},
    {"separators": (",\n", ": ")},
    {"indent": 2},
    {"indent": "\t", "separators": (",", ":")},
    {"indent": 0},
    {"sort_keys": True},
    {"skipkeys": True},
    {"allow_nan": False},
    {"check_circular": False},
    {"default": str},
    {"default": sized, "ensure_ascii": False},
    {"default": endless},
    {"default": raising},
    {"cls": Encoder},
    {"cls": Encoder, "indent": 1, "sort_keys": True},
    {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True, "skipkeys": True},
]


def shown(options):
    """Return *options* as source text says them: the same in every process, without addresses."""
    return repr(JSONDialect(**options))


def outcome(encode, payload):
    try:
        return encode(payload)
    except Exception as error:  # noqa: BLE001 - every error is compared
        return type(error), str(error), getattr(error, "__notes__", None), error.__context__


def same(options, payload):
    # A partial, so that both sides stand equally deep in the stack.
    expected = outcome(partial(json.dumps, **options), payload)
    got = outcome(JSONDialect(**options), payload)
    if isinstance(expected, tuple) and expected[0] is RecursionError:
        return isinstance(got, tuple) and got[0] is RecursionError
    return got == expected


@pytest.mark.parametrize("options", OPTIONS, ids=shown)
def test_is_json_dumps_with_the_same_options(options):
    different = [payload for payload in NASTY[:-3] if not same(options, payload)]

    assert not different


@pytest.mark.parametrize("options", OPTIONS, ids=shown)
@pytest.mark.parametrize("payload", [circular(), {"a": circular()}], ids=["bare", "nested"])
def test_raises_the_same_for_circular_payloads(options, payload):
    assert same(options, payload)


@pytest.mark.parametrize("options", OPTIONS[:2], ids=shown)
def test_the_error_of_a_circular_payload_stands_alone(options):
    with pytest.raises(ValueError, match=r"^Circular reference detected$") as caught:
        JSONDialect(**options)(circular())

    assert caught.value.__context__ is None


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.sampled_from([Text("t"), Whole(3), Real(2.5), Kind.TOKEN, Level.HIGH, Plain.A, b"", 1j]),
)
keys = st.one_of(
    st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.just(Kind.TOKEN)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.dictionaries(keys, inner, max_size=3).map(OrderedDict),
        st.builds(Point, inner, inner),
    ),
    max_leaves=12,
)


@given(payload=values, options=st.sampled_from(OPTIONS))
def test_is_json_dumps_for_any_value(payload, options):
    assert same(options, payload)


def test_an_error_leaves_nothing_behind():
    dialect = JSONDialect()
    shared = {"a": [1]}

    with pytest.raises(TypeError):
        dialect([shared, object()])

    assert dialect([shared, shared]) == json.dumps([shared, shared])


def test_a_call_within_a_call_sees_its_own_payload():
    dialect = JSONDialect()

    class Nested(dict):
        def items(self):
            return [("inner", dialect(plain))]

    plain = {"a": 1}

    assert dialect([plain, Nested(x=1)]) == json.dumps([plain, {"inner": '{"a": 1}'}])


def test_threads_share_a_dialect():
    dialect = JSONDialect()
    shared = {"a": [{"b": 1}] * 50}
    wrong = []

    def encode():
        for _ in range(200):
            try:
                if dialect(shared) != expected:
                    wrong.append("text")
            except ValueError as error:  # noqa: PERF203 - each call is one trial
                wrong.append(error)

    expected = json.dumps(shared)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=encode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(before)

    assert not wrong


def test_default_is_called_once_for_each_object():
    calls = []

    def default(obj):
        calls.append(obj)
        return 1

    with pytest.raises(ValueError, match="Circular"):
        JSONDialect(default=default)([object(), circular()])

    assert len(calls) == 1


def test_an_encoder_class_is_made_anew_for_each_call():
    dialect = JSONDialect(cls=Encoder)
    Encoder.made = 0

    dialect(1)
    dialect(2)

    assert Encoder.made == 2


def test_works_without_the_c_encoder(monkeypatch):
    monkeypatch.setattr("streamlift.json_dialect.c_make_encoder", None)

    assert JSONDialect()({"a": [1, "é"]}) == '{"a": [1, "\\u00e9"]}'


class Model:
    def model_dump_json(self, **options):
        return f"{options}"

    def json(self, **options):
        return f"old {options}"


def test_a_model_writes_itself():
    assert ModelDialect(exclude_none=True)(Model()) == "{'exclude_none': True}"
    assert ModelDialect(method="json", by_alias=True)(Model()) == "old {'by_alias': True}"


def test_orjson_is_called_as_it_would_be():
    orjson = pytest.importorskip("orjson")
    dialect = ORJSONDialect(option=orjson.OPT_SORT_KEYS, default=str)

    assert dialect({"b": 1, "a": decimal.Decimal(1)}) == '{"a":"1","b":1}'
    with pytest.raises(orjson.JSONEncodeError):
        ORJSONDialect()(object())


def test_pydantic_models_are_written_by_pydantic():
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model("Token", text=(str, ...), end=(bool, None))

    assert ModelDialect(exclude_none=True)(model(text="é")) == '{"text":"é"}'


@pytest.mark.parametrize(
    ("dialect", "call"),
    [
        (JSONDialect(), "JSONDialect()"),
        (
            JSONDialect(ensure_ascii=False, separators=[",", ":"], default=str),
            "JSONDialect(ensure_ascii=False, separators=(',', ':'), default=str)",
        ),
        (ModelDialect(), "ModelDialect()"),
        (ModelDialect(method="json", by_alias=True), "ModelDialect(method='json', by_alias=True)"),
        (ORJSONDialect(option=1), "ORJSONDialect(option=1)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_shows_the_call_that_makes_it(dialect, call):
    assert repr(dialect) == call
    assert eval(call) == dialect
    assert hash(eval(call)) == hash(dialect)
    assert pickle.loads(pickle.dumps(dialect)) == dialect


def test_dialects_with_other_options_differ():
    assert JSONDialect(indent=0) != JSONDialect()
    assert JSONDialect(default=str) != JSONDialect(default=repr)
    assert ModelDialect() != JSONDialect()


@pytest.mark.parametrize(
    ("options", "one_line"),
    [({}, True), ({"default": str}, True), ({"indent": 0}, False), ({"cls": Encoder}, False)],
)
def test_knows_whether_its_text_may_hold_line_endings(options, one_line):
    assert JSONDialect(**options).one_line is one_line
