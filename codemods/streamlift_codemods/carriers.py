"""How a frame leaves the code that builds it: the carrier of an expression."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import ScopeTree

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
    "default",
    "annotation",
    "subscript",
    "statement",
    "import",
}
TEST_FILE = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")


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
    return Carrier(_name(child, parent, tree), parent, statement)


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
        case ast.Compare():
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
            return "annotation" if child is parent.returns else "default"
        case ast.Subscript():
            return "subscript"
        case ast.arg() | ast.AnnAssign():
            return "annotation"
    return "expression"


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
    if name in PARSING_METHODS:
        return "parsing"
    if name in LOGGING_METHODS:
        return "log"
    if name.endswith("Response"):
        return "response"
    return CALL_CARRIERS.get(name, "argument")
