"""For each rule a piece of code that falls under it, and what becomes of it.

The tests run both, and compare what is sent. What phase 2 writes is what the tool writes, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleExample:
    """A site of a rule.

    Attributes:
        before: The code.
        after: What becomes of it; "" if it stays.
        is_by_hand: Whether a person makes that of it, and not phase 2.
    """

    before: str
    after: str = ""
    is_by_hand: bool = False


def _example(before: str, after: str = "", *, is_by_hand: bool = False) -> RuleExample:
    return RuleExample(before.strip("\n"), after.strip("\n"), is_by_hand)


RULE_EXAMPLES = {
    "SL100": _example(
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.of(event)
""",
    ),
    "SL101": _example(
        r"""
import json


def stream(events):
    for event in events:
        yield f"event: token\ndata: {json.dumps(event)}\n\n"
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.of(event, event="token")
""",
    ),
    "SL102": _example(
        r"""
from pydantic import BaseModel


class Token(BaseModel):
    content: str


def stream(events):
    for event in events:
        token = Token(content=event["text"])
        yield f"data: {token.model_dump_json()}\n\n"
""",
        r"""
from pydantic import BaseModel
from streamlift import ModelDialect, SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(dialect=ModelDialect())


class Token(BaseModel):
    content: str


@producer(SSE)
def stream(events):
    for event in events:
        token = Token(content=event["text"])
        yield StreamingChunk.of(token)
""",
    ),
    "SL103": _example(
        r"""
def stream(events):
    for event in events:
        yield f"data: {event['text']}\n\n"
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True, strict=False)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.raw(event["text"])
""",
    ),
    "SL104": _example(
        r"""
def stream(events):
    yield "event: start\ndata: {}\n\n"
    yield "data: [DONE]\n\n"
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    yield StreamingChunk.of({}, event="start")
    yield StreamingChunk.done()
""",
    ),
    "SL105": _example(
        r"""
def stream(events):
    for event in events:
        yield ": still there\n\n"
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.comment("still there")
""",
    ),
    "SL109": _example(
        r"""
import json


def stream(events):
    for event in events:
        yield f"id: {event['number']}\n"
        yield f"data: {json.dumps(event)}\n\n"
""",
        r"""
import json


def stream(events):
    for event in events:
        yield f"id: {event['number']}\ndata: {json.dumps(event)}\n\n"
""",
        is_by_hand=True,
    ),
    "SL110": _example(
        r"""
import json


def _sse(event):
    return f"event: token\ndata: {json.dumps(event)}\n\n"


def stream(events):
    for event in events:
        yield _sse(event)
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


def _sse(event):
    return StreamingChunk.of(event, event="token")


@producer(SSE)
def stream(events):
    for event in events:
        yield _sse(event)
""",
    ),
    "SL120": _example(
        r"""
import json


def send(events, websocket):
    for event in events:
        websocket.send(f"event: token\ndata: {json.dumps(event)}\n\n")
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk

SSE = SSEFormatter(ensure_ascii=True)


def send(events, websocket):
    for event in events:
        websocket.send(SSE.format_chunk(StreamingChunk.of(event, event="token")))
""",
    ),
    "SL901": _example(
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.of(event)  # streamlift: ignore[SL101]
""",
        r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.of(event)
""",
        is_by_hand=True,
    ),
    "SL902": _example(
        r"""
def stream(events):
    for event in events:
        yield f"data: {event['text']}\n\n"  # streamlift: ignore[SL999]
""",
        r"""
def stream(events):
    for event in events:
        yield f"data: {event['text']}\n\n"  # streamlift: ignore[SL103]
""",
        is_by_hand=True,
    ),
}
