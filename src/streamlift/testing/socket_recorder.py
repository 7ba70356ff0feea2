"""Record a response from a real server process, byte by byte from a loopback socket."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .recording import Ending, Recording, RecordingError, RecordingTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from urllib.parse import SplitResult

    from .request import Request

Header = tuple[bytes, bytes]

HOST = "127.0.0.1"

PORTS = {"http": 80, "https": 443}

LOG_TAIL = 4000
"""Characters of the server's log that an error message quotes."""

POLL = 0.01
"""Seconds between two looks at a server that is starting."""

# The child binds port 0 and tells which port it got: to look for a free port first and bind it
# later is a race. Date and server headers are left out, they differ from run to run.
LAUNCHER = """\
import json, pathlib, socket, sys
application, options, port_file = sys.argv[1], json.loads(sys.argv[2]), pathlib.Path(sys.argv[3])
sys.path.insert(0, "")
import uvicorn
config = uvicorn.Config(application, date_header=False, server_header=False, **options)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
port_file.write_text(f"{listener.getsockname()[1]}\\n")
uvicorn.Server(config).run(sockets=[listener])
"""


@contextlib.contextmanager
def serve(  # noqa: PLR0913 - each has a default
    application: str,
    *,
    directory: str | os.PathLike[str] = ".",
    python: str = sys.executable,
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
    start_limit: float = 30.0,
    stop_limit: float = 10.0,
) -> Iterator[Server]:
    """Run uvicorn on a free loopback port for the body of the `with` statement.

    Args:
        application: Where the ASGI application is, `module:name`.
        directory: The server's working directory, and the first place it imports from.
        python: The interpreter; that of another environment can record the code before a change.
        environment: Variables added to those of this process.
        options: More keywords for `uvicorn.Config`, as JSON values.
        start_limit: Seconds until the server must accept a connection.
        stop_limit: Seconds from the request to stop until the process is killed.

    Raises:
        RecordingError: If the server ends before it accepts a connection; quotes its log.
        RecordingTimeoutError: If it neither ends nor accepts one within *start_limit*.
    """
    settings = {"timeout_graceful_shutdown": 2, "use_colors": False, **(options or {})}
    with tempfile.TemporaryDirectory() as folder:
        log, port_file = Path(folder, "log"), Path(folder, "port")
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - the caller's own application
                [python, "-c", LAUNCHER, application, json.dumps(settings), str(port_file)],
                cwd=directory,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                # A file, not a pipe: a pipe that nobody reads stops a server that prints much.
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield Server(_wait_until_ready(application, process, log, port_file, start_limit), log)
        finally:
            _stop(process, stop_limit)


def _wait_until_ready(
    application: str, process: subprocess.Popen[bytes], log: Path, port_file: Path, limit: float
) -> int:
    """Return the port, once the server accepts a connection to it."""
    deadline = _Deadline(limit, f"the start of {application}", log)
    while True:
        deadline.check()
        if port_file.exists() and (port := port_file.read_text()).endswith("\n"):
            with contextlib.suppress(ConnectionRefusedError, TimeoutError):
                socket.create_connection((HOST, int(port)), deadline.left()).close()
                return int(port)
        if process.poll() is not None:
            raise RecordingError(
                f"the server of {application} ended with status {process.returncode} before it "
                f"accepted a connection:\n{_tail(log)}"
            )
        time.sleep(POLL)


def _stop(process: subprocess.Popen[bytes], limit: float) -> None:
    process.terminate()
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]


class _Deadline:
    """One time limit over many operations."""

    def __init__(self, limit: float, what: str, log: Path | None = None) -> None:
        self._end = time.monotonic() + limit
        self._message = f"{what} took longer than {limit} s"
        self._log = log

    def left(self) -> float:
        """Return the seconds left; at least a moment, so that no call waits for ever."""
        return max(self._end - time.monotonic(), 0.001)

    def check(self) -> None:
        """Raise if no time is left."""
        if time.monotonic() > self._end:
            log = "" if self._log is None else f"; the server's log:\n{_tail(self._log)}"
            raise RecordingTimeoutError(f"{self._message}{log}")


class Server:
    """A running server process.

    Attributes:
        port: Its port on the loopback interface.
    """

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self._log = log

    def log(self) -> str:
        """Return what the server has printed so far, its end if that is much.

        An abort looks the same on the socket whatever the exception: the type stands here.
        """
        return _tail(self._log)

    def record(  # noqa: PLR0913 - one keyword a fact of the request
        self,
        path: str = "/",
        *,
        method: str = "GET",
        headers: Iterable[Header] = (),
        body: bytes = b"",
        disconnect_after: int | None = None,
        time_limit: float = 30.0,
    ) -> Recording:
        """Return what the server sends for one request on a fresh connection.

        Args:
            path: Path and query, percent-encoded.
            method: The HTTP method.
            headers: Added to `Host` and, if there is a body, `Content-Length`.
            body: The request's body.
            disconnect_after: Close the socket after this many chunks.
            time_limit: Seconds for everything.

        Raises:
            RecordingError: If the answer is no HTTP/1.1 response.
            RecordingTimeoutError: If the response has not ended within *time_limit*.
        """
        deadline = _Deadline(time_limit, f"{method} {path}", self._log)
        lines = [f"{method} {path} HTTP/1.1".encode("ascii"), b"Host: testserver"]
        lines += [b"%s: %s" % header for header in headers]
        if body:
            lines.append(b"Content-Length: %d" % len(body))
        with socket.create_connection((HOST, self.port), deadline.left()) as connection:
            connection.sendall(b"\r\n".join([*lines, b"", body]))
            return _Response(_Reader(connection, deadline), disconnect_after).read(method)


def record_at(url: str, request: Request) -> Recording:
    """Return what the server at *url* sends for *request* on a fresh connection.

    No redirect is followed, and no proxy of the environment is used. The certificate of an https
    server is verified; the variable SSL_CERT_FILE names others that are trusted.

    Args:
        url: `http://host:port` or `https://host:port`, perhaps with a path that stands before
            that of the request.
        request: The request. Its body is sent as a whole.

    Raises:
        RecordingError: If *url* is none, nobody answers there, or the answer is no HTTP/1.1
            response.
        RecordingTimeoutError: If the response has not ended within the time limit.
    """
    parts = _parts_of(url)
    deadline = _Deadline(request.time_limit, f"{request.method} {url}{request.path}")
    target = f"{parts.path.rstrip('/')}{request.path}"
    lines = [f"{request.method} {target} HTTP/1.1".encode("ascii")]
    if b"host" not in dict(request.headers):
        lines.append(b"Host: " + parts.netloc.encode("idna"))
    lines += [b"%s: %s" % header for header in request.headers]
    if request.body:
        lines.append(b"Content-Length: %d" % len(request.body))
    try:
        with _connection_to(parts, deadline) as connection:
            connection.sendall(b"\r\n".join([*lines, b"", request.body]))
            reader = _Reader(connection, deadline)
            return _Response(reader, request.disconnect_after).read(request.method)
    except RecordingError:
        raise
    except OSError as error:
        raise RecordingError(f"{url} cannot be asked: {error.strerror or error}") from error


def _parts_of(url: str) -> SplitResult:
    """Return the parts of *url*, which has a host and perhaps a path."""
    parts = urlsplit(url)
    try:
        is_fine = parts.scheme in PORTS and parts.hostname and (parts.port or True)
    except ValueError:  # the port
        is_fine = False
    if not is_fine or parts.query or parts.fragment or parts.username is not None:
        raise RecordingError(f"{url} is no address of a server: write http://host:port")
    return parts


def _connection_to(parts: SplitResult, deadline: _Deadline) -> socket.socket:
    port = parts.port or PORTS[parts.scheme]
    connection = socket.create_connection((str(parts.hostname), port), deadline.left())
    if parts.scheme == "http":
        return connection
    import ssl  # it takes a while to load

    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)
    except BaseException:
        connection.close()
        raise


class _ClosedError(Exception):
    """The server closed or reset the connection."""


class _Reader:
    """Bytes from a socket, by line or by number, within a time limit."""

    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
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


class _Response:
    """One HTTP/1.1 response, read as far as it comes."""

    def __init__(self, reader: _Reader, disconnect_after: int | None) -> None:
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
