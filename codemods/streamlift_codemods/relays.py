"""Relays: generators that pass the items of a producer on, and what becomes of their loops."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .item_uses import NeedsText, Use, rewritten_use
from .sites import CHUNK, CHUNK_ORIGIN

if TYPE_CHECKING:
    from .facts import FileFacts
    from .item_uses import Items
    from .scopes import Scope

Loop = ast.For | ast.AsyncFor


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
    tree = file.tree
    call = tree.parent_of[load]
    if not isinstance(call, ast.Call) or call.func is not load:
        return None
    parent = tree.parent_of[call]
    iterates = isinstance(parent, ast.YieldFrom) or (
        isinstance(parent, (ast.For, ast.AsyncFor)) and parent.iter is call
    )
    scope = tree.scope_of[call]
    if not iterates or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    assert isinstance(parent, (ast.For, ast.AsyncFor, ast.YieldFrom))
    return parent if scope.yields else None


def read_relay(iteration: Loop | ast.YieldFrom, items: Items, file: FileFacts) -> Relay:
    """Return the relay that *iteration*, over *items*, is.

    Raises:
        NeedsText: If it does something with the items that only text allows.
    """
    tree = file.tree
    scope = tree.scope_of[iteration]
    if isinstance(iteration, ast.YieldFrom):
        assert isinstance(iteration.value, ast.Call)
        return Relay(scope, iteration.value, (iteration.value,), ())
    call, target = iteration.iter, iteration.target
    assert isinstance(call, ast.Call)
    if not isinstance(target, ast.Name) or [b.node for b in scope.bindings[target.id]] != [
        iteration
    ]:
        raise NeedsText("relay-text")
    passed: list[ast.expr] = []
    uses: list[Use] = []
    inside = {node for statement in iteration.body for node in ast.walk(statement)}
    for load in tree.loads_of(target.id, scope):
        if load not in inside or tree.scope_of[load] is not scope:
            raise NeedsText("relay-text")  # it is kept for later
        if isinstance(tree.parent_of[load], ast.Yield):
            passed.append(load)
        elif use := rewritten_use(load, items, file):
            uses.append(use)
    if not passed:
        raise NeedsText("relay-text")
    names = {binding.qualified for binding in scope.bindings_of(CHUNK)} - CHUNK_ORIGIN
    if names and any(CHUNK in use.text for use in uses):
        raise NeedsText("name-collision")
    return Relay(scope, call, tuple(passed), tuple(dict.fromkeys(uses)))
