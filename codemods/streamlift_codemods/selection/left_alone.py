"""Which sites a run leaves alone: those that are not asked for, that a comment ignores, or that the baseline has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..flow.units import units_of
from ..frames.fingerprint import key_of
from ..limits import BASELINED, DECLINED, IGNORED, NOT_SELECTED, VERDICTS, place_of
from ..rules import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..frames.sites import Site
    from ..limits import Place
    from ..plan import Plan
    from .ignores import Ignores

LEFT_BY_THE_TOOL = {"review", "refused"}
FINDINGS = {"auto", *LEFT_BY_THE_TOOL}
"""The verdicts of the sites that a person, or the tool, has something to do about."""


def left_alone(plan: Plan, ignores: Ignores, met: Counter[str]) -> dict[Place, str]:
    """Return the sites of *plan* that are left alone, and why.

    The comments that do so are marked as used; the sites that the baseline has are counted in *met*, by their key.
    """
    project, settings = plan.facts.project, plan.settings
    accepted = Counter(settings.accepted)
    sites = sites_asked_about(plan)
    declined = settings.declined.among(sites, project.root)
    left: dict[Place, str] = {}
    for site in sites:
        code = code_of(site, plan.contents.get(site))
        if ignores.leaves(site, code):
            left[place_of(site)] = IGNORED
        elif place_of(site) in declined:
            left[place_of(site)] = DECLINED
        elif not settings.codes.allow(code, plan.kept.get(site, site.reason)):
            left[place_of(site)] = NOT_SELECTED
        elif accepted and accepted[key := key_of(site, project.root)]:
            accepted[key] -= 1
            met[key] += 1
            left[place_of(site)] = BASELINED
    return left


def sites_asked_about(plan: Plan) -> list[Site]:
    """Return the sites of *plan* that somebody has to decide about, also those that it leaves alone."""
    return [each for each in plan.sites if each.verdict in FINDINGS or each.reason in VERDICTS]


def functions_beside(plan: Plan, left: Mapping[Place, str]) -> frozenset[tuple[str, str]]:
    """Return the file and the path of each function on the way of the frames of *plan* that are not *left*."""
    return frozenset(
        (station.file.name, station.path)
        for unit in units_of(plan)
        if any(_is_wanted(site, left) for station in unit.stations for site in station.sites)
        for station in unit.stations
    )


def _is_wanted(site: Site, left: Mapping[Place, str]) -> bool:
    return site.verdict == "auto" and place_of(site) not in left
