"""The uses of what goes away again."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.scaffold import LEGACY

if TYPE_CHECKING:
    from ..plan import Plan
    from ..reading.facts import FileFacts

BY_HAND = {
    "begin": "streamlift migrate --phase 2 takes it away",
    "adapt": "let the source yield chunks, and write SSE.chunks(...) in its place",
}
LAST = "take it away with the last begin(...)"


@dataclass(frozen=True)
class ShimUse:
    """A use of what goes away again.

    Attributes:
        file: Where it is.
        node: The name, or the import of it if nothing loads it.
        name: What is used, such as `begin`.
    """

    file: FileFacts
    node: ast.expr | ast.stmt
    name: str

    @property
    def by_hand(self) -> str:
        """What becomes of it."""
        return BY_HAND.get(self.name, LAST)


def shim_uses(plan: Plan) -> list[ShimUse]:
    """Return the uses in the selected files of *plan*, in order of file and line."""
    project = plan.facts.project
    names = sorted(project.mentioning({LEGACY})[LEGACY] & project.selected)
    files = [file for name in names if (file := plan.facts.load(name)) is not None]
    return [use for file in files for use in _uses_in(file)]


def _uses_in(file: FileFacts) -> list[ShimUse]:
    found: list[ShimUse] = []
    for node in file.tree.imports:
        modules = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
        if not any(module.split(".")[0] == LEGACY for module in modules):
            continue
        scope = file.tree.scope_of[node]
        bound = {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        for name, original in bound.items():
            loads = file.tree.loads_of(name, scope)
            uses: list[ast.expr | ast.stmt] = [_whole(load, file) for load in loads]
            uses = uses or [node]
            shown = [each.attr if isinstance(each, ast.Attribute) else original for each in uses]
            found += [ShimUse(file, each, what) for each, what in zip(uses, shown, strict=True)]
    return sorted(found, key=lambda use: (use.node.lineno, use.node.col_offset))


def _whole(load: ast.Name, file: FileFacts) -> ast.expr:
    """Return `streamlift_legacy.begin` of the *load* of the module."""
    parent = file.tree.parent_of[load]
    return parent if isinstance(parent, ast.Attribute) and load.id == LEGACY else load
