"""Phase 1: whole producers with both forms of their sites, `begin` included, against Pattern 1."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.paired import on_loop
from benchmarks.workload import SSE, SSE_ASCII, pattern1, pattern1_ascii, texts
from streamlift import StreamingChunk
from streamlift_legacy import Stage, begin, configure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from typing import TypeAlias

    from benchmarks.comparison import Compare

    Stream: TypeAlias = Callable[[Sequence[str]], AsyncIterator[str]]

STREAMS = 20
CHUNKS = 100  # of one stream: an answer of a model
ROUNDS = 100
BARS = {Stage.OFF: 1.05, Stage.SHADOW: 1.6, Stage.LIVE: 1.6}


async def either(pieces: Sequence[str]) -> AsyncIterator[str]:
    wire = begin(SSE)
    for text in pieces:
        yield wire.either(
            f"data: {json.dumps(v0 := {'type': 'content', 'role': 'assistant', 'content': text}, ensure_ascii=False)}\n\n",
            wire.on and StreamingChunk.of(v0),
        )


async def either_ascii(pieces: Sequence[str]) -> AsyncIterator[str]:
    wire = begin(SSE_ASCII)
    for text in pieces:
        yield wire.either(
            f"data: {json.dumps(v0 := {'type': 'content', 'role': 'assistant', 'content': text})}\n\n",
            wire.on and StreamingChunk.of(v0),
        )


def frame(payload: object) -> str:
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"


def frame_either(payload: object) -> str:
    wire = begin(SSE)
    return wire.either(
        f"data: {json.dumps(payload, ensure_ascii=False)}\n\n",
        wire.on and StreamingChunk.of(payload),
    )


async def helper(pieces: Sequence[str]) -> AsyncIterator[str]:
    for text in pieces:
        yield frame({"type": "content", "role": "assistant", "content": text})


async def helper_either(pieces: Sequence[str]) -> AsyncIterator[str]:
    for text in pieces:
        yield frame_either({"type": "content", "role": "assistant", "content": text})


async def nested(pieces: Sequence[str]) -> AsyncIterator[str]:
    for text in pieces:
        yield f"data: {json.dumps({'id': 'chat-1', 'created': 1700000000, 'choices': [{'index': 0, 'delta': {'content': text}, 'finish_reason': None}]})}\n\n"


async def nested_either(pieces: Sequence[str]) -> AsyncIterator[str]:
    wire = begin(SSE_ASCII)
    for text in pieces:
        yield wire.either(
            f"data: {json.dumps(v0 := {'id': 'chat-1', 'created': 1700000000, 'choices': [{'index': 0, 'delta': {'content': text}, 'finish_reason': None}]})}\n\n",
            wire.on and StreamingChunk.of(v0),
        )


async def event_line(pieces: Sequence[str]) -> AsyncIterator[str]:
    for text in pieces:
        yield f"event: token\ndata: {json.dumps({'role': 'assistant', 'content': text}, ensure_ascii=False)}\n\n"


async def event_line_either(pieces: Sequence[str]) -> AsyncIterator[str]:
    wire = begin(SSE)
    for text in pieces:
        yield wire.either(
            f"event: token\ndata: {json.dumps(v0 := {'role': 'assistant', 'content': text}, ensure_ascii=False)}\n\n",
            wire.on and StreamingChunk.of(v0, event="token"),
        )


FORMS: dict[str, tuple[Stream, Stream]] = {
    "ensure_ascii=True": (pattern1_ascii, either_ascii),
    "ensure_ascii=False": (pattern1, either),
    "nested, ensure_ascii=True": (nested, nested_either),
    "an event line, ensure_ascii=False": (event_line, event_line_either),
    "in a helper, a begin each": (helper, helper_either),
}


@pytest.fixture(autouse=True)
def _off_again() -> Iterator[None]:
    yield
    configure(stage=Stage.OFF)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("form", FORMS)
def test_either(compare: Compare, form: str, stage: Stage) -> None:
    configure(stage=stage)
    control, candidate = FORMS[form]
    pieces = texts(CHUNKS)
    streams = range(compare.size(STREAMS))

    async def served(stream: Stream) -> list[str]:
        return [text async for text in stream(pieces)]

    async def run(stream: Stream) -> None:
        for _ in streams:
            async for _ in stream(pieces):
                pass

    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(served(candidate)) == loop.run_until_complete(served(control))

    compare(
        f"either, {stage}, {form}",
        control=on_loop(loop, lambda: run(control)),
        candidate=on_loop(loop, lambda: run(candidate)),
        bar=BARS[stage],
        rounds=ROUNDS,
    )
    loop.close()
