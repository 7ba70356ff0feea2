"""What `--producer` limits a run to: the producers that are named, and what they need."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import UsageError
from .units import stations_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .plan import Plan
    from .scopes import Scope
    from .sites import Site
    from .units import Station

OTHER = "other-producer"
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Limits:
    """What may be changed.

    Attributes:
        sites: The file, line and column of each site.
        functions: The file and path of each producer whose callers may be changed.
    """

    sites: frozenset[Place]
    functions: frozenset[tuple[str, str]]

    def allow(self, site: Site) -> bool:
        """Return whether *site* may be changed."""
        return _place(site) in self.sites

    def allow_callers_of(self, file: str, path: str) -> bool:
        """Return whether calls of the function *path* of *file* may get a boundary."""
        return (file, path) in self.functions


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
    return _limits(_closed(_makers(named), stations, plan))


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


def _makers(named: list[Station]) -> list[Station]:
    """Return *named*; one that makes no frames, such as an endpoint, stands for all that it gets frames from."""
    found = dict.fromkeys(named)
    pending = [station for station in found if not station.sites]
    for station in pending:  # it grows
        sources = [supply.source for supply in station.supplies]
        pending += [source for source in sources if source not in found]
        found |= dict.fromkeys(sources)
    return [*found]


def _closed(wanted: Iterable[Station], stations: list[Station], plan: Plan) -> list[Station]:
    """Return *wanted* with every station that has a site in common with one of them, and the helpers they ask."""
    by_site: dict[Site, list[Station]] = {}
    by_scope: dict[Scope, Station] = {each.scope: each for each in stations}
    for station in stations:
        for site in station.sites:
            by_site.setdefault(site, []).append(station)
    found: dict[Station, None] = {}
    pending = [*wanted]
    for station in pending:  # it grows
        if station in found:
            continue
        found[station] = None
        for site in station.sites:
            pending += by_site[site]
            if site in plan.asked and plan.asked[site].scope in by_scope:
                pending.append(by_scope[plan.asked[site].scope])
    return [*found]


def _limits(stations: list[Station]) -> Limits:
    return Limits(
        frozenset(_place(site) for station in stations for site in station.sites),
        frozenset((station.file.name, station.path) for station in stations),
    )


def _place(site: Site) -> Place:
    return site.source.name, site.node.lineno, site.node.col_offset
