"""Frames that statements build: lists of lines, texts that grow, lines that are not always there."""

from tests.codemods.harness import Case
from tests.codemods.text_cases import HEAD


def app(name, body, *expect, entry="app:stream", head=HEAD, **more):
    return Case(name, head + body.strip("\n") + "\n", expect, entry=entry, **more)


LISTS = [
    app("built: a list of lines", """
async def stream(x):
    lines = []
    lines.append("event: token")
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "payload", contains=('    yield StreamingChunk.of(x, event="token")\n',), lacks=("lines",)),
    app("built: a list that ends with empty lines", """
async def stream(x):
    lines = ["event: token", f"data: {json.dumps({'a': x})}"]
    lines.append("")
    lines.append("")
    yield "\\n".join(lines)
""", "payload"),
    app("built: a list with an optional id first", """
async def stream(x, event_id: str | None = None):
    lines = []
    if event_id is not None:
        lines.append(f"id: {event_id}")
    lines.append("event: token")
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "payload", contains=('"id", "event", ', 'StreamingChunk.of(x, id=event_id, event="token")')),
    app("built: a list with an optional id last", """
async def stream(x, event_id: str = "1"):
    lines = [f"data: {json.dumps(x)}"]
    if event_id:
        lines.append(f"id: {event_id}")
    yield "\\n".join(lines) + "\\n\\n"
""", "payload", contains=("StreamingChunk.of(x, id=event_id or None)",)),
    app("built: extend and insert", """
async def stream(x):
    lines = [f"data: {json.dumps(x)}"]
    lines.insert(0, "event: a")
    lines.extend(["", ""])
    yield "\\n".join(lines)
""", "payload"),
    app("built: a list of lines joined without a separator", """
async def stream(x):
    parts = [f"event: {note('e')}\\n"]
    parts += [f"data: {json.dumps(x)}\\n", "\\n"]
    yield "".join(parts)
""", "payload"),
    app("built: a list with comments between", """
async def stream(x):
    # first the event
    lines = ["event: a"]
    # then the data
    lines.append(f"data: {json.dumps(x)}")

    # and out
    yield "\\n".join(lines) + "\\n\\n"
""", "payload", contains=("# first the event", "# then the data", "# and out")),
    app("built: a list with a comment in a line", """
async def stream(x):
    lines = ["event: a"]  # the event
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list that something else sees", """
async def stream(x):
    lines = ["event: a"]
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
    note(str(lines))
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list that is aliased", """
async def stream(x):
    lines = ["event: a"]
    other = lines
    other.append("retry: 1")
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator", "no-terminator")),
    app("built: a list with an annotation", """
from typing import Any, List


async def stream(x: Any):
    lines: List[str] = []
    lines.append("event: a")
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "payload", contains=("from typing import Any\n",), lacks=("List",)),
    app("built: a list with its payload between", """
async def stream(x):
    lines = [f"event: {x}"]
    payload = {"x": x, "n": [1, x]}
    lines.append(f"data: {json.dumps(payload)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "payload", contains=('    payload = {"x": x, "n": [1, x]}\n    yield StreamingChunk.of(payload, event=f"{x}")\n',)),
    app("built: a list with its payload between, that something else sees", """
async def stream(x):
    payload = None
    try:
        lines = [f"event: {x}"]
        payload = {"x": x}
        lines.append(f"data: {json.dumps(payload)}")
        yield "\\n".join(lines) + "\\n\\n"
    except TypeError:
        note(str(payload))
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list with what it reads bound between", """
async def stream(x):
    y = x
    lines = [f"event: {y}"]
    y = [x]
    lines.append(f"data: {json.dumps(y)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list with a call between", """
async def stream(x):
    lines = [f"event: {x}"]
    payload = dict(x=note("between", x))
    lines.append(f"data: {json.dumps(payload)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a text with its frame kept between", """
async def stream(x):
    text = f"event: {x}\\n"
    kept = text
    text += f"data: {json.dumps(x)}\\n\\n"
    yield text
    note(kept)
""", "review split-frame", "payload as text"),
    app("built: a list with something between", """
async def stream(x):
    lines = ["event: a"]
    note("between")
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list with an element that may be no text", """
async def stream(x):
    lines = ["event: a"]
    lines.append(x)
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list that a closure sees", """
async def stream(x):
    lines = ["event: a"]
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
    show = lambda: lines
    show()
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: a list that grows over the loop", """
async def stream(x):
    lines = ["event: a"]
    async for item in upstream():
        lines.append(f"data: {json.dumps(item)}")
        yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: the data line is optional", """
async def stream(x):
    lines = ["event: a"]
    if x:
        lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"
""", "refused lines-apart", not_sse=("no-terminator", "no-terminator")),
    app("built: lines that are no frame", """
def page(x):
    lines = [f"id: {x}", f"data: {x}"]
    note("between")
    lines.append("name: x")
    head = ["data: 1"]
    note("between")
    head.append("id: 2")
    return "\\n".join(lines) + "\\n\\n" + "\\n".join(head)
""", entry="app:page", not_sse=("no-terminator",) * 4),
    app("built: a prompt of lines", """
def prompt(x):
    lines = ["You are given:"]
    lines.append(f"data: {json.dumps(x)}")
    return "\\n".join(lines) + "\\n\\n"
""", entry="app:prompt", not_sse=("no-terminator",)),
]  # fmt: skip

TEXTS = [
    app("built: a text that grows", """
async def stream(x):
    text = ""
    text += f"event: {x}\\n"
    text += f"data: {json.dumps(x)}\\n\\n"
    yield text
""", "payload", lacks=("text",)),
    app("built: a text that grows in a loop", """
async def stream(x):
    async for item in upstream():
        text = "event: token\\n"
        text += f"data: {json.dumps(item)}\\n\\n"
        yield text
""", "payload"),
    app("built: a text that grows by other pieces", """
async def stream(x):
    text = "event: token"
    text += "\\n" + "data: " + json.dumps(x)
    text += "\\n\\n"
    yield text
""", "payload"),
    app("built: twice in one function, under the same name", """
async def stream(x):
    text = "event: a\\n"
    text += f"data: {json.dumps(x)}\\n\\n"
    yield text
    text = "event: b\\n"
    text += f"data: {json.dumps([x])}\\n\\n"
    yield text
""", "payload", "payload", lacks=("text",)),
    app("built: the text is read after", """
async def stream(x):
    text = "event: a\\n"
    text += f"data: {json.dumps(x)}\\n\\n"
    yield text
    note(text)
""", "review split-frame", "payload as text"),
    app("built: the text is read in the next round", """
async def stream(x):
    text = ""
    for item in [1, 2]:
        note(text)
        text = "event: a\\n"
        text += f"data: {json.dumps(item)}\\n\\n"
        yield text
""", "review split-frame", "payload as text"),
    app("built: the text is read where an error is caught", """
async def stream(x):
    text = "nothing"
    try:
        text = "event: a\\n"
        text += f"data: {json.dumps(x)}\\n\\n"
        yield text
    except TypeError:
        yield f"data: {json.dumps(text)}\\n\\n"
""", "review split-frame", "payload as text", "payload"),
    app("built: an error inside of the building is caught", """
async def stream(x):
    try:
        text = "event: a\\n"
        text += f"data: {json.dumps(x)}\\n\\n"
        yield text
    except TypeError as error:
        yield f"data: {json.dumps(str(error))}\\n\\n"
""", "payload", "payload"),
    app("built: the event is rendered before the payload is made", """
async def stream(x):
    text = f"event: {note('e')}\\n"
    text += f"data: {json.dumps(note('d', x))}\\n\\n"
    yield text
""", "payload"),
    app("built: locals() sees the text", """
async def stream(x):
    text = "event: a\\n"
    text += f"data: {json.dumps(x)}\\n\\n"
    yield text
    note(str(sorted(locals())))
""", "review split-frame", "payload as text"),
    app("built: in a helper with optional lines", """
def _sse(data, event=None, event_id=None):
    message = ""
    if event_id is not None:
        message += f"id: {event_id}\\n"
    if event:
        message += f"event: {event}\\n"
    message += f"data: {json.dumps(data)}\\n\\n"
    return message


async def stream(x):
    yield _sse(x)
    yield _sse(x, event="a")
    yield _sse([x], "b", 0)
    yield _sse(x, x, x)
""", "payload", "payload", "payload", "payload", "payload", contains=(
        'id=f"{event_id}" if event_id is not None else None',
        'event=f"{event}" if event else None',
    )),
    app("built: in a typed helper with optional lines", """
def _sse(data: dict, event: str | None = None, event_id: str | None = None) -> str:
    message = ""
    if event_id is not None:
        message += f"id: {event_id}\\n"
    if event:
        message += f"event: {event}\\n"
    message += f"data: {json.dumps(data)}\\n\\n"
    return message


async def stream(x):
    yield _sse({"x": x})
    yield _sse({}, event="a")
    yield _sse({}, event="", event_id="")
""", "payload", "payload", "payload", "payload", contains=(
        "    return StreamingChunk.of(data, id=event_id, event=event or None)\n", "-> StreamingChunk:",
    )),
    app("built: the event is put before the data", """
def _sse(data, event: str | None = None):
    msg = f"data: {json.dumps(data)}\\n\\n"
    if event is not None:
        msg = f"event: {event}\\n{msg}"
    return msg


async def stream(x):
    yield _sse(x)
    yield _sse(x, "a")
""", "payload", "payload", "payload", contains=("StreamingChunk.of(data, event=event)",)),
    app("built: the event is put before the data, and may run code", """
def _sse(data, event=None):
    msg = f"data: {json.dumps(data)}\\n\\n"
    if event is not None:
        msg = f"event: {event}\\n{msg}"
    return msg


async def stream(x):
    yield _sse(x, x)
    yield _sse(x)
""", "encoded", "delegated", "delegated"),
    app("built: a prefix that may be empty", """
async def stream(x, event: str | None):
    prefix = f"event: {event}\\n" if event else ""
    yield f"{prefix}data: {json.dumps(x)}\\n\\n"
""", "payload", contains=("StreamingChunk.of(x, event=event or None)",), lacks=("prefix",)),
    app("built: a prefix that is empty unless", """
async def stream(x, event=""):
    prefix = ""
    if event:
        prefix = "event: " + str(event) + "\\n"
    yield f"{prefix}data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("built: a prefix the other way round", """
async def stream(x, y):
    prefix = "" if note("t", y) is None else f"event: {x}\\n"
    yield prefix + f"data: {json.dumps(x)}\\n\\n"
""", "payload"),
    app("built: a prefix inside of the f-string", """
async def stream(x):
    yield f"{'event: a' + chr(10) if x else ''}data: {json.dumps(x)}\\n\\n"
    yield ("event: a\\n" if x else "") + "data: " + json.dumps(x) + "\\n\\n"
""", "review opaque-line", "payload"),
    app("built: a prefix that is used twice", """
async def stream(x):
    prefix = "event: a\\n" if x else ""
    yield f"{prefix}data: {json.dumps(x)}\\n\\n"
    yield f"{prefix}data: 2\\n\\n"
""", "review split-frame", "review opaque-line", "review opaque-line"),
    app("built: a prefix whose condition has an effect", """
async def stream(x):
    prefix = f"event: {note('e')}\\n" if note("t", x) else ""
    yield f"{prefix}data: {json.dumps(note('d', x))}\\n\\n"
""", "payload"),
    app("built: a part of a line is optional", """
async def stream(x):
    text = "data: "
    if x:
        text += "x"
    text += "y\\n\\n"
    yield text
""", not_sse=("no-terminator",)),
]  # fmt: skip

PAYLOADS = [
    app("built: JSON under the payload's own name", """
async def stream(x):
    x = json.dumps(x)
    yield f"data: {x}\\n\\n"
""", "payload", contains=("    yield StreamingChunk.of(x)\n",)),
    app("built: JSON under the payload's own name, in a loop over it", """
async def stream(x):
    async for item in upstream():
        item = json.dumps({"item": item})
        yield f"data: {item}\\n\\n"
""", "payload"),
    app("built: JSON under the payload's own name, in a loop", """
async def stream(x):
    for _ in range(2):
        x = json.dumps(x)
        yield f"data: {x}\\n\\n"
""", "encoded"),
    app("built: JSON under the payload's own name, read after", """
async def stream(x):
    x = json.dumps(x)
    yield f"data: {x}\\n\\n"
    note(x)
""", "encoded"),
    app("built: JSON unless it is text, in branches", """
def _sse(data):
    if isinstance(data, str):
        payload = data
    else:
        payload = json.dumps(data)
    return f"event: a\\ndata: {payload}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield _sse([x])
""", "payload", "payload", "payload", contains=('StreamingChunk.raw(data, event="a")', "if isinstance(data, str)", "StreamingChunk.of(data, event=")),
    app("built: JSON unless it is text, under its own name", """
def _sse(data, event: str = "message"):
    if not isinstance(data, str):
        data = json.dumps(data)
    return f"event: {event}\\ndata: {data}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield _sse([x], "b")
""", "payload", "payload", "payload", contains=("StreamingChunk.of(data",)),
    app("built: JSON unless it is text, in one expression", """
async def stream(x):
    payload = x if isinstance(x, str) else json.dumps(x)
    yield f"data: {payload}\\n\\n"
""", "payload", contains=("StreamingChunk.raw(x) if isinstance(x, str) else StreamingChunk.of(x)",)),
    app("built: JSON first, then the lines", """
async def stream(x):
    data = json.dumps({"x": x}, ensure_ascii=False)
    lines = ["event: a"]
    lines.append(f"data: {data}")
    yield "\\n".join(lines) + "\\n\\n"
""", "payload"),
    app("built: JSON first, then the lines, and the payload changes between", """
async def stream(x):
    payload = {"x": x}
    data = json.dumps(payload)
    text = f"event: {payload.pop('x')}\\n"
    text += f"data: {data}\\n\\n"
    yield text
""", "encoded"),
    app("built: the JSON and its frame under one name", """
async def stream(x):
    data = json.dumps({"x": x})
    data = f"event: a\\ndata: {data}\\n\\n"
    yield data
""", "payload", contains=('data = StreamingChunk.of({"x": x}, event="a")',)),
    app("built: the payload, its JSON and its frame under one name", """
async def stream(x):
    try:
        async for data in upstream():
            data = {"item": data}
            data = json.dumps(data)
            data = f"data: {data}\\n\\n"
            yield data
    except TypeError as error:
        yield f"data: {json.dumps(str(error))}\\n\\n"
""", "payload as text", "payload"),
    app("built: what is built reads a frame", """
def stream(x):
    data = f"data: {json.dumps(x)}\\n\\n"
    yield data
    data = json.dumps(data)
    data = f"data: {data}\\n\\n"
    yield data
""", "payload as text", "payload as text"),
    app("built: a name that is not bound before", """
def stream(x):
    data = json.dumps(data)
    data = f"data: {data}\\n\\n"
    yield data
""", "payload as text"),
    app("built: a name that only what is built binds", """
data = 1


def stream(x):
    data = json.dumps(data)
    yield f"data: {data}\\n\\n"
""", "encoded"),
    app("built: the name of the frame is read where its making failed", """
async def stream(x):
    data = x
    try:
        data = json.dumps([data])
        data = f"data: {data}\\n{note('n')}: {1 / 0}\\n\\n"
        yield data
    except ArithmeticError:
        note(str(data))
""", "review opaque-line"),
    app("built: bytes in the end", """
async def stream(x):
    text = "event: a\\n"
    text += f"data: {json.dumps(x)}\\n\\n"
    yield text.encode()
""", "payload", contains=('encoding="utf-8"',)),
    app("built: JSON first, then two frames", """
async def stream(x):
    error = json.dumps({"error": str(x)})
    finish = json.dumps(
        {"type": "finish"},
    )
    yield f"data: {error}\\n\\ndata: {finish}\\n\\ndata: [DONE]\\n\\n".encode()
""", "payload as text", lacks=("finish =",)),
    app("built: a text of two frames", """
def frames(x):
    out = f"data: {json.dumps(x)}\\n\\n"
    out += "data: [DONE]\\n\\n"
    return out


def stream(x):
    yield frames(x) + "\\n"
""", "payload as text", "payload as text"),
    app("built: onto a queue", """
import asyncio


async def stream(x):
    queue = asyncio.Queue()
    lines = ["event: a", f"data: {json.dumps(x)}"]
    await queue.put("\\n".join(lines) + "\\n\\n")
    yield await queue.get()
""", "payload"),
]  # fmt: skip

LOOPS = [
    app("built: the lines of JSON, which is one", """
def _sse(event: str, data):
    payload = json.dumps(data)
    lines = [f"event: {event}"]
    for line in payload.splitlines():
        lines.append(f"data: {line}")
    lines += ["", ""]
    return "\\n".join(lines)


async def stream(x):
    yield _sse("a", x)
""", "payload", "payload", contains=("StreamingChunk.of(data, event=event)",)),
    app("built: the lines of JSON, cut at line feeds", """
async def stream(x):
    text = "event: a\\n"
    for line in json.dumps(x, ensure_ascii=False).split("\\n"):
        text += f"data: {line}\\n"
    yield text + "\\n"
""", "payload"),
    app("built: the lines of JSON with line separators of Unicode", """
async def stream(x):
    text = "event: a\\n"
    for line in json.dumps(x, ensure_ascii=False).splitlines():
        text += f"data: {line}\\n"
    yield text + "\\n"
""", "review split-frame", "review split-frame"),
    app("built: the lines of indented JSON", """
async def stream(x):
    text = "event: a\\n"
    for line in json.dumps(x, indent=2).split("\\n"):
        text += f"data: {line}\\n"
    yield text + "\\n"
""", "review split-frame", "review split-frame"),
    app("built: the lines of a text", """
async def stream(x):
    text = "event: a\\n"
    for line in str(x).splitlines():
        text += f"data: {line}\\n"
    yield text + "\\n"
""", "review split-frame", "review split-frame"),
    app("built: two encoders in branches of a loop", """
async def stream(x):
    async for item in upstream():
        if isinstance(item, dict):
            data = json.dumps(item)
        else:
            data = json.dumps({"item": item}, ensure_ascii=False)
        yield f"data: {data}\\n\\n"
""", "payload", contains=("if isinstance(item, dict)",)),
    app("built: three encoders in branches", """
async def stream(x):
    async for item in upstream():
        if isinstance(item, dict):
            data = json.dumps(item)
        elif isinstance(item, str):
            data = item
        else:
            data = json.dumps({"item": item}, ensure_ascii=False)
        yield f"data: {data}\\n\\n"
""", "payload", contains=("data = StreamingChunk.of(item)", "data = StreamingChunk.raw(item)", "data = SSE_UTF8.encoded(", "yield data")),
    app("built: a branch that keeps what was there before", """
async def stream(x):
    data = "none"
    async for item in upstream():
        if isinstance(item, dict):
            data = json.dumps(item)
        yield f"data: {data}\\n\\n"
""", "payload", contains=('data = SSE.encoded(StreamingChunk.raw("none"))', "yield data")),
    app("built: attributes that may change", """
class Event:
    def __init__(self, data, event=None):
        self.data = data
        self.event = event

    def _sse(self):
        lines = []
        if self.event:
            lines.append(f"event: {self.event}")
        lines.append(f"data: {json.dumps(self.data)}")
        return "\\n".join(lines) + "\\n\\n"

    def stream(self):
        yield self._sse()


def stream(x):
    yield from Event(x).stream()
    yield from Event(x, x).stream()
""", "payload", "payload"),
]  # fmt: skip

CASES = [*LISTS, *TEXTS, *PAYLOADS, *LOOPS]
