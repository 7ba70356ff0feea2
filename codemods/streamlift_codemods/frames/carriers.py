"""How a frame leaves the code that builds it: the carrier of an expression."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..reading.scopes import ScopeTree

PARSING_METHODS = {
    "startswith", "endswith", "removeprefix", "removesuffix", "split", "rsplit", "partition", "rpartition", "strip",
    "lstrip", "rstrip", "replace", "find", "rfind", "index", "count", "match", "search", "fullmatch", "compile", "sub",
}  # fmt: skip
LOGGING_METHODS = {
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
    "log",
    "print",
    "echo",
}
CALL_CARRIERS = {
    "put": "queue", "put_nowait": "queue", "append": "list", "appendleft": "list", "extend": "list", "insert": "list",
    "write": "writer", "send": "writer", "send_text": "writer", "send_bytes": "writer", "sendall": "writer",
    "publish": "publish", "xadd": "publish", "iter": "list",
}  # fmt: skip
NOT_SSE = {
    "docstring",
    "comparison",
    "parsing",
    "log",
    "annotation",
    "subscript",
    "statement",
    "documentation",
}
# What OpenAPI and its like call a text that people read.
DOCUMENTATION_KEYS = {"example", "examples", "openapi_examples", "value", "description", "summary"}
EVENT_STREAM = "text/event-stream"
DOCUMENTATION_CALLS = {"responses", "openapi_extra", *DOCUMENTATION_KEYS} - {"value"}


@dataclass(frozen=True)
class Carrier:
    """Where an expression goes.

    Attributes:
        name: `yield`, `return`, `variable`, `queue`, ...
        node: The node that takes it, such as the `ast.Yield`.
        statement: The statement that all of this stands in.
    """

    name: str
    node: ast.AST
    statement: ast.stmt | None


def carrier_of(node: ast.expr, tree: ScopeTree) -> Carrier:
    """Return where the value of *node* goes, seen through conditional expressions."""
    child: ast.AST = node
    parent = tree.parent_of[node]
    while isinstance(parent, ast.IfExp) and child is not parent.test:
        child, parent = parent, tree.parent_of[parent]
    statement = next(
        (n for n in [parent, *tree.ancestors(parent)] if isinstance(n, ast.stmt)), None
    )
    name = "documentation" if _is_documentation(node, tree) else _name(child, parent, tree)
    return Carrier(name, parent, statement)


def _name(child: ast.AST, parent: ast.AST, tree: ScopeTree) -> str:  # noqa: C901, PLR0912 - a table of node types
    match parent:
        case ast.Yield():
            return "yield"
        case ast.Return():
            return "return"
        case ast.Assign(targets=[ast.Name()]) | ast.AnnAssign(target=ast.Name()) if (
            child is parent.value
        ):
            return "variable" if tree.scope_of[parent].function else "constant"
        case ast.Assign() | ast.NamedExpr() | ast.AnnAssign() if child is parent.value:
            return "assignment"
        case ast.AugAssign():
            return "accumulated"
        case ast.Expr():
            return "docstring" if isinstance(child, ast.Constant) else "statement"
        case ast.Compare() | ast.MatchValue():
            return "comparison"
        case ast.Call():
            return _call_carrier(child, parent)
        case ast.keyword():
            call = tree.parent_of[parent]
            return _call_carrier(child, call) if isinstance(call, ast.Call) else "argument"
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
            return "comparison" if isinstance(tree.parent_of[parent], ast.Compare) else "container"
        case ast.Lambda():
            return "lambda" if child is parent.body else "default"
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            return "comprehension"
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = (*parent.args.defaults, *parent.args.kw_defaults)
            return "default" if child in defaults else "annotation"
        case ast.Subscript():
            return "subscript"
        case ast.AnnAssign():
            return "annotation"
    return "expression"


def _is_documentation(node: ast.expr, tree: ScopeTree) -> bool:
    """Whether *node* is an example or a description for people: within `responses=`, or a decorator's."""
    keys: set[object] = set()
    child: ast.AST = node
    for parent in tree.ancestors(node):
        match parent:
            case ast.Dict():
                keys |= {
                    getattr(key, "value", None)
                    for key, value in zip(parent.keys, parent.values, strict=True)
                    if value is child
                }
                if EVENT_STREAM in keys and keys & DOCUMENTATION_KEYS:
                    return True
            case ast.keyword(arg=str(name)) if name in DOCUMENTATION_CALLS:
                return name in DOCUMENTATION_KEYS or bool(keys & DOCUMENTATION_KEYS)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return child in parent.decorator_list and bool(keys & DOCUMENTATION_KEYS)
            case ast.stmt() | ast.Lambda():
                return False
        child = parent
    return False


def _call_carrier(child: ast.AST, call: ast.Call) -> str:
    function = call.func
    name = (
        function.attr
        if isinstance(function, ast.Attribute)
        else function.id
        if isinstance(function, ast.Name)
        else ""
    )
    if child is function:
        return "expression"
    if name in PARSING_METHODS and isinstance(function, ast.Attribute):
        return "parsing"
    if name in LOGGING_METHODS:
        return "log"
    if name.endswith("Response"):
        return "response"
    return CALL_CARRIERS.get(name, "argument")
