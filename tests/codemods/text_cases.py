"""How one frame is spelt: f-strings, sums, bytes, fields, encoders, constants."""

import sys

from tests.codemods.harness import Case

HEAD = """\
import json

from stage import Model, fail, later, loud, note, upstream


"""


def one(name, expression, *expect, params="x", body="", head=HEAD, **more):
    """Return a case whose producer yields *expression*, after the lines of *body*."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"{head}async def stream({params}):\n{lines}    yield {expression}\n"
    return Case(name, source, expect, **more)


FSTRINGS = [
    one(
        "a dict display with the typed keys",
        r"""f"data: {json.dumps({'type': 'token', 'content': x})}\n\n" """,
        "typed",
        contains=('"token": ("type", "content")',),
        lacks=("import json",),
    ),
    one(
        "the project's quotes are single",
        r"""f'data: {json.dumps({"type": "token", "content": x})}\n\n' """,
        "typed",
    ),
    one(
        "a dict display with other keys",
        r"""f"data: {json.dumps({'token': x, 'n': 1})}\n\n" """,
        "payload",
        contains=('StreamingChunk.of({"token": x, "n": 1})',),
    ),
    one(
        "a variable payload",
        r"""f"data: {json.dumps(x)}\n\n" """,
        "payload",
        contains=("StreamingChunk.of(x)",),
    ),
    one("an attribute payload", r"""f"data: {json.dumps(x.payload)}\n\n" """, "payload"),
    one("a call payload", r"""f"data: {json.dumps(dict(a=x))}\n\n" """, "payload"),
    one(
        "a conditional payload",
        r"""f"data: {json.dumps(x if x else {'none': True})}\n\n" """,
        "payload",
    ),
    one(
        "a comprehension payload", r"""f"data: {json.dumps([c for c in str(x)])}\n\n" """, "payload"
    ),
    one("a lambda in the payload", r"""f"data: {json.dumps((lambda: x)())}\n\n" """, "payload"),
    one("implicit concatenation", r"""f"data: {json.dumps(x)}" "\n\n" """, "payload"),
    one(
        "implicit concatenation over lines",
        '(\n        f"data: "\n        f"{json.dumps(x)}"\n        "\\n\\n"\n    )',
        "payload",
    ),
    one("parts with f and without", r""" "data: " f"{x}" "{not a hole}\n\n" """, "encoded"),
    one("triple quotes", r'''f"""data: {json.dumps(x)}\n\n""" ''', "payload"),
    one("triple quotes with real line ends", 'f"""data: {json.dumps(x)}\n\n"""', "payload"),
    one(
        "triple quotes around a display over lines",
        'f"""data: {json.dumps({\n        "a": x,\n        "b": [1, 2],\n    })}\\n\\n"""',
        "payload",
    ),
    one("a raw f-string in the middle", r"""f"data: " rf"\d{x}" f"\n\n" """, "encoded"),
    one("conversion r", r"""f"data: {x!r}\n\n" """, "encoded"),
    one("conversion s", r"""f"data: {x!s}\n\n" """, "encoded"),
    one("conversion a", r"""f"data: {x!a}\n\n" """, "encoded"),
    one("conversion of the JSON text", r"""f"data: {json.dumps(x)!r}\n\n" """, "encoded"),
    one("a specification", r"""f"data: {x:>10}\n\n" """, "encoded"),
    one("a specification of the JSON text", r"""f"data: {json.dumps(x):>40}\n\n" """, "encoded"),
    one("a nested specification", r"""f"data: {x:{y}}\n\n" """, "encoded", params="x, y"),
    one(
        "self-documenting",
        r"""f"data: {x=}\n\n" """,
        "encoded",
        contains=('StreamingChunk.raw(f"x={x!r}")',),
    ),
    one("self-documenting with a specification", r"""f"data: {x = :>9}\n\n" """, "encoded"),
    one("a nested f-string", r"""f"data: {f'{x}-{y}'}\n\n" """, "encoded", params="x, y"),
    one("two holes", r"""f"data: {x}{y}\n\n" """, "encoded", params="x, y"),
    one("hand-made JSON", r"""f'data: {{"type":"error","message":"{x}"}}\n\n' """, "encoded"),
    one("text around the JSON", r"""f"data: [MESSAGE]{json.dumps(x)}\n\n" """, "encoded"),
    one("a blank before the line end", r"""f"data:{x} \n\n" """, "encoded"),
    one(
        "all kinds of quotes in a hole",
        r'''f"""data: {x or "double" 'single'}\n\n""" ''',
        "encoded",
    ),
    one(
        "escapes and letters of the world",
        r"""f"data: \u00e9\N{BULLET}\x41 한국어 🚀 {x}\t\n\n" """,
        "encoded",
    ),
    one(
        "the f-string has no hole",
        r"""f"data: [DONE]\n\n" """,
        "typed",
        contains=("StreamingChunk.done()",),
    ),
    one(
        "no f before the quotes",
        r""" "data: {json.dumps(x)}\n\n" """,
        "encoded",
        contains=("{json.dumps(x)}",),
    ),
    one("no f, double braces", r"""'data: {{"status": 1}}\n\n' """, "encoded"),
    one(
        "the terminator is escaped", r"""f"data: {json.dumps(x)}\\n\\n" """, "review no-terminator"
    ),
]

SUMS = [
    one("a sum", r""" "data: " + json.dumps(x) + "\n\n" """, "payload"),
    one(
        "a sum over lines",
        '(\n        "data: "\n        + json.dumps({"type": "token", "content": x})  # the token\n        + "\\n\\n"\n    )',
        "refused comment-in-code",
    ),
    one(
        "a sum with the options",
        r""" "data:" + json.dumps({"a": x}, ensure_ascii=False) + "\n\n" """,
        "payload",
        contains=("space=False", "ensure_ascii=False"),
    ),
    one("a sum with a value that may be no str", r""" "data: " + x + "\n\n" """, "encoded"),
    one("a sum with str()", r""" "data: " + str(x) + "\n\n" """, "encoded"),
    one("a sum of f-strings", r"""f"event: {x}\n" + f"data: {json.dumps(x)}\n\n" """, "payload"),
    one(
        "a sum of a field and the rest",
        r""" "event: " + x + "\ndata: " + json.dumps(x) + "\n\n" """,
        "payload",
    ),
    one("a sum with a conditional", r""" "data: " + (x if x else "none") + "\n\n" """, "encoded"),
    one(
        "percent",
        r""" "data: %s\n\n" % x """,
        "refused percent-format",  # it may be a tuple
    ),
    one(
        "percent with JSON",
        r""" "data: %s\n\n" % json.dumps(x) """,
        "payload",
    ),
    one(
        "str.format",
        r""" "data: {}\n\n".format(json.dumps(x)) """,
        "payload",
    ),
    one(
        "str.format with names and encode",
        r""" "data: {d}\n\n".format(d=x).encode() """,
        "encoded",
    ),
    one(
        "str.join of lines",
        r""" "".join([f"event: {x}\n", f"data: {json.dumps(x)}\n", "\n"]) """,
        "payload",
    ),
    one("str.replace of the text", r"""f"data: {x.replace(chr(10), '')}\n\n" """, "encoded"),
]

BYTES = [
    one("a bytes constant", r"""b"data: [DONE]\n\n" """, "typed", contains=('encoding="utf-8"',)),
    one("a bytes constant with JSON", r"""b'data: {"a": 1}\n\n' """, "payload"),
    one("encode()", r"""f"data: {json.dumps(x)}\n\n".encode() """, "payload"),
    one("encode('utf-8')", r"""f"data: {json.dumps(x, ensure_ascii=False)}\n\n".encode("utf-8") """, "payload"),
    one("encode of raw text", r"""f"data: {x}\n\n".encode("UTF8") """, "encoded"),
    one("encode of a sum", r"""("data: " + json.dumps(x) + "\n\n").encode() """, "payload"),
    one("another codec", r"""f"data: {json.dumps(x)}\n\n".encode("latin-1") """, "payload as text"),
    one("an error handler", r"""f"data: {x}\n\n".encode("utf-8", "replace") """, "encoded as text"),
    one("a codec from a variable", r"""f"data: {x}\n\n".encode(charset) """, "encoded as text", params="x, charset"),
    one("a sum of bytes", r"""b"data: " + json.dumps(x).encode() + b"\n\n" """, "payload"),
    one("a sum of bytes with an event, in which a surrogate fails elsewhere", r"""b"event: " + x.encode() + b"\ndata: " + json.dumps(x).encode() + b"\n\n" """, "refused not-proved", params="x: str"),
    one("a sum of bytes with an event that is one of two words", r"""b"event: " + ("a" if x else "b").encode() + b"\ndata: " + json.dumps(x).encode() + b"\n\n" """, "payload"),
    one("a sum of bytes with an event that may be anything", r"""b"event: " + x.encode() + b"\ndata: " + json.dumps(x).encode() + b"\n\n" """, "refused opaque-bytes"),
    one("a sum of bytes in which a surrogate fails elsewhere", r"""b"data: " + json.dumps(x, ensure_ascii=False).encode() + b"\n\n" """, "refused not-proved"),
    one("a sum with bytes of unknown origin", r"""b"data: " + x + b"\n\n" """, "refused opaque-bytes"),
    one("encode() of the charset", r"""f"data: {json.dumps(x)}\n\n".encode(x.charset) """, "payload as text"),
    one("percent with bytes", r"""b"data: %s\n\n" % x """, "refused percent-format"),
    one("text and bytes in a sum", r""" "data: " + b"x\n\n" """, "refused text-and-bytes"),
    Case(
        "a producer of text and bytes",
        HEAD + 'async def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n    yield f"data: {json.dumps([x])}\\n\\n"\n    yield b"data: [DONE]\\n\\n"\n',
        ("payload", "payload", "typed"),
    ),
]  # fmt: skip

FIELDS = [
    one("event and data", r"""f"event: {x}\ndata: {json.dumps({'a': y})}\n\n" """, "payload", params="x, y"),
    one("a literal event", r"""f"event: token\ndata: {json.dumps({'a': x})}\n\n" """, "payload", contains=('event="token"',)),
    one("data before event", r"""f"data: {json.dumps(x)}\nevent: {y}\n\n" """, "encoded", params="x, y", contains=('fields=("data", "event"',)),
    one("id, event, data", r"""f"id: {x}\nevent: {y}\ndata: {json.dumps(x)}\n\n" """, "payload", params="x, y"),
    one("event, id, data", r"""f"event: {y}\nid: {x}\ndata: {json.dumps(x)}\n\n" """, "payload", params="x, y", lacks=("fields=",)),
    one("event, data, id", r"""f"event: {y}\ndata: {json.dumps(x)}\nid: {x}\n\n" """, "encoded", params="x, y"),
    one("retry, event, data", r"""f"retry: 5000\nevent: {y}\ndata: {json.dumps(x)}\n\n" """, "payload", params="x, y"),
    one("data, retry, id, event", r"""f"data: {json.dumps(x)}\nretry: {y}\nid: 1\nevent: e\n\n" """, "encoded", params="x, y"),
    one("retry alone with data", r""" "retry: 3000\ndata: [DONE]\n\n" """, "encoded"),
    one("a sentinel with an event", r""" "event: done\ndata: [DONE]\n\n" """, "encoded"),
    one("an event that repeats the type", r"""f"event: token\ndata: {json.dumps({'type': 'token', 'content': x})}\n\n" """, "typed", contains=('event="type"',)),
    one("an event that repeats a type of another kind", r"""f"event: {x}\ndata: {json.dumps({'type': x, 'n': 1})}\n\n" """, "payload"),
    one("an event that differs from the type", r"""f"event: message\ndata: {json.dumps({'type': 'token', 'content': x})}\n\n" """, "payload", lacks=('event="type"',)),
    one("no blank after the colons", r"""f"event:{x}\ndata:{json.dumps(x)}\n\n" """, "payload", contains=("space=False",)),
    one("the sentinel without a blank", r""" "data:[DONE]\n\n" """, "typed"),
    one("another sentinel", r""" "data: [END]\n\n" """, "typed", contains=('sentinel="[END]"', "StreamingChunk.done()")),
    one("what only looks like a sentinel", r""" "data: [ERROR]\n\n" """, "encoded", contains=('StreamingChunk.raw("[ERROR]")',)),
    one("another sentinel with an event", r""" "event: end\ndata: [END]\n\n" """, "encoded", contains=('StreamingChunk.raw("[END]", event="end")',)),
    Case(
        "two sentinels in one producer",
        HEAD + 'def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n    if x:\n        yield "data: [DONE]\\n\\n"\n    yield "data: [DONE]\\n\\n"\n    yield "data: [STOP]\\n\\n"\n',
        ("payload", "typed", "typed", "typed"),
        contains=("SSE_ASCII_STOP.encoded(StreamingChunk.done())",),
    ),
    Case(
        "a sentinel that another reads",
        {
            "app.py": HEAD + 'def frames(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n    yield "data: [END]\\n\\n"\n\n\ndef stream(x):\n    for item in frames(x):\n        if item == "data: [DONE]\\n\\n" or item == "data: [END]\\n\\n":\n            note("end")\n        yield item\n',
        },
        ("payload", "typed"),
    ),
    one("two blanks after the colon", r"""f"data:  {x}\n\n" """, "encoded"),
    one("empty data", r""" "event: end\ndata: \n\n" """, "encoded"),
    one("empty data without a blank", r""" "data:\n\n" """, "encoded"),
    one("an empty event", r""" "event: \ndata: x\n\n" """, "encoded"),
    one("plain text", r""" "data: hello\n\n" """, "encoded"),
    one("CRLF", r"""f"data: {json.dumps(x)}\r\n\r\n" """, "payload", contains=(r'terminator="\r\n\r\n"',)),
    one("CRLF between the fields", r"""f"event: {x}\r\ndata: {json.dumps(x)}\r\n\r\n" """, "payload"),
    one("line ends of two kinds", r"""f"event: {x}\r\ndata: {json.dumps(x)}\n\n" """, "refused not-proved"),
    one("CR", r"""f"data: {json.dumps(x)}\r\r" """, "payload"),
    one("three line ends", r"""f"data: {json.dumps(x)}\n\n\n" """, "payload"),
    one("a comment", r""" ": keepalive\n\n" """, "typed", contains=('StreamingChunk.comment("keepalive")',)),
    one("a comment without a blank", r""" ":keepalive\n\n" """, "typed"),
    one("an empty comment", r""" ":\n\n" """, "typed"),
    one("a comment with a hole", r"""f": ping {x}\n\n" """, "typed"),
    one("a comment in bytes", r"""b": ping\n\n" """, "typed"),
    one("constant JSON in the dialect", r"""'data: {"type": "ping", "n": [1, 2.5, null, true]}\n\n' """, "payload"),
    one("constant JSON with other spacing", r"""'data: {"type":"heartbeat"}\n\n' """, "payload"),
    one("constant JSON with letters", r"""'data: {"text": "é"}\n\n' """, "payload"),
    one("constant JSON with other spacing beside a payload", r"""'data: {"type":"heartbeat"}\n\n' if x else f"data: {json.dumps(x)}\n\n" """, "encoded", "payload"),
    one("constant JSON with a key twice", r"""'data: {"a": 1, "a": 2}\n\n' """, "encoded"),
    one("constant JSON with numbers that do not survive", r"""'data: {"a": 1.0e2, "b": 1E400, "c": 10000000000000000000000.0}\n\n' """, "encoded"),
    one("constant JSON with NaN", r"""'data: {"a": NaN}\n\n' """, "refused not-a-number"),
    one("constant JSON, empty", r""" "event: done\ndata: {}\n\n" """, "payload"),
    one("no data", r"""f"event: {x}\n\n" """, "review no-data"),
    one("one line end", r"""f"data: {json.dumps(x)}\n" """, "review split-frame"),
    one("no line end", r"""f"data: {x}" """, "review no-terminator"),
    one("two frames", r"""f"data: {json.dumps(x)}\n\ndata: [DONE]\n\n" """, "payload as text", contains=("SSE.format_chunk(StreamingChunk.of(x)) + SSE.format_done()",)),
    one("two frames in a sum", r"""f"data: {json.dumps(note('a', x))}\n\n" + f"event: {note('b')}\ndata: {json.dumps(note('c', x))}\n\n" """, "payload as text"),
    one("two frames in two dialects", r"""f"data: {json.dumps({'x': x}, ensure_ascii=False)}\n\ndata: {json.dumps({'x': x})}\n\n" """, "payload as text"),
    one("two frames and a comment", r"""f": ping\n\ndata: {x}\n\ndata: [DONE]\n\n" """, "encoded as text", contains=('StreamingChunk.comment("ping")',)),
    one("two frames as bytes", r"""f"data: {json.dumps(x)}\n\ndata: [DONE]\n\n".encode()""", "payload as text", contains=('encoding="utf-8"',)),
    one("two frames, repeated", r"""f"data: {json.dumps(x)}\n\ndata: [DONE]\n\n" * 2""", "payload as text", contains=("SSE.format_done()) * 2",)),
    one("two frames, serialised before", r"""f"data: {data}\n\ndata: [DONE]\n\n" """, "payload as text", body="data = json.dumps(x)", lacks=("data = ",)),
    one("two frames, one of them split", r"""f"data: {json.dumps(x)}\n\ndata: more\n" """, "review several-frames"),
    one("two frames, the second opaque", r"""f"data: {json.dumps(x)}\n\n{x}\n\n" """, "review several-frames"),
    one("two frames with two blank lines between", r"""f"data: {json.dumps(x)}\n\n\ndata: [DONE]\n\n" """, "review several-frames"),
    one("two frames, one without data", r"""f"data: {json.dumps(x)}\n\nevent: end\n\n" """, "review several-frames"),
    one("data twice", r"""f"data: {x}\ndata: {x}\n\n" """, "review repeated-field"),
    one("blanks mixed", r"""f"event:{x}\ndata: {json.dumps(x)}\n\n" """, "review mixed-blanks"),
    one("a comment in the frame", r"""f": hi\ndata: {json.dumps(x)}\n\n" """, "review comment-in-frame"),
    one("an unknown field", r"""f"data: {x}\nfoo: {x}\n\n" """, "review unknown-field"),
    one("the first line is a value", r"""f"{x}data: {json.dumps(x)}\n\n" """, "review opaque-line"),
    one("a line in the middle is a value", r"""f"event: a\n{x}data: {json.dumps(x)}\n\n" """, "review opaque-line"),
    one("a line end first", r"""f"\ndata: {json.dumps(x)}\n\n" """, "review leading-line-end", not_sse=()),
    one("upper case is no field", r"""f"DATA: {x}\n\n" """, not_sse=()),
    one("another protocol", r"""f'0:"{x}"\n' """, not_sse=()),
]  # fmt: skip

ENCODERS = [
    one("ensure_ascii=False", r"""f"data: {json.dumps(x, ensure_ascii=False)}\n\n" """, "payload", contains=("SSEFormatter(ensure_ascii=False)",)),
    one("separators", r"""f"data: {json.dumps(x, separators=(',', ':'))}\n\n" """, "payload"),
    one("sort_keys", r"""f"data: {json.dumps(x, sort_keys=True)}\n\n" """, "payload"),
    one("indent breaks the framing", r"""f"data: {json.dumps(x, indent=2)}\n\n" """, "refused not-proved"),
    one("allow_nan=False", r"""f"data: {json.dumps(x, allow_nan=False)}\n\n" """, "payload"),
    one("skipkeys", r"""f"data: {json.dumps({x: 1, (1,): 2}, skipkeys=True)}\n\n" """, "payload"),
    one("check_circular=False", r"""f"data: {json.dumps(x, check_circular=False)}\n\n" """, "payload"),
    one("an option that is false but no bool", r"""f"data: {json.dumps(x, ensure_ascii=0)}\n\n" """, "payload"),
    one("default=str", r"""f"data: {json.dumps(x, default=str)}\n\n" """, "payload", contains=("SSEFormatter(ensure_ascii=True, default=str)",)),
    one("default=function", r"""f"data: {json.dumps(x, default=repr)}\n\n" """, "payload", contains=("default=repr",)),
    one("cls", r"""f"data: {json.dumps(x, cls=json.JSONEncoder)}\n\n" """, "payload", contains=("cls=JSONEncoder", "from json import JSONEncoder")),
    one("an option from a variable", r"""f"data: {json.dumps(x, ensure_ascii=bool(y))}\n\n" """, "encoded", params="x, y"),
    one("options by **", r"""f"data: {json.dumps(x, **OPTIONS)}\n\n" """, "payload", head=HEAD + "OPTIONS = {'sort_keys': True}\n\n\n"),
    one("the argument by name", r"""f"data: {json.dumps(obj=x)}\n\n" """, "payload"),
    one("the argument by *", r"""f"data: {json.dumps(*[x])}\n\n" """, "encoded"),
    one("an unknown option", r"""f"data: {json.dumps(x, unknown=1)}\n\n" """, "encoded"),
    one("an option twice with the default's value", r"""f"data: {json.dumps(x, indent=None, ensure_ascii=True)}\n\n" """, "payload", contains=("SSEFormatter(ensure_ascii=True)",)),
    one("model_dump_json", r"""f"data: {m.model_dump_json()}\n\n" """, "model", body="m = Model(content=x)", contains=("ModelDialect()",)),
    one("model_dump_json with options", r"""f"data: {m.model_dump_json(exclude_unset=True, by_alias=False)}\n\n" """, "model", body="m = Model(content=x)"),
    one("model_dump_json of a call", r"""f"data: {Model(content=x).model_dump_json()}\n\n" """, "model"),
    one("model_dump_json with options of a variable", r"""f"data: {m.model_dump_json(exclude=x)}\n\n" """, "encoded", body="m = Model(content=x)"),
    one("model_dump_json on what is no model", r"""f"data: {x.model_dump_json()}\n\n" """, "model"),
    one("json.dumps of model_dump", r"""f"data: {json.dumps(m.model_dump(mode='json'))}\n\n" """, "payload", body="m = Model(content=x)"),
    one("str() around the JSON", r""" "data: " + str(m.model_dump_json()) + "\n\n" """, "model", body="m = Model(content=x)"),
    one("version 1 of pydantic", r"""f"data: {m.json()}\n\n" """, "model", body="m = Model(content=x)\nm.json = lambda: m.model_dump_json()", contains=('ModelDialect(method="json")', "strict=False")),
    one("a choice of encoders", r"""f"data: {m.model_dump_json() if x else json.dumps({})}\n\n" """, "model", body="m = Model(content=x)", contains=("if x else",)),
    one("a choice of encoders with an event", r"""f"event: {e}\ndata: {m.model_dump_json() if note('t', x) else json.dumps({'a': 1}, sort_keys=True)}\n\n" """, "model", body="m = Model(content=x)\ne = str(x)"),
    one("a choice of encoders behind an event that may be anything", r"""f"event: {x}\ndata: {json.dumps(1) if note('t') else json.dumps({})}\n\n" """, "encoded"),
    one("a choice of encoders that binds a name", r"""f"data: {json.dumps(y) if (y := note('t', x)) else json.dumps({})}\n\n" """, "payload"),
    one("a choice of payloads in one dialect", r"""f"data: {json.dumps(x) if x else json.dumps({'none': fail()})}\n\n" """, "payload"),
    one("a choice of JSON and text", r"""f"data: {json.dumps(x) if x else 'none'}\n\n" """, "payload"),
    one("a choice of encoders in a choice of frames", r"""f"data: {json.dumps(x) if x else json.dumps([x])}\n\n" if note('t', x) else "data: [DONE]\n\n" """, "payload", "typed"),
    one("loads of dumps", r"""f"data: {json.dumps(json.loads(json.dumps(x)))}\n\n" """, "payload"),
    one("json under another name", r"""f"data: {j.dumps(x)}\n\n" """, "payload", head="import json as j\n\n\n", lacks=("import json",)),
    one("dumps under another name", r"""f"data: {d(x)}\n\n" """, "payload", head="from json import dumps as d\n\n\n", lacks=("from json",)),
    one("dumps beside loads", r"""f"data: {dumps(loads(dumps(x)))}\n\n" """, "payload", head="from json import dumps, loads\n\n\n"),
    one("json imported in the function", r"""f"data: {json.dumps(x)}\n\n" """, "payload", head="", body="import json"),
    one("json imported in the function for another use too", r"""f"data: {json.dumps(json.loads('1'))}\n\n" """, "payload", head="", body="import json", params=""),
    one("json is a parameter", r"""f"data: {json.dumps(x)}\n\n" """, "encoded", params="x, json=type('J', (), {'dumps': staticmethod(repr)})"),
    one("json is a local", r"""f"data: {json.dumps(x)}\n\n" """, "encoded", body="json = type('J', (), {'dumps': staticmethod(repr)})"),
    one("json is bound by a for loop", r"""f"data: {json.dumps(x)}\n\n" """, "encoded", body="for json in [type('J', (), {'dumps': staticmethod(repr)})]: pass"),
    one("dumps of another module", r"""f"data: {dumps(x)}\n\n" """, "encoded", head="from stage import dumps\n\n\n"),
    one("json of another module", r"""f"data: {json.dumps(x)}\n\n" """, "encoded", head="import stage as json\n\n\n"),
    one("json or its stand-in", r"""f"data: {json.dumps(x)}\n\n" """, "encoded", head="try:\n    import no_such_json as json\nexcept ImportError:\n    import json\n\n\n"),
    Case(
        "json by a star import",
        {
            "other.py": "import stage as json\n",
            "app.py": 'from other import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
        },
        ("encoded",),
    ),
    Case(
        "a star import after json hides it",
        {
            "other.py": "import stage as json\n",
            "app.py": 'import json\nfrom other import *\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
        },
        ("encoded",),
    ),
    Case(
        "json.dumps is patched in the file",
        'import functools\nimport json\n\njson.dumps = functools.partial(json.dumps, sort_keys=True)\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
        ("encoded",),
        entry=None,
    ),
    Case(
        "json.dumps is patched in another file",
        {
            "patches.py": "import functools\nimport json\n\njson.dumps = functools.partial(json.dumps, sort_keys=True)\n",
            "app.py": 'import json\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
        },
        ("encoded",),
        entry=None,
    ),
    Case(
        "an alias of dumps",
        'import functools\nimport json\n\ndumps = functools.partial(json.dumps, ensure_ascii=False)\n\n\nasync def stream(x):\n    yield f"data: {dumps(x)}\\n\\n"\n',
        ("payload",),
        contains=("SSEFormatter(ensure_ascii=False)",),
    ),
    one("str() around json.dumps", r""" "data: " + str(json.dumps(x)) + "\n\n" """, "payload"),
    one("str() around what may be no text", r""" "data: " + str(m.json()) + "\n\n" """, "encoded", body="m = Model(content=x)\nm.json = lambda: x"),
    one("json() of what gives no text", r"""f"data: {m.json()}\n\n" """, "model", body="m = Model(content=x)\nm.json = lambda: x"),
    one("json() in a sum", r""" "data: " + m.json() + "\n\n" """, "encoded", body="m = Model(content=x)\nm.json = lambda: x"),
    one("json() with the options of version 1", r"""f"data: {m.json(exclude_unset=True, ensure_ascii=False)}\n\n" """, "model", body="m = Model(content=x)\nm.json = lambda **options: note(str(options)) and m.model_dump_json()"),
    one("to_json()", r"""f"data: {m.to_json(separators=(',', ':'))}\n\n" """, "model", body="m = Model(content=x)\nm.to_json = lambda separators: note(str(separators)) and m.model_dump_json()"),
    one("model_dump_json with a set", r"""f"data: {m.model_dump_json(exclude={'b', 'a'})}\n\n" """, "model", body="m = Model(content=x)", contains=('ModelDialect(exclude={"a", "b"})',)),
    one("separators from a constant", r"""f"data: {json.dumps(x, separators=COMPACT)}\n\n" """, "payload", head=HEAD + "COMPACT = (',', ':')\n\n\n", contains=('separators=(",", ":")',)),
    one("separators from a constant that is bound twice", r"""f"data: {json.dumps(x, separators=COMPACT)}\n\n" """, "encoded", head=HEAD + "COMPACT = (',', ':')\nif loud:\n    COMPACT = (', ', ': ')\n\n\n"),
    one("options by ** that something else uses", r"""f"data: {json.dumps(x, **OPTIONS)}\n\n" """, "encoded", head=HEAD + "OPTIONS = {'sort_keys': True}\nOPTIONS.update(indent=None)\n\n\n"),
    one("dumps under a name of the module", r"""f"data: {to_text(x)}\n\n" """, "payload", head=HEAD + "to_text = json.dumps\n\n\n"),
    one("a partial over options of the call", r"""f"data: {dumps(x, ensure_ascii=True, sort_keys=True)}\n\n" """, "payload", head="import functools\n" + HEAD + "dumps = functools.partial(json.dumps, ensure_ascii=False)\n\n\n", contains=("SSEFormatter(ensure_ascii=True, sort_keys=True)",)),
    one("a partial that is bound twice", r"""f"data: {dumps(x)}\n\n" """, "encoded", head="import functools\n" + HEAD + "dumps = json.dumps\nif loud:\n    dumps = functools.partial(json.dumps, ensure_ascii=False)\n\n\n"),
    one("default=lambda", r"""f"data: {json.dumps(x, default=lambda value: note('d') and str(value))}\n\n" """, "encoded"),
    one("default is a parameter", r"""f"data: {json.dumps(x, default=f)}\n\n" """, "encoded", params="x, f=str"),
    one("default=str, and str is shadowed", r"""f"data: {json.dumps(x, default=str)}\n\n" """, "encoded", params="x, str=repr"),
    one("default=None", r"""f"data: {json.dumps(x, default=None)}\n\n" """, "payload", contains=("SSEFormatter(ensure_ascii=True)",)),
    one("default=str and an id behind the data", r"""f"data: {json.dumps(x, default=str)}\nid: {x}\n\n" """, "encoded"),
    one("default of another module", r"""f"data: {json.dumps(x, default=note)}\n\n" """, "payload", head="import json\n\nfrom stage import note\n\n\n", contains=("default=note",)),
    one("default of another module under another name", r"""f"data: {json.dumps(x, default=show)}\n\n" """, "encoded", head="import json\n\nfrom stage import dumps as show\n\n\n"),
]  # fmt: skip

ORJSON_HEAD = """\
import orjson

from stage import Model, fail, later, loud, note, upstream


"""
ORJSON = [
    one("orjson", r"""f"data: {orjson.dumps(x).decode()}\n\n" """, "payload", head=ORJSON_HEAD, contains=("SSEFormatter(dialect=ORJSONDialect())", "StreamingChunk.of(x)"), lacks=("import orjson",)),
    one("orjson in a sum", r""" "data: " + orjson.dumps({"type": "t", "content": x}).decode("utf-8") + "\n\n" """, "typed", head=ORJSON_HEAD),
    one("orjson as bytes", r"""b"data: " + orjson.dumps(x) + b"\n\n" """, "payload", head=ORJSON_HEAD, contains=('encoding="utf-8"', "StreamingChunk.of(x)")),
    one("orjson as text and bytes", r"""f"data: {orjson.dumps(x).decode()}\n\n".encode()""", "payload", head=ORJSON_HEAD),
    one("orjson with flags", r"""f"data: {orjson.dumps(x, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()}\n\n" """, "payload", head=ORJSON_HEAD, contains=("ORJSONDialect(option=OPT_NON_STR_KEYS | OPT_SORT_KEYS)", "from orjson import OPT_NON_STR_KEYS, OPT_SORT_KEYS")),
    one("orjson with flags of a constant", r"""f"data: {orjson.dumps(x, None, FLAGS).decode()}\n\n" """, "payload", head=ORJSON_HEAD + "FLAGS = orjson.OPT_NON_STR_KEYS\n\n\n"),
    one("orjson with flags of a parameter", r"""f"data: {orjson.dumps(x, option=flags).decode()}\n\n" """, "encoded", head=ORJSON_HEAD, params="x, flags=None"),
    one("orjson with default", r"""f"data: {orjson.dumps(x, default=repr).decode()}\n\n" """, "payload", head=ORJSON_HEAD, contains=("ORJSONDialect(default=repr)",)),
    one("orjson with indents", r"""f"data: {orjson.dumps(x, option=orjson.OPT_INDENT_2).decode()}\n\n" """, "encoded", head=ORJSON_HEAD),
    one("orjson with a line end", r"""f"data: {orjson.dumps(x, option=orjson.OPT_APPEND_NEWLINE).decode()}\n\n" """, "encoded", head=ORJSON_HEAD),
    one("the bytes of orjson in an f-string", r"""f"data: {orjson.dumps(x)}\n\n" """, "encoded", head=ORJSON_HEAD),
    one("orjson decoded in another way", r"""f"data: {orjson.dumps(x).decode('ascii', 'replace')}\n\n" """, "encoded", head=ORJSON_HEAD),
    one("orjson or its stand-in", r"""f"data: {orjson.dumps(x).decode()}\n\n" """, "encoded", head="try:\n    import no_such_orjson as orjson\nexcept ImportError:\n    import orjson\n\n\n"),
    one("orjson under another name", r"""f"data: {d(x).decode()}\n\n" """, "payload", head="from orjson import dumps as d\n\n\n"),
    one("orjson right before", r"""f"data: {data}\n\n" """, "payload", body="data = orjson.dumps({'x': x}).decode()", head=ORJSON_HEAD),
    one("orjson and json", r"""f"data: {orjson.dumps(x).decode() if x else json.dumps(x)}\n\n" """, "payload", head=HEAD + "import orjson\n\n\n"),
    Case(
        "orjson in a public helper of another file",
        {
            "wire.py": 'import orjson\n\n\ndef sse(event):\n    return f"data: {orjson.dumps(event).decode()}\\n\\n"\n',
            "app.py": "from wire import sse\n\n\nasync def stream(x):\n    yield sse(x)\n    yield sse({'a': x})\n",
        },
        ("payload", "payload", "payload"),
        contains=("yield sse.chunk(x)",),
    ),
]  # fmt: skip

OBJECTS = [
    Case(
        "default is a function of the file",
        HEAD + 'def show(value):\n    return note("show", repr(value))\n\n\nasync def stream(x):\n    yield f"data: {json.dumps({\'a\': x}, default=show)}\n\n"\n    yield "data: [DONE]\\n\\n"\n'.replace('\n\n"\n    yield', '\\n\\n"\n    yield'),
        ("payload", "typed"),
        contains=("SSE = SSEFormatter(ensure_ascii=True, default=show)",),
    ),
    Case(
        "default is a function further down",
        HEAD + 'async def stream(x):\n    yield f"data: {json.dumps(x, default=show)}\\n\\n"\n\n\ndef show(value):\n    return note("show", repr(value))\n',
        ("payload",),
    ),
    Case(
        "the frame is below the function, its producer above",
        HEAD + 'def stream(x):\n    yield _sse(x)\n\n\ndef show(value):\n    return note("show", repr(value))\n\n\ndef _sse(x):\n    return f"data: {json.dumps(x, default=show)}\\n\\n"\n',
        ("payload", "payload"),
        contains=("SSE.encoded(", "@producer(SSE_ASCII)"),
    ),
    Case(
        "default is bound twice",
        HEAD + 'def show(value):\n    return note("show", repr(value))\n\n\nif loud:\n    show = repr\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x, default=show)}\\n\\n"\n',
        ("encoded",),
    ),
    Case(
        "default is replaced through its module",
        {
            "app.py": HEAD + 'def show(value):\n    return note("show", repr(value))\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x, default=show)}\\n\\n"\n',
            "other.py": "import app\n\n\ndef quiet():\n    app.show = str\n",
        },
        ("encoded",),
    ),
    Case(
        "cls is a class of another file of the package",
        {
            "pkg/__init__.py": "",
            "pkg/encoding.py": "import json\n\n\nclass Encoder(json.JSONEncoder):\n    def default(self, o):\n        return repr(o)\n\n\nLAST = 1\n",
            "pkg/app.py": 'import json\n\nfrom pkg.encoding import Encoder\n\n\nasync def stream(x):\n    yield f"data: {json.dumps([x], cls=Encoder)}\\n\\n"\n    yield f"data: {json.dumps(x)}\\n\\n"\n    yield f"data: {json.dumps({})}\\n\\n"\n',
        },
        ("payload", "payload", "payload"),
        entry="pkg.app:stream",
        contains=("SSE_ASCII_ENCODER = SSEFormatter(ensure_ascii=True, cls=Encoder)", "from pkg.encoding import SSE_ASCII_ENCODER\n"),
    ),
    Case(
        "default comes through the package",
        {
            "pkg/__init__.py": "from .encoding import show\n",
            "pkg/encoding.py": "def show(value):\n    return repr(value)\n",
            "pkg/app.py": 'import json\n\nfrom . import show\n\n\nasync def stream(x):\n    yield f"data: {json.dumps([x], default=show)}\\n\\n"\n',
        },
        ("payload",),
        entry="pkg.app:stream",
        contains=("from .encoding import SSE_ASCII_SHOW",),
    ),
    Case(
        "default is a method, and an object of the module",
        HEAD + 'class Show:\n    def show(self, value):\n        return note("show", repr(value))\n\n\nSHOW = Show()\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x, default=SHOW.show)}\\n\\n"\n    yield f"data: {json.dumps(x, default=Show().show)}\\n\\n"\n',
        ("encoded", "encoded"),
    ),
    Case(
        "default is imported if it is there",
        HEAD + 'try:\n    from no_such_module import show\nexcept ImportError:\n    show = str\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x, default=show)}\\n\\n"\n',
        ("encoded",),
    ),
]  # fmt: skip

TYPED = [
    one("keys in another order", r"""f"data: {json.dumps({'content': x, 'type': 'token'})}\n\n" """, "typed", contains=('("content", "type")',)),
    one("all four keys", r"""f"data: {json.dumps({'type': 't', 'role': 'assistant', 'content': x, 'tool_call_id': None})}\n\n" """, "typed"),
    one("falsy content", r"""f"data: {json.dumps({'type': 'end', 'content': ''})}\n\n" """, "typed", params=""),
    one("None as content", r"""f"data: {json.dumps({'type': 'end', 'content': None})}\n\n" """, "typed", params=""),
    one("type alone", r"""f"data: {json.dumps({'type': 'end'})}\n\n" """, "payload", params=""),
    one("a key twice", r"""f"data: {json.dumps({'type': 't', 'content': 1, 'content': x})}\n\n" """, "payload"),
    one("a spread", r"""f"data: {json.dumps({'type': 't', **x})}\n\n" """, "payload"),
    one("a spread with the type", r"""f"event: t\ndata: {json.dumps({'type': 't', **x})}\n\n" """, "payload", lacks=('event="type"',)),
    one("the type is a value", r"""f"data: {json.dumps({'type': x, 'content': 1})}\n\n" """, "payload"),
    one("the type is no str", r"""f"data: {json.dumps({'type': 1, 'content': x})}\n\n" """, "payload"),
    one("a key is a value", r"""f"data: {json.dumps({'type': 't', str(x): 1})}\n\n" """, "payload"),
    one("keys that are no str", r"""f"data: {json.dumps({1: x, None: 2, True: 3, 1.5: 4})}\n\n" """, "payload"),
    one("no content, a role", r"""f"data: {json.dumps({'role': 'assistant', 'content': x})}\n\n" """, "payload"),
    one("metadata is on the wire", r"""f"data: {json.dumps({'type': 't', 'metadata': x})}\n\n" """, "payload"),
    one("with an id", r"""f"id: {x}\ndata: {json.dumps({'type': 't', 'content': x})}\n\n" """, "payload"),
    one("values with effects keep their order", r"""f"data: {json.dumps({'content': note('c', x), 'type': 't', 'role': note('r')})}\n\n" """, "typed"),
    Case(
        "one type with two sets of keys",
        HEAD + "async def stream(x):\n    yield f\"data: {json.dumps({'type': 't', 'content': x})}\\n\\n\"\n    yield f\"data: {json.dumps({'type': 't', 'role': x})}\\n\\n\"\n    yield f\"data: {json.dumps({'type': 't', 'content': 1})}\\n\\n\"\n",
        ("typed", "payload", "typed"),
    ),
    Case(
        "a typed chunk in another dialect",
        HEAD + "async def stream(x):\n    yield f\"data: {json.dumps(x, ensure_ascii=False)}\\n\\n\"\n    yield f\"data: {json.dumps([x], ensure_ascii=False)}\\n\\n\"\n    yield f\"data: {json.dumps({'type': 't', 'content': x})}\\n\\n\"\n",
        ("payload", "payload", "typed"),
        contains=(".encoded(",),
    ),
    Case(
        "mixed dialects in one producer",
        HEAD + "async def stream(x):\n    yield f\"data: {json.dumps({'t': x}, ensure_ascii=False)}\\n\\n\"\n    yield f\"data:{json.dumps({'t': x}, separators=(',', ':'))}\\n\\n\"\n    yield f\"data: {Model(a=x).model_dump_json()}\\n\\n\"\n    yield f\"data: {json.dumps({'done': True})}\\n\\n\"\n    yield \"data: [DONE]\\n\\n\"\n",
        ("payload", "payload", "model", "payload", "typed"),
    ),
]  # fmt: skip

# Only Python 3.12 runs what was there before (PEP 701); every Python reads and writes it.
RUN = "app:stream" if sys.version_info >= (3, 12) else None
NEWER = [
    one("newer: the same quotes in a display", r"""f"data: {json.dumps({"type": "token", "content": x})}\n\n" """, "typed", entry=RUN, contains=('StreamingChunk(type="token", content=x)',)),
    one("newer: a backslash in a field", r"""f"data: {json.dumps({"a": x, "b": "\n"})}\n\n" """, "payload", entry=RUN, contains=(r'{"a": x, "b": "\n"}',)),
    one("newer: a field over lines", 'f"data: {json.dumps(\n        {\n            "a": x,\n        }\n    )}\\n\\n"', "payload", entry=RUN),
    one("newer: the same quotes in the event", r"""f"event: {x["type"]}\ndata: {json.dumps(x)}\n\n" """, "payload", entry=RUN, contains=("""event=f'{x["type"]}'""",)),
    one("newer: an f-string with the same quotes", r"""f"data: {f"{x}-{x}"}\n\n" """, "encoded", entry=RUN, contains=('StreamingChunk.raw(f"{x}-{x}")',)),
    one("newer: an f-string in the payload", r"""f"data: {json.dumps({"a": f"{x}!"})}\n\n" """, "payload", entry=RUN),
    one("newer: a prefix that may be empty", r"""f"{"event: a\n" if x else ""}data: {json.dumps(x)}\n\n" """, "payload", entry=RUN, contains=('event="a" if x else None',)),
    one("newer: two frames", r"""f"data: {json.dumps({"a": x})}\n\ndata: [DONE]\n\n" """, "payload as text", entry=RUN),
    one("newer: bytes", r"""f"data: {json.dumps({"a": x})}\n\n".encode("utf-8")""", "payload", entry=RUN),
    one("newer: a field with a comment", 'f"data: {json.dumps(x)  # the payload\n    }\\n\\n"', "refused comment-in-code", entry=None),
    one("newer: text in both kinds of quotes", r"""f"data: {x["a"]}{x['b']}\n\n" """, "refused quotes-in-field", entry=None),
]  # fmt: skip

CASES = [*FSTRINGS, *SUMS, *BYTES, *FIELDS, *ENCODERS, *ORJSON, *OBJECTS, *TYPED, *NEWER]
