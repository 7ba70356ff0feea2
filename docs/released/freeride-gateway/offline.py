"""The gateway, before an upstream that streams the script which the last message names."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

Event = dict[str, object]

MODEL = "llama-3.3-70b-versatile"


def delta(finish_reason: str | None = None, **fields: object) -> Event:
    """Return a chunk of a chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1767225600,
        "model": MODEL,
        "choices": [{"index": 0, "delta": fields, "finish_reason": finish_reason}],
    }


def tool(arguments: str, index: int = 0, **function: str) -> Event:
    """Return a piece of a call of a tool; its first piece has a name."""
    call: Event = {"index": index, "function": {**function, "arguments": arguments}}
    if function:
        call |= {"id": f"call_{index}", "type": "function"}
    return delta(tool_calls=[call])


USAGE: Event = {
    **delta(),
    "choices": [],
    "usage": {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19},
}
TEXT = delta(content="Grüße, 世界 🙂 </script>\n")
TOOL = [tool('{"city": ', name="weather"), tool('"Zürich"}')]
SCRIPTS: dict[str, list[Event | Exception]] = {
    "text": [delta(role="assistant"), TEXT, TEXT, delta("stop"), USAGE],
    "thinking": [delta(reasoning="hmm"), TEXT, delta(reasoning="hm"), delta("stop"), USAGE],
    "tool": [TEXT, *TOOL, delta("tool_calls"), USAGE],
    "tools": [TOOL[0], tool("{}", 1, name="time"), TEXT, TOOL[1], delta("tool_calls")],
    "spoilt tool": [tool('{"city": ', name="weather"), delta("tool_calls")],
    "nothing": [delta("stop")],
    "failing": [TEXT, httpx.ReadError("upstream gone")],
    "failing at once": [delta(role="assistant"), httpx.ReadError("upstream gone")],
}


class Body(httpx.AsyncByteStream):
    """What the upstream sends for a script, event by event."""

    def __init__(self, script: list[Event | Exception]) -> None:
        """Send *script*."""
        self.script = script

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Send an event a time."""
        for event in self.script:
            if isinstance(event, Exception):
                raise event
            yield f"data: {json.dumps(event)}\n\n".encode()
        yield b"data: [DONE]\n\n"


async def answer(_: object, request: httpx.Request) -> httpx.Response:
    """Stand in for the network of asynchronous clients."""
    if request.url.host != "api.groq.com":
        raise httpx.ConnectError("offline", request=request)
    message = json.loads(await request.aread())["messages"][-1]["content"]
    if message not in SCRIPTS:
        return httpx.Response(404, json={"error": {"code": "model_not_found"}}, request=request)
    return httpx.Response(200, stream=Body(SCRIPTS[message]), request=request)


def models(_: object, request: httpx.Request) -> httpx.Response:
    """Stand in for the network of the others, which ask for the models."""
    if request.url.host != "api.groq.com":
        raise httpx.ConnectError("offline", request=request)
    return httpx.Response(200, json={"data": [{"id": MODEL}]}, request=request)


@contextmanager
def gateway() -> Iterator[object]:
    """Give the application, with an empty home of its own."""
    with (
        tempfile.TemporaryDirectory() as home,
        mock.patch.dict(os.environ, HOME=home),
        mock.patch("httpx.AsyncHTTPTransport.handle_async_request", answer),
        mock.patch("httpx.HTTPTransport.handle_request", models),
    ):
        from freeride.providers.groq import GroqProvider
        from freeride.server.app import create_app

        yield create_app(providers=[GroqProvider()])
