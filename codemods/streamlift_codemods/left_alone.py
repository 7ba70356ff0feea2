"""Which sites a run leaves alone: those that a comment ignores, and those that the baseline has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .fingerprint import key_of
from .limits import BASELINED, IGNORED, place_of
from .rules import code_of

if TYPE_CHECKING:
    from .ignores import Ignores
    from .limits import Place
    from .plan import Plan

LEFT_BY_THE_TOOL = {"review", "refused"}
FINDINGS = {"auto", *LEFT_BY_THE_TOOL}
"""The verdicts of the sites that a person, or the tool, has something to do about."""


def left_alone(plan: Plan, ignores: Ignores) -> dict[Place, str]:
    """Return the sites of *plan* that are left alone, and why; the comments that do so are marked as used."""
    accepted = Counter(plan.settings.accepted)
    left: dict[Place, str] = {}
    for site in plan.sites:
        if site.verdict not in FINDINGS:
            continue
        if ignores.leaves(site, code_of(site, plan.contents.get(site))):
            left[place_of(site)] = IGNORED
        elif accepted and accepted[key := key_of(site, plan.facts.project.root)]:
            accepted[key] -= 1
            left[place_of(site)] = BASELINED
    return left
