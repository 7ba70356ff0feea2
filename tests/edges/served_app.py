"""Old and new side by side, for the tests on a real server."""

import asyncio
import json

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

from streamlift import SSEFormatter, StreamingChunk
from streamlift.edges.starlette import SSEResponse

SSE = SSEFormatter()
app = FastAPI()
closed = []


async def reply(frame, kind):
    try:
        for number in range(3):
            yield frame({"n": number, "text": "é"})
            await asyncio.sleep(0.001)
        if kind == "error":
            raise ZeroDivisionError
        if kind == "encoding":
            yield frame({"n": object()})
        while kind == "endless":
            yield frame({"more": True})
            await asyncio.sleep(0)  # or nothing else runs: a socket that is gone takes everything
    finally:
        closed.append(kind)


def text(payload):
    return f"data: {json.dumps(payload)}\n\n"


@app.get("/old/{kind}")
async def old(kind: str):
    return StreamingResponse(reply(text, kind), media_type="text/event-stream")


@app.get("/new/{kind}")
async def new(kind: str):
    return SSEResponse(SSE.stream(reply(StreamingChunk.of, kind)))


@app.get("/closed")
async def how_many_closed():
    return PlainTextResponse(" ".join(closed))
