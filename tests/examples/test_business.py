"""The chat service alone: chunks in, chunks out, and not one word of the protocol."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from types import ModuleType

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.tool import tool_call_chunk

from examples.pattern2.chat_service import MAX_ROUNDS, ChatService
from examples.pattern2.fake_model import (
    MODEL_VARIABLE,
    ChatModel,
    Scenario,
    create_model,
)
from examples.pattern2.history_service import HistoryService
from streamlift import StreamingChunk

QUESTION = HumanMessage("오늘 날씨 어때?")


class RecordedModel:
    """Gives the next scripted reply and keeps what it was asked."""

    def __init__(self, *replies: Iterable[AIMessageChunk]) -> None:
        self.replies = iter(replies)
        self.conversations: list[list[BaseMessage]] = []
        self.closed = 0

    async def astream(self, input, /) -> AsyncIterator[AIMessageChunk]:  # noqa: A002
        self.conversations.append(list(input))
        try:
            for chunk in next(self.replies):
                yield chunk
        finally:
            self.closed += 1


def call(name, args):
    return AIMessageChunk(
        content="", tool_call_chunks=[tool_call_chunk(name=name, args=args, id="call_1", index=0)]
    )


def answer(model: ChatModel) -> list[StreamingChunk]:
    async def collect():
        stream = ChatService(model).generate_streaming_response([QUESTION], "reply-1")
        return [chunk async for chunk in stream]

    return asyncio.run(collect())


def text(chunks):
    return "".join(chunk.content for chunk in chunks if chunk.type == "content")


@pytest.mark.parametrize(
    ("scenario", "types"),
    [
        ("normal", ["content"] * 8 + ["complete"]),
        (
            "tool_call",
            ["content"] * 2 + ["tool_call", "tool_result"] + ["content"] * 5 + ["complete"],
        ),
        ("error", ["content"] * 3 + ["error"]),
        ("empty", ["tool_call", "tool_result", "complete"]),
    ],
)
def test_yields_the_chunks_of_the_scenario(scenario: Scenario, types):
    assert [chunk.type for chunk in answer(create_model(scenario))] == types


def test_content_is_the_text_of_the_model():
    chunks = answer(create_model("normal"))

    assert chunks[0] == StreamingChunk(type="content", role="assistant", content="안녕하세요! ")
    assert text(chunks) == "안녕하세요! 👋 저는 스트리밍 도우미입니다. Ask me anything."


def test_ends_with_the_id_of_the_answer():
    assert answer(create_model("normal"))[-1] == StreamingChunk.of(
        {"type": "complete", "message_id": "reply-1"}
    )


def test_text_in_blocks_is_joined():
    blocks = [{"type": "text", "text": "안녕"}, {"type": "image"}, {"type": "text", "text": "!"}]
    chunks = answer(RecordedModel([AIMessageChunk(content=blocks)]))

    assert text(chunks) == "안녕!"


def test_an_empty_piece_of_text_is_no_chunk():
    pieces = [AIMessageChunk(content=piece) for piece in ("", "a", "", "b", "")]

    assert [chunk.content for chunk in answer(RecordedModel(pieces))[:-1]] == ["a", "b"]


def test_a_tool_call_may_come_in_pieces():
    pieces = [
        call("weather", ""),
        AIMessageChunk(
            content="",
            tool_call_chunks=[tool_call_chunk(name=None, args='{"city": ', id=None, index=0)],
        ),
        AIMessageChunk(
            content="",
            tool_call_chunks=[tool_call_chunk(name=None, args='"Busan"}', id=None, index=0)],
        ),
    ]
    chunks = answer(RecordedModel(pieces, [AIMessageChunk(content="ok")]))

    assert chunks[0] == StreamingChunk.of(
        {
            "type": "tool_call",
            "tool_call_id": "call_1",
            "name": "weather",
            "args": {"city": "Busan"},
        }
    )
    assert chunks[1] == StreamingChunk(
        type="tool_result", tool_call_id="call_1", content="rain, 18°C 🌧️"
    )


def test_the_model_sees_the_result_of_the_tool():
    model = RecordedModel([call("weather", '{"city": "서울"}')], [AIMessageChunk(content="ok")])
    answer(model)

    assert [message.type for message in model.conversations[1]] == [
        "human",
        "AIMessageChunk",
        "tool",
    ]
    assert model.conversations[1][-1].content == "맑음, 21°C ☀️"


def test_an_empty_result_of_a_tool_is_kept():
    result = next(c for c in answer(create_model("empty")) if c.type == "tool_result")

    assert result.content == ""


def test_an_error_of_the_model_is_the_last_chunk():
    last = answer(create_model("error"))[-1]

    assert last == StreamingChunk(
        type="error", content="모델이 응답하지 않습니다 (model overloaded) 🐢"
    )


def test_an_error_of_a_tool_is_the_last_chunk():
    model = RecordedModel([call("read_note", '{"name": "missing"}')])

    assert answer(model)[-1] == StreamingChunk(type="error", content="'missing'")


def test_a_model_that_never_stops_asking_is_stopped():
    model = RecordedModel(*[[call("read_note", '{"name": "empty"}')]] * (MAX_ROUNDS + 1))

    assert answer(model)[-1].type == "complete"
    assert len(model.conversations) == MAX_ROUNDS


def test_nothing_runs_before_the_first_chunk_is_wanted():
    model = RecordedModel([AIMessageChunk(content="a")])
    ChatService(model).generate_streaming_response([QUESTION], "reply-1")

    assert model.conversations == []


def test_the_service_can_be_left_in_mid_answer():
    async def first():
        stream = ChatService(create_model("slow")).generate_streaming_response([QUESTION], "r")
        async with aclosing(stream):
            return await anext(stream)

    assert asyncio.run(first()).content == "안녕하세요! "


def test_the_environment_may_name_a_real_model(monkeypatch):
    class Model:
        def bind_tools(self, tools):
            return name, [tool.name for tool in tools]

    def init_chat_model(asked):
        nonlocal name
        name = asked
        return Model()

    name = None
    # langchain itself is no dependency of the tests.
    monkeypatch.setitem(sys.modules, "langchain", ModuleType("langchain"))
    stub = ModuleType("langchain.chat_models")
    stub.init_chat_model = init_chat_model
    monkeypatch.setitem(sys.modules, "langchain.chat_models", stub)
    monkeypatch.setenv(MODEL_VARIABLE, "openai:gpt-5-mini")

    assert create_model("normal") == ("openai:gpt-5-mini", ["weather", "read_note"])


def test_history_keeps_the_order_of_a_session(tmp_path):
    async def talk():
        history = HistoryService(tmp_path / "history.sqlite3")
        await history.add_user_message("a", "질문")
        await history.add_user_message("b", "elsewhere")
        await history.add_ai_message("a", "reply-1", "대답 👋")
        return [(m.role, m.content, m.message_id) for m in await history.messages("a")]

    assert asyncio.run(talk()) == [("user", "질문", None), ("assistant", "대답 👋", "reply-1")]


def test_the_offline_model_tells_its_tool_calls_in_pieces():
    async def merged():
        reply = AIMessageChunk(content="")
        async for chunk in create_model("tool_call").astream([QUESTION]):
            reply += chunk
        return reply

    reply = asyncio.run(merged())

    assert isinstance(reply, AIMessage)
    assert [c["args"] for c in reply.tool_calls] == [{"city": "서울"}]
