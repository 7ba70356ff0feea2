import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from streamlift.testing import request as requests
from streamlift.testing.recorders.asgi_recorder import record, record_request
from streamlift.testing.recording import Cleanup, Ending, RecordingTimeoutError

BOTH_VERSIONS = pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"X-Case", b"Kept"), (b"a", b"1"), (b"a", b"2")],
}


def body(data, *, more=True):
    return {"type": "http.response.body", "body": data, "more_body": more}


def application(*messages, error=None, log=None):
    async def app(scope, receive, send):
        for message in messages:
            await send(message)
            if log is not None:
                log.append(message.get("body"))
        if error is not None:
            raise error

    return app


def run(app, *args, **kwargs):
    return asyncio.run(record(app, *args, **kwargs))


def test_keeps_status_header_order_and_message_boundaries():
    recording = run(application(START, body(b"a"), body(b""), body(b"bc"), body(b"", more=False)))

    assert recording.status == 200
    assert recording.headers == ((b"X-Case", b"Kept"), (b"a", b"1"), (b"a", b"2"))
    assert recording.messages == (b"a", b"", b"bc", b"")
    assert recording.body == b"abc"
    assert recording.ending == Ending(kind="complete")
    assert recording.cleanup == Cleanup()
    assert not recording.cleanup


def test_equality_is_about_everything_but_timing():
    whole = START, body(b"ab"), body(b"", more=False)
    split = START, body(b"a"), body(b"b"), body(b"", more=False)

    assert run(application(*whole)) == run(application(*whole))
    assert run(application(*whole)).times != ()
    assert run(application(*whole)) != run(application(*split))
    assert run(application(*whole)).body == run(application(*split)).body
    assert run(application(*whole[:2])) != run(application(*whole[:2], error=ValueError()))


def test_an_error_in_the_middle_keeps_what_was_sent_and_the_type():
    recording = run(application(START, body(b"a"), error=UnicodeError("with text")))

    assert recording.messages == (b"a",)
    assert recording.ending == Ending(kind="aborted", error="UnicodeError")
    assert recording.ending.message == "with text"
    assert str(recording.ending) == "aborted (UnicodeError)"


def test_tells_an_error_before_the_response_from_one_after_it():
    before = run(application(error=ValueError()))
    after = run(application(START, body(b"", more=False), error=ValueError()))

    assert (before.status, before.ending.kind) == (None, "aborted")
    assert (after.status, after.ending.kind, after.ending.error) == (200, "complete", "ValueError")


def test_an_application_that_just_returns_has_aborted():
    assert run(application(START, body(b"a"))).ending == Ending(kind="aborted")


def test_names_the_members_of_an_exception_group():
    async def app(scope, receive, send):
        async with asyncio.TaskGroup() as group:
            group.create_task(application(error=ValueError())(scope, receive, send))

    if not hasattr(asyncio, "TaskGroup"):
        pytest.skip("no groups on Python 3.10")

    assert run(app).ending.error == "ExceptionGroup[ValueError]"


def test_an_application_that_cancels_itself_is_no_cancelled_recording():
    recording = run(application(START, error=asyncio.CancelledError()))

    assert recording.ending == Ending(kind="aborted", error="asyncio.exceptions.CancelledError")


@pytest.mark.parametrize(("spec_version", "error"), [("2.3", None), ("2.4", "OSError")])
def test_after_the_client_has_gone_messages_are_dropped_or_raise(spec_version, error):
    log = []
    recording = run(
        application(START, body(b"a"), body(b"b"), body(b"c"), body(b"", more=False), log=log),
        spec_version=spec_version,
        disconnect_after=2,
    )

    assert recording.messages == (b"a", b"b")
    assert recording.ending == Ending(kind="disconnected", error=error)
    assert log == ([None, b"a", b"b", b"c", b""] if error is None else [None, b"a", b"b"])


@BOTH_VERSIONS
def test_the_application_can_hear_that_the_client_has_gone(spec_version):
    heard = []

    async def app(scope, receive, send):
        await send(START)
        heard.append(await receive())
        heard.append(await receive())

    recording = run(app, spec_version=spec_version, disconnect_after=0, body=b"question")

    assert heard == [
        {"type": "http.request", "body": b"question", "more_body": False},
        {"type": "http.disconnect"},
    ]
    assert recording.ending == Ending(kind="disconnected")


def test_a_client_who_stays_until_the_end_has_not_gone():
    messages = START, body(b"a"), body(b"", more=False)

    assert run(application(*messages), disconnect_after=2) == run(application(*messages))


@BOTH_VERSIONS
def test_the_listener_hears_of_the_end(spec_version):
    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send(body(b"", more=False))
        assert await receive() == {"type": "http.disconnect"}

    assert run(app, spec_version=spec_version).ending == Ending(kind="complete")


def test_the_request_reaches_the_application():
    async def app(scope, receive, send):
        request = Request(scope, receive)
        text = f"{request.method} {request.url} {request.headers['x']} {(await request.body()).decode()} "
        await PlainTextResponse(text + scope["asgi"]["spec_version"])(scope, receive, send)

    recording = run(
        app,
        "/a",
        method="POST",
        query=b"q=1",
        headers=[(b"x", b"y")],
        body=b"z",
        spec_version="2.4",
    )

    assert recording.body == b"POST http://testserver/a?q=1 y z 2.4"


def test_says_which_generators_and_tasks_are_left():
    release = asyncio.Event()

    async def left_open():
        yield b"a"
        yield b"b"

    async def still_runs():
        await release.wait()

    async def ends_what_it_has_begun():
        try:
            yield 1
        finally:
            await asyncio.ensure_future(asyncio.sleep(0))

    async def app(scope, receive, send):
        app.task = asyncio.ensure_future(still_runs())
        await anext(ends_what_it_has_begun())  # in a task, and one of that: both are done soon
        app.generator = left_open()
        await app.generator.__anext__()
        dropped = left_open()
        await dropped.__anext__()
        del dropped
        exhausted = [item async for item in left_open()]
        await send(START)
        await send(body(b"".join(exhausted), more=False))

    async def main(**options):
        recording = await record_request(app, requests.Request(name="a", **options))
        release.set()
        await app.task
        await app.generator.aclose()
        return recording.cleanup

    cleanup = asyncio.run(main())
    name = "test_says_which_generators_and_tasks_are_left.<locals>."

    assert cleanup.open_generators == (name + "left_open",)
    assert cleanup.collected_generators == (name + "ends_what_it_has_begun", name + "left_open")
    assert cleanup.pending_tasks == (name + "still_runs",)
    assert asyncio.run(main(watch_cleanup=False)) is None
    assert cleanup


def test_shows_that_starlette_leaves_the_producer_of_a_client_who_has_gone():
    async def producer():
        for number in range(3):
            yield str(number)

    async def app(scope, receive, send):
        app.response = StreamingResponse(producer())
        await app.response(scope, receive, send)

    recording = run(app, spec_version="2.4", disconnect_after=1)

    assert recording.cleanup.open_generators[0].endswith("producer")
    assert recording != recording.without_cleanup()
    assert recording.without_cleanup() == recording.without_cleanup()


def test_says_what_reached_the_exception_handler_and_hands_it_on():
    seen = []

    async def app(scope, receive, send):
        asyncio.get_running_loop().call_exception_handler(
            {"message": "m", "exception": ValueError()}
        )
        asyncio.get_running_loop().call_exception_handler({"message": "only text"})

    async def main():
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: seen.append(context["message"])
        )
        return await record(app)

    assert asyncio.run(main()).cleanup.unhandled == ("ValueError", "only text")
    assert seen == ["m", "only text"]


@BOTH_VERSIONS
def test_never_waits_longer_than_the_limit(spec_version):
    closed = []

    async def stuck():
        await asyncio.Event().wait()
        yield b"never"

    async def app(scope, receive, send):
        await send(START)
        await send(body(b"a"))
        try:
            async for _ in stuck():
                pytest.fail("it waits for ever")
        finally:
            closed.append(True)

    with pytest.raises(
        RecordingTimeoutError,
        match=r"GET /slow: no end within 0\.05 s, 1 body messages so far; of .* disconnect-after\n"
        r"  it waits at .*test_asgi_recorder\.py:\d+ in .*stuck\n"
        r"  it waits at .*test_asgi_recorder\.py:\d+ in .*app$",
    ):
        run(app, "/slow", spec_version=spec_version, time_limit=0.05)

    assert closed


@pytest.mark.parametrize(
    "messages",
    [
        [body(b"a")],
        [START, START],
        [{"type": "http.response.start", "status": "200"}],
        [START, body("text")],
        [START, body(b"", more=False), body(b"late")],
        [{"type": "websocket.accept"}],
    ],
)
def test_refuses_what_servers_refuse(messages):
    recording = run(application(*messages))

    assert recording.ending.error in {"RuntimeError", "TypeError"}
