"""What the benchmarks stream: Pattern 1, and the same as chunks."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from streamlift import SSEFormatter, StreamingChunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

# Pieces of a model's answer: mostly short ASCII words, some text that JSON escapes.
TOKENS = (
    "The", " answer", " is", " in", " the", " first", " para", "graph", ":", "\n\n", "1", ".",
    " **", "Streams", "**", " carry", ' "', "events", '"', ",", " not", " text", "; ", "caf\u00e9",
    " \uc2a4\ud2b8\ub9bc", " and", " so", " on", ".", " \U0001f680", " A", " longer piece, as some models send them",
)  # fmt: skip

KEYS = {"content": ("type", "role", "content")}
SSE = SSEFormatter(ensure_ascii=False, keys=KEYS)
SSE_ASCII = SSEFormatter(ensure_ascii=True, keys=KEYS)


def texts(count: int) -> list[str]:
    """Return *count* pieces of text."""
    return list(itertools.islice(itertools.cycle(TOKENS), count))


async def pattern1(pieces: Iterable[str]) -> AsyncIterator[str]:
    for text in pieces:
        yield f"data: {json.dumps({'type': 'content', 'role': 'assistant', 'content': text}, ensure_ascii=False)}\n\n"


async def pattern1_ascii(pieces: Iterable[str]) -> AsyncIterator[str]:
    for text in pieces:
        yield f"data: {json.dumps({'type': 'content', 'role': 'assistant', 'content': text})}\n\n"


async def typed_chunks(pieces: Iterable[str]) -> AsyncIterator[StreamingChunk]:
    for text in pieces:
        yield StreamingChunk(type="content", role="assistant", content=text)


async def payload_chunks(pieces: Iterable[str]) -> AsyncIterator[StreamingChunk]:
    for text in pieces:
        yield StreamingChunk.of({"type": "content", "role": "assistant", "content": text})
