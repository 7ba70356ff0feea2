"""Frameworks other than FastAPI and Starlette, each run by its own server or protocol."""

import re

from tests.projects.fastapi_projects import APP, HEAD, REPLY, SERVICE, TEXT, P
from tests.projects.project import REQUESTS, Project

SYNC_SERVICE = SERVICE.replace("async ", "").replace("words", "words_sync")
# It writes the body as it comes, so what one read of the socket gives differs from run to run.
WHOLE = tuple(request for request in REQUESTS if request.disconnect_after is None)

FLASK = r"""
from flask import Flask, Response, abort, request, stream_with_context

IMPORT

app = Flask(__name__)


@app.get("/chat")
def chat():
    q = request.args["q"]
    if not q:
        abort(400)
"""


def flask(name, end, imported="from service import reply", expect=REPLY, **files):
    modules = {
        "app.py": FLASK.replace("IMPORT", imported) + end,
        "service.py": SYNC_SERVICE,
        **files,
    }
    return Project(f"Flask, {name}", modules, {"service.py": expect}, server="wsgi", needs="flask")


DJANGO_URLS = r"""
from django.urls import path

import views

urlpatterns = [path("chat", views.chat)]
"""
DJANGO_SYNC = r"""
from django.http import HttpResponseBadRequest, StreamingHttpResponse

from service import reply


def chat(request):
    q = request.GET["q"]
    if not q:
        return HttpResponseBadRequest("no question")
    response = StreamingHttpResponse(reply(q), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    return response
"""


def django(name, views, expect, service=SYNC_SERVICE, server="django_wsgi", **files):
    modules = {"urls.py": DJANGO_URLS, "views.py": views, "service.py": service, **files}
    return Project(f"Django, {name}", modules, expect, entry="urls:urlpatterns", server=server, needs="django")  # fmt: skip


QUART = r"""
from quart import Quart, Response, abort, request

from service import reply

app = Quart(__name__)


@app.get("/chat")
async def chat():
    q = request.args["q"]
    if not q:
        abort(400)
"""
LITESTAR = r"""
from litestar import Litestar, Request, get
from litestar.exceptions import ClientException
from litestar.response import Stream

from service import reply


@get("/chat")
async def chat(request: Request) -> Stream:
    q = request.query_params["q"]
    if not q:
        raise ClientException("no question")
    return Stream(STREAM, media_type="text/event-stream")


app = Litestar([chat], openapi_config=None, logging_config=None)
"""
AIOHTTP = r"""
from aiohttp import web

from service import SOURCE


async def chat(request):
    q = request.query["q"]
    if not q:
        raise web.HTTPBadRequest()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    SEND
    await response.write_eof()
    return response


def make_app():
    app = web.Application()
    app.router.add_get("/chat", chat)
    return app
"""
WRITES = r"""
import json

from stage import words


async def talk(response, q):
    try:
        async for word in words(q):
            await response.write(f"data: {json.dumps({'token': word})}\n\n".encode())
    except TypeError as error:
        await response.write(f"data: {json.dumps({'error': str(error)})}\n\n".encode())
"""
TORNADO = r"""
import tornado.web

from service import SOURCE


class Chat(tornado.web.RequestHandler):
    async def get(self):
        q = self.get_argument("q")
        if not q:
            raise tornado.web.HTTPError(400)
        self.set_header("Content-Type", "text/event-stream")
        SEND


def make_app():
    return tornado.web.Application([("/chat", Chat)])
"""
SANIC = r"""
from sanic import Sanic
from sanic.exceptions import BadRequest

from service import SOURCE

app = Sanic("chat", configure_logging=False)


@app.get("/chat")
async def chat(request):
    q = request.args.get("q")
    if not q:
        raise BadRequest("no question")
    response = await request.respond(content_type="text/event-stream")
    SEND
    await response.eof()
"""
HANDLER = r"""
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from service import SOURCE


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        q = parse_qs(urlsplit(self.path).query).get("q", [""])[0]
        if not q:
            self.send_error(400)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        SEND

    def log_message(self, *arguments):
        pass
"""


def writing(module, source, send):
    """Return a handler that writes to the client itself: by *send*, with *source* of its service."""
    return module.replace("SOURCE", source).replace("SEND", send)


BY_WRITING = (TEXT, TEXT)

PROJECTS = [
    flask("a response", r"""
    return Response(reply(q), mimetype="text/event-stream")
"""),
    flask("with the context of the request", r"""
    return Response(stream_with_context(reply(q)), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
"""),
    flask("the generator as the value of the view", r"""
    return reply(q), 201, {"Content-Type": "text/event-stream"}
"""),
    flask("a service class", r"""
    return Response(service.reply(q), mimetype="text/event-stream")
""", "from service import service", **{"service.py": r"""
import json

from stage import words_sync


class Service:
    def reply(self, q):
        try:
            for word in words_sync(q):
                yield self._sse("token", word)
        except TypeError as error:
            yield self._sse("error", str(error))

    @staticmethod
    def _sse(event, data):
        return f"event: {event}\ndata: {json.dumps(data)}\n\n"


service = Service()
"""}, expect=(P, P, P)),
    Project("Flask, a closure that keeps the context", {
        "app.py": r"""
import json

from flask import Flask, Response, request, stream_with_context

from upstream import questions

app = Flask(__name__)


@app.get("/chat")
def chat():
    @stream_with_context
    def generate():
        try:
            for word in questions(request.args["q"]):
                yield f"data: {json.dumps({'token': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'error': str(error)})}\n\n"

    return Response(generate(), mimetype="text/event-stream")
""",
        "upstream.py": "from stage import words_sync as questions\n",
    }, {"app.py": (P, P)}, server="wsgi", needs="flask"),
    Project("Flask, a closure", {
        "app.py": r"""
import json

from flask import Flask, Response, request, stream_with_context

from upstream import questions

app = Flask(__name__)


@app.get("/chat")
def chat():
    def generate():
        try:
            for word in questions(request.args["q"]):
                yield f"data: {json.dumps({'token': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'error': str(error)})}\n\n"

    return Response(stream_with_context(generate()), mimetype="text/event-stream")
""",
        "upstream.py": "from stage import words_sync as questions\n",
    }, {"app.py": (P, P)}, server="wsgi", needs="flask", contains=("stream_with_context(SSE.stream(generate()))",)),
    django("synchronous", DJANGO_SYNC, {"service.py": REPLY}),
    django("asynchronous", DJANGO_SYNC.replace("def chat", "async def chat"), {"service.py": REPLY}, SERVICE, "django_asgi"),
    django("a class of the view", r"""
import json

from django.http import StreamingHttpResponse
from django.views import View

from stage import words_sync


class Chat(View):
    def get(self, request):
        return StreamingHttpResponse(self._reply(request.GET["q"]), content_type="text/event-stream")

    def _reply(self, q):
        try:
            for word in words_sync(q):
                yield f"data: {json.dumps({'token': word})}\n\n"
        except TypeError as error:
            yield f"data: {json.dumps({'error': str(error)})}\n\n"
""", {"views.py": (P, P)}, **{"urls.py": DJANGO_URLS.replace("views.chat", "views.Chat.as_view()"), "service.py": ""}),
    Project("Quart, a response", {"app.py": QUART + r"""
    return Response(reply(q), mimetype="text/event-stream")
""", "service.py": SERVICE}, {"service.py": REPLY}, needs="quart"),
    Project("Quart, the generator as the value of the view", {"app.py": QUART + r"""
    return reply(q), 201, {"Content-Type": "text/event-stream"}
""", "service.py": SERVICE}, {"service.py": REPLY}, needs="quart"),
    Project("Litestar, a stream", {"app.py": LITESTAR.replace("STREAM", "reply(q)"), "service.py": SERVICE}, {"service.py": REPLY}, needs="litestar"),
    Project("Litestar, a function that makes the stream", {"app.py": LITESTAR.replace("STREAM", "lambda: reply(q)"), "service.py": SERVICE}, {"service.py": REPLY}, needs="litestar"),
    Project("aiohttp, a loop that writes", {"app.py": writing(AIOHTTP, "reply", "async for frame in reply(q):\n        await response.write(frame.encode())"), "service.py": SERVICE}, {"service.py": REPLY}, entry="app:make_app", server="aiohttp", needs="aiohttp"),
    Project("aiohttp, a service that writes", {"app.py": writing(AIOHTTP, "talk", "await talk(response, q)"), "service.py": WRITES}, {"service.py": BY_WRITING}, entry="app:make_app", server="aiohttp", needs="aiohttp"),
    Project("Tornado, a loop that writes", {"app.py": writing(TORNADO, "reply", "async for frame in reply(q):\n            self.write(frame)\n            await self.flush()"), "service.py": SERVICE}, {"service.py": REPLY}, entry="app:make_app", server="tornado", needs="tornado"),
    Project("Tornado, a service that writes", {"app.py": writing(TORNADO, "talk", "await talk(self, q)"), "service.py": re.sub("( +)await (response.write.*)", r"\1\2\n\1await response.flush()", WRITES)}, {"service.py": BY_WRITING}, entry="app:make_app", server="tornado", needs="tornado"),
    Project("Sanic, a loop that sends", {"app.py": writing(SANIC, "reply", "async for frame in reply(q):\n        await response.send(frame)"), "service.py": SERVICE}, {"service.py": REPLY}, server="sanic", needs="sanic"),
    Project("Sanic, a service that sends", {"app.py": writing(SANIC, "talk", "await talk(response, q)"), "service.py": WRITES.replace("response.write", "response.send")}, {"service.py": BY_WRITING}, server="sanic", needs="sanic"),
    Project("http.server, a loop that writes", {"app.py": writing(HANDLER, "reply", "for frame in reply(q):\n            self.wfile.write(frame.encode())\n            self.wfile.flush()"), "service.py": SYNC_SERVICE}, {"service.py": REPLY}, entry="app:Handler", server="handler", requests=WHOLE, needs="http"),
    Project("http.server, a service that writes", {"app.py": writing(HANDLER, "talk", "talk(self.wfile, q)"), "service.py": WRITES.replace("await ", "").replace("async ", "").replace("words", "words_sync")}, {"service.py": BY_WRITING}, entry="app:Handler", server="handler", requests=WHOLE, needs="http"),
    Project("sse-starlette, events as dicts", {
        "app.py": APP,
        "api.py": HEAD.replace("from fastapi.responses import StreamingResponse\n", "from sse_starlette.sse import EventSourceResponse\n") + r"""
    return EventSourceResponse(reply(q), ping=3600)
""",
        "service.py": r"""
import json

from stage import words


async def reply(q):
    try:
        async for word in words(q):
            yield {"event": "token", "data": json.dumps({"token": word})}
    except TypeError as error:
        yield {"event": "error", "data": str(error)}
""",
    }, {}, needs="sse_starlette"),
    Project("sse-starlette, frames that are framed twice", {
        "app.py": APP,
        "api.py": HEAD.replace("from fastapi.responses import StreamingResponse\n", "from sse_starlette.sse import EventSourceResponse\n") + r"""
    return EventSourceResponse(reply(q), ping=3600)
""",
        "service.py": SERVICE,
    }, {"service.py": ("refused double-framed",) * len(REPLY)}, needs="sse_starlette"),
]  # fmt: skip
