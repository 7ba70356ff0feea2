"""What is a frame and what only looks like one, and frames that leave by other ways than yield."""

from tests.codemods.harness import Case
from tests.codemods.semantic_cases import app

NOT_SSE = [
    app("data URIs", """
async def stream(mime):
    url = f"data:{mime};base64,{mime}"
    note(url)
    note("data:image/png;base64,AAAA")
    if str(mime).startswith("data:image/"):
        yield url
    yield {"url": "data:text/plain,hello"}
""", not_sse=("data-uri", "data-uri", "parsing", "data-uri")),
    app("a prompt", '''
PROMPT = """Answer in this format:

data: the data
event: the event
"""


async def stream(x):
    yield PROMPT
''', not_sse=("not-a-field",)),
    app("comparisons and parsing", """
async def stream(x):
    async for line in upstream(x):
        line = str(line)
        if line == "data: [DONE]" or line in ("data: [DONE]\\n\\n", "event: end"):
            return
        if line.startswith("data:"):
            yield line.removeprefix("data: ")
        yield line.split("data: ")[-1].replace("data:", "")
""", not_sse=("comparison", "comparison", "comparison", "parsing", "parsing", "parsing", "parsing")),
    app("log messages", """
import logging


async def stream(x):
    logging.getLogger("a").info("data: %s", 1)
    logging.getLogger("a").debug(f"event: {1}\\ndata: 2\\n\\n")
    print("data: ", end="", file=__import__("io").StringIO())
    yield 1
""", not_sse=("log", "log", "log")),
    app("defaults, annotations, keys", """
def parse(line="data: x\\n\\n", *, other: "data: int" = 1):
    return {"data: x": 1}["data: x"]


async def stream(x):
    yield parse()
""", "refused carrier-default"),
    app("documentation", '''
"""Frames look like this.

data: {"a": 1}

"""


class Service:
    """event: x
    """

    "data: a string that stands alone\\n\\n"

    async def stream(self, x):
        """data: y"""
        yield 1
''', head="", entry="app:Service().stream", not_sse=("docstring", "docstring", "docstring", "docstring")),
    app("an example for OpenAPI", """
RESPONSES = {200: {"content": {"text/event-stream": {"example": "data: {}\\n\\n"}}}}


async def stream(x):
    yield RESPONSES
"""),
    app("dicts for sse-starlette", """
async def stream(x):
    yield {"event": "x", "data": json.dumps(x)}
    yield {"retry": 1}
""", not_sse=()),
    app("NDJSON", """
async def stream(x):
    yield json.dumps(x) + "\\n"
""", not_sse=()),
    app("a colon at the start", """
async def stream(x):
    yield ": not a comment, one line end\\n"
    yield ":"
    yield ":)"
""", not_sse=()),
]  # fmt: skip

OTHER_WAYS = [
    app("a queue", """
import asyncio


async def stream(x):
    queue = asyncio.Queue()
    await queue.put(f"data: {json.dumps(x)}\\n\\n")
    queue.put_nowait("data: [DONE]\\n\\n")
    yield await queue.get()
    yield await queue.get()
""", "payload", "typed"),
    app("a writer", """
async def handle(self, websocket, x):
    self.wfile.write(f"data: {json.dumps(x)}\\n\\n".encode())
    await websocket.send_text(f"data: {json.dumps(x)}\\n\\n")
    await self.write("event: x\\n")
""", "payload as text", "payload as text", "review split-frame", entry=None),
    app("a channel", """
async def handle(channel, x):
    await channel.publish("name", f"data: {json.dumps(x)}\\n\\n")
    await channel.xadd("name", {"frame": f"data: {json.dumps(x)}\\n\\n"})
""", "payload as text", "payload as text", entry=None),
    app("a list that is returned", """
def frames(x):
    chunks = []
    chunks.append(f"data: {json.dumps(x)}\\n\\n")
    return chunks


async def stream(x):
    for frame in frames(x):
        yield frame
""", "payload as text", "payload as text"),
    app("a list that is yielded from", """
def stream(x):
    chunks = []
    payload = {"n": 0}
    for n in range(3):
        payload["n"] = n
        chunks.append(f"data: {json.dumps(payload)}\\n\\n")
    yield from chunks
""", "payload"),
    app("a list that is joined", """
def stream(x):
    chunks = []
    chunks.append(f"data: {json.dumps(x)}\\n\\n")
    chunks.append("data: [DONE]\\n\\n")
    yield "".join(chunks)
""", "payload as text", "typed as text"),
    app("a whole response", """
from starlette.responses import Response, StreamingResponse


def endpoint(x):
    if x == "plain":
        return Response(f"data: {json.dumps(x)}\\n\\n", media_type="text/event-stream")
    return StreamingResponse(iter(["data: [DONE]\\n\\n"]), media_type="text/event-stream")
""", "payload as text", "typed as text", entry="app:endpoint"),
    app("an argument", """
async def stream(x):
    note(f"data: {json.dumps(x)}\\n\\n")
    yield 1
""", "payload as text"),
    app("accumulated", """
async def stream(x):
    out = ""
    out += f"data: {json.dumps(x)}\\n\\n"
    out += "data: [DONE]\\n\\n"
    yield out
""", "payload as text"),
    app("a pre-yielded frame in a wrapper that reads it back", """
async def inner(x):
    yield f"data: {json.dumps({'type': 'token', 'content': x})}\\n\\n"


async def stream(x):
    saved = []
    async for chunk in inner(x):
        yield chunk
        if chunk.startswith("data: "):
            saved.append(json.loads(chunk[6:]))
    note(str(saved))
""", "typed"),
]  # fmt: skip

NO_STREAMS = [
    app("a context manager", """
import contextlib


@contextlib.contextmanager
def frame(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    with frame(x) as text:
        yield text
""", "refused not-a-stream"),
    app("an asynchronous context manager, under another name", """
from contextlib import asynccontextmanager as manager


@manager
async def frame(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    async with frame(x) as text:
        yield text
""", "refused not-a-stream"),
    app("a property", """
class Service:
    @property
    def frames(self):
        yield "data: [DONE]\\n\\n"

    def stream(self):
        yield from self.frames
""", "refused not-a-stream", entry="app:Service().stream"),
    app("a fixture", """
import pytest


@pytest.fixture()
def frames():
    yield "data: [DONE]\\n\\n"
""", "refused not-a-stream", entry=None),
    app("a path operation", """
from fastapi import APIRouter

router = APIRouter()


@router.get("/stream")
async def stream(x: str):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload as text", entry=None),
    Case("test files", {
        "tests/test_app.py": 'def test_it():\n    assert "data: x\\n\\n" == 1\n\n\ndef upstream():\n    yield "data: x\\n\\n"\n',
        "conftest.py": 'def upstream():\n    yield "data: [DONE]\\n\\n"\n',
        "app.py": "X = 1\n",
    }, ("suppressed test-code", "suppressed test-code"), entry=None, not_sse=("comparison",)),
    Case("nothing at all", "X = 1\n", (), entry=None, not_sse=()),
    Case("a file with another one that is broken", {
        "app.py": 'async def stream(x):\n    yield "data: [DONE]\\n\\n"\n    yield x\n',
        "other.py": "X = 1\n",
    }, ("typed",)),
]  # fmt: skip

CASES = [*NOT_SSE, *OTHER_WAYS, *NO_STREAMS]
