"""Record a response by calling an ASGI application directly.

An HTTP client in between hides what matters here: in-process transports join the messages, and
a stream that breaks in the middle looks like a whole one or loses what was sent before
(https://github.com/encode/httpx/pull/3059).
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Literal
from urllib.parse import quote, unquote
from weakref import ref

from ..recording import Cleanup, Ending, Recording, RecordingTimeoutError, exception_name
from ..request import Header, Request, body_pieces, sent_headers
from .waiting_places import waiting_places

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, object], Receive, Send], Awaitable[None]]
PATH_SAFE = "/:@!$&'()*+,;=~"
"""Characters that stand for themselves in a path: https://www.rfc-editor.org/rfc/rfc3986#section-3.3"""

CLOSE_TURNS = 32
"""Turns of the event loop until it is looked at what is left behind.

The event loop closes a generator that the garbage collector has found in a task of its own, and that may start more.
An edge that closes its producer causes that where another one leaves everything open. Turns again, and no seconds.
"""

SEND_TURNS = 32
"""Turns of the event loop that a send to a client who has gone waits before it is dropped.

A server waits in `send` until its socket is lost. Counting turns and not seconds gives the
application the same chance to notice, the same way in every run.
"""


async def record(  # noqa: PLR0913 - one keyword a fact of the request
    app: Application,
    path: str = "/",
    *,
    method: str = "GET",
    headers: Iterable[Header] = (),
    query: bytes = b"",
    body: bytes = b"",
    spec_version: Literal["2.3", "2.4"] = "2.3",
    disconnect_after: int | None = None,
    time_limit: float = 30.0,
) -> Recording:
    """Return what *app* sends for one request.

    Args:
        app: An ASGI application, called in a task of its own as servers do.
        path: The path, not percent-encoded.
        method: The HTTP method.
        headers: The request's headers, names in lower case.
        query: The query string, percent-encoded.
        body: The request's body.
        spec_version: What the server says it speaks. Servers of today say 2.3: a send to a
            client who has gone is dropped. With 2.4 it raises `OSError`.
        disconnect_after: The client goes away after this many body messages.
        time_limit: Seconds.

    Raises:
        RecordingTimeoutError: If *app* has not returned within *time_limit*.
    """
    target = quote(path, safe=PATH_SAFE) + (f"?{query.decode('latin-1')}" if query else "")
    request = Request(
        name=f"{method} {path}",
        path=target,
        method=method,
        headers=tuple(headers),
        body=body,
        disconnect_after=disconnect_after,
        time_limit=time_limit,
    )
    return await record_request(app, request, spec_version=spec_version)


async def record_request(
    app: Application,
    request: Request,
    *,
    spec_version: Literal["2.3", "2.4"] = "2.3",
    root_path: str = "",
    state: Mapping[str, object] | None = None,
) -> Recording:
    """Return what *app* sends for *request*; as `record`, which says the rest.

    Args:
        app: An ASGI application.
        request: The request.
        spec_version: As for `record`.
        root_path: Where the application is mounted; the path that it sees begins with it.
        state: What `lifespan` gave; the request has a shallow copy, as servers do it.

    Raises:
        RecordingTimeoutError: If *app* has not returned within the time limit of *request*.
    """
    connection = _Connection(request, spec_version)
    raw_path, _, query = request.path.encode("latin-1").partition(b"?")
    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": spec_version},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        # The decoded path begins with the root path, the raw one is what the client sent:
        # https://asgi.readthedocs.io/en/latest/specs/www.html#http-connection-scope
        "path": root_path + unquote(raw_path),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": root_path,
        "headers": list(sent_headers(request)),
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": dict(state or {}),
    }

    exits: list[BaseException] = []

    async def call() -> None:
        try:
            await app(scope, connection.receive, connection.send)
        except (SystemExit, KeyboardInterrupt) as error:
            exits.append(error)  # a task that ends with one of them ends the event loop too

    leftovers = _Leftovers()
    with leftovers:
        task = asyncio.ensure_future(call())
        try:
            done, _ = await asyncio.wait({task}, timeout=request.time_limit)
            places = () if done else leftovers.places()
        finally:
            task.cancel()
        for _ in range(CLOSE_TURNS if done else 0):
            await asyncio.sleep(0)
        cleanup = leftovers.cleanup(except_for=task)
    if not done:
        await asyncio.wait({task}, timeout=request.time_limit)
        where = "".join(f"\n  it waits at {place}" for place in places)
        raise RecordingTimeoutError(
            f"{request.name}: no end within {request.time_limit} s, "
            f"{len(connection.messages)} body messages so far{_remedy(connection)}{where}"
        )
    error = None if task.cancelled() else task.exception() or next(iter(exits), None)
    return connection.recording(error, task, cleanup if request.watch_cleanup else None)


def _remedy(connection: _Connection) -> str:
    return "; of a stream without end, write disconnect-after" if connection.messages else ""


class _Connection:
    """The server's side of one request."""

    def __init__(self, request: Request, spec_version: str) -> None:
        self.began = time.perf_counter()
        self.status: int | None = None
        self.headers: tuple[Header, ...] = ()
        self.messages: list[bytes] = []
        self.times: list[float] = []
        self.finished = False
        self.gone = asyncio.Event()
        self._ended = asyncio.Event()
        self._leaves_in_body = request.disconnect_in_body is not None
        self._pieces = body_pieces(request) or ([] if self._leaves_in_body else [b""])
        self._send_raises = spec_version >= "2.4"
        self._limit = request.disconnect_after

    async def receive(self) -> Message:
        """Give the request, then wait until the client goes or the response ends."""
        if self._pieces:
            body = self._pieces.pop(0)
            more = bool(self._pieces) or self._leaves_in_body
            return {"type": "http.request", "body": body, "more_body": more}
        if self._leaves_in_body:
            self._go()
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take one message of the response."""
        kind = message["type"]
        if self.finished:
            raise RuntimeError(f"{kind} after the response was complete")
        if kind == "http.response.start":
            self._start(message)
        elif kind != "http.response.body" or self.status is None:
            raise RuntimeError(f"unexpected message: {kind}")
        elif self.gone.is_set():
            if self._send_raises:
                raise OSError("the client has disconnected")
            for _ in range(SEND_TURNS):
                await asyncio.sleep(0)
        else:
            self._take(message)

    def _start(self, message: Message) -> None:
        if self.status is not None:
            raise RuntimeError("http.response.start twice")
        status, headers = message["status"], message.get("headers", ())
        if not isinstance(status, int) or not isinstance(headers, Iterable):
            raise TypeError(f"malformed http.response.start: {message}")
        self.status = int(status)  # some give a member of `HTTPStatus`
        self.headers = tuple((bytes(name), bytes(value)) for name, value in headers)
        self._go_after(0)

    def _take(self, message: Message) -> None:
        body = message.get("body", b"")
        if not isinstance(body, (bytes, bytearray, memoryview)):
            raise TypeError(f"the body of a message is bytes, not {type(body).__name__}")
        self.messages.append(bytes(body))
        self.times.append(time.perf_counter() - self.began)
        if message.get("more_body", False):
            self._go_after(len(self.messages))
        else:
            self.finished = True
            self._ended.set()

    def _go_after(self, count: int) -> None:
        if count == self._limit:
            self._go()

    def _go(self) -> None:
        self.gone.set()
        self._ended.set()

    def recording(
        self, error: BaseException | None, task: asyncio.Future[None], cleanup: Cleanup | None
    ) -> Recording:
        """Return the value, once the application has returned."""
        if task.cancelled():
            error = asyncio.CancelledError()
        ending = Ending(
            kind="complete"
            if self.finished
            else "disconnected"
            if self.gone.is_set()
            else "aborted",
            error=None if error is None else exception_name(error),
            message="" if error is None else str(error),
        )
        return Recording(
            status=self.status,
            headers=self.headers,
            messages=tuple(self.messages),
            ending=ending,
            recorder="asgi",
            cleanup=cleanup,
            times=tuple(self.times),
        )


class _Leftovers:
    """Watch which generators and tasks a call leaves behind."""

    def __enter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._hooks = sys.get_asyncgen_hooks()
        self._tasks = asyncio.all_tasks()
        self._started: list[ref[AsyncGenerator[object, object]]] = []
        self._collected: list[str] = []
        self._unhandled: list[str] = []
        self._handler = self._loop.get_exception_handler()
        self._loop.set_exception_handler(self._note_unhandled)
        # Per thread, and kept by each generator from its first step on:
        # https://docs.python.org/3/library/sys.html#sys.set_asyncgen_hooks
        sys.set_asyncgen_hooks(firstiter=self._note_start, finalizer=self._note_collected)

    def __exit__(self, *_: object) -> None:
        sys.set_asyncgen_hooks(*self._hooks)
        self._loop.set_exception_handler(self._handler)

    def _note_start(self, generator: AsyncGenerator[object, object]) -> None:
        self._started.append(ref(generator))
        if self._hooks.firstiter is not None:
            self._hooks.firstiter(generator)

    def _note_collected(self, generator: AsyncGenerator[object, object]) -> None:
        self._collected.append(_name(generator))
        if self._hooks.finalizer is not None:
            self._hooks.finalizer(generator)

    def _note_unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        self._unhandled.append(
            exception_name(error) if isinstance(error, BaseException) else str(context["message"])
        )
        if self._handler is not None:
            self._handler(loop, context)

    def places(self) -> tuple[str, ...]:
        """Return where what has begun waits now."""
        alive = [generator for item in self._started if (generator := item()) is not None]
        return waiting_places(asyncio.all_tasks() - self._tasks, alive)

    def cleanup(self, *, except_for: asyncio.Future[None]) -> Cleanup:
        """Return what is left behind now."""
        alive = [generator for item in self._started if (generator := item()) is not None]
        tasks = asyncio.all_tasks() - self._tasks - {except_for}
        return Cleanup(
            # A finished generator has no frame any more.
            open_generators=tuple(
                _name(each) for each in alive if getattr(each, "ag_frame", None) is not None
            ),
            collected_generators=tuple(self._collected),
            pending_tasks=tuple(sorted(_name(task.get_coro()) for task in tasks)),
            unhandled=tuple(self._unhandled),
        )


def _name(source: object) -> str:
    return str(getattr(source, "__qualname__", type(source).__qualname__))
