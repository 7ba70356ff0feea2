"""What the code around a frame does: order, errors, variables, other yields, names, edges."""

from tests.codemods.harness import Case
from tests.codemods.text_cases import HEAD, one


def app(name, body, *expect, head=HEAD, **more):
    """Return a case of one module: *head*, then *body*."""
    return Case(name, head + body.lstrip("\n"), expect, **more)


ORDER = [
    one(
        "effects in the event and the data",
        r"""f"event: {note('e')}\ndata: {json.dumps(note('d'))}\n\n" """,
        "payload",
        params="",
    ),
    one(
        "effects in the data and the event",
        r"""f"data: {json.dumps(note('d'))}\nevent: {note('e')}\n\n" """,
        "encoded",
        params="",
    ),
    one(
        "effects in id, data, event",
        r"""f"id: {note('i')}\ndata: {json.dumps(note('d'))}\nevent: {note('e')}\n\n" """,
        "encoded",
        params="",
    ),
    one(
        "effects in raw data and the id",
        r"""f"id: {note('i')}\ndata: {note('d')}-{note('f')}\n\n" """,
        "encoded",
        params="",
    ),
    one(
        "an error in the payload behind an event with an effect",
        r"""f"event: {note('e')}\ndata: {json.dumps(fail())}\n\n" """,
        "payload",
        params="",
    ),
    one(
        "an error in the event",
        r"""f"event: {fail()}\ndata: {json.dumps(note('d'))}\n\n" """,
        "payload",
        params="",
    ),
    one("an error in raw data", r"""f"data: {fail()}\n\n" """, "encoded", params=""),
    one(
        "the payload changes what the event shows",
        r"""f"event: {state}\ndata: {json.dumps(state.pop())}\n\n" """,
        "payload",
        body='state = ["a", x]',
    ),
    one(
        "the event changes what the payload shows",
        r"""f"event: {state.pop()}\ndata: {json.dumps(state)}\n\n" """,
        "payload",
        body='state = ["a", x]',
    ),
    one(
        "the id counts",
        r"""f"id: {next(ids)}\ndata: {json.dumps({'n': next(ids)})}\n\n" """,
        "payload",
        body="ids = iter(range(9))",
        params="",
    ),
    one(
        "an event that cannot be formatted",
        r"""f"event: {x:d}\ndata: {json.dumps(note('d'))}\n\n" """,
        "payload",
    ),
    one(
        "a value rendered with an effect before one evaluated with an effect",
        r"""f"event: {x}\ndata: {json.dumps(note('d'))}\n\n" """,
        "payload",
    ),
    one(
        "a value is awaited in the payload",
        r"""f"data: {json.dumps(await later(x))}\n\n" """,
        "payload",
    ),
    one(
        "a value is awaited in both",
        r"""f"event: {await later('e')}\ndata: {json.dumps({'a': await later(x)})}\n\n" """,
        "payload",
    ),
    one("a value is awaited in raw data", r"""f"data: {await later(x)}\n\n" """, "encoded"),
    one(
        "a walrus in the payload",
        r"""f"data: {json.dumps((p := {'a': x}))}\n\n"; note(str(p))""",
        "payload",
    ),
    one(
        "a bare walrus as argument",
        r"""f"data: {json.dumps(p := {'a': x})}\n\n"; note(str(p))""",
        "payload",
    ),
    one(
        "a walrus that the event needs later",
        r"""f"data: {json.dumps((p := {'a': x}))}\nevent: {len(p)}\n\n" """,
        "encoded",
    ),
    one(
        "a walrus in the event that the payload needs",
        r"""f"event: {(e := note('e'))}\ndata: {json.dumps({'e': e})}\n\n" """,
        "payload",
        params="",
    ),
    one(
        "a bare walrus behind an event",
        r"""f"event: {note('e')}\ndata: {json.dumps(p := {'a': x})}\n\n"; note(str(p))""",
        "payload",
    ),
    one(
        "the frame is bound by a walrus",
        r"""(frame := f"data: {json.dumps(x)}\n\n"); note(frame)""",
        "payload as text",
    ),
    one(
        "a yield in the payload",
        r"""f"data: {json.dumps((yield 'first'))}\n\n" """,
        "refused not-proved",
    ),
    Case(
        "the yield has a value",
        HEAD
        + 'async def stream(x):\n    got = yield f"data: {json.dumps(x)}\\n\\n"\n    note(str(got))\n'
        + '    note(str((yield f"data: {json.dumps([got])}\\n\\n")))\n',
        ("payload", "payload"),
    ),
    one(
        "both branches are frames",
        r"""f"data: {json.dumps(x)}\n\n" if x else "data: [DONE]\n\n" """,
        "payload",
        "typed",
    ),
    one("one branch is none", r"""f"data: {json.dumps(x)}\n\n" if x else None""", "payload"),
    one("a frame or", r"""x or f"data: {json.dumps(x)}\n\n" """, "payload as text"),
    one(
        "two frames added",
        r"""f"data: {json.dumps(x)}\n\n" + "data: [DONE]\n\n" """,
        "payload as text",
    ),
    one("a frame many times", r""" "data: x\n\n" * 3""", "encoded as text"),
]

VARIABLES = [
    app("serialised right before", """
async def stream(x):
    data = json.dumps({'type': 'token', 'content': x})
    yield f"data: {data}\\n\\n"
""", "payload", lacks=("json",)),
    app("a name serialised right before", """
async def stream(x):
    data = json.dumps(x)
    yield f"data: {data}\\n\\n"
""", "payload", contains=("StreamingChunk.of(x)",), lacks=("data =",)),
    app("serialised right before in a loop, with an event", """
async def stream(x):
    async for item in upstream(x):
        data = json.dumps({"item": item}, ensure_ascii=False)
        yield f"event: item\\ndata: {data}\\n\\n"
""", "payload"),
    app("bound early: in an event that is constant, and sent as text", """
async def stream(x, socket=[]):
    data = json.dumps(x, ensure_ascii=False)
    note("between")
    socket.append(f"event: a\\ndata: {data}\\n\\n")
    note("behind")
    yield socket.pop()
""", "payload as text", contains=('data = SSE.format_chunk(StreamingChunk.of(x, event="a"))', "socket.append(data)")),
    app("bound early: models, objects and text by turns", """
async def stream(x):
    async for item in upstream():
        m = Model(content=item)
        if item == "one":
            data = m.model_dump_json()
        elif item == "two":
            data = m.json()
        elif isinstance(item, str):
            data = f"{item}!"
        else:
            data = json.dumps({'text': item})
        yield f"event: a\\ndata: {data}\\n\\n"
""", "model", contains=("StreamingChunk.of(m, event=", "data = StreamingChunk.raw(", "StreamingChunk.of({'text': item}, event=")),
    app("bound early: what json() gives is rendered later", """
async def stream(x):
    m = Model(content=x)
    m.json = lambda: x
    data = m.json()
    note("between")
    yield f"data: {data}\\n\\n"
""", "encoded", contains=("StreamingChunk.raw(data)",)),
    app("bound early: bytes are encoded later", """
async def stream(x):
    data = json.dumps(x, ensure_ascii=False)
    note("between")
    yield f"data: {data}\\n\\n".encode()
""", "encoded"),
    app("bound early: two frames read it", """
async def stream(x):
    data = json.dumps(x)
    yield f"data: {data}\\n\\n"
    yield f"event: again\\ndata: {data}\\n\\n"
""", "encoded", "encoded"),
    app("bound early: by a walrus", """
def stream(x):
    note(data := json.dumps(x))
    yield f"data: {data}\\n\\n"
""", "encoded"),
    app("bound early: a closure binds it", """
def stream(x):
    data = json.dumps(x)

    def again():
        nonlocal data
        data = json.dumps([x])

    again()
    yield f"data: {data}\\n\\n"
""", "encoded"),
    app("bound early: the payload changes, the frame is yielded again", """
def stream(x):
    items = [x]
    data = json.dumps(items)
    for _ in range(2):
        items.append(1)
        yield f"data: {data}\\n\\n"
""", "payload"),
    app("bytes with an event by names", """
async def stream(x, other: str):
    name = "first" if x else "second"
    yield b"event: " + name.encode() + b"\\ndata: " + json.dumps(x).encode() + b"\\n\\n"
    yield b"event: " + other.encode() + b"\\ndata: " + json.dumps(x).encode() + b"\\n\\n"
    umlaut = "\\ud83d" if x else "second"
    yield b"event: " + umlaut.encode() + b"\\ndata: " + json.dumps(x).encode() + b"\\n\\n"
""", "payload", "refused not-proved", "refused not-proved"),
    app("bound early: what is bound first is never sent, but may fail", """
def stream(x):
    try:
        frame = f"data: {json.dumps(x)}\\n\\n"
    except TypeError:
        note("bad")
    frame = f"data: {json.dumps(1)}\\n\\n"
    yield frame
    if note("which", x):
        frame = f"data: {json.dumps([x])}\\n\\n"
        note("behind")
        frame = "data: 2\\n\\n"
    else:
        frame = "data: 3\\n\\n"
    yield frame
    try:
        data = json.dumps(x)
    except TypeError:
        data = json.dumps(str(x))
    if note("which", x):
        data = json.dumps(3)
    elif note("what"):
        data = json.dumps(4)
    else:
        data = json.dumps(5)
    yield f"data: {data}\\n\\n"
""", *["payload"] * 6, contains=("frame = SSE.encoded(StreamingChunk.of(x))", "frame = StreamingChunk.of(1)", "frame = SSE.encoded(StreamingChunk.of([x]))", "data = SSE.encoded(StreamingChunk.of(x))")),
    app("bound early: perhaps not bound", """
def stream(x):
    if note("which") == x:
        data = json.dumps(x)
    try:
        yield f"data: {data}\\n\\n"
    except NameError as error:
        yield str(type(error))
""", "payload"),
    app("serialised earlier", """
async def stream(x):
    data = json.dumps(x)
    note("between")
    yield f"data: {data}\\n\\n"
""", "payload", contains=("data = SSE.encoded(StreamingChunk.of(x))", "yield data")),
    app("serialised before and logged", """
async def stream(x):
    data = json.dumps(x)
    note(data)
    yield f"data: {data}\\n\\n"
""", "encoded"),
    app("serialised before and used after", """
async def stream(x):
    data = json.dumps(x)
    yield f"data: {data}\\n\\n"
    note(data)
""", "encoded"),
    app("serialised in two branches", """
async def stream(x):
    if x:
        data = json.dumps(x)
    else:
        data = "{}"
    yield f"data: {data}\\n\\n"
""", "payload"),
    app("serialised with a fallback", """
async def stream(x):
    try:
        data = json.dumps(x)
    except TypeError:
        data = json.dumps(str(x))
    yield f"data: {data}\\n\\n"
""", "payload"),
    app("serialised right before, and the event has an effect", """
async def stream(x):
    data = json.dumps(x)
    yield f"event: {note('e')}\\ndata: {data}\\n\\n"
""", "encoded"),
    app("serialised right before, and the event is rendered with an effect", """
async def stream(x, y):
    data = json.dumps(x)
    yield f"event: {y}\\ndata: {data}\\n\\n"
""", "encoded"),
    app("serialised right before, and the id takes it away", """
async def stream(x):
    payload = {"id": 7, "x": x}
    data = json.dumps(payload)
    yield f"id: {payload.pop('id')}\\ndata: {data}\\n\\n"
""", "encoded"),
    app("serialised right before, and the event rebinds the payload", """
async def stream(x):
    payload = {"x": x}
    data = json.dumps(payload)
    yield f"event: {(payload := 'e')}\\ndata: {data}\\n\\n"
""", "encoded"),
    app("serialised right before, with the name of the payload", """
async def stream(x):
    x = json.dumps(x)
    yield f"data: {x}\\n\\n"
""", "payload"),
    app("serialised right before, deleted after", """
async def stream(x):
    data = json.dumps(x)
    yield f"data: {data}\\n\\n"
    del data
""", "encoded"),
    app("serialised right before a conditional", """
async def stream(x):
    data = json.dumps(x)
    yield f"data: {data}\\n\\n" if x else "data: [DONE]\\n\\n"
""", "payload", "typed"),
    app("serialised right before, used twice in the frame", """
async def stream(x):
    data = json.dumps(x)
    yield f"id: {len(data)}\\ndata: {data}\\n\\n"
""", "encoded"),
    app("serialised right before, by a closure's variable", """
def make():
    data = None

    async def stream(x):
        nonlocal data
        data = json.dumps(x)
        yield f"data: {data}\\n\\n"
        note(data)

    return stream
""", "encoded", entry="app:make()"),
    app("serialised right before, a global", """
async def stream(x):
    global data
    data = json.dumps(x)
    yield f"data: {data}\\n\\n"
""", "encoded", entry="app:stream"),
    app("serialised right before, locals() sees it", """
async def stream(x):
    data = json.dumps(x)
    yield f"data: {data}\\n\\n"
    note(str(sorted(locals())))
""", "encoded"),
    app("two statements on one line", """
async def stream(x):
    data = json.dumps(x); yield f"data: {data}\\n\\n"
""", "payload"),
    app("a comment behind what is serialised", """
async def stream(x):
    data = json.dumps(x)  # as the client wants it
    yield f"data: {data}\\n\\n"  # to the client
""", "payload"),
    app("a comment between", """
async def stream(x):
    data = json.dumps(x)
    # now send
    yield f"data: {data}\\n\\n"
""", "payload"),
    app("serialised right before, in one of two ways", """
def _sse(event: str, payload):
    data = (
        payload.model_dump_json()
        if isinstance(payload, dict) and len(payload) == 77
        else json.dumps(payload)
    )
    return f"event: {event}\\ndata: {data}\\n\\n"


async def stream(x):
    yield _sse("one", x)
    yield _sse("two", Model(a=x).values)
""", "model", "model", "model", contains=("if isinstance(payload, dict)", "SSE_ASCII.encoded"), lacks=("data =",)),
    app("serialised right before in one of two ways, with a comment", """
async def stream(x):
    data = json.dumps(x) if x else json.dumps([])  # never empty
    yield f"data: {data}\\n\\n"
""", "encoded"),
    app("serialised right before in one of two ways, and used after", """
async def stream(x):
    data = json.dumps(x) if x else json.dumps([])
    yield f"data: {data}\\n\\n"
    note(data)
""", "encoded"),
    app("annotated and serialised right before", """
async def stream(x):
    data: str = json.dumps(x)
    yield f"data: {data}\\n\\n"
""", "payload"),
    app("the frame is bound right before", """
async def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    yield frame
""", "payload"),
    app("the frame is bound right before, in branches of one name", """
async def stream(x):
    if x:
        frame = f"data: {json.dumps(x)}\\n\\n"
        yield frame
    else:
        frame = "data: [DONE]\\n\\n"
        yield frame
""", "payload", "typed"),
    app("the frame is bound and yielded after the branches", """
async def stream(x):
    if x:
        frame = f"data: {json.dumps(x)}\\n\\n"
    else:
        frame = "data: [DONE]\\n\\n"
    yield frame
""", "payload", "typed"),
    app("the frame is logged", """
async def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    note(frame)
    yield frame
""", "payload as text"),
    app("the frame is counted after", """
async def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    yield frame
    note(str(len(frame)))
""", "payload as text"),
    app("a frame is added to", """
async def stream(x):
    frame = "event: a\\n"
    frame += f"data: {json.dumps(x)}\\n\\n"
    yield frame
""", "payload"),
    app("an event line that may be absent", """
async def stream(x):
    event = f"event: {x}\\n" if x else ""
    yield f"{event}data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("an attribute holds the frame", """
class Service:
    async def stream(self, x):
        self.last = f"data: {json.dumps(x)}\\n\\n"
        yield self.last
""", "payload as text", entry="app:Service().stream"),
    app("two names hold the frame", """
async def stream(x):
    first = second = f"data: {json.dumps(x)}\\n\\n"
    yield first
    yield second
""", "payload as text"),
    app("a module constant", """
KEEPALIVE = ": keepalive\\n\\n"


async def stream(x):
    yield KEEPALIVE
    yield f"data: {json.dumps(x)}\\n\\n"
""", "typed as text", "payload", wish="typed: the constant is yielded only"),
    app("a class constant", """
class Service:
    DONE = "data: [DONE]\\n\\n"

    async def stream(self, x):
        yield self.DONE
""", "typed as text", entry="app:Service().stream", wish="typed"),
    app("a constant in the frame", """
DONE = "[DONE]"
PREFIX = "data: "
END = "\\n\\n"


async def stream(x):
    yield f"data: {DONE}\\n\\n"
    yield f"data: {json.dumps(x)}{END}"
    yield "data: " + json.dumps(x) + END
""", "typed", "payload", "payload"),
    app("a constant that is rebound", """
END = "\\n\\n"


def loud_end():
    global END
    END = "!\\n\\n"


async def stream(x):
    yield f"data: {json.dumps(x)}{END}"
    loud_end()
    yield f"data: {x}{END}"
""", "review no-terminator", "review no-terminator"),
    app("a payload that is changed and sent again", """
async def stream(x):
    payload = {"n": 0, "x": x}
    yield f"data: {json.dumps(payload)}\\n\\n"
    payload["n"] += 1
    yield f"data: {json.dumps(payload)}\\n\\n"
    payload.clear()
""", "payload", "payload"),
    app("a payload filled step by step, event from its type", """
async def stream(x):
    payload = {"type": "a"}
    payload["type"] = "b"
    yield f"event: a\\ndata: {json.dumps(payload)}\\n\\n"
""", "payload"),
    app("a payload that is a local display", """
async def stream(x):
    payload = {"type": "a", "x": x}
    yield f"event: a\\ndata: {json.dumps(payload)}\\n\\n"
""", "payload"),
    app("a payload that an inner function changes", """
async def stream(x):
    payload = {"type": "a", "x": x}

    def change():
        payload["type"] = "b"
        return 1

    change()
    yield f"event: a\\ndata: {json.dumps(payload)}\\n\\n"
""", "payload"),
]  # fmt: skip

ERRORS = [
    app("yields in except", """
async def stream(x):
    try:
        async for item in upstream(x):
            yield f"data: {json.dumps({'item': item})}\\n\\n"
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\\n\\n"
""", "payload", "payload"),
    app("yields in except and finally", """
async def stream(x):
    try:
        async for item in upstream(x):
            yield f"event: item\\ndata: {json.dumps(item)}\\n\\n"
    except Exception as e:
        note(type(e).__name__)
        yield f"event: error\\ndata: {json.dumps({'error': str(e)})}\\n\\n"
    else:
        yield "event: end\\ndata: {}\\n\\n"
    finally:
        note("finally")
        if x != "plain":
            yield "data: [DONE]\\n\\n"
""", "payload", "payload", "payload", "typed"),
    app("goes on after an error", """
async def stream(x):
    async for item in upstream(x):
        try:
            yield f"data: {json.dumps(item)}\\n\\n"
        except (TypeError, ValueError):
            yield f"data: {json.dumps(repr(item))}\\n\\n"
""", "payload", "payload"),
    app("suppresses errors", """
import contextlib


async def stream(x):
    async for item in upstream(x):
        with contextlib.suppress(TypeError):
            yield f"data: {json.dumps(item)}\\n\\n"
""", "payload"),
    app("cleans up when closed", """
async def stream(x):
    try:
        yield f"data: {json.dumps(x)}\\n\\n"
        yield f"data: {json.dumps(x)}\\n\\n"
    except GeneratorExit:
        note("closed")
        raise
    except KeyError as error:
        yield f"data: {json.dumps(str(error))}\\n\\n"
""", "payload", "payload", "payload"),
    app("a resource around the yield", """
import contextlib


@contextlib.asynccontextmanager
async def resource():
    note("open")
    try:
        yield
    finally:
        note("close")


async def stream(x):
    async with resource():
        yield f"data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("the serialising statement stands in its own try", """
async def stream(x):
    try:
        data = json.dumps(x)
        yield f"data: {data}\\n\\n"
    except TypeError:
        note("caught")
""", "payload"),
    app("the frame is bound inside of try and yielded outside", """
async def stream(x):
    frame = ""
    try:
        frame = f"data: {json.dumps(x)}\\n\\n"
    except TypeError:
        note("caught")
    yield frame
""", "payload"),
    app("the frame is bound right before, in try", """
async def stream(x):
    try:
        frame = f"data: {json.dumps(x)}\\n\\n"
        yield frame
    except TypeError as error:
        note(type(error).__name__)
        yield "data: [DONE]\\n\\n"
""", "payload", "typed"),
    app("a traceback is text that depends on the source", """
import traceback


async def stream(x):
    try:
        1 / 0
    except ZeroDivisionError:
        yield f"data: {traceback.format_exc()}\\n\\n"
""", "refused source-text", entry=None, wish=""),
]  # fmt: skip

KINDS = [
    app("sync", """
def stream(x):
    for item in upstream_sync(x):
        yield f"data: {json.dumps(item)}\\n\\n"
    yield "data: [DONE]\\n\\n"
""", "payload", "typed", head="import json\n\nfrom stage import upstream_sync\n\n\n"),
    app("sync with a value", """
def inner(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    return "value"


def stream(x):
    value = yield from inner(x)
    yield f"data: {json.dumps(value)}\\n\\n"
    return value
""", "payload", "payload"),
    app("sync with errors", """
def stream(x):
    for item in upstream_sync(x):
        try:
            yield f"data: {json.dumps(item)}\\n\\n"
        except TypeError:
            yield "data: [ERROR]\\n\\n"
        finally:
            note("finally")
""", "payload", "encoded", head="import json\n\nfrom stage import note, upstream_sync\n\n\n"),
    app("a method", """
class Service:
    async def stream(self, x):
        yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", entry="app:Service().stream"),
    app("a static method", """
class Service:
    @staticmethod
    async def stream(x):
        yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", entry="app:Service.stream"),
    app("a class method", """
class Service:
    @classmethod
    def stream(cls, x):
        yield f"data: {json.dumps([cls.__name__, x])}\\n\\n"
""", "payload", entry="app:Service.stream"),
    app("an override that calls super()", """
class Base:
    async def stream(self, x):
        yield f"data: {json.dumps(x)}\\n\\n"


class Service(Base):
    async def stream(self, x):
        async for frame in super().stream(x):
            yield frame
        yield f"data: {json.dumps({'own': x})}\\n\\n"
""", "payload", "payload", entry="app:Service().stream"),
    app("an abstract method and its class", """
import abc


class Base(abc.ABC):
    @abc.abstractmethod
    async def stream(self, x):
        yield f"data: {json.dumps(x)}\\n\\n"


class Service(Base):
    async def stream(self, x):
        yield f"data: {json.dumps([x])}\\n\\n"
""", "payload", "payload", entry="app:Service().stream"),
    app("__call__", """
class Service:
    async def __call__(self, x):
        yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", entry="app:Service()"),
    app("__iter__", """
class Service:
    def __iter__(self):
        yield f"data: {json.dumps([1])}\\n\\n"


def stream(x):
    yield from Service()
    yield from iter(Service())
""", "payload"),
    app("a decorated producer", """
import functools


def traced(function):
    @functools.wraps(function)
    async def wrapper(*args):
        async for item in function(*args):
            note(item)
            yield item

    return wrapper


@traced
async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("default arguments and keywords", """
async def stream(x, /, y=1, *rest, z, **more):
    yield f"data: {json.dumps([x, y, rest, z, more])}\\n\\n"
""", "payload"),
    app("recursion", """
async def stream(x, depth=2):
    yield f"data: {json.dumps(depth)}\\n\\n"
    if depth:
        async for frame in stream(x, depth - 1):
            yield frame
""", "payload"),
    app("recursion by yield from", """
def stream(x, depth=2):
    yield f"data: {json.dumps(depth)}\\n\\n"
    if depth:
        yield from stream(x, depth - 1)
""", "payload"),
    app("a closure that reads and writes outer variables", """
def make():
    count = 0

    async def stream(x):
        nonlocal count
        count += 1
        yield f"data: {json.dumps(count)}\\n\\n"
        yield f"data: {json.dumps(count + 1)}\\n\\n"

    return stream
""", "payload", "payload", entry="app:make()"),
    app("annotated", """
from collections.abc import AsyncGenerator, AsyncIterator


async def stream(x) -> AsyncGenerator[str, None]:
    yield f"data: {json.dumps(x)}\\n\\n"


async def other(x) -> "AsyncIterator[str]":
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", "payload", contains=("AsyncGenerator[StreamingChunk, None]",)),
    app("annotated by a wrong type", """
from typing import Any, Generator, Iterable, Union


async def stream(x) -> Generator[str, Any, None]:
    yield f"data: {json.dumps(x)}\\n\\n"


def other(x) -> Iterable[Union[str, bytes]]:
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", "payload"),
    app("a producer on one line", """
async def stream(x): yield f"data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("the file is one line", """
async def stream(x): yield f"data: {x}\\n\\n"
""", "encoded", head=""),
    app("the producer is the first statement", """
async def stream(x):
    yield f"data: {x}\\n\\n"
""", "encoded", head=""),
    app("a docstring and a future import first", '''
"""A module.

data: {"an": "example"}

"""

from __future__ import annotations

import json


async def stream(x):
    """Stream.

    data: {"type": "token"}

    """
    yield f"data: {json.dumps(x)}\\n\\n"
''', "payload", head="", not_sse=("docstring",)),
    app("a comment, a docstring and no import", '''
#!/usr/bin/env python
# A comment.
"""A module."""
async def stream(x):
    yield f"data: {x}\\n\\n"
''', "encoded", head=""),
    app("imports under a condition", """
if True:
    import json


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", head=""),
    app("an import that is all of its block", """
from stage import note

async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"

async def others(x):
    try:
        import json
    except ImportError:
        note("without json")
    yield "data: [DONE]\\n\\n"
""", "payload", "typed", contains=("    try:\n        import json\n    except",), lacks=("json.dumps",)),
    app("imports after code", """
VERSION = 1
import json


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", head=""),
    app("a module docstring and code on one line", """
"doc"; import json


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", head=""),
    app("streamlift is imported already", """
import json

from streamlift import StreamingChunk


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"


def make(x):
    return StreamingChunk(type="x")
""", "payload", "already", head=""),
    app("a part is migrated already", """
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
async def stream(x):
    yield StreamingChunk.of(x)
    yield f"data: {json.dumps([x])}\\n\\n"
""", "already", "payload", lacks=("@producer(SSE)\n@producer(SSE)",)),
    app("json stays when it is used, exported or patched", """
__all__ = ["json", "stream"]


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload", contains=("import json",)),
    app("a call over lines is laid out", """
async def stream(a_long_name_of_a_variable, another_long_name_of_a_variable=1):
    yield f"event: something\\ndata: {json.dumps({'first': a_long_name_of_a_variable, 'second': another_long_name_of_a_variable})}\\n\\n"
""", "payload"),
    app("a payload over lines keeps its comments", """
async def stream(x):
    yield "data: " + json.dumps({
        "a": x,  # the first
        # the second
        "b": 2,
    }) + "\\n\\n"
""", "payload"),
]  # fmt: skip

FOREIGN = [
    app("a tuple", """
async def stream(x):
    yield ("task", f"data: {json.dumps(x)}\\n\\n", 1)
    yield "data: [DONE]\\n\\n"
""", "payload as text", "typed"),
    app("a list, a dict, a set", """
async def stream(x):
    yield [f"data: {json.dumps(x)}\\n\\n"]
    yield {"frame": "data: [DONE]\\n\\n"}
    yield {"data: [DONE]\\n\\n"}
""", "payload as text", "typed as text", "typed as text"),
    app("dicts and raw text between frames", """
async def stream(x):
    yield {"answer": x}
    yield x
    yield f"data: {json.dumps(x)}\\n\\n"
    yield None
    yield b"audio"
""", "payload"),
    app("a relay with own frames", """
async def inner(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    async for frame in inner(x):
        yield frame
    yield "data: [DONE]\\n\\n"
""", "payload", "typed"),
    app("a relay that looks into the frames", """
async def inner(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield "data: [DONE]\\n\\n"


async def stream(x):
    full = ""
    async for frame in inner(x):
        if isinstance(frame, str) and frame.startswith("data: ") and not frame.endswith("[DONE]\\n\\n"):
            full += frame[6:]
        if frame:
            yield frame
    note(full)
""", "payload", "typed"),
    app("a relay by yield from", """
def inner(x):
    yield f"data: {json.dumps(x)}\\n\\n"


def stream(x):
    yield from inner(x)
    yield from (frame for frame in inner(x))
    yield from [*inner(x)]
""", "payload"),
    app("frames in a list that is relayed", """
def stream(x):
    yield from [f"data: {json.dumps(x)}\\n\\n", "data: [DONE]\\n\\n"]
""", "payload", "typed"),
    app("split over two yields", """
async def stream(x):
    yield f"id: {x}\\n"
    yield f"data: {json.dumps(x)}\\n\\n"
""", "review split-frame", "payload"),
    app("an event line by itself", """
async def stream(x):
    yield "event: token\\n"
    yield f"data: {json.dumps(x)}\\n\\n"
""", "review split-frame", "payload"),
    app("a comprehension and a generator expression", """
def stream(x):
    frames = [f"data: {json.dumps(i)}\\n\\n" for i in range(2)]
    yield from frames
    yield from (f"data: {i}\\n\\n" for i in range(2))
""", "payload", "encoded"),
    app("a lambda", """
frame = lambda x: f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield frame(x)
""", "refused carrier-lambda", wish="convert the lambda as any helper"),
    app("a lambda that yields", """
def stream(x):
    gen = lambda: (yield f"data: {json.dumps(x)}\\n\\n")
    yield from gen()
""", "payload as text"),
    app("a frame in a proxy", """
async def stream(x):
    async for line in upstream(x):
        yield f"{line}\\n\\n"
""", not_sse=()),
]  # fmt: skip

NAMES = [
    app("StreamingChunk is a class of the file", """
class StreamingChunk:
    pass


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "refused name-collision"),
    app("StreamingChunk is a parameter", """
async def stream(StreamingChunk):
    yield f"data: {json.dumps(StreamingChunk)}\\n\\n"
""", "refused name-collision"),
    app("StreamingChunk of another library", """
from types import SimpleNamespace as StreamingChunk


async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "refused name-collision"),
    app("StreamingChunk is a local of an outer function", """
def make():
    StreamingChunk = 1

    async def stream(x):
        yield f"data: {json.dumps([StreamingChunk, x])}\\n\\n"

    return stream
""", "refused name-collision", entry="app:make()"),
    app("SSE is taken", """
SSE = "text/event-stream"


async def stream(x):
    yield f"data: {json.dumps([SSE, x])}\\n\\n"
""", "payload", contains=("SSE_ASCII = SSEFormatter(",)),
    app("SSE is a parameter", """
async def stream(SSE):
    yield f"data: {json.dumps(SSE)}\\n\\n"
    yield f"data: {json.dumps(SSE, sort_keys=True)}\\n\\n"
""", "payload", "payload"),
    app("SSE is imported", """
from types import SimpleNamespace as SSE


async def stream(x):
    yield f"data: {json.dumps([SSE.__name__, x])}\\n\\n"
""", "payload", contains=("SSE_ASCII",)),
    app("producer is a function of the file", """
def producer(function):
    note("mine")
    return function


@producer
async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("producer is a variable of the file", """
async def stream(x):
    yield f"data: {json.dumps([producer, x])}\\n\\n"


producer = "kafka"
""", "payload"),
    app("producer is imported from elsewhere", """
from types import SimpleNamespace as producer


async def stream(x):
    yield f"data: {json.dumps([producer.__name__, x])}\\n\\n"
""", "payload"),
    app("producer is a local of the producer", """
async def stream(producer):
    yield f"data: {json.dumps(producer)}\\n\\n"
""", "payload"),
    app("producer is a name of the class", """
class Service:
    producer = "kafka"

    async def stream(self, x):
        yield f"data: {json.dumps([self.producer, x])}\\n\\n"
""", "payload", entry="app:Service().stream"),
    app("SSEFormatter is a class of the file", """
class SSEFormatter:
    def __init__(self, **options):
        note("mine")


async def stream(x):
    SSEFormatter()
    yield f"data: {json.dumps(x)}\\n\\n"
""", "refused name-collision"),
    app("SSEResponse is a class of the file", """
from starlette.responses import StreamingResponse


class SSEResponse(StreamingResponse):
    media_type = "text/plain"


def endpoint(x):
    async def stream():
        yield f"data: {json.dumps(x)}\\n\\n"

    if x == "plain":
        return SSEResponse(iter(["mine"]))
    return StreamingResponse(stream(), media_type="text/event-stream")
""", "payload", entry="app:endpoint"),
    app("a variable of the name json_dumps", """
async def stream(json_dumps):
    yield f"data: {json.dumps(json_dumps)}\\n\\n"
""", "payload"),
    app("str is shadowed", """
async def stream(x):
    str = note
    yield "data: " + str("s") + "\\n\\n"
""", "encoded"),
]  # fmt: skip

RESPONSE = "import json\n\nfrom stage import note, upstream\nfrom starlette.responses import StreamingResponse\n\n\n"
EDGES = [
    app("a closure in the endpoint", """
async def endpoint(x):
    async def generate():
        async for item in upstream(x):
            yield f"data: {json.dumps({'type': 'token', 'content': item})}\\n\\n"
        yield "data: [DONE]\\n\\n"

    return StreamingResponse(generate(), media_type="text/event-stream", headers={"x-a": "1"}, status_code=201)
""", "typed", "typed", head=RESPONSE, entry="app:endpoint", boundary=("caller",), contains=("SSEResponse(", "SSE.stream(generate())"), lacks=("StreamingResponse",)),
    app("content by name", """
def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    return StreamingResponse(status_code=202, media_type="text/event-stream", content=generate())
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("no media type", """
def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    return StreamingResponse(generate())
""", "payload", head=RESPONSE, entry="app:endpoint", lacks=("SSEResponse",)),
    app("another charset in the media type", """
def endpoint(x):
    def generate():
        yield f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n"

    return StreamingResponse(generate(), media_type="text/event-stream; charset=latin-1")
""", "payload", head=RESPONSE, entry="app:endpoint"),
    app("a sync closure", """
def endpoint(x):
    def generate():
        try:
            yield f"data: {json.dumps(x)}\\n\\n"
            yield f"data: {json.dumps([x])}\\n\\n"
        except TypeError as error:
            yield f"data: {json.dumps(str(error))}\\n\\n"
        finally:
            note("closed")

    return StreamingResponse(generate(), media_type="text/event-stream")
""", "payload", "payload", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("bytes at the edge", """
def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n".encode()

    return StreamingResponse(generate(), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("a private function of the file", """
async def _generate(x):
    yield f"data: {json.dumps(x)}\\n\\n"


def endpoint(x):
    return StreamingResponse(_generate(x), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("a public function of the file", """
async def generate(x):
    yield f"data: {json.dumps(x)}\\n\\n"


def endpoint(x):
    return StreamingResponse(generate(x), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("decorator",)),
    app("two edges and a relay", """
async def _generate(x):
    yield f"data: {json.dumps(x)}\\n\\n"


def endpoint(x):
    return StreamingResponse(_generate(x), media_type="text/event-stream")


async def stream(x):
    async for frame in _generate(x):
        note(frame[:6])
        yield frame
""", "payload", head=RESPONSE, entry="app:stream", boundary=("caller",), contains=("in SSE.stream(_generate(x)):",)),
    app("through a variable", """
def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    stream = generate()
    return StreamingResponse(stream, media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",), contains=("stream = SSE.stream(generate())", "SSEResponse(stream,")),
    app("through a wrapper", """
async def with_keepalive(source):
    yield ": hello\\n\\n"
    async for frame in source:
        yield frame.replace("e", "e")


def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    return StreamingResponse(with_keepalive(generate()), media_type="text/event-stream")
""", "typed", "payload", head=RESPONSE, entry="app:endpoint", boundary=("decorator", "caller"), contains=("with_keepalive(SSE.stream(generate()))",)),
    app("one of two producers", """
def endpoint(x):
    async def first():
        yield f"data: {json.dumps(x)}\\n\\n"

    async def second():
        yield f"data: {json.dumps([x])}\\n\\n"

    return StreamingResponse(first() if x else second(), media_type="text/event-stream")
""", "payload", "payload", head=RESPONSE, entry="app:endpoint"),
    app("a method of a service", """
class Service:
    async def _reply(self, x):
        yield f"data: {json.dumps(x)}\\n\\n"

    def respond(self, x):
        return StreamingResponse(self._reply(x), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:Service().respond"),
    app("a response of one's own", """
class Response(StreamingResponse):
    async def stream_response(self, send):
        note("mine")
        await super().stream_response(send)


def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    return Response(generate(), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",), contains=("return Response(SSE.stream(generate())",)),
    app("the response under another name", """
from starlette import responses


def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    return responses.StreamingResponse(generate(), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("the media type by position", """
def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    return StreamingResponse(generate(), 200, {"x-a": "1"}, "text/event-stream")
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("the response is tested for its class", """
def endpoint(x):
    async def generate():
        yield f"data: {json.dumps(x)}\\n\\n"

    response = StreamingResponse(generate(), media_type="text/event-stream")
    note(str(isinstance(response, StreamingResponse)))
    return response
""", "payload", head=RESPONSE, entry="app:endpoint", boundary=("caller",)),
    app("a FastAPI application", """
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def endpoint(x: str = "1"):
    async def generate():
        async for item in upstream(x):
            yield f"data: {json.dumps({'item': item})}\\n\\n"

    return StreamingResponse(generate(), media_type="text/event-stream")
""", "payload", head=RESPONSE, entry="app:app", boundary=("caller",)),
    Case("a producer in another module of the package", {
        "pkg/__init__.py": "",
        "pkg/service.py": HEAD + 'class Service:\n    async def reply(self, x):\n        yield f"data: {json.dumps(x)}\\n\\n"\n        yield "data: [DONE]\\n\\n"\n',
        "pkg/api.py": 'from starlette.responses import StreamingResponse\n\nfrom pkg.service import Service\n\n\ndef endpoint(x):\n    return StreamingResponse(Service().reply(x), media_type="text/event-stream")\n',
    }, ("payload", "typed"), entry="pkg.api:endpoint", contains=("from pkg.sse_contracts import SSE",)),
    Case("relative imports in the package", {
        "pkg/__init__.py": "",
        "pkg/sub/__init__.py": "",
        "pkg/sub/service.py": 'import json\n\nfrom . import base\n\n\nasync def reply(x):\n    yield f"data: {json.dumps([base.NAME, x])}\\n\\n"\n',
        "pkg/sub/base.py": 'NAME = "n"\n',
    }, ("payload",), entry="pkg.sub.service:reply", contains=("from ..sse_contracts import SSE",)),
    Case("two modules share a contract", {
        "pkg/__init__.py": "",
        "pkg/a.py": 'import json\n\nfrom pkg import b\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n    async for frame in b.stream(x):\n        yield frame\n',
        "pkg/b.py": 'import json\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n    yield f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n"\n',
    }, ("payload", "payload", "payload"), entry="pkg.a:stream"),
    Case("a setting names the contracts module", {
        "pyproject.toml": '[tool.streamlift]\ncontracts-module = "wire"\n',
        "app.py": HEAD + 'async def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
    }, ("payload",), contains=("from wire import SSE",)),
    Case("a contracts module that a person wrote", {
        "pkg/__init__.py": "",
        "pkg/sse_contracts.py": '"""Mine."""\n\nfrom streamlift import SSEFormatter\n\nWIRE = SSEFormatter(ensure_ascii=True)  # the old one\n',
        "pkg/a.py": 'import json\n\nimport pkg\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n    yield f"data: {json.dumps(x, ensure_ascii=False)}\\n\\n"\n    return\n',
    }, ("payload", "payload"), entry="pkg.a:stream", contains=("from pkg.sse_contracts import", "WIRE", "# the old one")),
]  # fmt: skip

CASES = [*ORDER, *VARIABLES, *ERRORS, *KINDS, *FOREIGN, *NAMES, *EDGES]
