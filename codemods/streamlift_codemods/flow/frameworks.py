"""What is known of the frameworks: the classes whose instances send what a generator yields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StreamingClass:
    """A class of a framework whose instances send what a generator yields.

    Attributes:
        framework: Its package.
        content: The name of its parameter for the generator; it is the first one.
        swap: The module and the class of ours that may take its place; None if there is none.
    """

    framework: str
    content: str
    swap: tuple[str, str] | None = None


_STARLETTE = StreamingClass("starlette", "content", ("streamlift.edges.starlette", "SSEResponse"))
_FLASK = StreamingClass("flask", "response")
_QUART = StreamingClass("quart", "response")
_DJANGO = StreamingClass("django", "streaming_content")
_LITESTAR = StreamingClass("litestar", "content")

STREAMING_CLASSES = {
    "starlette.responses.StreamingResponse": _STARLETTE,
    "fastapi.responses.StreamingResponse": _STARLETTE,
    "streamlift.edges.starlette.SSEResponse": StreamingClass("starlette", "content"),
    "flask.Response": _FLASK,
    "flask.wrappers.Response": _FLASK,
    "werkzeug.Response": _FLASK,
    "werkzeug.wrappers.Response": _FLASK,
    "werkzeug.wrappers.response.Response": _FLASK,
    "quart.Response": _QUART,
    "quart.wrappers.Response": _QUART,
    "quart.wrappers.response.Response": _QUART,
    "django.http.StreamingHttpResponse": _DJANGO,
    "django.http.response.StreamingHttpResponse": _DJANGO,
    "litestar.response.Stream": _LITESTAR,
    "litestar.response.streaming.Stream": _LITESTAR,
}

# The methods that write to a client: aiohttp's and Tornado's `write`, Sanic's `send`, a `wfile`, a web socket.
WRITING_METHODS = {"write", "send", "sendall", "send_text", "send_bytes"}
