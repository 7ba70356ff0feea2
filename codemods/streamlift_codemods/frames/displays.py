"""Payloads that are dict displays: what can be told of their keys."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .payload import plain_dumps

if TYPE_CHECKING:
    from ..reading.scopes import Scope, ScopeTree
    from .content import Content

TYPED_KEYS = ("type", "role", "content", "tool_call_id")


def typed_keys(content: Content) -> tuple[str, tuple[str, ...]] | None:
    """Return the literal type and the ordered keys of a payload that fits the typed fields of a chunk."""
    display = content.call.value.node if content.call else None
    if (
        not isinstance(display, ast.Dict)
        or content.serialised
        or content.lines.id
        or content.lines.retry
    ):
        return None
    keys = [key.value if isinstance(key, ast.Constant) else None for key in display.keys]
    if (
        "type" not in keys
        or len(set(keys)) < len(keys)
        or any(key not in TYPED_KEYS for key in keys)
    ):
        return None
    kind = display.values[keys.index("type")]
    if not isinstance(kind, ast.Constant) or not isinstance(kind.value, str):
        return None
    return kind.value, tuple(str(key) for key in keys)


def type_of_payload(display: ast.expr) -> ast.expr | None:
    """Return the expression under the key `type` of a dict display that has it once and no spread."""
    if not isinstance(display, ast.Dict) or None in display.keys:
        return None
    keys = [key.value if isinstance(key, ast.Constant) else key for key in display.keys]
    if any(isinstance(key, ast.AST) for key in keys) or keys.count("type") != 1:
        return None
    return display.values[keys.index("type")]


def display_of(payload: ast.expr, tree: ScopeTree, scope: Scope) -> ast.expr:
    """Return the display that *payload* certainly is, else *payload* itself.

    A name is looked through if it is bound once, and only ever encoded: then nothing can change its value.
    """
    if not isinstance(payload, ast.Name) or scope.owner_of(payload.id) is not scope:
        return payload
    bindings = scope.bindings_of(payload.id)
    value = bindings[0].value if len(bindings) == 1 else None
    encoded = all(_is_encoded(load, tree) for load in tree.loads_of(payload.id, scope))
    return value if isinstance(value, ast.Dict) and encoded else payload


def _is_encoded(load: ast.Name, tree: ScopeTree) -> bool:
    call = tree.parent_of[load]
    plain = plain_dumps(call, tree, tree.scope_of[load]) if isinstance(call, ast.Call) else None
    return plain is not None and plain.value is load and not plain.objects
