"""FastAPI and Starlette: where the producer lives, and how it gets into the response."""

from tests.projects.project import REQUESTS, Project

T, P = "typed", "payload"
TEXT = "payload as text"

FRAMES = r"""
import json


def sse(payload):
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"
"""
SERVICE = r"""
import json

from stage import note, words


async def reply(q):
    try:
        async for word in words(q):
            yield f"data: {json.dumps({'type': 'token', 'content': word})}\n\n"
            note("sent")
    except TypeError as error:
        yield f"data: {json.dumps({'type': 'error', 'message': str(error)})}\n\n"
    yield "data: [DONE]\n\n"
"""
REPLY = (T, P, T)
APP = r"""
from fastapi import FastAPI

from api import router

app = FastAPI()
app.include_router(router)
"""
HEAD = r"""
from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from service import reply

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    if not q:
        raise HTTPException(400, "no question")
"""


def api(end, **files):
    """The parts of a FastAPI application whose endpoint ends in *end*."""
    return {"app.py": APP, "api.py": HEAD + end, "service.py": SERVICE, **files}


PROJECTS = [
    Project("a closure in the endpoint", {
        "app.py": APP,
        "api.py": r"""
import json

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from upstream import questions

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    if not q:
        raise HTTPException(400, "no question")

    async def generate():
        try:
            async for word in questions(q):
                yield f"data: {json.dumps({'token': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'error': str(error)})}\n\n"
        finally:
            yield "data: [DONE]\n\n"

    return StreamingResponse(generate(), media_type="text/event-stream")
""",
        "upstream.py": "from stage import words as questions\n",
    }, {"api.py": (P, P, T)}, contains=("SSEResponse(SSE.stream(generate())",)),
    Project("a closure in the endpoint, a helper beside it", {
        "app.py": APP,
        "api.py": r"""
from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from frames import sse
from stage import words

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    if not q:
        raise HTTPException(400, "no question")

    async def generate():
        try:
            async for word in words(q):
                yield sse({"token": word})
        except TypeError as error:
            yield sse({"error": str(error)})

    return StreamingResponse(generate(), media_type="text/event-stream")
""",
        "frames.py": FRAMES,
    }, {"api.py": (P, P), "frames.py": (TEXT,)}),
    Project("a function of the module", {
        "app.py": APP,
        "api.py": r"""
import json

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from upstream import questions

router = APIRouter()


async def _reply(q):
    try:
        async for word in questions(q):
            yield f"event: token\ndata: {json.dumps({'type': 'token', 'content': word})}\n\n"
    except TypeError as error:
        yield f"event: error\ndata: {json.dumps({'type': 'error', 'message': str(error)})}\n\n"


@router.get("/chat")
async def chat(q: str):
    if not q:
        raise HTTPException(400, "no question")
    return StreamingResponse(_reply(q), media_type="text/event-stream")
""",
        "upstream.py": "from stage import words as questions\n",
    }, {"api.py": (T, P)}, contains=("SSEResponse(SSE.stream(_reply(q))",)),
    Project("a function of a service module", api(r"""
    return StreamingResponse(reply(q), media_type="text/event-stream")
"""), {"service.py": REPLY}),
    Project("by keyword, with headers and a status", api(r"""
    return StreamingResponse(
        content=reply(q),
        status_code=201,
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        media_type="text/event-stream; charset=utf-8",
    )
"""), {"service.py": REPLY}),
    Project("the media type text/plain", api(r"""
    return StreamingResponse(reply(q), media_type="text/plain")
"""), {"service.py": REPLY}),
    Project("no media type, but a header", api(r"""
    return StreamingResponse(reply(q), headers={"content-type": "text/event-stream"})
"""), {"service.py": REPLY}),
    Project("through a variable", api(r"""
    stream = reply(q)
    return StreamingResponse(stream, media_type="text/event-stream")
"""), {"service.py": REPLY}),
    Project("through a partial", {**api(r"""
    make = partial(reply, q)
    return StreamingResponse(make(), media_type="text/event-stream")
"""), "api.py": "from functools import partial\n" + HEAD.lstrip("\n") + r"""    make = partial(reply, q)
    return StreamingResponse(make(), media_type="text/event-stream")
"""}, {"service.py": REPLY}),
    Project("two producers, one response", {**api(r"""
    stream = apology() if q == "fail" else reply(q)
    return StreamingResponse(stream, media_type="text/event-stream")
"""), "api.py": (HEAD + r"""
    stream = apology() if q == "fail" else reply(q)
    return StreamingResponse(stream, media_type="text/event-stream")
""").replace("from service import reply", "from service import apology, reply"), "service.py": SERVICE + r"""

async def apology():
    yield f"data: {json.dumps({'type': 'token', 'content': 'sorry'})}\n\n"
"""}, {"service.py": (*REPLY, T)}),
    Project("a wrapper around the generator", {
        **api(r"""
    return StreamingResponse(with_greeting(reply(q)), media_type="text/event-stream")
"""),
        "api.py": (HEAD + r"""
    return StreamingResponse(with_greeting(reply(q)), media_type="text/event-stream")
""").replace("from service import", "from greeting import with_greeting\nfrom service import"),
        "greeting.py": r"""
async def with_greeting(source):
    yield ": hello\n\n"
    async for item in source:
        yield item
""",
    }, {"service.py": REPLY, "greeting.py": (T,)}),
    Project("a response of one's own", {
        **api(""),
        "api.py": (HEAD + r"""
    return EventStream(reply(q))
""").replace("from fastapi.responses import StreamingResponse\n", "").replace("from service import", "from responses import EventStream\nfrom service import"),
        "responses.py": r"""
from starlette.responses import StreamingResponse


class EventStream(StreamingResponse):
    media_type = "text/event-stream"

    def __init__(self, content, **options):
        super().__init__(content, headers={"X-Accel-Buffering": "no"}, **options)
""",
    }, {"service.py": REPLY}),
    Project("a background task", {
        **api(""),
        "api.py": (HEAD + r"""
    tasks.add_task(note, "afterwards", q)
    return StreamingResponse(reply(q), media_type="text/event-stream", background=tasks)
""").replace("async def chat(q: str)", "async def chat(q: str, tasks: BackgroundTasks)").replace("import APIRouter,", "import APIRouter, BackgroundTasks,").replace("from service import reply", "from service import reply\nfrom stage import note"),
    }, {"service.py": REPLY}),
    Project("a service class, one instance", {
        "app.py": APP,
        "api.py": HEAD.replace("import reply", "import service") + r"""
    return StreamingResponse(service.reply(q), media_type="text/event-stream")
""",
        "service.py": r"""
import json

from stage import words


class ChatService:
    def __init__(self, model):
        self.model = model

    async def reply(self, q):
        try:
            async for word in words(q):
                yield f"data: {json.dumps({'model': self.model, 'token': word})}\n\n"
        except TypeError as error:
            yield self._error(error)

    def _error(self, error):
        return f"data: {json.dumps({'error': str(error)})}\n\n"


service = ChatService("small")
""",
    }, {"service.py": (P, P, P)}),
    Project("a service that FastAPI injects", {
        "app.py": APP,
        "api.py": r"""
from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import StreamingResponse

from dependencies import get_service
from service import ChatService

router = APIRouter()


@router.get("/chat")
async def chat(q: str, service: ChatService = Depends(get_service)):
    if not q:
        raise HTTPException(400, "no question")
    return StreamingResponse(service.reply(q), media_type="text/event-stream")
""",
        "dependencies.py": r"""
from service import ChatService


def get_service():
    return ChatService()
""",
        "service.py": r"""
import json

from stage import words


class ChatService:
    async def reply(self, q):
        try:
            async for word in words(q):
                yield f"data: {json.dumps({'type': 'token', 'content': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'type': 'error', 'message': str(error)})}\n\n"
""",
    }, {"service.py": (T, P)}),
    Project("an annotated dependency that yields", {
        "app.py": APP,
        "api.py": r"""
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from dependencies import session
from service import Chat

router = APIRouter()


@router.get("/chat")
async def chat(q: str, chat: Annotated[Chat, Depends(session)]):
    return StreamingResponse(chat.reply(q), media_type="text/event-stream")
""",
        "dependencies.py": r"""
from service import Chat
from stage import note


async def session():
    note("session opens")
    try:
        yield Chat()
    finally:
        note("session closes")
""",
        "service.py": r"""
import json

from stage import words


class Chat:
    async def reply(self, q):
        try:
            async for word in words(q):
                yield f"data: {json.dumps({'content': word}, ensure_ascii=False)}\n\n"
        except TypeError as error:
            yield f"event: error\ndata: {json.dumps({'message': str(error)}, ensure_ascii=False)}\n\n"
""",
    }, {"service.py": (P, P)}),
    Project("a generator as the path operation", {
        "app.py": APP,
        "api.py": r"""
import json

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from upstream import questions

router = APIRouter()


@router.get("/chat", response_class=StreamingResponse)
async def chat(q: str):
    async for word in questions(q):
        yield f"data: {json.dumps({'token': word})}\n\n"
""",
        "upstream.py": "from stage import words as questions\n",
    }, {"api.py": (TEXT,)}),
    Project("two routers with producers of one name", {
        "app.py": r"""
from fastapi import FastAPI

from chat import router as chat
from search import router as search

app = FastAPI()
app.include_router(chat)
app.include_router(search, prefix="/search")
""",
        "chat.py": r"""
import json

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from stage import words

router = APIRouter()


async def stream(q):
    try:
        async for word in words(q):
            yield f"data: {json.dumps({'token': word})}\n\n"
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n"


@router.get("/chat")
async def chat(q: str):
    return StreamingResponse(stream(q), media_type="text/event-stream")
""",
        "search.py": r"""
import json

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from stage import words_sync

router = APIRouter()


def stream(q):
    for word in words_sync(q):
        yield f"data:{json.dumps({'hit': str(word)}, ensure_ascii=False, separators=(',', ':'))}\n\n"


@router.get("/find")
def find(q: str):
    return StreamingResponse(stream(q), media_type="text/event-stream")
""",
    }, {"chat.py": (P, P), "search.py": (P,)}),
    Project("frames of bytes", {
        **api(r"""
    return StreamingResponse(reply(q), media_type="text/event-stream")
"""),
        "service.py": r"""
import json

from stage import words


async def reply(q):
    try:
        async for word in words(q):
            yield f"data: {json.dumps({'token': word})}\n\n".encode()
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n".encode()
    yield b"data: [DONE]\n\n"
""",
    }, {"service.py": (P, P, T)}),
    Project("pydantic models", {
        **api(r"""
    return StreamingResponse(reply(q), media_type="text/event-stream")
"""),
        "models.py": r"""
from pydantic import BaseModel


class Delta(BaseModel):
    type: str = "delta"
    content: object
    index: int | None = None
""",
        "service.py": r"""
from models import Delta
from stage import words


async def reply(q):
    try:
        async for word in words(q):
            delta = Delta(content=word)
            yield f"data: {delta.model_dump_json(exclude_none=True)}\n\n"
    except ValueError as error:
        yield f"data: {Delta(content=type(error).__name__, index=0).model_dump_json()}\n\n"
""",
    }, {"service.py": ("model", "model")}, needs="pydantic"),
    Project("ids and a retry", {
        **api(r"""
    return StreamingResponse(reply(q), media_type="text/event-stream")
"""),
        "service.py": r"""
import json

from stage import words


async def reply(q):
    yield "retry: 3000\n\n"
    number = 0
    try:
        async for word in words(q):
            number += 1
            yield f"id: {number}\nevent: token\ndata: {json.dumps({'token': word})}\n\n"
    except TypeError as error:
        yield f"event: error\ndata: {json.dumps({'error': str(error)})}\n\n"
""",
    }, {"service.py": ("review no-data*", P, P)}),
    Project("a synchronous generator", {
        **api(r"""
    return StreamingResponse(reply(q), media_type="text/event-stream")
"""),
        "service.py": r"""
import json

from stage import words_sync


def reply(q):
    try:
        for word in words_sync(q):
            yield f"data: {json.dumps({'token': word})}\n\n"
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n"
""",
    }, {"service.py": (P, P)}),
    Project("Starlette, an endpoint class", {
        "app.py": r"""
from starlette.applications import Starlette
from starlette.routing import Route

from api import Chat

app = Starlette(routes=[Route("/chat", Chat)])
""",
        "api.py": r"""
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse, StreamingResponse

from service import reply


class Chat(HTTPEndpoint):
    async def get(self, request):
        q = request.query_params["q"]
        if not q:
            return PlainTextResponse("no question", 400)
        return StreamingResponse(reply(q), media_type="text/event-stream")
""",
        "service.py": SERVICE,
    }, {"service.py": REPLY}),
    Project("Starlette, mounted and behind a middleware", {
        "app.py": r"""
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from api import routes
from timing import Timing

app = Starlette(routes=[Mount("/v1", routes=routes)], middleware=[Middleware(Timing)])
""",
        "api.py": r"""
from starlette.responses import StreamingResponse
from starlette.routing import Route

from service import reply


def chat(request):
    return StreamingResponse(reply(request.query_params["q"]), media_type="text/event-stream")


routes = [Route("/chat", chat)]
""",
        "timing.py": r"""
from stage import note


class Timing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def counted(message):
            note(message["type"], len(message.get("body", b"")))
            await send(message)

        await self.app(scope, receive, counted)
""",
        "service.py": SERVICE,
    }, {"service.py": REPLY}, requests=tuple(r.__class__(r.query, r.disconnect_after, "/v1/chat") for r in REQUESTS)),
]  # fmt: skip
