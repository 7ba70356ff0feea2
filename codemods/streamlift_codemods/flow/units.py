"""Units: which endpoint gets its frames through what, from where.

A unit is a connected set of functions that make, pass on and send the same frames. It is read off a plan; nothing
is decided here.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..reading.resolution import Function
from ..reading.test_files import TEST_FILE
from .callers import boundary_around
from .edges import edge_of
from .relays import iteration_of, iteration_over
from .returning import is_generator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.loads import Load
    from ..reading.scopes import Scope
    from .producers import Caller

MODULE = "<module>"


@dataclass(eq=False)
class Station:
    """A function on the way of frames, from where they are made to where they are sent.

    Attributes:
        file: Where it is.
        scope: Its own scope; that of the module for what stands outside of functions.
        kind: `producer`, `relay`, `endpoint`, or `caller` for what does something else with the frames.
        framework: What sends them, for an endpoint.
        sites: The sites whose frames it hands out, wherever they are made.
        supplies: Where it gets the frames of others from.
    """

    file: FileFacts
    scope: Scope
    kind: str = "producer"
    framework: str | None = None
    sites: list[Site] = field(default_factory=list)
    supplies: list[Supply] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How the command line calls it: `pkg.module:Class.method`."""
        return f"{self.file.module}:{self.path}"

    @property
    def path(self) -> str:
        return self.scope.path or MODULE

    @property
    def is_generator(self) -> bool:
        """Whether it hands frames out, and does not send them itself."""
        node = self.scope.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        return is_generator(node, self.file.tree)

    @property
    def line(self) -> int:
        return self.file.source.line_on_disk(self.scope.node)


@dataclass(frozen=True)
class Supply:
    """A call by which a station gets the frames of another.

    Attributes:
        source: The other.
        load: The name that is called.
        boundary: What stands around the call, such as `SSE.stream`; None if it gets what it got before.
        reason: Why it does.
    """

    source: Station
    load: Load
    boundary: str | None
    reason: str | None


@dataclass(frozen=True)
class Unit:
    """Stations that frames connect: what moves together.

    Attributes:
        stations: The stations, in order of name.
    """

    stations: tuple[Station, ...]

    @property
    def ends(self) -> list[Station]:
        """The stations that no other gets frames from; of a ring, the first."""
        sources = {supply.source for station in self.stations for supply in station.supplies}
        return [each for each in self.stations if each not in sources] or [*self.stations[:1]]


def units_of(plan: Plan) -> list[Unit]:
    """Return the units of *plan*, in order of name."""
    return _Survey(plan).units()


def stations_of(plan: Plan) -> list[Station]:
    """Return the stations in the selected files of *plan*, in order of name."""
    selected = plan.facts.project.selected
    found = [station for unit in units_of(plan) for station in unit.stations]
    return sorted((s for s in found if s.file.name in selected), key=lambda each: each.name)


class _Survey:
    """The way of all frames of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.stations: dict[Scope, Station] = {}
        self.boundaries: dict[ast.AST, Caller] = {
            caller.call: caller for producer in plan.all_producers for caller in producer.callers
        }

    def units(self) -> list[Unit]:
        self._find_makers()
        self._follow()
        units = _connected([*self.stations.values()], [*self._links()])
        selected = self.plan.facts.project.selected
        return [u for u in units if any(each.file.name in selected for each in u.stations)]

    def _station(self, file: FileFacts, scope: Scope) -> Station:
        return self.stations.setdefault(scope, Station(file, scope))

    def _find_makers(self) -> None:
        for file in _outside_of_tests(self.plan.facts.files.values()):
            for site in file.sites:
                for scope in self._makers(site, file):
                    self._station(file, scope).sites.append(site)
        for producer in self.plan.all_producers:
            if not producer.returns and not TEST_FILE.search(producer.file.name):
                self._station(producer.file, producer.scope)

    def _makers(self, site: Site, file: FileFacts) -> list[Scope]:
        """Return the functions that hand out the frame of *site*: those that yield it, else the one that makes it."""
        flow = self.plan.flows.get(file.name)
        reached = [flow.yields[each] for each in flow.yielded_from(site.node)] if flow else []
        scopes = [file.tree.scope_of[node].function for node in reached]
        found = [scope for scope in dict.fromkeys(scopes) if scope is not None]
        return found or [site.scope.function or file.tree.module]

    def _follow(self) -> None:
        resolver = self.plan.finder.resolver
        pending = [each for each in self.stations.values() if each.is_generator]
        resolver.look_up({each.scope.path.rpartition(".")[2] for each in pending})
        for station in pending:  # it grows
            node = station.scope.node
            assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for load in self.plan.finder.loads_of(Function(station.file, node)).certain:
                if TEST_FILE.search(load.file.name):
                    continue
                scope = load.file.tree.scope_of[load.node].function or load.file.tree.module
                is_new = scope not in self.stations
                consumer = self._station(load.file, scope)
                self._supply(consumer, station, load)
                if is_new and consumer.kind == "relay":
                    pending.append(consumer)

    def _supply(self, consumer: Station, source: Station, load: Load) -> None:
        tree, resolver = load.file.tree, self.plan.finder.resolver
        call = tree.parent_of[load.node]
        caller = self.boundaries.get(call)
        written = boundary_around(load, resolver)
        boundary, reason = None, self.plan.kept_text.get(load.node, "no-chunks")
        if caller is not None:
            boundary = f"{caller.contract.name}.{'chunks' if caller.relay else 'stream'}"
        elif written is not None:
            boundary = ast.unparse(written.func)
        gets_text = caller is not None and caller.edge is None and caller.relay is None
        kept = reason if boundary is None or gets_text else None
        consumer.supplies.append(Supply(source, load, boundary, kept))
        edge = caller.edge if caller else edge_of(load.node, load.file)
        loop = iteration_over(written, load.file) if written else iteration_of(load.node, load.file)
        if edge is not None:
            consumer.kind, consumer.framework = "endpoint", edge.framework
        elif loop is not None:
            consumer.kind = "relay"
        elif not consumer.sites and consumer.kind == "producer":
            consumer.kind = "caller"

    def _links(self) -> Iterator[tuple[Station, Station]]:
        """Give the pairs of stations that move together."""
        by_site: dict[Site, Station] = {}
        for station in self.stations.values():
            for supply in station.supplies:
                yield station, supply.source
            for site in station.sites:
                yield station, by_site.setdefault(site, station)
                if site in self.plan.asked:
                    function = self.plan.asked[site]
                    yield station, self.stations.get(function.scope, station)


def _outside_of_tests(files: Iterable[FileFacts]) -> list[FileFacts]:
    return [file for file in files if not TEST_FILE.search(file.name)]


def _connected(stations: list[Station], links: list[tuple[Station, Station]]) -> list[Unit]:
    """Return the connected sets of *stations*."""
    parent = {station: station for station in stations}

    def root(station: Station) -> Station:
        while parent[station] is not station:
            parent[station] = parent[parent[station]]
            station = parent[station]
        return station

    for one, other in links:
        parent[root(one)] = root(other)
    groups: dict[Station, list[Station]] = {}
    for station in sorted(stations, key=lambda each: (each.name, each.line)):
        groups.setdefault(root(station), []).append(station)
    return [Unit(tuple(group)) for group in groups.values()]
