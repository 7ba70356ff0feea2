"""A provider that streams the script which the user's message names: nothing leaves the machine."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Event = dict[str, object]

USAGE = {
    "input_tokens": 12,
    "output_tokens": 7,
    "total_tokens": 19,
    "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 2},
}
STOP: Event = {"type": "finish", "finish_reason": "stop", "response_id": "resp_1", "usage": USAGE}
CALLS: Event = {**STOP, "finish_reason": "tool_calls"}
TEXT: Event = {"type": "content", "text": "Grüße, 世界 🙂 </script>"}
TOOL: Event = {
    "type": "tool_call",
    "id": "call_1",
    "name": "weather",
    "arguments": '{"city": "Zürich"}',
}
FREE: Event = {"type": "reasoning_delta", "text": "hmm"}
BOUND: Event = {**FREE, "item_id": "rs_1"}


def thought(text: str, secret: str | None = None) -> Event:
    """Return a whole thought; a *secret* makes it a signed one."""
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": text}],
        "encrypted_content": secret,
    }
    return {"type": "reasoning_item", "model": "gpt-x", "item": item}


SCRIPTS: dict[str, list[Event | Exception]] = {
    "text": [TEXT, {**TEXT, "text": "more\n"}, STOP],
    "free thinking": [FREE, TEXT, STOP],
    "raw thinking": [{**FREE, "type": "reasoning_raw_delta"}, TEXT, STOP],
    "thinking": [BOUND, BOUND, thought("hmmhmm", "secret"), TEXT, STOP],
    "whole thinking": [TEXT, thought("a thought", "secret"), TEXT, TOOL, CALLS],
    "unsigned thinking": [TEXT, thought("a thought"), TEXT, STOP],
    "thinking after text": [TEXT, BOUND, thought("hmm", "secret"), STOP],
    "tool": [TEXT, TOOL, {**TOOL, "id": "call_2"}, CALLS],
    "no end": [TEXT],
    "failing": [TEXT, RuntimeError("upstream gone")],
    "no usage": [TEXT, {**STOP, "usage": None}],
}


class Provider:
    """Takes the place of the one that asks the upstream service."""

    capability = SimpleNamespace(slug="gpt-x", default_reasoning_level=None)

    def resolve_model(self, *_: object, **__: object) -> tuple[None, SimpleNamespace]:
        """Know every model."""
        return None, self.capability

    def preflight_chat(self, *_: object, **__: object) -> SimpleNamespace:
        """Allow every request."""
        return SimpleNamespace(capability=self.capability)

    def chat_stream(self, messages: Sequence[SimpleNamespace], **_: object) -> Iterator[Event]:
        """Stream the script that the last message names."""
        for event in SCRIPTS[messages[-1].content]:
            if isinstance(event, Exception):
                raise event
            yield event


@contextmanager
def provider() -> Iterator[None]:
    """Put it in place."""
    from codex_as_api import server

    server._provider = Provider()  # noqa: SLF001 - where the package keeps it
    yield
