"""Edges: where the stream of a producer meets HTTP, in the file of the call.

At each of them `SSE.stream(...)` may stand around the call: it gives the text that the producer's own
decorator would have given, so whatever stands around it sees the same.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.scopes import root_name
from .frameworks import STREAMING_CLASSES, WRITING_METHODS, StreamingClass

if TYPE_CHECKING:
    from ..reading.facts import FileFacts
    from ..reading.scopes import Scope, ScopeTree

ITERATORS = {"builtins.iter", "builtins.aiter"}


@dataclass(frozen=True)
class Edge:
    """A place where the items of a call of a producer are sent.

    Attributes:
        call: The call of the producer.
        framework: The package that sends them; None for a loop that writes them itself.
        responses: The calls that make the response.
        swap: The module and the class of ours that takes the place of theirs; None if theirs stays.
    """

    call: ast.Call
    framework: str | None
    responses: tuple[ast.Call, ...] = ()
    swap: tuple[str, str] | None = None

    @property
    def place(self) -> ast.Call:
        """What a report points at."""
        return self.responses[0] if self.responses else self.call


def edge_of(load: ast.expr, file: FileFacts) -> Edge | None:
    """Return the edge that *load*, a load of a producer's name, is called in; None if there is none."""
    call = file.tree.parent_of[load]
    if not isinstance(call, ast.Call) or call.func is not load:
        return None
    way = _Way(file.tree)
    if not way.ends(call, is_content=True):
        return None
    swaps = {swap for _, swap in way.responses.values()}
    frameworks = {framework for framework, _ in way.responses.values()}
    return Edge(
        call,
        frameworks.pop() if len(frameworks) == 1 else None,
        tuple(way.responses),
        swaps.pop() if len(swaps) == 1 else None,
    )


class _Way:
    """The way of an iterator from the call that makes it to where it is sent.

    Attributes:
        tree: The scopes of the file.
        responses: The calls that make responses of it, with the framework and what takes their place.
    """

    def __init__(self, tree: ScopeTree) -> None:
        self.tree = tree
        self.responses: dict[ast.Call, tuple[str, tuple[str, str] | None]] = {}
        self._variables: set[tuple[Scope, str]] = set()

    def ends(self, value: ast.expr, *, is_content: bool) -> bool:
        """Return whether every use of *value* sends it; `is_content` says that nothing was made of it on the way."""
        parent = self.tree.parent_of[value]
        match parent:
            case ast.IfExp() if value is not parent.test:
                return self.ends(parent, is_content=False)
            case ast.For() | ast.AsyncFor() if value is parent.iter:
                return _writes(parent, self.tree)
            case ast.Assign(targets=[ast.Name() as name]):
                return self._variable_ends(name, is_content=is_content)
            case ast.Call() if value is not parent.func:
                return self._call_ends(value, parent, is_content=is_content)
            case ast.keyword():
                call = self.tree.parent_of[parent]
                return isinstance(call, ast.Call) and self._call_ends(
                    value, call, is_content=is_content
                )
        return False

    def _variable_ends(self, name: ast.Name, *, is_content: bool) -> bool:
        owner = self.tree.scope_of[name].owner_of(name.id)
        if owner is None or owner.function is not owner:
            return False
        if (owner, name.id) in self._variables:  # gen = wrap(gen)
            return True
        self._variables.add((owner, name.id))
        kept = is_content and len(owner.bindings[name.id]) == 1
        loads = self.tree.loads_of(name.id, owner)
        return bool(loads) and all(self.ends(load, is_content=kept) for load in loads)

    def _call_ends(self, value: ast.expr, call: ast.Call, *, is_content: bool) -> bool:
        sends = _streaming_class(call.func, self.tree)
        if sends is not None:
            swap = sends.swap if is_content and _is_event_stream(call) else None
            self.responses[call] = sends.framework, swap
            return _content(call, sends) is value
        if not _is_wrapper(call, self.tree):
            return False
        kept = is_content and self.tree.qualified_name(call.func) in ITERATORS
        return self.ends(call, is_content=kept)


def _streaming_class(function: ast.expr, tree: ScopeTree) -> StreamingClass | None:
    """Return what *function* is a class of: one of a framework, or a subclass of it in this file."""
    known = STREAMING_CLASSES.get(tree.qualified_name(function) or "")
    if known is not None or not isinstance(function, ast.Name):
        return known
    bindings = tree.scope_of[function].bindings_of(function.id)
    node = bindings[0].node if len(bindings) == 1 else None
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        of_base = _streaming_class(base, tree)
        if of_base is not None:
            return StreamingClass(of_base.framework, of_base.content)
    return None


def _content(response: ast.Call, sends: StreamingClass) -> ast.expr | None:
    """Return the argument of *response* that it sends."""
    if response.args:
        return response.args[0]
    return next((k.value for k in response.keywords if k.arg == sends.content), None)


def _is_event_stream(response: ast.Call) -> bool:
    """Whether *response* is told a media type, so that another class sends the same header."""
    return any(k.arg == "media_type" and _may_be_sse(k.value) for k in response.keywords)


def _may_be_sse(media_type: ast.expr) -> bool:
    value = media_type.value if isinstance(media_type, ast.Constant) else "text/event-stream"
    return isinstance(value, str) and value.startswith("text/event-stream")


def _is_wrapper(call: ast.Call, tree: ScopeTree) -> bool:
    """Whether *call* may be that of a function which takes an iterator and returns one: any named one but builtins."""
    name = tree.qualified_name(call.func)
    if name is not None and name.startswith("builtins."):
        return name in ITERATORS
    return root_name(call.func) is not None


def _writes(loop: ast.For | ast.AsyncFor, tree: ScopeTree) -> bool:
    """Whether *loop* writes its items to a client, and does not yield: that would be a relay."""
    inside = [node for statement in loop.body for node in ast.walk(statement)]
    if not {*tree.scope_of[loop].yields}.isdisjoint(inside):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITING_METHODS
        and any(_names(argument, loop.target) for argument in node.args)
        for node in inside
    )


def _names(expression: ast.expr, target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and any(
        isinstance(node, ast.Name) and node.id == target.id for node in ast.walk(expression)
    )
