"""How a module begins: its docstring, and the imports below it."""

from __future__ import annotations

import ast
from itertools import groupby

ImportNode = ast.Import | ast.ImportFrom


def header_imports(tree: ast.Module) -> list[ImportNode]:
    """Return the imports at the top of the module, up to the first other statement.

    Where a star import comes later, which may hide all that is imported before it: those around that.
    """
    body = tree.body[1:] if is_docstring_first(tree) else tree.body
    runs = [
        [node for node in run if isinstance(node, (ast.Import, ast.ImportFrom))]
        for _, run in groupby(body, key=lambda node: isinstance(node, (ast.Import, ast.ImportFrom)))
    ]
    late = [run for run in runs if any(node.names[0].name == "*" for node in run)]
    return late[-1] if late else runs[0] if runs else []


def imported_modules(node: ImportNode) -> list[str]:
    """Return the modules that *node* imports, or imports from, by their full names; none if it is relative."""
    if isinstance(node, ast.ImportFrom):
        return [node.module] if node.module and not node.level else []
    return [alias.name for alias in node.names]


def is_docstring(statement: ast.stmt) -> bool:
    """Return whether *statement* is a string that stands alone."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def is_docstring_first(tree: ast.Module) -> bool:
    """Return whether the module has a docstring."""
    return bool(tree.body) and is_docstring(tree.body[0])
