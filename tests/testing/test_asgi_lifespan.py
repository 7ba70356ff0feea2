import asyncio
import contextlib

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from streamlift.testing.recorders.asgi_lifespan import lifespan
from streamlift.testing.recorders.asgi_recorder import record_request
from streamlift.testing.recording import Ending, RecordingError, RecordingTimeoutError
from streamlift.testing.recording_of import recording_of, recordings_of
from streamlift.testing.request import Request

log = []


async def started(app):
    log.append("start")
    yield {"number": 1}
    log.append("stop")


async def failing(app):
    raise ValueError("no database")
    yield


async def state(request):
    request.state.seen = getattr(request.state, "seen", 0) + 1
    return PlainTextResponse(f"{request.state.number} {request.state.seen}")


def application(context):
    return Starlette(routes=[Route("/", state)], lifespan=contextlib.asynccontextmanager(context))


def test_requests_share_what_the_start_has_made_and_nothing_else():
    log.clear()
    requests = [Request(name=each) for each in "ab"]

    assert [each.body for each in recordings_of(application(started), requests)] == [b"1 1"] * 2
    assert log == ["start", "stop"]


def test_an_application_that_knows_no_lifespan_is_not_started():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await PlainTextResponse(repr(scope["state"]))(scope, receive, send)

    async def returns(scope, receive, send):
        if scope["type"] == "http":
            await PlainTextResponse("ok")(scope, receive, send)

    assert recording_of(app).body == b"{}"
    assert recording_of(returns).body == b"ok"


def test_says_why_an_application_did_not_start():
    with pytest.raises(RecordingError, match=r"(?s)could not start:.*ValueError: no database"):
        recording_of(application(failing))


def test_a_start_that_hangs_meets_the_limit():
    left = []

    async def app(scope, receive, send):
        try:
            await asyncio.Event().wait()
        finally:
            left.append(True)

    async def start():
        async with lifespan(app, time_limit=0.05):
            pytest.fail("it cannot start")

    with pytest.raises(RecordingTimeoutError, match=r"has not started within 0\.05 s; give it"):
        asyncio.run(start())
    assert left


def test_tells_of_a_stop_that_failed(caplog):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            return await PlainTextResponse("ok")(scope, receive, send)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "stuck"})
        return None

    assert recording_of(app).body == b"ok"
    assert caplog.messages == ["the application did not stop well: stuck"]


def recorded(app, **facts):
    options = {key: facts.pop(key) for key in ("root_path", "spec_version") if key in facts}
    return asyncio.run(record_request(app, Request(name="a", **facts), **options))


async def echo(scope, receive, send):
    text = " ".join(
        str(scope[key]) for key in ("path", "raw_path", "query_string", "root_path", "headers")
    )
    await PlainTextResponse(text)(scope, receive, send)


def test_the_path_is_decoded_and_the_root_stands_before_it():
    got = recorded(echo, path="/a%2Fb%C3%A9?q=%20", root_path="/api", headers=((b"host", b"h"),))

    assert got.body.decode() == "/api/a/bé b'/a%2Fb%C3%A9' b'q=%20' /api [(b'host', b'h')]"

    async def name(request):
        return PlainTextResponse(request.path_params["name"])

    mounted = Starlette(routes=[Mount("/api", Starlette(routes=[Route("/{name}", name)]))])

    assert recorded(mounted, path="/api/x%20y").body == b"x y"


async def read_all(scope, receive, send):
    pieces = [piece async for piece in StarletteRequest(scope, receive).stream()]
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", headers.get(b"transfer-encoding"))
    await PlainTextResponse(f"{length} {pieces}")(scope, receive, send)


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "b'5' [b'abcde', b'']"), (2, "b'chunked' [b'ab', b'cd', b'e', b'']")],
)
def test_a_body_comes_in_pieces(size, text):
    assert recorded(read_all, method="POST", body=b"abcde", piece_size=size).body.decode() == text


def test_a_large_body_arrives_whole():
    async def size(scope, receive, send):
        body = await StarletteRequest(scope, receive).body()
        await PlainTextResponse(str(len(body)))(scope, receive, send)

    assert recorded(size, body=bytes(5_000_000), piece_size=65_536).body == b"5000000"


def test_a_client_may_go_while_it_sends_the_body():
    heard = []

    async def app(scope, receive, send):
        heard.append([await receive() for _ in range(3)])
        await PlainTextResponse("nobody hears")(scope, receive, send)

    recording = recorded(app, body=b"abcd", piece_size=2, disconnect_in_body=3)

    assert heard == [
        [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.request", "body": b"c", "more_body": True},
            {"type": "http.disconnect"},
        ]
    ]
    assert recording.ending == Ending(kind="disconnected")
    assert recording.messages == ()
    assert recorded(read_all, body=b"a", disconnect_in_body=0).ending == Ending(
        kind="disconnected", error="starlette.requests.ClientDisconnect"
    )


def test_extensions_are_not_offered():
    async def app(scope, receive, send):
        assert "extensions" not in scope
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.pathsend", "path": "/etc/hostname"})

    assert recorded(app).ending == Ending(kind="aborted", error="RuntimeError")


def test_asks_for_the_interface_where_it_cannot_be_told():
    with pytest.raises(RecordingError, match=r"whether .* speaks ASGI or WSGI"):
        recording_of(lambda *args: None)


def test_a_test_with_an_event_loop_awaits():
    async def test():
        recording_of(echo)

    with pytest.raises(RecordingError, match="an event loop runs here already: write await record"):
        asyncio.run(test())
