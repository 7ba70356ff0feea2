"""The chunk expressions of a file, as the tool writes them: with what encodes or formats them."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from ..reading.scopes import last_name
from .sites import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..reading.facts import FileFacts

GIVING = {"encoded", "format_chunk"}


def chunk_roots(file: FileFacts) -> dict[str, list[ast.expr]]:
    """Return the chunk expressions of *file* in order, by the path of the function that they stand in."""
    tree = file.tree
    roots = dict.fromkeys(_root(call, file) for call in _made(file))
    found: dict[str, list[ast.expr]] = {}
    for root in sorted(roots, key=lambda node: (node.lineno, node.col_offset)):
        found.setdefault(tree.scope_of[root].path, []).append(root)
    return found


def _made(file: FileFacts) -> Iterator[ast.expr]:
    """Give the calls that make chunks, and those that give the text of the last one."""
    tree = file.tree
    for load in file.chunk_loads:
        parent = tree.parent_of[load]
        function = parent if isinstance(parent, ast.Attribute) else load
        call = tree.parent_of[function]
        if isinstance(call, ast.Call) and call.func is function:
            yield call
    for attribute in tree.attribute_loads.get("format_done", ()):
        call = tree.parent_of[attribute]
        if isinstance(call, ast.Call) and call.func is attribute:
            yield call


def _root(node: ast.expr, file: FileFacts) -> ast.expr:
    while True:
        parent = file.tree.parent_of[node]
        match parent:
            case ast.Call() if node in parent.args and last_name(parent.func) in GIVING:
                node = parent
            case ast.BinOp(op=ast.Add()):
                node = parent
            case _:
                return node


def in_our_words(root: ast.expr, file: FileFacts) -> ast.expr:
    """Return *root*, an expression of *file*, with our name for what the project calls a chunk."""
    if file.own_chunk is None:
        return root
    found = copy.deepcopy(root)
    for node in ast.walk(found):
        if isinstance(node, ast.Name) and node.id == file.own_chunk.name:
            node.id = CHUNK
    return found


def branches_of(expression: ast.expr) -> list[ast.expr]:
    """Return the chunk expressions that *expression* chooses between; itself if it does not choose."""
    if isinstance(expression, ast.IfExp):
        return [*branches_of(expression.body), *branches_of(expression.orelse)]
    return [expression]


def with_choices(branch: ast.expr, file: FileFacts) -> Iterator[ast.expr]:
    """Give *branch*, and each conditional expression that it is a branch of, from the inside."""
    yield branch
    while (
        isinstance(parent := file.tree.parent_of[branch], ast.IfExp) and branch is not parent.test
    ):
        branch = parent
        yield branch


def contracts_named(root: ast.expr) -> dict[str, ast.Name]:
    """Return the names of the contracts that *root* itself encodes or formats with."""
    calls = [node.func for node in ast.walk(root) if isinstance(node, ast.Call)]
    names = [
        function.value
        for function in calls
        if isinstance(function, ast.Attribute) and function.attr in {*GIVING, "format_done"}
    ]
    return {name.id: name for name in names if isinstance(name, ast.Name)}


def without_contract(root: ast.expr) -> ast.expr:
    """Return the chunk expression in `SSE.encoded(chunk)` or a text that `SSE` gives, else *root*."""
    match root:
        case ast.Call(func=ast.Attribute(attr=attr), args=[chunk], keywords=[]) if attr in GIVING:
            return chunk
        case ast.Call(func=ast.Attribute(attr="format_done"), args=[], keywords=[]):
            return ast.parse(f"{CHUNK}.done()", mode="eval").body
    return root
