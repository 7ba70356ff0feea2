"""Generators whose text a framework frames again: what they yield is the data of an event, not an event.

sse-starlette makes an event of each str (https://github.com/sysid/sse-starlette), FastAPI of each item of a path
operation with its `EventSourceResponse` (https://fastapi.tiangolo.com/tutorial/server-sent-events/). So a frame
arrives as the data of another. The bytes could stay, but the chunk would say what no client sees.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .resolution import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import FileFacts
    from .plan import Plan
    from .scopes import FunctionNode

RESPONSE = "EventSourceResponse"
SENDS_DATA = {
    "sse_starlette.EventSourceResponse",
    "sse_starlette.sse.EventSourceResponse",
    "fastapi.sse.EventSourceResponse",
}


def generators_framed_again(plan: Plan) -> set[FunctionNode]:
    """Return the generators of *plan* whose items are handed to such a response."""
    found: set[FunctionNode] = set()
    for name in sorted(plan.finder.resolver.files_with(RESPONSE)):
        file = plan.facts.load(name)
        for load in _responses(file) if file is not None else ():
            assert file is not None
            found.update(_generators(load, file, plan))
    return found


def _responses(file: FileFacts) -> Iterator[ast.expr]:
    """Give the loads of the class in *file*."""
    tree = file.tree
    loads = [*tree.name_loads.get(RESPONSE, ()), *tree.attribute_loads.get(RESPONSE, ())]
    return (load for load in loads if tree.qualified_name(load) in SENDS_DATA)


def _generators(load: ast.expr, file: FileFacts, plan: Plan) -> Iterator[FunctionNode]:
    """Give the generators that the response of *load* gets its items from."""
    tree = file.tree
    parent = tree.parent_of[load]
    if isinstance(parent, ast.keyword) and parent.arg == "response_class":
        around = tree.ancestors(parent)
        yield from (
            node
            for node in around
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and any(decorator in around for decorator in node.decorator_list)
        )
    elif isinstance(parent, ast.Call) and parent.func is load:
        content = _content(parent)
        if isinstance(content, ast.Name):
            bindings = tree.scope_of[content].bindings_of(content.id)
            content = bindings[0].value if len(bindings) == 1 else None
        if isinstance(content, ast.Call):
            meaning = plan.finder.resolver.meaning(content.func, file)
            yield from (each.node for each in meaning if isinstance(each, Function))


def _content(response: ast.Call) -> ast.expr | None:
    if response.args:
        return response.args[0]
    return next((each.value for each in response.keywords if each.arg == "content"), None)
