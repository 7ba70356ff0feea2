"""Which statement stands right before another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from .purity import is_effectless

if TYPE_CHECKING:
    from .scopes import ScopeTree


Assignment: TypeAlias = ast.Assign | ast.AnnAssign


def assignment_before(load: ast.Name, name: str, tree: ScopeTree) -> Assignment | None:
    """Return the statement `name = ...` right before the statement of *load*, in the same block."""
    statement = next(node for node in tree.ancestors(load) if isinstance(node, ast.stmt))
    return assignment_before_statement(statement, name, tree)


def assignment_before_statement(
    statement: ast.stmt, name: str, tree: ScopeTree
) -> Assignment | None:
    """Return the statement `name = ...` right before *statement*, in the same block."""
    parent = tree.parent_of.get(statement)
    if (
        not isinstance(statement, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign))
        or parent is None
    ):
        return None
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and statement in statements:
            index = statements.index(statement)
            previous = statements[index - 1] if index else None
            if isinstance(previous, (ast.Assign, ast.AnnAssign)) and bound_by(previous) == name:
                return previous
    return None


def bindings_before(load: ast.Name, tree: ScopeTree) -> set[ast.stmt]:
    """Return the statements one of which binds the name of *load* right before its statement; none if that is not certain.

    They stand right before it in the same block, or each at the end of a branch there.
    """
    statement = next(node for node in tree.ancestors(load) if isinstance(node, ast.stmt))
    if not isinstance(statement, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign)):
        return set()
    for block in blocks_of(tree.parent_of[statement]):
        if statement in block and block.index(statement):
            return _last_bindings(block[block.index(statement) - 1], load.id)
    return set()


def _last_bindings(statement: ast.stmt, name: str) -> set[ast.stmt]:
    """Return the statements that bind *name* at the end of each branch of *statement*; none if a branch does not end so."""
    if isinstance(statement, ast.If):
        ends = [
            _last_bindings(block[-1], name) if block else set()
            for block in (statement.body, statement.orelse)
        ]
        return ends[0] | ends[1] if all(ends) else set()
    binds_it = isinstance(statement, (ast.Assign, ast.AnnAssign)) and bound_by(statement) == name
    return {statement} if binds_it else set()


def blocks_of(node: ast.AST) -> list[list[ast.stmt]]:
    """Return the blocks of statements that *node* holds."""
    blocks = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    return [block for block in blocks if isinstance(block, list)]


def bound_by(statement: Assignment) -> str | None:
    """Return the one name that *statement* gives a value, None if it does more or less."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    only = targets[0] if len(targets) == 1 and statement.value is not None else None
    return only.id if isinstance(only, ast.Name) else None


def always_leaves(block: list[ast.stmt]) -> bool:
    """Return whether no way through *block* comes to its end: each one returns or raises."""
    match block[-1] if block else None:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            return always_leaves(body) and always_leaves(orelse)
        case ast.Try(body=body, orelse=orelse, handlers=handlers):
            branches = [orelse or body, *(handler.body for handler in handlers)]
            return all(map(always_leaves, branches))
    return False


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


def runs_first(node: ast.expr, tree: ScopeTree) -> bool:
    """Return whether nothing that has an effect runs in the statement of *node* before it does."""
    child: ast.AST = node
    for parent in tree.ancestors(node):
        for other in ast.iter_child_nodes(
            parent
        ):  # fields stand in the order in which they are evaluated
            if other is child:
                break
            if not is_effectless(other.value if isinstance(other, ast.keyword) else other):
                return False
        if isinstance(parent, ast.stmt):
            break
        child = parent
    return True
