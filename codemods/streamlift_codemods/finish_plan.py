"""What phase 3 would do: which decorators go, which calls get a boundary for that, and why the others stay."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .callers import boundary_around, decorated_functions, may_be_called_by_a_base
from .contract_import import access_to, constant_behind, constant_of_decorator
from .dead_helpers import dead_helpers
from .errors import UsageError, working_on
from .facts import collect_facts, is_export
from .loads import LoadFinder
from .plan import Plan
from .producers import Caller, Producer, is_private
from .resolution import Class, Function, Resolver
from .stream_annotations import item_type, text_in
from .stubs import is_stub

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .contract_import import Access, Constant
    from .facts import FileFacts
    from .loads import Load, Loads
    from .project import Project
    from .settings import Settings

KEPT = "kept-public"
Place: TypeAlias = "tuple[FileFacts, ast.expr]"


@dataclass(frozen=True)
class Stays:
    """A decorator that stays.

    Attributes:
        producer: Its function.
        reason: Why.
        places: What it stays for: calls that take text, strings that name it.
    """

    producer: Producer
    reason: str
    places: tuple[Place, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nobody wants it to go."""
        return self.reason == KEPT


@dataclass
class FinishPlan:
    """What phase 3 would do.

    Attributes:
        plan: The facts, and what finds loads.
        goes: The producers whose decorator goes.
        stays: The others, in order of file and line.
        callers: The calls in the selected files that get a boundary on their side.
        bases: The methods without frames whose annotation follows those that override them.
        dead: The helpers for frames that nothing uses any more.
        names: Which contract a name means in a file.
    """

    plan: Plan
    goes: list[Producer] = field(default_factory=list)
    stays: list[Stays] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    bases: list[Function] = field(default_factory=list)
    dead: list[Function] = field(default_factory=list)
    names: dict[tuple[FileFacts, str], Constant] = field(default_factory=dict)

    @property
    def left(self) -> list[Stays]:
        """The decorators that somebody may want to go."""
        return [each for each in self.stays if not each.is_done]


def survey(project: Project, settings: Settings) -> Plan:
    """Return what is known of *project*, without a verdict on any site."""
    facts = collect_facts(project)
    return Plan(facts, settings, LoadFinder(Resolver(facts)))


def make_finish_plan(plan: Plan, names: Sequence[str] = ()) -> FinishPlan:
    """Return what phase 3 does with the project of *plan*; with *names*, with these producers only.

    Raises:
        UsageError: If a name is not that of one decorated producer.
    """
    found = FinishPlan(plan)
    selected = plan.facts.project.selected
    producers = _named(decorated_functions(plan), names)
    resolver = plan.finder.resolver
    resolver.look_up({producer.node.name for producer in producers})
    for producer in producers:
        with working_on(producer.file.name, producer.node.lineno):
            _Decision(found, producer).make()
    order = sorted(
        found.stays, key=lambda each: (each.producer.file.name, each.producer.node.lineno)
    )
    found.stays = [each for each in order if each.producer.file.name in selected]
    found.bases = _bases(found.goes, plan)
    found.dead = dead_helpers(plan)
    return found


def _named(producers: list[Producer], names: Sequence[str]) -> list[Producer]:
    """Return those of *producers* that *names* are those of; all of them without names."""
    if not names:
        return producers
    found: list[Producer] = []
    for name in names:
        exact = [each for each in producers if name in _names_of(each)]
        named = exact or [each for each in producers if f".{each.path}".endswith(f".{name}")]
        if len({(each.file.name, each.path) for each in named}) > 1:
            listed = ", ".join(sorted(f"{each.file.name}:{each.path}" for each in named))
            raise UsageError(f"--producer {name}", f"is ambiguous: {listed}", "name one of these")
        found += named
    return found


def _names_of(producer: Producer) -> set[str]:
    return {f"{producer.file.module}:{producer.path}", f"{producer.file.name}:{producer.path}"}


@dataclass
class _Stay(Exception):
    """The decorator stays.

    Attributes:
        reason: Why.
        places: What it stays for.
    """

    reason: str
    places: list[Place] = field(default_factory=list)


class _Decision:
    """Whether the decorator of one producer goes."""

    def __init__(self, found: FinishPlan, producer: Producer) -> None:
        self.found = found
        self.plan = found.plan
        self.producer = producer
        self.function = Function(producer.file, producer.node)
        self.resolver = found.plan.finder.resolver
        self.selected = found.plan.facts.project.selected

    def make(self) -> None:
        """Put the producer with those that go, and the calls that need it with the callers, or tell why it stays."""
        try:
            constant = self._constant()
            loads = self._loads()
            callers = [*self._callers(loads, constant)]
            self._claim_names(callers, constant)
            known = {each.call for each in self.found.callers}  # of another one of the family
            self.found.callers += [
                each
                for each in callers
                if each.file.name in self.selected and each.call not in known
            ]
            self._check_paths(callers)
            self.found.goes.append(self.producer)
        except _Stay as stay:
            self.found.stays.append(Stays(self.producer, stay.reason, tuple(stay.places)))

    def _claim_names(self, callers: list[Caller], constant: Constant) -> None:
        """Let the name of *constant* in the files of *callers* be its own: two modules may call theirs `SSE`."""
        names = self.found.names
        taken = [c for c in callers if names.get((c.file, c.contract.name), constant) != constant]
        if taken:
            raise _Stay("contract-out-of-reach", [(each.file, each.call) for each in taken])
        names |= {(each.file, each.contract.name): constant for each in callers}

    def _check_paths(self, callers: list[Caller]) -> None:
        if self.producer.file.name not in self.selected:
            raise _Stay("other-path")
        others = [each for each in callers if each.file.name not in self.selected]
        if others:
            raise _Stay("other-path", [(each.file, each.call) for each in others])

    def _constant(self) -> Constant:
        producer = self.producer
        constant = constant_of_decorator(producer, self.resolver)
        if constant is None:
            raise _Stay("unread-contract")
        if not producer.is_itself:
            raise _Stay(producer.refusal() or "decorated-producer")
        if not producer.is_generator:
            raise _Stay("chunk-function")
        return constant

    def _loads(self) -> Loads:
        """Return how the project uses the producer, if nothing else can."""
        producer, settings = self.producer, self.plan.settings
        owner = producer.file.tree.scope_of[producer.node]
        loads = self.plan.finder.loads_of(self.function)
        if not self._is_private(closed_world=settings.closed_world and not settings.keeps_public):
            raise _Stay(
                KEPT if settings.keeps_public else "public-producer", self._text_uses(loads)
            )
        if len(owner.bindings[producer.node.name]) > 1:
            raise _Stay("several-definitions")
        if may_be_called_by_a_base(producer, self.resolver):
            raise _Stay("foreign-base")
        if loads.is_named:
            raise _Stay("named-by-string", [*self._strings()])
        if loads.doubtful:
            raise _Stay("doubtful-load", [(load.file, load.node) for load in loads.doubtful])
        if not loads.certain:
            raise _Stay("no-callers")
        return loads

    def _is_private(self, *, closed_world: bool) -> bool:
        producer = self.producer
        owner = producer.file.tree.scope_of[producer.node]
        return is_private(producer.node, owner, producer.file, closed_world=closed_world)

    def _text_uses(self, loads: Loads) -> list[Place]:
        """Return the loads of the producer that have no boundary around them."""
        return [
            (load.file, load.node)
            for load in (*loads.certain, *loads.doubtful)
            if boundary_around(load, self.resolver) is None
        ]

    def _strings(self) -> Iterator[Place]:
        """Give what names the producer in a string, or puts something else in its place."""
        name = self.producer.node.name
        for other in sorted(self.resolver.files_with(name)):
            file = self.plan.facts.load(other)
            if file is not None:
                strings = file.tree.strings_ending_in(name)
                yield from ((file, each) for each in strings if not is_export(each, file.tree))
                for node in file.tree.attribute_loads.get(name, ()):
                    if not isinstance(node.ctx, ast.Load):
                        yield file, node

    def _callers(self, loads: Loads, constant: Constant) -> Iterator[Caller]:
        """Give the calls that take text, each of which gets a boundary of *constant*."""
        for load in loads.certain:
            boundary = boundary_around(load, self.resolver)
            if boundary is None:
                call = self._call(load, constant)
                yield Caller(load.file, call, self._access(load, constant))
            elif constant_behind(boundary, load.file, self.resolver) != constant:
                raise _Stay("other-contract", [(load.file, load.node)])

    def _call(self, load: Load, constant: Constant) -> ast.Call:
        """Return the call of *load*, around which text can be asked for."""
        tree = load.file.tree
        call = tree.parent_of[load.node]
        if not isinstance(call, ast.Call) or call.func is not load.node:
            raise _Stay("passed-on", [(load.file, load.node)])
        if tree.scope_of[call].function is None:
            raise _Stay("module-level", [(load.file, load.node)])
        if any(isinstance(node, ast.JoinedStr) for node in tree.ancestors(call)):
            raise _Stay("in-f-string", [(load.file, load.node)])
        if not all(self._is_stream_of(each, constant) for each in load.meaning):
            raise _Stay("several-producers", [(load.file, load.node)])
        return call

    def _is_stream_of(self, meaning: object, constant: Constant) -> bool:
        """Whether *meaning* is a producer of *constant*, or has no body that could give anything else."""
        if not isinstance(meaning, Function):
            return False
        other = Producer(meaning.file, meaning.node, meaning.scope)
        if not other.is_decorated:
            return is_stub(meaning.node)
        return other.is_generator and constant_of_decorator(other, self.resolver) == constant

    def _access(self, load: Load, constant: Constant) -> Access:
        scope = load.file.tree.scope_of[load.node]
        access = access_to(constant, load.file, scope, self.plan)
        if access is None:
            raise _Stay("contract-out-of-reach", [(load.file, load.node)])
        return access


def _bases(goes: list[Producer], plan: Plan) -> list[Function]:
    """Return the methods without a body that those of *goes* override, if none below them gives text any more."""
    resolver = plan.finder.resolver
    finished = {Function(producer.file, producer.node) for producer in goes}
    found: dict[Function, None] = {}
    for function in finished:
        name = function.node.name
        owner = function.file.tree.scope_of[function.node].node
        ancestry = (
            resolver.ancestry(Class(function.file, owner))
            if isinstance(owner, ast.ClassDef)
            else ()
        )
        for each in ancestry[1:]:
            if isinstance(each, Class) and name in each.scope.bindings:
                family = resolver.member(each, name)
                bases = [one for one in family if isinstance(one, Function) and one not in finished]
                if len(bases) < len(family) and all(is_stub(one.node) for one in bases):
                    found |= dict.fromkeys(one for one in bases if _tells_text(one, plan))
    return [*found]


def _tells_text(function: Function, plan: Plan) -> bool:
    selected = function.file.name in plan.facts.project.selected
    return selected and text_in(item_type(function.node.returns)) is not None
