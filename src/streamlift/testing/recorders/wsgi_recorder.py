"""Record a response by calling a WSGI application directly, as PEP 3333 has a server do it."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import GeneratorType, TracebackType
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote_to_bytes

from ..recording import Cleanup, Ending, Recording, RecordingTimeoutError, exception_name
from ..request import sent_headers

if TYPE_CHECKING:
    from ..recording import EndingKind
    from ..request import Header, Request

Environ = dict[str, object]
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType]
Write = Callable[[bytes], object]
StartResponse = Callable[..., Write]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

UNPREFIXED = {b"content-type", b"content-length"}
"""Headers that CGI has names of its own for: https://www.rfc-editor.org/rfc/rfc3875#section-4.1"""


def record_wsgi(app: Application, request: Request) -> Recording:
    """Return what *app* sends for *request*.

    It runs in this thread. A client who goes away makes a server close the iterable, and that is
    what happens here: at once after so many items, or before the first one if it left in the body.

    Args:
        app: A WSGI application.
        request: The request. Of its body the application reads what the client has sent.

    Raises:
        RecordingTimeoutError: If the time limit of *request* is over when an item comes. A call
            that never returns is not interrupted.
    """
    answer = _Answer(request)
    with _left_open() as left_open:
        error: BaseException | None = None
        try:
            answer.run(app)
        except RecordingTimeoutError:
            raise
        except BaseException as raised:  # noqa: BLE001 - it is what is recorded
            error = raised.with_traceback(None)
        return answer.recording(error, left_open())


def environ_of(request: Request) -> Environ:
    """Return what a server tells an application of *request*."""
    raw_path, _, query = request.path.encode("latin-1").partition(b"?")
    headers = sent_headers(request)
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # Bytes as characters: https://peps.python.org/pep-3333/#unicode-issues
        "PATH_INFO": unquote_to_bytes(raw_path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body[: request.disconnect_in_body]),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        # The input ends by itself, also where no length says so.
        "wsgi.input_terminated": True,
    }
    for name, value in headers:
        key = name.upper().replace(b"-", b"_").decode("latin-1")
        if name not in UNPREFIXED:
            key = f"HTTP_{key}"
        text, separator = value.decode("latin-1"), "; " if name == b"cookie" else ","
        environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    return environ


class _Answer:
    """The server's side of one request."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._began = time.perf_counter()
        self._status: str | None = None
        self._headers: list[tuple[str, str]] = []
        self._are_headers_sent = False
        self._messages: list[bytes] = []
        self._times: list[float] = []
        self._is_complete = False
        self._is_gone = False

    def run(self, app: Application) -> None:
        """Call the application and take its items, until it ends or the client goes."""
        items = app(environ_of(self._request), self._start_response)
        try:
            request = self._request
            self._is_gone = request.disconnect_after == 0 or request.disconnect_in_body is not None
            if not self._is_gone:
                self._take_all(items)
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    def _take_all(self, items: Iterable[bytes]) -> None:
        for item in items:
            self._write(item)
            if self._is_gone:
                return
        self._send_headers()
        self._is_complete = True

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None
    ) -> Write:
        if exc_info is not None and self._are_headers_sent:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self._status is not None:
            raise RuntimeError("start_response twice, without an exception")
        if not status[:3].isdigit() or type(headers) is not list:
            raise TypeError(f"malformed call of start_response: {status!r}, {headers!r}")
        self._status, self._headers = status, list(headers)
        return self._write

    def _write(self, item: bytes) -> None:
        if not isinstance(item, bytes):
            raise TypeError(f"an item of the body is bytes, not {type(item).__name__}")
        if self._is_gone:
            raise BrokenPipeError("the client has disconnected")
        self._send_headers()
        self._messages.append(item)
        now = time.perf_counter() - self._began
        self._times.append(now)
        if now > self._request.time_limit:
            raise RecordingTimeoutError(
                f"{self._request.name}: no end within {self._request.time_limit} s, "
                f"{len(self._messages)} items so far; of a stream without end, write disconnect-after"
            )
        self._is_gone = len(self._messages) == self._request.disconnect_after

    def _send_headers(self) -> None:
        if self._status is None:
            raise RuntimeError("a body before start_response")
        self._are_headers_sent = True

    def recording(self, error: BaseException | None, left_open: tuple[str, ...]) -> Recording:
        """Return the value, once the application has been closed."""
        kind: EndingKind = "disconnected" if self._is_gone else "aborted"
        has_begun = self._status is not None and (self._are_headers_sent or self._is_gone)
        return Recording(
            status=int(cast("str", self._status)[:3]) if has_begun else None,
            headers=tuple(map(_encoded, self._headers)) if has_begun else (),
            messages=tuple(self._messages),
            ending=Ending(
                kind="complete" if self._is_complete else kind,
                error=None if error is None else exception_name(error),
                message="" if error is None else str(error),
            ),
            recorder="wsgi",
            cleanup=Cleanup(open_generators=left_open) if self._request.watch_cleanup else None,
            times=tuple(self._times),
        )


def _encoded(header: tuple[str, str]) -> Header:
    name, value = header
    return name.encode("latin-1"), value.encode("latin-1")


@contextlib.contextmanager
def _left_open() -> Iterator[Callable[[], tuple[str, ...]]]:
    """Yield a function that names the generators that were made since and wait to be resumed."""

    def names() -> tuple[str, ...]:
        # What is in a cycle is gone then: whether the collector has come by must not matter.
        gc.collect()
        # `isinstance` would ask the objects of the application for their class.
        made = (each for each in gc.get_objects() if type(each) is GeneratorType)
        return tuple(sorted(each.__qualname__ for each in made if each.gi_frame))

    # What is there already is frozen: then it is neither looked at nor collected.
    gc.freeze()
    try:
        yield names
    finally:
        gc.unfreeze()
