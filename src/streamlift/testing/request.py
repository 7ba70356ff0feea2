"""One request of a client, as data: what every recorder sends."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        name: Unique in its file; names the golden.
        path: Path and query, percent-encoded.
        method: The HTTP method.
        headers: Names in lower case, and values, in the order sent.
        body: The body.
        piece_size: The body is sent in pieces of so many bytes; `None`: in one.
        disconnect_in_body: The client goes away after so many bytes of the body; `None`: it sends
            all of it.
        disconnect_after: The client goes away after so many messages of the response; `None`: it
            reads all of them.
        time_limit: Seconds for everything.
        watch_cleanup: What is left behind belongs to the recording.
    """

    name: str
    path: str = "/"
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    piece_size: int | None = None
    disconnect_in_body: int | None = None
    disconnect_after: int | None = None
    time_limit: float = 30.0
    watch_cleanup: bool = True

    @property
    def stem(self) -> str:
        """The name of its files without their extensions."""
        return file_stem(self.name)


def file_stem(name: str) -> str:
    """Return *name* as every file system can hold it; `""` if nothing of it can stand.

    Two names can have the same stem, also one that differs in case only: a file of requests is
    refused for that.

    >>> file_stem("chat, a/b")
    'chat-a-b'
    """
    return re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip("-.")


def body_pieces(request: Request) -> list[bytes]:
    """Return the pieces of the body that the client sends."""
    body = request.body[: request.disconnect_in_body]
    size = request.piece_size or len(body) or 1
    return [body[start : start + size] for start in range(0, len(body), size)]


def sent_headers(request: Request, host: bytes = b"testserver") -> tuple[Header, ...]:
    """Return the headers as a client sends them: with a host, and how long the body is."""
    names = {name.lower() for name, _ in request.headers}
    first = [] if b"host" in names else [(b"host", host)]
    if request.body and not names & {b"content-length", b"transfer-encoding"}:
        first.append(
            (b"content-length", b"%d" % len(request.body))
            if request.piece_size is None
            else (b"transfer-encoding", b"chunked")
        )
    return (*first, *request.headers)
