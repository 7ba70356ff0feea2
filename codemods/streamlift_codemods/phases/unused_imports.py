"""Imports whose last use went with what a phase changed."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from ..reading.scopes import ScopeTree
from ..reading.source import parse_source
from ..rewriting.edits import apply_edits
from ..rewriting.imports import remove_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..reading.source import SourceFile

Bound = tuple[str, ast.Import | ast.ImportFrom]


def without_unused_imports(
    source: SourceFile, raw: bytes, unused: Callable[[ScopeTree], Iterable[Bound]]
) -> bytes:
    """Return *raw*, the new bytes of *source*, without the names, and the imports of them, that *unused* gives.

    A package's `__init__.py` imports for others; and no block is left empty.
    """
    if source.path.name == "__init__.py":
        return raw
    after = parse_source(raw, source.path, source.name)
    tree = ScopeTree(after.tree)
    names: dict[ast.Import | ast.ImportFrom, set[str]] = defaultdict(set)
    for name, statement in unused(tree):
        names[statement].add(name)
    edits = [
        edit
        for statement, gone in names.items()
        if not _is_alone(statement, tree)
        for edit in remove_names(after, statement, gone)
    ]
    return after.encode(apply_edits(after.text, edits, after.newline)) if edits else raw


def _is_alone(statement: ast.stmt, tree: ScopeTree) -> bool:
    """Whether *statement* is all that its block holds, so that taking it away leaves no block."""
    blocks = [
        getattr(tree.parent_of[statement], name, None) for name in ("body", "orelse", "finalbody")
    ]
    return [statement] in blocks
