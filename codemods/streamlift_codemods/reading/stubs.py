"""Functions that only declare something: those of protocols and abstract classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import FunctionNode


def is_stub(node: FunctionNode) -> bool:
    """Return whether the body of *node* does nothing but refuse."""
    return all(map(_is_inert, node.body))


def _is_inert(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Raise() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Yield(value=None | ast.Constant(value="" | b"" | None))):
            return True  # it makes a generator of the function
        case ast.Return(value=None | ast.Constant(value=None)):
            return True
        case ast.If(test=ast.Constant(value=False), orelse=[]):
            return True
    return False
