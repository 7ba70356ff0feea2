"""Where names lead: packages, re-exports, aliases, classes and their bases, equal names with other options."""

from tests.projects.fastapi_projects import APP, FRAMES, REPLY, SERVICE, TEXT, P, T
from tests.projects.project import Project

ROUTER = r"""
from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

IMPORT

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    if not q:
        raise HTTPException(400, "no question")
    return StreamingResponse(CALL, media_type="text/event-stream")
"""
CALLS_SSE = r"""
from stage import words

IMPORT


async def reply(q):
    try:
        async for word in words(q):
            yield CALL({"token": word})
    except TypeError as error:
        yield CALL({"error": str(error)})
"""


def router(imported, call):
    return ROUTER.replace("IMPORT", imported).replace("CALL", call)


def calls(imported, call):
    return CALLS_SSE.replace("IMPORT", imported).replace("CALL", call)


PUBLIC = (TEXT,)

PROJECTS = [
    Project("a src layout", {
        "src/chat/__init__.py": "",
        "src/chat/app.py": APP.replace("from api", "from chat.api"),
        "src/chat/api.py": router("from chat.service import reply", "reply(q)"),
        "src/chat/service.py": SERVICE,
    }, {"src/chat/service.py": REPLY}, entry="chat.app:app"),
    Project("a package with relative imports", {
        "chat/__init__.py": "",
        "chat/app.py": APP.replace("from api", "from .web.api"),
        "chat/web/__init__.py": "",
        "chat/web/api.py": router("from ..core.service import reply", "reply(q)"),
        "chat/core/__init__.py": "",
        "chat/core/service.py": calls("from .frames import sse", "sse"),
        "chat/core/frames.py": FRAMES,
    }, {"chat/core/service.py": (P, P), "chat/core/frames.py": PUBLIC}, entry="chat.app:app"),
    Project("a name that a package exports again", {
        "app.py": APP,
        "api.py": router("import replies", "replies.reply(q)"),
        "replies/__init__.py": 'from .service import reply\n\n__all__ = ["reply"]\n',
        "replies/service.py": SERVICE,
    }, {"replies/service.py": REPLY}),
    Project("a helper that a package exports again", {
        "app.py": APP,
        "api.py": router("from service import reply", "reply(q)"),
        "service.py": calls("from wire import sse", "sse"),
        "wire/__init__.py": "from wire.frames import sse\n",
        "wire/frames.py": FRAMES,
    }, {"service.py": (P, P), "wire/frames.py": PUBLIC}),
    Project("a helper under another name", {
        "app.py": APP,
        "api.py": router("from service import reply as answer", "answer(q)"),
        "service.py": calls("from frames import sse as _frame", "_frame"),
        "frames.py": FRAMES,
    }, {"service.py": (P, P), "frames.py": PUBLIC}),
    Project("a helper through its module", {
        "app.py": APP,
        "api.py": router("import service", "service.reply(q)"),
        "service.py": calls("import frames", "frames.sse"),
        "frames.py": FRAMES,
    }, {"service.py": (P, P), "frames.py": PUBLIC}),
    Project("helpers of one name with other options", {
        "app.py": APP,
        "api.py": router("from relay import relayed", "relayed(q)"),
        "relay.py": r"""
from history import replayed
from service import reply


async def relayed(q):
    for frame in replayed(q):
        yield frame
    async for frame in reply(q):
        yield frame
""",
        "service.py": calls("from frames import sse", "sse"),
        "frames.py": FRAMES,
        "history.py": r"""
from compact import sse


def replayed(q):
    yield sse({"question": q, "ümlaut": True})
""",
        "compact.py": r"""
import json


def sse(payload):
    return f"data:{json.dumps(payload, separators=(',', ':'))}\n\n"
""",
    }, {"service.py": (P, P), "history.py": (P,), "frames.py": PUBLIC, "compact.py": PUBLIC}),
    Project("a private helper of one module, used by two producers", {
        "app.py": APP,
        "api.py": router("from service import reply", "reply(q)"),
        "service.py": FRAMES.replace("def sse", "def _sse").replace("json\n", "json\n\nfrom stage import words\n", 1) + r"""

async def reply(q):
    yield _sse({"begin": q})
    async for frame in _tokens(q):
        yield frame


async def _tokens(q):
    try:
        async for word in words(q):
            yield _sse({"token": word})
    except TypeError as error:
        yield _sse({"error": str(error)})
""",
    }, {"service.py": (P, P, P, P)}),
    Project("a base class with an abstract producer", {
        "app.py": APP,
        "api.py": router("from registry import backend", "backend.reply(q)"),
        "registry.py": "from echo import Echo\nfrom shout import Shout\n\nbackend = Shout()\nother = Echo()\n",
        "base.py": r"""
import abc


class Backend(abc.ABC):
    @abc.abstractmethod
    def reply(self, q):
        ...
""",
        "echo.py": r"""
import json

from base import Backend


class Echo(Backend):
    async def reply(self, q):
        yield f"data: {json.dumps({'echo': q})}\n\n"
""",
        "shout.py": r"""
import json

from echo import Echo
from stage import words


class Shout(Echo):
    async def reply(self, q):
        async for frame in super().reply(q):
            yield frame
        try:
            async for word in words(q):
                yield f"data: {json.dumps({'shout': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'error': str(error)})}\n\n"
""",
    }, {"echo.py": (P,), "shout.py": (P, P)}),
    Project("a template method", {
        "app.py": APP,
        "api.py": router("from french import French", "French().reply(q)"),
        "base.py": r"""
import json

from stage import words


class Chat:
    greeting = "hello"

    async def reply(self, q):
        yield self.frame({"greeting": self.greeting})
        async for word in words(q):
            yield self.frame({"token": word})

    def frame(self, payload):
        return f"data: {json.dumps(payload)}\n\n"
""",
        "french.py": r"""
import json

from base import Chat


class French(Chat):
    greeting = "salut ça va"

    def frame(self, payload):
        return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"
""",
    }, {"base.py": (TEXT, TEXT, TEXT), "french.py": (TEXT,)}),
    Project("a protocol", {
        "app.py": APP,
        "api.py": router("from wiring import chat_model", "chat_model().reply(q)"),
        "wiring.py": r"""
from local import Local
from protocol import Replies


def chat_model() -> Replies:
    return Local()
""",
        "protocol.py": r"""
from collections.abc import AsyncIterator
from typing import Protocol


class Replies(Protocol):
    def reply(self, q: str) -> AsyncIterator[str]:
        ...
""",
        "local.py": r"""
import json
from collections.abc import AsyncIterator

from stage import words


class Local:
    async def reply(self, q: str) -> AsyncIterator[str]:
        try:
            async for word in words(q):
                yield f"data: {json.dumps({'token': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'error': str(error)})}\n\n"
""",
    }, {"local.py": (P, P)}),
    Project("an attribute from the constructor", {
        "app.py": APP,
        "api.py": router("from controller import Controller\nfrom service import Service", "Controller(Service()).stream(q)"),
        "controller.py": r"""
from service import Service
from stage import note


class Controller:
    def __init__(self, service: Service):
        self.service = service

    async def stream(self, q):
        async for frame in self.service.reply(q):
            note("frame")
            yield frame
""",
        "service.py": r"""
import json

from stage import words


class Service:
    async def reply(self, q):
        try:
            async for word in words(q):
                yield f"data: {json.dumps({'type': 'token', 'content': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'type': 'error', 'message': str(error)})}\n\n"
""",
    }, {"service.py": (T, P)}),
    Project("imports of two kinds, conditional and for types only", {
        "app.py": APP,
        "api.py": r"""
from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

try:
    from fast_service import reply
except ImportError:
    from service import reply

if TYPE_CHECKING:
    from service import Answer

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    answer: Answer = reply(q)
    return StreamingResponse(answer, media_type="text/event-stream")
""",
        "service.py": SERVICE.replace("from stage", "from collections.abc import AsyncIterator\n\nfrom stage") + "\n\nAnswer = AsyncIterator[str]\n",
    }, {"service.py": REPLY}),
    Project("an import in the function", {
        "app.py": APP,
        "api.py": r"""
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    from service import reply

    return StreamingResponse(reply(q), media_type="text/event-stream")
""",
        "service.py": r"""
async def reply(q):
    import json

    from stage import words

    try:
        async for word in words(q):
            yield f"data: {json.dumps({'token': word})}\n\n"
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n"
""",
    }, {"service.py": (P, P)}),
    Project("producers in a registry", {
        "app.py": APP,
        "api.py": router("from registry import PRODUCERS", 'PRODUCERS["chat"](q)'),
        "registry.py": 'from service import reply\n\nPRODUCERS = {"chat": reply}\n',
        "service.py": SERVICE,
    }, {"service.py": REPLY}),
    Project("a producer by its name", {
        "app.py": APP,
        "api.py": router("import service", 'getattr(service, "_reply")(q)'),
        "service.py": SERVICE.replace("async def reply", "async def _reply"),
    }, {"service.py": REPLY}),
    Project("a decorated producer", {
        "app.py": APP,
        "api.py": router("from service import reply", "reply(q)"),
        "tracing.py": r"""
import functools

from stage import note


def traced(function):
    @functools.wraps(function)
    async def wrapper(*arguments):
        async for item in function(*arguments):
            note("traced", len(item), item[:6])
            yield item

    return wrapper
""",
        "service.py": SERVICE.replace("async def reply", "@traced\nasync def reply").replace("from stage", "from tracing import traced\nfrom stage"),
    }, {"service.py": REPLY}),
    Project("sentinels of another module", {
        "app.py": APP,
        "api.py": router("from service import reply", "reply(q)"),
        "sentinels.py": 'DONE = "data: [DONE]\\n\\n"\nPING = ": ping\\n\\n"\n',
        "service.py": SERVICE.replace('yield "data: [DONE]\\n\\n"', "yield PING\n    yield DONE").replace("from stage", "from sentinels import DONE, PING\nfrom stage"),
    }, {"service.py": (T, P), "sentinels.py": ("typed as text", "typed as text")}),
    Project("a generator of another module that is delegated to", {
        "app.py": APP,
        "api.py": router("from service import reply", "reply(q)"),
        "errors.py": r"""
import json


def failure(error):
    yield f"data: {json.dumps({'error': str(error)})}\n\n"
    yield "data: [DONE]\n\n"
""",
        "service.py": r"""
import json

from errors import failure
from stage import words_sync


def reply(q):
    try:
        for word in words_sync(q):
            yield f"data: {json.dumps({'token': word})}\n\n"
    except TypeError as error:
        yield from failure(error)
""",
    }, {"service.py": (P,), "errors.py": (P, T)}),
]  # fmt: skip
