"""The rules: what kinds of site there are, each with what it becomes. The documentation's table is made of this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .rule_examples import RULE_EXAMPLES, RuleExample

if TYPE_CHECKING:
    from .frames.content import Content
    from .frames.sites import Site


@dataclass(frozen=True)
class Rule:
    """One kind of site.

    Attributes:
        code: Its stable code.
        name: What it is called.
        meaning: One sentence.
        why: Why it is told.
        by_hand: What a person does where the tool does not.
        before: An example in one line.
        after: What phase 2 makes of it under `SSE = SSEFormatter(ensure_ascii=True)`.
    """

    code: str
    name: str
    meaning: str
    why: str
    by_hand: str
    before: str
    after: str

    @property
    def example(self) -> RuleExample:
        """A whole piece of code, and what becomes of it."""
        return RULE_EXAMPLES[self.code]


FRAMING = "The function knows how its data is written on the wire: fields, line ends, the options of the encoder. "

RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "SL100", "chunk", "A chunk is made here already.",
            "It is counted, so that a report shows how far a migration is. It is no finding.",
            "Nothing is left to do.",
            "yield StreamingChunk.of(event)", "yield StreamingChunk.of(event)",
        ),
        Rule(
            "SL101", "json-frame", "The data is JSON, made by json.dumps in place or in the statement before.",
            FRAMING + "As a chunk it says what is sent, and the contract says how. Who reads the frames within the program gets the data without parsing it back.",
            "Yield StreamingChunk.of(...) with the object that was encoded, and give the function a contract, @producer(SSE), that has the options of json.dumps.",
            'yield f"data: {json.dumps(event)}\\n\\n"', "yield StreamingChunk.of(event)",
        ),
        Rule(
            "SL102", "model-frame", "The data is the JSON of a pydantic model.",
            FRAMING + "As a chunk it hands out the model, and the contract calls model_dump_json with the same options.",
            "Yield StreamingChunk.of(model) under a contract with dialect=ModelDialect(...).",
            'yield f"data: {chunk.model_dump_json()}\\n\\n"',
            "yield SSE_MODEL.encoded(StreamingChunk.of(chunk))",
        ),
        Rule(
            "SL103", "text-frame", "The data is text that something else made: only the framing moves.",
            FRAMING + "A line end in the text would break the frame; the contract has strict=False, which leaves that as it was.",
            "Yield StreamingChunk.raw(text). Better, find where the text is made, and yield what it is made of.",
            'yield f"data: {text}\\n\\n"', "yield StreamingChunk.raw(text)",
        ),
        Rule(
            "SL104", "constant-frame", "The data is a literal: a sentinel, JSON, or text.",
            FRAMING + "A sentinel such as [DONE] belongs to the contract.",
            "Yield StreamingChunk.done(), or StreamingChunk.of(...) with what the JSON says.",
            'yield "data: [DONE]\\n\\n"', "yield StreamingChunk.done()",
        ),
        Rule(
            "SL105", "comment-frame", "A comment, which keeps the connection alive.",
            FRAMING + "Clients skip comments; as a chunk one can be told from data.",
            "Yield StreamingChunk.comment(text).",
            'yield ": keepalive\\n\\n"', 'yield StreamingChunk.comment("keepalive")',
        ),
        Rule(
            "SL109", "unread-frame", "SSE text that cannot be read as one whole frame; the reason says why.",
            "What is not understood is not rewritten; it is told, so that nobody takes the migration for complete.",
            "See the reason: streamlift explain REASON. Mostly the frame has to be made in one expression.",
            'yield f"id: {number}\\n"', "(stays)",
        ),
        Rule(
            "SL110", "helper-call", "A call of a function of the project that formats a frame.",
            "The function makes text of data. If it returns the chunk instead, its calls need no change; else they ask it for the chunk.",
            "Let the function return the chunk. If others need its text, give it @producer(SSE), and write function.chunk(...) where a chunk may be yielded.",
            "yield _sse(event)", "yield _sse(event)  # the helper returns the chunk",
        ),
        Rule(
            "SL120", "carried-frame", "A frame that leaves by another way than yield, or has to stay text.",
            "No boundary sees what is sent, stored or compared here, so it has to stay text; but how a frame is written is the business of the contract all the same.",
            "Write SSE.format_chunk(StreamingChunk.of(...)), which is the same text.",
            'await ws.send_text(f"data: {json.dumps(event)}\\n\\n")',
            "await ws.send_text(SSE.format_chunk(StreamingChunk.of(event)))",
        ),
        Rule(
            "SL901", "unused-ignore", "A comment, # streamlift: ignore, that leaves nothing alone.",
            "It would hide what is written on that line later.",
            "Take the comment away, or the codes of it that nothing needs.",
            "yield StreamingChunk.of(event)  # streamlift: ignore[SL101]", "yield StreamingChunk.of(event)",
        ),
        Rule(
            "SL902", "unknown-ignore", "A comment, # streamlift: ..., with a code that is no rule, or that cannot be read.",
            "It does not do what its author meant.",
            "Write # streamlift: ignore[SL101] with a code that scan shows, or # streamlift: ignore-file.",
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
