"""Helpers that made frames for others, and that nothing uses any more."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..frames.carriers import carrier_of
from ..reading.outside_uses import is_used_from_outside
from ..reading.resolution import Function
from ..reading.scopes import last_name
from ..reading.test_files import TEST_FILE
from .producers import Producer, is_private

if TYPE_CHECKING:
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.loads import Load
    from ..reading.scopes import FunctionNode, ScopeTree

FORMATTING = {"format_chunk", "encoded"}


def dead_helpers(plan: Plan) -> list[Function]:
    """Return the functions of the selected files that return frames, and that nothing but one another loads."""
    files = plan.facts.files
    names = sorted(
        name for name in plan.facts.project.selected & files.keys() if not TEST_FILE.search(name)
    )
    makers = [maker for name in names for maker in _makers(files[name], plan)]
    plan.finder.resolver.look_up({maker.node.name for maker in makers})
    loads = {maker: plan.finder.loads_of(maker) for maker in makers}
    dead = {
        maker for maker in makers if loads[maker].are_all_known and not _is_imported(maker, plan)
    }
    before = -1
    while before != (before := len(dead)):
        nodes = {maker.node for maker in dead}
        dead = {
            maker for maker in dead if all(_is_within(load, nodes) for load in loads[maker].certain)
        }
    return [maker for maker in makers if maker in dead]


def _is_imported(maker: Function, plan: Plan) -> bool:
    return is_used_from_outside(maker.node.name, maker.file, plan.facts)


def _is_within(load: Load, nodes: set[FunctionNode]) -> bool:
    return not nodes.isdisjoint(load.file.tree.ancestors(load.node))


def _makers(file: FileFacts, plan: Plan) -> list[Function]:
    """Return the private functions at the top of *file* that return frames."""
    tree = file.tree
    returning = {
        site.scope.function.node
        for site in file.sites
        if site.scope.function is not None and _is_returned(site, tree)
    }
    return [
        Function(file, node)
        for node in tree.functions
        if node in returning
        and tree.parent_of[node] is tree.module.node
        and _may_go(node, file, plan)
    ]


def _is_returned(site: Site, tree: ScopeTree) -> bool:
    """Whether *site*, or what a contract makes of its chunk, is returned."""
    node = site.node
    while isinstance(call := tree.parent_of[node], ast.Call) and last_name(call.func) in FORMATTING:
        node = call
    return carrier_of(node, tree).name == "return"


def _may_go(node: FunctionNode, file: FileFacts, plan: Plan) -> bool:
    settings = plan.settings
    closed_world = settings.closed_world and not settings.keeps_public
    alone = len(file.tree.module.bindings[node.name]) == 1
    itself = Producer(file, node, file.tree.scope_made_by[node]).is_itself
    return alone and itself and is_private(node, file.tree.module, file, closed_world=closed_world)
