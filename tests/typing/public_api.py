"""What a type checker makes of the public names; checked by mypy, never run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator

from typing_extensions import assert_type

from streamlift import (
    JSONDialect,
    ModelDialect,
    ORJSONDialect,
    SSEFormatter,
    StreamingChunk,
    format_as_sse,
    producer,
)
from streamlift_legacy import Divergence, Stage, Wire, begin, configure

SSE = SSEFormatter(ensure_ascii=False, keys={"content": ("type", "role", "content")})
SSE_BYTES = SSEFormatter(encoding="utf-8", default=str)
SSE_MODEL = SSEFormatter(dialect=ModelDialect(exclude_none=True), event="type")
SSE_ORJSON = SSEFormatter(dialect=ORJSONDialect(option=1))
SSE_OWN = SSEFormatter(dialect=JSONDialect(indent=2), frame=lambda payload: f"{payload}")

assert_type(SSE, SSEFormatter[str])
assert_type(SSE_BYTES, SSEFormatter[bytes])

chunk = StreamingChunk(type="content", role="assistant", content="x", metadata={"id": 1})
assert_type(chunk.content, "str | None")
assert_type(chunk.to_dict(), dict[str, object])
assert_type(SSE.format_chunk(chunk), str)
assert_type(SSE.format_done(), str)
assert_type(SSE_BYTES.format_chunk(StreamingChunk.of({"a": 1}, event="e", id=1)), bytes)
assert_type(SSEFormatter.format_chunk(chunk), str)
assert_type(SSEFormatter.format_done(), str)
assert_type(format_as_sse(chunk), str)
assert_type(SSE.encoded(StreamingChunk.raw("x")), StreamingChunk)
plain: StreamingChunk = StreamingChunk.of([1], retry=10).replace(payload=2)
plain = StreamingChunk.comment("ping")
plain = StreamingChunk.done()

# A contract without parameters is one of text: annotations need no brackets.
annotated: SSEFormatter = SSE


def items() -> Iterator[StreamingChunk]:
    yield chunk


def items_with_result() -> Generator[StreamingChunk, None, int]:
    yield chunk
    return 1


async def items_async() -> AsyncIterator[StreamingChunk]:
    yield chunk


assert_type(SSE.stream(items()), Generator[str, object, None])
assert_type(SSE.stream(items_async()), AsyncGenerator[str, None])
assert_type(SSE_BYTES.stream(items_async()), AsyncGenerator[bytes, None])
assert_type(SSE.chunks(items_async()), AsyncGenerator[StreamingChunk, None])
assert_type(SSE.stream([chunk, "data: x\n\n"]), Generator[str, object, None])


@producer(SSE)
def text(number: int) -> Iterator[StreamingChunk]:
    yield StreamingChunk.of(number)


@producer(SSE)
def text_with_result(number: int) -> Generator[StreamingChunk, str, int]:
    yield StreamingChunk.of(number)
    return number


@producer(SSE_BYTES)
async def text_async(number: int) -> AsyncIterator[StreamingChunk]:
    yield StreamingChunk.of(number)


class Service:
    @producer(SSE)
    async def reply(self, words: list[str], *, last: bool = False) -> AsyncIterator[StreamingChunk]:
        for word in words:
            yield StreamingChunk(type="token", content=word)
        if last:
            yield StreamingChunk.done()


@producer(SSE)
def event(name: str, *, last: bool = False) -> StreamingChunk:
    return StreamingChunk.of({"name": name, "last": last})


@producer(SSE_BYTES)
def event_or_none(name: str) -> StreamingChunk | None:
    return StreamingChunk.of(name) if name else None


assert_type(event("x", last=True), str)
assert_type(event.chunk("x", last=True), StreamingChunk)
assert_type(event_or_none("x"), "bytes | None")
assert_type(event_or_none.chunk(name="x"), "StreamingChunk | None")
event.chunk(1)  # type: ignore[arg-type]
text_of_event: Callable[[str], str] = event
text_of_number: Callable[[int], Generator[str, object, None]] = text
assert_type(text(1), Generator[str, object, None])
assert_type(text_with_result(1), Generator[str, str, int])
assert_type(text_async(number=1), AsyncGenerator[bytes, None])
assert_type(Service().reply(["a"], last=True), AsyncGenerator[str, None])
text("1")  # type: ignore[arg-type]  # arguments are still checked
Service().reply()  # type: ignore[call-arg]  # of methods too
SSEFormatter(ensure_asci=False)  # type: ignore[call-overload]  # and the names of options
SSEFormatter(event="name")  # type: ignore[call-overload]  # and what they may be


def relay() -> Generator[str, str, int]:
    result = yield from text_with_result(1)
    assert_type(result, int)
    return result


async def history() -> None:
    async for item in SSE.chunks(Service().reply(["a"])):
        assert_type(item, StreamingChunk)
        item.json()["message_id"]


def either(payload: object, raw: bytes) -> Generator[str | bytes, None, None]:
    wire = begin(SSE)
    assert_type(wire, Wire)
    yield assert_type(wire.either("data: 1\n\n", wire.on and StreamingChunk.of(payload)), str)
    yield assert_type(wire.either(raw, wire.on and StreamingChunk.done(), SSE_BYTES), bytes)
    begin(SSE_BYTES, stage="shadow")
    begin("SSE")  # type: ignore[arg-type]


def told(found: Divergence) -> None:
    assert_type(found.stage, Stage)


configure(stage=Stage.SHADOW, on_divergence=told)
configure(on_divergence=lambda: None)  # type: ignore[arg-type,misc]
