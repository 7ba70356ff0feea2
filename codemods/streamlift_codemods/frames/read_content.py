"""From a frame to what it carries."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ..reading.purity import is_effectless, is_str
from .bindings import is_bound_by_now, serialised_before
from .choices import bound_in_several_ways, choice_of
from .content import Arm, Content, Lines
from .need import need_of
from .payload import read_encoder_call

if TYPE_CHECKING:
    from ..reading.scopes import ScopeTree
    from .frame_text import Frame, Text
    from .read_text import Hole
    from .sites import Site

SENTINEL = re.compile(
    r"\[(?:done|end|stop|eos|eof|finish|finished|complete|completed)\]", re.IGNORECASE
)


def content_of(site: Site, tree: ScopeTree, *, trusts_json: bool = True) -> Content | None:
    """Return what *site* carries, None if its frame has no data and is no comment.

    Unless *trusts_json*, the text of json.dumps stays as it is made: the project patches it.
    """
    assert site.frame is not None
    content = _always_there(site, site.frame, tree, trusts_json=trusts_json)
    return replace(content, options=site.frame.options) if content is not None else None


def several_of(site: Site, tree: ScopeTree, *, trusts_json: bool = True) -> Content | None:
    """Return what *site*, whose text is several frames, carries; None if one of them has no data."""
    arms = []
    for frame in site.frames:
        content = _always_there(site, frame, tree, trusts_json=trusts_json)
        if content is None:
            return None
        named = content.call is not None and content.call.dialect.objects
        if content.serialised is not None or content.arms or named:
            content = Content("raw", content.text, lines=content.lines)
        arms.append(Arm(content, need_of(site, content, tree, frame)))
    assert site.text is not None
    return Content("several", site.text, arms=tuple(arms)) if arms else None


def _always_there(
    site: Site, frame: Frame[Hole], tree: ScopeTree, *, trusts_json: bool
) -> Content | None:
    """Return what *site* carries, whatever lines are not always there."""
    if frame.comment is not None:
        return Content("comment", frame.comment)
    data = frame.value("data")
    if data is None:
        return None
    lines = Lines(frame.value("event"), frame.value("id"), frame.value("retry"))
    if data.literal is not None:
        kind: Literal["done", "constant", "raw"] = "constant" if _is_json(data.literal) else "raw"
        if SENTINEL.fullmatch(data.literal) and len(frame.fields) == 1:
            kind = "done"
        return Content(kind, data, lines=lines)
    hole = data.only_hole
    if hole is not None and hole.is_plain and trusts_json:
        call = read_encoder_call(hole.value, tree, site.scope)
        may_fail = call is not None and hole.is_concatenated and call.dialect.may_give_anything
        bound = is_bound_by_now(hole.value.node, site.node, tree, site.scope)
        if call is not None and bound and not may_fail:
            return Content("payload", data, call, lines=lines)
        found = serialised_before(hole.value, site, tree)
        settled = not frame.options and all(_is_settled(line, site, tree) for line in lines if line)
        if found and settled:
            return Content("payload", data, found[0], found[1], lines)
        whole = Content("choice", data, lines=lines, options=frame.options)
        choice = choice_of(hole, whole, site, tree) or bound_in_several_ways(
            hole, whole, site, tree
        )
        if choice is not None:
            return choice
    return Content("raw", data, lines=lines)


def _is_settled(line: Text[Hole], site: Site, tree: ScopeTree) -> bool:
    """Whether the line can be rendered before the payload is encoded: it has no effect and cannot fail."""
    return all(
        is_effectless(h.value.node) and is_str(h.value.node, tree, site.scope) for h in line.holes
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
