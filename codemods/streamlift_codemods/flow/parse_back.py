"""Code that reads frames again: where the text of a stream is searched, cut or parsed.

Whose frames it reads is another question: those of a producer of the project, or of another service.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..frames.carriers import PARSING_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..reading.scopes import ScopeTree

READS = re.compile(r"\A\^?(?:data|event|id|retry):|\[DONE\]|[\r\n(]\^?(?:data|event):")
DATA_URL = re.compile(r"\A\^?data:[a-z]+/")  # https://www.rfc-editor.org/rfc/rfc2397
DATA_STARTS = {5, 6}  # behind `data:`, with the blank or without


def parse_backs(tree: ScopeTree) -> list[ast.expr]:
    """Return the expressions of a file that read the text of frames, in order; of nested ones the outermost."""
    found = dict.fromkeys([*_by_literal(tree), *_by_position(tree)])
    inner = {node for node in found if not found.keys().isdisjoint(tree.ancestors(node))}
    return sorted(found.keys() - inner, key=lambda node: (node.lineno, node.col_offset))


def item_read_by(node: ast.expr) -> ast.Name | None:
    """Return the name whose text *node* reads; None if it reads another kind of expression."""
    match node:
        case ast.Name():
            return node
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re" | "json")), args=[*_, text]):
            return item_read_by(text)
        case ast.Call(func=ast.Attribute(value=inner, attr=attr)) if attr != "loads":
            return item_read_by(inner)
        case ast.Call(func=ast.Name(), args=[text, *_]):
            return item_read_by(text)
        case ast.Compare(left=ast.Constant(), comparators=[text]):
            return item_read_by(text)
        case ast.Compare(left=text):
            return item_read_by(text)
        case ast.Subscript(value=inner) | ast.Attribute(value=inner):
            return item_read_by(inner)
    return None


def _by_literal(tree: ScopeTree) -> Iterator[ast.expr]:
    """Give the searches and comparisons with a literal that only frames have."""
    for constant in tree.strings:
        value = constant.value
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if READS.search(text) and not DATA_URL.match(text):
            parent = tree.parent_of[constant]
            if isinstance(parent, (ast.Tuple, ast.List, ast.Set)):
                parent = tree.parent_of[parent]
            if _is_reading(parent, constant):
                assert isinstance(parent, ast.expr)
                yield parent


def _is_reading(node: ast.AST, literal: ast.expr) -> bool:
    match node:
        case ast.Compare():
            return True
        case ast.Call(func=ast.Attribute(value=searched, attr=attr)):
            return attr in PARSING_METHODS and searched is not literal
    return False


def _by_position(tree: ScopeTree) -> Iterator[ast.expr]:
    """Give the calls such as `json.loads(item[6:])`."""
    for load in [*tree.attribute_loads.get("loads", ()), *tree.name_loads.get("loads", ())]:
        call = tree.parent_of[load]
        if not isinstance(call, ast.Call) or call.func is not load:
            continue
        if any(map(_is_cut, ast.walk(call))):
            yield call


def _is_cut(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(slice=ast.Slice(lower=ast.Constant(value=int(start)), upper=None)):
            return start in DATA_STARTS
        case ast.Subscript(slice=ast.Slice(lower=ast.Call(func=ast.Name(id="len"), args=[ast.Constant(value=str(text))]))):  # fmt: skip
            return READS.search(text) is not None
    return False
