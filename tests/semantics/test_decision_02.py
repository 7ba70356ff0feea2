"""Decision 2: a chunk is encoded once, before its producer goes on."""

import asyncio

import pytest

from streamlift import SSEFormatter, StreamingChunk, producer
from tests.semantics.old_and_new import program, rewritten, seen

SSE = SSEFormatter(ensure_ascii=True)
UTF8 = SSEFormatter(ensure_ascii=False)
BYTES = SSEFormatter(ensure_ascii=False, encoding="utf-8")
of = StreamingChunk.of

OLD = r"""
import json


def stream(values):
    try:
        for value in values:
            yield f"data: {json.dumps({'value': value})}\n\n"
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n"


def running_total(values):
    payload = {"total": 0}
    for value in values:
        payload["total"] += value
        yield f"data: {json.dumps(payload)}\n\n"
"""
UNSERIALISABLE = [1, {2}, 3]
ERROR_FRAMES = [
    'data: {"value": 1}\n\n',
    'data: {"error": "Object of type set is not JSON serializable"}\n\n',
]


def stream(values):
    try:
        for value in values:
            yield of({"value": value})
    except TypeError as error:
        yield of({"error": str(error)})


async def stream_async(values):
    try:
        for value in values:
            yield of({"value": value})
    except TypeError as error:
        yield of({"error": str(error)})


def running_total(values):
    payload = {"total": 0}
    for value in values:
        payload["total"] += value
        yield of(payload)


# The obvious alternative: the edge formats what reaches it


def formatted_at_the_edge(source):
    for chunk in source:
        yield SSE.format_chunk(chunk)


def relayed(source):
    for chunk in source:  # noqa: UP028 - `yield from` is another thing, see below
        yield chunk


# An error while encoding


def test_the_old_code_tells_the_client_what_cannot_be_encoded():
    assert seen(program(OLD).stream(UNSERIALISABLE)) == ERROR_FRAMES


def test_formatting_at_the_edge_loses_the_error_frame():
    lost = seen(formatted_at_the_edge(stream(UNSERIALISABLE)))

    assert lost == [
        ERROR_FRAMES[0],
        repr(TypeError("Object of type set is not JSON serializable")),
    ]


@pytest.mark.parametrize(
    "boundary",
    [
        pytest.param(lambda: SSE.stream(stream(UNSERIALISABLE)), id="stream"),
        pytest.param(lambda: SSE.stream(stream_async(UNSERIALISABLE)), id="stream, async"),
        pytest.param(lambda: producer(SSE)(stream)(UNSERIALISABLE), id="producer"),
        pytest.param(lambda: producer(SSE)(stream_async)(UNSERIALISABLE), id="producer, async"),
        pytest.param(
            lambda: SSE.stream(relayed(SSE.chunks(stream(UNSERIALISABLE)))), id="chunks in a relay"
        ),
    ],
)
def test_an_encoding_error_reaches_the_producers_own_except(boundary):
    assert seen(boundary()) == ERROR_FRAMES


def test_the_tool_keeps_the_error_frame(tmp_path):
    new = rewritten(OLD, tmp_path)

    assert "json" not in new
    assert seen(program(new).stream(UNSERIALISABLE)) == ERROR_FRAMES


# A relay between the producer and its boundary


def test_a_boundary_behind_a_relay_throws_into_the_relay():
    assert seen(SSE.stream(relayed(stream(UNSERIALISABLE)))) != ERROR_FRAMES


def test_yield_from_hands_a_thrown_error_on():
    def delegating():
        yield from stream(UNSERIALISABLE)

    assert seen(SSE.stream(delegating())) == ERROR_FRAMES


# A payload that is changed after its yield


def test_formatting_later_loses_what_the_payload_was():
    old = list(program(OLD).running_total([1, 2]))
    late = list(formatted_at_the_edge(list(running_total([1, 2]))))

    assert old == ['data: {"total": 1}\n\n', 'data: {"total": 3}\n\n']
    assert late == ['data: {"total": 3}\n\n', 'data: {"total": 3}\n\n']


def test_a_chunk_that_has_passed_a_boundary_keeps_the_bytes_of_its_moment():
    kept = list(SSE.chunks(running_total([1, 2])))

    assert list(SSE.stream(kept)) == list(program(OLD).running_total([1, 2]))


def test_the_tool_keeps_the_bytes_of_each_moment(tmp_path):
    new = program(rewritten(OLD, tmp_path))

    assert list(new.running_total([1, 2])) == list(program(OLD).running_total([1, 2]))


def through_a_queue(put):
    """Return what the reader of a queue writes that is read only at the end."""

    async def run():
        queue = asyncio.Queue()
        payload = {"n": 1}
        await queue.put(put(payload))
        payload["n"] = 2
        return [SSE.format_chunk(queue.get_nowait())]

    return asyncio.run(run())


def test_on_a_queue_a_chunk_is_encoded_at_the_call():
    assert through_a_queue(of) == ['data: {"n": 2}\n\n']
    assert through_a_queue(lambda payload: SSE.encoded(of(payload))) == ['data: {"n": 1}\n\n']


# Only errors that the old expression raised


def encoded_at_the_boundary(source, contract):
    """Make bytes at the boundary, whatever the producer made, and throw in what goes wrong."""
    frame = contract.format_chunk(next(source))
    try:
        yield frame.encode()
    except UnicodeEncodeError as error:
        yield contract.format_chunk(source.throw(error)).encode()


def surrogate():
    try:
        yield of("\ud83d")
    except UnicodeEncodeError:
        yield of("caught")


def test_a_lone_surrogate_in_text_is_an_error_of_the_response_not_of_the_producer():
    assert list(encoded_at_the_boundary(surrogate(), UTF8)) == [b'data: "caught"\n\n']

    assert list(UTF8.stream(surrogate())) == ['data: "\ud83d"\n\n']


def test_a_producer_of_bytes_raised_it_itself_and_still_does():
    assert list(BYTES.stream(surrogate())) == [b'data: "caught"\n\n']
