"""The business logic: talk to the model and run the tools it asks for."""

# The frames are written where they are needed, however long that makes the line.

import json
from collections.abc import AsyncIterator, Sequence

from langchain_core.messages import AIMessageChunk, BaseMessage, ToolCall, ToolMessage

from streamlift import StreamingChunk
from streamlift_legacy import begin

from .fake_model import ChatModel
from .sse_contracts import SSE
from .tools import TOOLS

MAX_ROUNDS = 5
"""How often the model may ask for tools before it has to come to an end."""


class ChatService:
    """Answers a conversation."""

    def __init__(self, llm: ChatModel) -> None:
        self.llm = llm

    async def generate_streaming_response(
        self, messages: Sequence[BaseMessage], message_id: str
    ) -> AsyncIterator[str]:
        """Yield the answer to *messages* as it is made, as SSE frames."""
        wire = begin(SSE)
        conversation = list(messages)
        try:
            for _ in range(MAX_ROUNDS):
                reply = AIMessageChunk(content="")
                async for chunk in self.llm.astream(conversation):
                    if chunk.content:
                        content = self._extract_content(chunk)
                        yield wire.either(
                            f"data: {json.dumps(v0 := {'type': 'content', 'role': 'assistant', 'content': content}, ensure_ascii=False)}\n\n",
                            wire.on and StreamingChunk.of(v0),
                        )
                    reply += chunk

                if not reply.tool_calls:
                    break
                conversation.append(reply)
                for tool_call in reply.tool_calls:
                    yield wire.either(
                        f"data: {json.dumps(v1 := {'type': 'tool_call', 'tool_call_id': tool_call['id'], 'name': tool_call['name'], 'args': tool_call['args']}, ensure_ascii=False)}\n\n",
                        wire.on and StreamingChunk.of(v1),
                    )
                    result = await self._execute_tool(tool_call)
                    yield wire.either(
                        f"data: {json.dumps(v2 := {'type': 'tool_result', 'tool_call_id': tool_call['id'], 'content': result}, ensure_ascii=False)}\n\n",
                        wire.on and StreamingChunk.of(v2),
                    )
                    conversation.append(ToolMessage(result, tool_call_id=tool_call["id"]))

            yield wire.either(
                f"data: {json.dumps(v3 := {'type': 'complete', 'message_id': message_id}, ensure_ascii=False)}\n\n",
                wire.on and StreamingChunk.of(v3),
            )

        except Exception as e:  # noqa: BLE001 - whatever went wrong, the client is told
            yield wire.either(
                f"data: {json.dumps(v4 := {'type': 'error', 'content': str(e)}, ensure_ascii=False)}\n\n",
                wire.on and StreamingChunk.of(v4),
            )

    def _extract_content(self, chunk: BaseMessage) -> str:
        """Return the text of *chunk*; providers send a string or a list of blocks."""
        if isinstance(chunk.content, str):
            return chunk.content
        return "".join(
            block if isinstance(block, str) else block.get("text", "") for block in chunk.content
        )

    async def _execute_tool(self, tool_call: ToolCall) -> str:
        return str(await TOOLS[tool_call["name"]].ainvoke(tool_call["args"]))
