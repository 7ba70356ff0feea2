"""One request over one connection, and the response read as far as it comes."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ..recording import Ending, Recording, RecordingError, RecordingTimeoutError
from ..request import Request, body_pieces, sent_headers

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from ..request import Header


class Deadline:
    """One time limit over many operations."""

    def __init__(self, limit: float, what: str, log: Callable[[], str] | None = None) -> None:
        self._end = time.monotonic() + limit
        self._message = f"{what} took longer than {limit} s"
        self._log = log

    def left(self) -> float:
        """Return the seconds left; at least a moment, so that no call waits for ever."""
        return max(self._end - time.monotonic(), 0.001)

    def check(self) -> None:
        """Raise if no time is left."""
        if time.monotonic() > self._end:
            log = "" if self._log is None else f"; the server's log:\n{self._log()}"
            raise RecordingTimeoutError(f"{self._message}{log}")


def exchange(
    connection: socket.socket, request: Request, deadline: Deadline, *, target: str, host: bytes
) -> Recording:
    """Send *request* over *connection*, and return what comes back.

    Args:
        connection: It is used up by that.
        request: The request.
        deadline: When everything has to be over.
        target: Path and query as they are sent.
        host: For the `Host` header, unless the request has one.

    Raises:
        RecordingError: If the answer is no HTTP/1.1 response.
        RecordingTimeoutError: If it has not ended by then.
    """
    # A server that answers before it has read everything may close: the answer is there to read.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for data in _sent(request, target, host):
            deadline.check()
            connection.settimeout(deadline.left())
            with contextlib.suppress(TimeoutError):
                connection.sendall(data)
    deadline.check()
    if request.disconnect_in_body is not None:
        return Recording(
            status=None,
            headers=(),
            messages=(),
            ending=Ending(kind="disconnected"),
            recorder="socket",
        )
    reader = Reader(connection, deadline)
    return Response(reader, request.disconnect_after).read(request.method)


def _sent(request: Request, target: str, host: bytes) -> list[bytes]:
    """Return what the client sends, a piece an item."""
    headers = sent_headers(request, host)
    lines = [f"{request.method} {target} HTTP/1.1".encode("ascii")]
    lines += [b"%s: %s" % header for header in headers]
    head, pieces = b"\r\n".join([*lines, b"", b""]), body_pieces(request)
    if (b"transfer-encoding", b"chunked") not in headers:
        return [head, *pieces]
    chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    end = [] if request.disconnect_in_body is not None else [b"0\r\n\r\n"]
    return [head, *chunks, *end]


class _ClosedError(Exception):
    """The server closed or reset the connection."""


class Reader:
    """Bytes from a socket, by line or by number, within a time limit."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._buffer = bytearray()

    def line(self) -> bytes:
        """Return the next line without its CRLF."""
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._more()
        return self._take(end, skip=2)

    def exactly(self, size: int) -> bytes:
        """Return the next *size* bytes."""
        while len(self._buffer) < size:
            self._more()
        return self._take(size)

    def some(self) -> bytes:
        """Return what one read of the socket gives."""
        if not self._buffer:
            self._more()
        return self._take(len(self._buffer))

    def _take(self, size: int, skip: int = 0) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[: size + skip]
        return taken

    def _more(self) -> None:
        while True:
            self._deadline.check()
            self._connection.settimeout(self._deadline.left())
            try:
                data = self._connection.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError as error:
                raise _ClosedError(str(error)) from error
            if not data:
                where = f" within {bytes(self._buffer[:80])!r}" if self._buffer else ""
                raise _ClosedError(f"connection closed{where}")
            self._buffer += data
            return


class Response:
    """One HTTP/1.1 response, read as far as it comes."""

    def __init__(self, reader: Reader, disconnect_after: int | None) -> None:
        self._reader = reader
        self._limit = disconnect_after
        self._began = time.perf_counter()
        self._status_line: bytes | None = None
        self._status: int | None = None
        self._headers: list[Header] = []
        self._chunks: list[bytes] = []
        self._times: list[float] = []

    def read(self, method: str) -> Recording:
        """Return the recording."""
        try:
            self._read_head()
            ending = self._read_body(method)
        except _ClosedError as closed:
            ending = Ending(kind="aborted", message=str(closed))
        return Recording(
            status=self._status,
            headers=tuple(self._headers),
            messages=tuple(self._chunks),
            ending=ending,
            recorder="socket",
            status_line=self._status_line,
            times=tuple(self._times),
        )

    def _read_head(self) -> None:
        line = self._reader.line()
        version, _, rest = line.partition(b" ")
        if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise RecordingError(f"not an HTTP/1.1 status line: {line[:80]!r}")
        self._status_line, self._status = line, int(rest[:3])
        while header := self._reader.line():
            name, colon, value = header.partition(b":")
            if not colon:
                raise RecordingError(f"not a header: {header[:80]!r}")
            self._headers.append((name, value.strip(b" \t")))

    def _read_body(self, method: str) -> Ending:
        fields = {name.lower(): value for name, value in self._headers}
        if method == "HEAD" or self._status in {204, 304}:
            return Ending(kind="complete")
        if self._limit == 0:
            return Ending(kind="disconnected")
        if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            return self._read_chunks()
        if b"content-length" in fields:
            self._keep(self._reader.exactly(int(fields[b"content-length"])))
            return Ending(kind="complete")
        return self._read_until_closed()

    def _read_chunks(self) -> Ending:
        while True:
            size_line = self._reader.line()
            try:
                size = int(size_line.partition(b";")[0], 16)
            except ValueError:
                raise RecordingError(f"not the size of a chunk: {size_line[:80]!r}") from None
            chunk, end = self._reader.exactly(size), self._reader.line()
            if end:
                raise RecordingError(f"a chunk of {size} bytes goes on with {end[:80]!r}")
            if not size:
                return Ending(kind="complete")
            self._keep(chunk)
            if len(self._chunks) == self._limit:
                return Ending(kind="disconnected")

    def _read_until_closed(self) -> Ending:
        # Without a length, the end of the connection is the end of the body (RFC 9112, 6.3).
        try:
            while len(self._chunks) != self._limit:
                self._keep(self._reader.some())
        except _ClosedError as closed:
            reset = closed.__cause__ is not None
            return Ending(kind="aborted" if reset else "complete", message=str(closed))
        return Ending(kind="disconnected")

    def _keep(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._times.append(time.perf_counter() - self._began)
