"""What is special to phase 1: where `begin` goes, what is bound, which names are taken, lines that stay as they are."""

from tests.codemods.harness import Case

CASES = [
    Case(
        "phase 1: a function of one line, with a docstring",
        r"""
import json


def stream(x): "Doc."; yield f"data: {json.dumps(x)}\n\n"; yield ": a\n\n"
""",
        ("payload", "typed"),
    ),
    Case(
        "phase 1: a comment comes first",
        r"""
import json


async def stream(
    x,  # the value
):
    # what comes first

    for _ in range(2):
        yield f"data: {json.dumps({'x': x})}\n\n"
""",
        ("payload",),
    ),
    Case(
        "phase 1: a decorated function comes first",
        r"""
import functools
import json


def stream(x):
    @functools.cache
    def inner():
        return 1

    yield f"data: {json.dumps({'x': inner()})}\n\n"
""",
        ("payload",),
    ),
    Case(
        "phase 1: its names are taken",
        r"""
import json


def begin(x):
    return x


def stream(x):
    wire, v0 = begin(x), 2
    yield f"data: {json.dumps({'x': wire, 'v': v0})}\n\n"
""",
        ("payload",),
    ),
    Case(
        "phase 1: a global of its name is bound in the function",
        r"""
import json

wire = 1


def stream(x):
    global wire
    wire = 3
    yield f"data: {json.dumps({'x': x})}\n\n"
    yield f"data: {wire}\n\n"
""",
        ("payload", "encoded"),
    ),
    Case(
        "phase 1: functions in a function, a lambda, comprehensions",
        r"""
import json


def stream(x):
    def inner(y):
        yield f"data: {json.dumps({'y': y})}\n\n"

    yield f"data: {json.dumps({'x': x})}\n\n"
    yield from inner(x)
    make = lambda z: f"data: {json.dumps({'z': z})}\n\n"
    yield make(x)
    yield from [f"data: {json.dumps({'z': z})}\n\n" for z in (x, 1)]
    yield from (f"data: {json.dumps({'g': z})}\n\n" for z in (x, 1))
""",
        ("payload",) * 5,
    ),
    Case(
        "phase 1: frames of several lines",
        r'''
import json


def stream(x):
    yield (f"event: {x}\n"
           f"data: {json.dumps({'x': x})}\n\n")
    yield (
        f"event: {x}\n"
        f"data: {json.dumps({'x': x})}\n\n"
    )
    yield f"""event: {x}
data: {json.dumps({'x': x})}

"""
    text = (
        "event: " + str(x) +
        "\ndata: " + json.dumps({'x': x}) + "\n\n"
    )
    yield text
    yield (
        f"data: {json.dumps({'x': x, 'a long key of the payload': 'a long value of the payload'})}\n\n"
    )
''',
        ("payload",) * 5,
    ),
    Case(
        "phase 1: the payload changes while the rest is rendered",
        r"""
import json


def stream(x):
    data = {"x": [x]}

    def change():
        data["x"].append(1)
        return len(data["x"])

    yield f"data: {json.dumps(data)}\nid: {change()}\n\n"
    yield f"id: {change()}\ndata: {json.dumps(data)}\n\n"
""",
        ("encoded", "payload"),
    ),
    Case(
        "phase 1: the payload is bound again while the rest is rendered",
        r"""
import json
from stage import note
data = {"a": 1}


def change():
    global data
    data = {"b": 2}
    return 1


def stream(x):
    yield f"data: {json.dumps(data)}\nid: {change()}\n\n"
    yield f"id: {change()}\ndata: {json.dumps(data)}\n\n"
""",
        ("encoded", "payload"),
    ),
    Case(
        "phase 1: a helper of a class, and bytes",
        r'''
import json


class Chat:
    """Doc."""

    def _sse(self, event, data):
        """Frame."""
        return f"event: {event}\ndata: {json.dumps(data)}\n\n"

    async def reply(self, x):
        yield self._sse("a", {"x": x})
        yield self._sse("b", x)
        yield b"data: " + json.dumps({"x": x}).encode() + b"\n\n"


def stream(x):
    return Chat().reply(x)
''',
        ("payload",) * 4,
    ),
    Case(
        "phase 1: JSON that is made right before",
        r"""
import json


def stream(x):
    payload = json.dumps({"x": x})
    yield f"data: {payload}\n\n"
    for y in (x, 2):
        payload = json.dumps({"y": y}, ensure_ascii=False)
        yield "event: y\ndata: " + payload + "\n\n"
""",
        ("payload", "payload"),
    ),
    Case(
        "phase 1: a look at one variable by its name",
        r"""
import json


def stream(x):
    yield f"data: {json.dumps({'x': x})}\n\n"
    if "v0" in locals() or locals().get("wire"):
        yield f"data: {json.dumps({'seen': sorted(locals())})}\n\n"
""",
        ("payload", "payload"),
    ),
    Case(
        "phase 1: the variables are what is sent",
        r"""
import json


def stream(x):
    yield f"data: {json.dumps({'x': str(x)})}\n\n"
    yield f"data: {json.dumps(sorted(locals()))}\n\n"
""",
        ("payload", "payload"),
    ),
    Case(
        "phase 1: its own words in strings",
        r"""
import json


def stream(x):
    yield f"data: {json.dumps({'wire.either(': '(v0 := 1)', 'v0 := ': x})}\n\n"
    yield f"event: v0 := {x}\ndata: {json.dumps({'x': [x, '(v1 := format(x))']})}\n\n"
""",
        ("payload", "payload"),
    ),
    Case(
        "phase 1: the frame has a named expression itself",
        r"""
import json


def stream(x):
    yield f"data: {json.dumps(data := {'x': x})}\n\n"
    yield f"event: {(name := str(x))}\ndata: {json.dumps([data, name])}\n\n"
""",
        ("payload", "payload"),
    ),
    Case(
        "phase 1: another file has an attribute of the contract's name",
        {
            "chat/__init__.py": "from . import app, kinds\n",
            "chat/app.py": r"""
import json


def stream(x):
    yield f"data: {json.dumps({'x': x})}\n\n"
""",
            "chat/kinds.py": "class Kind:\n    SSE = 1\n\n\nUSED = Kind.SSE\nTOLD = 'a stream of SSE'\n",
        },
        ("payload",),
        entry="chat.app:stream",
    ),
]
