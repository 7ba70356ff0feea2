"""What a frame asks of the contract that writes it."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.purity import is_effectless, is_str
from .displays import display_of, type_of_payload
from .payload import spelling_of

if TYPE_CHECKING:
    from ..reading.scopes import Scope, ScopeTree
    from .content import Content
    from .frame_text import Frame
    from .payload import Dialect
    from .read_text import Hole
    from .sites import Site

CLIENT_LINE_END = "\n\n"


@dataclass(frozen=True)
class Need:
    """What one site asks of the contract that writes it; None where the site does not tell.

    Attributes:
        dialect: The JSON dialect of its payload.
        spelling: The dialect that writes its constant JSON, if the default one does not; it may be written as text.
        space: Whether a blank follows the colon.
        terminator: The line ends after the frame.
        encoding: "utf-8" if the site makes bytes.
        order: Its fields in order.
        event_repeats_type: Whether the event line repeats the payload's type.
        sentinel: What ends the stream, if the site is that.
        verbatim: Whether holes may carry line ends that go out as they are.
    """

    dialect: Dialect | None = None
    spelling: Dialect | None = None
    space: bool | None = None
    terminator: str = CLIENT_LINE_END
    encoding: str | None = None
    order: tuple[str, ...] = ()
    event_repeats_type: bool | None = None
    sentinel: str | None = None
    verbatim: bool = False


def need_of(
    site: Site, content: Content, tree: ScopeTree, frame: Frame[Hole] | None = None
) -> Need:
    """Return what *site*, or the one *frame* of it, asks of its contract."""
    frame = frame or site.frame
    assert frame is not None
    lines = [*content.lines, content.text if content.kind in {"raw", "comment"} else None]
    anything = content.call is not None and content.call.dialect.may_give_anything
    return Need(
        dialect=content.call.dialect if content.call else None,
        spelling=spelling_of(content.text.literal) if content.kind == "constant" else None,
        space=frame.space,
        terminator=frame.terminator,
        encoding="utf-8" if site.is_bytes else None,
        order=frame.order,
        event_repeats_type=_event_repeats_type(content, tree, site.scope),
        sentinel=content.text.literal if content.kind == "done" else None,
        verbatim=anything or any(line is not None and line.holes for line in lines),
    )


def _event_repeats_type(content: Content, tree: ScopeTree, scope: Scope) -> bool | None:
    if content.kind in {"comment", "done", "raw", "choice"}:
        return None
    if "event" in content.options:
        return False
    event = content.lines.event
    if content.kind == "constant":
        value = json.loads(content.text.literal or "null")
        has_type = isinstance(value, dict) and "type" in value
        return (event is not None and event.literal == value["type"]) if has_type else None
    assert content.call is not None
    value_of_type = type_of_payload(display_of(content.call.value.node, tree, scope))
    if event is None or value_of_type is None:
        return False
    if isinstance(value_of_type, ast.Constant):
        return event.literal == value_of_type.value
    if not isinstance(content.call.value.node, ast.Dict):
        return False
    hole = event.only_hole
    same = (
        hole is not None and hole.is_plain and ast.dump(hole.value.node) == ast.dump(value_of_type)
    )
    return (
        same
        and is_effectless(value_of_type)
        and (
            hole is not None and (not hole.is_concatenated or is_str(hole.value.node, tree, scope))
        )
    )
