"""Functions that format frames: which can return chunks, and why the others cannot."""

from tests.codemods.harness import Case
from tests.codemods.semantic_cases import app

PRIVATE = [
    app("a private function", """
def _sse(payload: dict) -> str:
    return f"data: {json.dumps(payload)}\\n\\n"


async def stream(x):
    yield _sse({"x": x})
    async for item in upstream(x):
        yield _sse(item)
""", "payload", "payload", "payload", contains=("def _sse(payload: dict) -> StreamingChunk:", 'yield _sse({"x": x})')),
    app("with an event", """
def _sse(event, payload, event_id=None):
    if event_id is not None:
        return f"id: {event_id}\\nevent: {event}\\ndata: {json.dumps(payload)}\\n\\n"
    return f"event: {event}\\ndata: {json.dumps(payload)}\\n\\n"


async def stream(x):
    yield _sse("a", x)
    yield _sse("b", x, event_id=x)
""", "payload", "payload", "payload", "payload"),
    app("a constant", """
def _done():
    return "data: [DONE]\\n\\n"


async def stream(x):
    yield _done()
""", "typed", "typed"),
    app("a conditional return", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n" if x else "data: [DONE]\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "typed", "payload"),
    app("effects before and in the frame", """
def _sse(x):
    note("before")
    return f"id: {note('id')}\\ndata: {json.dumps([note('data'), x])}\\n\\n"


async def stream(x):
    yield _sse(note("argument", x))
    note("after")
""", "payload", "payload"),
    app("serialised before the return", """
def _sse(x):
    data = json.dumps(x, ensure_ascii=False)
    return f"data: {data}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("a variable returned", """
def _sse(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    return frame


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("a fallback by try", """
def _sse(x):
    try:
        return f"data: {json.dumps(x)}\\n\\n"
    except TypeError:
        return f"data: {json.dumps({'error': repr(x)})}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload", "payload"),
    app("a fallback by suppress", """
import contextlib


def _sse(x):
    with contextlib.suppress(TypeError):
        return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("a finally that changes the payload", """
def _sse(x):
    payload = {"x": x}
    try:
        return f"data: {json.dumps(payload)}\\n\\n"
    finally:
        payload.clear()


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("a context manager that changes the payload", """
import contextlib


@contextlib.contextmanager
def lent(payload):
    yield payload
    payload.clear()


def _sse(x):
    with lent({"x": x}) as payload:
        return f"data: {json.dumps(payload)}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("the caller's try sees the error", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    try:
        yield _sse(x)
    except TypeError:
        yield _sse("error")
""", "payload", "payload", "payload"),
    app("called in a conditional", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x) if x else _sse("none")
""", "payload", "payload", "payload"),
    app("called with await and walrus", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(await later(x))
    yield _sse(y := [x])
    note(str(y))
""", "payload", "payload", "payload"),
    app("two dialects, one caller", """
def _sse(x):
    return f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield f"data: {json.dumps(x)}\\n\\n"
    yield f"data: {json.dumps([x])}\\n\\n"
""", "payload", "payload", "payload", "payload"),
    app("two callers with their own contracts", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def other(x):
    yield _sse(x)
    yield f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n"
    yield f"data: {json.dumps([x], ensure_ascii=False)}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield f"data:{x}\\n\\n"
    async for frame in other(x):
        yield frame
""", "payload", "payload", "payload", "payload", "payload", "encoded"),
    app("the helper stands in the function", """
async def stream(x):
    def sse(payload):
        return f"data: {json.dumps([payload, x])}\\n\\n"

    yield sse(1)
    yield sse(2)
""", "payload", "payload", "payload"),
    app("a method of the class", """
class Service:
    def _sse(self, x):
        return f"data: {json.dumps(x)}\\n\\n"

    async def stream(self, x):
        yield self._sse(x)
""", "payload", "payload", entry="app:Service().stream"),
    app("a static method and a class method", """
class Service:
    name = "n"

    @staticmethod
    def _sse(x):
        return f"data: {json.dumps(x)}\\n\\n"

    @classmethod
    def _named(cls, x):
        return f"event: {cls.name}\\ndata: {json.dumps(x)}\\n\\n"

    def stream(self, x):
        yield self._sse(x)
        yield Service._sse(x)
        yield self._named(x)
""", "payload", "payload", "payload", "payload", "payload", entry="app:Service().stream"),
    app("the endpoint's helper", """
from starlette.responses import StreamingResponse


def _sse(event, payload):
    return f"event: {event}\\ndata: {json.dumps(payload)}\\n\\n"


def endpoint(x):
    async def generate():
        async for item in upstream(x):
            yield _sse("item", item)
        yield _sse("end", {})

    return StreamingResponse(generate(), media_type="text/event-stream")
""", "payload", "payload", "payload", entry="app:endpoint"),
    app("a helper of a helper", """
def _sse(payload):
    return f"data: {json.dumps(payload)}\\n\\n"


def _log(text):
    return _sse({"type": "log", "text": text})


async def stream(x):
    yield _log(x)
""", "payload", "payload", "payload"),
    app("a helper that is a generator", """
def _frames(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield "data: [DONE]\\n\\n"


def stream(x):
    yield from _frames(x)
    for frame in _frames(x):
        yield frame
""", "payload", "typed"),
    app("a helper that changes its argument", """
def _sse(x):
    payload = {"x": x}
    payload["n"] = 1
    return f"data: {json.dumps(payload)}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("a helper with a counter", """
count = 0


def _sse(x):
    global count
    count += 1
    return f"id: {count}\\ndata: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield _sse(x)
""", "payload", "payload", "payload"),
    app("a result kept for later", """
def _sse(payload):
    return f"data: {json.dumps(payload)}\\n\\n"


async def stream(x):
    payload = {"n": 1}
    frame = _sse(payload)
    payload["n"] = 2
    yield frame
""", "payload", "payload"),
    app("results collected and changed after", """
def _sse(payload):
    return f"data: {json.dumps(payload)}\\n\\n"


def stream(x):
    payload = {"n": 1}
    frames = []
    for n in range(3):
        payload["n"] = n
        frames.append(_sse(payload))
    payload.clear()
    yield from frames
""", "payload", "payload"),
]  # fmt: skip

KEPT = [
    app("a public function", """
def sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield sse(x)
""", "payload as text", "payload"),
    app("a public function, but __all__ leaves it out", """
__all__ = ["stream"]


def sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield sse(x)
""", "payload", "payload"),
    Case("a public function in a closed world", {
        "pyproject.toml": "[tool.streamlift]\nclosed-world = true\n",
        "app.py": 'import json\n\n\ndef sse(x):\n    return f"data: {json.dumps(x)}\\n\\n"\n\n\nasync def stream(x):\n    yield sse(x)\n',
    }, ("payload", "payload")),
    app("compared elsewhere", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    note(str(_sse("a") == "data: a"))
    yield _sse(x)
""", "payload", "payload as text", "payload", not_sse=("comparison",)),
    app("its text is measured", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    note(str(len(_sse(1))))
    yield _sse(x)
""", "payload", "payload as text", "payload", contains=("SSE.format_chunk(_sse(1))",)),
    app("its text is cut", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)[6:]
    yield _sse(x).strip()
    yield _sse(x) + _sse(x)
""", "payload as text", "payload as text", "payload as text", "payload as text", "payload as text"),
    app("in an f-string", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield f"{_sse(x)}{_sse(x)}"
""", "payload as text", "payload as text", "payload as text"),
    app("a truth test", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    frame = _sse(x)
    if frame:
        yield frame
""", "payload", "payload"),
    app("an isinstance test", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    frame = _sse(x)
    if isinstance(frame, str):
        yield frame
""", "payload as text", "payload as text"),
    app("passed as a value", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    for frame in map(_sse, [x]):
        yield frame
""", "payload as text"),
    app("never called", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield x
""", "payload as text"),
    app("a string names it", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield globals()["_sse"](x)
""", "payload", "payload"),
    Case("another file names it", {
        "app.py": 'import json\n\n\ndef _sse(x):\n    return f"data: {json.dumps(x)}\\n\\n"\n\n\nasync def stream(x):\n    yield _sse(x)\n',
        "other.py": "from app import _sse\n\nFRAME = _sse(1)\n",
    }, ("payload", "payload", "payload as text")),
    Case("a test patches it", {
        "app.py": 'import json\n\n\ndef _sse(x):\n    return f"data: {json.dumps(x)}\\n\\n"\n\n\nasync def stream(x):\n    yield _sse(x)\n',
        "tests/test_app.py": "def test_it(mocker):\n    mocker.patch('app._sse')\n",
    }, ("payload as text", "payload as text")),
    Case("overridden in another file", {
        "app.py": 'import json\n\n\nclass Service:\n    def _sse(self, x):\n        return f"data: {json.dumps(x)}\\n\\n"\n\n    async def stream(self, x):\n        yield self._sse(x)\n',
        "other.py": "from app import Service\n\n\nclass Other(Service):\n    def _sse(self, x):\n        return str(x)\n",
    }, ("payload", "payload"), entry="other:Other().stream"),
    app("overridden in the file", """
class Service:
    def _sse(self, x):
        return f"data: {json.dumps(x)}\\n\\n"

    async def stream(self, x):
        yield self._sse(x)


class Other(Service):
    def _sse(self, x):
        return str(x)
""", "payload", "payload", entry="app:Other().stream"),
    app("called on another object", """
class Service:
    def _sse(self, x):
        return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    service = Service()
    yield service._sse(x)
""", "payload", "payload"),
    app("called through super()", """
class Base:
    def _sse(self, x):
        return f"data: {json.dumps(x)}\\n\\n"


class Service(Base):
    async def stream(self, x):
        yield super()._sse(x)
""", "payload as text", entry="app:Service().stream"),
    app("defined twice", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


def _sse(x):
    return f"data: {json.dumps([x])}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload as text", "payload as text", "payload as text"),
    app("returns None too", """
def _sse(x):
    if not x:
        return None
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("returns text from elsewhere too", """
def _sse(x):
    if x == "plain":
        return x
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)
""", "payload", "payload"),
    app("a coroutine function", """
async def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield await _sse(x)
""", "payload", "payload"),
    app("cached", """
import functools


@functools.lru_cache
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse("a")
    yield _sse("a")
""", "payload as text", "payload as text", "payload as text"),
    app("a property that returns a frame", """
class Service:
    @property
    def _done(self):
        return "data: [DONE]\\n\\n"

    async def stream(self, x):
        yield self._done
""", "typed as text", entry="app:Service().stream"),
    app("put on a queue", """
import asyncio


def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    queue = asyncio.Queue()
    await queue.put(_sse(x))
    queue.put_nowait(_sse(x))
    yield await queue.get()
    yield queue.get_nowait()
""", "payload", "payload", "payload"),
    app("published and yielded", """
def publish(frame):
    note(frame)


def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    frame = _sse(x)
    publish(frame)
    yield frame
""", "payload as text", "payload as text"),
    app("yielded in a tuple", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield "task", _sse(x)
""", "payload as text", "payload as text"),
    app("yielded by a context manager", """
import contextlib


def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


@contextlib.contextmanager
def frame(x):
    yield _sse(x)


async def stream(x):
    with frame(x) as text:
        yield text
""", "refused not-a-stream", "refused not-a-stream"),
    app("an alias", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


_format = _sse


async def stream(x):
    yield _format(x)
    yield _sse(x)
""", "payload", "payload", "payload", contains=("yield _format.chunk(x)", "yield _sse.chunk(x)")),
    app("returned by a public function", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


def error(x):
    return _sse({"error": x})


async def stream(x):
    yield error(x)
""", "payload", "payload", "payload", contains=('return _sse({"error": x})', "yield error.chunk(x)")),
    app("a lambda of the function", """
async def stream(x):
    sse = lambda event, data: f"event: {event}\\ndata: {json.dumps(data)}\\n\\n"
    done = lambda: "data: [DONE]\\n\\n"
    yield sse("a", x)
    try:
        yield sse(x, [x])
    except TypeError as error:
        yield sse("error", {"error": str(error)})
    yield done()
""", "payload", "typed", contains=('lambda event, data: StreamingChunk.of(data, event=f"{event}")', "lambda: StreamingChunk.done()")),
    app("a lambda with a choice of frames", """
def stream(x):
    sse = lambda data=None: f"data: {json.dumps(data)}\\n\\n" if data else "data: [DONE]\\n\\n"
    yield sse(x)
    yield sse()
""", "payload", "typed"),
    app("a lambda that is called for a queue", """
import asyncio


async def stream(x):
    queue = asyncio.Queue()
    sse = lambda data: f"data: {json.dumps(data)}\\n\\n"
    await queue.put(sse(x))
    yield await queue.get()
""", "payload", contains=("lambda data: SSE.encoded(StreamingChunk.of(data))",)),
    app("a lambda that is handed on", """
def stream(x):
    sse = lambda data: f"data: {json.dumps(data)}\\n\\n"
    yield sse(x)
    note("kept", sse)
""", "payload as text"),
    app("a lambda whose text is needed", """
def stream(x):
    sse = lambda data: f"data: {json.dumps(data)}\\n\\n"
    yield sse(x)
    note(sse([]))
""", "payload as text"),
    app("a lambda that is bound again", """
def stream(x):
    sse = lambda data: f"data: {json.dumps(data)}\\n\\n"
    yield sse(x)
    sse = lambda data: "other"
    yield sse(x)
""", "payload as text"),
    app("a lambda of a lambda", """
def stream(x):
    sse = lambda: lambda data: f"data: {json.dumps(data)}\\n\\n"
    yield sse()(x)
""", "payload as text"),
    app("a lambda under two names", """
def stream(x):
    sse = also = lambda data: f"data: {json.dumps(data)}\\n\\n"
    yield sse(x)
    note(also(1))
""", "payload as text"),
    app("a lambda of an outer function", """
def endpoint(x):
    sse = lambda data: f"data: {json.dumps(data)}\\n\\n"

    def generate():
        yield sse(x)
        yield sse([])

    return generate()


def stream(x):
    return endpoint(x)
""", "payload"),
    app("a helper that returns text too, and one call needs text", """
def _sse(x):
    if x == "plain":
        return str(note("other", x))
    return f"data: {json.dumps([x])}\\n\\n"


async def stream(x):
    note(_sse(x))
    yield _sse(x)
    yield _sse(1)
""", "payload as text", "payload as text", "payload as text", "payload as text"),
    app("lines joined", """
def _sse(event, data):
    lines = [f"event: {event}", f"data: {json.dumps(data)}"]
    lines.append("")
    lines.append("")
    return "\\n".join(lines)


async def stream(x):
    yield _sse("a", x)
""", "payload", "payload"),
    app("data cut into lines", """
def _sse(text):
    return "".join(f"data: {line}\\n" for line in str(text).split("\\n")) + "\\n"


async def stream(x):
    yield _sse(x)
""", "review split-frame", wish="delegated"),
]  # fmt: skip

# `get` of the base calls `_get`, which nobody can see here.
FOREIGN_BASE = [
    app("a private method that a foreign base calls", """
import queue


class Frames(queue.Queue):
    def _get(self):
        return f"data: {json.dumps(self.queue.popleft())}\\n\\n"

    def own(self):
        yield self._get()


def stream(x):
    frames = Frames()
    frames.put(x)
    frames.put([x])
    yield frames.get()
    yield from frames.own()
""", "payload as text", "payload as text"),
    app("a private generator that a foreign base calls", """
import queue


class Streams(queue.Queue):
    def _get(self):
        yield f"data: {json.dumps(self.queue.popleft())}\\n\\n"

    def own(self):
        return list(self._get())


def stream(x):
    streams = Streams()
    streams.put(x)
    streams.put([x])
    yield from streams.get()
    yield from streams.own()
""", "payload", boundary=("decorator",)),
    app("a private method whose name is another one in each class", """
import queue


class Frames(queue.Queue):
    def __frame(self):
        return f"data: {json.dumps(self.queue.popleft())}\\n\\n"

    def own(self):
        yield self.__frame()


def stream(x):
    frames = Frames()
    frames.put(x)
    yield from frames.own()
""", "payload", "payload"),
]  # fmt: skip

CASES = [*PRIVATE, *KEPT, *FOREIGN_BASE]
