"""Whole in-process ASGI responses, against Starlette's with the text generator of Pattern 1."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pytest
from starlette.responses import StreamingResponse

from benchmarks.paired import on_loop
from benchmarks.workload import (
    SSE,
    SSE_ASCII,
    pattern1,
    pattern1_ascii,
    payload_chunks,
    texts,
    typed_chunks,
)
from streamlift import producer
from streamlift.edges.starlette import SSEResponse
from streamlift_legacy import adapt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from starlette.types import Message

    from benchmarks.comparison import Compare
    from streamlift import StreamingChunk

    Pieces: TypeAlias = list[str]
    Respond: TypeAlias = Callable[[Pieces], StreamingResponse]
    Chunks: TypeAlias = Callable[[Iterable[str]], AsyncIterator[StreamingChunk]]

CHUNKS = 20_000
ROUNDS = 40
# What uvicorn says.
SCOPE = {"type": "http", "method": "GET", "asgi": {"version": "3.0", "spec_version": "2.3"}}


async def receive() -> Message:
    """Never say that the client has gone."""
    await asyncio.Event().wait()
    raise AssertionError


async def discard(_: Message) -> None:
    """Take a message for nothing: a server's work is the same on both sides."""


async def run(respond: Respond, pieces: Pieces) -> None:
    await respond(pieces)(SCOPE, receive, discard)


async def messages(respond: Respond, pieces: Pieces) -> list[Message]:
    sent = []

    async def send(message: Message) -> None:
        sent.append(message)

    await respond(pieces)(SCOPE, receive, send)
    return sent


def before(pieces: Pieces) -> StreamingResponse:
    return StreamingResponse(pattern1(pieces), media_type="text/event-stream")


def before_ascii(pieces: Pieces) -> StreamingResponse:
    return StreamingResponse(pattern1_ascii(pieces), media_type="text/event-stream")


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@dataclass(frozen=True)
class CompareResponses:
    """As `compare`, with responses as the work; they must send the same messages."""

    compare: Compare
    loop: asyncio.AbstractEventLoop

    def __call__(
        self, measurement: str, *, control: Respond, candidate: Respond, bar: float
    ) -> None:
        pieces = texts(self.compare.size(CHUNKS))
        expected = self.loop.run_until_complete(messages(control, pieces))
        assert self.loop.run_until_complete(messages(candidate, pieces)) == expected

        self.compare(
            measurement,
            control=on_loop(self.loop, partial(run, control, pieces)),
            candidate=on_loop(self.loop, partial(run, candidate, pieces)),
            bar=bar,
            rounds=ROUNDS,
        )


@pytest.fixture
def compare_responses(compare: Compare, loop: asyncio.AbstractEventLoop) -> CompareResponses:
    return CompareResponses(compare, loop)


GRADES = pytest.mark.parametrize("chunks", [typed_chunks, payload_chunks], ids=["typed", "payload"])
DIALECTS = pytest.mark.parametrize("ensure_ascii", [True, False])


@DIALECTS
@GRADES
def test_response(compare_responses: CompareResponses, chunks: Chunks, ensure_ascii: bool) -> None:
    contract = SSE_ASCII if ensure_ascii else SSE
    compare_responses(
        f"SSEResponse(SSE.stream({chunks.__name__}())), ensure_ascii={ensure_ascii}",
        control=before_ascii if ensure_ascii else before,
        candidate=lambda pieces: SSEResponse(contract.stream(chunks(pieces))),
        bar=0.55 if chunks is typed_chunks else 0.75,
    )


@DIALECTS
@GRADES
def test_text_view(compare_responses: CompareResponses, chunks: Chunks, ensure_ascii: bool) -> None:
    """Phase 2 with the edge untouched."""
    view = producer(SSE_ASCII if ensure_ascii else SSE)(chunks)
    compare_responses(
        f"StreamingResponse(@producer {chunks.__name__}()), ensure_ascii={ensure_ascii}",
        control=before_ascii if ensure_ascii else before,
        candidate=lambda pieces: StreamingResponse(view(pieces), media_type="text/event-stream"),
        bar=0.85 if chunks is typed_chunks else 1.05,
    )


def test_adapter(compare_responses: CompareResponses) -> None:
    compare_responses(
        "SSEResponse(SSE.stream(adapt(pattern1())))",
        control=before,
        candidate=lambda pieces: SSEResponse(SSE.stream(adapt(pattern1(pieces)))),
        bar=1.10,
    )
