"""New code with the project's own name for chunks in the place of ours (`chunk-class`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..flow.contract_import import module_of_chunks
from ..frames.sites import CHUNK
from ..reading.literals import scan

if TYPE_CHECKING:
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.chunk_class import ChunkClass
    from ..reading.literals import Span

CONSTRUCTED = re.compile(rf"{CHUNK}(?=\(|\.(?:of|raw|comment|done)\()")


def written_with(own: ChunkClass, text: str, words: list[Span]) -> str:
    """Return *text*, new code whose *words* are those outside of strings, with the project's class for ours.

    A subclass makes the chunks only: what `of` returns is of our class, as annotations and tests of it say.
    """
    for start, end in reversed(words):
        is_chunk = text[start:end] == CHUNK
        if is_chunk and (own.is_ours or CONSTRUCTED.match(text, start)):
            text = text[:start] + own.name + text[end:]
    return text


def becomes(site: Site, plan: Plan) -> str | None:
    """Return the new expression of *site*, None if there is none."""
    text, own = plan.expressions.get(site), plan.facts.own_chunk
    if text is None or own is None:
        return text
    file = plan.facts.files[site.source.name]
    known = module_of_chunks(own, file, plan) is not None
    return written_with(own, text, scan(text).words) if known else text
