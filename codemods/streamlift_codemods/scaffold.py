"""What phase 1 writes: `wire = begin(SSE)` and `wire.either(<frame>, wire.on and <chunk>)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import Scope, ScopeTree

LEGACY = "streamlift_legacy"
BEGIN = f"{LEGACY}.begin"


@dataclass(frozen=True, eq=False)
class Scaffold:
    """What phase 1 wrote in one function.

    Attributes:
        scope: The function.
        begin: The statement that binds the wire.
        wire: The name of the wire.
        eithers: The calls that have a frame, and a chunk beside it.
    """

    scope: Scope
    begin: ast.Assign
    wire: str
    eithers: list[ast.Call] = field(default_factory=list)

    @property
    def frames(self) -> list[ast.expr]:
        """The frame of each of its calls."""
        return [call.args[0] for call in self.eithers if call.args]


def find_scaffolds(tree: ScopeTree) -> list[Scaffold]:
    """Return what phase 1 wrote in each function of the file."""
    found = []
    for name, bindings in tree.module.bindings.items():
        if any(binding.qualified == BEGIN for binding in bindings):
            found += [_scaffold(load, tree) for load in tree.name_loads.get(name, ())]
    return [each for each in found if each is not None]


def _scaffold(load: ast.Name, tree: ScopeTree) -> Scaffold | None:
    """Return the scaffold of the function that *load*, a name of `begin`, stands in."""
    match tree.parent_of[load]:
        case ast.Call(func=function) as call if function is load:
            statement = tree.parent_of[call]
        case _:
            return None
    scope = tree.scope_of[load]
    if tree.qualified_name(load) != BEGIN or scope.function is not scope:
        return None
    match statement:
        case ast.Assign(targets=[ast.Name(id=wire)]):
            return Scaffold(scope, statement, wire, _eithers(wire, scope, tree))
    return None


def _eithers(wire: str, scope: Scope, tree: ScopeTree) -> list[ast.Call]:
    calls = []
    for load in tree.loads_of(wire, scope):
        method = tree.parent_of[load]
        call = tree.parent_of[method]
        is_called = isinstance(call, ast.Call) and call.func is method
        if is_called and isinstance(method, ast.Attribute) and method.attr == "either":
            assert isinstance(call, ast.Call)
            calls.append(call)
    return calls
