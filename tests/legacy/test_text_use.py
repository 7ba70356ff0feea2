"""Counting text use: what is counted, what is not, and that the streams stay the same."""

import asyncio
import json
import subprocess
import sys

import pytest

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift.edges.starlette import SSEResponse
from streamlift.sse import boundary
from streamlift.sse.producer import ChunkFunction, Producer
from streamlift.testing.recorders.asgi_recorder import record
from streamlift_legacy import dump, observations, observe_text
from streamlift_legacy.observed import TALLIES

SSE = SSEFormatter(ensure_ascii=True)
FRAMES = ['data: {"n": 0}\n\n', 'data: {"n": 1}\n\n']


@producer(SSE)
def reply(count=2):
    for n in range(count):
        yield StreamingChunk.of({"n": n})


@producer(SSE)
async def reply_later(count=2):
    for n in range(count):
        yield StreamingChunk.of({"n": n})


@producer(SSE)
def frame(n):
    return StreamingChunk.of({"n": n})


class Chat:
    @producer(SSE)
    def reply(self):
        yield StreamingChunk.of({"n": 0})


async def collected(source):
    return [item async for item in source]


@pytest.fixture
def counting(monkeypatch):
    monkeypatch.setattr(boundary, "behind", boundary.behind)
    monkeypatch.setattr(Producer, "__call__", Producer.__call__)
    monkeypatch.setattr(ChunkFunction, "__call__", ChunkFunction.__call__)
    TALLIES.clear()
    observe_text()
    observe_text()
    yield
    TALLIES.clear()


def seen(name):
    return observations()["producers"].get(f"{__name__}:{name}")


@pytest.mark.usefixtures("counting")
def test_text_that_is_read_is_counted_with_its_place():
    assert list(reply()) == FRAMES
    assert "".join(reply()) == "".join(FRAMES)
    assert asyncio.run(collected(reply_later())) == FRAMES
    assert next(Chat().reply()) == FRAMES[0]

    assert (seen("reply")["calls"], seen("reply")["text"]) == (2, 2)
    assert [place.rpartition(":")[0] for place in seen("reply")["text_at"]] == [__file__] * 2
    assert seen("reply_later")["text"] == seen("Chat.reply")["text"] == 1


@pytest.mark.usefixtures("counting")
def test_what_a_boundary_takes_over_is_no_text_use():
    assert list(SSE.stream(reply())) == FRAMES
    assert list(SSE.stream(SSE.stream(reply()))) == FRAMES
    assert list(SSE.chunks(reply())) == [StreamingChunk.of({"n": n}) for n in range(2)]
    recording = asyncio.run(record(SSEResponse(reply_later())))
    assert recording.body.decode() == "".join(FRAMES)
    assert frame.chunk(0) == StreamingChunk.of({"n": 0})
    reply()  # nothing reads it

    assert (seen("reply")["calls"], seen("reply")["text"]) == (4, 0)
    assert seen("reply_later") == {"calls": 1, "text": 0}


@pytest.mark.usefixtures("counting")
def test_the_text_of_a_function_is_counted():
    assert frame(0) == FRAMES[0]
    assert (seen("frame")["calls"], seen("frame")["text"]) == (1, 1)


@pytest.mark.usefixtures("counting")
def test_errors_reach_the_producer_as_before():
    @producer(SSE)
    def careful():
        try:
            yield StreamingChunk.of({1})
        except TypeError as error:
            yield StreamingChunk.of(str(error))

    (text,) = careful()

    assert "not JSON serializable" in text
    assert seen("test_errors_reach_the_producer_as_before.careful")["text"] == 1


@pytest.mark.usefixtures("counting")
def test_a_count_that_fails_hurts_no_stream(monkeypatch):
    monkeypatch.setattr("streamlift_legacy.text_use.TALLIES", None)

    assert list(reply()) == FRAMES
    assert frame(0) == FRAMES[0]


@pytest.mark.usefixtures("counting")
def test_the_file_is_json(tmp_path):
    list(reply())
    dump(tmp_path / "observed.json")

    report = json.loads((tmp_path / "observed.json").read_text())
    assert report["schema"] == 1
    assert report["producers"][f"{__name__}:reply"]["text"] == 1


def test_nothing_is_changed_before_it_is_asked_for():
    program = (
        "from streamlift.sse import boundary, producer; before = boundary.behind, producer.Producer.__call__;"
        "import streamlift_legacy; assert before == (boundary.behind, producer.Producer.__call__)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
