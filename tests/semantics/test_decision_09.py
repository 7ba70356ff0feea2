"""Decision 9: what is not rewritten, because the rewrite would not be the same."""

import json

import pytest

from streamlift import SSEFormatter, StreamingChunk
from tests.semantics.old_and_new import planned, program, rewritten, seen, verdicts

SSE = SSEFormatter(ensure_ascii=True)
of = StreamingChunk.of


def left(text, folder):
    """Return the verdicts on *text* if the tool leaves it as it is."""
    assert rewritten(text, folder) == text
    return verdicts(planned(folder))


# A frame in a container

IN_A_TUPLE = r"""
import json


def stream(n):
    yield f"data: {json.dumps({'n': n})}\n\n", 500


def sent(n):
    for frame, status in stream(n):
        yield frame.encode()
"""


def test_a_chunk_in_a_tuple_is_never_encoded(tmp_path):
    chunk = r"""f"data: {json.dumps({'n': n})}\n\n", 500"""
    wrong = IN_A_TUPLE.replace(chunk, 'StreamingChunk.of({"n": n}), 500')
    assert wrong != IN_A_TUPLE
    boundary = "for frame, status in SSE.stream(stream(n))"
    wrong = wrong.replace("for frame, status in stream(n)", boundary)

    lost = seen(program(wrong, SSE=SSE, StreamingChunk=StreamingChunk).sent(1))

    assert seen(program(IN_A_TUPLE).sent(1)) == [b'data: {"n": 1}\n\n']
    assert lost == [repr(AttributeError("'PayloadChunk' object has no attribute 'encode'"))]
    text = rewritten(IN_A_TUPLE, tmp_path)
    assert 'yield SSE.format_chunk(StreamingChunk.of({"n": n})), 500' in text  # it stays text
    assert seen(program(text).sent(1)) == seen(program(IN_A_TUPLE).sent(1))


# A frame in two parts

SPLIT = r"""
import json


def stream(n, payload):
    yield f"id: {n}\n"
    yield f"data: {json.dumps(payload)}\n\n"
"""


def merged(n, payload):
    yield of(payload, id=n)


def test_a_split_frame_that_is_merged_loses_what_was_sent_before_an_error(tmp_path):
    error = repr(TypeError("Object of type set is not JSON serializable"))
    new = rewritten(SPLIT, tmp_path)

    assert seen(program(SPLIT).stream(1, {2})) == ["id: 1\n", error]
    assert seen(SSE.stream(merged(1, {2}))) == [error]
    assert seen(program(new).stream(1, {2})) == ["id: 1\n", error]


def test_a_split_frame_that_is_merged_is_one_message_less(tmp_path):
    old = seen(program(SPLIT).stream(1, 2))

    assert old == ["id: 1\n", "data: 2\n\n"]
    assert seen(SSE.stream(merged(1, 2))) == ["".join(old)]
    assert seen(program(rewritten(SPLIT, tmp_path)).stream(1, 2)) == old
    assert "review split-frame" in verdicts(planned(tmp_path))


# A relay that reads its own frames

PARSE_BACK = r"""
import json


def _reply(words):
    for word in words:
        yield f"data: {json.dumps({'word': word})}\n\n"
    yield "data: [DONE]\n\n"


def stream(words, history):
    said = []
    for frame in _reply(words):
        if "[DONE]" in frame:
            history.append(" ".join(said))
        else:
            said.append(json.loads(frame[6:])["word"])
        yield frame
"""
WORDS = ["say", "[DONE]", "now"]


def on_chunks(words, history):
    def reply():
        for word in words:
            yield of({"word": word})
        yield StreamingChunk.done()

    said = []
    for chunk in SSE.chunks(reply()):
        if chunk.type == "done":
            history.append(" ".join(said))
        else:
            said.append(chunk.json()["word"])
        yield chunk


def test_a_substring_test_is_no_test_of_the_chunks_type(tmp_path):
    history, wrong, now = [], [], []

    frames = seen(program(PARSE_BACK).stream(WORDS, history))

    assert history == ["say", "say now"]
    assert seen(SSE.stream(on_chunks(WORDS, wrong))) == frames
    assert wrong == ["say [DONE] now"]
    assert seen(program(rewritten(PARSE_BACK, tmp_path)).stream(WORDS, now)) == frames
    assert now == history


def test_the_body_of_such_a_relay_stays(tmp_path):
    body = PARSE_BACK[PARSE_BACK.index("        if ") :]

    assert rewritten(PARSE_BACK, tmp_path).endswith(body)


# Text that depends on the source

TRACEBACK = r"""
import json
import traceback


def stream(value):
    try:
        json.loads(value)
    except ValueError:
        yield f"data: {traceback.format_exc()}\n\n"
"""


def test_a_traceback_tells_the_line_of_the_source():
    moved = TRACEBACK.replace("import json\n", "import json\n\nfrom streamlift import producer\n")

    assert seen(program(moved).stream("{")) != seen(program(TRACEBACK).stream("{"))


def test_a_traceback_is_left(tmp_path):
    assert left(TRACEBACK, tmp_path)[0].startswith("refused ")


# The `typed` grade

TYPED = r"""
import json


def stream(text, kind):
    yield f"data: {json.dumps({'type': 'content', 'role': 'assistant', 'content': text})}\n\n"
    yield f"data: {json.dumps({'type': 'content', 'content': text})}\n\n"
    yield f"data: {json.dumps({'content': text, 'type': 'note'})}\n\n"
    yield f"data: {json.dumps({'type': kind, 'content': text})}\n\n"
    yield f"data: {json.dumps({'type': 'result', 'content': text, 'n': 1})}\n\n"
"""


def test_the_data_models_own_dictionary_loses_empty_text():
    """The alternative: every chunk is typed, and written from its `to_dict()`."""
    old = seen(program(TYPED).stream("", "x"))[0]
    chunk = StreamingChunk("content", role="assistant", content="")

    assert old == 'data: {"type": "content", "role": "assistant", "content": ""}\n\n'
    assert f"data: {json.dumps(chunk.to_dict())}\n\n" == (
        'data: {"type": "content", "role": "assistant"}\n\n'
    )


@pytest.mark.parametrize("text", ["", None, 0, "é", [], "a\nb"])
@pytest.mark.parametrize("kind", ["content", "", None, 7])
def test_a_typed_chunk_writes_every_key_in_the_old_order(text, kind, tmp_path):
    new = program(rewritten(TYPED, tmp_path))

    assert seen(new.stream(text, kind)) == seen(program(TYPED).stream(text, kind))


def test_only_one_shape_of_a_type_is_typed(tmp_path):
    rewritten(TYPED, tmp_path)
    grades = verdicts(planned(tmp_path))

    assert sorted(grades[:2]) == ["payload", "typed"]
    assert grades[3:] == ["payload", "payload"]
