"""A real server of this process on a loopback socket, for an application that is imported here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..recording import RecordingError
from .socket_recorder import record_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection

    from ..recording import Recording
    from ..request import Request
    from ..runs.application import Protocol

HOST = "127.0.0.1"

POLL = 0.005
"""Seconds between two looks at the server."""

QUIET_LIMIT = 2.0
"""Seconds that a server may take to notice that a client has gone."""


SHUTDOWN_LIMIT = 2
"""Seconds that requests may go on when the server is to end."""


class LoopbackServer:
    """A server that runs.

    Attributes:
        own_headers: Names, in lower case, of headers that it adds and that differ each time.
    """

    def __init__(
        self,
        listener: socket.socket,
        is_busy: Callable[[], bool],
        own_headers: Collection[bytes] = (),
    ) -> None:
        self._url = f"http://{HOST}:{listener.getsockname()[1]}"
        self._is_busy = is_busy
        self.own_headers = own_headers

    async def record(self, request: Request) -> Recording:
        """Return what it sends for *request*, without its own headers.

        Raises:
            RecordingTimeoutError: If it takes longer than the time limit.
        """
        if b"host" not in dict(request.headers):
            request = replace(request, headers=((b"host", b"testserver"), *request.headers))
        recording = await asyncio.to_thread(record_at, self._url, request)
        headers = (each for each in recording.headers if each[0].lower() not in self.own_headers)
        return replace(recording, headers=tuple(headers))

    async def quiet(self) -> None:
        """Wait until it is done with the requests that it has had, no longer than a moment."""
        end = asyncio.get_running_loop().time() + QUIET_LIMIT
        while self._is_busy() and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(POLL)


@contextlib.asynccontextmanager
async def serving(app: Any, protocol: Protocol) -> AsyncIterator[LoopbackServer]:
    """Have *app* served for the body of the `async with` statement.

    By uvicorn, or aiohttp by its own server, in this event loop; a WSGI application by waitress, in threads.

    Raises:
        RecordingError: If the server is not installed, or the application could not start.
    """
    # To look for a free port first and bind it later is a race.
    with socket.create_server((HOST, 0)) as listener:
        async with SERVERS[protocol](app, listener) as server:
            yield server


@contextlib.asynccontextmanager
async def _by_uvicorn(app: Any, listener: socket.socket) -> AsyncIterator[LoopbackServer]:
    try:
        import uvicorn
    except ImportError as error:
        raise _not_installed("uvicorn") from error
    # Date and server headers are left out: they are not the application's.
    config = uvicorn.Config(
        app,
        date_header=False,
        server_header=False,
        use_colors=False,
        timeout_graceful_shutdown=SHUTDOWN_LIMIT,
    )
    server = uvicorn.Server(config)
    task = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                raise _could_not_start()
            await asyncio.sleep(POLL)
        state = server.server_state
        yield LoopbackServer(listener, lambda: bool(state.connections or state.tasks))
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def _by_waitress(app: Any, listener: socket.socket) -> AsyncIterator[LoopbackServer]:
    try:
        from waitress import create_server
    except ImportError as error:
        raise _not_installed("waitress") from error
    # One thread: the order in which requests are served is that in which they come.
    server = create_server(app, sockets=[listener], threads=1, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    yield LoopbackServer(listener, lambda: bool(server.active_channels), {b"date"})


@contextlib.asynccontextmanager
async def _by_aiohttp(app: Any, listener: socket.socket) -> AsyncIterator[LoopbackServer]:
    from aiohttp import web  # it is there, or there was no application

    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_LIMIT)
    try:
        await runner.setup()
    except Exception as error:
        traceback.print_exception(error)  # it is quoted, as the end of the log
        raise _could_not_start(f" ({error})") from error
    try:
        await web.SockSite(runner, listener).start()
        yield LoopbackServer(listener, lambda: _is_busy(runner), {b"date", b"server"})
    finally:
        await runner.cleanup()


def _is_busy(runner: Any) -> bool:
    return runner.server is not None and bool(runner.server.connections)


SERVERS = {"asgi": _by_uvicorn, "wsgi": _by_waitress, "aiohttp": _by_aiohttp}


def _could_not_start(why: str = "") -> RecordingError:
    return RecordingError(
        f"the application could not start{why}; mend that, or put something else in its place "
        "(setup, environment)"
    )


def _not_installed(name: str) -> RecordingError:
    return RecordingError(
        f'interface = "server" needs {name}; install it for {sys.executable}, or take the interface out'
    )
