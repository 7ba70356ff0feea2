"""Public functions that return frames: they go on returning text, and what is yielded asks for the chunk."""

from tests.codemods.harness import Case

FMT = """
def fmt(x):
    return f"data: {json.dumps([x])}\\n\\n"
"""


def project(name, wire, service, *expect, **more):
    """Return a case of a package: a module of helpers, and one that yields what they return."""
    files = {
        "shop/__init__.py": more.pop("package", ""),
        "shop/wire.py": f"import functools\nimport json\n\nfrom stage import note\n\n{wire}",
        "shop/service.py": f"import json\n\nfrom stage import loud, note, upstream\n{service}",
        **more.pop("others", {}),
    }
    return Case(name, files, expect, **{"entry": "shop.service:stream", **more})


def yields(call="fmt(x)", imports="from shop.wire import fmt"):
    return f"{imports}\n\n\nasync def stream(x):\n    note('before')\n    yield {call}\n    note('after')\n"


def both(name, wire, *, call="fmt(x)", grade="payload", frames=1, **more):
    """Return a case in which the function and its one call move."""
    return project(name, wire, yields(call), grade, *[grade] * frames, **more)


def stays(name, wire, service, *reasons, **more):
    return project(name, wire, service, *(f"refused {reason}" for reason in reasons), **more)


END = """
def end(x):
    return f"data: {json.dumps([x])}\\n\\ndata: [DONE]\\n\\n"


def fmt(x):
    if x:
        return f"data: {json.dumps(x)}\\n\\n"
    return "data: null\\n\\ndata: [DONE]\\n\\n"
"""

MOVED = [
    project("several frames at once, called here and elsewhere", END.replace("fmt", "_fmt").replace("def end", "def _last(x):\n    return end(x)\n\n\ndef end"), """
from shop.wire import end


async def stream(x):
    yield end(x)
    ending = end([x])
    yield ending
    yield f"data: {json.dumps(x)}\\n\\n"
""", *["payload as text"] * 2, "payload", *["payload as text"] * 4, contains=("yield end(x)", "return SSE.format_chunk(StreamingChunk.of([x])) + SSE.format_done()")),
    project("several frames at once, in one of two returns", END, yields("fmt(x)"), "payload", "payload as text", "payload", "payload as text"),
    project("several frames at once, from a method", """
class Wire:
    def _end(self, x):
        return f"data: {json.dumps([x])}\\n\\ndata: [DONE]\\n\\n".encode()

    async def reply(self, x):
        yield self._end(x)
        yield self._end(None)
""", """
from shop.wire import Wire


async def stream(x):
    async for frame in Wire().reply(x):
        yield frame
""", *["payload as text"] * 3),
    project("all its calls need text, and it has an event line", """
def fmt(x):
    return f"event: end\\ndata: {json.dumps([x])}\\n\\n"
""", """
from shop.wire import fmt


async def stream(x):
    yield fmt(x) + "\\n"
    yield (fmt(x), fmt(x))[1]
""", *["payload as text"] * 4, contains=('return SSE.format_chunk(StreamingChunk.of([x], event="end"))', "(fmt(x), fmt(x))[1]")),
    project("conditional keys", '''
def fmt(step, count, *, message=None, error=None):
    """Say how far it is."""
    data = {"event": "progress", "step": step, "count": count}
    if message:
        data["message"] = message
    if error:
        data["error"] = error
    return f"data: {json.dumps(data)}\\n\\n"
''', """
from shop.wire import fmt


async def stream(x):
    yield fmt("start", 1)
    try:
        yield fmt("next", note("count", x), message=note("message", x))
        note("between")
        async for item in upstream(x):
            yield fmt("item", count=0, message=item)
    except TypeError as error:
        yield fmt("end", 3, error=str(error))
""", *["payload"] * 5, contains=('yield fmt.chunk("item", count=0, message=item)', "@producer(SSE)\ndef fmt(")),
    both("a display around the arguments", """
def fmt(update) -> str:
    return f"data: {json.dumps({'event': 'update', **update})}\\n\\n"
""", call='fmt({"x": x})', contains=("def fmt(update) -> StreamingChunk:",)),
    both("more keywords", """
def fmt(event, **more):
    data = {"event": event}
    data.update(more)
    return f"data: {json.dumps(data)}\\n\\n"
""", call='fmt("a", x=x, y=note("y"))', contains=('yield fmt.chunk("a", x=x, y=note("y"))',)),
    both("several returns", """
def fmt(x):
    if isinstance(x, str):
        return f"event: text\\ndata: {json.dumps({'text': x})}\\n\\n"
    if x is None:
        return f"data: {json.dumps(None)}\\n\\n"
    return f"data: {json.dumps({'value': x, 'number': note('number', 1)})}\\n\\n"
""", frames=3),
    both("a fallback in an except", """
def fmt(x):
    note("formatting")
    try:
        return f"data: {json.dumps({'x': x})}\\n\\n"
    except TypeError as error:
        return f"event: error\\ndata: {json.dumps({'error': str(error)})}\\n\\n"
""", frames=2, contains=("return SSE.encoded(StreamingChunk.of(",)),
    both("a finally that changes the payload, in public", """
def fmt(x):
    payload = {"x": x}
    try:
        return f"data: {json.dumps(payload)}\\n\\n"
    finally:
        payload.clear()
"""),
    both("it refuses some arguments", """
def fmt(path):
    if not path:
        raise ValueError("empty")
    return f"data: {json.dumps({'path': path})}\\n\\n"
"""),
    both("it counts", """
SEEN = []


def fmt(x):
    SEEN.append(x)
    note("count", len(SEEN))
    return f"data: {json.dumps({'number': len(SEEN), 'x': x})}\\n\\n"
""", call="fmt(note('argument', x))"),
    both("None or a frame", """
def fmt(x):
    if not x:
        return None
    return f"data: {json.dumps([x])}\\n\\n"
"""),
    both("a frame of its own, or its argument", """
def fmt(x) -> str:
    if isinstance(x, str):
        return x
    return f"data: {json.dumps([x])}\\n\\n"
""", contains=("-> StreamingChunk | str:",)),
    both("bytes, in public", """
def fmt(x) -> bytes:
    return f"data: {json.dumps([x])}\\n\\n".encode()
"""),
    project("text that something else made", """
def fmt(x):
    text = repr(x)
    return f"data: {text}\\n\\n"
""", yields("fmt(x)"), "delegated", "encoded"),
    both("text that it was given", """
def fmt(x):
    return f"data: {x}\\n\\n"
""", grade="encoded"),
    both("it calls itself", """
def fmt(x, again=True):
    if again:
        return fmt([x], again=False)
    return f"data: {json.dumps([x])}\\n\\n"
""", frames=2, contains=("return fmt.chunk([x], again=False)",)),
    project("one of another, in two modules", FMT, """
from shop.errors import failed


async def stream(x):
    yield failed(x, 1)
""", *["payload"] * 3, others={"shop/errors.py": """
from .wire import fmt


def failed(x, code):
    return fmt({"error": x, "code": code})
"""}, contains=('return fmt.chunk({"error": x, "code": code})', "yield failed.chunk(x, 1)")),
    project("handed on by the package, under another name", FMT, """
from shop import event
import shop


async def stream(x):
    yield event(x)
    yield shop.event(x)
""", *["payload"] * 3, package="from .wire import fmt as event\n",
        contains=("yield event.chunk(x)", "yield shop.event.chunk(x)")),
    project("through the module", FMT, """
from . import wire as frames


async def stream(x):
    yield frames.fmt(x)
""", "payload", "payload", contains=("yield frames.fmt.chunk(x)",)),
    project("imported where it is called", FMT, """
async def stream(x):
    from shop.wire import fmt

    yield fmt(x)
""", "payload", "payload"),
    project("under another name of the module", FMT, """
from shop.wire import fmt

_event = fmt


async def stream(x):
    yield _event(x)
""", "payload", "payload", contains=("yield _event.chunk(x)",)),
    project("kept in a variable and in a list", FMT, """
from shop.wire import fmt


async def stream(x):
    frame = fmt(x)
    note("between")
    yield frame
    frames = [fmt(1)]
    frames.append(fmt(x))
    for each in frames:
        yield each
""", *["payload"] * 4),
    project("the payload is changed before it is yielded", """
def fmt(payload):
    payload["seen"] = True
    return f"data: {json.dumps(payload)}\\n\\n"
""", """
from shop.wire import fmt


async def stream(x):
    payload = {"x": x}
    first = fmt(payload)
    payload["x"] = "changed"
    yield first
    yield fmt(payload)
""", *["payload"] * 3),
    project("an effect between the call and its yield", FMT, """
from shop.wire import fmt


def frame(x):
    try:
        return fmt(x)
    except TypeError:
        note("cannot be encoded")
        return fmt(repr(x))


async def stream(x):
    yield frame(x)
""", *["payload"] * 4),
    project("some calls need text", FMT, """
from shop.wire import fmt

FIRST = fmt(0)


async def stream(x):
    yield FIRST
    text = fmt(x) + fmt(1)
    note(len(fmt(x)))
    note("text", text)
    yield fmt(x)
    yield str(fmt(x))
    for each in map(fmt, [1, x]):
        note("mapped", each)
""", *["payload as text"] * 4, "payload", "payload as text", "payload"),
    project("passed on as a value", """
def fmt(x):
    return f"data: {json.dumps([x])}\\n\\n"


def apply(x, function=fmt):
    return function(x)
""", """
import functools

from shop.wire import apply, fmt


async def stream(x):
    note("type", type(apply(x)).__name__)
    note("partial", functools.partial(fmt, x)())
    yield fmt(x)
""", "payload", "payload"),
    project("frames of another dialect around it", FMT, """
from shop.wire import fmt


async def stream(x):
    yield f"data: {json.dumps({'x': x}, ensure_ascii=False)}\\n\\n"
    yield fmt(x)
    yield "data: [DONE]\\n\\n"
""", "payload", "payload", "typed", "payload"),
    project("yielded from, and by a sync generator", """
def fmt(x, n):
    return f"data: {json.dumps({'n': n, 'x': x})}\\n\\n"


def several(x):
    yield fmt(x, 1)
    yield fmt(x, 2)
""", """
from shop.wire import fmt, several


def stream(x):
    yield from several(x)
    try:
        yield fmt(x, 3)
    except TypeError:
        yield fmt(None, 4)
    return 5
""", *["payload"] * 5),
    project("tests call it", FMT, yields(), "payload", "payload", "suppressed test-code",
            others={"tests/test_wire.py": "from shop.wire import fmt\n\n\ndef test_it():\n    assert fmt(1) == 'data: [1]\\n\\n'\n"}),
    project("our words are taken in its module", """
producer = note("a producer of another kind")


def fmt(x):
    return f"data: {json.dumps([x])}\\n\\n"
""", yields(), "payload", "payload", contains=("@sse_producer(SSE)",)),
    project("it was migrated before", """
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def fmt(x):
    return StreamingChunk.of([x])


async def old(x):
    yield fmt.chunk(x)
""", """
from shop.wire import fmt


async def stream(x):
    yield fmt(x)
    note("text", fmt("x"))
""", "payload", "already", "already", contains=("yield fmt.chunk(x)", 'note("text", fmt("x"))')),
    project("given in a closure, and passed on", "", """
def stream(x):
    def event(kind):
        return f"data: {json.dumps({'kind': kind, 'x': x})}\\n\\n"

    def hand_over(function):
        note("text", function("c"))

    yield event("a")
    hand_over(event)
    yield event("b")
""", *["payload"] * 3),
]  # fmt: skip

STAY = [
    stays("a test replaces it", FMT, yields(), "replaced-helper", "replaced-helper",
          others={"tests/test_it.py": "def test_it(monkeypatch):\n    monkeypatch.setattr('shop.service.fmt', str)\n"}),
    stays("a test replaces it in the module", FMT, yields(), "replaced-helper", "replaced-helper",
          others={"tests/test_it.py": "import shop.wire\n\n\ndef test_it(monkeypatch):\n    monkeypatch.setattr(shop.wire, 'fmt', str)\n"}),
    stays("something is assigned to it", FMT, f"import shop.wire\n{yields()}\n\nshop.wire.fmt = shop.wire.fmt\n",
          "replaced-helper", "replaced-helper"),
    project("it may come from elsewhere", FMT, """
try:
    from shop.wire import fmt
except ImportError:
    fmt = str


async def stream(x):
    yield fmt(x)
""", "refused public-helper", "refused public-helper"),
    stays("it is bound again", FMT + "\n\nplain = fmt\n\n\ndef fmt(x):\n    return plain(x) + ': more\\n\\n'\n", yields(),
          "public-helper", "public-helper", "carrier-expression"),
    stays("a method that a subclass may override", """
class Wire:
    def fmt(self, x):
        return f"data: {json.dumps([x])}\\n\\n"
""", """
from shop.wire import Wire


class Service(Wire):
    async def stream(self, x):
        yield self.fmt(x)


stream = Service().stream
""", "method-helper"),
    stays("a coroutine function, in public", """
async def fmt(x):
    return f"data: {json.dumps([x])}\\n\\n"
""", yields("await fmt(x)"), "async-helper", "async-helper"),
    stays("it is cached", "\n@functools.lru_cache\n" + FMT.lstrip(), yields("fmt('a')"), "decorated-helper"),
    stays("a star import", FMT, yields(imports="from shop.wire import *"), "public-helper", "public-helper"),
    stays("it tells of its caller", """
import warnings


def fmt(x):
    warnings.warn("old", DeprecationWarning, stacklevel=2)
    return f"data: {json.dumps([x])}\\n\\n"
""", yields(), "stack-helper", "stack-helper", entry=None),
    stays("our word is taken in its module", "\nStreamingChunk = object\n" + FMT, yields(), "name-collision"),
    stays("our word is taken where it is called", FMT, yields(imports="from shop.wire import fmt\n\nStreamingChunk = object"),
          "public-helper", "public-helper"),
    stays("it is a parameter", FMT, """
from shop.wire import fmt


def stream(x, fmt=fmt):
    yield fmt(x)
""", "public-helper"),
    stays("a list of frames", """
def fmt(x):
    frames = []
    frames.append(f"data: {json.dumps([x])}\\n\\n")
    return frames
""", """
from shop.wire import fmt


def stream(x):
    for frame in fmt(x):
        yield frame
""", "carrier-expression", "list-helper"),
    stays("all its calls need text", FMT, """
from shop.wire import fmt


async def stream(x):
    yield fmt(x) + "\\n"
""", "carrier-expression", "public-helper"),
    stays("a route hands it out", FMT, """
from fastapi import FastAPI

from shop.wire import fmt

app = FastAPI()


@app.get("/")
def stream(x):
    yield fmt(x)
""", "route-generator", "public-helper", entry=None),
    stays("nothing calls it", FMT, "\nasync def stream(x):\n    yield x\n", "public-helper"),
]  # fmt: skip

CASES = [*MOVED, *STAY]
