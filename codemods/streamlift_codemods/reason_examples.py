"""For each reason a piece of code that has it and, where the bytes can stay, what a person makes of that.

The tests scan each piece: it has its reason and no other, and what a person makes of it is left nowhere and
sends the same text. A line such as `# tests/test_chat.py` begins another file. Modules of the standard library
are imported, and so is what the new code needs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A site that is left.

    Attributes:
        before: The code.
        after: What a person makes of it, "" if that depends on what nobody can see here.
        phase: The phase that leaves it.
    """

    before: str
    after: str = ""
    phase: int = 2


def _example(before: str, after: str = "", phase: int = 2) -> Example:
    return Example(before.strip("\n"), after.strip("\n"), phase)


EXAMPLES = {
    "ignored": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"  # streamlift: ignore[SL101]
""",
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "no-binding": _example(
        r"""
def stream(x):
    yield f"data: {x!r}\n\n"
""",
        r"""
def stream(x):
    text = repr(x)
    yield f"data: {text}\n\n"
""",
        phase=1,
    ),
    "outside-function": _example(
        r"""
PING = ": ping\n\n"


def stream(x):
    yield f"data: {json.dumps(x)}\n\n"
    yield PING.upper()
""",
        phase=1,
    ),
    "reads-names": _example(
        r"""
def stream(x):
    yield f"data: {json.dumps(locals())}\n\n"
""",
        phase=1,
    ),
    "edited-either": _example(
        r"""
from streamlift_legacy import begin

def stream(x):
    wire = begin(SSE)
    yield wire.either(f"data: {json.dumps(x)}\n\n", wire.on and StreamingChunk.of(x.copy()))
""",
    ),
    "opaque-line": _example(
        r"""
async def stream(x):
    head = line_of(x)
    yield f"{head}data: {json.dumps(x)}\n\n"
""",
        r"""
async def stream(x):
    yield f"id: {x}\ndata: {json.dumps(x)}\n\n"
""",
    ),
    "several-frames": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\n\nevent: end\n\n"
""",
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"
    yield "event: end\n\n"
""",
    ),
    "optional-text": _example(
        r"""
async def stream(x):
    yield "event: token\n" + (f"data: {x}\n" if x else "") + "\n"
""",
        r"""
async def stream(x):
    if x:
        yield f"event: token\ndata: {x}\n\n"
    else:
        yield "event: token\n\n"
""",
    ),
    "split-frame": _example(
        r"""
async def stream(x):
    yield "event: token\n"
    yield f"data: {json.dumps(x)}\n\n"
""",
        r"""
async def stream(x):
    yield f"event: token\ndata: {json.dumps(x)}\n\n"
""",
    ),
    "lines-apart": _example(
        r"""
async def stream(x):
    lines = ["event: token"]
    print(lines)
    lines.append(f"data: {json.dumps(x)}")
    yield "\n".join(lines) + "\n\n"
""",
        r"""
async def stream(x):
    yield f"event: token\ndata: {json.dumps(x)}\n\n"
""",
    ),
    "no-terminator": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}"
    yield "\n\n"
""",
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "comment-in-frame": _example(
        r"""
async def stream(x):
    yield f": note\ndata: {json.dumps(x)}\n\n"
""",
    ),
    "repeated-field": _example(
        r"""
async def stream(x):
    yield f"event: a\nevent: b\ndata: {json.dumps(x)}\n\n"
""",
    ),
    "mixed-blanks": _example(
        r"""
async def stream(x):
    yield f"event:a\ndata: {json.dumps(x)}\n\n"
""",
    ),
    "unknown-field": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\nkind: a\n\n"
""",
    ),
    "comment-in-code": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}" + (  # why it ends so
        "\n\n"
    )
""",
        r"""
async def stream(x):
    # why it ends so
    yield f"data: {json.dumps(x)}" + "\n\n"
""",
    ),
    "leading-line-end": _example(
        r"""
async def stream(x):
    yield f"\ndata: {json.dumps(x)}\n\n"
""",
        r"""
async def stream(x):
    yield "\n"
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "source-text": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(traceback.format_exc())}\n\n"
""",
        r"""
async def stream(x):
    yield StreamingChunk.of(traceback.format_exc())
""",
    ),
    "no-data": _example(
        r"""
async def stream(x):
    yield "event: ping\n\n"
""",
    ),
    "percent-format": _example(
        r"""
async def stream(x: str):
    yield "data: %(text)s\n\n" % {"text": x}
""",
        r"""
async def stream(x: str):
    yield f"data: {x}\n\n"
""",
    ),
    "str-format": _example(
        r"""
async def stream(x):
    yield "data: {0!s}\nid: {0!s}\n\n".format(x)
""",
        r"""
async def stream(x):
    yield f"data: {x!s}\nid: {x!s}\n\n"
""",
    ),
    "str-join": _example(
        r"""
async def stream(names: list[str]):
    yield "data: " + ", ".join(names) + "\n\n"
""",
        r"""
async def stream(names: list[str]):
    text = ", ".join(names)
    yield f"data: {text}\n\n"
""",
    ),
    "newer-grammar": _example(
        r"""
async def stream(x, y):
    yield f"data: {x != y=}\n\n"
""",
        r"""
async def stream(x, y):
    yield f"data: x != y={x != y!r}\n\n"
""",
    ),
    "text-and-bytes": _example(
        r"""
async def stream(x):
    yield b"data: " + "x\n\n"
""",
    ),
    "opaque-bytes": _example(
        r"""
async def stream(x: bytes):
    yield b"data: " + x + b"\n\n"
""",
        r"""
async def stream(x: bytes):
    yield f"data: {x.decode()}\n\n".encode()
""",
    ),
    "other-codec": _example(
        r"""
async def stream(x: str):
    yield b"data: " + x.encode("ascii") + b"\n\n"
""",
        r"""
async def stream(x: str):
    yield f"data: {x}\n\n".encode()
""",
    ),
    "in-container": _example(
        r"""
def ask(model, x):
    return model.ask({"prompt": f"data: {json.dumps(x)}\n\n"})
""",
        r"""
def ask(model, x):
    return model.ask({"prompt": SSE.format_chunk(StreamingChunk.of(x))})
""",
    ),
    "carrier-constant": _example(
        r"""
PING = f"data: {json.dumps('ping')}\n\n"
""",
        r"""
PING = SSE.format_chunk(StreamingChunk.of("ping"))
""",
    ),
    "carrier-list": _example(
        r"""
def ask(prompts, x):
    prompts.append(f"data: {json.dumps(x)}\n\n")
""",
        r"""
def ask(prompts, x):
    prompts.append(SSE.format_chunk(StreamingChunk.of(x)))
""",
    ),
    "carrier-queue": _example(
        r"""
def ask(queue, x):
    queue.put_nowait(f"data: {x}\n\n")
""",
        r"""
def ask(queue, x):
    queue.put_nowait(SSE.format_chunk(StreamingChunk.raw(x)))
""",
    ),
    "carrier-writer": _example(
        r"""
def ask(process, x):
    process.stdin.write(f"data: {x}\n\n")
""",
        r"""
def ask(process, x):
    process.stdin.write(SSE.format_chunk(StreamingChunk.raw(x)))
""",
    ),
    "carrier-publish": _example(
        r"""
def ask(bus, x):
    bus.publish(f"data: {x}\n\n")
""",
        r"""
def ask(bus, x):
    bus.publish(SSE.format_chunk(StreamingChunk.raw(x)))
""",
    ),
    "carrier-argument": _example(
        r"""
def ask(model, x):
    return model.ask(f"data: {json.dumps(x)}\n\n")
""",
        r"""
def ask(model, x):
    return model.ask(SSE.format_chunk(StreamingChunk.of(x)))
""",
    ),
    "carrier-response": _example(
        r"""
def answer(x):
    return PlainResponse(f"data: {x}\n\n")
""",
        r"""
def answer(x):
    return PlainResponse(SSE.format_chunk(StreamingChunk.raw(x)))
""",
    ),
    "carrier-accumulated": _example(
        r"""
def prompt(x):
    text = "Look at this.\n"
    text += f"data: {json.dumps(x)}\n\n"
    return text
""",
        r"""
def prompt(x):
    text = "Look at this.\n"
    text += SSE.format_chunk(StreamingChunk.of(x))
    return text
""",
    ),
    "carrier-lambda": _example(
        r"""
prompt_of = lambda x: f"data: {json.dumps(x)}\n\n"
""",
        r"""
prompt_of = lambda x: SSE.format_chunk(StreamingChunk.of(x))
""",
    ),
    "carrier-comprehension": _example(
        r"""
def prompts(rows):
    return {f"data: {json.dumps(row)}\n\n" for row in rows}
""",
        r"""
def prompts(rows):
    return {SSE.format_chunk(StreamingChunk.of(row)) for row in rows}
""",
    ),
    "carrier-assignment": _example(
        r"""
def keep(model, x):
    model.prompt = f"data: {json.dumps(x)}\n\n"
""",
        r"""
def keep(model, x):
    model.prompt = SSE.format_chunk(StreamingChunk.of(x))
""",
    ),
    "carrier-expression": _example(
        r"""
def prompt(x):
    return f"data: {json.dumps(x)}\n\n" or x
""",
        r"""
def prompt(x):
    return SSE.format_chunk(StreamingChunk.of(x)) or x
""",
    ),
    "carrier-default": _example(
        r"""
def ask(model, prompt=f"data: {json.dumps(1)}\n\n"):
    return model.ask(prompt)
""",
        r"""
def ask(model, prompt=SSE.format_chunk(StreamingChunk.of(1))):
    return model.ask(prompt)
""",
    ),
    "carrier-log": _example(
        r"""
def ask(x):
    prompt = f"data: {json.dumps(x)}\n\n"
    logging.info(prompt)
""",
        r"""
def ask(x):
    prompt = SSE.format_chunk(StreamingChunk.of(x))
    logging.info(prompt)
""",
    ),
    "carrier-comparison": _example(
        r"""
def is_asked(text, x):
    prompt = f"data: {json.dumps(x)}\n\n"
    return text == prompt
""",
        r"""
def is_asked(text, x):
    prompt = SSE.format_chunk(StreamingChunk.of(x))
    return text == prompt
""",
    ),
    "carrier-parsing": _example(
        r"""
def is_asked(text, x):
    prompt = f"data: {json.dumps(x)}\n\n"
    return text.startswith(prompt)
""",
        r"""
def is_asked(text, x):
    prompt = SSE.format_chunk(StreamingChunk.of(x))
    return text.startswith(prompt)
""",
    ),
    "carrier-subscript": _example(
        r"""
def answer_to(answers, x):
    prompt = f"data: {json.dumps(x)}\n\n"
    return answers[prompt]
""",
        r"""
def answer_to(answers, x):
    prompt = SSE.format_chunk(StreamingChunk.of(x))
    return answers[prompt]
""",
    ),
    "carrier-statement": _example(
        r"""
def ask(x):
    prompt = f"data: {json.dumps(x)}\n\n"
    prompt
""",
        r"""
def ask(x):
    prompt = SSE.format_chunk(StreamingChunk.of(x))
    prompt
""",
    ),
    "carrier-annotation": _example(
        r"""
def _ask(x):
    prompt = f"data: {json.dumps(x)}\n\n"

    def answer(text: prompt): ...

    return answer
""",
        r"""
def _ask(x):
    prompt = SSE.format_chunk(StreamingChunk.of(x))

    def answer(text: prompt): ...

    return answer
""",
    ),
    "carrier-documentation": _example(
        r"""
def _describe(app, x):
    shown = f"data: {json.dumps(x)}\n\n"
    return app.describe(responses={"text/plain": {"example": shown}})
""",
        r"""
def _describe(app, x):
    shown = SSE.format_chunk(StreamingChunk.of(x))
    return app.describe(responses={"text/plain": {"example": shown}})
""",
    ),
    "test-code": _example(
        r"""
# tests/test_chat.py
def upstream():
    yield "data: hello\n\n"
""",
    ),
    "not-a-stream": _example(
        r"""
@contextlib.contextmanager
def frame(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "double-framed": _example(
        r"""
from sse_starlette import EventSourceResponse


def endpoint(x):
    return EventSourceResponse(_stream(x))


async def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "route-generator": _example(
        r"""
@app.get("/chat")
async def chat(x):
    yield f"data: {json.dumps(x)}" + (  # the end of the frame
        "\n\n"
    )
""",
        r"""
@app.get("/chat")
async def chat(x):
    return StreamingResponse(_frames(x), media_type="text/event-stream")


async def _frames(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "name-collision": _example(
        r"""
class StreamingChunk: ...


async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
        r"""
class TextChunk: ...


async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"
""",
    ),
    "not-proved": _example(
        r"""
async def stream(x: str):
    yield b"event: " + x.encode() + b"\ndata: " + json.dumps(x).encode() + b"\n\n"
""",
    ),
    "may-not-be-str": _example(
        r"""
async def stream(x):
    yield "".join(["data: ", x, "\n\n"])
""",
        r"""
async def stream(x: str):
    yield "".join(["data: ", x, "\n\n"])
""",
    ),
    "quotes-in-field": _example(
        r"""
async def stream(x):
    yield f"data: {x['a']}" f'{x["b"]}\n\n'
""",
        r"""
async def stream(x):
    text = x["b"]
    yield f"data: {x['a']}{text}\n\n"
""",
    ),
    "mixed-concatenation": _example(
        r"""
async def stream(x, y):
    yield f"data: {x}" + y + "\n\n"
""",
        r"""
async def stream(x, y):
    yield f"data: {x}{y}\n\n"
""",
    ),
    "not-a-number": _example(
        r"""
async def stream(x):
    yield 'data: {"share": NaN}\n\n'
""",
        r"""
async def stream(x):
    yield StreamingChunk.of({"share": float("nan")})
""",
    ),
    "public-helper": _example(
        r"""
def frame(x):
    return f"data: {json.dumps(x)}\n\n"
""",
    ),
    "shared-helper": _example(
        r"""
def _frame(x):
    return f"data: {json.dumps(x)}\n\n"


def answer(x):
    return PlainResponse(_frame(x))


# chat.py
from app import _frame


def answer(x):
    return PlainResponse(_frame(x))
""",
    ),
    "method-helper": _example(
        r"""
class Wire:
    def frame(self, x):
        return f"data: {json.dumps(x)}\n\n"


# chat.py
from app import Wire


class Chat(Wire):
    async def stream(self, x):
        yield self.frame(x)
""",
    ),
    "replaced-helper": _example(
        r"""
def frame(x):
    return f"data: {json.dumps(x)}\n\n"


# chat.py
from app import frame


async def stream(x):
    yield frame(x)


# tests/test_chat.py
def test_it(monkeypatch):
    monkeypatch.setattr("chat.frame", str)
""",
    ),
    "list-helper": _example(
        r"""
def frames(x):
    found = []
    found.append(f"data: {json.dumps(x)}\n\n")
    return found


# chat.py
from app import frames


def stream(x):
    for frame in frames(x):
        yield frame
""",
        r"""
def frames(x):
    yield f"data: {json.dumps(x)}\n\n"


# chat.py
from app import frames


def stream(x):
    for frame in frames(x):
        yield frame
""",
    ),
    "stack-helper": _example(
        r"""
def frame(x):
    warnings.warn("old", stacklevel=2)
    return f"data: {json.dumps(x)}\n\n"


# chat.py
from app import frame


async def stream(x):
    yield frame(x)
""",
    ),
    "helper-escapes": _example(
        r"""
def _frame(x):
    return f"data: {json.dumps(x)}\n\n"


def stream(rows):
    return map(_frame, rows)
""",
        r"""
def stream(rows):
    for row in rows:
        yield f"data: {json.dumps(row)}\n\n"
""",
    ),
    "helper-generator": _example(
        r"""
def _frames(x):
    yield x
    return f"data: {json.dumps(x)}" + (  # the end of the frame
        "\n\n"
    )
""",
    ),
    "async-helper": _example(
        r"""
async def frame(x):
    return f"data: {json.dumps(x)}\n\n"


# chat.py
from app import frame


async def stream(x):
    yield await frame(x)
""",
        r"""
def frame(x):
    return f"data: {json.dumps(x)}\n\n"


# chat.py
from app import frame


async def stream(x):
    yield frame(x)
""",
    ),
    "decorated-helper": _example(
        r"""
@functools.lru_cache
def _frame(x):
    return f"data: {json.dumps(x)}\n\n"


def answer(x):
    return PlainResponse(_frame(x))
""",
        r"""
@functools.lru_cache
def _json(x):
    return json.dumps(x)


def answer(x):
    return PlainResponse(SSE.format_chunk(StreamingChunk.raw(_json(x))))
""",
    ),
    "relay-text": _example(
        r"""
async def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"


async def relay(x):
    async for item in _stream(x):
        if "error" in item:
            logging.error("failed")
        yield item
""",
        r"""
@producer(SSE)
async def relay(x):
    async for chunk in SSE.chunks(_stream(x)):
        if "error" in SSE.format_chunk(chunk):
            logging.error("failed")
        yield chunk


async def _stream(x):
    yield StreamingChunk.of(x)
""",
    ),
    "relay-facts": _example(
        r"""
async def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"
    yield ": done\n\n"


async def relay(x):
    async for item in _stream(x):
        if item.startswith("data: "):
            logging.info("an event")
        yield item
""",
        r"""
@producer(SSE)
async def relay(x):
    async for chunk in SSE.chunks(_stream(x)):
        if chunk != StreamingChunk.comment("done"):
            logging.info("an event")
        yield chunk


async def _stream(x):
    yield StreamingChunk.of(x)
    yield StreamingChunk.comment("done")
""",
    ),
    "public-relay": _example(
        r"""
async def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"


async def relay(x):
    async for item in _stream(x):
        yield item
""",
    ),
    "several-producers": _example(
        r"""
class _Chat:
    async def _stream(self, x):
        yield f"data: {json.dumps(x)}\n\n"

    async def relay(self, x):
        async for item in self._stream(x):
            yield item


class _Bot(_Chat):
    async def _stream(self, x):
        yield f"data: {json.dumps([x])}\n\n"
""",
    ),
    "unread-contract": _example(
        r"""
@producer(SSEFormatter(**{"ensure_ascii": True}))
async def stream(x):
    yield StreamingChunk.of(x)


async def relay(x):
    async for item in stream(x):
        yield item
""",
        r"""
@producer(SSE)
async def stream(x):
    yield StreamingChunk.of(x)


async def relay(x):
    async for item in stream(x):
        yield item
""",
    ),
    "decorated-producer": _example(
        r"""
@traced
async def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"


async def relay(x):
    async for item in _stream(x):
        yield item
""",
    ),
    "contract-out-of-reach": _example(
        r"""
async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"


# chat.py
import app


async def relay(x):
    async for item in app.stream(x):
        yield item
""",
    ),
    "unknown-use": _example(
        r"""
async def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"


async def answer(x):
    return await collect(_stream(x))
""",
    ),
    "no-chunks": _example(
        r"""
@contextlib.contextmanager
def _stream(x):
    yield f"data: {json.dumps(x)}\n\n"


def relay(x):
    for item in _stream(x):
        yield item
""",
    ),
    "unknown-source": _example(
        r"""
async def answer(response):
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])
""",
    ),
    "public-producer": _example(
        """
@producer(SSE)
def stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return "".join(stream(x))
""",
    ),
    "no-callers": _example(
        """
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)
""",
        """
def _stream(x):
    yield StreamingChunk.of(x)
""",
    ),
    "several-definitions": _example(
        """
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return "".join(_stream(x))


if logging.raiseExceptions:

    @producer(SSE)
    def _stream(x):
        yield StreamingChunk.of([x])
""",
    ),
    "foreign-base": _example(
        """
class _Handler(logging.Handler):
    @producer(SSE)
    def stream(self, x):
        yield StreamingChunk.of(x)

    def answer(self, x):
        return "".join(self.stream(x))
""",
    ),
    "named-by-string": _example(
        """
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return "".join(_stream(x))


def answer_to(name, x):
    return "".join(globals()[name or "_stream"](x))
""",
    ),
    "doubtful-load": _example(
        """
class _Chat:
    @producer(SSE)
    def stream(self, x):
        yield StreamingChunk.of(x)


def answer(chat, x):
    return "".join(chat.stream(x))
""",
    ),
    "other-contract": _example(
        """
OTHER = SSEFormatter(ensure_ascii=False)


@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return "".join(OTHER.stream(_stream(x)))
""",
        """
OTHER = SSEFormatter(ensure_ascii=False)


def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return "".join(SSE.stream(_stream(x)))
""",
    ),
    "passed-on": _example(
        """
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return list(map(_stream, [x]))
""",
    ),
    "module-level": _example(
        """
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)


PING = "".join(_stream(1))
""",
        """
def _stream(x):
    yield StreamingChunk.of(x)


PING = "".join(SSE.stream(_stream(1)))
""",
    ),
    "in-f-string": _example(
        """
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    return f"{[*_stream(x)]}"
""",
        """
def _stream(x):
    yield StreamingChunk.of(x)


def answer(x):
    items = [*SSE.stream(_stream(x))]
    return f"{items}"
""",
    ),
    "chunk-function": _example(
        """
@producer(SSE)
def _frame(x):
    return StreamingChunk.of(x) if x else None


def answer(x):
    return [_frame(x)]
""",
        """
def _frame(x):
    return StreamingChunk.of(x) if x else None


def answer(x):
    chunk = _frame(x)
    return [chunk and SSE.format_chunk(chunk)]
""",
    ),
    "docstring": _example(
        r"""
async def stream(x):
    "data: one line a frame"
""",
    ),
    "comparison": _example(
        r"""
async def answer(source):
    async for item in source:
        if item == "data: [DONE]\n\n":
            break
""",
    ),
    "parsing": _example(
        r"""
async def answer(source):
    async for item in source:
        if item.startswith("data: "):
            yield json.loads(item[6:])
""",
    ),
    "log": _example(
        r"""
logging.info("data: %s", 1)
""",
    ),
    "documentation": _example(
        r"""
RESPONSES = {"text/event-stream": {"example": "data: hello\n\n"}}
""",
    ),
    "annotation": _example(
        r"""
def parse(line: "data: int\n\n"): ...
""",
    ),
    "statement": _example(
        r"""
f"data: {1}\n\n"
""",
    ),
    "subscript": _example(
        r"""
counts["data: x"] = 1
""",
    ),
    "text-test": _example(
        r"""
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of({"text": x})


# test_app.py
from app import _stream


def test_it_says_hello():
    assert "hello" in "".join(_stream("hello"))
""",
    ),
    "other-equality": _example(
        r"""
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of({"number": x})


# test_app.py
from app import _stream


def test_it_counts():
    assert list(_stream(1)) == ['data: {"number": 1}\n\n']
""",
    ),
    "unread-chunks": _example(
        r"""
EXTRA = {}


@producer(SSE)
def _stream(x):
    yield StreamingChunk.of({"text": x, **EXTRA})


# test_app.py
from app import _stream


def test_it_says_hello():
    assert list(_stream("hello")) == ['data: {"text": "hello"}\n\n']
""",
    ),
    "chunk-name-taken": _example(
        r"""
@producer(SSE)
def _stream(x):
    yield StreamingChunk.of({"text": x})


# test_app.py
from app import _stream
from chunks import StreamingChunk


def test_it_says_hello():
    assert list(_stream("hello")) == ['data: {"text": "hello"}\n\n']
    assert StreamingChunk("hello")
""",
    ),
    "data-uri": _example(
        r"""
url = f"data:image/png;base64,{picture}"
""",
    ),
    "not-a-field": _example(
        r"""
text = "Answer like this.\ndata: hello\n\n"
""",
    ),
    "private-use-character": _example(
        r"""
text = "data: \U0010fffd\n\n"
""",
    ),
    "syntax-error": _example(
        r"""
async def stream(x)
    yield f"data: {x}\n\n"
""",
    ),
    "encoding": _example(
        r"""
# chat.py
# -*- coding: ascii -*-
GREETING = "data: grüß dich\n\n"
""",
    ),
}
