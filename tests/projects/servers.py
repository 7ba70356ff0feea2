"""What speaks to an application: each function sends one request and returns all that a client can see."""

import asyncio
import contextlib
import gc
import io
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path

from streamlift.testing.recorders.asgi_recorder import record
from streamlift.testing.recorders.socket_recorder import Server
from streamlift.testing.recording import Recording, exception_name
from tests.projects.project import Request

PER_RUN = {b"date", b"server"}


@contextlib.contextmanager
def garbage_collected() -> Iterator[None]:
    """Collect the garbage that the body of the `with` statement makes, and look at no older object for it."""
    known = {*threading.enumerate()}
    gc.disable()  # so all that is new is of the youngest generation
    try:
        yield
    finally:
        for thread in {*threading.enumerate()} - known:  # one at its end may still hold a generator
            thread.join()
        gc.collect(0)
        gc.enable()


def _seen(recording: Recording) -> tuple[object, ...]:
    headers = tuple(h for h in recording.headers if h[0].lower() not in PER_RUN)
    return recording.status, headers, recording.messages, recording.ending


def asgi(application, request: Request) -> object:
    return _seen(asyncio.run(_asgi(application, request)))


async def _asgi(application, request: Request) -> Recording:
    return await record(
        application,
        request.path,
        query=request.query.encode(),
        disconnect_after=request.disconnect_after,
    )


def websocket(application, request: Request) -> object:
    """Return what is sent over a web socket that receives the query string as its only message."""
    incoming = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": request.query}]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        gone = request.disconnect_after is not None and len(sent) > request.disconnect_after
        if incoming and not gone:
            return incoming.pop(0)
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(message) -> None:
        if request.disconnect_after is not None and len(sent) > request.disconnect_after:
            raise OSError("gone")
        sent.append(dict(message))

    scope = {"type": "websocket", "path": request.path, "raw_path": request.path.encode(), "headers": [], "query_string": b"", "root_path": "", "scheme": "ws", "subprotocols": [], "client": None, "server": ("testserver", 80), "asgi": {"version": "3.0"}}  # fmt: skip
    try:
        asyncio.run(application(scope, receive, send))
    except Exception as error:  # noqa: BLE001 - how it ends is compared
        return sent, exception_name(error)
    return sent, None


def wsgi(application, request: Request) -> object:
    """Call a WSGI application as a server does: status, headers, each item, the end, and `close`."""
    began: list[object] = []
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": request.path, "QUERY_STRING": request.query, "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False}  # fmt: skip

    def start_response(status, headers, exc_info=None):
        began.append((status, headers))

    items: list[bytes] = []
    error = None
    body = application(environ, start_response)
    try:
        for item in body:
            items.append(item)
            if len(items) == request.disconnect_after:
                break
    except Exception as raised:  # noqa: BLE001 - how it ends is compared
        error = exception_name(raised)
    finally:
        closes = hasattr(body, "close")
        if closes:
            body.close()
    return began, items, error, closes


def aiohttp(application, request: Request) -> object:
    return asyncio.run(_aiohttp(application, request))


async def _aiohttp(application, request: Request) -> object:
    from aiohttp import web

    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        return await _over_socket(runner.addresses[0][1], request)
    finally:
        await runner.cleanup()


def tornado(application, request: Request) -> object:
    return asyncio.run(_tornado(application, request))


async def _tornado(application, request: Request) -> object:
    from tornado.httpserver import HTTPServer as TornadoServer
    from tornado.netutil import bind_sockets

    server = TornadoServer(application())
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        return await _over_socket(sockets[0].getsockname()[1], request)
    finally:
        server.stop()
        await server.close_all_connections()


def handler(application, request: Request) -> object:
    """Serve one request with a handler class of `http.server`."""
    with HTTPServer(("127.0.0.1", 0), application) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        status, headers, messages, ending = _fetch(server.server_port, request)
        thread.join()
    return status, headers, b"".join(messages), ending


async def _over_socket(port: int, request: Request) -> object:
    return await asyncio.to_thread(_fetch, port, request)


def _fetch(port: int, request: Request) -> object:
    server = Server(port, Path("no log"))
    target = f"{request.path}?{request.query}"
    recording = server.record(
        target, headers=[(b"Connection", b"close")], disconnect_after=request.disconnect_after
    )
    return _seen(recording)


def django_wsgi(urlpatterns, request: Request) -> object:
    from django.core.handlers.wsgi import WSGIHandler

    with _django(urlpatterns):
        return wsgi(WSGIHandler(), request)


def django_asgi(urlpatterns, request: Request) -> object:
    from django.core.handlers.asgi import ASGIHandler

    with _django(urlpatterns):
        return asgi(ASGIHandler(), request)


@contextlib.contextmanager
def _django(urlpatterns) -> Iterator[None]:
    """Let Django, which has one set of settings a process, serve *urlpatterns*."""
    import django
    from django.conf import settings
    from django.test import override_settings
    from django.urls import clear_url_caches

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="for tests", USE_TZ=True)
        django.setup(set_prefix=False)
    with override_settings(ROOT_URLCONF=tuple(urlpatterns)):
        clear_url_caches()
        yield
    clear_url_caches()


def sanic(application, request: Request) -> object:
    from sanic import Sanic

    try:
        return _seen(asyncio.run(_sanic(application, request)))
    finally:
        Sanic._app_registry.clear()


async def _sanic(application, request: Request) -> Recording:
    """Start the application, which serves nothing before, and stop it."""
    application.config.TOUCHUP = False  # it changes Sanic itself, and that only once
    said: asyncio.Queue[object] = asyncio.Queue()
    told: asyncio.Queue[object] = asyncio.Queue()
    lifespan = asyncio.create_task(application({"type": "lifespan"}, told.get, said.put))
    for phase in ("startup", "shutdown"):
        await told.put({"type": f"lifespan.{phase}"})
        assert await said.get() == {"type": f"lifespan.{phase}.complete"}
        if phase == "startup":
            recording = await _asgi(application, request)
    await lifespan
    return recording
