"""A small shop whose streams are each wrong in one way once its faults are in it."""

import subprocess

from streamlift_codemods.cli import main

APP = """\
import asyncio
import json

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

MEDIA = "text/event-stream"


async def escapes():
    yield f"data: {json.dumps({'type': 'name', 'content': 'Zoë'}, ensure_ascii=False)}\\n\\n"


async def keys():
    yield f"data: {json.dumps({'first': 1, 'second': 2})}\\n\\n"


async def frames():
    for number in range(3):
        yield f"data: {json.dumps({'number': number})}\\n\\n"
    yield "data: [DONE]\\n\\n"


async def line_ends():
    yield f"data: {json.dumps({'hello': 1}, separators=(',', ':'))}\\n\\n"


async def breaks():
    yield f"data: {json.dumps({'number': 1})}\\n\\n"
    raise RuntimeError("the model has failed")


async def leaves():
    waiting = asyncio.ensure_future(asyncio.sleep(600))
    try:
        for number in range(600):
            yield f"data: {json.dumps({'number': number})}\\n\\n"
            await asyncio.sleep(0)
    finally:
        waiting.cancel()


def frame(text):
    return f"data: {text}\\n\\n"


async def headers():
    yield frame("one")
    if MEDIA == "none":
        yield frame("never")


async def stream_escapes(request):
    return StreamingResponse(escapes(), media_type=MEDIA)


async def stream_keys(request):
    return StreamingResponse(keys(), media_type=MEDIA)


async def stream_frames(request):
    return StreamingResponse(frames(), media_type=MEDIA)


async def stream_line_ends(request):
    return StreamingResponse(line_ends(), media_type=MEDIA)


async def stream_breaks(request):
    return StreamingResponse(breaks(), media_type=MEDIA)


async def stream_leaves(request):
    return StreamingResponse(leaves(), media_type=MEDIA)


async def stream_headers(request):
    return StreamingResponse(headers(), media_type=MEDIA, headers={"x-shop": "1"})


app = Starlette(
    routes=[
        Route("/escapes", stream_escapes),
        Route("/keys", stream_keys),
        Route("/frames", stream_frames),
        Route("/line_ends", stream_line_ends),
        Route("/breaks", stream_breaks),
        Route("/leaves", stream_leaves),
        Route("/headers", stream_headers),
    ]
)
"""

NAMES = ("escapes", "keys", "frames", "line_ends", "breaks", "leaves", "headers")

FAULTS = {
    "escapes": (
        "SSE_UTF8 = SSEFormatter(ensure_ascii=False",
        "SSE_UTF8 = SSEFormatter(ensure_ascii=True",
    ),
    "keys": ('{"first": 1, "second": 2}', '{"second": 2, "first": 1}'),
    "frames": ("range(3)", "range(2)"),
    "line_ends": ('separators=(",", ":")', 'separators=(",", ":"), terminator="\\r\\n\\r\\n"'),
    "breaks": ('    raise RuntimeError("the model has failed")\n', ""),
    "leaves": ("waiting.cancel()", "pass"),
    "headers": ('{"x-shop": "1"}', '{"x-shop": "2"}'),
}
"""What stands in the migrated app, and what a slip of the hand makes of it."""

FOUND = {
    "escapes": "escapes",
    "keys": "key order",
    "frames": "missing frames",
    "line_ends": "line ending",
    "breaks": "complete instead of aborted (RuntimeError)",
    "leaves": "tasks left running",
    "headers": "x-shop: '2' instead of '1'",
}
"""What the gate says of each."""


def git(folder, *arguments):
    who = ("-c", "user.name=shop", "-c", "user.email=shop@example.org")
    done = subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)
    return done.stdout


def commit(folder):
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "shop")


def requests(*names, head=""):
    rows = [
        f'[[request]]\nname = "{name}"\npath = "/{name}"\n'
        + ("disconnect-after = 2\n" if name == "leaves" else "")
        for name in names
    ]
    return f'app = "shop:app"\n{head}\n' + "\n".join(rows)


def write_shop(folder):
    folder.mkdir()
    (folder / "shop.py").write_text(APP)
    (folder / "requests.toml").write_text(requests(*NAMES))
    commit(folder)


def gate(*arguments):
    return main(["gate", *map(str, arguments)])
