import copy
import dataclasses
import json
import pickle

import pytest

from streamlift import ChunkNotEncodedError, SSEFormatter, StreamingChunk, UnframeableField

SSE = SSEFormatter()
EVERY_KIND = [
    StreamingChunk("content", role="assistant", content="hi", metadata={"id": 1}),
    StreamingChunk.of({"b": 1, "a": None}),
    StreamingChunk.of([1], event="e", id=7, retry=10),
    StreamingChunk.raw("text", event=""),
    StreamingChunk.comment("ping"),
    StreamingChunk.done(),
]


class Loud:
    def __format__(self, spec):
        return f"format({spec!r})"

    def __str__(self):
        return "str"


def test_to_dict_is_that_of_the_source_document():
    chunk = StreamingChunk("content", role="", content="hi", metadata={"id": 1})

    assert chunk.to_dict() == {"type": "content", "content": "hi"}
    assert list(StreamingChunk("t", "r", "c", "id").to_dict().items()) == [
        ("type", "t"),
        ("role", "r"),
        ("content", "c"),
        ("tool_call_id", "id"),
    ]


def test_to_dict_of_a_payload_is_a_copy_of_it():
    payload = {"b": 1, "a": None}
    chunk = StreamingChunk.of(payload)

    assert chunk.to_dict() == payload
    assert chunk.to_dict() is not payload
    assert StreamingChunk.of([1], event="e").to_dict() == {"type": "e"}


def test_every_kind_is_a_streaming_chunk():
    assert all(isinstance(chunk, StreamingChunk) for chunk in EVERY_KIND)


@pytest.mark.parametrize(
    ("chunk", "kind"),
    [
        (StreamingChunk("t"), "t"),
        (StreamingChunk.of({"type": "t"}, event="e"), "t"),
        (StreamingChunk.of({"type": 1}, event="e"), "e"),
        (StreamingChunk.of({"a": 1}), "message"),
        (StreamingChunk.of(None), "message"),
        (StreamingChunk.raw("x"), "message"),
        (StreamingChunk.raw("x", event="e"), "e"),
        (StreamingChunk.comment(), "comment"),
        (StreamingChunk.done(), "done"),
    ],
    ids=repr,
)
def test_the_type_is_found_lazily(chunk, kind):
    assert chunk.type == kind


def test_the_type_follows_the_payload():
    payload = {"type": "a"}
    chunk = StreamingChunk.of(payload)
    payload["type"] = "b"

    assert chunk.type == "b"


def test_fields_of_other_kinds_are_none():
    for chunk in EVERY_KIND[1:]:
        assert (chunk.role, chunk.content, chunk.tool_call_id, chunk.metadata) == (None,) * 4


def test_text_is_rendered_at_once_as_an_fstring_would():
    chunk = StreamingChunk.raw(Loud(), event=Loud(), id=7, retry=1.5)

    assert chunk.text == chunk.event == f"{Loud()}"
    assert (chunk.id, chunk.retry) == ("7", "1.5")
    assert StreamingChunk.comment(Loud()).text == "format('')"
    assert StreamingChunk.of(1, event=Loud(), id="").event == "format('')"


@pytest.mark.parametrize("chunk", EVERY_KIND, ids=repr)
def test_shows_the_call_that_makes_it(chunk):
    assert eval(repr(chunk)) == chunk


def test_equality_tells_all_of_it():
    assert StreamingChunk.of({"a": 1}) == StreamingChunk.of({"a": 1})
    assert StreamingChunk.of({"a": 1}) != StreamingChunk.of({"a": 1}, event="e")
    assert StreamingChunk.of("x") != StreamingChunk.raw("x")
    assert StreamingChunk.raw("x", id=1) != StreamingChunk.raw("x")
    assert StreamingChunk("comment") != StreamingChunk.comment()
    assert StreamingChunk.of(1) != 1


def test_chunks_are_not_hashable():
    for chunk in EVERY_KIND:
        with pytest.raises(TypeError):
            hash(chunk)


def test_the_wire_is_no_part_of_the_data():
    chunk = StreamingChunk("t")
    SSE.encoded(chunk)

    assert chunk == StreamingChunk("t")
    assert "_wire" not in repr(chunk)
    assert "_wire" not in dataclasses.asdict(chunk)


@pytest.mark.parametrize("chunk", EVERY_KIND, ids=repr)
@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda chunk: pickle.loads(pickle.dumps(chunk))],
    ids=["copy", "deepcopy", "pickle"],
)
@pytest.mark.parametrize("encoded", [False, True])
def test_copies_are_whole(chunk, again, encoded):
    chunk = chunk.replace()
    if encoded:
        SSE.encoded(chunk)

    assert again(chunk) == chunk
    assert again(chunk)._wire == chunk._wire


@pytest.mark.parametrize("chunk", EVERY_KIND, ids=repr)
def test_replace_gives_a_chunk_that_is_not_encoded(chunk):
    encoded = SSE.encoded(chunk.replace())

    assert encoded.replace() == chunk
    assert encoded.replace()._wire is None


def test_replace_changes_what_it_is_told():
    assert StreamingChunk("t", role="r").replace(content="c") == StreamingChunk("t", "r", "c")
    assert StreamingChunk.of(1, event="e").replace(payload=2) == StreamingChunk.of(2, event="e")
    assert StreamingChunk.of(1).replace(event="e") == StreamingChunk.of(1, event="e")
    assert StreamingChunk.raw("x").replace(id=3) == StreamingChunk.raw("x", id=3)
    with pytest.raises(TypeError):
        StreamingChunk.of(1).replace(content="c")


def test_dataclasses_replace_works_for_typed_chunks():
    chunk = SSE.encoded(StreamingChunk("t"))
    changed = dataclasses.replace(chunk, content="c")

    assert changed == StreamingChunk("t", content="c")
    assert changed._wire is None


@pytest.mark.parametrize(
    "contract",
    [
        SSE,
        SSEFormatter(space=False, terminator="\r\n\r\n", encoding="utf-8"),
        SSEFormatter(indent=2),
        SSEFormatter(indent=2, strict=False),
        SSEFormatter(fields=("data", "retry", "id", "event")),
    ],
    ids=repr,
)
def test_json_is_what_a_reader_gets(contract):
    payload = {"a": [1, "data: \ud83d", None]}
    chunk = contract.encoded(StreamingChunk.of(payload, event="data", id="x"))
    payload["a"].append("later")

    assert chunk.json() == {"a": [1, "data: \ud83d", None]}
    assert chunk.json() is not chunk.json()


def test_json_of_a_chunk_that_is_not_encoded_says_so():
    with pytest.raises(ChunkNotEncodedError, match=r"StreamingChunk\.of\(1\) is not encoded yet"):
        StreamingChunk.of(1).json()


@pytest.mark.parametrize(
    "chunk", [StreamingChunk.raw("no json"), StreamingChunk.done(), StreamingChunk.comment("x")]
)
def test_json_of_something_else_raises_as_json_loads_does(chunk):
    with pytest.raises(json.JSONDecodeError):
        SSE.encoded(chunk).json()


def test_match_statements_see_the_fields():
    match StreamingChunk.of({"type": "token"}):
        case StreamingChunk(type="token"):
            seen = True

    assert seen


@dataclasses.dataclass
class Priced(StreamingChunk):
    """Its generated `__init__` knows nothing of the wire."""

    price: int = 0


def test_a_subclass_is_written_like_its_base():
    chunk = Priced("t", content="c", price=3)

    assert SSE.format_chunk(chunk) == 'data: {"type": "t", "content": "c"}\n\n'
    assert list(SSE.stream([chunk])) == [SSE.format_chunk(chunk)]
    assert SSE.encoded(chunk).json() == {"type": "t", "content": "c"}
    assert chunk.replace(price=4) == Priced("t", content="c", price=4)
    with pytest.raises(ChunkNotEncodedError):
        Priced("t").json()


def test_errors_are_pickled_with_their_attributes():
    error = pickle.loads(pickle.dumps(UnframeableField("id", "\0", "must not")))

    assert (error.field, error.value, error.rule) == ("id", "\0", "must not")
    assert pickle.loads(pickle.dumps(ChunkNotEncodedError(EVERY_KIND[1]))).chunk == EVERY_KIND[1]
