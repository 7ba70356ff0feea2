"""Choose the contract of each producer and site, and name the constants."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from .content import typed_keys
from .contract import Contract, Need, contract_for
from .contract_home import ContractHome, home_of

if TYPE_CHECKING:
    from .facts import FileFacts
    from .payload import Dialect
    from .plan import Plan
    from .producers import Producer
    from .sites import Site

TYPED_BY = {"role", "content", "tool_call_id"}


def choose_contracts(plan: Plan) -> None:
    """Fill in the contracts of *plan*: one for each producer, by what most of its sites need."""
    plan.contracts.clear()
    plan.encoded.clear()
    plan.homes = _homes(plan)
    _choose_for_producers(plan)
    _choose_for_sites(plan)
    _name(plan)
    _widen(plan)


def _homes(plan: Plan) -> dict[str, ContractHome]:
    shared: dict[str, ContractHome] = {}
    homes = {}
    names = {file.name for file, _ in plan.frame_sites}
    for name in names | {producer.file.name for producer in plan.producers}:
        home = home_of(plan.facts.files[name], plan.facts, plan.settings)
        homes[name] = shared.setdefault(home.name, home)
    return homes


def _choose_for_producers(plan: Plan) -> None:
    dialects: dict[ContractHome, Counter[Dialect]] = defaultdict(Counter)
    for producer in plan.producers:
        needs = [plan.needs[site] for site in producer.reached]
        dialects[_home(plan, producer)].update(need.dialect for need in needs if need.dialect)
    for producer in plan.producers:
        needs = [plan.needs[site] for site in producer.reached] or _needs_asked(producer, plan)
        usual = dialects[_home(plan, producer)].most_common(1)
        plan.contracts[producer] = _core(needs, usual[0][0] if usual else None)


def _needs_asked(producer: Producer, plan: Plan) -> list[Need]:
    """Return what the functions need that *producer* gets all its chunks from: they are encoded already."""
    nodes = {plan.asked[call].place.node for call in producer.asked}
    needs = [plan.needs[site] for _, site in plan.frame_sites if site.scope.node in nodes]
    return needs or [Need()]


def _home(plan: Plan, producer: Producer) -> ContractHome:
    return plan.homes[producer.file.name]


def _choose_for_sites(plan: Plan) -> None:
    cores: dict[Site, set[Contract]] = defaultdict(set)
    decorated = {
        site for producer in plan.producers if producer.is_decorated for site in producer.reached
    }
    for producer in plan.producers:
        for site in producer.reached:
            cores[site].add(plan.contracts[producer])
    for file, site in plan.frame_sites:
        need = plan.needs[site]
        fitting = [core for core in cores[site] if core.satisfies(need)]
        plan.contracts[site] = min(fitting, key=Contract.source) if fitting else contract_for(need)
        common = len(fitting) == 1 and len(cores[site]) == 1 and site not in decorated
        if not common or not plan.flows[file.name].is_direct(site.node):
            plan.encoded.add(site)


def _core(needs: list[Need], usual: Dialect | None) -> Contract:
    """Return the contract that most of *needs* agree on."""
    dialects = Counter(need.dialect for need in needs if need.dialect)
    dialect = dialects.most_common(1)[0][0] if dialects else usual
    leading = [need for need in needs if need.dialect in (None, dialect)]
    spaces = Counter(need.space for need in leading if need.space is not None)
    base = Need(
        dialect=dialect,
        space=spaces.most_common(1)[0][0] if spaces else None,
        terminator=Counter(need.terminator for need in leading).most_common(1)[0][0],
        encoding=Counter(need.encoding for need in leading).most_common(1)[0][0],
        order=max((need.order for need in leading), key=len),
    )
    repeats = [need.event_repeats_type for need in leading if need.event_repeats_type is not None]
    return replace(contract_for(base), event_is_type=bool(repeats) and all(repeats))


def _name(plan: Plan) -> None:
    used: dict[ContractHome, Counter[Contract]] = defaultdict(Counter)
    taken: dict[ContractHome, set[str]] = defaultdict(set)
    for file, site in plan.frame_sites:
        home = plan.homes[file.name]
        used[home][plan.contracts[site]] += 1
        taken[home] |= _bound_names(file, home)
    for producer in plan.producers:
        used[_home(plan, producer)][plan.contracts[producer]] += 0
    for home, counted in used.items():
        home.assign_names(counted, taken[home] - set(home.existing))


def _bound_names(file: FileFacts, home: ContractHome) -> set[str]:
    names: set[str] = set()
    for scope in {file.tree.module, *file.tree.scope_made_by.values()}:
        for name, bindings in scope.bindings.items():
            origin = {file.absolute(binding.qualified) for binding in bindings if binding.qualified}
            if home.module is None or origin != {f"{home.module}.{name}"}:
                names.add(name)
    return names


def _widen(plan: Plan) -> None:
    """Let each contract write the typed chunks, and the holes with line ends, that its sites have."""
    shapes: dict[tuple[ContractHome, str, str], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for file, site in plan.frame_sites:
        home, core = plan.homes[file.name], plan.contracts[site]
        name = plan.constant_of(site, file)
        if plan.needs[site].verbatim:
            home.widen(name, {}, verbatim=True)
        content = plan.contents[site]
        keys = typed_keys(content)
        if keys and TYPED_BY & set(keys[1]) and (content.lines.event is None or core.event_is_type):
            shapes[home, name, keys[0]][keys[1]] += 1
    for (home, name, kind), counted in shapes.items():
        known = dict(home.contracts[name].keys)
        best = max(counted.items(), key=lambda item: (item[1], item[0]))[0]
        home.widen(name, {kind: known.get(kind, best)}, verbatim=False)
