"""Code whose frames are executed or not; `# name` at the end of a line names the piece of text that stands there."""

import asyncio
import json
import threading

BANNER = "data: module\n\n"  # module


class Wire:
    HELLO = "data: class\n\n"  # class body

    @staticmethod
    def encode(payload, default=lambda value: f"data: {value}\n\n"):  # lambda
        return f"data: {json.dumps(payload, default=str)}\n\n"  # helper


def one_line(flag):
    return "data: yes\n\n" if flag else "data: no\n\n"  # yes, no


def branches(number):
    if number > 1:
        yield f"data: {number}\n\n"  # more
    else:
        yield "data: few\n\n"  # few
    try:
        yield f"data: {1 / number}\n\n"  # quotient
    except ZeroDivisionError as error:
        yield f"event: error\ndata: {error}\n\n"  # error
    finally:
        yield "data: [DONE]\n\n"  # done
    return
    yield "data: never\n\n"  # never


def nested(items):
    def frame(item):
        return (
            "data: "  # nested
            + json.dumps(item)
            + "\n\n"
        )

    frames = [f"data: {item}\n\n" for item in items]  # comprehension
    return frames + [frame(item) for item in items if item]


def lazily(items):
    return (f"data: {item}\n\n" for item in items)  # generator expression


async def asynchronous(count):
    for number in range(count):
        await asyncio.sleep(0)
        yield f"data: {number}\n\n"  # async
    if count > 9:
        yield "data: many\n\n"  # async never


async def gathered(count):
    texts = [text async for text in asynchronous(count)]
    return texts + [f"data: {n}\n\n" for n in range(count)]  # gathered


def in_a_thread(generator):
    found = []
    thread = threading.Thread(target=lambda: found.extend(generator))
    thread.start()
    thread.join()
    return found
