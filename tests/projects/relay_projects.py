"""What stands between the producer and the response: functions that pass frames on, and look at them or not."""

from tests.projects.fastapi_projects import APP, REPLY, SERVICE, P, T
from tests.projects.project import Project

API = r"""
from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from relay import relayed

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    if not q:
        raise HTTPException(400, "no question")
    return StreamingResponse(relayed(q), media_type="text/event-stream")
"""


def relay(name, text, *own, service=SERVICE, expect=REPLY, **files):
    """A project whose module `relay` is *text*; *own* is expected of the frames in it."""
    modules = {"app.py": APP, "api.py": API, "service.py": service, "relay.py": text, **files}
    found = {"service.py": expect, **({"relay.py": own} if own else {})}
    return Project(f"a relay, {name}", modules, found)


SYNC_SERVICE = SERVICE.replace("async ", "").replace("words", "words_sync")

PROJECTS = [
    relay("pure", r"""
from service import reply


async def relayed(q):
    async for frame in reply(q):
        yield frame
"""),
    relay("that adds frames of its own", r"""
import json

from service import reply


async def relayed(q):
    yield f"data: {json.dumps({'type': 'start', 'question': q})}\n\n"
    async for frame in reply(q):
        yield frame
    yield f"data: {json.dumps({'type': 'end'})}\n\n"
""", P, P),
    relay("that saves all of the text", r"""
from service import reply
from stage import save


async def relayed(q):
    full = ""
    try:
        async for frame in reply(q):
            full += frame
            yield frame
    finally:
        save(full)
"""),
    relay("that joins a list at the end", r"""
from service import reply
from stage import save


async def relayed(q):
    frames = []
    async for frame in reply(q):
        frames.append(frame)
        yield frame
    save("".join(frames))
"""),
    relay("that tests for text", r"""
from service import reply
from stage import note


async def relayed(q):
    async for item in reply(q):
        if isinstance(item, str):
            note("text", len(item))
            yield item
        else:
            note("other")
            yield str(item)
"""),
    relay("that tests for truth", r"""
from service import reply


async def relayed(q):
    async for frame in reply(q):
        if not frame:
            continue
        if frame:
            yield frame
"""),
    relay("with a heartbeat", r"""
import asyncio

from service import reply


async def relayed(q):
    source = reply(q)
    pending = asyncio.ensure_future(source.__anext__())
    try:
        while True:
            try:
                frame = await asyncio.wait_for(asyncio.shield(pending), timeout=20)
            except asyncio.TimeoutError:
                yield ": keep-alive\n\n"
                continue
            except StopAsyncIteration:
                break
            yield frame
            pending = asyncio.ensure_future(source.__anext__())
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await source.aclose()
""", T),
    relay("that delegates", r"""
from service import reply


def relayed(q):
    yield ": begins\n\n"
    yield from reply(q)
""", T, service=SYNC_SERVICE),
    relay("that takes frames apart to save them", r"""
import json

from service import reply
from stage import save


async def relayed(q):
    answer = []
    async for item in reply(q):
        yield item
        if item.startswith("data: ") and item != "data: [DONE]\n\n":
            event = json.loads(item[6:])
            if event["type"] == "token":
                answer.append(event["content"])
    save("".join(answer))
"""),
    relay("that ends at the sentinel", r"""
from service import reply
from stage import note


async def relayed(q):
    async for item in reply(q):
        yield item
        if item.strip().endswith("[DONE]"):
            note("done")
            break
"""),
    relay("that looks for the sentinel anywhere", r"""
from service import reply
from stage import note, save


async def relayed(q):
    async for item in reply(q):
        if "[DONE]" in item:
            note("done", item)
        else:
            save(item)
        yield item
"""),
    relay("with a regular expression", r"""
import json
import re

from service import reply
from stage import save

DATA = re.compile(r"data:\s*({.*})")


async def relayed(q):
    async for item in reply(q):
        match = DATA.search(item)
        if match:
            save(json.loads(match.group(1)).get("content", ""))
        yield item
"""),
    relay("that changes what it passes on", r"""
import json

from service import reply


async def relayed(q):
    number = 0
    async for item in reply(q):
        if item.startswith("data: {"):
            number += 1
            event = json.loads(item[6:])
            event["number"] = number
            yield f"data: {json.dumps(event)}\n\n"
        else:
            yield item
""", P),
    relay("that numbers frames", r"""
from service import reply


async def relayed(q):
    number = 0
    async for item in reply(q):
        number += 1
        yield f"id: {number}\n{item}"
""", "review no-terminator"),
    relay("of two stages", r"""
from counting import counted
from service import reply


async def relayed(q):
    async for item in counted(reply(q)):
        yield item
""", **{"counting.py": r"""
from stage import note


async def counted(source):
    size = 0
    try:
        async for item in source:
            size += len(item)
            yield item
    finally:
        note("size", size)
"""}),
    relay("that stops early", r"""
from contextlib import aclosing

from service import reply


async def relayed(q):
    async with aclosing(reply(q)) as source:
        count = 0
        async for item in source:
            yield item
            count += 1
            if count == 2:
                return
"""),
    relay("that catches what goes wrong", r"""
import json

from service import reply


async def relayed(q):
    try:
        async for item in reply(q):
            yield item
    except Exception as error:
        yield f"data: {json.dumps({'type': 'error', 'message': repr(error)})}\n\n"
""", P),
    Project("a relay of the body of another response", {
        "app.py": APP,
        "api.py": r"""
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from relay import tee
from service import respond

router = APIRouter()


@router.get("/chat")
async def chat(q: str):
    response = respond(q)
    return StreamingResponse(tee(response.body_iterator), media_type=response.media_type, headers={"x-tee": "1"})
""",
        "relay.py": r"""
from stage import save


async def tee(body):
    async for part in body:
        save(part if isinstance(part, str) else part.decode())
        yield part
""",
        "service.py": SERVICE.replace("from stage", "from fastapi.responses import StreamingResponse\n\nfrom stage") + r"""

def respond(q):
    return StreamingResponse(reply(q), media_type="text/event-stream")
""",
    }, {"service.py": REPLY}),
    Project("a relay of a private producer in its module", {
        "app.py": APP,
        "api.py": API.replace("from relay import relayed", "from service import relayed"),
        "service.py": SERVICE.replace("async def reply", "async def _reply") + r"""

async def relayed(q):
    async for frame in _reply(q):
        note("relayed", len(frame))
        yield frame
""",
    }, {"service.py": REPLY}),
]  # fmt: skip
