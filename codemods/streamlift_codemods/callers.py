"""Which calls of a producer get a boundary on their own side, and which producers need theirs for any other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .carriers import TEST_FILE
from .contract_import import access_to, constant_of
from .edges import edge_of
from .producers import OUR_DECORATOR, Caller, Producer, is_private
from .resolution import Foreign, Function

if TYPE_CHECKING:
    from .contract_import import Constant
    from .loads import Load, Loads
    from .plan import Plan

BOUNDARIES = {"stream", "chunks"}
FORMATTER = {"streamlift.SSEFormatter()", "streamlift.sse.formatter.SSEFormatter()"}
DECORATOR_WORDS = {name.rpartition(".")[2] for name in OUR_DECORATOR} | {"sse_producer"}


def find_callers(plan: Plan) -> None:
    """Fill in the callers of each producer of *plan*, and whether it needs the decorator for any other."""
    plan.settled = _decorated_before(plan)
    producers = {Function(p.file, p.node): p for p in (*plan.producers, *plan.settled)}
    plan.finder.resolver.look_up({producer.node.name for producer in producers.values()})
    constants = {
        function: constant
        for function, producer in producers.items()
        if (constant := constant_of(producer, plan))
    }
    for function, producer in producers.items():
        loads = plan.finder.loads_of(function)
        found = {load: _caller(load, producer, constants, plan) for load in loads.certain}
        producer.callers = [caller for caller in found.values() if caller is not None]
        is_reached = all(
            caller is not None or _is_bounded(load, plan) for load, caller in found.items()
        )
        producer.needs_decorator = not producer.is_decorated and not (
            found and is_reached and _may_stand_alone(producer, loads, plan)
        )


def _decorated_before(plan: Plan) -> list[Producer]:
    """Return the producers that have a boundary of their own and no site that is rewritten."""
    facts, project = plan.facts, plan.facts.project
    if len(project.selected) < len(project.files):
        named = project.mentioning(DECORATOR_WORDS)
        for name in sorted(set().union(*named.values())):
            if b"streamlift" in (project.read(name) or b""):
                facts.load(name)
    known = {producer.node for producer in plan.producers}
    found = []
    for file in list(facts.files.values()):
        for node in file.tree.functions:
            producer = Producer(file, node, file.tree.scope_made_by[node])
            if node.decorator_list and node not in known and producer.is_decorated:
                found.append(producer)
    return found


def _caller(
    load: Load, producer: Producer, constants: dict[Function, Constant], plan: Plan
) -> Caller | None:
    """Return what *load*, a load of *producer*, becomes if it is an edge that may be changed."""
    file = load.file
    if file.name not in plan.facts.project.selected or TEST_FILE.search(file.name):
        return None
    contracts = {constants.get(each) for each in load.meaning if isinstance(each, Function)}
    constant = constants.get(Function(producer.file, producer.node))
    edge = edge_of(load.node, file)
    if constant is None or edge is None or contracts - {None, constant}:
        return None
    if not producer.is_itself or _is_bounded(load, plan):
        return None
    access = access_to(constant, producer, file, file.tree.scope_of[edge.call], plan)
    return None if access is None else Caller(file, edge.call, access, edge)


def _is_bounded(load: Load, plan: Plan) -> bool:
    """Whether *load* is called right inside of `SSE.stream(...)` or `SSE.chunks(...)`."""
    tree = load.file.tree
    call = tree.parent_of[load.node]
    outer = tree.parent_of.get(call)
    if not (isinstance(call, ast.Call) and call.func is load.node and isinstance(outer, ast.Call)):
        return False
    function = outer.func
    if not isinstance(function, ast.Attribute) or function.attr not in BOUNDARIES:
        return False
    holder = plan.finder.resolver.meaning(function.value, load.file)
    return all(isinstance(each, Foreign) and each.name in FORMATTER for each in holder)


def _may_stand_alone(producer: Producer, loads: Loads, plan: Plan) -> bool:
    """Whether nothing but the loads that were found can reach *producer*."""
    owner = producer.file.tree.scope_of[producer.node]
    private = is_private(
        producer.node, owner, producer.file, closed_world=plan.settings.closed_world
    )
    once = len(owner.bindings[producer.node.name]) == 1
    family = any(len(load.meaning) > 1 for load in loads.certain)
    return private and once and producer.is_itself and loads.are_all_known and not family
