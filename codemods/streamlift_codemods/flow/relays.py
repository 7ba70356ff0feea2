"""Relays: generators that pass the items of a producer on, and what becomes of their loops."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..frames.sites import CHUNK
from .item_uses import NeedsText, Use, rewritten_use

if TYPE_CHECKING:
    from ..reading.facts import FileFacts
    from ..reading.scopes import Scope, ScopeTree
    from .item_uses import Items

Loop = ast.For | ast.AsyncFor
CLOSING = {"contextlib.closing", "contextlib.aclosing"}


@dataclass(frozen=True)
class Relay:
    """A place where a generator passes the items of a producer on.

    Attributes:
        scope: The generator's scope.
        call: The call of the producer.
        passed: The expressions that are yielded: the items, or the call behind `yield from`.
        uses: The uses of the items that are written anew.
    """

    scope: Scope
    call: ast.Call
    passed: tuple[ast.expr, ...]
    uses: tuple[Use, ...]


def iteration_of(load: ast.expr, file: FileFacts) -> Loop | ast.YieldFrom | None:
    """Return the loop over the call of *load*, or the `yield from`, if that is in a generator function."""
    call = file.tree.parent_of[load]
    called = isinstance(call, ast.Call) and call.func is load
    return iteration_over(call, file) if isinstance(call, ast.Call) and called else None


def iteration_over(call: ast.Call, file: FileFacts) -> Loop | ast.YieldFrom | None:
    """Return the loop over *call*, or the `yield from`, if that is in a generator function.

    A variable may hold the call's iterator, if nothing but the loop reads it.
    """
    tree = file.tree
    scope = tree.scope_of[call]
    if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)) or not scope.yields:
        return None
    source = _only_use(call, file) or call
    parent = tree.parent_of[source]
    if isinstance(parent, ast.YieldFrom):
        return parent
    if isinstance(parent, (ast.For, ast.AsyncFor)) and parent.iter is source:
        return parent
    return None


def _only_use(call: ast.Call, file: FileFacts) -> ast.Name | None:
    """Return the one load that iterates the variable which holds the iterator that *call* makes."""
    tree = file.tree
    name = _variable_of(call, file)
    scope = tree.scope_of[call]
    if name is None or len(scope.bindings[name.id]) != 1 or scope.owner_of(name.id) is not scope:
        return None
    loads = [each for each in tree.loads_of(name.id, scope) if not _is_closed(each, tree)]
    return loads[0] if len(loads) == 1 and tree.scope_of[loads[0]] is scope else None


def _variable_of(call: ast.Call, file: FileFacts) -> ast.Name | None:
    """Return the variable that holds what *call* gives: it is assigned, or closed at the end of a `with`."""
    parent = file.tree.parent_of[call]
    match parent:
        case ast.Assign(targets=[ast.Name() as name]):
            return name
        case ast.Call() if file.tree.qualified_name(parent.func) in CLOSING:
            match file.tree.parent_of[parent]:
                case ast.withitem(optional_vars=ast.Name() as name):
                    return name
    return None


def _is_closed(load: ast.Name, tree: ScopeTree) -> bool:
    """Whether *load* only closes the iterator, as its boundary does too."""
    attribute = tree.parent_of[load]
    call = tree.parent_of[attribute]
    closes = isinstance(attribute, ast.Attribute) and attribute.attr in {"close", "aclose"}
    return closes and isinstance(call, ast.Call) and call.func is attribute


def read_relay(
    iteration: Loop | ast.YieldFrom, call: ast.Call, items: Items, file: FileFacts
) -> Relay:
    """Return the relay that *iteration*, over the *items* of *call*, is.

    Raises:
        NeedsText: If it does something with the items that only text allows.
    """
    tree = file.tree
    scope = tree.scope_of[iteration]
    if isinstance(iteration, ast.YieldFrom):
        return Relay(scope, call, (call,), ())
    passed: list[ast.expr] = []
    uses: list[Use] = []
    for load in _loads_of_item(iteration, scope, tree):
        if isinstance(tree.parent_of[load], ast.Yield):
            passed.append(load)
        elif use := rewritten_use(load, items, file):
            uses.append(use)
    if not passed:
        raise NeedsText("relay-text")
    names = [binding.qualified for name in file.chunk_names for binding in scope.bindings_of(name)]
    if not all(map(file.is_chunk, names)) and any(CHUNK in use.text for use in uses):
        raise NeedsText("name-collision")
    return Relay(scope, call, tuple(passed), tuple(dict.fromkeys(uses)))


def _loads_of_item(loop: Loop, scope: Scope, tree: ScopeTree) -> list[ast.Name]:
    """Return the loads of the item of *loop*: all that its variable has in the loop's body.

    Others may bind the variable elsewhere, if what they bind and what the loop binds never mix.

    Raises:
        NeedsText: If an item may be seen from elsewhere, or something else within the loop.
    """
    if not isinstance(loop.target, ast.Name):
        raise NeedsText("relay-text")
    name = loop.target.id
    inside = _body(loop)
    binders = [binding.node for binding in scope.bindings[name]]
    rebound = any(node in inside or tree.scope_of[node] is not scope for node in binders)
    if rebound or scope.owner_of(name) is not scope:
        raise NeedsText("relay-text")
    others = [_body(node) for node in binders if isinstance(node, Loop) and node is not loop]
    apart = [body for body in others if loop not in body]
    found = []
    for load in tree.loads_of(name, scope):
        if tree.scope_of[load] is not scope:
            raise NeedsText("relay-text")  # it may be read at any time
        if load in inside:
            found.append(load)
        elif not any(load in body for body in apart):
            raise NeedsText("relay-text")  # it is kept for later
    return found


def _body(loop: Loop) -> set[ast.AST]:
    return {node for statement in loop.body for node in ast.walk(statement)}
