"""Frames that move through variables, lists and functions before they are yielded."""

from tests.codemods.harness import Case
from tests.codemods.semantic_cases import app

CASES = [
    app("compared with the last frame", """
async def stream(x):
    last = None
    async for item in upstream(x):
        frame = f"data: {json.dumps(str(item))}\\n\\n"
        if frame != last:
            yield frame
        last = frame
""", "payload as text"),
    app("collected in a set", """
def stream(x):
    frames = set()
    for i in range(3):
        frames.add(f"data: {json.dumps(1)}\\n\\n")
    yield from frames
""", "payload as text"),
    app("a list whose frames are counted and cut", """
def stream(x):
    frames = []
    frames.append(f"data: {json.dumps(1)}\\n\\n")
    frames.append(f"data: {json.dumps(1)}\\n\\n")
    note(str(frames.count(frames[0])))
    note(frames[0][:4])
    yield from frames
""", "payload as text", "payload as text"),
    app("a list that is sorted", """
def stream(x):
    frames = []
    for i in (3, 1, 2):
        frames.append(f"data: {json.dumps(i)}\\n\\n")
    frames.sort()
    for frame in reversed(frames):
        yield frame
""", "payload as text"),
    app("sorted frames", """
def stream(x):
    frames = [f"data: {json.dumps(i)}\\n\\n" for i in (3, 1, 2)]
    yield from sorted(frames)
""", "payload as text"),
    app("a list that is yielded with others", """
def stream(x):
    frames = []
    frames.append(f"data: {json.dumps(x)}\\n\\n")
    yield from frames + ["x"]
    yield from [*frames, "data: [DONE]\\n\\n"]
""", "payload", "typed"),
    app("truth tests of a list and of its frames", """
def stream(x):
    frames = []
    if x:
        frames.append(f"data: {json.dumps(x)}\\n\\n")
    if not frames:
        yield "none"
    for f in frames:
        if f:
            yield f
""", "payload"),
    app("a loop over frames that strips them", """
def stream(x):
    for f in (f"data: {json.dumps(x)}\\n\\n", "data: [DONE]\\n\\n"):
        yield f.strip()
""", "payload as text", "typed as text"),
    app("a loop over frames that logs them", """
def stream(x):
    for f in (f"data: {json.dumps(x)}\\n\\n", "data: [DONE]\\n\\n"):
        note(f)
        yield f
""", "payload as text", "typed as text"),
    app("an inner function uses the frame", """
def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"

    def inner():
        return frame.upper()

    note(inner())
    yield frame
""", "payload as text"),
    app("a variable that is bound at the end of each branch", """
async def stream(x):
    async for item in upstream():
        if item == "one":
            frame = f"event: one\\ndata: {json.dumps(item)}\\n\\n"
        elif item:
            frame = f"data: {json.dumps([item])}\\n\\n"
        else:
            note("none")
            frame = "data: [DONE]\\n\\n"
        yield frame
""", "payload", "payload", "typed", lacks=("SSE.encoded",)),
    app("a variable that is bound in branches, and something runs after", """
async def stream(x):
    payload = {"x": x}
    if x:
        frame = f"data: {json.dumps(payload)}\\n\\n"
        payload.clear()
    else:
        frame = f"data: {json.dumps([payload])}\\n\\n"
    yield frame
""", "payload", "payload", contains=("SSE.encoded(StreamingChunk.of(payload))", "SSE.encoded(StreamingChunk.of([payload]))")),
    app("a variable that is bound in one branch, and before", """
async def stream(x):
    payload = {"x": x}
    frame = f"data: {json.dumps(payload)}\\n\\n"
    if payload.pop("x"):
        frame = f"data: {json.dumps([payload])}\\n\\n"
    yield frame
""", "payload", "payload", contains=("SSE.encoded(StreamingChunk.of(payload))",)),
    app("what never changes is not encoded where it is collected", """
def stream(x):
    frames = []
    frames.append(f"data: {json.dumps({'type': 'start', 'n': [1, None]})}\\n\\n")
    frames.append(f"data: {json.dumps({'x': x})}\\n\\n")
    frames.append('data: {"type": "ping"}\\n\\n')
    frames.append(": ping\\n\\n")
    frames.append(f"event: {x}\\ndata: {{}}\\n\\n")
    frames.append(f"data: {json.dumps({(1, 2): 3})}\\n\\n")
    frames.append("data: [DONE]\\n\\n")
    yield from frames
""", "payload", "payload", "payload", "typed", "payload", "payload", "typed", contains=(
        'append(StreamingChunk.of({"type": "start", "n": [1, None]}))', 'append(SSE.encoded(StreamingChunk.of({"x": x})))',
        'append(StreamingChunk.of({"type": "ping"}))', 'append(StreamingChunk.comment("ping"))',
        'append(SSE.encoded(StreamingChunk.of({}, event=f"{x}")))', "append(SSE.encoded(StreamingChunk.of({(1, 2): 3})))",
        "append(StreamingChunk.done())",
    )),
    app("a variable that grows by a sum", """
def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    frame = frame + "data: [DONE]\\n\\n"
    yield frame
""", "payload as text"),
    app("a variable that grows by +=", """
def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    frame += "data: [DONE]\\n\\n"
    yield frame
""", "payload as text"),
    app("a frame in an f-string", """
def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    yield f"{frame}"
""", "payload as text"),
    app("a frame as default value", """
def stream(x, frame=f"data: {json.dumps(1)}\\n\\n"):
    yield frame
""", "refused carrier-default", not_sse=()),
    app("a helper's text in a variable that is split", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"

def stream(x):
    f = _sse(x)
    yield f
    note(f.split()[0])
""", "payload as text", "payload as text"),
    app("a frame through a function that gives it back", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"

def _pass(frame):
    return frame

def stream(x):
    yield _pass(_sse(x))
""", "payload", "payload", "payload"),
    app("a frame through a function that cuts it", """
def _cut(frame):
    return frame[:4]

def stream(x):
    yield _cut(f"data: {json.dumps(x)}\\n\\n")
""", "payload as text"),
    app("a function that collects frames", """
def _send(frame, out):
    out.append(frame)

def stream(x):
    out = []
    _send(f"data: {json.dumps(x)}\\n\\n", out)
    yield from out
    note(str(out))
""", "payload as text"),
    app("a frame within JSON", """
def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    yield json.dumps({"f": frame})
    yield frame
""", "payload as text"),
    app("a dict of frames", """
def stream(x):
    frames = {"a": f"data: {json.dumps(x)}\\n\\n"}
    yield frames["a"]
""", "payload as text"),
    app("a buffer in an attribute", """
class S:
    def __init__(self):
        self.buffer = []
    def stream(self, x):
        self.buffer.append(f"data: {json.dumps(x)}\\n\\n")
        yield from self.buffer
        note("".join(self.buffer))
""", "payload as text", entry="app:S().stream"),
    app("a generator that is given frames", """
def _pump(frames):
    for f in frames:
        note(f)
        yield f

def stream(x):
    yield from _pump([f"data: {json.dumps(x)}\\n\\n"])
""", "payload as text"),
    app("bound in try, yielded behind finally", """
def stream(x):
    try:
        frame = f"data: {json.dumps(x)}\\n\\n"
    except TypeError:
        frame = "data: bad\\n\\n"
    else:
        note("ok")
    finally:
        note("fin")
    yield frame
""", "payload", "encoded"),
    app("percent with a mapping, a conversion, a number", """
def stream(x):
    yield "event: %(e)s\\ndata: %(d)s\\n\\n" % {"e": x, "d": json.dumps(x)}
    yield "data: %r|%5s|%%\\n\\n" % (x, x)
    yield "data: %d\\n\\n" % x
""", "refused percent-format", "refused percent-format", "refused percent-format"),
    app("percent with what may be a tuple", """
def stream(x):
    yield "data: %s\\n\\n" % x
""", "refused percent-format"),
    app("percent with tuples", """
def stream(x):
    yield "data: %s\\n\\n" % (x,)
    yield "event: %s\\ndata: %s\\n\\n" % (note("a"), json.dumps(note("b", x)))
""", "encoded", "refused percent-format"),
    app("str.format with all kinds of fields", """
def stream(x):
    yield "data: {0}{0}\\n\\n".format(x)
    yield "data: {!r:>10}\\n\\n".format(x)
    yield "data: {a.real}\\n\\n".format(a=x)
    yield "data: {} {{}}\\n\\n".format(json.dumps(x))
    yield "event: {b}\\ndata: {a}\\n\\n".format(a=note("a"), b=note("b"))
""", "refused str-format", "encoded", "refused str-format", "encoded", "refused not-proved", wish="name and number fields that are used once"),
    app("str.format with arguments that are not shown", """
def stream(x):
    yield "data: {}\\n\\n".format(x, note("extra"))
    yield "data: {}\\n\\n".format(*[x])
""", "refused str-format", "refused str-format"),
    app("str.format without enough arguments", """
def stream(x):
    yield "data: {}{}\\n\\n".format(x)
""", "refused str-format"),
    app("str.join of lists and tuples", """
def stream(x):
    yield "\\n".join([f"event: {x}", f"data: {json.dumps(x)}", "", ""])
    yield "\\n".join(["data: " + x, "\\n"])
    yield "".join(("data: ", json.dumps(x), "\\n\\n"))
    yield "".join(["data: ", x, "\\n\\n"])
""", "payload", "encoded", "payload", "refused may-not-be-str"),
    app("str.join with effects after the data", """
def stream(x):
    yield "".join([f"data: {json.dumps(note('d', x))}\\n", f"event: {note('e')}\\n", "\\n"])
""", "encoded"),
    app("a coroutine helper whose text is measured", """
async def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    note(str(len(await _sse(1))))
    yield await _sse(x)
""", "payload", "payload as text", "payload"),
    app("a helper's text in an f-string, in percent, in str()", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    note(f"{_sse(1)}")
    note("%s" % _sse(2))
    note(str(_sse("a") == "data: 1\\n\\n"))
    yield _sse(x)
""", "payload as text", "payload as text", "payload as text", "payload as text", "payload as text"),
    app("a helper of bytes whose length is taken", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n".encode()


async def stream(x):
    note(str(len(_sse(x))))
    yield _sse(x)
""", "payload", "payload as text", "payload"),
    app("a helper with a mangled name", """
class S:
    def __sse(self, x):
        return f"data: {json.dumps(x)}\\n\\n"

    def stream(self, x):
        yield self.__sse(x)
""", "payload", "payload", entry="app:S().stream"),
    app("a producer that runs at import", """
def _gen():
    yield f"data: {json.dumps(1)}\\n\\n"


FRAMES = list(_gen())


def stream(x):
    yield from FRAMES
    note("".join(FRAMES))
""", "payload"),
    app("a closure that is run in every way", """
def stream(x):
    def gen(n=2):
        for i in range(n):
            yield f"data: {json.dumps([i, x])}\\n\\n"

    frames = list(gen())
    note("".join(frames))
    yield from frames
    yield "".join(gen())
    first, *rest = gen(3)
    yield first.strip()
    yield next(gen())[:5]
""", "payload"),
    app("the payload is rebound behind the frame", """
async def stream(x):
    payload = {"x": x}
    frame = f"data: {json.dumps(payload)}\\n\\n"
    payload = None
    yield frame
""", "payload"),
    app("a match on the frame", """
def stream(x):
    frame = f"data: {json.dumps(x)}\\n\\n"
    match frame:
        case "data: 1\\n\\n":
            note("one")
        case str():
            note("str")
    yield frame
""", "payload as text"),
    app("a list under two names", """
def stream(x):
    frames = []
    other = frames
    frames.append(f"data: {json.dumps(x)}\\n\\n")
    note("".join(other))
    yield from frames
""", "payload as text"),
    app("a helper that keeps and changes its payload", """
def _sse(x, extra=[]):
    extra.append(x)
    return f"data: {json.dumps(extra)}\\n\\n"


def stream(x):
    a = _sse(1)
    b = _sse(2)
    yield a
    yield b
""", "payload", "payload", "payload"),
    app("frames in a display whose payload changes between", """
def _sse(p):
    return f"data: {json.dumps(p)}\\n\\n"


def stream(x):
    p = {"a": 1}
    frames = [_sse(p), p.update(a=2) or _sse(p)]
    p.clear()
    for f in frames:
        yield f
""", "payload", "payload", "payload as text"),
    app("frames that are filtered", """
def stream(x):
    frames = [f"data: {json.dumps(i)}\\n\\n" for i in range(3)]
    yield from [f for f in frames if "1" in f]
""", "payload as text"),
    Case("a star import hides our names", {
        "other.py": "SSE = 1\nproducer = 2\nStreamingChunk = 3\nSSEFormatter = 4\n",
        "zother.py": "from other import *\n",
        "app.py": 'import json\n\nfrom zother import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
    }, ("encoded",)),
    Case("a star import behind other code", {
        "other.py": "SSE = 1\nproducer = 2\nStreamingChunk = 3\nSSEFormatter = 4\n",
        "app.py": 'import json\n\nLIMIT = 3\n\nfrom other import *\nfrom stage import note\n\n\nasync def stream(x):\n    note(LIMIT)\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
    }, ("encoded",)),
    Case("a star import behind a function that has nothing to do with it", {
        "other.py": "SSE = 1\nproducer = 2\nStreamingChunk = 3\nSSEFormatter = 4\n",
        "app.py": 'import json\n\n\ndef double(x):\n    return [x, x]\n\n\nfrom other import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(double(x))}\\n\\n"\n',
    }, ("encoded",)),
    Case("a star import behind the producer", {
        "other.py": "limit = 3\n",
        "app.py": 'import json\n\n\nasync def stream(x):\n    yield f"data: {json.dumps([x, limit])}\\n\\n"\n\n\nfrom other import *\n',
    }, ("refused name-collision",)),
    Case("a star import in a branch, behind the others", {
        "other.py": "limit = 3\n",
        "app.py": 'import json\n\nif json:\n    from other import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps([x, limit])}\\n\\n"\n',
    }, ("refused name-collision",)),
    Case("a star import gives a name of ours, which the file uses", {
        "other.py": "class StreamingChunk(dict):\n    pass\n",
        "app.py": 'import json\nfrom other import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(StreamingChunk(a=x))}\\n\\n"\n',
    }, ("refused name-collision",)),
    Case("a star import gives the name of a contract, which the file uses", {
        "other.py": "SSE = {'a': 1}\n",
        "app.py": 'import json\nfrom other import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps([SSE, x])}\\n\\n"\n',
    }, ("encoded",)),
    Case("no blank line between the import and the function", 'import json\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n', ("payload",)),
    Case("one blank line between the import and the class", 'import json\n\nclass Service:\n    async def stream(self, x):\n        yield f"data: {json.dumps(x)}\\n\\n"\n', ("payload",), entry="app:Service().stream"),
]  # fmt: skip
