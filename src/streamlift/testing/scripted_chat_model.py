"""A LangChain chat model that streams exactly what it was given, chunk by chunk.

    model = ScriptedChatModel(
        [
            ["Let me ", "look. ", tool_call("weather", {"city": "서울"}, id="call_1")],
            ["It is", " sunny.", usage(input_tokens=3, output_tokens=2)],
            ["Half an ans", TimeoutError("the provider gave up")],
        ]
    )

The fake models of LangChain make their chunks themselves, one a word and one a space.
"""

from __future__ import annotations

import copy
import json
import threading
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

    from langchain_core.callbacks import (
        AsyncCallbackManagerForLLMRun,
        CallbackManagerForLLMRun,
    )
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

Piece: TypeAlias = "str | AIMessageChunk | BaseException"
"""Text, a whole chunk, or what is raised in its place."""


class ScriptExhaustedError(LookupError):
    """The model was asked more often than it has answers."""


class ScriptedChatModel(BaseChatModel):
    """Gives one answer of a script after the other, whatever it is asked.

    Callbacks, `bind_tools` and `with_structured_output` work as for any model. `invoke` gives the
    sum of the chunks.

    Args:
        answers: For each call, the pieces of its answer in order.
        repeat: Begin again after the last one.

    Raises:
        ScriptExhaustedError: When it is asked again after the last answer.
    """

    _answers: list[list[Piece]] = PrivateAttr()
    _repeat: bool = PrivateAttr()
    _next: int = PrivateAttr(default=0)
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, answers: Iterable[Iterable[Piece]], *, repeat: bool = False) -> None:
        super().__init__()
        self._answers = [list(answer) for answer in answers]
        self._repeat = repeat

    @property
    def asked(self) -> list[list[BaseMessage]]:
        """The messages of each call so far."""
        return self._asked

    @property
    def _llm_type(self) -> str:
        return "scripted-chat-model"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, Any]:
        """Return this model: what it calls stands in its script."""
        return self.bind(tools=tools, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del stop, run_manager, kwargs
        whole: AIMessageChunk | None = None
        for chunk in self._chunks(messages):
            whole = chunk if whole is None else whole + chunk
        return ChatResult(generations=[ChatGeneration(message=whole or AIMessageChunk(content=""))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        del stop, kwargs
        for message in self._chunks(messages):
            chunk = ChatGenerationChunk(message=message)
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        del stop, kwargs
        for message in self._chunks(messages):
            chunk = ChatGenerationChunk(message=message)
            if run_manager is not None:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _chunks(self, messages: list[BaseMessage]) -> Iterator[AIMessageChunk]:
        with self._lock:
            index = self._next % len(self._answers) if self._repeat else self._next
            if index >= len(self._answers):
                raise ScriptExhaustedError(
                    f"the script has {len(self._answers)} answers, and this is call {index + 1}: "
                    "give it one more, or say repeat=True"
                )
            self._next += 1
            self._asked.append(messages)
        for piece in self._answers[index]:
            if isinstance(piece, BaseException):
                raise _fresh(piece)
            # A copy: LangChain writes an id into what is streamed.
            yield AIMessageChunk(content=piece) if isinstance(piece, str) else piece.model_copy()


def _fresh(error: BaseException) -> BaseException:
    """Return a copy of *error*, if one can be made.

    The script would keep the traceback of what is raised, and that what the stream has left open.
    """
    try:
        return copy.copy(error)
    except TypeError:  # it is not made of its `args`
        return error.with_traceback(None)


def tool_call(
    name: str,
    arguments: Mapping[str, object] | str,
    *,
    id: str,  # noqa: A002 - as LangChain calls it
    index: int = 0,
) -> AIMessageChunk:
    """Return a chunk that calls a tool: the whole call, or its first part if *arguments* is text.

    Args:
        name: The tool.
        arguments: Its arguments, or the beginning of their JSON text; `more_arguments` goes on.
        id: The call's id.
        index: Which of the calls of one answer it is.
    """
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    piece = tool_call_chunk(name=name, args=text, id=id, index=index)
    return AIMessageChunk(content="", tool_call_chunks=[piece])


def more_arguments(text: str, *, index: int = 0) -> AIMessageChunk:
    """Return a chunk that goes on with the arguments of a call."""
    piece = tool_call_chunk(name=None, args=text, id=None, index=index)
    return AIMessageChunk(content="", tool_call_chunks=[piece])


def usage(*, input_tokens: int, output_tokens: int) -> AIMessageChunk:
    """Return a chunk that says how many tokens there were, as providers send it at the end."""
    total = input_tokens + output_tokens
    counts = UsageMetadata(
        input_tokens=input_tokens, output_tokens=output_tokens, total_tokens=total
    )
    return AIMessageChunk(content="", usage_metadata=counts)
