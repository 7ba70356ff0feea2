import asyncio
import contextvars
import gc
import json
import sys
import threading
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse
from starlette.routing import Route

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift.edges.starlette import SSEResponse
from streamlift.testing.recorders.asgi_recorder import record
from streamlift.testing.recorders.socket_recorder import serve
from streamlift.testing.recording import Cleanup
from streamlift_legacy import adapt

SSE = SSEFormatter()
SSE_UTF8 = SSEFormatter(ensure_ascii=False)
SSE_BYTES = SSEFormatter(encoding="utf-8")

BOTH_VERSIONS = pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
NEWER_STARLETTE = pytest.mark.skipif(
    not hasattr(StreamingResponse, "_wrap_websocket_denial_send"),
    reason="Starlette 0.41 knows neither these websockets nor spec_version 2.4",
)
EVENT_STREAM = "text/event-stream"


def text(payload):
    return f"data: {json.dumps(payload)}\n\n"


def run(app, **kwargs):
    return asyncio.run(record(app, time_limit=10, **kwargs))


# Every producer runs twice: `frame` is the old f-string, or `StreamingChunk.of`.


async def whole(frame):
    for number in range(3):
        yield frame({"n": number})


async def waits(frame):
    for number in range(3):
        await asyncio.sleep(0.001)
        yield frame({"n": number})


async def empty(frame):
    return
    yield


async def fails_at_once(frame):
    raise ValueError("before the first item")
    yield


async def fails_in_the_middle(frame):
    yield frame({"n": 1})
    raise ValueError("in the middle")


async def tells_its_error(frame):
    try:
        yield frame({"n": 1})
        raise ValueError("told")
    except ValueError as error:
        yield frame({"error": str(error)})


async def cannot_be_encoded(frame):
    yield frame({"n": 1})
    yield frame({"n": object()})
    yield frame({"n": 2})


async def cannot_be_encoded_at_once(frame):
    yield frame({"n": object()})


async def catches_encoding(frame):
    yield frame({"n": 1})
    try:
        yield frame({"n": object()})
    except TypeError as error:
        yield frame({"error": str(error)})
    yield frame({"n": 2})


async def catches_and_stops(frame):
    try:
        yield frame({"n": object()})
    except TypeError:
        return


async def catches_and_fails_again(frame):
    try:
        yield frame({"n": object()})
    except TypeError:
        try:
            yield frame({"again": {1, 2}})
        except TypeError as error:
            yield frame({"error": str(error), "after": type(error.__context__).__name__})


async def catches_and_raises(frame):
    try:
        yield frame({"n": object()})
    except TypeError as error:
        raise LookupError from error


async def circular(frame):
    payload = {}
    payload["self"] = payload
    try:
        yield frame(payload)
    except ValueError as error:
        yield frame({"error": str(error)})


async def a_group(frame):
    yield frame({"n": 1})
    if sys.version_info >= (3, 11):
        raise ExceptionGroup(  # noqa: F821 - checked above
            "several", [ValueError(), TypeError()]
        )


async def os_error(frame):
    yield frame({"n": 1})
    raise OSError("of the producer, not of the socket")


async def cancels_itself(frame):
    yield frame({"n": 1})
    raise asyncio.CancelledError


async def stop_iteration(frame):
    yield frame({"n": 1})
    raise StopAsyncIteration


async def fails_while_cleaning_up(frame):
    try:
        yield frame({"n": 1})
        raise ValueError
    finally:
        raise KeyError("in finally")


async def other_items(frame):
    yield ""
    yield "text: \n\n"
    yield frame({"n": 1})
    yield b"bytes"
    yield ""
    yield memoryview(b"view")
    yield frame({"n": 2})


async def no_text(frame):
    yield frame({"n": 1})
    yield 7


async def no_text_in_a_tuple(frame):
    try:
        yield (frame({"n": 1}), 500)
    except AttributeError:
        yield frame({"never": "seen"})


async def cleans_up_slowly(frame):
    try:
        yield frame({"n": 1})
        yield frame({"n": 2})
        yield frame({"n": 3})
    finally:
        await asyncio.sleep(0.001)


PRODUCERS = [
    whole,
    waits,
    empty,
    fails_at_once,
    fails_in_the_middle,
    tells_its_error,
    cannot_be_encoded,
    cannot_be_encoded_at_once,
    catches_encoding,
    catches_and_stops,
    catches_and_fails_again,
    catches_and_raises,
    circular,
    a_group,
    os_error,
    cancels_itself,
    stop_iteration,
    fails_while_cleaning_up,
    other_items,
    no_text,
    no_text_in_a_tuple,
    cleans_up_slowly,
]


def left_by_us(recording):
    """Return the generators that were not closed, but for those of Starlette's own middleware."""
    cleanup = recording.cleanup
    names = cleanup.open_generators + cleanup.collected_generators
    return [name for name in names if not name.startswith(("BaseHTTPMiddleware", "Request."))]


def error_for_a_client_who_goes(spec_version):
    """Return the exception that leaves Starlette's response when a client goes; it has changed."""
    old = run(direct(old_response(whole)), spec_version=spec_version, disconnect_after=1)
    return old.ending.error


class PassesOn(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x-seen"] = "yes"
        return response


class PurePassesOn:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def seen(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-seen", b"yes")]}
            await send(message)

        await self.app(scope, receive, seen)


def direct(make):
    async def app(scope, receive, send):
        await make()(scope, receive, send)

    return app


def starlette(make, *middleware):
    async def endpoint(request):
        return make()

    return Starlette(
        routes=[Route("/", endpoint)], middleware=[Middleware(each) for each in middleware]
    )


def fastapi(make):
    app = FastAPI()

    @app.get("/")
    async def endpoint():
        return make()

    return app


APPLICATIONS = {
    "direct": direct,
    "starlette": starlette,
    "fastapi": fastapi,
    "base middleware": lambda make: starlette(make, PassesOn),
    "pure middleware": lambda make: starlette(make, PurePassesOn),
    "both middlewares": lambda make: starlette(make, PassesOn, PurePassesOn, PassesOn),
}


def old_response(source):
    return lambda: StreamingResponse(source(text), media_type=EVENT_STREAM)


def new_response(source):
    return lambda: SSEResponse(SSE.stream(source(StreamingChunk.of)))


@BOTH_VERSIONS
@pytest.mark.parametrize("application", APPLICATIONS)
@pytest.mark.parametrize("source", PRODUCERS)
def test_is_the_streaming_response_of_the_old_text(source, application, spec_version):
    build = APPLICATIONS[application]
    old = run(build(old_response(source)), spec_version=spec_version)
    new = run(build(new_response(source)), spec_version=spec_version)

    assert new.without_cleanup() == old.without_cleanup()
    assert left_by_us(new) == []
    assert (new.cleanup.pending_tasks, new.cleanup.unhandled) == ((), ())


@BOTH_VERSIONS
@pytest.mark.parametrize("count", range(5))
@pytest.mark.parametrize("application", ["direct", "fastapi", "base middleware"])
@pytest.mark.parametrize("source", PRODUCERS)
def test_is_the_streaming_response_for_a_client_who_goes(source, application, count, spec_version):
    build = APPLICATIONS[application]
    old = run(build(old_response(source)), spec_version=spec_version, disconnect_after=count)
    new = run(build(new_response(source)), spec_version=spec_version, disconnect_after=count)

    assert new.without_cleanup() == old.without_cleanup()
    assert left_by_us(new) == []


@BOTH_VERSIONS
@pytest.mark.parametrize("source", PRODUCERS)
@pytest.mark.parametrize(
    ("form", "contract"),
    [
        ("old text", None),
        ("text view of a producer", SSE),
        ("view of a view", SSE),
        ("adapted old text", None),
    ],
)
def test_takes_every_form_of_content(form, contract, source, spec_version):
    def make():
        if form == "old text":
            return SSEResponse(source(text))
        if form == "adapted old text":
            return SSEResponse(SSE.stream(adapt(source(text))))
        view = producer(SSE)(source)(StreamingChunk.of)
        return SSEResponse(
            view if form == "text view of a producer" else SSE_UTF8.stream(SSE.stream(view))
        )

    for count in (None, 1):
        old = run(direct(old_response(source)), spec_version=spec_version, disconnect_after=count)
        new = run(direct(make), spec_version=spec_version, disconnect_after=count)

        assert new.without_cleanup() == old.without_cleanup()
        assert left_by_us(new) == []


@BOTH_VERSIONS
@pytest.mark.parametrize("source", [whole, catches_encoding, cannot_be_encoded, other_items])
def test_sends_the_bytes_of_a_bytes_contract(source, spec_version):
    def old(payload):
        return text(payload).encode()

    expected = run(
        direct(lambda: StreamingResponse(source(old), media_type=EVENT_STREAM)),
        spec_version=spec_version,
    )
    actual = run(
        direct(lambda: SSEResponse(SSE_BYTES.stream(source(StreamingChunk.of)))),
        spec_version=spec_version,
    )

    assert actual == expected


async def lone_surrogate(frame):
    try:
        yield frame({"n": 1})
        yield frame({"text": "\ud83d"})
    except UnicodeEncodeError:
        yield frame({"caught": True})


def plain(payload):
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"


@BOTH_VERSIONS
def test_a_lone_surrogate_fails_in_the_response_as_before(spec_version):
    old = run(
        direct(lambda: StreamingResponse(lone_surrogate(plain), media_type=EVENT_STREAM)),
        spec_version=spec_version,
    )
    new = run(
        direct(lambda: SSEResponse(SSE_UTF8.stream(lone_surrogate(StreamingChunk.of)))),
        spec_version=spec_version,
    )

    assert new.without_cleanup() == old.without_cleanup()
    assert "UnicodeEncodeError" in new.ending.error
    assert new.cleanup == Cleanup()


def test_with_a_bytes_contract_it_fails_in_the_producer_as_before():
    contract = SSEFormatter(ensure_ascii=False, encoding="utf-8")
    old = run(direct(lambda: SSEResponse(lone_surrogate(lambda payload: plain(payload).encode()))))
    new = run(direct(lambda: SSEResponse(contract.stream(lone_surrogate(StreamingChunk.of)))))

    assert new == old
    assert new.messages[1] == b'data: {"caught": true}\n\n'


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"status_code": 201, "headers": {"X-B": "1", "A": "2"}},
        {"headers": {"Content-Type": "text/event-stream"}},
        {"headers": {"content-length": "3", "x": "é"}},
        {"media_type": "application/x-ndjson"},
        {"media_type": "text/event-stream; charset=latin-1"},
        {"media_type": "text/plain"},
        {"media_type": None},
    ],
)
def test_has_the_same_status_and_headers(arguments):
    old = StreamingResponse(whole(text), **{"media_type": EVENT_STREAM, **arguments})
    new = SSEResponse(SSE.stream(whole(StreamingChunk.of)), **arguments)

    assert new.raw_headers == old.raw_headers
    assert run(direct(lambda: new)) == run(direct(lambda: old))


def test_uses_the_charset_of_a_subclass():
    class Old(StreamingResponse):
        charset = "latin-1"

    class New(SSEResponse):
        charset = "latin-1"

    async def source(frame):
        yield frame({"text": "é"})
        yield frame({"text": "漢"})

    old = run(direct(lambda: Old(source(plain), media_type=EVENT_STREAM)))
    new = run(direct(lambda: New(SSE_UTF8.stream(source(StreamingChunk.of)))))

    assert new.without_cleanup() == old.without_cleanup()
    assert b"\xe9" in new.body
    assert "UnicodeEncodeError" in new.ending.error


def test_is_a_streaming_response_with_the_content_as_its_iterator():
    view = SSE.stream(whole(StreamingChunk.of))
    response = SSEResponse(view)

    assert isinstance(response, StreamingResponse)
    assert response.body_iterator is view


@BOTH_VERSIONS
def test_answers_head_as_starlette_does(spec_version):
    old = run(starlette(old_response(whole)), method="HEAD", spec_version=spec_version)
    new = run(starlette(new_response(whole)), method="HEAD", spec_version=spec_version)

    assert new == old


@NEWER_STARLETTE
def test_streams_to_a_websocket_that_is_denied():
    def sent(response):
        messages = []

        async def send(message):
            messages.append(message)

        asyncio.run(response({"type": "websocket"}, None, send))
        return messages

    assert sent(SSEResponse(SSE.stream(whole(StreamingChunk.of)))) == sent(old_response(whole)())


# Closing.


def watched(log, *, wait=0):
    """Return a producer that logs where its `finally` ran."""
    context = contextvars.ContextVar("context", default="lost")

    async def source(frame):
        context.set("kept")
        task = asyncio.current_task()
        try:
            for number in range(5):
                await asyncio.sleep(wait)
                yield frame({"n": number})
        finally:
            log.append(("same task", asyncio.current_task() is task, context.get()))
            await asyncio.sleep(0)

    return source


@BOTH_VERSIONS
@pytest.mark.parametrize("wait", [0, 0.002])
@pytest.mark.parametrize("count", [*range(1, 7), None])
@pytest.mark.parametrize("fused", [True, False])
def test_the_producer_is_closed_in_its_task_before_the_response_returns(
    fused, count, wait, spec_version
):
    log = []
    source = watched(log, wait=wait)

    async def app(scope, receive, send):
        response = SSEResponse(SSE.stream(source(StreamingChunk.of)) if fused else source(text))
        try:
            await response(scope, receive, send)
        finally:
            log.append("returned")

    recording = run(app, spec_version=spec_version, disconnect_after=count)

    assert log == [("same task", True, "kept"), "returned"]
    assert recording.cleanup == Cleanup()


@BOTH_VERSIONS
def test_a_producer_that_closes_too_slowly_is_cancelled(spec_version):
    log = []

    async def source():
        try:
            while True:
                yield StreamingChunk.of({})
        finally:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                log.append("cancelled")
                raise

    began = time.monotonic()
    recording = run(
        direct(lambda: SSEResponse(SSE.stream(source()), close_limit=0.05)),
        spec_version=spec_version,
        disconnect_after=1,
    )

    assert log == ["cancelled"]
    assert time.monotonic() - began < 5
    assert recording.ending.kind == "disconnected"
    assert recording.ending.error == error_for_a_client_who_goes(spec_version)
    assert recording.cleanup == Cleanup(unhandled=("TimeoutError",))


async def raises(frame):
    try:
        while True:
            yield frame({})
    except GeneratorExit:
        raise ValueError("while closing") from None


async def goes_on(frame):
    try:
        while True:
            yield frame({})
    except GeneratorExit:
        yield frame({"more": True})


async def awaits_a_cancelled_task(frame):
    task = asyncio.ensure_future(asyncio.sleep(60))
    try:
        while True:
            yield frame({})
    finally:
        task.cancel()
        await task


@BOTH_VERSIONS
@pytest.mark.parametrize(
    ("source", "error"),
    [
        (raises, "ValueError"),
        (goes_on, "RuntimeError"),
        pytest.param(
            awaits_a_cancelled_task,
            "asyncio.exceptions.CancelledError",
            marks=pytest.mark.skipif(
                sys.version_info < (3, 11), reason="tasks do not count cancels"
            ),
        ),
    ],
)
@pytest.mark.parametrize("fused", [True, False])
def test_an_error_while_closing_is_reported_and_changes_nothing(fused, source, error, spec_version):
    async def app(scope, receive, send):
        if not fused:
            app.source = source(text)
            content = app.source
        else:
            app.source = source(StreamingChunk.of)
            content = SSE.stream(app.source)
        await SSEResponse(content)(scope, receive, send)

    recording = run(app, spec_version=spec_version, disconnect_after=2)

    assert recording.messages == (b"data: {}\n\n",) * 2
    assert recording.ending.error == error_for_a_client_who_goes(spec_version)
    assert set(recording.cleanup.unhandled) == {error}


def test_a_cancelled_response_closes_its_producer_and_stays_cancelled():
    log = []

    async def main():
        task = asyncio.ensure_future(
            record(
                direct(lambda: SSEResponse(SSE.stream(watched(log, wait=60)(StreamingChunk.of))))
            )
        )
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.02)

    asyncio.run(main())

    assert log == [("same task", True, "kept")]


@NEWER_STARLETTE
def test_a_cancel_while_closing_is_no_error_of_the_producer():
    reached = []
    started = asyncio.Event()

    async def source():
        try:
            while True:
                yield StreamingChunk.of({})
        finally:
            reached.append("closing")
            started.set()
            try:
                await asyncio.sleep(60)
            finally:
                reached.append("closed")

    async def main():
        async def send(message):
            if reached or message.get("body"):
                raise OSError

        response = SSEResponse(SSE.stream(source()))
        scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
        task = asyncio.ensure_future(response(scope, asyncio.Event().wait, send))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())

    assert reached == ["closing", "closed"]


@BOTH_VERSIONS
@pytest.mark.parametrize("count", [None, 1])
def test_the_background_task_runs_when_it_did_before_and_after_closing(count, spec_version):
    def logs(make):
        log = []

        async def app(scope, receive, send):
            response = make(watched(log))
            response.background = BackgroundTask(log.append, "background")
            await response(scope, receive, send)

        run(app, spec_version=spec_version, disconnect_after=count)
        return log

    old = logs(lambda source: StreamingResponse(source(text)))
    new = logs(lambda source: SSEResponse(SSE.stream(source(StreamingChunk.of))))

    assert ("background" in new) == ("background" in old)
    assert new == [("same task", True, "kept"), *(["background"] if "background" in old else [])]


def test_an_error_of_a_background_task_leaves_as_before():
    def fails():
        raise ValueError

    old = run(
        direct(
            lambda: StreamingResponse(
                whole(text), background=BackgroundTask(fails), media_type=EVENT_STREAM
            )
        )
    )
    new = run(
        direct(
            lambda: SSEResponse(
                SSE.stream(whole(StreamingChunk.of)), background=BackgroundTask(fails)
            )
        )
    )

    assert new == old
    assert str(new.ending) == "complete (ValueError)"


@BOTH_VERSIONS
@pytest.mark.parametrize("prefetch", ["source", "view"])
@pytest.mark.parametrize("count", [None, 0, 1])
def test_a_producer_that_was_asked_ahead_is_closed_too(count, prefetch, spec_version):
    log = []

    async def app(scope, receive, send):
        source = watched(log)(StreamingChunk.of)
        view = SSE.stream(source)
        await anext(source if prefetch == "source" else view)
        try:
            await SSEResponse(view)(scope, receive, send)
        finally:
            log.append("returned")

    recording = run(app, spec_version=spec_version, disconnect_after=count)

    # In the task of the response, which is not the one that asked ahead under 2.3.
    assert log == [("same task", spec_version == "2.4", "kept"), "returned"]
    assert recording.cleanup == Cleanup()


async def cut_at_will():
    for item in ("data: a\n\ndata: b\n\n", "data: ", "c\n\n", b"", b": ping\n\n", "data: d"):
        yield item


@BOTH_VERSIONS
@pytest.mark.parametrize("count", [None, 0, 1, 2])
def test_old_text_that_is_adapted_keeps_its_messages(count, spec_version):
    old = run(
        direct(lambda: StreamingResponse(cut_at_will(), media_type=EVENT_STREAM)),
        spec_version=spec_version,
        disconnect_after=count,
    )
    new = run(
        direct(lambda: SSEResponse(SSE.stream(adapt(cut_at_will())))),
        spec_version=spec_version,
        disconnect_after=count,
    )

    assert new.without_cleanup() == old.without_cleanup()
    assert new.cleanup == Cleanup()


@BOTH_VERSIONS
@pytest.mark.parametrize("count", [None, 1])
def test_an_adapter_that_has_begun_goes_on_and_is_closed(count, spec_version):
    async def app(scope, receive, send):
        adapted = adapt(cut_at_will())
        view = SSE.stream(adapted)
        await anext(adapted)
        await SSEResponse(view)(scope, receive, send)

    recording = run(app, spec_version=spec_version, disconnect_after=count)

    rest = (b"data: b\n\n", b"data: c\n\n", b"", b": ping\n\n", b"data: d", b"")
    assert recording.messages == rest[:count]
    assert recording.cleanup == Cleanup()


# Middleware that takes the body over.


def relaying(make, relay):
    async def app(scope, receive, send):
        response = make()
        response.body_iterator = relay(response.body_iterator)
        await response(scope, receive, send)

    return app


async def plain_relay(source):
    async for item in source:
        yield item


async def upper(source):
    async for item in source:
        yield (item if isinstance(item, bytes) else item.encode()).upper()


async def first_two(source):
    count = 0
    async for item in source:
        count += 1
        yield item
        if count == 2:
            return


async def replaced(source):
    yield "instead"


@BOTH_VERSIONS
@pytest.mark.parametrize("relay", [plain_relay, upper, first_two, replaced])
@pytest.mark.parametrize(
    "source", [whole, waits, catches_encoding, cannot_be_encoded, fails_in_the_middle]
)
@pytest.mark.parametrize("count", [None, 1])
def test_another_relay_may_consume_the_body(count, source, relay, spec_version):
    old = run(
        relaying(old_response(source), relay), spec_version=spec_version, disconnect_after=count
    )
    new = run(
        relaying(new_response(source), relay), spec_version=spec_version, disconnect_after=count
    )

    assert new.without_cleanup() == old.without_cleanup()
    assert left_by_us(new) == []


@BOTH_VERSIONS
def test_a_producer_behind_a_relay_is_closed_in_the_task_too(spec_version):
    log = []
    recording = run(
        relaying(lambda: SSEResponse(SSE.stream(watched(log)(StreamingChunk.of))), plain_relay),
        spec_version=spec_version,
        disconnect_after=1,
    )

    assert log == [("same task", True, "kept")]
    assert recording.cleanup == Cleanup()


@BOTH_VERSIONS
def test_a_view_that_has_begun_goes_on_where_it_was(spec_version):
    async def app(scope, receive, send):
        view = SSE.stream(whole(StreamingChunk.of))
        assert await view.__anext__() == text({"n": 0})
        await SSEResponse(view)(scope, receive, send)

    recording = run(app, spec_version=spec_version)

    assert recording.body == (text({"n": 1}) + text({"n": 2})).encode()
    assert recording.cleanup == Cleanup()


def test_a_view_that_was_closed_gives_nothing():
    async def app(scope, receive, send):
        view = SSE.stream(whole(StreamingChunk.of))
        await view.aclose()
        await SSEResponse(view)(scope, receive, send)

    assert run(app).messages == (b"",)


def test_a_chunk_generator_may_be_relayed_under_another_boundary():
    async def relay(source):
        async for chunk in SSE.chunks(source):
            yield chunk
        yield StreamingChunk.done()

    recording = run(direct(lambda: SSEResponse(SSE.stream(relay(whole(StreamingChunk.of))))))

    assert recording.messages[-2:] == (b"data: [DONE]\n\n", b"")
    assert recording.cleanup == Cleanup()


def test_async_iterators_that_are_no_generators_work():
    class Iterator:
        closed = 0

        def __init__(self):
            self.left = [1, 2, 3]

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.left:
                raise StopAsyncIteration
            return f"{self.left.pop(0)}"

        async def aclose(self):
            Iterator.closed += 1

    class Iterable:
        def __aiter__(self):
            return Iterator()

    for content in (
        Iterator,
        Iterable,
        lambda: SSE.stream(Iterator()),
        lambda: SSE.stream(Iterable()),
    ):
        old = run(direct(lambda: StreamingResponse(Iterator(), media_type=EVENT_STREAM)))
        assert run(direct(lambda content=content: SSEResponse(content()))) == old


# Sync producers.


def sync_whole(frame):
    for number in range(3):
        yield frame({"n": number})


def sync_fails(frame):
    yield frame({"n": 1})
    raise ValueError


def sync_catches(frame):
    try:
        yield frame({"n": object()})
    except TypeError as error:
        yield frame({"error": str(error)})


def sync_uncaught(frame):
    yield frame({"n": object()})


@BOTH_VERSIONS
@pytest.mark.parametrize("count", [None, 0, 1, 2])
@pytest.mark.parametrize("source", [sync_whole, sync_fails, sync_catches, sync_uncaught])
@pytest.mark.parametrize("through_view", [True, False])
def test_sync_producers_are_as_before(through_view, source, count, spec_version):
    def make():
        return SSEResponse(SSE.stream(source(StreamingChunk.of)) if through_view else source(text))

    old = run(direct(old_response(source)), spec_version=spec_version, disconnect_after=count)
    new = run(direct(make), spec_version=spec_version, disconnect_after=count)

    assert new.without_cleanup() == old.without_cleanup()
    assert new.cleanup == Cleanup()


@BOTH_VERSIONS
@pytest.mark.parametrize("through_view", [True, False])
def test_a_sync_producer_is_closed_in_a_thread_before_the_response_returns(
    through_view, spec_version
):
    log = []

    def source(frame):
        try:
            while True:
                yield frame({})
        finally:
            log.append(threading.current_thread() is threading.main_thread())

    async def app(scope, receive, send):
        view = SSE.stream(source(StreamingChunk.of)) if through_view else source(text)
        app.view = view  # or the reference count closes it
        try:
            await SSEResponse(view)(scope, receive, send)
        finally:
            log.append("returned")

    recording = run(app, spec_version=spec_version, disconnect_after=1)

    assert log == [False, "returned"]
    assert recording.cleanup == Cleanup()


def test_a_sync_producer_that_does_not_close_is_left_in_its_thread():
    release = threading.Event()
    done = threading.Event()

    def source():
        try:
            while True:
                yield StreamingChunk.of({})
        finally:
            release.wait(20)
            done.set()

    async def main():
        recording = await record(
            direct(lambda: SSEResponse(SSE.stream(source()), close_limit=0.05)), disconnect_after=1
        )
        release.set()
        return recording

    recording = asyncio.run(main())

    assert done.wait(20)
    assert recording.cleanup == Cleanup(unhandled=("TimeoutError",))


def test_an_error_while_a_sync_producer_closes_is_reported():
    def source():
        try:
            while True:
                yield StreamingChunk.of({})
        except GeneratorExit:
            raise ValueError from None

    recording = run(direct(lambda: SSEResponse(SSE.stream(source()))), disconnect_after=1)

    assert recording.cleanup == Cleanup(unhandled=("ValueError",))


def test_other_sync_iterables_are_left_open_as_before(tmp_path):
    path = tmp_path / "recorded.sse"
    path.write_bytes(b"data: 1\n\n")
    with path.open("rb") as file:
        recording = run(direct(lambda: SSEResponse(file)))

        assert recording.body == b"data: 1\n\n"
        assert not file.closed
    assert run(direct(lambda: SSEResponse(["a", b"b", ""]))).messages == (b"a", b"b", b"", b"")


# A real server.


@pytest.fixture(scope="module")
def server():
    with serve("served_app:app", directory=Path(__file__).parent) as running:
        yield running


@pytest.mark.parametrize("kind", ["complete", "error", "encoding"])
def test_is_the_same_on_a_real_server(server, kind):
    old, new = server.record(f"/old/{kind}"), server.record(f"/new/{kind}")

    assert new == old
    assert new.ending.kind == ("complete" if kind == "complete" else "aborted")
    assert len(new.messages) == 3


def test_is_closed_on_a_real_server_when_the_client_goes(server):
    before = server.record("/closed").body.count(b"endless")
    recording = server.record("/new/endless", disconnect_after=20)

    assert recording.ending.kind == "disconnected"
    deadline = time.monotonic() + 10
    while server.record("/closed").body.count(b"endless") == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_nothing_is_left_for_the_garbage_collector():
    seen = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
        for count in range(4):
            await record(direct(new_response(waits)), disconnect_after=count)
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(main())

    assert seen == []
