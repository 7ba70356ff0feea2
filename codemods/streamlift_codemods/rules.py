"""The rules: what kinds of site there are, each with what it becomes. The documentation's table is made of this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .content import Content
    from .sites import Site


@dataclass(frozen=True)
class Rule:
    """One kind of site.

    Attributes:
        code: Its stable code.
        name: What it is called.
        meaning: One sentence.
        before: An example.
        after: What phase 2 makes of it under `SSE = SSEFormatter(ensure_ascii=True)`.
    """

    code: str
    name: str
    meaning: str
    before: str
    after: str


RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "SL100",
            "chunk",
            "A chunk is made here already.",
            "yield StreamingChunk.of(event)",
            "yield StreamingChunk.of(event)",
        ),
        Rule(
            "SL101", "json-frame", "The data is JSON, made by json.dumps in place or in the statement before.",
            'yield f"data: {json.dumps(event)}\\n\\n"', "yield StreamingChunk.of(event)",
        ),
        Rule(
            "SL102", "model-frame", "The data is the JSON of a pydantic model.",
            'yield f"data: {chunk.model_dump_json()}\\n\\n"',
            "yield SSE_MODEL.encoded(StreamingChunk.of(chunk))",
        ),
        Rule(
            "SL103", "text-frame", "The data is text that something else made: only the framing moves.",
            'yield f"data: {text}\\n\\n"', "yield StreamingChunk.raw(text)",
        ),
        Rule(
            "SL104", "constant-frame", "The data is a literal: a sentinel, JSON, or text.",
            'yield "data: [DONE]\\n\\n"', "yield StreamingChunk.done()",
        ),
        Rule(
            "SL105", "comment-frame", "A comment, which keeps the connection alive.",
            'yield ": keepalive\\n\\n"', 'yield StreamingChunk.comment("keepalive")',
        ),
        Rule(
            "SL109", "unread-frame", "SSE text that cannot be read as one whole frame; the reason says why.",
            'yield f"id: {number}\\n"', "(stays)",
        ),
        Rule(
            "SL110", "helper-call", "A call of a function of the project that formats a frame.",
            "yield _sse(event)", "yield _sse(event)  # the helper returns the chunk",
        ),
        Rule(
            "SL120", "carried-frame", "A frame that leaves by another way than yield, or has to stay text.",
            'await ws.send_text(f"data: {json.dumps(event)}\\n\\n")',
            "await ws.send_text(SSE.format_chunk(StreamingChunk.of(event)))",
        ),
        Rule(
            "SL901", "unused-ignore", "A comment, # streamlift: ignore, that leaves nothing alone.",
            "yield StreamingChunk.of(event)  # streamlift: ignore[SL101]", "yield StreamingChunk.of(event)",
        ),
        Rule(
            "SL902", "unknown-ignore", "A comment, # streamlift: ..., with a code that is no rule, or that cannot be read.",
            'yield f"data: {text}\\n\\n"  # streamlift: ignore[SL999]', 'yield f"data: {text}\\n\\n"  # streamlift: ignore[SL103]',
        ),
    )
}  # fmt: skip


def code_of(site: Site, content: Content | None) -> str:
    """Return the code of the rule that *site*, which carries *content*, falls under."""
    if site.kind == "helper-call":
        return "SL110"
    if site.verdict == "already":
        return "SL100"
    if site.as_text:
        return "SL120"
    if content is None:
        return "SL109" if site.carrier.name in {"yield", "return", "variable"} else "SL120"
    if content.kind == "comment":
        return "SL105"
    if content.kind in {"done", "constant"} or content.text.literal is not None:
        return "SL104"
    if content.arms:
        return code_of(site, content.arms[0].content)
    if content.call is None:
        return "SL103"
    return "SL102" if content.call.dialect.encoder == "model" else "SL101"
