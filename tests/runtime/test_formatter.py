import asyncio
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift import (
    JSONDialect,
    ModelDialect,
    SSEFormatter,
    StreamingChunk,
    UnframeableField,
    format_as_sse,
)

of = StreamingChunk.of


class ChatService:
    """The source document's service, on a fake model."""

    async def generate_streaming_response(self):
        yield StreamingChunk(type="content", role="assistant", content="expected_content")


def test_chat_service():
    async def test():
        chunks = []
        async for chunk in ChatService().generate_streaming_response():
            chunks.append(chunk)  # noqa: PERF401 - the source document's own code
        assert chunks[0].content == "expected_content"

    asyncio.run(test())


def test_sse_formatter():
    chunk = StreamingChunk(type="content", role="assistant", content="test")
    sse_data = format_as_sse(chunk)
    assert sse_data == 'data: {"role": "assistant", "content": "test"}\n\n'


def test_on_the_class_it_writes_what_the_source_document_writes():
    chunk = StreamingChunk(type="content", role="assistant", content="é", metadata={"id": 1})

    assert SSEFormatter.format_chunk(chunk) == (
        f"data: {json.dumps(chunk.to_dict(), ensure_ascii=False)}\n\n"
    )
    assert SSEFormatter.format_done() == "data: [DONE]\n\n"


def test_on_the_class_it_writes_every_kind():
    assert SSEFormatter.format_chunk(of({"b": "é", "a": ""})) == 'data: {"b": "é", "a": ""}\n\n'
    assert SSEFormatter.format_chunk(StreamingChunk.done()) == "data: [DONE]\n\n"
    encoded = SSEFormatter(sentinel="END").encoded(StreamingChunk.done())
    assert SSEFormatter.format_chunk(encoded) == "data: END\n\n"


EVENT_KEYS = {"token": ("type", "content"), "all": ("content", "type", "tool_call_id", "role")}

# One option at a time, with what it changes in `frames`, written by hand.
FRAMES = [
    (
        {},
        'data: {"type": "token", "content": "h\\u00e9"}\n\n',
        'event: e\nid: 7\nretry: 10\ndata: {"b": 1, "a": null}\n\n',
        "event: e\ndata: x\n\n",
        ": ping\n\n",
        "data: [DONE]\n\n",
    ),
    (
        {"ensure_ascii": False, "separators": (",", ":"), "space": False, "terminator": "\r\n\r\n"},
        'data:{"type":"token","content":"hé"}\r\n\r\n',
        'event:e\r\nid:7\r\nretry:10\r\ndata:{"b":1,"a":null}\r\n\r\n',
        "event:e\r\ndata:x\r\n\r\n",
        ":ping\r\n\r\n",
        "data:[DONE]\r\n\r\n",
    ),
    (
        {"sort_keys": True, "fields": ("id", "data", "retry", "event"), "sentinel": "END"},
        'data: {"content": "h\\u00e9", "type": "token"}\n\n',
        'id: 7\ndata: {"a": null, "b": 1}\nretry: 10\nevent: e\n\n',
        "data: x\nevent: e\n\n",
        ": ping\n\n",
        "data: END\n\n",
    ),
    (
        {"indent": 1},
        'data: {\ndata:  "type": "token",\ndata:  "content": "h\\u00e9"\ndata: }\n\n',
        'event: e\nid: 7\nretry: 10\ndata: {\ndata:  "b": 1,\ndata:  "a": null\ndata: }\n\n',
        "event: e\ndata: x\n\n",
        ": ping\n\n",
        "data: [DONE]\n\n",
    ),
    (
        {"indent": 1, "strict": False, "event": "type"},
        'event: token\ndata: {\n "type": "token",\n "content": "h\\u00e9"\n}\n\n',
        'event: e\nid: 7\nretry: 10\ndata: {\n "b": 1,\n "a": null\n}\n\n',
        "event: e\ndata: x\n\n",
        ": ping\n\n",
        "data: [DONE]\n\n",
    ),
    (
        {"keys": {"token": ("role", "content", "type")}, "event": "type", "terminator": "\n"},
        'event: token\ndata: {"role": null, "content": "h\\u00e9", "type": "token"}\n',
        'event: e\nid: 7\nretry: 10\ndata: {"b": 1, "a": null}\n',
        "event: e\ndata: x\n",
        ": ping\n",
        "data: [DONE]\n",
    ),
    (
        {"dialect": repr, "terminator": "\r\r"},
        "data: {'type': 'token', 'content': 'hé'}\r\r",
        "event: e\rid: 7\rretry: 10\rdata: {'b': 1, 'a': None}\r\r",
        "event: e\rdata: x\r\r",
        ": ping\r\r",
        "data: [DONE]\r\r",
    ),
]


@pytest.mark.parametrize(("options", "frames"), [(row[0], row[1:]) for row in FRAMES], ids=repr)
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16-le"])
def test_writes_frames_as_its_options_say(options, frames, encoding):
    contract = SSEFormatter(encoding=encoding, **options)
    chunks = [
        StreamingChunk("token", content="hé"),
        of({"b": 1, "a": None}, event="e", id=7, retry=10),
        StreamingChunk.raw("x", event="e"),
        StreamingChunk.comment("ping"),
        StreamingChunk.done(),
    ]
    expected = [frame if encoding is None else frame.encode(encoding) for frame in frames]

    assert [contract.format_chunk(chunk) for chunk in chunks] == expected
    assert list(contract.stream(chunks)) == expected
    assert contract.format_done() == expected[-1]


def test_typed_chunks_without_keys_have_the_fields_that_are_there():
    contract = SSEFormatter()

    assert contract.format_chunk(StreamingChunk("a")) == 'data: {"type": "a"}\n\n'
    assert contract.format_chunk(StreamingChunk("a", content="", tool_call_id="7")) == (
        'data: {"type": "a", "content": "", "tool_call_id": "7"}\n\n'
    )
    assert contract.format_chunk(StreamingChunk(None, role="r")) == 'data: {"role": "r"}\n\n'


text = st.one_of(
    st.none(), st.text(), st.text(st.characters()), st.sampled_from([7, 1.5, True, ["l"], {"k": 1}])
)
json_options = st.fixed_dictionaries(
    {},
    optional={
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([(",", ":"), (" ,{", "}:\\'\"")]),
        "sort_keys": st.booleans(),
        "indent": st.sampled_from([None, 0, 2]),
        "default": st.just(str),
    },
)
SOURCE_KEYS = {"content": ("type", "role", "content"), "{x}": ("tool_call_id",), "'\"\\\n": ()}


@given(
    options=json_options,
    kind=st.one_of(st.sampled_from(list(SOURCE_KEYS)), text),
    values=st.tuples(text, text, text),
    event=st.booleans(),
)
def test_compiled_writers_give_what_the_dialect_gives(options, kind, values, event):
    contract = SSEFormatter(
        keys=SOURCE_KEYS, event="type" if event else None, strict=False, **options
    )
    row = dict(zip(("type", "role", "content", "tool_call_id"), (kind, *values), strict=True))
    names = SOURCE_KEYS.get(kind) if isinstance(kind, str) else None
    if names is None:
        row = {name: value for name, value in row.items() if value is not None}
    else:
        row = {name: row[name] for name in names}
    line = f"event: {kind}\n" if event and kind is not None else ""

    assert contract.format_chunk(StreamingChunk(kind, *values)) == (
        f"{line}data: {json.dumps(row, **options)}\n\n"
    )


@given(
    options=json_options,
    payload=st.dictionaries(st.text(), text),
    fields=st.tuples(*[st.one_of(st.none(), st.text())] * 3),
)
def test_payload_frames_are_those_of_an_fstring(options, payload, fields):
    event, last_id, retry = fields
    lines = "".join(
        f"{name}: {value}\n"
        for name, value in (("event", event), ("id", last_id), ("retry", retry))
        if value is not None
    )
    chunk = of(payload, event=event, id=last_id, retry=retry)

    assert SSEFormatter(strict=False, **options).format_chunk(chunk) == (
        f"{lines}data: {json.dumps(payload, **options)}\n\n"
    )


class Kind(str):
    __slots__ = ()

    def __format__(self, spec):
        return "formatted"


class CallersKey(str):
    """A key that equals another text."""

    __slots__ = ()

    def __eq__(self, other):
        return other == "content"

    __hash__ = str.__hash__


@pytest.mark.parametrize(
    "payload", [{"type": "t", "b": 1}, {"type": 7}, {"type": Kind("t")}, {"type": None}], ids=repr
)
def test_the_event_line_repeats_the_type(payload):
    assert SSEFormatter(event="type").format_chunk(of(payload)) == (
        f"event: {payload['type']}\ndata: {json.dumps(payload)}\n\n"
    )


@pytest.mark.parametrize("payload", [{"b": 1}, [], "type", None], ids=repr)
def test_a_payload_without_a_type_has_no_event_line(payload):
    assert SSEFormatter(event="type").format_chunk(of(payload)) == (
        f"data: {json.dumps(payload)}\n\n"
    )


def test_a_chunks_own_event_comes_first():
    chunk = of({"type": "t"}, event="own")

    assert SSEFormatter(event="type").format_chunk(chunk).startswith("event: own\n")


def test_typed_values_that_are_no_plain_strings_go_through_the_dialect():
    contract = SSEFormatter(keys={"t": ("type", "content")}, default=lambda o: type(o).__name__)

    for value in (Kind("x"), 7, object(), {"a": {1}}):
        assert contract.format_chunk(StreamingChunk("t", content=value)) == (
            "data: "
            + json.dumps({"type": "t", "content": value}, default=lambda o: type(o).__name__)
            + "\n\n"
        )


def test_keys_of_a_payload_are_written_as_they_are():
    key = CallersKey("Content")

    assert SSEFormatter().format_chunk(of({key: "x"})) == f"data: {json.dumps({key: 'x'})}\n\n"


@pytest.mark.parametrize("name", ["event", "id"])
@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\r\n"])
def test_strict_contracts_refuse_line_endings(name, value):
    for chunk in (of(1, **{name: value}), StreamingChunk.raw("x", **{name: value})):
        with pytest.raises(UnframeableField, match="must not hold a line ending") as caught:
            SSEFormatter().format_chunk(chunk)

        assert (caught.value.field, caught.value.value) == (name, value)
        assert f"{name}: {value}\n" in SSEFormatter(strict=False).format_chunk(chunk)


def test_strict_contracts_refuse_what_clients_ignore():
    with pytest.raises(UnframeableField, match="NULL"):
        SSEFormatter().format_chunk(of(1, id="\0"))
    for retry in ("+5", " 5", "1_000", "٣", "", "1.5"):
        with pytest.raises(UnframeableField, match="ASCII digits"):
            SSEFormatter().format_chunk(of(1, retry=retry))


@pytest.mark.parametrize("keys", [None, {"a\nb": ("type",)}])
def test_strict_contracts_refuse_types_that_break_the_event_line(keys):
    contract = SSEFormatter(event="type", keys=keys)

    for chunk in (StreamingChunk("a\nb"), of({"type": "a\nb"})):
        with pytest.raises(UnframeableField):
            contract.format_chunk(chunk)


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_strict_contracts_spread_text_over_lines(ending):
    contract = SSEFormatter(terminator=ending * 2)
    lines = "a\nb\r\nc\rd\u2028e\n"

    assert contract.format_chunk(StreamingChunk.raw(lines)) == (
        ending.join(["data: a", "data: b", "data: c", "data: d\u2028e", "data: "]) + ending * 2
    )
    assert contract.format_chunk(StreamingChunk.comment(lines)) == (
        ending.join([": a", ": b", ": c", ": d\u2028e", ":"]) + ending * 2
    )


def test_recovered_contracts_write_text_as_it_is():
    contract = SSEFormatter(strict=False)

    assert contract.format_chunk(StreamingChunk.raw("a\nb")) == "data: a\nb\n\n"
    assert contract.format_chunk(StreamingChunk.comment("a\nb")) == ": a\nb\n\n"


def test_empty_text_keeps_the_space_of_data_only():
    assert SSEFormatter().format_chunk(StreamingChunk.raw("")) == "data: \n\n"
    assert SSEFormatter().format_chunk(StreamingChunk.comment("")) == ":\n\n"


def test_a_helper_writes_the_frame():
    calls = []

    def helper(payload):
        calls.append(payload)
        return f"helped: {payload}"

    assert SSEFormatter(frame=helper).format_chunk(of("é")) == "helped: é"
    assert (
        SSEFormatter(frame=helper, encoding="utf-8").format_chunk(of("é")) == "helped: é".encode()
    )
    assert SSEFormatter(frame=str.encode).format_chunk(of("é")) == "é".encode()
    assert calls == ["é", "é"]
    assert SSEFormatter(frame=helper).format_done() == "data: [DONE]\n\n"


def test_a_helper_that_has_the_payload_only_drops_no_field():
    with pytest.raises(UnframeableField, match="payload only"):
        SSEFormatter(frame=str).format_chunk(of(1, event="e"))


def test_a_chunk_that_has_a_wire_keeps_it():
    for chunk in (
        StreamingChunk("t"),
        of({"type": "t"}),
        of(1, event="e"),
        StreamingChunk.raw("x"),
    ):
        wire = SSEFormatter(space=False).encoded(chunk)._wire

        assert SSEFormatter(event="type", encoding="utf-8").format_chunk(chunk) is wire
        assert SSEFormatter(frame=str).format_chunk(chunk) is wire
        assert list(SSEFormatter().stream([chunk])) == [wire]


def test_encoding_stores_the_wire_and_formatting_does_not():
    chunk = of([])

    SSEFormatter().format_chunk(chunk)
    chunk.payload.append(1)
    assert SSEFormatter().encoded(chunk) is chunk
    chunk.payload.append(2)
    assert SSEFormatter().format_chunk(chunk) == "data: [1]\n\n"


def test_errors_of_the_encoder_come_through():
    circular = []
    circular.append(circular)

    with pytest.raises(TypeError, match=r"^Object of type object is not JSON serializable$"):
        SSEFormatter().format_chunk(of(object()))
    with pytest.raises(ValueError, match=r"^Circular reference detected$"):
        SSEFormatter().format_chunk(of(circular))
    with pytest.raises(UnicodeEncodeError):
        SSEFormatter(ensure_ascii=False, encoding="utf-8").format_chunk(of("\ud800"))
    assert SSEFormatter(ensure_ascii=False).format_chunk(of("\ud800")) == 'data: "\ud800"\n\n'


@pytest.mark.parametrize("thing", [1, {"a": 1}, "data: x\n\n", object()])
def test_only_chunks_can_be_formatted(thing):
    with pytest.raises(TypeError, match="a StreamingChunk is needed, not"):
        SSEFormatter().format_chunk(thing)
    with pytest.raises(TypeError):
        SSEFormatter().encoded(thing)


def named_helper(payload):
    return f"{payload}"


@pytest.mark.parametrize(
    "shown",
    [
        "SSEFormatter()",
        "SSEFormatter(ensure_ascii=False, separators=(',', ':'), default=str)",
        "SSEFormatter(event='type', keys={'t': ('type', 'content')}, strict=False)",
        "SSEFormatter(dialect=ModelDialect(exclude_none=True), encoding='utf-8')",
        "SSEFormatter(fields=('id', 'event', 'retry', 'data'), space=False, terminator='\\r\\n')",
        "SSEFormatter(sentinel='END', frame=named_helper)",
    ],
)
def test_shows_the_call_that_makes_it(shown):
    contract = eval(shown)

    assert repr(contract) == shown
    assert contract == eval(shown)
    assert hash(contract) == hash(eval(shown))
    if "helper" not in shown:  # pickle finds no function of a module that pytest imported
        assert pickle.loads(pickle.dumps(contract)) == contract


def test_options_that_are_defaults_make_no_difference():
    assert SSEFormatter(ensure_ascii=True, indent=None, keys=None) == SSEFormatter()
    assert SSEFormatter(indent=0) != SSEFormatter()
    assert SSEFormatter() != JSONDialect()


def test_a_contract_cannot_be_changed():
    contract = SSEFormatter()

    with pytest.raises(AttributeError, match="immutable"):
        contract.space = False
    with pytest.raises(AttributeError, match="immutable"):
        del contract.space


def test_a_contract_does_not_follow_the_mapping_it_was_made_from():
    keys = {"t": ["type"]}
    contract = SSEFormatter(keys=keys)
    keys["t"].append("content")

    assert contract.format_chunk(StreamingChunk("t", content="x")) == 'data: {"type": "t"}\n\n'


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"dialect": ModelDialect(), "indent": 2}, TypeError),
        ({"event": "name"}, ValueError),
        ({"fields": ("data",)}, ValueError),
        ({"fields": ("data", "data", "event", "id", "retry")}, ValueError),
        ({"keys": {"t": ("metadata",)}}, ValueError),
        ({"keys": {"t": "type"}}, ValueError),
        ({"separators": ","}, ValueError),
    ],
    ids=repr,
)
def test_refuses_options_that_say_nothing(options, error):
    with pytest.raises(error):
        SSEFormatter(**options)
