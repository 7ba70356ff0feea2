"""What phase 1 writes: `wire = begin(SSE)` and `wire.either(<frame>, wire.on and <chunk>)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import Scope, ScopeTree

LEGACY = "streamlift_legacy"
BEGIN = f"{LEGACY}.begin"
CHUNK_METHODS = {"of", "raw", "comment", "done"}
WITH_CONTRACT = 3
# What the arguments of a chunk are made of: names of what the frame has made, and what never changes.
PLAIN = (
    ast.Constant,
    ast.Name,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.BinOp,
    ast.BoolOp,
    ast.UnaryOp,
    ast.IfExp,
    ast.Compare,
    ast.expr_context,
    ast.operator,
    ast.boolop,
    ast.unaryop,
    ast.cmpop,
)


@dataclass(frozen=True, eq=False)
class Scaffold:
    """What phase 1 wrote in one function.

    Attributes:
        scope: The function.
        begin: The statement that binds the wire.
        wire: The name of the wire.
        eithers: The calls that have a frame, and a chunk beside it.
        others: How often the wire is used in another way.
    """

    scope: Scope
    begin: ast.Assign
    wire: str
    eithers: list[ast.Call] = field(default_factory=list)
    others: int = 0

    @property
    def frames(self) -> list[ast.expr]:
        """The frame of each of its calls."""
        return [call.args[0] for call in self.eithers if call.args]

    @property
    def contracts(self) -> list[ast.Name]:
        """The contracts that it names."""
        assert isinstance(self.begin.value, ast.Call)
        given = [
            *self.begin.value.args[:1],
            *(call.args[2] for call in self.eithers if call.args[2:]),
        ]
        return [node for node in given if isinstance(node, ast.Name)]

    @property
    def is_plain(self) -> bool:
        """Whether all of it has the form in which phase 1 writes it."""
        names = len(self.contracts) == 1 + sum(len(c.args) == WITH_CONTRACT for c in self.eithers)
        return names and not self.others and all(self._is_plain(call) for call in self.eithers)

    def _is_plain(self, call: ast.Call) -> bool:
        match call:
            case ast.Call(
                args=[
                    _,
                    ast.BoolOp(
                        op=ast.And(),
                        values=[
                            ast.Attribute(value=ast.Name(id=self.wire), attr="on"),
                            ast.Call(
                                func=ast.Attribute(value=ast.Name(id="StreamingChunk"), attr=method)
                            ) as chunk,
                        ],
                    ),
                    *_,
                ],
                keywords=[],
            ) if method in CHUNK_METHODS and len(call.args) <= WITH_CONTRACT:
                given = [*chunk.args, *(each.value for each in chunk.keywords)]
                return all(map(_is_plain_argument, given))
        return False


def _is_plain_argument(node: ast.expr) -> bool:
    """Whether *node* is made of names and of what never changes; a display has nothing else in it."""
    if isinstance(node, (ast.Dict, ast.List)):
        inside = (
            [*filter(None, node.keys), *node.values] if isinstance(node, ast.Dict) else node.elts
        )
        spread = isinstance(node, ast.Dict) and None in node.keys
        return not spread and all(
            isinstance(each, ast.Constant)
            or (isinstance(each, (ast.Dict, ast.List, ast.UnaryOp)) and _is_plain_argument(each))
            for each in inside
        )
    return all(isinstance(each, PLAIN) for each in ast.walk(node))


def find_scaffolds(tree: ScopeTree) -> list[Scaffold]:
    """Return what phase 1 wrote in each function of the file, in order."""
    found = []
    for name, bindings in tree.module.bindings.items():
        if any(binding.qualified == BEGIN for binding in bindings):
            found += [_scaffold(load, tree) for load in tree.name_loads.get(name, ())]
    return [each for each in found if each is not None]


def _scaffold(load: ast.Name, tree: ScopeTree) -> Scaffold | None:
    """Return the scaffold of the function that *load*, a name of `begin`, stands in."""
    call = tree.parent_of[load]
    statement = tree.parent_of.get(call)
    scope = tree.scope_of[load]
    if tree.qualified_name(load) != BEGIN or scope.function is not scope:
        return None
    match statement:
        case ast.Assign(targets=[ast.Name(id=wire)], value=ast.Call(func=function, args=[_])) if (
            function is load
        ):
            is_bound_once = len(scope.bindings[wire]) == 1
            eithers, others = _uses(wire, scope, tree)
            return Scaffold(scope, statement, wire, eithers, others + (not is_bound_once))
    return None


def _uses(wire: str, scope: Scope, tree: ScopeTree) -> tuple[list[ast.Call], int]:
    """Return the calls of `either`, and how often *wire* is used in another way."""
    calls: list[ast.Call] = []
    others = 0
    for load in tree.loads_of(wire, scope):
        method = tree.parent_of[load]
        call = tree.parent_of[method]
        match method, call:
            case ast.Attribute(attr="either"), ast.Call(func=function) if function is method:
                assert isinstance(call, ast.Call)
                calls.append(call)
            case ast.Attribute(attr="on"), ast.BoolOp(op=ast.And()):
                outer = tree.parent_of[call]
                beside = isinstance(outer, ast.Call) and call in outer.args[1:2]
                others += not beside
            case _:
                others += 1
    return calls, others
