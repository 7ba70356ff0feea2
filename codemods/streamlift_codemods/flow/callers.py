"""Which calls of a producer get a boundary on their own side, and which producers need theirs for any other.

A relay that passes chunks on is a producer itself, so its calls are looked at as well.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import working_on
from ..limits import OTHER
from ..reading.foreign_bases import may_be_called_by_a_base
from ..reading.resolution import Foreign, Function
from ..reading.test_files import TEST_FILE
from .contract_import import access_to, constant_of
from .edges import edge_of
from .item_uses import NeedsText
from .producer_items import items_of
from .producers import OUR_DECORATOR, Caller, Producer, is_private
from .relays import iteration_of, read_relay

if TYPE_CHECKING:
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.loads import Load, Loads
    from ..reading.resolution import Resolver
    from .contract_import import Access, Constant
    from .relays import Relay

BOUNDARIES = {"stream", "chunks"}
FORMATTER = {"streamlift.SSEFormatter()", "streamlift.sse.formatter.SSEFormatter()"}
DECORATOR_WORDS = {name.rpartition(".")[2] for name in OUR_DECORATOR} | {"sse_producer"}


def find_callers(plan: Plan) -> None:
    """Fill in the callers of each producer of *plan*, its relays, and which producers need the decorator."""
    plan.settled = _decorated_before(plan)
    known = {producer: set(producer.yields) for producer in (*plan.producers, *plan.settled)}
    refused: set[ast.AST] = set()
    while True:
        for producer, yields in known.items():
            producer.yields = set(yields)
        attempt = _Attempt(plan, refused)
        attempt.run()
        alone = attempt.relays_that_need_text()
        if not alone:
            break
        refused |= alone
    plan.relays = attempt.relays
    plan.kept_text = attempt.kept


def _decorated_before(plan: Plan) -> list[Producer]:
    """Return the producers that have a boundary of their own and no site that is rewritten."""
    known = {producer.node for producer in plan.producers}
    return [
        each for each in decorated_functions(plan) if each.is_generator and each.node not in known
    ]


def decorated_functions(plan: Plan) -> list[Producer]:
    """Return the functions that have our decorator, whether they are generators or return one chunk."""
    facts, project = plan.facts, plan.facts.project
    if len(project.selected) < len(project.files):
        named = project.mentioning(DECORATOR_WORDS)
        for name in sorted(set().union(*named.values())):
            if b"streamlift" in (project.read(name) or b""):
                facts.load(name)
    found = []
    for file in list(facts.files.values()):
        for node in file.tree.functions:
            producer = Producer(file, node, file.tree.scope_made_by[node])
            if node.decorator_list and producer.is_decorated:
                found.append(producer)
    return found


def boundary_around(load: Load, resolver: Resolver) -> ast.Call | None:
    """Return the `SSE.stream(...)` or `SSE.chunks(...)` that *load* is called right inside of."""
    tree = load.file.tree
    call = tree.parent_of[load.node]
    outer = tree.parent_of.get(call)
    called = isinstance(call, ast.Call) and call.func is load.node
    if not called or not isinstance(outer, ast.Call):
        return None
    function = outer.func
    if not isinstance(function, ast.Attribute) or function.attr not in BOUNDARIES:
        return None
    holder = resolver.meaning(function.value, load.file)
    ours = all(isinstance(each, Foreign) and each.name in FORMATTER for each in holder)
    return outer if ours else None


@dataclass
class _Attempt:
    """One way to place the boundaries: with every relay that passes chunks on, but the refused ones.

    Attributes:
        plan: The plan.
        refused: The generators that go on passing text on.
        relays: The generators that are producers only because they pass chunks on.
        kept: Why a load of a producer goes on getting text.
    """

    plan: Plan
    refused: set[ast.AST]
    relays: list[Producer] = field(default_factory=list)
    kept: dict[ast.expr, str] = field(default_factory=dict)
    _producers: dict[Function, Producer] = field(default_factory=dict)
    _constants: dict[Function, Constant] = field(default_factory=dict)
    _named: dict[tuple[FileFacts, str], Constant] = field(default_factory=dict)  # in each file

    def run(self) -> None:
        generators = [producer for producer in self.plan.producers if not producer.returns]
        for producer in (*generators, *self.plan.settled):
            self._add(producer, constant_of(producer, self.plan))
        resolver = self.plan.finder.resolver
        resolver.look_up({producer.node.name for producer in self._producers.values()})
        before = -1
        while before != (before := self._size()):  # a relay adds to what its producer yields
            for function in list(self._producers):
                with working_on(function.file.name, function.node.lineno):
                    self._look_at(function)

    def _size(self) -> int:
        return sum(len(p.yields) + len(p.callers) for p in self._producers.values())

    def _add(self, producer: Producer, constant: Constant | None) -> None:
        function = Function(producer.file, producer.node)
        self._producers[function] = producer
        if constant is not None:
            self._constants[function] = constant

    def _look_at(self, function: Function) -> None:
        producer = self._producers[function]
        loads = self.plan.finder.loads_of(function)
        found = {load: self._caller_of(load, producer) for load in loads.certain}
        alone = bool(found) and self._may_stand_alone(producer, loads)
        rest = [
            load for load, caller in found.items() if caller is None and not self._is_bounded(load)
        ]
        views = {load: self._text_view(load, producer) for load in rest} if alone else {}
        is_reached = len(views) == len(rest) and None not in views.values()
        if is_reached and not producer.is_decorated:
            found |= views
        producer.callers = [caller for caller in found.values() if caller is not None]
        producer.needs_decorator = not producer.is_decorated and not (alone and is_reached)

    def relays_that_need_text(self) -> set[ast.AST]:
        """Return the relays that would need a decorator: it is nothing but churn to let them pass chunks on."""
        return {relay.node for relay in self.relays if relay.needs_decorator}

    def _caller_of(self, load: Load, producer: Producer) -> Caller | None:
        """Return what *load*, a load of *producer*, becomes if it is an edge or a relay that may be changed."""
        self.kept.pop(load.node, None)
        if self._is_bounded(load):
            return None
        try:
            return self._caller(load, producer)
        except NeedsText as error:
            self.kept[load.node] = error.reason
            return None

    def _caller(self, load: Load, producer: Producer) -> Caller:
        access = self._access(load, producer)
        edge = edge_of(load.node, load.file)
        if edge is not None:
            return Caller(load.file, edge.call, access, edge=edge)
        relay = self._relay(load, producer)
        return Caller(load.file, relay.call, access, relay=relay)

    def _text_view(self, load: Load, producer: Producer) -> Caller | None:
        """Return the call of *load* with a boundary that gives the text which the decorator would give.

        It may stand wherever the call does, except where no edit can be made, or the contract may not be bound yet.
        """
        tree = load.file.tree
        call = tree.parent_of[load.node]
        if not isinstance(call, ast.Call) or call.func is not load.node:
            return None
        if tree.scope_of[call].function is None:
            return None
        sites = {site.node for site in load.file.sites if site.verdict == "auto"}
        around = tree.ancestors(call)
        if any(isinstance(node, ast.JoinedStr) or node in sites for node in around):
            return None
        try:
            return Caller(load.file, call, self._access(load, producer))
        except NeedsText:
            return None

    def _access(self, load: Load, producer: Producer) -> Access:
        file = load.file
        if file.name not in self.plan.facts.project.selected:
            raise NeedsText("other-path")
        if TEST_FILE.search(file.name):
            raise NeedsText("test-code")
        limits, around = self.plan.limits, file.tree.scope_of[load.node].function
        called = producer.file.name, producer.path
        caller = file.name, around.path if around is not None else ""
        if limits is not None and not limits.allow_call(called, caller):
            raise NeedsText(OTHER)
        functions = [each for each in load.meaning if isinstance(each, Function)]
        contracts = {self._constants.get(each) for each in functions}
        constant = self._constants.get(Function(producer.file, producer.node))
        if contracts - {None, constant}:
            raise NeedsText("several-producers")
        if constant is None:
            raise NeedsText("unread-contract")
        if not producer.is_itself:
            raise NeedsText("decorated-producer")
        taken = {name for (f, name), c in self._named.items() if f is file and c != constant}
        access = access_to(constant, file, load.node, self.plan, taken)
        if access is None or self._named.setdefault((file, access.name), constant) != constant:
            raise NeedsText("contract-out-of-reach")
        return access

    def _relay(self, load: Load, producer: Producer) -> Relay:
        function = Function(producer.file, producer.node)
        iteration = iteration_of(load.node, load.file)
        if iteration is None:
            raise NeedsText("unknown-use")
        if len(load.meaning) > 1:
            raise NeedsText("several-producers")
        items = items_of(producer, self._constants[function], self.plan)
        if items is None:
            raise NeedsText("unread-contract")
        call = load.file.tree.parent_of[load.node]
        assert isinstance(call, ast.Call)
        relay = read_relay(iteration, call, items, load.file)
        passes_on = self._generator(load, relay, self._constants[function])
        passes_on.yields.update(relay.passed)
        return relay

    def _generator(self, load: Load, relay: Relay, constant: Constant) -> Producer:
        """Return the producer that the generator of *relay* is, or becomes by it."""
        node = relay.scope.node
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        function = Function(load.file, node)
        if function not in self._producers:
            generator = Producer(load.file, node, relay.scope)
            if node in self.refused:
                raise NeedsText("public-relay")
            if reason := generator.refusal():
                raise NeedsText(reason)
            if not generator.is_itself:
                raise NeedsText("decorated-producer")
            self.relays.append(generator)
            self._add(generator, constant)
        return self._producers[function]

    def _is_bounded(self, load: Load) -> bool:
        return boundary_around(load, self.plan.finder.resolver) is not None

    def _may_stand_alone(self, producer: Producer, loads: Loads) -> bool:
        """Whether nothing but the loads that were found can reach *producer*."""
        owner = producer.file.tree.scope_of[producer.node]
        closed_world = self.plan.settings.closed_world
        private = is_private(producer.node, owner, producer.file, closed_world=closed_world)
        once = len(owner.bindings[producer.node.name]) == 1
        family = any(len(load.meaning) > 1 for load in loads.certain)
        called = may_be_called_by_a_base(producer.node, producer.file, self.plan.finder.resolver)
        return (
            private
            and once
            and producer.is_itself
            and loads.are_all_known
            and not family
            and not called
        )
