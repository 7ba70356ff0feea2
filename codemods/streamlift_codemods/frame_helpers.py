"""Functions of the project that format frames: who calls them, and whether they can return chunks instead."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .carriers import carrier_of
from .producers import calls_of, is_known_here, is_private
from .sites import Site

if TYPE_CHECKING:
    from .facts import FileFacts, ProjectFacts
    from .scopes import FunctionNode, Scope

BINDING_DECORATORS = {"builtins.staticmethod", "builtins.classmethod"}


@dataclass(eq=False)
class FrameHelper:
    """A function that returns frames.

    Attributes:
        file: Where it is defined.
        node: Its definition.
        scope: Its own scope.
        sites: Its `return` sites.
        calls: The sites that call it, in its own file.
        escapes: Whether it is also used as a value, not called.
    """

    file: FileFacts
    node: FunctionNode
    scope: Scope
    sites: list[Site] = field(default_factory=list)
    calls: list[Site] = field(default_factory=list)
    escapes: bool = False

    @property
    def owner(self) -> Scope:
        return self.file.tree.scope_of[self.node]

    def obstacle(self, facts: ProjectFacts, *, closed_world: bool) -> str | None:
        """Return why it has to go on returning text, None if it can return chunks (its calls apart)."""
        if reason := self._shape_obstacle():
            return reason
        if not is_private(self.node, self.owner, self.file, closed_world=closed_world):
            return "public-helper"
        if len(self.owner.bindings[self.node.name]) > 1 or not is_known_here(
            self.node, self.owner, facts, self.file
        ):
            return "shared-helper"
        if self.escapes or not self.calls:
            return "helper-escapes"
        return next(
            (f"helper-{call.carrier.name}" for call in self.calls if call.carrier.name != "yield"),
            None,
        )

    def _shape_obstacle(self) -> str | None:
        if isinstance(self.node, ast.AsyncFunctionDef):
            return "async-helper"
        tree = self.file.tree
        if any(
            tree.qualified_name(decorator) not in BINDING_DECORATORS
            for decorator in self.node.decorator_list
        ):
            return "decorated-helper"
        roots = {site.node for site in self.sites if site.verdict == "auto"}
        for node in ast.walk(self.node):
            if tree.scope_of.get(node) is not self.scope:
                continue
            if isinstance(node, (ast.Yield, ast.YieldFrom)):
                return "helper-generator"
            if isinstance(node, ast.Return) and not _all_in(node.value, roots):
                return "helper-returns-more"
        return None


def find_helpers(file: FileFacts) -> list[FrameHelper]:
    """Return the functions of *file* that return frames, with their calls in it."""
    helpers: dict[FunctionNode, FrameHelper] = {}
    for site in file.sites:
        function = site.scope.node
        if site.carrier.name == "return" and isinstance(
            function, (ast.FunctionDef, ast.AsyncFunctionDef)
        ):
            helper = helpers.setdefault(function, FrameHelper(file, function, site.scope))
            helper.sites.append(site)
    for helper in helpers.values():
        _find_calls(helper)
    return list(helpers.values())


def _find_calls(helper: FrameHelper) -> None:
    tree = helper.file.tree
    for load in calls_of(helper.node, helper.owner, helper.file):
        call = tree.parent_of[load]
        if (
            not isinstance(call, ast.Call)
            or call.func is not load
            or not _is_bound_call(load, helper)
        ):
            helper.escapes = True
            continue
        site = Site(
            helper.file.source,
            call,
            tree.scope_of[call],
            carrier_of(call, tree),
            "helper-call",
            helper=helper.node,
        )
        helper.calls.append(site)


def _is_bound_call(load: ast.expr, helper: FrameHelper) -> bool:
    """Whether *load* names the helper itself: bare, or through `self`, `cls` or its class."""
    if isinstance(load, ast.Name):
        return True
    owner = helper.owner.node
    assert isinstance(load, ast.Attribute)
    assert isinstance(owner, ast.ClassDef)
    base = load.value
    return isinstance(base, ast.Name) and base.id in {"self", "cls", owner.name}


def _all_in(value: ast.expr | None, roots: set[ast.expr]) -> bool:
    if isinstance(value, ast.IfExp):
        return _all_in(value.body, roots) and _all_in(value.orelse, roots)
    return value in roots
