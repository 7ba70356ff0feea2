"""A chunk made and formatted, against the f-string that made the frame before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pytest

from benchmarks.workload import texts
from streamlift import SSEFormatter, StreamingChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.comparison import Compare

    Control: TypeAlias = Callable[[Sequence[str]], str]
    Candidate: TypeAlias = Callable[[Sequence[str], SSEFormatter], str]

CHUNKS = 2_000
ROUNDS = 100
TYPED_BAR, PAYLOAD_BAR = 0.35, 0.65

# Everything is written out as a project writes it: options in a variable would cost more.


def two_keys(pieces: Sequence[str]) -> str:
    frame = ""
    for text in pieces:
        frame = f"data: {json.dumps({'type': 'token', 'content': text}, ensure_ascii=False)}\n\n"
    return frame


def two_keys_ascii(pieces: Sequence[str]) -> str:
    frame = ""
    for text in pieces:
        frame = f"data: {json.dumps({'type': 'token', 'content': text})}\n\n"
    return frame


def three_keys(pieces: Sequence[str]) -> str:
    frame = ""
    for text in pieces:
        frame = f"data: {json.dumps({'type': 'token', 'role': 'assistant', 'content': text}, ensure_ascii=False)}\n\n"
    return frame


def three_keys_ascii(pieces: Sequence[str]) -> str:
    frame = ""
    for text in pieces:
        frame = f"data: {json.dumps({'type': 'token', 'role': 'assistant', 'content': text})}\n\n"
    return frame


def five_keys(pieces: Sequence[str]) -> str:
    frame = ""
    for index, text in enumerate(pieces):
        frame = f"data: {json.dumps({'id': 'msg_1', 'type': 'token', 'index': index, 'content': text, 'finish_reason': None}, ensure_ascii=False)}\n\n"
    return frame


def five_keys_ascii(pieces: Sequence[str]) -> str:
    frame = ""
    for index, text in enumerate(pieces):
        frame = f"data: {json.dumps({'id': 'msg_1', 'type': 'token', 'index': index, 'content': text, 'finish_reason': None})}\n\n"
    return frame


def typed_two_keys(pieces: Sequence[str], contract: SSEFormatter) -> str:
    frame = ""
    for text in pieces:
        frame = contract.format_chunk(StreamingChunk(type="token", content=text))
    return frame


def typed_three_keys(pieces: Sequence[str], contract: SSEFormatter) -> str:
    frame = ""
    for text in pieces:
        frame = contract.format_chunk(StreamingChunk(type="token", role="assistant", content=text))
    return frame


def payload_two_keys(pieces: Sequence[str], contract: SSEFormatter) -> str:
    frame = ""
    for text in pieces:
        frame = contract.format_chunk(StreamingChunk.of({"type": "token", "content": text}))
    return frame


def payload_three_keys(pieces: Sequence[str], contract: SSEFormatter) -> str:
    frame = ""
    for text in pieces:
        frame = contract.format_chunk(
            StreamingChunk.of({"type": "token", "role": "assistant", "content": text})
        )
    return frame


def payload_five_keys(pieces: Sequence[str], contract: SSEFormatter) -> str:
    frame = ""
    for index, text in enumerate(pieces):
        frame = contract.format_chunk(
            StreamingChunk.of(
                {
                    "id": "msg_1",
                    "type": "token",
                    "index": index,
                    "content": text,
                    "finish_reason": None,
                }
            )
        )
    return frame


class Case(NamedTuple):
    """How one kind of chunk is measured, and against which f-strings."""

    name: str
    candidate: Candidate
    plain: Control
    ascii: Control
    bar: float
    keys: dict[str, tuple[str, ...]] | None = None


CASES = [
    Case(
        "typed chunk, 2 keys",
        typed_two_keys,
        two_keys,
        two_keys_ascii,
        TYPED_BAR,
        {"token": ("type", "content")},
    ),
    Case(
        "typed chunk, 3 keys",
        typed_three_keys,
        three_keys,
        three_keys_ascii,
        TYPED_BAR,
        {"token": ("type", "role", "content")},
    ),
    Case("payload chunk, 2 keys", payload_two_keys, two_keys, two_keys_ascii, PAYLOAD_BAR),
    Case("payload chunk, 3 keys", payload_three_keys, three_keys, three_keys_ascii, PAYLOAD_BAR),
    Case("payload chunk, 5 keys", payload_five_keys, five_keys, five_keys_ascii, PAYLOAD_BAR),
]


@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_chunk_cost(compare: Compare, case: Case, ensure_ascii: bool) -> None:
    pieces = texts(compare.size(CHUNKS))
    control = case.ascii if ensure_ascii else case.plain
    contract = SSEFormatter(ensure_ascii=ensure_ascii, keys=case.keys)
    for piece in set(pieces):
        assert case.candidate([piece], contract) == control([piece])

    compare(
        f"{case.name}, ensure_ascii={ensure_ascii}",
        control=lambda: control(pieces),
        candidate=lambda: case.candidate(pieces, contract),
        bar=case.bar,
        rounds=ROUNDS,
    )
