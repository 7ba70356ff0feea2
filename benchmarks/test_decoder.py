"""The decoder's throughput, against the decoders inside other clients' libraries."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, TypeAlias

import pytest

from benchmarks.workload import texts
from streamlift.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.comparison import Compare

    Decode: TypeAlias = Callable[[list[bytes]], list[str]]

EVENTS = 2_000
ROUNDS = 100
NETWORK_READ = 16 * 1024


def httpx_sse() -> Decode:
    # Its public part wants an httpx response, which would cost it more.
    library = pytest.importorskip("httpx_sse._decoders", reason="httpx-sse is not installed")

    def decode(reads: list[bytes]) -> list[str]:
        characters = codecs.getincrementaldecoder("utf-8")("replace")
        lines, events = library.SSELineDecoder(), library.SSEDecoder()
        data = []
        for read in reads:
            for line in lines.decode(characters.decode(read)):
                event = events.decode(line)
                if event is not None:
                    data.append(event.data)
        return data

    return decode


def httpx2() -> Decode:
    library = pytest.importorskip("httpx2._sse", reason="httpx2 is not installed")

    def decode(reads: list[bytes]) -> list[str]:
        characters = codecs.getincrementaldecoder("utf-8")("replace")
        parser = library._SSEParser()  # noqa: SLF001 - as above
        return [event.data for read in reads for event in parser.decode(characters.decode(read))]

    return decode


def streamlift(reads: list[bytes]) -> list[str]:
    decoder = Decoder()
    return [event.data for read in reads for event in decoder.feed(read)]


def one_event_a_read(frames: list[bytes]) -> list[bytes]:
    return frames


def full_reads(frames: list[bytes]) -> list[bytes]:
    stream = b"".join(frames)
    return [stream[at : at + NETWORK_READ] for at in range(0, len(stream), NETWORK_READ)]


@pytest.mark.parametrize("cut", [one_event_a_read, full_reads], ids=["event", "full"])
@pytest.mark.parametrize("peer", [httpx_sse, httpx2], ids=["httpx-sse", "httpx2"])
def test_decoder(
    compare: Compare,
    peer: Callable[[], Decode],
    cut: Callable[[list[bytes]], list[bytes]],
) -> None:
    control, library = peer(), peer.__name__.replace("_", "-")
    payloads = [{"type": "content", "content": text} for text in texts(compare.size(EVENTS))]
    frames = [
        f"event: content\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()
        for payload in payloads
    ]
    reads = cut(frames)
    assert streamlift(reads) == control(reads)

    compare(
        f"Decoder against {library}, {cut.__name__.replace('_', ' ')}",
        control=lambda: control(reads),
        candidate=lambda: streamlift(reads),
        bar=1.0,
        rounds=ROUNDS,
    )
