"""Programs whose plain rewrite is wrong for a reason that no single expression shows: carriers, flow, order, names."""

from dataclasses import dataclass

HEAD = """\
import json

log = []


class Odd:
    pass


def note(value):
    log.append(str(value))
    return value

"""
WRONG_HEAD = """\
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True, strict=False)
"""


@dataclass(frozen=True)
class Fault:
    r"""A program and its wrong rewrite.

    Attributes:
        name: What is wrong.
        program: The program; `stream()` gives the frames.
        changes: What the wrong rewrite puts in the place of what.
        expect: The verdict of each site: its reason, or `auto` if there is a right rewrite.
    """

    name: str
    program: str
    changes: tuple[tuple[str, str], ...]
    expect: tuple[str, ...]

    @property
    def old(self) -> str:
        return HEAD + self.program

    @property
    def wrong(self) -> str:
        text = self.program
        for before, after in (*self.changes, ("def stream(", "@producer(SSE)\ndef stream(")):
            assert before in text, before
            text = text.replace(before, after)
        return WRONG_HEAD + HEAD + text


DUMPED = r"""f"data: {json.dumps(payload)}\n\n" """.strip()
FAULTS = [
    Fault("split frame merged into one", r"""
def stream():
    yield "event: a\n"
    yield f"data: {json.dumps(Odd())}\n\n"
""", (('    yield "event: a\\n"\n', ""), ('f"data: {json.dumps(Odd())}\\n\\n"', 'StreamingChunk.of(Odd(), event="a")')),
          ("split-frame", "auto")),
    Fault("encoded after the payload has changed: variable", rf"""
def stream():
    payload = {{"n": 1}}
    frame = {DUMPED}
    payload["n"] = 2
    yield frame
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("auto",)),
    Fault("encoded after the payload has changed: list", rf"""
def stream():
    frames, payload = [], {{"n": 1}}
    frames.append({DUMPED})
    payload["n"] = 2
    frames.append({DUMPED})
    yield from frames
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("auto", "auto")),
    Fault("encoded after the payload has changed: helper", rf"""
def _frame(payload):
    return {DUMPED}


def stream():
    payload = {{"n": 1}}
    first = _frame(payload)
    payload["n"] = 2
    yield first
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("auto", "auto")),
    Fault("the condition of a choice of encoders runs before the event is rendered", r"""
def stream():
    event = "first"

    def turn():
        nonlocal event
        event = "second"
        return True

    yield f"event: {event}\ndata: {json.dumps(1) if turn() else json.dumps(2)}\n\n"
""", (('f"event: {event}\\ndata: {json.dumps(1) if turn() else json.dumps(2)}\\n\\n"',
      "StreamingChunk.of(1, event=event) if turn() else StreamingChunk.of(2, event=event)"),), ("auto",)),
    Fault("a choice of encoders outside of the try that encoded", r"""
def stream():
    try:
        data = json.dumps(Odd()) if log == [] else json.dumps(2)
    except TypeError:
        data = "none"
    yield f"data: {data}\n\n"
""", (("data = json.dumps(Odd()) if log == [] else json.dumps(2)", "data = Odd() if log == [] else 2"),
      ('f"data: {data}\\n\\n"', "StreamingChunk.of(data)")), ("auto",)),
    Fault("encoded outside of the helper's own try", rf"""
def _frame(payload):
    try:
        return {DUMPED}
    except TypeError:
        return "data: [DONE]\n\n"


def stream():
    yield _frame(Odd())
""", ((DUMPED, "StreamingChunk.of(payload)"), ('"data: [DONE]\\n\\n"', "StreamingChunk.done()")), ("auto", "auto", "auto")),
    Fault("encoded outside of the helper's own finally", rf"""
def _frame(payload):
    try:
        return {DUMPED}
    finally:
        payload.clear()


def stream():
    yield _frame({{"n": 1}})
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("auto", "auto")),
    Fault("encoded outside of the with around a variable", rf"""
import contextlib


def stream():
    frame = "data: [DONE]\n\n"
    with contextlib.suppress(TypeError):
        payload = Odd()
        frame = {DUMPED}
    yield frame
""", ((DUMPED, "StreamingChunk.of(payload)"), ('"data: [DONE]\\n\\n"', "StreamingChunk.done()")), ("auto", "auto")),
    Fault("serialised where nobody catches", r"""
def stream():
    try:
        data = json.dumps(Odd())
    except TypeError:
        data = "{}"
    yield f"data: {data}\n\n"
""", (("json.dumps(Odd())", "Odd()"), ('f"data: {data}\\n\\n"', "StreamingChunk.of(data)")), ("auto",)),
    Fault("serialised text that is read again", r"""
def stream():
    data = json.dumps({"é": 1})
    yield f"data: {data}\n\n"
    note(len(data))
""", (('json.dumps({"é": 1})', '{"é": 1}'), ('f"data: {data}\\n\\n"', "StreamingChunk.of(data)")), ("auto",)),
    Fault("serialised, then changed", r"""
def stream():
    payload = {"n": 1}
    data = json.dumps(payload)
    payload["n"] = 2
    yield f"data: {data}\n\n"
""", (("data = json.dumps(payload)", "data = payload"), ('f"data: {data}\\n\\n"', "StreamingChunk.of(data)")), ("auto",)),
    Fault("a tuple", r"""
def stream():
    yield f"data: {json.dumps(1)}\n\n", 500
""", (('f"data: {json.dumps(1)}\\n\\n"', "StreamingChunk.of(1)"),), ("in-container",)),
    Fault("a list", r"""
def stream():
    yield [f"data: {json.dumps(1)}\n\n"]
""", (('f"data: {json.dumps(1)}\\n\\n"', "StreamingChunk.of(1)"),), ("in-container",)),
    Fault("a dict", r"""
def stream():
    yield {"frame": f"data: {json.dumps(1)}\n\n"}
""", (('f"data: {json.dumps(1)}\\n\\n"', "StreamingChunk.of(1)"),), ("in-container",)),
    Fault("a list that is yielded whole", r"""
def stream():
    frames = [f"data: {json.dumps(1)}\n\n"]
    yield frames
""", (('f"data: {json.dumps(1)}\\n\\n"', "StreamingChunk.of(1)"),), ("in-container",)),
    Fault("a frame that is measured", rf"""
def stream():
    payload = {{"n": 1}}
    frame = {DUMPED}
    note(len(frame))
    yield frame
""", ((DUMPED, "SSE.encoded(StreamingChunk.of(payload))"),), ("carrier-argument",)),
    Fault("a frame that is logged", rf"""
def stream():
    payload = {{"n": 1}}
    frame = {DUMPED}
    note(frame)
    yield frame
""", ((DUMPED, "SSE.encoded(StreamingChunk.of(payload))"),), ("carrier-argument",)),
    Fault("a frame that is compared with the last one", rf"""
def stream():
    last = None
    for payload in ({{"n": 1}}, {{"n": True}}):
        frame = {DUMPED}
        if frame != last:
            yield frame
        last = frame
""", ((DUMPED, "SSE.encoded(StreamingChunk.of(payload))"),), ("carrier-comparison",)),
    Fault("a frame that is cut", rf"""
def stream():
    payload = {{"n": 1}}
    frame = {DUMPED}
    note(frame[6:])
    yield frame
""", ((DUMPED, "SSE.encoded(StreamingChunk.of(payload))"),), ("carrier-subscript|carrier-expression",)),
    Fault("frames that are summed", rf"""
def stream():
    total = ""
    for payload in (1, 2):
        frame = {DUMPED}
        total += frame
        yield frame
    note(total)
""", ((DUMPED, "SSE.encoded(StreamingChunk.of(payload))"),), ("carrier-accumulated",)),
    Fault("a frame that is searched for the sentinel", rf"""
def stream():
    for payload in ("[DONE]", 2):
        frame = {DUMPED}
        if "[DONE]" in frame:
            note("saved")
        yield frame
""", ((DUMPED, "StreamingChunk.of(payload)"), ('"[DONE]" in frame', 'frame.type == "done"')), ("carrier-comparison",)),
    Fault("a frame that is encoded later", rf"""
def stream():
    payload = {{"n": 1}}
    frame = {DUMPED}
    yield frame.encode()
""", ((DUMPED, "StreamingChunk.of(payload)"), ("frame.encode()", "frame")), ("carrier-expression",)),
    Fault("a frame that is formatted again", rf"""
def stream():
    payload = {{"n": 1}}
    frame = {DUMPED}
    yield f"id: 1\n{{frame}}"
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("auto",)),
    Fault("a frame that another function gets too", rf"""
class Box:
    def __init__(self):
        self.kept = None


def stream():
    box, payload = Box(), {{"n": 1}}
    box.kept = {DUMPED}
    note(box.kept)
    yield box.kept
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("carrier-assignment",)),
    Fault("a helper that is passed on as a value", rf"""
def _frame(payload):
    return {DUMPED}


def stream():
    for frame in map(_frame, (1, 2)):
        yield note(frame)
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("helper-escapes",)),
    Fault("a helper whose text is logged", rf"""
def _frame(payload):
    return {DUMPED}


def stream():
    frame = _frame(1)
    note(frame)
    yield frame
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("carrier-argument", "carrier-argument")),
    Fault("a lambda", rf"""
def stream():
    frame = lambda payload: {DUMPED}
    yield note(frame(1))
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("carrier-lambda",)),
    Fault("a context manager", rf"""
import contextlib


@contextlib.contextmanager
def opened(payload):
    yield {DUMPED}


def stream():
    with opened(1) as frame:
        yield note(frame)
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("not-a-stream",)),
    Fault("a name that is another class", rf"""
class StreamingChunk:
    @staticmethod
    def of(payload):
        return "other"


def stream():
    payload = {{"n": 1}}
    yield {DUMPED}
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("name-collision",)),
    Fault("an encoder that the project patches", rf"""
_dumps = json.dumps
json.dumps = lambda value, **options: _dumps(value, indent=1, **options)


def stream():
    payload = {{"n": 1}}
    yield {DUMPED}
    json.dumps = _dumps
""", ((DUMPED, "StreamingChunk.of(payload)"),), ("auto|patched-encoder",)),
    Fault("an encoder of the class's own", r"""
class Service:
    def dumps(self, payload):
        return "own"


json_module, json = json, Service()


def stream():
    yield f"data: {json.dumps(1)}\n\n"
""", (('f"data: {json.dumps(1)}\\n\\n"', "StreamingChunk.of(1)"),), ("auto",)),
    Fault("an encoder with a default that has an effect", r"""
def stream():
    yield f"data: {json.dumps(Odd(), default=lambda value: note(7))}\n\n"
""", (("json.dumps(Odd(), default=lambda value: note(7))", "json.dumps(7)"), ('f"data: {json.dumps(7)}\\n\\n"', "StreamingChunk.of(7)")),
          ("auto",)),
    Fault("two dialects in one producer", r"""
def stream():
    yield f"data: {json.dumps('é')}\n\n"
    yield f"data: {json.dumps('é', ensure_ascii=False)}\n\n"
""", ((r"""f"data: {json.dumps('é')}\n\n" """.strip(), "StreamingChunk.of('é')"),
      (r"""f"data: {json.dumps('é', ensure_ascii=False)}\n\n" """.strip(), "StreamingChunk.of('é')")), ("auto", "auto")),
    Fault("two key orders of one type", r"""
def stream():
    yield f"data: {json.dumps({'type': 'a', 'content': 1})}\n\n"
    yield f"data: {json.dumps({'content': 1, 'type': 'a'})}\n\n"
""", ((r"""f"data: {json.dumps({'type': 'a', 'content': 1})}\n\n" """.strip(), "StreamingChunk(type='a', content=1)"),
      (r"""f"data: {json.dumps({'content': 1, 'type': 'a'})}\n\n" """.strip(), "StreamingChunk(type='a', content=1)")),
          ("auto", "auto")),
    Fault("str and bytes in one producer", r"""
def stream():
    yield f"data: {json.dumps(1)}\n\n"
    yield f"data: {json.dumps(1)}\n\n".encode()
""", ((r"""f"data: {json.dumps(1)}\n\n".encode()""", "StreamingChunk.of(1)"),), ("auto", "auto")),
    Fault("an event that the payload's closure changes", r"""
def stream():
    phase = "first"

    def advance():
        nonlocal phase
        phase = "next"
        return 1

    yield f"event: {phase}\ndata: {json.dumps(advance())}\n\n"
""", ((r"""f"event: {phase}\ndata: {json.dumps(advance())}\n\n" """.strip(), "StreamingChunk.of(advance(), event=phase)"),),
          ("auto",)),
    Fault("an event that a call changes through the module", r"""
phase = "first"


def advance():
    global phase
    phase = "next"
    return 1


def stream():
    yield f"event: {phase}\ndata: {json.dumps({'n': advance()})}\n\n"
""", ((r"""f"event: {phase}\ndata: {json.dumps({'n': advance()})}\n\n" """.strip(),
       "StreamingChunk.of({'n': advance()}, event=phase)"),),
          ("auto",)),
    Fault("an event that the payload binds", r"""
def stream(event: str = "first"):
    yield f"event: {event}\ndata: {json.dumps((event := str(2)))}\n\n"
""", ((r"""f"event: {event}\ndata: {json.dumps((event := str(2)))}\n\n" """.strip(),
       "StreamingChunk.of((event := str(2)), event=event)"),),
          ("auto|not-proved",)),
    Fault("an event that is no plain str: a sum", r"""
import enum


class Kind(str, enum.Enum):
    TOKEN = "token"

    def __format__(self, spec):
        return "Kind.TOKEN"


def stream(kind: str = "token"):
    yield from _stream(Kind(kind))


def _stream(kind: str):
    yield "event: " + kind + "\ndata: " + json.dumps(1) + "\n\n"
""", ((r'''"event: " + kind + "\ndata: " + json.dumps(1) + "\n\n"''', "StreamingChunk.of(1, event=kind)"),
      ("def _stream(", "@producer(SSE)\ndef _stream(")),
          ("auto",)),
    Fault("data that is no plain str: a sum", r"""
import enum


class Kind(str, enum.Enum):
    TOKEN = "token"

    def __format__(self, spec):
        return "Kind.TOKEN"


def stream():
    yield from _stream(Kind.TOKEN)


def _stream(text: str):
    yield "data: " + text + "\n\n"
""", ((r'''"data: " + text + "\n\n"''', "StreamingChunk.raw(text)"), ("def _stream(", "@producer(SSE)\ndef _stream(")),
          ("auto",)),
    Fault("an import of json that has not run yet", r"""
def stream():
    for step in ("text",):
        if step == "tool":
            import json

            yield f"data: {json.dumps({'tool': 1})}\n\n"
    yield f"data: {json.dumps({'n': 1})}\n\n"
""", (("            import json\n\n", ""), (r"""f"data: {json.dumps({'tool': 1})}\n\n" """.strip(), "StreamingChunk.of({'tool': 1})"),
      (r"""f"data: {json.dumps({'n': 1})}\n\n" """.strip(), "StreamingChunk.of({'n': 1})")),
          ("auto", "auto")),
]  # fmt: skip
