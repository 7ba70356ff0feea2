"""The project's own class of chunks: new code has its name, where its file can import it."""

from tests.codemods.harness import Case

APP = """
import json

import chat


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield f"data: {json.dumps({'type': 'token', 'content': 'StreamingChunk.of()'})}\\n\\n"
    yield f"event: StreamingChunk\\ndata: {x}\\n\\n"
    yield ": ping\\n\\n"
    yield "data: [DONE]\\n\\n"
"""
GRADES = ("payload", "typed", "encoded", "typed", "typed")
SUBCLASS = """
from streamlift import StreamingChunk


class Chunk(StreamingChunk):
    \"\"\"Ours.\"\"\"

    __slots__ = ()
    VERSION = 2

    @property
    def size(self) -> int:
        return len(self.content or "")

    def shout(self):
        return type(self)(type=self.type, content=(self.content or "").upper())
"""


def project(name, wire, *expect, app=APP, chunk="chat.wire.Chunk", **more):
    """Return a project of a package with *app* and *wire*, and the class of chunks *chunk*."""
    files = {
        "pyproject.toml": f'[tool.streamlift]\nchunk-class = "{chunk}"\n',
        "chat/__init__.py": "",
        "chat/other.py": "",
        "chat/wire.py": wire,
        "chat/app.py": app,
    }
    return Case(name, files, expect, **{"entry": "chat.app:stream", **more})


CASES = [
    project("a subclass", SUBCLASS, *GRADES,
        contains=("from chat.wire import Chunk\n", "yield Chunk.of(x)", 'yield Chunk(type="token", content="StreamingChunk.of()")', "yield Chunk.done()"),
        lacks=("yield StreamingChunk",)),
    project("a subclass, and an annotation", SUBCLASS, "payload",
        app="""
import json
from collections.abc import AsyncIterator

import chat


async def stream(x) -> AsyncIterator[str]:
    yield f"data: {json.dumps(x)}\\n\\n"
""",
        contains=("-> AsyncIterator[StreamingChunk]:", "yield Chunk.of(x)", "from streamlift import StreamingChunk")),
    project("another name for ours", "from streamlift import StreamingChunk\n\nChunk = StreamingChunk\n", "payload",
        app="""
import json
from collections.abc import AsyncIterator

import chat


async def stream(x) -> AsyncIterator[str]:
    yield f"data: {json.dumps(x)}\\n\\n"
""",
        contains=("-> AsyncIterator[Chunk]:", "yield Chunk.of(x)"), lacks=("import StreamingChunk\n\n\nasync",)),
    project("handed on by a module of the project", "from streamlift import StreamingChunk as StreamingChunk\n", *GRADES,
        chunk="chat.wire.StreamingChunk", contains=("from chat.wire import StreamingChunk\n",),
        lacks=("from streamlift import StreamingChunk, producer",)),
    project("a relative import", SUBCLASS, "typed", app="""
from . import other


async def stream(x):
    yield "data: [DONE]\\n\\n"
""", contains=("from .wire import Chunk\n", "yield Chunk.done()")),
    project("an import that is there already", SUBCLASS, "already", "typed", app="""
import chat
from chat.wire import Chunk

FIRST = Chunk(type="token", content="x")


async def stream(x):
    yield "data: [DONE]\\n\\n"
""", contains=("yield Chunk.done()",)),
    project("an import for the type checker", SUBCLASS, "typed", app="""
from typing import TYPE_CHECKING

import chat

if TYPE_CHECKING:
    from chat.wire import Chunk


async def stream(x):
    yield "data: [DONE]\\n\\n"
""", contains=("yield StreamingChunk.done()",), lacks=("yield Chunk",)),
    project("the name means something else", SUBCLASS, "refused name-collision", app="""
import chat


class Chunk:
    pass


async def stream(x):
    yield "data: [DONE]\\n\\n"
"""),
    project("a module that would close a cycle", "from chat.app import stream\n" + SUBCLASS.lstrip(), "typed", app="""
import chat


async def stream(x):
    yield "data: [DONE]\\n\\n"
""", contains=("yield StreamingChunk.done()",), lacks=("import Chunk",)),
    project("the file of the class itself", SUBCLASS + """

async def stream(x):
    yield "data: [DONE]\\n\\n"
""", "typed", app="", entry="chat.wire:stream", contains=("yield StreamingChunk.done()",)),
    project("a frame that stays text", SUBCLASS, "payload as text", "typed", app="""
import json

import chat
from stage import note


async def stream(x):
    note(f"data: {json.dumps(x)}\\n\\n".strip())
    yield "data: [DONE]\\n\\n"
""", contains=("SSE.format_chunk(Chunk.of(x)).strip()",)),
    project("a relay that asks", SUBCLASS, "payload", "typed", app="""
import json

import chat


async def _make(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield "data: [DONE]\\n\\n"


async def stream(x):
    async for item in _make(x):
        if item == "data: [DONE]\\n\\n":
            break
        yield item
"""),
    Case("modules beside each other", {
        "pyproject.toml": '[tool.streamlift]\nchunk-class = "wire.Chunk"\n',
        "wire.py": SUBCLASS,
        "app.py": "\nasync def stream(x):\n    yield 'data: [DONE]\\n\\n'\n",
    }, ("typed",), contains=("from wire import Chunk\n", "yield Chunk.done()")),
]  # fmt: skip
