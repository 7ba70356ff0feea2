"""Sites that a comment leaves alone: they stay as they are, and so does what cannot change without them."""

from tests.codemods.harness import Case
from tests.codemods.semantic_cases import HEAD, app

LEFT = "suppressed ignored"

CASES = [
    app("an ignored site among others", """
async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield f"data: {json.dumps([x])}\\n\\n"  # streamlift: ignore[SL101]
    yield "data: [DONE]\\n\\n"
""", "payload", LEFT, "typed", contains=('yield f"data: {json.dumps([x])}\\n\\n"  # streamlift: ignore[SL101]',)),
    app("an ignored site of several lines", """
async def stream(x):
    yield (
        f"event: token\\n"  # streamlift: ignore
        f"data: {json.dumps(x)}\\n\\n"
    )
    yield (
        f"data: {json.dumps(x)}\\n\\n"
    )  # streamlift: ignore, we keep it
    yield f"data: {json.dumps([x])}\\n\\n"
""", LEFT, LEFT, "payload"),
    app("a comment for another rule", """
async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"  # streamlift: ignore[SL105, sl109]
""", "payload"),
    app("a comment on the line of a compound statement", """
async def stream(x):
    for each in x or ():  # streamlift: ignore
        yield f"data: {each}\\n\\n"
""", "encoded"),
    app("a string that looks like a comment", """
async def stream(x):
    yield f"data: {json.dumps({'hint': '# streamlift: ignore'})}\\n\\n"
    yield f"data: {x}#streamlift: ignore-file\\n\\n"
""", "payload", "encoded"),
    app("behind another comment", """
async def stream(x):
    yield f"data: {x}\\n\\n"  # noqa: E501  # streamlift: ignore[SL103]
    yield "data: [DONE]\\n\\n"
""", LEFT, "typed"),
    app("an ignored file", """
# streamlift: ignore-file
async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield "data: [DONE]\\n\\n"
""", LEFT, LEFT, boundary=()),
    app("an ignored rule of a file", """
# streamlift: ignore-file[SL104]
async def stream(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield "data: [DONE]\\n\\n"
""", "payload", LEFT),
    app("an ignored frame of a helper", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"  # streamlift: ignore


async def stream(x):
    yield _sse(x)
    yield "data: [DONE]\\n\\n"
""", LEFT, LEFT, "typed"),
    app("an ignored call of a helper keeps its text", """
def _sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _sse(x)
    yield _sse([x])
    yield _sse(x)  # streamlift: ignore[SL110]
""", LEFT, LEFT, LEFT, LEFT, lacks=("StreamingChunk",)),
    app("an ignored call of a public helper", """
def sse(x):
    note("sse")
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield sse(x)
    yield sse([x])  # streamlift: ignore
""", "payload", "payload", LEFT, contains=("yield sse.chunk(x)", "yield sse([x])  # streamlift: ignore")),
    app("an ignored call of a public helper that only says its arguments", """
def sse(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield sse(x)
    yield sse([x])  # streamlift: ignore
""", "refused public-helper", "payload", LEFT),
    app("an ignored value of a variable", """
async def stream(x):
    if x:
        frame = f"data: {json.dumps(x)}\\n\\n"  # streamlift: ignore
    else:
        frame = "data: [DONE]\\n\\n"
    yield frame
""", LEFT, "typed"),
    app("an ignored frame of a built text", """
async def stream(x):
    lines = []
    lines.append("event: token")
    lines.append(f"data: {json.dumps(x)}")
    yield "\\n".join(lines) + "\\n\\n"  # streamlift: ignore
    yield "data: [DONE]\\n\\n"
""", LEFT, "typed"),
    app("an ignored frame on a queue", """
async def stream(x):
    queue = asyncio.Queue()
    await queue.put(f"data: {json.dumps(x)}\\n\\n")  # streamlift: ignore
    await queue.put("data: [DONE]\\n\\n")
    for _ in range(2):
        yield await queue.get()
""", LEFT, "typed", head="import asyncio\n" + HEAD),
    Case("an ignored call in another file", {
        "app.py": """
import wire


async def stream(x):
    yield wire.sse(x)  # streamlift: ignore
    yield wire.sse([x])
""",
        "wire.py": """
import json


def sse(x):
    return f"data: {json.dumps(x)}\\n\\n"
""",
    }, (LEFT, "payload", "refused public-helper")),
]  # fmt: skip
