"""Choose the contract of each producer and site, and name the constants."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from ..frames.displays import typed_keys
from ..frames.need import Need
from .contract import Contract, contract_for
from .contract_home import ContractHome, home_beside, home_of
from .encoder_objects import definition

if TYPE_CHECKING:
    from ..flow.producers import Producer
    from ..frames.content import Arm
    from ..frames.payload import Dialect
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts

TYPED_BY = {"role", "content", "tool_call_id"}


def choose_contracts(plan: Plan) -> None:
    """Fill in the contracts of *plan*: one for each producer, by what most of its sites need."""
    plan.contracts.clear()
    plan.encoded.clear()
    _find_homes(plan)
    _choose_for_producers(plan)
    _choose_for_sites(plan)
    _choose_for_texts(plan)
    _name(plan)
    _widen(plan)


def _find_homes(plan: Plan) -> None:
    shared: dict[str, ContractHome] = {}
    plan.homes.clear()
    plan.encoder_homes.clear()
    dialects = {need.dialect for _, _, need, _ in plan.frames}
    for name in {dialect.home for dialect in dialects if dialect and dialect.home}:
        home = home_beside(plan.facts.files[name], plan.facts)
        plan.encoder_homes[name] = shared.setdefault(home.name, home)
    names = {file.name for file, _ in plan.frame_sites}
    for name in names | {producer.file.name for producer in plan.producers}:
        home = home_of(plan.facts.files[name], plan.facts, plan.settings)
        plan.homes[name] = shared.setdefault(home.name, home)


def _choose_for_producers(plan: Plan) -> None:
    dialects: dict[ContractHome, Counter[Dialect]] = defaultdict(Counter)
    for producer in plan.producers:
        known = [need.dialect for need in _needs(producer, plan)]
        usual_ones = (dialect for dialect in known if dialect and not dialect.home)
        dialects[plan.homes[producer.file.name]].update(usual_ones)
    for producer in plan.producers:
        needs = [_as_seen_by(producer, need, plan) for need in _needs(producer, plan)]
        usual = dialects[plan.homes[producer.file.name]].most_common(1)
        plan.contracts[producer] = _core(needs, usual[0][0] if usual else None)


def _needs(producer: Producer, plan: Plan) -> list[Need]:
    """Return what the frames need that *producer* yields."""
    reached = [need for site in producer.reached for _, need, _ in plan.parts_of(site)]
    return reached or _needs_asked(producer, plan)


def _needs_asked(producer: Producer, plan: Plan) -> list[Need]:
    """Return what the functions need that *producer* gets all its chunks from: they are encoded already."""
    nodes = {plan.asked[call].place.node for call in producer.asked}
    sites = [site for _, site in plan.frame_sites if site.scope.node in nodes]
    return [need for site in sites for _, need, _ in plan.parts_of(site)] or [Need()]


def _as_seen_by(producer: Producer, need: Need, plan: Plan) -> Need:
    """Return *need*, without a dialect whose contract is not bound yet, or not imported, at the head of *producer*."""
    if need.dialect is None or need.dialect.home is None:
        return need
    if need.dialect.home != producer.file.name:
        own = any(plan.needs[site] is need for site in producer.reached)
        return need if own else replace(need, dialect=None)
    defined = [definition(named, plan.facts) for named in need.dialect.objects]
    below = any(node is not None and node.lineno > producer.node.lineno for node in defined)
    return replace(need, dialect=None) if below else need


def _choose_for_sites(plan: Plan) -> None:
    cores: dict[Site, set[Contract]] = defaultdict(set)
    decorated = {
        site for producer in plan.producers if producer.is_decorated for site in producer.reached
    }
    for producer in plan.producers:
        for site in producer.reached:
            cores[site].add(plan.contracts[producer])
    for file, site in plan.frame_sites:
        if site.as_text:
            continue
        is_bound_early = plan.contents[site].is_bound_early
        is_direct = not is_bound_early and plan.flows[file.name].is_direct(site.node)
        for part, need, content in plan.parts_of(site):
            fitting = [core for core in cores[site] if core.satisfies(need)]
            chosen = min(fitting, key=Contract.source) if fitting else contract_for(need)
            plan.contracts[part] = chosen
            plan.contracts[site] = chosen
            common = len(fitting) == 1 and len(cores[site]) == 1 and site not in decorated
            if not common or not (is_direct or content.is_constant):
                plan.encoded.add(part)


def _choose_for_texts(plan: Plan) -> None:
    """Let what is given as text take the contract that most of its package has, if that can write it."""
    used: dict[ContractHome, Counter[Contract]] = defaultdict(Counter)
    texts = [(plan.homes[file.name], site) for file, site in plan.frame_sites if site.as_text]
    for file, site in plan.frame_sites:
        if not site.as_text:
            used[plan.homes[file.name]][plan.contracts[site]] += 1
    for home, site in sorted(texts, key=lambda text: plan.needs[text[1]].dialect is None):
        counted = used[home]
        for known in home.existing.values():
            counted[known.core] += 0
        for part, need, content in plan.parts_of(site):
            repeats = need.event_repeats_type or content.kind in {"comment", "done"}
            fitting = [
                core
                for core in counted
                if core.satisfies(need) and (repeats or not core.event_is_type)
            ]
            chosen = max(
                fitting, key=lambda core: (counted[core], core.source()), default=contract_for(need)
            )
            plan.contracts[part] = plan.contracts[site] = chosen
            counted[chosen] += 1


def _core(needs: list[Need], usual: Dialect | None) -> Contract:
    """Return the contract that most of *needs* agree on."""
    dialects = Counter(need.dialect for need in needs if need.dialect)
    dialects = dialects or Counter(need.spelling for need in needs if need.spelling)
    dialect = dialects.most_common(1)[0][0] if dialects else usual
    leading = [need for need in needs if need.dialect in (None, dialect)]
    spaces = Counter(need.space for need in leading if need.space is not None)
    sentinels = Counter(need.sentinel for need in leading if need.sentinel is not None)
    base = Need(
        dialect=dialect,
        space=spaces.most_common(1)[0][0] if spaces else None,
        terminator=Counter(need.terminator for need in leading).most_common(1)[0][0],
        encoding=Counter(need.encoding for need in leading).most_common(1)[0][0],
        sentinel=sentinels.most_common(1)[0][0] if sentinels else None,
        order=max((need.order for need in leading), key=len),
    )
    repeats = [need.event_repeats_type for need in leading if need.event_repeats_type is not None]
    return replace(contract_for(base), event_is_type=bool(repeats) and all(repeats))


def _name(plan: Plan) -> None:
    used: dict[ContractHome, Counter[Contract]] = defaultdict(Counter)
    taken: dict[ContractHome, set[str]] = defaultdict(set)
    users: list[tuple[FileFacts, Site | Arm | Producer, int]] = [
        (file, part, 1) for file, part, _, _ in plan.frames
    ]
    users += [(producer.file, producer, 0) for producer in plan.producers]
    homes_of: dict[FileFacts, set[ContractHome]] = defaultdict(set)
    for file, user, count in users:
        home = plan.home_of(user, file)
        used[home][plan.contracts[user]] += count
        homes_of[file].add(home)
    for file, homes in homes_of.items():
        for home in homes:
            taken[home] |= _bound_names(file, home)
    elsewhere: set[str] = set()
    for home in sorted(used, key=lambda home: (home.is_beside_encoder, home.name)):
        if home.is_beside_encoder and not _is_alone(home, homes_of):
            taken[home].add("SSE")  # its users may have another one
        home.assign_names(used[home], (taken[home] | elsewhere) - set(home.existing))
        elsewhere |= set(home.contracts) if home.is_beside_encoder else set()


def _is_alone(home: ContractHome, homes_of: dict[FileFacts, set[ContractHome]]) -> bool:
    """Whether *home* has all that its own file uses, and nothing else."""
    return all(
        homes == {home} if file.name == home.name else home not in homes
        for file, homes in homes_of.items()
    )


def _bound_names(file: FileFacts, home: ContractHome) -> set[str]:
    names = {*file.from_stars}
    for scope in {file.tree.module, *file.tree.scope_made_by.values()}:
        for name, bindings in scope.bindings.items():
            origin = {file.absolute(binding.qualified) for binding in bindings if binding.qualified}
            if home.module is None or origin != {f"{home.module}.{name}"}:
                names.add(name)
    return names


def _widen(plan: Plan) -> None:
    """Let each contract write the typed chunks, and the holes with line ends, that its sites have."""
    shapes: dict[tuple[ContractHome, str, str], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for file, part, need, content in plan.frames:
        home, core = plan.home_of(part, file), plan.contracts[part]
        name = plan.constant_of(part, file)
        if need.verbatim:
            home.widen(name, {}, verbatim=True)
        keys = typed_keys(content)
        if keys and TYPED_BY & set(keys[1]) and (content.lines.event is None or core.event_is_type):
            shapes[home, name, keys[0]][keys[1]] += 1
    for (home, name, kind), counted in shapes.items():
        known = dict(home.contracts[name].keys)
        best = max(counted.items(), key=lambda item: (item[1], item[0]))[0]
        home.widen(name, {kind: known.get(kind, best)}, verbatim=False)
