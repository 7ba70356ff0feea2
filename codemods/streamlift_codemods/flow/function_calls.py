"""Where a function of the project is called, in any file, and whether a name there certainly is it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..frames.bindings import is_bound_by_now
from ..reading.facts import names_member
from ..reading.resolution import Function
from ..reading.scopes import root_name

if TYPE_CHECKING:
    from ..frames.sites import Site
    from ..reading.facts import FileFacts
    from ..reading.loads import LoadFinder
    from ..reading.scopes import FunctionNode, ScopeTree


class FunctionCalls:
    """What is known of the calls of functions.

    Args:
        finder: Finds the loads of functions.
    """

    def __init__(self, finder: LoadFinder) -> None:
        self.finder = finder
        self._replaced: dict[str, bool] = {}

    def elsewhere(
        self, node: FunctionNode, home: FileFacts
    ) -> list[tuple[FileFacts, ast.Call, bool]]:
        """Return the calls of *node*, a function of *home*, in other files, and whether it can be no other function."""
        function = Function(home, node)
        if home.tree.scope_of[node] is not home.tree.module:
            return []
        loads = [load for load in self.finder.loads_of(function).certain if load.file is not home]
        calls = [(load, load.file.tree.parent_of[load.node]) for load in loads]
        return [
            (load.file, call, load.meaning == {function})
            for load, call in calls
            if isinstance(call, ast.Call) and call.func is load.node
        ]

    def is_replaced(self, name: str) -> bool:
        """Whether something replaces the function: an assignment to the attribute, or `mock.patch` and its like."""
        if name not in self._replaced:
            resolver = self.finder.resolver
            files = [resolver.facts.load(other) for other in sorted(resolver.files_with(name))]
            self._replaced[name] = any(file and _replaces(file.tree, name) for file in files)
        return self._replaced[name]


def is_bound_once(call: Site, file: FileFacts, home: FileFacts) -> bool:
    """Whether the function in *home*, and the name that *call* has for it, are bound once, and by then."""
    assert isinstance(call.node, ast.Call)
    assert call.helper is not None
    root = root_name(call.node.func)
    here = call.scope.bindings_of(root.id) if root is not None else []
    there = home.tree.scope_of[call.helper].bindings[call.helper.name]
    once = len(here) == len(there) == 1
    return once and is_bound_by_now(call.node, call.node, file.tree, call.scope)


def _replaces(tree: ScopeTree, name: str) -> bool:
    multiple = [tree.parent_of[load] for load in tree.attribute_loads.get("multiple", ())]
    keywords = {
        keyword.arg for call in multiple if isinstance(call, ast.Call) for keyword in call.keywords
    }
    return (
        name in keywords
        or names_member(tree, name)
        or any(not isinstance(node.ctx, ast.Load) for node in tree.attribute_loads.get(name, ()))
    )
