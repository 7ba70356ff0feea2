"""Data that one of several expressions makes: each is a frame of its own."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ..reading.fragment import parse_fragment
from ..reading.purity import is_optional_str, is_settled_name, is_str, reads_names, tested_name
from ..reading.source import comments_in
from ..reading.statement_lines import stands_alone
from ..reading.statements import bindings_before, bound_by, runs_first
from .bindings import binding_before, is_bound_by_now
from .content import Arm, Content
from .frame_text import Text
from .need import need_of
from .payload import read_encoder_call

if TYPE_CHECKING:
    from ..reading.scopes import ScopeTree
    from .frame_text import Option
    from .read_text import Hole
    from .sites import Site


def choice_of(hole: Hole, whole: Content, site: Site, tree: ScopeTree) -> Content | None:
    """Return *whole* with the arms of the conditional expression that its data *hole* is, or was bound to right before.

    The condition then runs before the other lines are rendered, so these must be settled.
    """
    binding = binding_before(hole.value, site, tree)
    choice = hole.value
    if binding is not None:
        assert binding.value is not None
        choice = parse_fragment(site.source.segment(binding.value))
    node = choice.node
    settled = not whole.options or all(map(_is_test_of_name, whole.options.values()))
    settled = settled and all(
        _is_settled_for_good(line, site, tree, optional=name in whole.options)
        for name, line in whole.lines._asdict().items()
        if line
    )
    if not isinstance(node, ast.IfExp) or not settled or "#" in choice.text:
        return None
    in_place = binding is None and site.building is None and not any(whole.lines)
    if any(isinstance(child, (ast.NamedExpr, ast.Await)) for child in ast.walk(node)) and not (
        in_place and _binds_in_test_only(node)
    ):
        return None
    if binding is not None and not stands_alone(site.source, binding):
        return None
    arms = []
    for branch in (node.body, node.orelse):
        value = choice.part(branch)
        call = read_encoder_call(value, tree, site.scope)
        if call is not None and (call.dialect.objects or call.dialect.may_give_anything):
            return None
        if isinstance(branch, ast.IfExp):
            return None
        if not is_bound_by_now(branch, site.node, tree, site.scope):
            return None
        is_moved = binding is not None or site.building is not None
        field_text = hole.field if not is_moved else f"{{{value.text}}}" * bool(hole.field)
        text = Text((replace(hole, value=value, field=field_text),))
        kind: Literal["payload", "raw"] = "payload" if call is not None else "raw"
        content = Content(kind, text, call, lines=whole.lines, options=whole.options)
        arms.append(Arm(content, need_of(site, content, tree)))
    if all(arm.content.call is None for arm in arms):
        return None
    return replace(whole, serialised=binding, choice=choice, arms=tuple(arms))


def _binds_in_test_only(choice: ast.IfExp) -> bool:
    branches = [child for side in (choice.body, choice.orelse) for child in ast.walk(side)]
    binds = any(isinstance(child, (ast.NamedExpr, ast.Await)) for child in branches)
    return not binds and not any(isinstance(child, ast.Await) for child in ast.walk(choice.test))


def _is_settled_for_good(line: Text[Hole], site: Site, tree: ScopeTree, *, optional: bool) -> bool:
    return all(
        is_settled_name(hole.value.node, tree, site.scope)
        and (
            is_str(hole.value.node, tree, site.scope)
            or (optional and is_optional_str(hole.value.node, tree, site.scope))
        )
        for hole in line.holes
    )


def _is_test_of_name(option: Option[Hole]) -> bool:
    """Whether the condition only asks a name that the line shows whether it is there."""
    return tested_name(option.condition.value.node) in {
        hole.value.node.id for hole in option.text.holes if isinstance(hole.value.node, ast.Name)
    }


def bound_in_several_ways(
    hole: Hole, whole: Content, site: Site, tree: ScopeTree
) -> Content | None:
    """Return *whole* with an arm for each statement that binds the name that its data *hole* is.

    These make the chunk then, so nothing but the frame may see the text, and its other lines are constant.
    """
    lines = [line for line in whole.lines if line is not None]
    constant = not whole.options and all(line.literal is not None for line in lines)
    load = _only_load(hole.value.node, site, tree)
    if load is None or not constant or site.building is not None:
        return None
    bindings = [binding.node for binding in site.scope.bindings[load.id]]
    statements = [
        node
        for node in bindings
        if isinstance(node, ast.Assign)
        and bound_by(node) == load.id
        and tree.scope_of[node] is site.scope
    ]
    at_once = bindings_before(load, tree) == {*statements} and runs_first(site.node, tree)
    at_once = at_once and not isinstance(tree.parent_of[site.node], ast.IfExp)
    arms = [
        arm
        for statement in statements
        if (arm := _bound_arm(hole, whole, statement, site, tree)) is not None
        and (at_once or (_is_str_for_good(arm, site, tree) and not site.is_bytes))
    ]
    if len(arms) < len(bindings) or all(arm.content.call is None for arm in arms):
        return None
    return replace(whole, arms=tuple(arms), bindings=tuple(statements), is_bound_early=not at_once)


def _is_str_for_good(arm: Arm, site: Site, tree: ScopeTree) -> bool:
    """Whether the text of *arm* certainly is a str, which is the same whenever it is rendered."""
    call = arm.content.call
    if call is not None:
        return not call.dialect.may_give_anything
    [hole] = arm.content.text.holes
    return is_str(hole.value.node, tree, site.scope, exact=True)


def _only_load(name: ast.expr, site: Site, tree: ScopeTree) -> ast.Name | None:
    """Return the load of *name*, a local of the function, if it stands in *site* and there is no other use."""
    owner = site.scope.owner_of(name.id) if isinstance(name, ast.Name) else None
    if not isinstance(name, ast.Name) or owner is not site.scope or owner.function is not owner:
        return None
    loads = tree.loads_of(name.id, owner)
    alone = len(loads) == 1 and site.node in tree.ancestors(loads[0])
    deleted = any(
        isinstance(node, ast.Name) and node.id == name.id and isinstance(node.ctx, ast.Del)
        for node in ast.walk(owner.node)
    )
    return loads[0] if alone and not deleted and not reads_names(owner, tree) else None


def _bound_arm(
    hole: Hole, whole: Content, statement: ast.Assign, site: Site, tree: ScopeTree
) -> Arm | None:
    """Return the frame of what *statement* binds; None if that cannot be told."""
    source = site.source.segment(statement.value)
    value = parse_fragment(source)
    call = read_encoder_call(value, tree, site.scope)
    if comments_in(source) or any(isinstance(n, ast.NamedExpr) for n in ast.walk(value.node)):
        return None
    if (
        call is None
        and hole.is_concatenated
        and not is_str(value.node, tree, site.scope, exact=True)
    ):
        return None
    if call is not None:
        may_fail = hole.is_concatenated and call.dialect.may_give_anything
        bound = is_bound_by_now(value.node, statement, tree, site.scope)
        if call.dialect.objects or may_fail or not bound:
            return None
    field_text = f"{{{value.text}}}" if call is None and hole.field else ""
    text = Text((replace(hole, value=value, field=field_text),))
    content = Content("payload" if call is not None else "raw", text, call, lines=whole.lines)
    return Arm(content, need_of(site, content, tree))
