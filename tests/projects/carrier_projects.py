"""How frames travel before they are yielded, and where else they go."""

from tests.projects.fastapi_projects import APP, TEXT, P, T
from tests.projects.project import Project
from tests.projects.relay_projects import API

CHANNEL = r"""
from stage import note


class Channel:
    def publish(self, name, message):
        note("published", name, message)


channel = Channel()
"""


def carrier(name, text, *expect, **elsewhere):
    """A project whose module `relay` is *text*, with what is expected of the sites in it and in other modules."""
    files = {"app.py": APP, "api.py": API, "relay.py": text, "channel.py": CHANNEL}
    return Project(f"frames, {name}", files, {"relay.py": expect, **elsewhere})


PROJECTS = [
    carrier("on an asyncio queue", r"""
import asyncio
import json

from stage import words


async def relayed(q):
    queue = asyncio.Queue()

    async def fill():
        try:
            async for word in words(q):
                await queue.put(f"data: {json.dumps({'token': word})}\n\n")
        except TypeError as error:
            await queue.put(f"data: {json.dumps({'error': str(error)})}\n\n")
        except LookupError:
            await queue.put("data: failed\n\n")
        finally:
            await queue.put(None)

    task = asyncio.create_task(fill())
    try:
        while True:
            frame = await queue.get()
            if frame is None:
                break
            yield frame
    finally:
        task.cancel()
""", P, P, "encoded"),
    carrier("on the queue of a thread", r"""
import json
import queue
import threading

from stage import words_sync


def relayed(q):
    frames = queue.Queue()

    def fill():
        try:
            for word in words_sync(q):
                frames.put(f"data: {json.dumps({'token': word})}\n\n")
        except (TypeError, LookupError) as error:
            frames.put(f"data: {json.dumps({'error': str(error)})}\n\n")
        finally:
            frames.put(None)

    thread = threading.Thread(target=fill)
    thread.start()
    for frame in iter(frames.get, None):
        yield frame
    thread.join()
""", TEXT, TEXT),
    carrier("handed to a callback", r"""
import json

from stage import words


async def talk(q, emit):
    try:
        async for word in words(q):
            emit(f"data: {json.dumps({'token': word})}\n\n")
    except TypeError as error:
        emit(f"data: {json.dumps({'error': str(error)})}\n\n")


async def relayed(q):
    frames = []
    await talk(q, frames.append)
    for frame in frames:
        yield frame
""", TEXT, TEXT),
    carrier("in a list", r"""
import json

from stage import words


async def relayed(q):
    frames = []
    try:
        async for word in words(q):
            frames.append(f"data: {json.dumps({'token': word})}\n\n")
    except TypeError as error:
        frames.append(f"data: {json.dumps({'error': str(error)})}\n\n")
    frames.append("data: [DONE]\n\n")
    for frame in frames:
        yield frame
""", P, P, T),
    carrier("in a list that a function returns", r"""
import json

from stage import words


def _ending(count):
    return [f"data: {json.dumps({'count': count})}\n\n", "data: [DONE]\n\n"]


async def relayed(q):
    count = 0
    async for word in words(q):
        count += 1
        yield f"data: {json.dumps({'token': word})}\n\n"
    for frame in _ending(count):
        yield frame
""", P, T, P, P),
    carrier("in a variable of branches", r"""
import json

from stage import words


async def relayed(q):
    async for word in words(q):
        if word:
            frame = f"data: {json.dumps({'token': word})}\n\n"
        else:
            frame = f"data: {json.dumps({'empty': True})}\n\n"
        yield frame
""", P, P),
    carrier("published and yielded", r"""
import json

from channel import channel
from stage import words


async def relayed(q):
    async for word in words(q):
        frame = f"data: {json.dumps({'token': word})}\n\n"
        channel.publish("chat", frame)
        yield frame
""", TEXT),
    carrier("saved and yielded", r"""
import json

from stage import save, words


async def relayed(q):
    async for word in words(q):
        frame = f"data: {json.dumps({'token': word})}\n\n"
        save(frame)
        yield frame
    yield "data: [DONE]\n\n"
""", TEXT, T),
    carrier("logged and yielded", r"""
import json
import logging

from stage import words

log = logging.getLogger(__name__)


async def relayed(q):
    async for word in words(q):
        frame = f"data: {json.dumps({'token': word})}\n\n"
        log.info("sending %s", frame.strip())
        yield frame
""", TEXT),
    carrier("compared with the last one", r"""
import json

from stage import words


async def relayed(q):
    last = None
    async for word in words(q):
        frame = f"data: {json.dumps({'token': word})}\n\n"
        if frame != last:
            yield frame
        last = frame
""", TEXT),
    carrier("kept for the next reader", r"""
import json

from stage import note, words

BUFFER = []


async def relayed(q):
    async for word in words(q):
        BUFFER.append(f"data: {json.dumps({'token': word})}\n\n")
    note("buffered", len("".join(BUFFER)))
    for frame in BUFFER:
        yield frame
""", TEXT),
    carrier("in tuples with their kind", r"""
import json

from stage import note, words


async def talk(q):
    async for word in words(q):
        yield "token", f"data: {json.dumps({'token': word})}\n\n"


async def relayed(q):
    async for kind, frame in talk(q):
        note(kind)
        yield frame
""", TEXT),
    carrier("from a generator expression", r"""
import json

from stage import words_sync


def relayed(q):
    return (f"data: {json.dumps({'token': word})}\n\n" for word in words_sync(q))
""", TEXT, **{"api.py": (TEXT,)}),
    carrier("of an iterator class", r"""
import json

from stage import words


class Frames:
    def __init__(self, q):
        self.source = words(q)

    def __aiter__(self):
        return self

    async def __anext__(self):
        word = await self.source.__anext__()
        return f"data: {json.dumps({'token': word})}\n\n"


def relayed(q):
    return Frames(q)
""", TEXT),
    Project("frames over a web socket", {
        "app.py": r"""
from fastapi import FastAPI, WebSocket

from service import talk

app = FastAPI()


@app.websocket("/chat")
async def chat(socket: WebSocket):
    await socket.accept()
    q = (await socket.receive_text()).removeprefix("q=")
    await talk(socket, q)
    await socket.close()
""",
        "service.py": r"""
import json

from stage import words


async def talk(socket, q):
    try:
        async for word in words(q):
            await socket.send_text(f"data: {json.dumps({'token': word})}\n\n")
    except TypeError as error:
        await socket.send_text(f"data: {json.dumps({'error': str(error)})}\n\n")
""",
    }, {"service.py": (TEXT, TEXT)}, server="websocket"),
    Project("frames of a producer over a web socket", {
        "app.py": r"""
from fastapi import FastAPI, WebSocket

from service import talk

app = FastAPI()


@app.websocket("/chat")
async def chat(socket: WebSocket):
    await socket.accept()
    await talk(socket, (await socket.receive_text()).removeprefix("q="))
    await socket.close()
""",
        "service.py": r"""
import json

from stage import words


async def _frames(q):
    try:
        async for word in words(q):
            yield f"data: {json.dumps({'token': word})}\n\n"
    except TypeError as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n"


async def talk(socket, q):
    async for frame in _frames(q):
        await socket.send_text(frame)
""",
    }, {"service.py": (P, P)}, server="websocket", contains=("async for frame in SSE.stream(_frames(q)):",)),
]  # fmt: skip
