"""Where the boundary stands when the frames meet HTTP: classes of frameworks, wrappers, variables, loops that write."""

from tests.codemods.harness import Case
from tests.codemods.semantic_cases import app

SYNC = "import json\n\nfrom stage import note, upstream_sync\n"
FLASK = SYNC + "from flask import Response, stream_with_context\n\n\n"
DJANGO = SYNC + "from django.http import StreamingHttpResponse\n\n\n"
STARLETTE = "import json\n\nfrom stage import note, upstream\nfrom starlette.responses import StreamingResponse\n\n\n"
LITESTAR = (
    "import json\n\nfrom stage import note, upstream\nfrom litestar.response import Stream\n\n\n"
)
QUART = "import json\n\nfrom stage import note, upstream\nfrom quart import Response\n\n\n"

GENERATOR = """
def _reply(x):
    yield f"data: {json.dumps(x)}\\n\\n"
"""
ASYNC_GENERATOR = """
async def _reply(x):
    yield f"data: {json.dumps(x)}\\n\\n"
"""
WRITER = """

class Writer:
    def write(self, text):
        note(text)

    async def send(self, text):
        note(text)


"""


def edge(name, head, producer, endpoint, boundary, *contains, entry=None, **options):  # noqa: PLR0913 - a table
    return app(name, f"{producer.strip()}\n\n\n{endpoint.strip()}\n", "payload", head=head, entry=entry, boundary=(boundary,), contains=contains, **options)  # fmt: skip


CASES: list[Case] = [
    edge("flask, a response", FLASK, GENERATOR, """
def endpoint(x):
    return Response(_reply(x), mimetype="text/event-stream")
""", "caller", "Response(SSE.stream(_reply(x)), mimetype=", lacks=("SSEResponse",)),
    edge("flask, by keyword and with the context", FLASK, GENERATOR, """
def endpoint(x):
    return Response(response=stream_with_context(_reply(x)), mimetype="text/event-stream")
""", "caller", "stream_with_context(SSE.stream(_reply(x)))"),
    edge("flask, a generator as the view's value", FLASK, GENERATOR, """
def endpoint(x):
    return _reply(x), {"Content-Type": "text/event-stream"}
""", "caller", "SSE.stream(_reply(x))"),
    edge("flask, not what is sent", FLASK, GENERATOR, """
def endpoint(x):
    return Response("text", 200, _reply(x))
""", "caller", "SSE.stream(_reply(x))"),
    edge("django, a streaming response", DJANGO, GENERATOR, """
def endpoint(x):
    return StreamingHttpResponse(_reply(x), content_type="text/event-stream")
""", "caller", "        SSE.stream(_reply(x)),"),
    edge("django, by keyword", DJANGO, GENERATOR, """
def endpoint(x):
    return StreamingHttpResponse(streaming_content=_reply(x))
""", "caller", "streaming_content=SSE.stream(_reply(x))"),
    edge("quart, a response", QUART, ASYNC_GENERATOR, """
async def endpoint(x):
    return Response(_reply(x), mimetype="text/event-stream")
""", "caller", "Response(SSE.stream(_reply(x)),"),
    edge("litestar, a stream", LITESTAR, ASYNC_GENERATOR, """
async def endpoint(x):
    return Stream(_reply(x), media_type="text/event-stream")
""", "caller", "Stream(SSE.stream(_reply(x)),"),
    edge("litestar, the function itself", LITESTAR, ASYNC_GENERATOR, """
async def endpoint(x):
    return Stream(_reply)
""", "decorator"),
    edge("a loop that writes", SYNC + WRITER, GENERATOR, """
def endpoint(x):
    wfile = Writer()
    for frame in _reply(x):
        wfile.write(frame.encode())
""", "caller", "for frame in SSE.stream(_reply(x)):", entry="app:endpoint"),
    edge("an async loop that writes", "import json\n\nfrom stage import note\n" + WRITER, ASYNC_GENERATOR, """
async def endpoint(x):
    response = Writer()
    async for frame in _reply(x):
        await response.send(frame)
""", "caller", "async for frame in SSE.stream(_reply(x)):", entry="app:endpoint"),
    edge("a loop that writes something else", SYNC + WRITER, GENERATOR, """
def endpoint(x):
    seen = []
    for frame in _reply(x):
        seen.append(frame)
        Writer().write("tick")
    return seen
""", "caller", "SSE.stream(_reply(x))", entry="app:endpoint"),
    edge("a loop that writes, and yields", SYNC + WRITER, GENERATOR, """
def endpoint(x):
    for frame in _reply(x):
        Writer().write(frame)
        yield frame
""", "caller", "SSE.stream(_reply(x))", entry="app:endpoint"),
    edge("a variable that is wrapped in itself", STARLETTE, ASYNC_GENERATOR, """
async def beat(source):
    async for item in source:
        yield item


def endpoint(x):
    source = _reply(x)
    source = beat(source)
    return StreamingResponse(source, media_type="text/event-stream")
""", "caller", "source = SSE.stream(_reply(x))", "return StreamingResponse(source,", entry="app:endpoint"),
    edge("a variable of two branches", STARLETTE, ASYNC_GENERATOR, """
def endpoint(x):
    if x:
        source = _reply(x)
    else:
        source = iter([b'none'])
    return StreamingResponse(source, media_type="text/event-stream")
""", "caller", "source = SSE.stream(_reply(x))", "return StreamingResponse(source,", entry="app:endpoint"),
    edge("a variable that goes elsewhere too", STARLETTE, ASYNC_GENERATOR, """
def endpoint(x):
    source = _reply(x)
    note(type(source).__name__)
    return StreamingResponse(source, media_type="text/event-stream")
""", "caller", "SSE.stream(_reply(x))", entry="app:endpoint"),
    edge("two responses of one variable", STARLETTE, ASYNC_GENERATOR, """
def endpoint(x):
    source = _reply(x)
    if x:
        return StreamingResponse(source, 201, media_type="text/event-stream")
    return StreamingResponse(source, media_type="text/event-stream")
""", "caller", "return SSEResponse(source, 201", "return SSEResponse(source, media_type", entry="app:endpoint"),
    edge("in iter()", "import json\n\nfrom starlette.responses import StreamingResponse\n\n\n", GENERATOR, """
def endpoint(x):
    return StreamingResponse(iter(_reply(x)), media_type="text/event-stream")
""", "caller", "SSEResponse(iter(SSE.stream(_reply(x))),", entry="app:endpoint"),
    edge("joined into one body", "import json\n\nfrom starlette.responses import Response\n\n\n", GENERATOR, """
def endpoint(x):
    return Response("".join(_reply(x)), media_type="text/event-stream")
""", "caller", "SSE.stream(_reply(x))", entry="app:endpoint"),
    edge("asked for again within the response", STARLETTE, ASYNC_GENERATOR, """
def endpoint(x):
    return StreamingResponse(_reply(x), headers={"x-kind": type(_reply(x)).__name__}, media_type="text/event-stream")
""", "caller", "SSE.stream(_reply(x))", "type(SSE.stream(_reply(x)))", entry="app:endpoint"),
    app("asked for within a frame", """
async def _reply(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def other(x):
    yield "data: " + type(_reply(x)).__name__ + "\\n\\n"


def endpoint(x):
    return StreamingResponse(_reply(x), media_type="text/event-stream")
""", "payload", "encoded", head=STARLETTE, entry="app:other", boundary=("decorator", "decorator")),
    edge("whose return value is used", SYNC, """
def _reply(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    return "end"
""", """
def endpoint(x):
    end = yield from _reply(x)
    yield end
    frames = _reply(x)
    first = next(frames)
    note(first.upper())
    try:
        note(frames.send(None))
    except StopIteration as error:
        yield error.value
""", "caller", "SSE.stream(_reply(x))", entry="app:endpoint"),
    edge("a subclass of a subclass", STARLETTE, ASYNC_GENERATOR, """
class Base(StreamingResponse):
    media_type = "text/event-stream"


class Events(Base):
    pass


def endpoint(x):
    return Events(content=_reply(x))
""", "caller", "Events(content=SSE.stream(_reply(x)))", entry="app:endpoint"),
    edge("a decorator that looks at the items", STARLETTE, """
def measured(function):
    async def wrapper(x):
        async for item in function(x):
            note(len(item))
            yield item

    return wrapper


@measured
async def _reply(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", """
def endpoint(x):
    return StreamingResponse(_reply(x), media_type="text/event-stream")
""", "decorator", "@measured\n@producer(SSE)\nasync def _reply(x)", entry="app:endpoint"),
]  # fmt: skip
