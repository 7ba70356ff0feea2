"""What the tool does with a file that holds sites, against libcst's parsing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst

from streamlift_codemods.plan import Plan, make_plan
from streamlift_codemods.proof import prove
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.comparison import Compare

SITES = 40
ROUNDS = 40
BAR = 2.5

HEAD = '''\
"""Answers conversations."""

import json
from collections.abc import AsyncIterator, Sequence

from .model import ChatModel, Message, ToolCall, run_tool

MAX_ROUNDS = 5


class ChatService:
    """Answers a conversation."""

    def __init__(self, llm: ChatModel) -> None:
        self.llm = llm

    def _extract_content(self, chunk: Message) -> str:
        """Return the text of *chunk*; providers send a string or a list of blocks."""
        if isinstance(chunk.content, str):
            return chunk.content
        return "".join(
            block if isinstance(block, str) else block.get("text", "") for block in chunk.content
        )

    async def _execute_tool(self, tool_call: ToolCall) -> str:
        """Return what the tool says; what goes wrong is told to the model."""
        try:
            return await run_tool(tool_call["name"], tool_call["args"])
        except KeyError:
            return f"There is no tool {tool_call['name']}."
'''
# Literals differ from producer to producer as they do in real files, so that a cache gains no more.
PRODUCER = '''
    async def reply_{number}(
        self, messages: Sequence[Message], message_id: str
    ) -> AsyncIterator[str]:
        """Yield the answer to *messages* as it is made, as SSE frames."""
        conversation = list(messages)
        try:
            for _ in range(MAX_ROUNDS):
                reply = Message(content="")
                async for chunk in self.llm.astream(conversation):
                    if chunk.content:
                        content = self._extract_content(chunk)
                        yield f"data: {{json.dumps({{'type': 'content', 'role': 'assistant', 'content': content}}, ensure_ascii=False)}}\\n\\n"
                    reply += chunk

                if not reply.tool_calls:
                    break
                conversation.append(reply)
                for tool_call in reply.tool_calls:
                    yield f"data: {{json.dumps({{'type': 'tool_call_{number}', 'tool_call_id': tool_call['id'], 'name': tool_call['name'], 'args': tool_call['args']}}, ensure_ascii=False)}}\\n\\n"
                    result = await self._execute_tool(tool_call)
                    yield f"data: {{json.dumps({{'type': 'tool_result', 'tool_call_id': tool_call['id'], 'content': result}}, ensure_ascii=False)}}\\n\\n"
                    conversation.append(Message(result, tool_call_id=tool_call["id"]))

            yield f"data: {{json.dumps({{'type': 'complete_{number}', 'message_id': message_id}}, ensure_ascii=False)}}\\n\\n"

        except Exception as e:
            yield f"data: {{json.dumps({{'type': 'error', 'content': str(e)}}, ensure_ascii=False)}}\\n\\n"
'''
SITES_EACH = PRODUCER.count("yield f")


def plan(path: Path) -> Plan:
    prove.forget()  # equal shapes are proved once a run, not once a process
    return make_plan(open_project([path]), Settings())


def test_plan_and_proof(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "chat_service.py"
    sites = compare.size(SITES) // SITES_EACH * SITES_EACH
    producers = (PRODUCER.format(number=number) for number in range(sites // SITES_EACH))
    path.write_text(HEAD + "".join(producers), encoding="utf-8")
    (tmp_path / "pyproject.toml").touch()  # the project ends here, wherever this is
    planned = plan(path)
    assert [site.verdict for site in planned.sites] == ["auto"] * sites
    assert set(planned.expressions) == set(planned.sites)

    compare(
        f"plan and proof of a file with {sites} sites against libcst.parse_module",
        control=lambda: libcst.parse_module(path.read_bytes()),
        candidate=lambda: plan(path),
        bar=BAR,
        rounds=ROUNDS,
    )
