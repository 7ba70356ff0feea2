"""Functions that return frames: whether they may return chunks instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..reading.foreign_bases import may_be_called_by_a_base
from .producers import BINDING_DECORATORS, is_known_here, is_private

if TYPE_CHECKING:
    from ..reading.facts import FileFacts
    from ..reading.loads import LoadFinder
    from ..reading.scopes import FunctionNode, ScopeTree
    from .frame_flow import Function


def obstacle(
    place: Function, file: FileFacts, finder: LoadFinder, *, closed_world: bool
) -> str | None:
    """Return why the function *place* has to go on returning text, None if nothing of its own speaks against it."""
    tree, node = file.tree, place.node
    owner = tree.scope_of[node]
    if any(
        tree.qualified_name(decorator) not in BINDING_DECORATORS
        for decorator in node.decorator_list
    ):
        return "decorated-helper"
    if is_generator(node, tree):
        return "helper-generator"
    if not is_private(node, owner, file, closed_world=closed_world):
        return "public-helper"
    if len(owner.bindings[node.name]) > 1 or not is_known_here(node, file, finder):
        return "shared-helper"
    if may_be_called_by_a_base(node, file, finder.resolver):
        return "method-helper"
    return None


def is_generator(node: FunctionNode, tree: ScopeTree) -> bool:
    """Return whether the function *node* has a `yield` of its own."""
    return bool(tree.scope_made_by[node].yields)
