"""The chat model: a scripted one that needs no network, or the one the environment names."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal, Protocol

from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from .tools import TOOLS

MODEL_VARIABLE = "STREAMLIFT_EXAMPLE_MODEL"
"""Names a real model as `init_chat_model` of langchain does, such as "openai:gpt-5-mini"."""

Scenario = Literal["normal", "tool_call", "error", "empty", "slow"]

_GREETING = "안녕하세요! 👋 저는 스트리밍 도우미입니다. Ask me anything."


class ChatModel(Protocol):
    """The one method of a LangChain chat model that the service needs."""

    def astream(self, input: LanguageModelInput, /) -> AsyncIterator[AIMessageChunk]:  # noqa: A002
        """Yield the answer to *input* as it is made."""


class ModelOverloadedError(Exception):
    """What a provider's client raises when the provider gives up in the middle of an answer."""


class OfflineChatModel(GenericFakeChatModel):
    """A `GenericFakeChatModel` that also streams tool calls, empty answers and failures.

    Attributes:
        fails_after: Number of pieces of text after which the stream raises; `None`: it does not.
        pause: Seconds between two pieces.
    """

    fails_after: int | None = None
    pause: float = 0.0

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: object = None,  # noqa: ARG002 - langchain passes it by name
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        reply = self._generate(messages, stop, **kwargs).generations[0].message
        for count, word in enumerate(re.split(r"(?<=\s)", str(reply.content))):
            if count == self.fails_after:
                raise ModelOverloadedError("모델이 응답하지 않습니다 (model overloaded) 🐢")
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
            await asyncio.sleep(self.pause)
        for piece in _tool_call_pieces(reply):
            yield ChatGenerationChunk(message=piece)


def create_model(scenario: Scenario) -> ChatModel:
    """Return the model that answers; a real one ignores *scenario*."""
    name = os.environ.get(MODEL_VARIABLE)
    if name:
        # Not a dependency of the examples: only who asks for a real model needs it.
        from langchain.chat_models import init_chat_model

        model: ChatModel = init_chat_model(name).bind_tools(list(TOOLS.values()))
        return model

    return OfflineChatModel(
        messages=iter(_replies(scenario)),
        fails_after=3 if scenario == "error" else None,
        pause=0.1 if scenario == "slow" else 0.0,
    )


def _replies(scenario: Scenario) -> list[AIMessage | str]:
    if scenario == "tool_call":
        call = tool_call(name="weather", args={"city": "서울"}, id="call_weather_1")
        return [
            AIMessage(content="날씨를 찾아볼게요. ", tool_calls=[call]),
            "서울은 지금 맑고 21°C입니다 ☀️",
        ]
    if scenario == "empty":
        call = tool_call(name="read_note", args={"name": "empty"}, id="call_note_1")
        return [AIMessage(content="", tool_calls=[call]), ""]
    return [_GREETING]


def _tool_call_pieces(reply: BaseMessage) -> Iterator[AIMessageChunk]:
    """Yield the tool calls of *reply* as providers send them: the name, then the arguments."""
    for index, call in enumerate(reply.tool_calls if isinstance(reply, AIMessage) else []):
        arguments = json.dumps(call["args"], ensure_ascii=False)
        for name, args, call_id in ((call["name"], "", call["id"]), (None, arguments, None)):
            piece = tool_call_chunk(name=name, args=args, id=call_id, index=index)
            yield AIMessageChunk(content="", tool_call_chunks=[piece])
