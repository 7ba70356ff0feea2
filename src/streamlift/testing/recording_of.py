"""Record an application from a test that has no event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json as json_text
from typing import TYPE_CHECKING, cast

from .recorders.asgi_lifespan import lifespan
from .recorders.asgi_recorder import record_request
from .recorders.loopback_server import serving
from .recorders.wsgi_recorder import record_wsgi
from .recording import RecordingError
from .request import Request
from .runs.application import protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .recorders.asgi_recorder import Application as ASGIApplication
    from .recorders.wsgi_recorder import Application as WSGIApplication
    from .recording import Recording


def recording_of(  # noqa: PLR0913 - one keyword a fact of the request
    app: object,
    path: str = "/",
    *,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    json: object = None,
    disconnect_after: int | None = None,
    time_limit: float = 30.0,
) -> Recording:
    """Return what *app* sends for one request; an ASGI application is started and stopped for it.

        def test_chat(sse_snapshot):
            assert sse_snapshot == recording_of(app, "/chat", json={"message": "hi"})

    Args:
        app: An ASGI or WSGI application, or one of aiohttp: that can be started once only, so make
            a new one for each call.
        path: Path and query, percent-encoded.
        method: The HTTP method; without it, GET, or POST if there is a body.
        headers: The request's headers.
        body: The request's body.
        json: What the body says, as JSON, in the place of *body*.
        disconnect_after: The client goes away after this many messages.
        time_limit: Seconds.

    Raises:
        RecordingError: If it cannot be told which of both *app* is, or it cannot be started.
        RecordingTimeoutError: If it takes longer than *time_limit*.
    """
    given = {
        name.lower().encode(): value.encode("latin-1") for name, value in (headers or {}).items()
    }
    if json is not None:
        given.setdefault(b"content-type", b"application/json")
        body = json_text.dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
    verb = method or ("POST" if body else "GET")
    request = Request(
        name=f"{verb} {path}",
        path=path,
        method=verb,
        headers=tuple(given.items()),
        body=body,
        disconnect_after=disconnect_after,
        time_limit=time_limit,
    )
    return recordings_of(app, [request])[0]


def recordings_of(app: object, requests: Iterable[Request]) -> list[Recording]:
    """Return what *app* sends for each request, in order; as `recording_of`."""
    protocol = protocol_of(app, f"{app!r}")
    if protocol == "wsgi":
        return [record_wsgi(cast("WSGIApplication", app), request) for request in requests]
    with contextlib.suppress(RuntimeError):  # there is none
        asyncio.get_running_loop()
        raise RecordingError(
            "an event loop runs here already: write await record_request(app, request), "
            "in async with lifespan(app) if it has to be started"
        )
    if protocol == "aiohttp":
        return asyncio.run(_served(app, requests))
    return asyncio.run(_started(cast("ASGIApplication", app), requests))


async def _served(app: object, requests: Iterable[Request]) -> list[Recording]:
    async with serving(app, "aiohttp") as server:
        return [await server.record(request) for request in requests]


async def _started(app: ASGIApplication, requests: Iterable[Request]) -> list[Recording]:
    async with lifespan(app) as state:
        return [await record_request(app, request, state=state) for request in requests]
