"""Which contract writes a chunk expression."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..frames.chunk_roots import contracts_named
from ..reading.resolution import Function
from .callers import boundary_around
from .contract_import import constant_behind, constant_of_decorator, seen_constant
from .producers import Producer

if TYPE_CHECKING:
    from ..reading.facts import FileFacts
    from ..reading.loads import LoadFinder
    from .contract_import import Constant


def constant_that_writes(root: ast.expr, file: FileFacts, finder: LoadFinder) -> Constant | None:
    """Return the contract that *root* encodes itself with, else that of its function; None if that cannot be told."""
    named = contracts_named(root)
    if named:
        around = file.tree.scope_of[root]
        constants = {seen_constant(name, around, file, finder.resolver) for name in named}
        return constants.pop() if len(constants) == 1 else None
    scope = file.tree.scope_of[root].function
    if scope is None or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    producer = Producer(file, scope.node, scope)
    if producer.is_decorated:
        return constant_of_decorator(producer, finder.resolver)
    return _of_boundaries(Function(file, scope.node), finder)


def _of_boundaries(function: Function, finder: LoadFinder) -> Constant | None:
    """Return the contract of the boundaries around the calls of *function*, if it is the same for all."""
    loads = finder.loads_of(function).certain
    boundaries = [(load, boundary_around(load, finder.resolver)) for load in loads]
    constants = {
        constant_behind(boundary, load.file, finder.resolver)
        for load, boundary in boundaries
        if boundary is not None
    }
    return constants.pop() if len(constants) == 1 else None
