"""Names that stand for a text or an encoder: whether the statement that binds them decides what they are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..reading.fragment import parse_fragment
from ..reading.purity import reads_names
from ..reading.scopes import root_name
from ..reading.source import comments_in
from ..reading.statements import (
    Assignment,
    assignment_before,
    assignment_before_statement,
    runs_before,
    runs_first,
)
from .payload import EncoderCall, decoded_orjson, inside_of_str, read_encoder_call

if TYPE_CHECKING:
    from ..reading.fragment import Fragment
    from ..reading.scopes import Scope, ScopeTree
    from .sites import Site

INLINED = (ast.Name, ast.Attribute)


def serialised_before(
    value: Fragment, site: Site, tree: ScopeTree
) -> tuple[EncoderCall, Assignment] | None:
    """Return the encoder call that the statement right before the site binds to the name *value*."""
    binding = binding_before(value, site, tree)
    if binding is None:
        return None
    assert binding.value is not None
    text = site.source.segment(binding.value)
    call = read_encoder_call(parse_fragment(text), tree, site.scope)
    if (
        call is None
        or comments_in(text) != comments_in(call.value.text)
        or (isinstance(binding, ast.AnnAssign) and not isinstance(call.value.node, INLINED))
    ):
        return None  # an annotation that stays would no longer be true
    return call, binding


def binding_before(value: Fragment, site: Site, tree: ScopeTree) -> Assignment | None:
    """Return the statement right before the site that binds the name *value*.

    Only if each load of the name stands right behind a binding of it in the same block: then no other
    code sees the text, and nothing runs between the old place of the encoding and the new one.
    """
    name = value.node
    statement = site.carrier.statement
    conditional = isinstance(tree.parent_of[site.node], ast.IfExp)
    if not isinstance(name, ast.Name) or statement is None or conditional:
        return None
    owner = site.scope.owner_of(name.id)
    if owner is None or owner.function is not owner or owner is not site.scope:
        return None
    loads = tree.loads_of(name.id, owner)
    before = [assignment_before(load, name.id, tree) for load in loads]
    alone = None not in before and len(set(before)) == len(before)
    alone = alone and _only_assigned(owner, name.id) and not reads_names(site.scope, tree)
    if not alone or not runs_first(site.node, tree):
        return None
    return assignment_before_statement(statement, name.id, tree)


def _only_assigned(owner: Scope, name: str) -> bool:
    return all(
        isinstance(binding.node, (ast.Assign, ast.AnnAssign)) for binding in owner.bindings[name]
    )


def is_bound_by_now(call: ast.expr, place: ast.AST, tree: ScopeTree, scope: Scope) -> bool:
    """Whether the encoder that *call* names is certainly bound when *place* is reached.

    An import in a function binds its name for the whole function, and only once it has run.
    """
    if isinstance(call, ast.Call) and (inside := inside_of_str(call, tree, scope)):
        call = inside
    if isinstance(call, ast.Call) and decoded_orjson(call, tree, scope) is not None:
        assert isinstance(call.func, ast.Attribute)
        return is_bound_by_now(call.func.value, place, tree, scope)
    root = root_name(call.func if isinstance(call, ast.Call) else call)
    owner = scope.owner_of(root.id) if root is not None else None
    if root is None or owner is None or owner is tree.module:
        return True
    bindings = [binding.node for binding in owner.bindings[root.id]]
    imports = [node for node in bindings if isinstance(node, (ast.Import, ast.ImportFrom))]
    return not imports or any(runs_before(node, place, tree) for node in imports)
