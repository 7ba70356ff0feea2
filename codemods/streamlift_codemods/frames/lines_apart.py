"""Lines of a frame that are collected in a list, with other code between, or that something else sees too.

No building can be made of them, so the frame is left. But it is one, and the place that joins it is a site.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..reading.statements import bound_by
from .frame_text import FIELD_AT_LINE_START
from .string_roots import leading_text, outermost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..reading.scopes import Scope, ScopeTree


def joined_lines(parts: Iterable[ast.expr], tree: ScopeTree) -> list[ast.expr]:
    """Return the expressions that join lists of nothing but lines of a frame, of which *parts* are some."""
    lists = {
        (owner, name): None
        for part in parts
        if (name := _list_with(part, tree)) and (owner := tree.scope_of[part].owner_of(name))
    }
    joins: dict[ast.expr, None] = {}
    for owner, name in lists:
        lines = [*_elements(name, owner, tree)] if owner.function is owner else []
        if _is_frame(lines):
            ends = any(_ends(line) for line in lines)
            found = _joins(name, owner, tree)
            joins.update(dict.fromkeys(join for join in found if ends or _ends(join)))
    return list(joins)


def _list_with(part: ast.expr, tree: ScopeTree) -> str | None:
    """Return the name of the list that *part* is put in."""
    parent = tree.parent_of[part]
    if isinstance(parent, ast.List):
        part, parent = parent, tree.parent_of[parent]
    match parent:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert")
        ):
            return name
        case ast.Assign() | ast.AnnAssign():
            return bound_by(parent)
        case ast.AugAssign(target=ast.Name(id=name)):
            return name
    return None


def _elements(name: str, owner: Scope, tree: ScopeTree) -> Iterator[ast.expr]:
    """Give what is put in the list *name*, as far as that can be seen."""
    values = [binding.value for binding in owner.bindings[name]]
    for load in tree.loads_of(name, owner):
        call = tree.parent_of[tree.parent_of[load]]
        values += call.args[-1:] if isinstance(call, ast.Call) else []
    for value in values:
        if isinstance(value, ast.List):
            yield from value.elts
        elif value is not None:
            yield value


def _is_frame(lines: list[ast.expr]) -> bool:
    """Whether there is data among *lines*, and nothing that is no line of a frame."""
    texts = [leading_text(line) for line in lines]
    are_lines = all(
        text[:1] in {"", "\0", ":", "\r", "\n"} or FIELD_AT_LINE_START.match(text) for text in texts
    )
    return are_lines and any(text.startswith("data:") for text in texts)


def _ends(text: ast.expr) -> bool:
    """Whether *text* is empty, or ends in an empty line: one of these ends a frame."""
    last = text.right if isinstance(text, ast.BinOp) else text
    last = last.values[-1] if isinstance(last, ast.JoinedStr) and last.values else last
    literal = last.value if isinstance(last, ast.Constant) else None
    return literal == "" or (isinstance(literal, str) and literal.endswith(("\n\n", "\r\n\r\n")))


def _joins(name: str, owner: Scope, tree: ScopeTree) -> Iterator[ast.expr]:
    for load in tree.loads_of(name, owner):
        match tree.parent_of[load]:
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as end), attr="join")):
                if "\n" in end:
                    yield outermost(load, tree)
