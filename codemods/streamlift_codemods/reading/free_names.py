"""Names that are free in a function, for what phase 1 binds there."""

from __future__ import annotations

import ast
from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .scopes import FunctionNode


class FreeNames:
    """The names that nothing in *function* mentions, not even a function inside of it."""

    def __init__(self, function: FunctionNode) -> None:
        self.taken = {name for node in ast.walk(function) for name in _mentioned(node)}

    def wire(self) -> str:
        """Return the name for what `begin` returns."""
        return self.take(chain(("wire",), (f"wire_{number}" for number in count(2))))

    def values(self, number: int) -> list[str]:
        """Return *number* names for values of a frame; they stay free until `take_all`."""
        free = (name for name in (f"v{n}" for n in count()) if name not in self.taken)
        return [next(free) for _ in range(number)]

    def take_all(self, names: Iterable[str]) -> None:
        """Let none of *names* be free any more."""
        self.taken |= {*names}

    def take(self, candidates: Iterable[str]) -> str:
        name = next(name for name in candidates if name not in self.taken)
        self.taken.add(name)
        return name


def _mentioned(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Constant(value=str(name)):
            return [name]  # a string may be looked up
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.alias(name=name, asname=asname):
            return [asname or name.partition(".")[0]]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return names
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return [name]
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
    return []
