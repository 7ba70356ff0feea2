"""Which statement stands right before another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import ScopeTree


def assignment_before(load: ast.Name, name: str, tree: ScopeTree) -> ast.Assign | None:
    """Return the statement `name = ...` right before the statement of *load*, in the same block."""
    statement = next(node for node in tree.ancestors(load) if isinstance(node, ast.stmt))
    return assignment_before_statement(statement, name, tree)


def assignment_before_statement(
    statement: ast.stmt, name: str, tree: ScopeTree
) -> ast.Assign | None:
    """Return the statement `name = ...` right before *statement*, in the same block."""
    parent = tree.parent_of.get(statement)
    if not isinstance(statement, (ast.Expr, ast.Return, ast.Assign)) or parent is None:
        return None
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and statement in statements:
            index = statements.index(statement)
            previous = statements[index - 1] if index else None
            if isinstance(previous, ast.Assign) and _binds_only(previous, name):
                return previous
    return None


def _binds_only(statement: ast.Assign, name: str) -> bool:
    target = statement.targets[0]
    return len(statement.targets) == 1 and isinstance(target, ast.Name) and target.id == name


def runs_before(statement: ast.stmt, place: ast.AST, tree: ScopeTree) -> bool:
    """Return whether *statement* has certainly run when *place* is reached: it stands earlier in a block around it."""
    around = [place, *tree.ancestors(place)]
    parent = tree.parent_of[statement]
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and statement in statements:
            later = statements[statements.index(statement) + 1 :]
            return any(node in later for node in around)
    return False
