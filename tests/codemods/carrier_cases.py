"""Frames that leave by another way than yield: followed, or given their text by the contract."""

from tests.codemods.harness import Case
from tests.codemods.semantic_cases import app

PARTS = """
import json


class Parts:
    def __init__(self, rows):
        self.rows = iter(rows)

    def __iter__(self):
        return self

    def __next__(self):
        return f"data: {json.dumps(next(self.rows))}\\n\\n"


def tell(emit, rows):
    emit(f"data: {json.dumps(rows)}\\n\\n")
    emit(f"data: {rows}\\n\\n")


def page(rows):
    return (f"data: {json.dumps(row)}\\n\\n" for row in rows)
"""
SENDS = """
from fastapi.responses import StreamingResponse

import IMPORTED


def endpoint(x):
    sent = []
    IMPORTED.tell(sent.append, x)
    frames = [*IMPORTED.Parts([x]), *sent, *IMPORTED.page(["a", x])]
    return StreamingResponse(iter(frames), media_type="text/event-stream")
"""


def sends(name, *expect, imported="parts", file="api", **more):
    """A case of a module `parts` whose frames *file* sends as an event stream."""
    text = SENDS.replace("IMPORTED", imported)
    return Case(name, {"parts.py": PARTS, f"{file}.py": text}, expect, **{"entry": None, **more})


AS_TEXT = [
    sends("what imports them speaks of an event stream", "payload as text", "payload as text", "payload as text", "encoded as text", "payload as text", entry="api:endpoint"),
    app("a callback of the endpoint", """
def talk(emit, x):
    emit(f"data: {json.dumps(x)}\\n\\n")


def endpoint(x):
    sent = ["begin"]
    talk(sent.append, x)
    return StreamingResponse(iter(sent), media_type="text/event-stream")
""", "payload as text", entry="app:endpoint", head="import json\n\nfrom fastapi.responses import StreamingResponse\n"),
    app("written, sent, published", """
class Handler:
    async def handle(self, x):
        self.wfile.write(f"data: {json.dumps(x)}\\n\\n".encode())
        await self.socket.send_text(f"data: {json.dumps(x)}\\n\\n")
        await self.redis.publish("topic", f"event: a\\ndata: {json.dumps(x)}\\n\\n")
        await self.queue.put("data: [DONE]\\n\\n")
""", "payload as text", "payload as text", "payload as text", "typed as text", entry=None,
        contains=("SSE.format_done()", "send_text(SSE.format_chunk(StreamingChunk.of(x)))", 'publish("topic", SSE.format_chunk('),
        lacks=("import json",)),
    app("what is written is seen", """
def stream(x):
    sent = []
    write = sent.append
    write(f"data: {json.dumps(x)}\\n\\n")
    note(f"event: a\\ndata: {json.dumps({'type': 'a', 'x': x})}\\n\\n")
    write(b"data: [DONE]\\n\\n")
    note(str(sent))
    yield len(sent)
""", "payload as text", "payload as text", "typed as text"),
    app("an error in the text of an argument", """
def stream(x):
    try:
        note(f"data: {json.dumps({'x': fail()})}\\n\\n")
    except LookupError as error:
        yield f"data: {error}\\n\\n"
    try:
        note(f"data: {json.dumps(x)}\\n\\n")
    except TypeError as error:
        yield f"data: {error}\\n\\n"
""", "payload as text", "encoded", "payload as text", "encoded"),
    app("effects before the frame in its statement", """
def stream(x):
    text = json.dumps(x)
    note(note("first"), f"data: {text}\\n\\n")
    yield 1
""", "payload as text"),
    app("no effect before the frame in its statement", """
def stream(x):
    text = json.dumps(x)
    note("first", f"data: {text}\\n\\n")
    yield 1
""", "payload as text", lacks=("text = ",)),
    app("a tuple of a frame and a status", """
async def stream(x):
    yield f"data: {json.dumps({'error': x})}\\n\\n", 500
""", "payload as text"),
    app("a frame that is put together", """
def stream(x):
    text = "data: [DONE]\\n\\n" * 2 + str(x or f"data: {json.dumps(x)}\\n\\n")
    yield text
""", "typed as text", "payload as text"),
    app("a frame in another codec", """
def stream(x, codec="utf-16"):
    yield f"data: {json.dumps(x)}\\n\\n".encode(codec)
    yield f"data: {json.dumps(x)}\\n\\n".encode("ascii", errors="replace")
""", "payload as text", "payload as text"),
    app("class constants as text", """
class Wire:
    DONE = "data: [DONE]\\n\\n"
    PING = b": ping\\n\\n"
    FIRST = f"event: hello\\ndata: {json.dumps({'v': 1})}\\n\\n"


def stream(x):
    yield Wire.DONE.upper()
    yield Wire.PING[1:]
    yield Wire.FIRST + "data: 1\\n\\n"
""", "typed as text", "typed as text", "payload as text", "review opaque-line"),
    app("frames as default values", """
def stream(x, frame=f"data: {json.dumps(1)}\\n\\n", *, done="data: [DONE]\\n\\n"):
    yield frame.strip()
    yield done[:4]
    yield "data: 2\\n\\n"
""", "payload as text", "typed as text", "payload"),
    app("a lambda that makes frames", """
def stream(x):
    frame = lambda value: f"data: {json.dumps(value)}\\n\\n"
    yield from map(frame, [x, x])
""", "payload as text"),
    app("a generator expression that is not yielded", """
def stream(x):
    yield from sorted(f"data: {json.dumps(i)}\\n\\n" for i in (3, 1, 2))
    yield "".join(f"data: {json.dumps(i)}\\n\\n" for i in range(2))
""", "payload as text", "payload as text"),
    app("a list as the content of a response", """
from starlette.responses import StreamingResponse


def endpoint(x):
    return StreamingResponse(iter([f"data: {json.dumps(x)}\\n\\n", "data: [DONE]\\n\\n"]), media_type="text/event-stream")
""", "payload as text", "typed as text", entry="app:endpoint"),
    app("a contract of its own for bytes and for text", """
def stream(x):
    yield f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n"
    note(f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n")
    note("data: [DONE]\\n\\n")
    note(f"data: {json.dumps(x)}\\n\\n".encode())
""", "payload", "payload as text", "typed as text", "payload as text",
        contains=("note(SSE.format_chunk(StreamingChunk.of(x)))", "note(SSE.format_done())")),
    app("a walrus keeps the frame", """
def stream(x):
    if (frame := f"data: {json.dumps(x)}\\n\\n") and len(frame) > 3:
        yield frame
""", "payload as text"),
    app("a path operation of Flask", """
def route(path):
    return lambda function: function


app = type("App", (), {"route": staticmethod(route)})


@app.route("/")
def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    return 3
""", "payload as text"),
]  # fmt: skip

NOT_GIVEN = [
    sends("only a test speaks of an event stream", "refused method-helper", "refused carrier-argument", "refused carrier-argument", "refused list-helper", "suppressed test-code", file="test_api"),
    sends("what speaks of an event stream imports something else", "refused method-helper", "refused carrier-argument", "refused carrier-argument", "refused list-helper", imported="other"),
    app("a prompt that has the form of a frame", """
def prompt(rows):
    text = "Look at this.\\n"
    text += f"data: {json.dumps(rows)}\\n\\n"
    return text
""", "refused carrier-accumulated", entry="app:prompt"),
    app("a colon before an empty line", """
def page(x):
    out = ["Title", ": \\n\\n"]
    out.append(":\\n\\n")
    return "".join([*out, str(x)])
""", "refused carrier-argument", "refused carrier-argument", entry="app:page"),
    app("patterns", """
def stream(x):
    match x:
        case "data: [DONE]\\n\\n":
            yield 1
    yield "data: 1\\n\\n"
""", "payload", not_sse=("comparison",)),
    app("examples and descriptions", """
def get(path, **more):
    return lambda function: function


RESPONSES = {200: {"content": {"text/event-stream": {"examples": {"a": {"value": "data: 1\\n\\n"}}}}}}


@get("/", responses={200: {"content": {"text/event-stream": {"example": "event: a\\ndata: 1\\n\\nevent: b\\ndata: 2\\n\\n"}}}})
@get("/", description="data: 1\\n\\n")
@get("/", extra={"summary": "data: 1\\n\\n"})
async def stream(x):
    yield f"data: {json.dumps({'value': x})}\\n\\n"
""", "payload", not_sse=("documentation", "documentation", "documentation", "documentation")),
    app("a value that is no example", """
def stream(x):
    note({"value": "data: 1\\n\\n"}["value"])
    yield "data: 2\\n\\n"
""", "payload as text", "payload"),
]  # fmt: skip

QUEUE_HEAD = """\
import asyncio
import json
import queue
import threading

from stage import fail, note, upstream, upstream_sync


"""


def queued(name, body, *expect, **more):
    return app(name, body, *expect, head=QUEUE_HEAD, **more)


QUEUES = [
    queued("a queue with a sentinel", """
async def stream(x):
    frames = asyncio.Queue()

    async def work():
        try:
            async for item in upstream(x):
                await frames.put(f"data: {json.dumps({'item': item})}\\n\\n")
        except Exception as error:
            await frames.put(f"event: error\\ndata: {json.dumps(str(error))}\\n\\n")
        finally:
            await frames.put(None)

    task = asyncio.create_task(work())
    while True:
        frame = await frames.get()
        if frame is None:
            break
        yield frame
    await task
""", "payload", "payload", contains=('await frames.put(SSE.encoded(StreamingChunk.of({"item": item})))',), boundary=("decorator",)),
    queued("a payload that changes while it is queued", """
async def stream(x):
    frames: asyncio.Queue[str | None] = asyncio.Queue()
    payload = {"n": 0, "x": x}
    for n in range(3):
        payload["n"] = n
        frames.put_nowait(f"data: {json.dumps(payload)}\\n\\n")
    frames.put_nowait(None)
    while (frame := await frames.get()) is not None:
        yield frame
""", "payload as text"),
    queued("a queue that is read with a time limit", """
END = object()


async def stream(x):
    frames: asyncio.Queue[str | object] = asyncio.Queue()
    payload = {"n": 0, "x": x}
    for n in range(3):
        payload["n"] = n
        await asyncio.wait_for(frames.put(f"data: {json.dumps(payload)}\\n\\n"), timeout=1)
    frames.put_nowait(END)
    while True:
        try:
            frame = await asyncio.wait_for(frames.get(), timeout=0.01)
        except asyncio.TimeoutError:
            yield ": ping\\n\\n"
            continue
        if frame is END:
            note(frames.qsize())
            break
        frames.task_done()
        yield frame
""", "payload", "typed", contains=("Queue[StreamingChunk | str | object]",)),
    queued("a queue between threads", """
def stream(x):
    frames = queue.Queue()

    def work():
        try:
            for item in upstream_sync(x):
                frames.put(f"data: {json.dumps(item)}\\n\\n")
        except Exception as error:
            frames.put(error)
        else:
            frames.put(None)

    thread = threading.Thread(target=work)
    thread.start()
    while True:
        frame = frames.get(timeout=5)
        if frame is None:
            break
        if isinstance(frame, Exception):
            raise frame
        yield frame
    thread.join()
""", "payload"),
    queued("a queue that another thread fills through the loop", """
async def stream(x):
    loop = asyncio.get_running_loop()
    frames = asyncio.Queue()

    def work():
        loop.call_soon_threadsafe(frames.put_nowait, f"data: {json.dumps(1)}\\n\\n")
        loop.call_soon_threadsafe(frames.put_nowait, None)

    await asyncio.to_thread(work)
    while (await asyncio.sleep(0)) is None:
        frame = await frames.get()
        if frame is None:
            return
        yield frame
""", "payload"),
    queued("a queue that is handed to its worker", """
async def _work(frames, value):
    await frames.put(f"data: {json.dumps(value)}\\n\\n")
    await _end(frames)


async def _end(frames):
    await frames.put("data: [DONE]\\n\\n")
    await frames.put(None)


async def stream(x):
    frames = asyncio.Queue()
    task = asyncio.create_task(_work(frames, {"x": 1}))
    while True:
        frame = await frames.get()
        if frame is None:
            break
        yield frame
    await task
""", "payload", "typed", boundary=("decorator",)),
    queued("a queue in a private attribute", """
class Service:
    def __init__(self):
        self._frames: asyncio.Queue[str | None] = asyncio.Queue()

    async def _send(self, frame: str) -> None:
        await self._frames.put(frame)

    async def stream(self, x):
        await self._send(f"data: {json.dumps({'type': 'a', 'content': 1})}\\n\\n")
        self._frames.put_nowait("data: [DONE]\\n\\n")
        self._frames.put_nowait(None)
        while True:
            frame = await self._frames.get()
            if frame is None:
                break
            yield frame
""", "typed", "typed", entry="app:Service().stream", contains=("async def _send(self, frame: StreamingChunk | str)", "Queue[StreamingChunk | str | None]")),
    queued("an error before the frame is queued", """
async def stream(x):
    frames = asyncio.Queue()
    try:
        frames.put_nowait(f"data: {json.dumps({'x': x, 'y': fail()})}\\n\\n")
    except LookupError:
        frames.put_nowait(f"data: {json.dumps('lost')}\\n\\n")
    note(frames.qsize())
    yield await frames.get()
""", "payload", "payload"),
    queued("a queue whose frames are read elsewhere too", """
async def stream(x):
    frames = asyncio.Queue()
    frames.put_nowait(f"data: {json.dumps(1)}\\n\\n")
    frames.put_nowait(f"data: {json.dumps(2)}\\n\\n")
    yield await frames.get()
    note((await frames.get()).strip())
""", "payload as text", "payload as text"),
    queued("a queue that is handed to anything", """
async def stream(x):
    frames = asyncio.Queue()
    note("queue", frames)
    frames.put_nowait(f"data: {json.dumps(1)}\\n\\n")
    yield await frames.get()
""", "payload as text"),
    queued("a queue that compares", """
async def stream(x):
    frames = asyncio.PriorityQueue()
    frames.put_nowait(f"data: {json.dumps(2)}\\n\\n")
    frames.put_nowait(f"data: {json.dumps(1)}\\n\\n")
    yield await frames.get()
    yield await frames.get()
""", "payload as text", "payload as text"),
    queued("a queue that is none", """
class Frames(list):
    def put(self, frame):
        self.append(frame.upper())

    def get(self):
        return self.pop()


def stream(x):
    frames = Frames()
    frames.put(f"data: {json.dumps('a')}\\n\\n")
    yield frames.get()
""", "payload as text"),
    queued("two queues through one parameter", """
async def _work(frames):
    await frames.put(f"data: {json.dumps(1)}\\n\\n")


async def stream(x):
    first, second = asyncio.Queue(), asyncio.Queue()
    await _work(first)
    await _work(second)
    yield await first.get()
    yield (await second.get()).strip()
""", "payload as text"),
    queued("a sentinel that equals the last frame", """
DONE = "data: [DONE]\\n\\n"


async def stream(x):
    frames = asyncio.Queue()
    frames.put_nowait(f"data: {json.dumps(1)}\\n\\n")
    frames.put_nowait("data: [DONE]\\n\\n")
    while True:
        frame = await frames.get()
        yield frame
        if frame == DONE:
            break
""", "typed as text", "payload as text", "typed as text"),
    queued("an attribute that a subclass may fill", """
class Base:
    def __init__(self):
        self._frames = asyncio.Queue()

    async def stream(self, x):
        self._frames.put_nowait(f"data: {json.dumps(1)}\\n\\n")
        yield await self._frames.get()


class Loud(Base):
    async def stream(self, x):
        self._frames.put_nowait(f"data: {json.dumps(2)}\\n\\n")
        yield (await self._frames.get()).upper()
""", "payload as text", "payload as text", entry="app:Loud().stream"),
]  # fmt: skip

PARAMETERS = [
    app("a closure that collects and yields", """
async def stream(x):
    sent = 0

    def count(frame):
        nonlocal sent
        sent += 1
        return frame

    yield count(f"data: {json.dumps(x)}\\n\\n")
    yield count("data: [DONE]\\n\\n")
    note(sent)
""", "payload", "payload", "payload", "typed"),
    app("a generator that is given frames to yield", """
def _with_end(frames, end):
    yield from frames
    yield end


def stream(x):
    yield from _with_end([f"data: {json.dumps(x)}\\n\\n"], end="data: [DONE]\\n\\n")
""", "payload", "typed"),
    app("a private method that hands its frame on", """
class Service:
    def _pass(self, frame: str) -> str:
        return frame

    @staticmethod
    def _same(frame, *, again=None):
        return frame

    async def stream(self, x):
        yield self._pass(f"data: {json.dumps(x)}\\n\\n")
        yield self._same(frame=f"data: {json.dumps(x)}\\n\\n")
""", "payload", "payload", "payload", "payload", entry="app:Service().stream"),
    app("a parameter that is looked into", """
def _pass(frame):
    note(len(frame))
    return frame


def stream(x):
    yield _pass(f"data: {json.dumps(x)}\\n\\n")
""", "payload as text", "payload as text"),
    app("a public function that hands its frame on", """
def relay(frame):
    return frame


def stream(x):
    yield relay(f"data: {json.dumps(x)}\\n\\n")
""", "payload as text"),
    app("a decorated function that hands its frame on", """
def twice(function):
    return lambda *args: function(*args) * 2


@twice
def _pass(frame):
    return frame


def stream(x):
    yield _pass(f"data: {json.dumps(x)}\\n\\n")
""", "payload as text"),
    app("a function that takes any arguments", """
def _first(*frames):
    return frames[0]


def stream(x):
    yield _first(f"data: {json.dumps(x)}\\n\\n", "data: [DONE]\\n\\n")
""", "payload as text", "typed as text"),
    app("a method that a subclass replaces", """
class Base:
    def _pass(self, frame):
        return frame

    def stream(self, x):
        yield self._pass(f"data: {json.dumps(x)}\\n\\n")


class Loud(Base):
    def _pass(self, frame):
        return frame.upper()
""", "payload as text", entry="app:Loud().stream"),
    app("a frame that goes in front", """
def stream(x):
    frames = [f"data: {json.dumps(i)}\\n\\n" for i in range(2)]
    frames.insert(0, f"event: first\\ndata: {json.dumps({'n': len(frames)})}\\n\\n")
    yield from frames
""", "payload", "payload"),
]  # fmt: skip

CASES = [*AS_TEXT, *NOT_GIVEN, *QUEUES, *PARAMETERS]
