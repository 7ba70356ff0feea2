"""Record a response from a real server process, byte by byte from a loopback socket."""

from __future__ import annotations

import contextlib
import functools
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

from ..recording import RecordingError
from ..request import Request
from .http_exchange import Deadline, exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from urllib.parse import SplitResult

    from ..recording import Recording
    from ..request import Header

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
    deadline = Deadline(limit, f"the start of {application}", functools.partial(_tail, log))
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
        request = Request(
            name=f"{method} {path}",
            path=path,
            method=method,
            headers=tuple(headers),
            body=body,
            disconnect_after=disconnect_after,
            time_limit=time_limit,
        )
        deadline = Deadline(time_limit, request.name, self.log)
        with socket.create_connection((HOST, self.port), deadline.left()) as connection:
            return exchange(connection, request, deadline, target=path, host=b"testserver")


def record_at(url: str, request: Request) -> Recording:
    """Return what the server at *url* sends for *request* on a fresh connection.

    No redirect is followed, and no proxy of the environment is used. The certificate of an https
    server is verified; the variable SSL_CERT_FILE names others that are trusted.

    Args:
        url: `http://host:port` or `https://host:port`, perhaps with a path that stands before
            that of the request.
        request: The request.

    Raises:
        RecordingError: If *url* is none, nobody answers there, or the answer is no HTTP/1.1
            response.
        RecordingTimeoutError: If the response has not ended within the time limit.
    """
    parts = _parts_of(url)
    deadline = Deadline(request.time_limit, f"{request.method} {url}{request.path}")
    target, host = f"{parts.path.rstrip('/')}{request.path}", parts.netloc.encode("idna")
    try:
        with _connection_to(parts, deadline) as connection:
            return exchange(connection, request, deadline, target=target, host=host)
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


def _connection_to(parts: SplitResult, deadline: Deadline) -> socket.socket:
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
