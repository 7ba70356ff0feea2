"""Generators whose text a framework frames again: what they yield is the data of an event, not an event.

sse-starlette makes an event of each str (https://github.com/sysid/sse-starlette), FastAPI of each item of a path
operation with its `EventSourceResponse` (https://fastapi.tiangolo.com/tutorial/server-sent-events/). So a frame
arrives as the data of another. The bytes could stay, but the chunk would say what no client sees.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..reading.resolution import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import FunctionNode

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
RESPONSE = "EventSourceResponse"
SENDS_DATA = {
    "sse_starlette.EventSourceResponse",
    "sse_starlette.sse.EventSourceResponse",
    "fastapi.sse.EventSourceResponse",
}


def generators_framed_again(plan: Plan) -> set[FunctionNode]:
    """Return the generators of *plan* whose items are handed to such a response."""
    sources = _Sources(plan)
    for name in sorted(plan.finder.resolver.files_with(RESPONSE)):
        file = plan.facts.load(name)
        for load in _responses(file) if file is not None else ():
            assert file is not None
            sources.add_response(load, file)
    return sources.found


class _Sources:
    """Finds the generators that items come from.

    Attributes:
        found: Those found so far.
    """

    def __init__(self, plan: Plan) -> None:
        self.found: set[FunctionNode] = set()
        self._resolver = plan.finder.resolver
        self._seen: set[ast.expr] = set()

    def add_response(self, load: ast.expr, file: FileFacts) -> None:
        """Add what the response of *load* gets its items from."""
        tree = file.tree
        parent = tree.parent_of[load]
        if isinstance(parent, ast.keyword) and parent.arg == "response_class":
            around = tree.ancestors(parent)
            for node in around:
                if isinstance(node, FUNCTIONS) and any(d in around for d in node.decorator_list):
                    self._add_function(Function(file, node))
        elif isinstance(parent, ast.Call) and parent.func is load:
            content = _content(parent)
            if content is not None:
                self._add(content, file)

    def _add(self, source: ast.expr, file: FileFacts) -> None:
        """Add the generators that *source* may be."""
        if source in self._seen:
            return
        self._seen.add(source)
        match source:
            case ast.Name(id=name):
                bindings = file.tree.scope_of[source].bindings_of(name)
                for value in [binding.value for binding in bindings]:
                    if value is not None:
                        self._add(value, file)
            case ast.IfExp(body=body, orelse=orelse):
                self._add(body, file)
                self._add(orelse, file)
            case ast.Call(func=called):
                meaning = self._resolver.meaning(called, file)
                for function in [each for each in meaning if isinstance(each, Function)]:
                    passed_on = self._add_function(function)
                    for given in source.args if passed_on else ():
                        self._add(given, file)

    def _add_function(self, function: Function) -> bool:
        """Add *function* if it is a generator, or what it returns; return whether it passes on what it is given."""
        file, tree = function.file, function.file.tree
        scope = tree.scope_made_by[function.node]
        if not scope.yields:
            for each in scope.returns:
                if each.value is not None:
                    self._add(each.value, file)
            return False
        self.found.add(function.node)
        passed_on = [*_passed_on(function.node)]
        parameters = {name.id for name in passed_on if isinstance(name, ast.Name)}
        for source in passed_on:
            self._add(source, file)
        return any(isinstance(b.node, ast.arg) for p in parameters for b in scope.bindings_of(p))


def _passed_on(generator: FunctionNode) -> Iterator[ast.expr]:
    """Give the sources whose items *generator* yields as they are."""
    for node in ast.walk(generator):
        match node:
            case ast.YieldFrom(value=source):
                yield source
            case (
                ast.For(target=ast.Name(id=name), iter=source)
                | ast.AsyncFor(target=ast.Name(id=name), iter=source)
            ):
                yields = [each.value for each in ast.walk(node) if isinstance(each, ast.Yield)]
                if any(isinstance(item, ast.Name) and item.id == name for item in yields):
                    yield source


def _responses(file: FileFacts) -> Iterator[ast.expr]:
    """Give the loads of the class in *file*."""
    tree = file.tree
    loads = [*tree.name_loads.get(RESPONSE, ()), *tree.attribute_loads.get(RESPONSE, ())]
    return (load for load in loads if tree.qualified_name(load) in SENDS_DATA)


def _content(response: ast.Call) -> ast.expr | None:
    if response.args:
        return response.args[0]
    return next((each.value for each in response.keywords if each.arg == "content"), None)
