"""What the socket tests serve."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

closed = []


async def numbers(error=None):
    try:
        for number in range(3):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.005)
        if error is not None:
            raise error
    finally:
        closed.append(True)


async def endless():
    try:
        while True:
            yield "data: x\n\n"
            await asyncio.sleep(0.005)
    finally:
        closed.append(True)


async def silent():
    yield "data: first\n\n"
    await asyncio.sleep(60)


async def complete(_):
    return StreamingResponse(
        numbers(), media_type="text/event-stream", headers={"x-a": "1", "a-x": "2"}
    )


async def broken(_):
    return StreamingResponse(numbers(ZeroDivisionError("in the middle")))


async def forever(_):
    return StreamingResponse(endless())


async def stalls(_):
    return StreamingResponse(silent())


async def how_many_closed(_):
    return PlainTextResponse(str(len(closed)))


async def nothing(_):
    return Response(status_code=204)


async def echo(request):
    text = f"{request.method} {request.url.path}?{request.url.query} {request.headers.get('x')} "
    return PlainTextResponse(text + (await request.body()).decode())


app = Starlette(
    routes=[
        Route("/complete", complete),
        Route("/broken", broken),
        Route("/endless", forever),
        Route("/stalls", stalls),
        Route("/closed", how_many_closed),
        Route("/nothing", nothing),
        Route("/echo", echo, methods=["POST"]),
    ]
)
