"""Which expression builds the text that a string literal, or a variable with text, is a part of."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .read_text import is_utf_8

if TYPE_CHECKING:
    from ..reading.scopes import ScopeTree

STRING_METHODS = {"encode", "format", "join"}


def literal_text(constant: ast.Constant) -> str:
    """Return the text of a str or bytes literal, one character for each byte."""
    value = constant.value
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def outermost(node: ast.expr, tree: ScopeTree) -> ast.expr:
    """Return the expression that builds the whole text that *node* is a part of."""
    parent = tree.parent_of[node]
    if isinstance(parent, ast.IfExp) and _is_option(node, parent):
        whole = outermost(parent, tree)
        return node if whole is parent else whole
    builds = isinstance(parent, (ast.JoinedStr, ast.FormattedValue)) or (
        isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Mod))
    )
    if builds:
        assert isinstance(parent, ast.expr)
        return outermost(parent, tree)
    if isinstance(parent, ast.Call) and _is_join(parent) and node in parent.args:
        return outermost(parent, tree)
    if isinstance(parent, ast.Attribute) and parent.attr in STRING_METHODS:
        call = tree.parent_of[parent]
        other_codec = isinstance(call, ast.Call) and parent.attr == "encode" and not is_utf_8(call)
        if isinstance(call, ast.Call) and call.func is parent and not other_codec:
            return outermost(call, tree)
    joined = tree.parent_of.get(parent) if isinstance(parent, (ast.List, ast.Tuple)) else None
    if isinstance(joined, ast.Call) and _is_join(joined):
        return outermost(joined, tree)
    return node


def _is_option(node: ast.expr, choice: ast.IfExp) -> bool:
    """Whether *choice* is between *node* and no text."""
    other = {choice.body: choice.orelse, choice.orelse: choice.body}.get(node)
    return isinstance(other, ast.Constant) and other.value == ""


def _is_join(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "join"
        and isinstance(function.value, ast.Constant)
    )


def leading_text(node: ast.expr) -> str:
    """Return the literal text that *node* starts with; each hole is one NUL."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        return literal_text(node)
    if isinstance(node, ast.JoinedStr):
        return "".join(leading_text(value) for value in node.values)
    if isinstance(node, ast.BinOp):
        return leading_text(node.left) + (
            leading_text(node.right) if isinstance(node.op, ast.Add) else ""
        )
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in STRING_METHODS
    ):
        if _is_join(node) and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
            separator = leading_text(node.func.value)
            return separator.join(map(leading_text, node.args[0].elts))
        return leading_text(node.func.value)
    return "\0"
