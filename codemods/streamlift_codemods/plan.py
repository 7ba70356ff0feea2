"""Decide for every site what becomes of it, and under which contract."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .carriers import Carrier, carrier_of
from .content import Content, assignment_before, content_of, display_of, need_of, typed_keys
from .contract import Contract, Need, contract_for
from .contract_home import ContractHome, home_of
from .expressions import NotWritable
from .facts import FileFacts, ProjectFacts, collect_facts
from .fragment import parse_fragment
from .frame_helpers import FrameHelper, find_helpers
from .producers import Producer, find_edges
from .prove import NotProved, prove
from .rewrite import CHUNK, ChunkWriter

if TYPE_CHECKING:
    from .payload import Dialect
    from .project import Project
    from .scopes import Scope, ScopeTree
    from .settings import Settings
    from .sites import Site

TYPED_BY = {"role", "content", "tool_call_id"}
CHUNK_ORIGIN = {"streamlift.StreamingChunk", "streamlift.chunk.StreamingChunk"}


@dataclass(eq=False)
class Plan:
    """What a run would do.

    Attributes:
        facts: What is known of the project.
        settings: What the project asks for.
        producers: The generators that hand out the frames that are rewritten.
        helpers: The functions that format frames.
        homes: Where the contracts of each file live, by the name of the file that uses them.
        contents: What each rewritable site carries.
        needs: What each rewritable site asks of its contract.
        contracts: The core of the contract that writes each rewritten site.
        encoded: The sites whose contract is not that of their producer: they are encoded where they stand.
        expressions: The chunk expression of each rewritten frame site.
    """

    facts: ProjectFacts
    settings: Settings
    producers: list[Producer] = field(default_factory=list)
    helpers: list[FrameHelper] = field(default_factory=list)
    homes: dict[str, ContractHome] = field(default_factory=dict)
    contents: dict[Site, Content] = field(default_factory=dict)
    needs: dict[Site, Need] = field(default_factory=dict)
    contracts: dict[Site | Producer, Contract] = field(default_factory=dict)
    encoded: set[Site] = field(default_factory=set)
    expressions: dict[Site, str] = field(default_factory=dict)

    @property
    def sites(self) -> list[Site]:
        """Every site of the selected files, in order of file and line."""
        selected = self.facts.project.selected
        found = [
            site
            for file in self.facts.files.values()
            if file.name in selected
            for site in file.sites
        ]
        return sorted(
            found, key=lambda site: (site.source.name, site.node.lineno, site.node.col_offset)
        )

    def constant_of(self, target: Site | Producer, file: FileFacts) -> str:
        """Return the name of the contract constant of *target* in *file*."""
        name = self.homes[file.name].name_of(self.contracts[target])
        assert name is not None
        return name


def make_plan(project: Project, settings: Settings) -> Plan:
    """Return what phase 2 does with *project*: facts, verdicts, contracts and proved expressions."""
    plan = Plan(collect_facts(project), settings)
    planner = _Planner(plan)
    planner.read_sites()
    planner.judge_helpers()
    planner.judge_producers()
    while planner.settle():
        planner.judge_helpers()
        planner.judge_producers()
    for producer in plan.producers:
        find_edges(producer, plan.facts, closed_world=settings.closed_world)
    return plan


class _Planner:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.facts = plan.facts
        self.closed_world = plan.settings.closed_world
        self.files = list(plan.facts.files.values())
        self.file_of = {file.source: file for file in self.files}
        self.helper_of: dict[ast.AST, FrameHelper] = {}

    def read_sites(self) -> None:
        for file in self.files:
            for site in file.sites:
                if site.verdict == "auto":
                    self._follow_variable(site, file)
                if site.verdict == "auto":
                    self._read(site, file)
            for helper in find_helpers(file):
                self.plan.helpers.append(helper)
                self.helper_of[helper.node] = helper
                file.sites.extend(helper.calls)

    def _read(self, site: Site, file: FileFacts) -> None:
        content = content_of(site, file.tree)
        bindings = site.scope.bindings_of(CHUNK)
        if content is None:
            site.leave("no-data", "review")
        elif bindings and {binding.qualified for binding in bindings} - CHUNK_ORIGIN:
            site.leave("name-collision")
        elif not isinstance(site.scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            site.leave("carrier-lambda")
        else:
            self.plan.contents[site] = content
            self.plan.needs[site] = need_of(site, content, file.tree)

    def _follow_variable(self, site: Site, file: FileFacts) -> None:
        """Follow a frame that is bound to a name to the `yield` or `return` right behind."""
        if site.carrier.name != "variable":
            return
        assignment = site.carrier.statement
        target = assignment.targets[0] if isinstance(assignment, ast.Assign) else None
        owner = site.scope.owner_of(target.id) if isinstance(target, ast.Name) else None
        if (
            not isinstance(target, ast.Name)
            or owner is not site.scope
            or assignment is not site.carrier.node
        ):
            site.leave("carrier-variable")
            return
        loads = file.tree.loads_of(target.id, owner)
        before = {load: assignment_before(load, target.id, file.tree) for load in loads}
        own = [load for load, statement in before.items() if statement is assignment]
        carrier = (
            carrier_of(own[0], file.tree) if len(own) == 1 and None not in before.values() else None
        )
        if carrier is None or carrier.name not in {"yield", "return"}:
            site.leave("carrier-variable")
        else:
            site.carrier = Carrier(carrier.name, carrier.node, assignment)

    def judge_helpers(self) -> None:
        """Leave the helpers that cannot return chunks, with their sites and calls."""
        for helper in self.plan.helpers:
            reason = helper.obstacle(
                self.facts, closed_world=self.closed_world
            ) or self._caller_obstacle(helper)
            if reason:
                for site in [*helper.sites, *helper.calls]:
                    self._leave(site, reason)

    def _caller_obstacle(self, helper: FrameHelper) -> str | None:
        for call in helper.calls:
            if call.verdict != "auto":
                return call.reason
            function = call.scope.node
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return "helper-lambda"
            if reason := Producer(helper.file, function, call.scope).refusal():
                return reason
        return None

    def judge_producers(self) -> None:
        """Group the sites that yield by their generator."""
        producers: dict[Scope, Producer] = {}
        for file in self.files:
            for site in file.sites:
                function = site.scope.node
                if site.verdict != "auto" or site.carrier.name != "yield":
                    continue
                if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    self._leave(site, "carrier-lambda")
                    continue
                producer = producers.setdefault(site.scope, Producer(file, function, site.scope))
                if reason := producer.refusal():
                    self._leave(site, reason)
                else:
                    producer.sites.append(site)
        self.plan.producers = [producer for producer in producers.values() if producer.sites]

    def settle(self) -> bool:
        """Choose contracts, write and prove each expression; return whether a site had to be left."""
        plan = self.plan
        plan.contracts.clear()
        plan.encoded.clear()
        plan.expressions.clear()
        plan.homes = self._homes()
        self._choose_cores()
        self._choose_site_contracts()
        self._name_contracts()
        return self._write_all()

    def _frame_sites(self) -> list[tuple[FileFacts, Site]]:
        return [
            (file, site)
            for file in self.files
            for site in file.sites
            if site.verdict == "auto" and site.kind == "frame"
        ]

    def _homes(self) -> dict[str, ContractHome]:
        shared: dict[str, ContractHome] = {}
        homes = {}
        for name in {file.name for file, _ in self._frame_sites()}:
            home = home_of(self.facts.files[name], self.facts, self.plan.settings.contracts_module)
            homes[name] = shared.setdefault(home.name, home)
        return homes

    def _needs_of(self, producer: Producer) -> list[Need]:
        needs = []
        for site in producer.sites:
            if site.kind == "frame":
                needs.append(self.plan.needs[site])
            elif site.helper is not None:
                needs += [self.plan.needs[inner] for inner in self.helper_of[site.helper].sites]
        return needs

    def _choose_cores(self) -> None:
        dialects: dict[str, Counter[Dialect]] = defaultdict(Counter)
        for producer in self.plan.producers:
            home = self._home_of(producer)
            dialects[home.name].update(
                need.dialect for need in self._needs_of(producer) if need.dialect
            )
        for producer in self.plan.producers:
            needs = self._needs_of(producer)
            usual = dialects[self._home_of(producer).name].most_common(1)
            self.plan.contracts[producer] = _core(needs, usual[0][0] if usual else None)

    def _home_of(self, producer: Producer) -> ContractHome:
        home = self.plan.homes.get(producer.file.name)
        assert home is not None
        return home

    def _choose_site_contracts(self) -> None:
        for producer in self.plan.producers:
            for site in producer.sites:
                if site.kind == "frame":
                    self._choose(site, [self.plan.contracts[producer]])
        for helper in self.plan.helpers:
            callers = {
                self.plan.contracts[p]
                for p in self.plan.producers
                for s in p.sites
                if s.helper is helper.node
            }
            for site in helper.sites:
                if site.verdict == "auto":
                    self._choose(site, list(callers), in_place=_is_in_try(site, helper))

    def _choose(self, site: Site, cores: list[Contract], *, in_place: bool = False) -> None:
        need = self.plan.needs[site]
        common = len(cores) == 1 and cores[0].satisfies(need)
        self.plan.contracts[site] = cores[0] if common else contract_for(need)
        if not common or in_place:
            self.plan.encoded.add(site)

    def _name_contracts(self) -> None:
        used: dict[str, Counter[Contract]] = defaultdict(Counter)
        taken: dict[str, set[str]] = defaultdict(set)
        for file, site in self._frame_sites():
            home = self.plan.homes[file.name]
            used[home.name][self.plan.contracts[site]] += 1
            taken[home.name] |= _bound_names(file, home)
        for producer in self.plan.producers:
            used[self._home_of(producer).name][self.plan.contracts[producer]] += 0
        for home in set(self.plan.homes.values()):
            home.assign_names(used[home.name], taken[home.name] - set(home.existing))
        self._widen()

    def _widen(self) -> None:
        shapes: dict[tuple[ContractHome, str, str], Counter[tuple[str, ...]]] = defaultdict(Counter)
        verbatim: set[tuple[ContractHome, str]] = set()
        for file, site in self._frame_sites():
            home, core, content = (
                self.plan.homes[file.name],
                self.plan.contracts[site],
                self.plan.contents[site],
            )
            name = home.name_of(core)
            assert name is not None
            if self.plan.needs[site].verbatim:
                verbatim.add((home, name))
            keys = typed_keys(content)
            if (
                keys
                and TYPED_BY & set(keys[1])
                and (content.lines.event is None or core.event_is_type)
            ):
                shapes[home, name, keys[0]][keys[1]] += 1
        for (home, name, kind), counted in shapes.items():
            known = dict(home.contracts[name].keys)
            best = max(counted.items(), key=lambda item: (item[1], item[0]))[0]
            home.widen(name, {kind: known.get(kind, best)}, verbatim=False)
        for home, name in verbatim:
            home.widen(name, {}, verbatim=True)

    def _write_all(self) -> bool:
        formatters = {
            contract: contract.build()
            for home in self.plan.homes.values()
            for contract in home.contracts.values()
        }
        left = False
        for file, site in self._frame_sites():
            name = self.plan.constant_of(site, file)
            contract = self.plan.homes[file.name].contracts[name]
            writer = ChunkWriter(file.tree, site.scope, self.plan.settings.style_of(file.source))
            try:
                written = writer.write(self.plan.contents[site], contract)
                old, new = self._compared(site, parse_fragment(written.expression).node, file.tree)
                site.proof = prove(old, new, formatters[contract], file.tree, site.scope)
            except NotWritable as error:
                self._leave(site, error.reason)
                left = True
            except (NotProved, SyntaxError) as error:
                site.proof = {"failed": str(error)}
                self._leave(site, "not-proved")
                left = True
            else:
                site.grade = written.grade
                in_place = site in self.plan.encoded
                self.plan.expressions[site] = (
                    f"{name}.encoded({written.expression})" if in_place else written.expression
                )
        self._grade_calls()
        return left

    def _compared(self, site: Site, new: ast.expr, tree: ScopeTree) -> tuple[ast.expr, ast.expr]:
        """Return the frame and the chunk expression with what earlier statements bind put in."""
        old = site.fragment.node
        content = self.plan.contents[site]
        if content.call is None:
            return old, new
        payload = content.call.value.node
        if content.serialised is not None:
            target = content.serialised.targets[0]
            assert isinstance(target, ast.Name)
            text = parse_fragment(site.source.segment(content.serialised.value)).node
            old, new = _substituted(old, target.id, text), _substituted(new, target.id, payload)
        if isinstance(payload, ast.Name):
            display = display_of(payload, tree, site.scope)
            old, new = (
                _substituted(old, payload.id, display),
                _substituted(new, payload.id, display),
            )
        return old, new

    def _grade_calls(self) -> None:
        for helper in self.plan.helpers:
            grades = [site.grade for site in helper.sites if site.verdict == "auto"]
            for call in helper.calls:
                if call.verdict == "auto":
                    call.grade = grades[0] if grades else None
                    call.proof = {"carrier": "proved", "helper": "its return sites are proved"}

    def _leave(self, site: Site, reason: str) -> None:
        if site.verdict == "auto":
            site.leave(reason)


class _Substitution(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name else node


def _substituted(node: ast.expr, name: str, value: ast.expr) -> ast.expr:
    changed = _Substitution(name, value).visit(node)
    assert isinstance(changed, ast.expr)
    return changed


def _core(needs: list[Need], usual: Dialect | None) -> Contract:
    """Return the contract that most of *needs* agree on."""

    def most(values: list[object]) -> object:
        counted = Counter(value for value in values if value is not None)
        return counted.most_common(1)[0][0] if counted else None

    dialect = most([need.dialect for need in needs]) or usual
    leading = [need for need in needs if need.dialect in (None, dialect)]
    base = Need(
        dialect=dialect,  # type: ignore[arg-type]  # what was counted
        space=most([need.space for need in leading]),  # type: ignore[arg-type]
        terminator=str(most([need.terminator for need in leading])),
        encoding=most([need.encoding for need in leading]),  # type: ignore[arg-type]
        order=max((need.order for need in leading), key=len, default=()),
    )
    repeats = [need.event_repeats_type for need in leading if need.event_repeats_type is not None]
    return replace(contract_for(base), event_is_type=bool(repeats) and all(repeats))


def _is_in_try(site: Site, helper: FrameHelper) -> bool:
    around = helper.file.tree.ancestors(site.node)
    return any(isinstance(node, ast.Try) for node in around[: around.index(helper.node)])


def _bound_names(file: FileFacts, home: ContractHome) -> set[str]:
    names: set[str] = set()
    for scope in {file.tree.module, *file.tree.scope_made_by.values()}:
        for name, bindings in scope.bindings.items():
            origin = {file.absolute(binding.qualified) for binding in bindings if binding.qualified}
            if home.module is None or origin != {f"{home.module}.{name}"}:
                names.add(name)
    return names
