"""Producers whose callers live in other modules: edges, and which of them get a boundary on their side."""

from tests.codemods.harness import Case

SERVICE = """
import json

from stage import upstream


async def reply(x):
    async for item in upstream(x):
        yield f"data: {json.dumps(item, ensure_ascii=False)}\\n\\n"
"""
CLASS = """
import json

from stage import upstream


class Chat:
    async def reply(self, x):
        async for item in upstream(x):
            yield f"data: {json.dumps(item, ensure_ascii=False)}\\n\\n"
"""
RESPONSE = "from fastapi.responses import StreamingResponse\n"


def project(name, api, *expect, service=SERVICE, package=True, more=None, **rest):
    """Return a case of a service and an endpoint, in a package or in a folder of scripts."""
    folder = "chat/" if package else ""
    files = {f"{folder}service.py": service, f"{folder}api.py": RESPONSE + api.lstrip("\n")}
    if package:
        files["chat/__init__.py"] = ""
    entry = "chat.api:endpoint" if package else "api:endpoint"
    expect = expect or ("payload",)
    return Case(name, {**files, **(more or {})}, expect, **{"entry": entry, **rest})


WITH_DONE = SERVICE + '    yield "data: [DONE]\\n\\n"\n'
CHUNKS = ("SSE.chunks(reply(x))", "SSE.stream(relay())")
TEXT = ("in reply(x)",)
# What a relay does with the items, and whether they become chunks there.
RELAYS = [
    (
        "passed on",
        """
        async for item in reply(x):
            yield item
""",
        {"contains": CHUNKS},
    ),
    (
        "if it is not empty",
        """
        async for item in reply(x):
            if not item:
                continue
            if item and x is not None:
                yield item
""",
        {"contains": CHUNKS},
    ),
    (
        "if it is text",
        """
        async for item in reply(x):
            if isinstance(item, str):
                note("text")
                yield item
            elif isinstance(item, (str, bytes)):
                yield "never"
""",
        {"contains": (*CHUNKS, "isinstance(item, StreamingChunk)")},
    ),
    (
        "whose data is read",
        """
        async for item in reply(x):
            if item == "data: [DONE]\\n\\n":
                note("done")
            elif item.startswith("data: "):
                saved += json.dumps(json.loads(item[6:]))
            yield item
        note(saved)
""",
        {"contains": (*CHUNKS, "item == StreamingChunk.done()", "item.json()")},
    ),
    (
        "whose data is read in a careful way",
        """
        async for item in reply(x):
            try:
                if item.strip().endswith("[DONE]"):
                    note("done")
                else:
                    note(str(json.loads(item.removeprefix("data:").strip())))
            except json.JSONDecodeError as error:
                note(str(error))
            yield item
""",
        {"contains": (*CHUNKS, "item.json()")},
    ),
    (
        "that is collected",
        """
        parts = []
        async for item in reply(x):
            saved += item
            parts.append(item)
            yield item
        note(saved + "".join(parts))
""",
        {"contains": (*CHUNKS, "saved += SSE.format_chunk(item)")},
    ),
    (
        "with frames of its own",
        """
        yield "first"
        async for item in reply(x):
            yield item
        yield note("last", "last")
""",
        {"contains": CHUNKS},
    ),
    (
        "that looks anywhere in the frame",
        """
        async for item in reply(x):
            if "[DONE]" in item:
                note("done")
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "that cuts at what the data may hold",
        """
        async for item in reply(x):
            note(item.split("data: ")[1])
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "that keeps the last one",
        """
        last = None
        async for item in reply(x):
            if item != last:
                yield item
            last = item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "that changes it",
        """
        async for item in reply(x):
            item = item.upper()
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "that another function sees",
        """
        async for item in reply(x):
            note(item)
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "that a class decides on",
        """
        async for item in reply(x):
            if isinstance(item, object):
                yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "in two loops over one name",
        """
        async for item in reply(x):
            yield item
        async for item in reply(x):
            saved += item
            yield item
        note(saved)
""",
        {"contains": (*CHUNKS, "saved += SSE.format_chunk(item)"), "lacks": TEXT},
    ),
    (
        "in a loop over a name that others use as well",
        """
        item = "unread"
        for item in ["a", "b"]:
            note(item)
        async for item in reply(x):
            yield item
""",
        {"contains": CHUNKS},
    ),
    (
        "in one of two loops only",
        """
        async for item in reply(x):
            yield item
        async for item in reply(x):
            if "[DONE]" in item:
                note("done")
            yield item
""",
        {"contains": (*CHUNKS, *TEXT)},
    ),
    (
        "whose name is read after the loops",
        """
        async for item in reply(x):
            yield item
        for item in []:
            note(item)
        note(item)
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "in a loop within a loop over the same name",
        """
        for item in ["a", "b"]:
            async for item in reply(x):
                yield item
            note(item)
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "around a loop over the same name",
        """
        async for item in reply(x):
            for item in ["a"]:
                note("inner")
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "whose name a function reads that another loop makes",
        """
        for item in ["a"]:
            def show():
                return str(item)

        async for item in reply(x):
            note(show())
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "whose name another function binds",
        """
        def change():
            nonlocal item
            item = "changed"

        async for item in reply(x):
            change()
            yield item
""",
        {"contains": TEXT, "lacks": CHUNKS[:1]},
    ),
    (
        "whose source is in a variable",
        """
        source = reply(x)
        note("asked")
        try:
            async for item in source:
                yield item
        finally:
            await source.aclose()
""",
        {"contains": (*CHUNKS[1:], "source = SSE.chunks(reply(x))")},
    ),
    (
        "whose source a context closes",
        """
        async with contextlib.aclosing(reply(x)) as source:
            async for item in source:
                yield item
""",
        {"contains": (*CHUNKS[1:], "aclosing(SSE.chunks(reply(x)))")},
    ),
    (
        "whose source is read elsewhere too",
        """
        source = reply(x)
        note(await source.__anext__())
        async for item in source:
            yield item
""",
        {"contains": ("source = reply(x)",), "lacks": CHUNKS[:1]},
    ),
    (
        "whose source is bound twice",
        """
        source = reply(x)
        if x:
            source = reply("")
        async for item in source:
            yield item
""",
        {"contains": ("source = reply(x)",), "lacks": CHUNKS[:1]},
    ),
    (
        "whose source another function sees",
        """
        source = reply(x)

        def seen():
            return source

        async for item in source:
            note(str(seen() is source))
            yield item
""",
        {"contains": ("source = reply(x)",), "lacks": CHUNKS[:1]},
    ),
    (
        "that fails on a mark",
        """
        async for item in reply(x):
            note(str(json.loads(item[6:])))
            yield item
""",
        {"contains": CHUNKS},
    ),
]

CASES = [
    project("an edge in another module of the package", """
from chat.service import reply

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", boundary=("decorator",), contains=("SSEResponse(SSE.stream(reply(x)), media_type", "from chat.sse_contracts import SSE\n")),
    project("an edge that imports relatively", """
from .service import reply as answer

def endpoint(x):
    return StreamingResponse(answer(x), media_type="text/event-stream")
""", contains=("SSE.stream(answer(x))", "from .sse_contracts import SSE\n")),
    project("an edge that imports the module", """
from . import service

def endpoint(x):
    return StreamingResponse(service.reply(x), media_type="text/event-stream")
""", contains=("SSE.stream(service.reply(x))",)),
    project("an edge in a function that has another SSE, and one in a function that has not", """
from .service import reply

def endpoint(x, SSE=None):
    return StreamingResponse(reply(x), media_type="text/event-stream", headers=SSE)

def other(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", contains=("from .sse_contracts import SSE\nfrom .sse_contracts import SSE as CHAT_SSE\n", " CHAT_SSE.stream(reply(x))", "(SSE.stream(reply(x))")),
    project("an edge in a file that has the other name, too", """
from .service import reply

SSE, CHAT_SSE = {"X-Accel-Buffering": "no"}, "CHAT_SSE_2"

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream", headers=SSE)
""", contains=("import SSE as CHAT_SSE_3\n", " CHAT_SSE_3.stream(reply(x))")),
    project("an edge in a file that may have any name", """
from .names import *
from .service import reply

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream", headers=SSE)
""", more={"chat/names.py": "SSE = {'x-names': 'there'}\n"}, lacks=("SSE.stream",)),
    project("a relay in a file that has another SSE", """
from .service import reply

SSE = "taken"

def endpoint(x):
    async def relay():
        async for item in reply(x):
            yield item

    return StreamingResponse(relay(), media_type="text/event-stream")
""", contains=("CHAT_SSE.chunks(reply(x))", "CHAT_SSE.stream(relay())")),
    project("an edge to the scripts of two producers, each with its SSE", """
from other import answer
from service import reply

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")

def second(x):
    return StreamingResponse(answer(x), media_type="text/event-stream")
""", "payload", "payload", package=False, more={"other.py": SERVICE.replace("reply", "answer").replace(", ensure_ascii=False", "")},
            contains=("from other import SSE, answer\n", "from service import SSE as SERVICE_SSE\n", "SSE.stream(answer(x))", "SERVICE_SSE.stream(reply(x))")),
    project("a script with frames of its own, and an edge to those of another", """
import json

from service import reply

def own(x):
    yield f"data: {json.dumps(x)}\\n\\n"

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")

def second(x):
    return StreamingResponse(own(x), media_type="text/event-stream")
""", "payload", "payload", package=False, contains=("SERVICE_SSE.stream(reply(x))", "SSE = SSEFormatter(ensure_ascii=True)", "SSE.stream(own(x))")),
    project("an edge whose import stands behind other code", """
try:
    import json
except ImportError:
    json = None

from service import (
    reply,
)

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", package=False, contains=("from service import (\n    reply,\n)\nfrom service import SSE\n", "SSE.stream(reply(x))")),
    project("an edge that imports in a function under another name", """
def endpoint(x):
    if x is not None:
        from service import reply as answer

        return StreamingResponse(answer(x), media_type="text/event-stream")
""", package=False, contains=("        from service import reply as answer\n        from service import SSE\n", "SSE.stream(answer(x))")),
    project("an edge that imports in the function, and has another SSE there", """
def endpoint(x):
    from service import reply
    SSE = None

    return StreamingResponse(reply(x), media_type="text/event-stream", headers=SSE)
""", package=False, contains=("    from service import SSE as SERVICE_SSE\n", "SERVICE_SSE.stream(reply(x))")),
    project("an edge in a closure of the function that imports", """
def endpoint(x):
    from service import reply

    def inner():
        return StreamingResponse(reply(x), media_type="text/event-stream")

    return inner()
""", package=False, contains=("    from service import SSE, reply\n", "SSE.stream(reply(x))")),
    project("an edge that imports in a function that looks at its names", """
def endpoint(x):
    from service import reply

    headers = {"x-names": ",".join(sorted(locals()))}
    return StreamingResponse(reply(x), media_type="text/event-stream", headers=headers)
""", package=False, contains=("    from service import reply\n",), lacks=("SSE.stream",)),
    project("an edge of a class that imports in its body", """
class Api:
    from service import reply

    def endpoint(x, reply=reply):
        return StreamingResponse(reply(x), media_type="text/event-stream")
""", package=False, entry="api:Api.endpoint", lacks=("SSE.stream",)),
    project("an edge that imports in the function with a statement behind it", """
def endpoint(x):
    from service import reply; answer = reply(x)
    return StreamingResponse(answer, media_type="text/event-stream")
""", package=False, lacks=("SSE.stream",)),
    project("an edge whose import may be another one", """
def endpoint(x):
    try:
        from service import reply
    except ImportError:
        from other import reply
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", package=False, more={"other.py": ""}, lacks=("SSE.stream",)),
    Case("a script that imports a package in a function", {
        "chat/__init__.py": "from . import service\n",
        "chat/service.py": SERVICE,
        "api.py": RESPONSE + """
def endpoint(x):
    from chat.service import reply

    return StreamingResponse(reply(x), media_type="text/event-stream")
""",
    }, ("payload",), entry="api:endpoint", contains=("    from chat.service import reply\n    from chat.sse_contracts import SSE\n", "SSE.stream(reply(x))")),
    project("a private producer with one caller in another module", """
from .service import _reply

def endpoint(x):
    return StreamingResponse(_reply(x), media_type="text/event-stream")
""", service=SERVICE.replace("reply", "_reply"), boundary=("caller",), lacks=("producer",)),
    Case("a package in a namespace package", {
        "shop/parts/chat/__init__.py": "from .other import reply\n",
        "shop/parts/chat/service.py": SERVICE,
        "shop/parts/chat/other.py": SERVICE,
    }, ("payload", "payload"), entry="shop.parts.chat.service:reply", contains=("from .sse_contracts import SSE",)),
    Case("a package with the name of another one, which it uses", {
        "shop/parts/stage/__init__.py": "from .other import reply\n",
        "shop/parts/stage/service.py": SERVICE,
        "shop/parts/stage/other.py": SERVICE,
    }, ("payload", "payload"), entry="shop.parts.stage.service:reply", contains=("from .sse_contracts import SSE",)),
    project("a private producer whose caller in another module needs text", """
from .service import _reply

async def endpoint(x):
    async for item in _reply(x):
        yield item.upper()
""", service=SERVICE.replace("reply", "_reply"), boundary=("caller",), contains=("in SSE.stream(_reply(x)):",), lacks=("producer",)),
    project("a private producer whose caller is handed its frames", """
from .service import _reply

async def collected(source):
    return [item async for item in source]

async def endpoint(x):
    for item in await collected(_reply(x)):
        yield item
""", service=SERVICE.replace("reply", "_reply"), boundary=("caller",), contains=("collected(SSE.stream(_reply(x)))",), lacks=("producer",)),
    project("a private producer with a heartbeat between its frames", """
import asyncio

from .service import _reply

async def endpoint(x):
    source = _reply(x)
    pending = asyncio.ensure_future(source.__anext__())
    try:
        while True:
            try:
                frame = await asyncio.wait_for(asyncio.shield(pending), timeout=20)
            except asyncio.TimeoutError:
                yield ": keep-alive\\n\\n"
                continue
            except StopAsyncIteration:
                break
            yield frame
            pending = asyncio.ensure_future(source.__anext__())
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await source.aclose()
""", "typed", "payload", service=SERVICE.replace("reply", "_reply"), boundary=("decorator", "caller"), contains=("source = SSE.stream(_reply(x))",)),
    project("a private producer whose text is searched by a pattern", """
import re

from .service import _reply

async def endpoint(x):
    async for item in _reply(x):
        if not re.match(r"data: (?!\\[DONE\\])", item):
            continue
        if item.startswith("event: error"):
            return
        yield item
""", service=SERVICE.replace("reply", "_reply"), boundary=("caller",), contains=("in SSE.stream(_reply(x)):",), lacks=("producer",)),
    project("a private producer that is asked for in an f-string", """
from .service import _reply

async def endpoint(x):
    yield f"{type(_reply(x)).__name__}"
""", service=SERVICE.replace("reply", "_reply"), boundary=("decorator",), lacks=("SSE.stream",)),
    project("a private producer that is called with the module", """
from .service import _reply

FIRST = _reply("first")

import chat.service

async def endpoint(x):
    async for item in FIRST:
        yield item.upper()
""", service=SERVICE.replace("reply", "_reply"), boundary=("decorator",), lacks=("SSE.stream",), entry=None),
    project("a private producer that is handed on uncalled", """
from .service import _reply

async def answer(make, x):
    async for item in make(x):
        yield item

def endpoint(x):
    return answer(_reply, x)
""", service=SERVICE.replace("reply", "_reply"), boundary=("decorator",), lacks=("SSE.stream",)),
    project("a private producer that a test calls", """
from .service import _reply

def endpoint(x):
    return StreamingResponse(_reply(x), media_type="text/event-stream")
""", service=SERVICE.replace("reply", "_reply"), boundary=("decorator",),
            more={"tests/test_it.py": "from chat.service import _reply\n\ndef test():\n    assert list(_reply(1))\n"}),
    project("a private producer that a test replaces", """
from .service import _reply

def endpoint(x):
    return StreamingResponse(_reply(x), media_type="text/event-stream")
""", service=SERVICE.replace("reply", "_reply"), boundary=("decorator",),
            more={"tests/test_it.py": 'from unittest.mock import patch\n\n@patch("chat.service._reply")\ndef test(_): ...\n'}),
    project("a private method of an instance in another module", """
from .service import Chat

chat = Chat()

def endpoint(x):
    return StreamingResponse(chat._reply(x), media_type="text/event-stream")
""", service=CLASS.replace("reply", "_reply"), boundary=("caller",), contains=("SSE.stream(chat._reply(x))",)),
    project("a method of an attribute that is declared", """
from .service import Chat

class Api:
    def __init__(self, chat: Chat):
        self.chat = chat

    def get(self, x):
        return StreamingResponse(self.chat.reply(x), media_type="text/event-stream")

def endpoint(x):
    return Api(Chat()).get(x)
""", service=CLASS, contains=("SSE.stream(self.chat.reply(x))",)),
    project("a method that FastAPI injects", """
from typing import Annotated

from fastapi import Depends, FastAPI

from .service import Chat

app = FastAPI()

def get_chat() -> Chat:
    return Chat()

@app.get("/")
def endpoint(chat: Annotated[Chat, Depends(get_chat)]):
    return StreamingResponse(chat.reply(1), media_type="text/event-stream")
""", service=CLASS, contains=("SSE.stream(chat.reply(1))",), entry="chat.api:app"),
    project("a method of an object that cannot be told", """
from .service import Chat

def answer(chat, x):
    return StreamingResponse(chat.reply(x), media_type="text/event-stream")

def endpoint(x):
    return answer(Chat(), x)
""", service=CLASS, boundary=("decorator",), contains=("StreamingResponse(chat.reply(x), media",), lacks=("SSE.stream",)),
    project("an override in another module", """
from .service import Chat

class Loud(Chat):
    async def reply(self, x):
        yield "loud"
        async for item in super().reply(x):
            yield item.upper()

def answer(chat: Chat, x):
    return StreamingResponse(chat.reply(x), media_type="text/event-stream")

def endpoint(x):
    return answer(Loud(), x)
""", service=CLASS, boundary=("decorator",), contains=("SSE.stream(chat.reply(x))",)),
    project("framed again by sse-starlette", """
from sse_starlette.sse import EventSourceResponse

from .service import reply

def endpoint(x):
    return EventSourceResponse(reply(x), ping=3600)
""", "refused double-framed", boundary=()),
    project("framed again, in a variable and by name", """
import sse_starlette

from .service import Chat

def endpoint(x):
    chat = Chat()
    frames = chat.reply(x)
    return sse_starlette.EventSourceResponse(content=frames, ping=3600)
""", "refused double-framed", service=CLASS, boundary=()),
    project("framed again, behind a wrapper, a choice and a function that returns it", """
from sse_starlette.sse import EventSourceResponse

from .service import end, reply

async def counted(source):
    async for item in source:
        yield item

async def whole(x):
    async for item in reply(x):
        yield item
    for item in end():
        yield item

def make(x):
    frames = counted(reply(x)) if x else whole(x)
    return frames

def endpoint(x):
    return EventSourceResponse(make(x), ping=3600)
""", "refused double-framed", "refused double-framed", service=SERVICE + "\n\ndef end():\n    yield 'data: [DONE]\\n\\n'\n", boundary=()),
    project("framed again, but taken apart before", """
from sse_starlette.sse import EventSourceResponse

from .service import reply

async def events(source):
    async for item in source:
        yield {"data": item[6:-2]}

def endpoint(x):
    return EventSourceResponse(events(reply(x)), ping=3600)
"""),
    project("framed again by FastAPI", """
import json

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse

app = FastAPI()

@app.get("/", response_class=EventSourceResponse)
async def endpoint():
    yield f"data: {json.dumps(1)}\\n\\n"
""", "refused double-framed", "payload", boundary=("decorator",), entry="chat.api:app"),
    project("bytes, which sse-starlette sends as they are", """
from sse_starlette.sse import EventSourceResponse

from .service import reply

def endpoint(x):
    return EventSourceResponse(reply(x), ping=3600)
""", service=SERVICE.replace('\\n\\n"', '\\n\\n".encode()'), boundary=("decorator",)),
    project("a response of another kind by the same name", """
from .service import reply

class EventSourceResponse(StreamingResponse): ...

def endpoint(x):
    return EventSourceResponse(reply(x), media_type="text/event-stream")
""", boundary=("decorator",)),
    project("scripts beside each other", """
from service import reply

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", package=False, contains=("SSE.stream(reply(x))", "from service import SSE, reply\n")),
    project("scripts, of which one imports the other's module", """
import service

def endpoint(x):
    return StreamingResponse(service.reply(x), media_type="text/event-stream")
""", package=False, lacks=("SSE.stream",)),
    project("a name that is taken where the edge is", """
from .service import reply

SSE = "text/event-stream"

def endpoint(x):
    return StreamingResponse(reply(x), media_type=SSE)
""", contains=("from .sse_contracts import SSE as CHAT_SSE\n", "CHAT_SSE.stream(reply(x))", "media_type=SSE"), boundary=("decorator",)),
    project("an import in the function, against a cycle", """
def endpoint(x):
    from service import reply

    return StreamingResponse(reply(x), media_type="text/event-stream")
""", package=False, service="import api\n" + SERVICE, contains=("    from service import SSE, reply\n", "SSE.stream(reply(x))")),
    project("two producers of the same name with other options", """
from . import other
from .service import reply

def endpoint(x):
    if x:
        return StreamingResponse(reply(x), media_type="text/event-stream")
    return StreamingResponse(other.reply(x), media_type="text/event-stream")
""", "payload", "payload", more={"chat/other.py": SERVICE.replace("ensure_ascii=False", "ensure_ascii=True")},
            contains=("SSE.stream(reply(x))", "SSE_ASCII.stream(other.reply(x))")),
    project("re-exported by the package", """
from chat import reply

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", more={"chat/__init__.py": "from .service import reply\n"}, contains=("SSE.stream(reply(x))",)),
    project("scripts: a relay between the endpoint and the producer", """
from between import _pass

def endpoint(x):
    return StreamingResponse(_pass(x), media_type="text/event-stream")
""", package=False, more={"between.py": "from service import reply\n\n\nasync def _pass(x):\n    async for item in reply(x):\n        yield item\n"},
            lacks=("SSE.stream", "SSE.chunks")),
    project("decorated by something else", """
from .service import reply

def endpoint(x):
    return StreamingResponse(reply(x), media_type="text/event-stream")
""", service=SERVICE.replace("async def", "def traced(f):\n    return f\n\n\n@traced\nasync def"),
            boundary=("decorator",), lacks=("SSE.stream",)),
    Case("a relay of a relay, each in its own module", {
        "pyproject.toml": "[project]\nname = 'shop'\n",
        "shop/__init__.py": "",
        "shop/service.py": 'import json\n\n\nasync def _tokens(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n',
        "shop/relay.py": "from .service import _tokens\n\n\nasync def _relay(x):\n    async for item in _tokens(x):\n        yield item\n",
        "shop/api.py": "from starlette.responses import StreamingResponse\n\nfrom .relay import _relay\n\n\nasync def _again(x):\n    async for item in _relay(x):\n        yield item\n\n\nasync def endpoint(x):\n    return StreamingResponse(_again(x), media_type='text/event-stream')\n",
    }, ("payload",), entry="shop.api:endpoint",
         contains=("SSE.chunks(_tokens(x))", "SSE.chunks(_relay(x))", "SSE.stream(_again(x))"),
         lacks=("producer", "from shop.sse_contracts import SSE")),
    *(
        project(f"a relay: {name}", f"""
import contextlib
import json
from collections.abc import AsyncIterator

from stage import note

from .service import reply

def endpoint(x):
    async def relay() -> AsyncIterator[str]:
        saved = ""
{loop}

    return StreamingResponse(relay(), media_type="text/event-stream")
""", "payload", "typed", service=WITH_DONE, **rest)
        for name, loop, rest in RELAYS
    ),
]  # fmt: skip
