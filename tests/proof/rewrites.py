"""Right rewrites, each of them the start of many wrong ones."""

from dataclasses import dataclass, replace

PARAMETERS = "x, y, box, model, items, f, g, text: str, word: str, maybe: str | None = None"


TURN = """phase = "first"
def turn():
    global phase
    phase = "next"
    return 1
"""


@dataclass(frozen=True)
class Rewrite:
    """One frame expression and the chunk expression that takes its place.

    Attributes:
        name: Its name.
        old: The frame expression.
        new: The chunk expression.
        contract: The constructor call of the formatter that the boundary uses.
        imports: What binds `json`, if anything but the import of the module does.
        parameters: The parameters of the producer that both stand in.
        statements: What runs before the frame expression, and goes with it.
    """

    name: str
    old: str
    new: str
    contract: str = "SSEFormatter(ensure_ascii=True)"
    imports: str = "import json"
    parameters: str = PARAMETERS
    statements: str = ""

    @property
    def source(self) -> str:
        """The file that both stand in."""
        head = f"{self.imports}\nfrom streamlift import StreamingChunk\n{TURN}"
        return f"{head}def stream({self.parameters}):\n    yield None\n"

    def but(self, name: str, **changes: str) -> "Rewrite":
        """Return this rewrite with *changes*, named after both."""
        return replace(self, name=f"{self.name}: {name}", **changes)


ASCII = "SSEFormatter(ensure_ascii=True)"
UTF8 = "SSEFormatter(ensure_ascii=False)"
LOOSE = "SSEFormatter(ensure_ascii=True, strict=False)"
RIGHT = [
    Rewrite("payload", r"""f"data: {json.dumps({'kind': 'token', 'text': x, 'é': 'ü'})}\n\n" """,
            "StreamingChunk.of({'kind': 'token', 'text': x, 'é': 'ü'})"),
    Rewrite("payload in plain UTF-8", r"""f"data: {json.dumps({'kind': 'é', 'text': x}, ensure_ascii=False)}\n\n" """,
            "StreamingChunk.of({'kind': 'é', 'text': x})", UTF8),
    Rewrite("compact payload", r"""f"data: {json.dumps({'a': x, 'b': [y, 1]}, separators=(',', ':'))}\n\n" """,
            "StreamingChunk.of({'a': x, 'b': [y, 1]})", 'SSEFormatter(ensure_ascii=True, separators=(",", ":"))'),
    Rewrite("sorted keys", r"""f"data: {json.dumps({'b': x, 'a': y}, sort_keys=True)}\n\n" """,
            "StreamingChunk.of({'b': x, 'a': y})", "SSEFormatter(ensure_ascii=True, sort_keys=True)"),
    Rewrite("no NaN", r"""f"data: {json.dumps(x, allow_nan=False, skipkeys=True)}\n\n" """,
            "StreamingChunk.of(x)", "SSEFormatter(ensure_ascii=True, allow_nan=False, skipkeys=True)"),
    Rewrite("nested payload",
            r"""f"data: {json.dumps({'choices': [{'delta': {'content': x}, 'index': 0}], 'ok': True, 'none': None})}\n\n" """,
            "StreamingChunk.of({'choices': [{'delta': {'content': x}, 'index': 0}], 'ok': True, 'none': None})"),
    Rewrite("opaque payload", r""""data: " + json.dumps(x) + "\n\n" """, "StreamingChunk.of(x)"),
    Rewrite("text payload", r"""f"data: {json.dumps(text)}\n\n" """, "StreamingChunk.of(text)"),
    Rewrite("percent", r""" "data: %s\n\n" % json.dumps({'a': x}) """, "StreamingChunk.of({'a': x})"),
    Rewrite("format", r""" "data: {}\n\n".format(json.dumps({'a': x})) """, "StreamingChunk.of({'a': x})"),
    Rewrite("typed", r"""f"data: {json.dumps({'type': 'token', 'content': x})}\n\n" """,
            "StreamingChunk(type='token', content=x)",
            'SSEFormatter(ensure_ascii=True, keys={"token": ("type", "content")})'),
    Rewrite("typed with four keys",
            r"""f"data: {json.dumps({'role': x, 'type': 'call', 'tool_call_id': y, 'content': None})}\n\n" """,
            "StreamingChunk(role=x, type='call', tool_call_id=y, content=None)",
            'SSEFormatter(ensure_ascii=True, keys={"call": ("role", "type", "tool_call_id", "content")})'),
    Rewrite("typed with event", r"""f"event: token\ndata: {json.dumps({'type': 'token', 'content': x})}\n\n" """,
            "StreamingChunk(type='token', content=x)",
            'SSEFormatter(ensure_ascii=True, event="type", keys={"token": ("type", "content")})'),
    Rewrite("event is the type", r"""f"event: done\ndata: {json.dumps({'type': 'done', 'n': x})}\n\n" """,
            "StreamingChunk.of({'type': 'done', 'n': x})", 'SSEFormatter(ensure_ascii=True, event="type")'),
    Rewrite("event is the type, a name", r"""f"event: {x}\ndata: {json.dumps({'type': x, 'n': y})}\n\n" """,
            "StreamingChunk.of({'type': x, 'n': y})", 'SSEFormatter(ensure_ascii=True, event="type", strict=False)'),
    Rewrite("event of its own", r"""f"event: {x}\ndata: {json.dumps({'n': y})}\n\n" """,
            """StreamingChunk.of({'n': y}, event=f"{x}")""", LOOSE),
    Rewrite("event of text", r"""f"event: {text}\ndata: {json.dumps({'n': x})}\n\n" """,
            "StreamingChunk.of({'n': x}, event=text)", LOOSE),
    Rewrite("event, id and retry", r"""f"event: step\nid: {x}\nretry: 3000\ndata: {json.dumps({'n': y})}\n\n" """,
            """StreamingChunk.of({'n': y}, event="step", id=f"{x}", retry="3000")""", LOOSE),
    Rewrite("id at the end", r"""f"event: step\ndata: {json.dumps({'n': y})}\nid: {text}\n\n" """,
            """StreamingChunk.of({'n': y}, event="step", id=text)""",
            'SSEFormatter(ensure_ascii=True, fields=("event", "data", "id", "retry"), strict=False)'),
    Rewrite("event rendered before an effect", r"""f"event: {box}\ndata: {json.dumps({'n': f()})}\n\n" """,
            """StreamingChunk.of(event=f"{box}", payload={'n': f()})""", LOOSE),
    Rewrite("two effects", r"""f"data: {json.dumps({'a': f(), 'b': g()})}\n\n" """,
            "StreamingChunk.of({'a': f(), 'b': g()})"),
    Rewrite("effects in event and payload", r"""f"event: {g()}\ndata: {json.dumps(f(x))}\n\n" """,
            """StreamingChunk.of(event=f"{g()}", payload=f(x))""", LOOSE),
    Rewrite("spread at the end", r"""f"data: {json.dumps({'type': x, **items})}\n\n" """,
            "StreamingChunk.of({'type': x, **items})"),
    Rewrite("spread at the start", r"""f"data: {json.dumps({**items, 'type': x, 'n': 1})}\n\n" """,
            "StreamingChunk.of({**items, 'type': x, 'n': 1})"),
    Rewrite("no blank", r"""f"event:a\ndata:{json.dumps(x)}\n\n" """, """StreamingChunk.of(x, event="a")""",
            "SSEFormatter(ensure_ascii=True, space=False)"),
    Rewrite("CRLF", r"""f"event: a\r\ndata: {json.dumps(x)}\r\n\r\n" """, """StreamingChunk.of(x, event="a")""",
            r"""SSEFormatter(ensure_ascii=True, terminator="\r\n\r\n")"""),
    Rewrite("one line end", r"""f"data: {json.dumps(x)}\n" """, "StreamingChunk.of(x)",
            r"""SSEFormatter(ensure_ascii=True, terminator="\n")"""),
    Rewrite("bytes", r"""f"data: {json.dumps({'a': x}, ensure_ascii=False)}\n\n".encode()""",
            "StreamingChunk.of({'a': x})", 'SSEFormatter(ensure_ascii=False, encoding="utf-8")'),
    Rewrite("default=str", r"""f"data: {json.dumps({'a': x, 'b': f()}, default=str)}\n\n" """, "StreamingChunk.of({'a': x, 'b': f()})",
            "SSEFormatter(ensure_ascii=True, default=str)"),
    Rewrite("default=str with an event", r"""f"event: {box}\ndata: {json.dumps(obj=[x, y], default=str)}\n\n" """,
            """StreamingChunk.of([x, y], event=f"{box}")""", "SSEFormatter(ensure_ascii=True, strict=False, default=str)"),
    Rewrite("str() of the JSON", r""" "data: " + str(json.dumps(x)) + "\n\n" """, "StreamingChunk.of(x)"),
    Rewrite("the model's own json()", r"""f"data: {model.json(exclude_unset=True)}\n\n" """, "StreamingChunk.of(model)",
            'SSEFormatter(dialect=ModelDialect(method="json", exclude_unset=True), strict=False)'),
    Rewrite("model", r"""f"data: {model.model_dump_json(exclude_none=True)}\n\n" """, "StreamingChunk.of(model)",
            "SSEFormatter(dialect=ModelDialect(exclude_none=True))"),
    Rewrite("model with event", r"""f"event: {text}\ndata: {model.model_dump_json()}\n\n" """,
            "StreamingChunk.of(model, event=text)", "SSEFormatter(dialect=ModelDialect(), strict=False)"),
    Rewrite("orjson", r"""f"data: {orjson.dumps({'a': x, 'b': y}).decode()}\n\n" """, "StreamingChunk.of({'a': x, 'b': y})",
            "SSEFormatter(dialect=ORJSONDialect())", imports="import orjson"),
    Rewrite("orjson with options", r""" "data: " + orjson.dumps([x], str, orjson.OPT_SORT_KEYS).decode("utf-8") + "\n\n" """,
            "StreamingChunk.of([x])", "SSEFormatter(dialect=ORJSONDialect(default=str, option=OPT_SORT_KEYS))",
            imports="import orjson"),
    Rewrite("orjson as bytes", r"""b"event: a\ndata: " + orjson.dumps(f()) + b"\n\n" """, "StreamingChunk.of(f(), event='a')",
            'SSEFormatter(dialect=ORJSONDialect(), encoding="utf-8")', imports="import orjson"),
    Rewrite("raw", r"""f"data: {x}\n\n" """, "StreamingChunk.raw(x)", LOOSE),
    Rewrite("raw around two holes", r"""f"data: {x} of {y}\n\n" """, 'StreamingChunk.raw(f"{x} of {y}")', LOOSE),
    Rewrite("raw sum", r""" "data: " + x + "\n\n" """, """StreamingChunk.raw("" + x)""", LOOSE),
    Rewrite("raw sum of two", r""" "data: " + text + word + "\n\n" """, "StreamingChunk.raw(text + word)", LOOSE),
    Rewrite("raw repr", r"""f"data: {x!r}\n\n" """, 'StreamingChunk.raw(f"{x!r}")', LOOSE),
    Rewrite("raw str", r"""f"data: {x!s}\n\n" """, 'StreamingChunk.raw(f"{x!s}")', LOOSE),
    Rewrite("raw ascii", r"""f"data: {x!a}\n\n" """, 'StreamingChunk.raw(f"{x!a}")', LOOSE),
    Rewrite("raw with a specification", r"""f"data: {x:>9}\n\n" """, 'StreamingChunk.raw(f"{x:>9}")', LOOSE),
    Rewrite("raw with event", r"""f"event: log\ndata: {x}\n\n" """, 'StreamingChunk.raw(x, event="log")', LOOSE),
    Rewrite("raw constant", r""" "data: hello  world\n\n" """, 'StreamingChunk.raw("hello  world")'),
    Rewrite("hand-made JSON", r"""f'data: {{"error": "{x}"}}\n\n'""", """StreamingChunk.raw(f'{{"error": "{x}"}}')""", LOOSE),
    Rewrite("constant payload", r"""'event: ping\ndata: {"type": "ping", "é": [1, 1.5, null, true]}\n\n'""",
            "StreamingChunk.of({'type': 'ping', 'é': [1, 1.5, None, True]})", 'SSEFormatter(ensure_ascii=False, event="type")'),
    Rewrite("sentinel", r""" "data: [DONE]\n\n" """, "StreamingChunk.done()"),
    Rewrite("comment", r""" ": keep-alive\n\n" """, 'StreamingChunk.comment("keep-alive")'),
    Rewrite("comment with a hole", r"""f": ping {x}\n\n" """, 'StreamingChunk.comment(f"ping {x}")', LOOSE),
    Rewrite("typed, read before an effect",
            r"""f"data: {json.dumps({'type': 'a', 'role': phase, 'content': turn()})}\n\n" """,
            "StreamingChunk(type='a', role=phase, content=turn())",
            'SSEFormatter(ensure_ascii=True, keys={"a": ("type", "role", "content")})'),
    Rewrite("sorted, read before an effect",
            r"""f"data: {json.dumps({'a': phase, 'b': turn()}, sort_keys=True)}\n\n" """,
            "StreamingChunk.of({'a': phase, 'b': turn()})", "SSEFormatter(ensure_ascii=True, sort_keys=True)"),
    Rewrite("event, read before an effect", r"""f"event: {phase}\ndata: {json.dumps({'n': turn()})}\n\n" """,
            "StreamingChunk.of(event=phase, payload={'n': turn()})", LOOSE),
    Rewrite("built, a list", r""" "\n".join(lines) + "\n\n" """, "StreamingChunk.of(x, event='a')", LOOSE,
            statements=r"""lines = ["event: a"]; lines.append(f"data: {json.dumps(x)}")"""),
    Rewrite("built, a text", "frame", "StreamingChunk.of(event=f'{box}', payload=f())", LOOSE,
            statements=r"""frame = ""; frame += f"event: {box}\n"; frame += f"data: {json.dumps(f())}\n\n" """),
    Rewrite("built, an optional event", "frame", "StreamingChunk.of(x, event=maybe or None)", LOOSE, statements=r"""
frame = ""
if maybe:
    frame += f"event: {maybe}\n"
frame += f"data: {json.dumps(x)}\n\n"
"""),
    Rewrite("built, an optional id", "frame", "StreamingChunk.of(x, id=maybe)", LOOSE, statements=r"""
frame = f"data: {json.dumps(x)}\n\n"
if maybe is not None:
    frame = f"id: {maybe}\n" + frame
"""),
    Rewrite("built, an event under the condition of another value", r"""f"{prefix}data: {json.dumps(f())}\n\n" """,
            "StreamingChunk.of(event=f'{box}' if g() else None, payload=f())", LOOSE,
            statements=r"""prefix = f"event: {box}\n" if g() else "" """),
    Rewrite("built, an optional prefix", r"""("" if maybe is None else f"event: {x}\n") + f"data: {json.dumps(x)}\n\n" """,
            "StreamingChunk.of(x, event=None if maybe is None else f'{x}')", LOOSE),
    Rewrite("built, JSON under the payload's own name", r"""f"event: a\ndata: {x}\n\n" """, "StreamingChunk.of(x, event='a')", LOOSE,
            statements="x = json.dumps(x)"),
    Rewrite("built, JSON unless there is a text", r"""f"data: {x}\n\n" """,
            "StreamingChunk.raw(x) if maybe is None else StreamingChunk.of(x)", LOOSE, statements="""
if maybe is not None:
    x = json.dumps(x)
"""),
]  # fmt: skip
# Wrong ones that no operator makes of a right one.
WRONG = [
    Rewrite("json for orjson", r"""f"data: {orjson.dumps(x).decode()}\n\n" """, "StreamingChunk.of(x)",
            'SSEFormatter(ensure_ascii=False, separators=(",", ":"))', imports="import orjson"),
    Rewrite("orjson for json", r"""f"data: {json.dumps(x)}\n\n" """, "StreamingChunk.of(x)", "SSEFormatter(dialect=ORJSONDialect())"),
    Rewrite("the flags of orjson are dropped", r"""f"data: {orjson.dumps(x, option=orjson.OPT_SORT_KEYS).decode()}\n\n" """,
            "StreamingChunk.of(x)", "SSEFormatter(dialect=ORJSONDialect())", imports="import orjson"),
    Rewrite("the bytes of orjson in an f-string", r"""f"data: {orjson.dumps(x)}\n\n" """, "StreamingChunk.of(x)",
            "SSEFormatter(dialect=ORJSONDialect())", imports="import orjson"),
    Rewrite("json() in a sum is not rendered", r""" "data: " + model.json() + "\n\n" """, "StreamingChunk.of(model)",
            'SSEFormatter(dialect=ModelDialect(method="json"), strict=False)'),
    Rewrite("default= runs before the id is rendered", r"""f"data: {json.dumps(x, default=str)}\nid: {box}\n\n" """,
            """StreamingChunk.of(x, id=f"{box}")""",
            'SSEFormatter(ensure_ascii=True, default=str, fields=("event", "data", "id", "retry"), strict=False)'),
    Rewrite("a str in a sum is not rendered: data", r""" "data: " + text + "\n\n" """, "StreamingChunk.raw(text)", LOOSE),
    Rewrite("a str in a sum is not rendered: event", r""" "event: " + text + "\ndata: " + json.dumps(x) + "\n\n" """,
            "StreamingChunk.of(x, event=text)", LOOSE),
    Rewrite("a str in a sum is not rendered: joined", r""" "".join(["data: ", text, "\n\n"]) """, "StreamingChunk.raw(text)", LOOSE),
    Rewrite("a str by percent is rendered by str()", r""" "data: %s\n\n" % text """, "StreamingChunk.raw(text)", LOOSE),
    Rewrite("a str in a sum is not rendered: comment", r""" ": " + text + "\n\n" """, "StreamingChunk.comment(text)", LOOSE),
    Rewrite("a str that the payload binds again is rendered too late",
            r"""f"event: {text}\ndata: {json.dumps((text := str(f())))}\n\n" """,
            "StreamingChunk.of((text := str(f())), event=text)", LOOSE),
    Rewrite("an id is rendered before the payload is encoded", r"""f"data: {json.dumps(f())}\nid: {box}\n\n" """,
            """StreamingChunk.of(id=f"{box}", payload=f())""",
            'SSEFormatter(ensure_ascii=True, fields=("event", "data", "id", "retry"), strict=False)'),
    Rewrite("an id is rendered before the payload fails", r"""f"data: {json.dumps({'n': y})}\nid: {box}\n\n" """,
            """StreamingChunk.of({'n': y}, id=f"{box}")""",
            'SSEFormatter(ensure_ascii=True, fields=("event", "data", "id", "retry"), strict=False)'),
    Rewrite("an id has its effect before the payload is encoded", r"""f"data: {json.dumps(x)}\nid: {f()}\n\n" """,
            """StreamingChunk.of(x, id=f"{f()}")""",
            'SSEFormatter(ensure_ascii=True, fields=("event", "data", "id", "retry"), strict=False)'),
    Rewrite("a model is encoded after the effect of an id", r"""f"data: {model.model_dump_json()}\nid: {f()}\n\n" """,
            """StreamingChunk.of(model, id=f"{f()}")""",
            'SSEFormatter(dialect=ModelDialect(), fields=("event", "data", "id", "retry"), strict=False)'),
    Rewrite("an object is rendered at the boundary", r"""f"data: {json.dumps({'n': f()})}\nid: {box}\n\n" """,
            """StreamingChunk.of({'n': f(), 'id': f"{box}"})""", LOOSE),
    Rewrite("str() for the dumped model", r"""f"data: {json.dumps(model.model_dump_json())}\n\n" """,
            "StreamingChunk.of(model)", "SSEFormatter(dialect=ModelDialect())"),
    Rewrite("the event is the type of another key", r"""f"event: {x}\ndata: {json.dumps({'type': y, 'kind': x})}\n\n" """,
            "StreamingChunk.of({'type': y, 'kind': x})", 'SSEFormatter(ensure_ascii=True, event="type", strict=False)'),
    Rewrite("the event is the type that a spread overrides",
            r"""f"event: {x}\ndata: {json.dumps({'type': x, **items})}\n\n" """,
            "StreamingChunk.of({'type': x, **items})", 'SSEFormatter(ensure_ascii=True, event="type", strict=False)'),
    Rewrite("the event is the type, an effect", r"""f"event: {f()}\ndata: {json.dumps({'type': f()})}\n\n" """,
            "StreamingChunk.of({'type': f()})", 'SSEFormatter(ensure_ascii=True, event="type", strict=False)'),
    Rewrite("the event is the type, converted", r"""f"event: {x!s}\ndata: {json.dumps({'type': x})}\n\n" """,
            "StreamingChunk.of({'type': x})", 'SSEFormatter(ensure_ascii=True, event="type", strict=False)'),
    Rewrite("the event is the type, summed", r""" "event: " + x + "\ndata: " + json.dumps({'type': x}) + "\n\n" """,
            "StreamingChunk.of({'type': x})", 'SSEFormatter(ensure_ascii=True, event="type", strict=False)'),
    Rewrite("hand-made JSON as a payload", r"""f'data: {{"error": "{x}"}}\n\n'""", "StreamingChunk.of({'error': x})"),
    Rewrite("hand-made JSON of a list", r"""f'data: {{"items": {items}}}\n\n'""", "StreamingChunk.of({'items': items})"),
    Rewrite("lines of text in one data field", r"""f"data: {x}\n\n" """, "StreamingChunk.raw(x)"),
    Rewrite("the source text of a missing f", r""" "data: {json.dumps(x)}\n\n" """, "StreamingChunk.of(x)"),
    Rewrite("two frames in one", r"""f"data: {json.dumps(x)}\n\ndata: [DONE]\n\n" """, "StreamingChunk.of(x)"),
    Rewrite("a tuple of a frame and a status", r"""(f"data: {json.dumps(x)}\n\n", 500)""", "(StreamingChunk.of(x), 500)"),
    Rewrite("a frame in a dict", r"""{"data": f"data: {json.dumps(x)}\n\n"}""", '{"data": StreamingChunk.of(x)}'),
    Rewrite("a frame that is empty at times", r"""f"data: {json.dumps(x)}\n\n" if x else "" """, "StreamingChunk.of(x)"),
    Rewrite("an id that is there only if it is not None", r"""f"id: {x}\ndata: {json.dumps(y)}\n\n" """,
            "StreamingChunk.of(y, id=x)", LOOSE),
    Rewrite("an event that is there only if it is not None", r"""f"event: {x}\ndata: {json.dumps(y)}\n\n" """,
            "StreamingChunk.of(y, event=x)", LOOSE),
    Rewrite("a falsy id is not None", "frame", "StreamingChunk.of(y, id=f'{x}' if maybe else None)", LOOSE, statements=r"""
frame = ""
if maybe is not None:
    frame += f"id: {x}\n"
frame += f"data: {json.dumps(y)}\n\n"
"""),
    Rewrite("an empty event is an event", "frame", "StreamingChunk.of(y, event=maybe)", LOOSE, statements=r"""
frame = ""
if maybe:
    frame += f"event: {maybe}\n"
frame += f"data: {json.dumps(y)}\n\n"
"""),
    Rewrite("an event that is rendered after the data comes first", "frame",
            "StreamingChunk.of(event=f'{box}', payload=x)", LOOSE, statements=r"""
frame = f"data: {json.dumps(x)}\n\n"
frame = f"event: {box}\n{frame}"
"""),
    Rewrite("the condition is asked twice", "frame",
            "StreamingChunk.of(event='a' if f() else None, id='1' if f() else None, payload=x)", LOOSE, statements=r"""
frame = ""
if f():
    frame += "event: a\n"
    frame += "id: 1\n"
frame += f"data: {json.dumps(x)}\n\n"
"""),
    Rewrite("a list that is added to before its first line", r""" "\n".join(lines) + "\n\n" """, "StreamingChunk.of(x, event='a')",
            LOOSE, statements=r"""lines = [f"data: {json.dumps(x)}"]; lines.append("event: a")"""),
    Rewrite("the JSON of a name that is bound again", r"""f"data: {x}\n\n" """, "StreamingChunk.of(x)", LOOSE,
            statements="x = json.dumps(x); x = json.dumps(x)"),
    Rewrite("a value that uses what goes", r"""f"data: {json.dumps(x)}\nid: {len(x)}\n\n" """,
            "StreamingChunk.of(x, id=f'{len(x)}')",
            'SSEFormatter(ensure_ascii=True, fields=("event", "data", "id", "retry"), strict=False)', statements="x = [x]"),
    Rewrite("JSON where there is a text", r"""f"data: {x}\n\n" """,
            "StreamingChunk.of(x) if maybe is None else StreamingChunk.raw(x)", LOOSE, statements="""
if maybe is not None:
    x = json.dumps(x)
"""),
]  # fmt: skip
