"""What `--producer` limits a run to: the producers that are named, and what they need."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..flow.units import stations_of
from ..limits import Limits, place_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator, Sequence

    from ..flow.units import Station
    from ..frames.sites import Site
    from ..plan import Plan


def limits_of(plan: Plan, names: Sequence[str], *, must_exist: bool = True) -> Limits:
    """Return what the producers *names* of *plan* need: every producer that shares a frame with one of them.

    Raises:
        UsageError: If a name is unknown or ambiguous, and *must_exist*.
    """
    stations = stations_of(plan)
    named: list[Station] = []
    for name in names:
        found = _named(name, stations)
        if must_exist:
            _check(name, found, stations, plan)
        named += found
    return _limits(_Needs(plan, stations).closed(_makers(named, plan)))


def _named(name: str, stations: list[Station]) -> list[Station]:
    """Return the stations that *name* is that of: with its module or file, or without if that is enough."""
    exact = [each for each in stations if name in {each.name, f"{each.file.name}:{each.path}"}]
    return exact or [each for each in stations if f".{each.path}".endswith(f".{name}")]


def _check(name: str, found: list[Station], stations: list[Station], plan: Plan) -> None:
    places = {f"{each.file.name}:{each.path}" for each in found}
    if len(places) > 1:
        raise UsageError(
            f"--producer {name}", f"is ambiguous: {', '.join(sorted(places))}", "name one of these"
        )
    if not found and not _is_defined(name, plan):
        known = {each.name: each.name for each in stations}
        known |= {each.path: each.name for each in stations}
        near = dict.fromkeys(known[each] for each in difflib.get_close_matches(name, known))
        hint = f"did you mean {' or '.join(near)}?" if near else "scan shows the names of producers"
        raise UsageError(f"--producer {name}", "is no producer of these files", hint)


def _is_defined(name: str, plan: Plan) -> bool:
    """Whether *name* is that of a function in a file that has frames: it may have been migrated already."""
    return any(
        name
        in {f"{place}:{file.tree.scope_made_by[node].path}" for place in (file.module, file.name)}
        for file in plan.facts.files.values()
        if file.name in plan.facts.project.selected
        for node in file.tree.functions
    )


def _makers(named: list[Station], plan: Plan) -> list[Station]:
    """Return *named*; one that makes no frames, such as an endpoint, stands for all that it gets frames from."""
    migrated = {producer.scope for producer in plan.settled}
    found = dict.fromkeys(named)
    pending = [each for each in found if not each.sites and each.scope not in migrated]
    for station in pending:  # it grows
        sources = [supply.source for supply in station.supplies]
        pending += [source for source in sources if source not in found]
        found |= dict.fromkeys(sources)
    return [*found]


class _Needs:
    """What stations need of one another.

    Args:
        plan: The plan.
        stations: Its stations.
    """

    def __init__(self, plan: Plan, stations: list[Station]) -> None:
        self.plan = plan
        self.by_site: dict[Site, list[Station]] = defaultdict(list)
        self.by_node: dict[ast.AST | None, Station] = {each.scope.node: each for each in stations}
        self.by_name: dict[str, list[Station]] = defaultdict(list)
        self.sites: dict[ast.expr, Site] = {}
        for station in stations:
            self.by_name[station.name].append(station)
            for site in station.sites:
                self.by_site[site].append(station)
                self.sites[site.node] = site

    def closed(self, wanted: Iterable[Station]) -> list[Station]:
        """Return *wanted* with every station whose frames mix with theirs, and the helpers that they call."""
        found: dict[Station, None] = {}
        pending = [*wanted]
        for station in pending:  # it grows
            if station not in found:
                found[station] = None
                pending += self.by_name[station.name]  # one of two definitions
                for site in station.sites:
                    pending += self._of(site)
        return [*found]

    def _of(self, site: Site) -> Iterator[Station]:
        flow = self.plan.flows.get(site.source.name)
        for node in flow.mixed_with(site.node) if flow is not None else [site.node]:
            if node in self.sites:
                yield from self.by_site[self.sites[node]]
        if site not in self.plan.originals and site.helper in self.by_node:
            yield self.by_node[site.helper]


def _limits(stations: list[Station]) -> Limits:
    return Limits(
        frozenset(place_of(site) for station in stations for site in station.sites),
        frozenset((station.file.name, station.path) for station in stations),
    )
