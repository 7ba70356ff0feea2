"""The contracts alone: one chunk, its bytes. No service, no model, no server."""

import pytest

from examples.pattern2.sse_contracts import SSE, SSE_ASCII
from streamlift import SSEFormatter, StreamingChunk, format_as_sse


@pytest.mark.parametrize(
    ("chunk", "frame"),
    [
        (
            StreamingChunk(type="content", role="assistant", content="안녕하세요! 👋"),
            'data: {"type": "content", "role": "assistant", "content": "안녕하세요! 👋"}\n\n',
        ),
        (
            StreamingChunk(type="tool_result", tool_call_id="call_1", content="맑음"),
            'data: {"type": "tool_result", "tool_call_id": "call_1", "content": "맑음"}\n\n',
        ),
        (
            StreamingChunk(type="tool_result", tool_call_id="call_1", content=""),
            'data: {"type": "tool_result", "tool_call_id": "call_1", "content": ""}\n\n',
        ),
        (
            StreamingChunk(type="error", content='a "quoted"\nreason'),
            'data: {"type": "error", "content": "a \\"quoted\\"\\nreason"}\n\n',
        ),
        (
            StreamingChunk.of({"type": "tool_call", "args": {"city": "서울", "days": 2}}),
            'data: {"type": "tool_call", "args": {"city": "서울", "days": 2}}\n\n',
        ),
        (
            StreamingChunk.of({"type": "complete", "message_id": "reply-1"}),
            'data: {"type": "complete", "message_id": "reply-1"}\n\n',
        ),
        (StreamingChunk.done(), "data: [DONE]\n\n"),
    ],
)
def test_the_chat_contract(chunk, frame):
    assert SSE.format_chunk(chunk) == frame


def test_metadata_stays_inside():
    chunk = StreamingChunk(type="error", content="x", metadata={"tool_name": "weather"})

    assert SSE.format_chunk(chunk) == 'data: {"type": "error", "content": "x"}\n\n'


@pytest.mark.parametrize(
    ("chunk", "frame"),
    [
        (
            StreamingChunk.of({"role": "user", "content": "네 👋"}, event="message", id=7),
            'event: message\nid: 7\ndata: {"role": "user", "content": "\\ub124 \\ud83d\\udc4b"}\n\n',
        ),
        (StreamingChunk.comment("connected"), ": connected\n\n"),
        (
            StreamingChunk.of({"type": "heartbeat", "beat": 1}),
            'data: {"type": "heartbeat", "beat": 1}\n\n',
        ),
    ],
)
def test_the_ascii_contract(chunk, frame):
    assert SSE_ASCII.format_chunk(chunk) == frame


def test_the_class_formats_as_the_source_document_does():
    chunk = StreamingChunk(type="content", role="assistant", content="안녕")

    assert SSEFormatter.format_chunk(chunk) == (
        'data: {"type": "content", "role": "assistant", "content": "안녕"}\n\n'
    )
    assert SSEFormatter.format_done() == "data: [DONE]\n\n"


def test_the_source_documents_own_test():
    chunk = StreamingChunk(type="content", role="assistant", content="test")
    sse_data = format_as_sse(chunk)

    assert sse_data == 'data: {"role": "assistant", "content": "test"}\n\n'


def test_what_went_out_can_be_read_again():
    chunk = SSE.encoded(StreamingChunk(type="content", role="assistant", content="네"))

    assert chunk.json() == {"type": "content", "role": "assistant", "content": "네"}
