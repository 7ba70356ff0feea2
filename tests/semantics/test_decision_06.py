"""Decision 6: a site that speaks another dialect than its producer is encoded where it stands."""

import pytest

from tests.semantics.old_and_new import program, rewritten, seen

OLD = r"""
import json


def stream(words):
    for word in words:
        yield f"data: {json.dumps({'word': word}, ensure_ascii=False)}\n\n"
    for word in words:
        yield f"data: {json.dumps({'word': word}, ensure_ascii=False)}\n\n"
    yield f"data: {json.dumps({'all': words})}\n\n"
    yield f"data:{json.dumps(words, separators=(',', ':'))}\n\n"
"""
FRAMES = [
    'data: {"word": "é"}\n\n',
    'data: {"word": "é"}\n\n',
    'data: {"all": ["\\u00e9"]}\n\n',
    'data:["\\u00e9"]\n\n',
]

# The obvious alternative: one formatter for the whole producer

ONE_DIALECT = r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii={ensure_ascii})


@producer(SSE)
def stream(words):
    for word in words:
        yield StreamingChunk.of({{"word": word}})
    for word in words:
        yield StreamingChunk.of({{"word": word}})
    yield StreamingChunk.of({{"all": words}})
    yield StreamingChunk.of(words)
"""


def differing(text):
    pairs = zip(FRAMES, seen(program(text).stream(["é"])), strict=True)
    return [number for number, (old, new) in enumerate(pairs) if old != new]


def test_the_old_code_mixes_dialects():
    assert seen(program(OLD).stream(["é"])) == FRAMES


@pytest.mark.parametrize(("ensure_ascii", "lost"), [(False, [2, 3]), (True, [0, 1, 3])])
def test_one_formatter_changes_the_frames_of_the_others(ensure_ascii, lost):
    assert differing(ONE_DIALECT.format(ensure_ascii=ensure_ascii)) == lost


def test_the_tool_encodes_the_others_where_they_stand(tmp_path):
    new = rewritten(OLD, tmp_path)

    assert differing(new) == []
    assert "SSE = SSEFormatter(ensure_ascii=False)" in new
    assert "yield StreamingChunk.of({'word': word})" in new.replace('"', "'")
    assert "yield SSE_ASCII.encoded(StreamingChunk.of({'all': words}))" in new.replace('"', "'")


def test_the_boundary_passes_them_through(tmp_path):
    new = rewritten(OLD, tmp_path).replace("yield SSE_ASCII.encoded(", "yield (")

    assert differing(new) == [2]
