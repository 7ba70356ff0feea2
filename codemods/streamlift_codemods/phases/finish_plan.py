"""What phase 3 would do: which decorators go, which calls get a boundary for that, and why the others stay."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..contracts.read_contract import contract_of
from ..errors import UsageError, working_on
from ..flow.boundary_calls import KEPT, BoundarySearch, Stay
from ..flow.callers import decorated_functions
from ..flow.contract_import import constant_of_decorator
from ..flow.dead_helpers import dead_helpers
from ..plan import Plan
from ..reading.facts import collect_facts
from ..reading.loads import LoadFinder
from ..reading.resolution import Class, Function, Resolver
from ..reading.stream_annotations import item_type, text_in
from ..reading.stubs import is_stub
from .frame_tests import TextTest, frame_test, is_in_test
from .shim_uses import shim_uses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..flow.boundary_calls import BoundaryCall, Names, Place
    from ..flow.producers import Producer
    from ..reading.project import Project
    from ..settings import Settings
    from .frame_tests import FrameTest
    from .shim_uses import ShimUse


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
        tests: The tests of frames that become tests of chunks.
        text_tests: The calls in tests that go on getting text.
        dead: The helpers for frames that nothing uses any more.
        shim: What goes on using the shim.
        names: Which contract a name means in a file.
    """

    plan: Plan
    goes: list[Producer] = field(default_factory=list)
    stays: list[Stays] = field(default_factory=list)
    callers: list[BoundaryCall] = field(default_factory=list)
    bases: list[Function] = field(default_factory=list)
    tests: list[FrameTest] = field(default_factory=list)
    text_tests: list[TextTest] = field(default_factory=list)
    dead: list[Function] = field(default_factory=list)
    shim: list[ShimUse] = field(default_factory=list)
    names: Names = field(default_factory=dict)

    def followed_by(self, other: FinishPlan) -> FinishPlan:
        """Return what this plan and then *other* would do; what is left is as *other* has it."""
        return replace(
            other,
            goes=[*self.goes, *other.goes],
            callers=[*self.callers, *other.callers],
            bases=[*self.bases, *other.bases],
            tests=[*self.tests, *other.tests],
            text_tests=[*self.text_tests, *other.text_tests],
            dead=[*self.dead, *other.dead],
        )

    @property
    def without_changes(self) -> FinishPlan:
        """What is left, and nothing that is done about it."""
        return FinishPlan(self.plan, stays=self.stays, shim=self.shim)

    @property
    def left(self) -> list[Stays]:
        """The decorators that somebody may want to go."""
        return [each for each in self.stays if not each.is_done]


def survey(project: Project, settings: Settings) -> Plan:
    """Return what is known of *project*, without a verdict on any site."""
    facts = collect_facts(project, settings.chunk_class)
    return Plan(facts, settings, LoadFinder(Resolver(facts)))


def make_finish_plan(plan: Plan, names: Sequence[str] = ()) -> FinishPlan:
    """Return what phase 3 does with the project of *plan*; with *names*, with these producers only.

    Raises:
        UsageError: If a name is not that of one decorated producer.
    """
    found = FinishPlan(plan)
    selected = plan.facts.project.selected
    must_exist = not plan.facts.project.overlay  # what was finished has no decorator any more
    producers = _named(decorated_functions(plan), names, must_exist=must_exist)
    resolver = plan.finder.resolver
    resolver.look_up({producer.node.name for producer in producers})
    for producer in producers:
        with working_on(producer.file.name, producer.node.lineno):
            _decide(found, producer)
    order = sorted(
        found.stays, key=lambda each: (each.producer.file.name, each.producer.node.lineno)
    )
    found.stays = [each for each in order if each.producer.file.name in selected]
    found.bases = _bases(found.goes, plan)
    found.dead = [] if names else dead_helpers(plan)
    found.shim = shim_uses(plan)
    return found


def _decide(found: FinishPlan, producer: Producer) -> None:
    """Put *producer* with those that go, and the calls that need it with the callers, or tell why it stays."""
    selected = found.plan.facts.project.selected
    try:
        calls = BoundarySearch(found.plan, producer, found.names).calls()
        tests, text_tests = _frame_tests(calls, producer, found.plan)
        calls = [tests[call].call if call in tests else call for call in calls]
        waits = _outside(producer, calls, selected)
        if (
            waits is None or producer.is_generator
        ):  # a boundary around what is decorated changes nothing
            known = {each.call for each in found.callers}  # of another one of the family
            found.callers += [c for c in calls if c.file.name in selected and c.call not in known]
            found.tests += [each for each in tests.values() if each.call.file.name in selected]
            found.text_tests += [
                t for t in text_tests if t.call.file.name in selected and t.call.call not in known
            ]
        if waits is not None:
            raise waits
        found.goes.append(producer)
    except Stay as stay:
        found.stays.append(Stays(producer, stay.reason, tuple(stay.places)))


def _frame_tests(
    calls: list[BoundaryCall], producer: Producer, plan: Plan
) -> tuple[dict[BoundaryCall, FrameTest], list[TextTest]]:
    """Return which of *calls* of *producer* stand in tests of its frames that become tests of its chunks, and the others in tests."""
    function = Function(producer.file, producer.node)
    certain = plan.finder.loads_of(function).certain
    alone = {load.node for load in certain if load.meaning == {function}}
    constant = constant_of_decorator(producer, plan.finder.resolver)
    contract = contract_of(constant, plan.facts) if constant is not None else None
    found, others = {}, []
    for call in calls:
        if not is_in_test(call) or call.asked is not None:
            continue
        style = plan.settings.style_of(call.file)
        test: FrameTest | TextTest = TextTest(producer, call, "several-producers")
        if call.call.func in alone:
            test = frame_test(call, producer, contract, style)
        if isinstance(test, TextTest):
            others.append(test)
        else:
            found[call] = replace(test, call=replace(call, boundary="chunks"))
    return found, others


def _outside(producer: Producer, calls: list[BoundaryCall], selected: set[str]) -> Stay | None:
    """Return why the decorator stays if its function, or one of *calls*, is in a file that may not be changed."""
    others = [call for call in calls if call.file.name not in selected]
    if producer.file.name in selected and not others:
        return None
    return Stay("other-path", [(each.file, each.call) for each in others])


def _named(producers: list[Producer], names: Sequence[str], *, must_exist: bool) -> list[Producer]:
    """Return those of *producers* that *names* are those of; all of them without names."""
    if not names:
        return producers
    found: list[Producer] = []
    for name in names:
        exact = [each for each in producers if name in each.names]
        named = exact or [each for each in producers if f".{each.path}".endswith(f".{name}")]
        if len({(each.file.name, each.path) for each in named}) > 1:
            listed = ", ".join(sorted(f"{each.file.name}:{each.path}" for each in named))
            raise UsageError(f"--producer {name}", f"is ambiguous: {listed}", "name one of these")
        if must_exist and not named:
            hint = "status shows the functions that have it"
            raise UsageError(f"--producer {name}", "is no function with our decorator", hint)
        found += named
    return found


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
