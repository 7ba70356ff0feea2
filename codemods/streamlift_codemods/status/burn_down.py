"""How far a project is: which sites stand in which phase, in each folder, and what of the scaffold is left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields
from posixpath import dirname
from typing import TYPE_CHECKING

from ..frames.sites import BESIDE
from ..phases.finish_plan import make_finish_plan, survey
from ..reading.scaffold import find_scaffolds
from ..reading.test_files import TEST_FILE

if TYPE_CHECKING:
    from ..flow.producers import Producer
    from ..phases.finish_plan import FinishPlan
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.project import Project
    from ..settings import Settings

PATTERN_1 = {"auto", "review", "refused", "baselined"}


@dataclass
class Counts:
    """How many frames stand where, and how many calls ask a helper for one.

    Attributes:
        pattern_1: They make text.
        phase_1: Their chunk stands beside the text.
        phase_2: They make chunks, in a function whose decorator gives text.
        finished: They make chunks.
        helper_calls: The calls that get text.
    """

    pattern_1: int = 0
    phase_1: int = 0
    phase_2: int = 0
    finished: int = 0
    helper_calls: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = [each.name for each in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def left(self) -> int:
        """All that is not finished."""
        return self.pattern_1 + self.phase_1 + self.phase_2 + self.helper_calls


@dataclass
class BurnDown:
    """How far a project is.

    Attributes:
        folders: The counts of each folder with sites.
        finish: Which decorators can go, and why the others stay.
    """

    finish: FinishPlan
    folders: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))

    @property
    def total(self) -> Counts:
        return sum(self.folders.values(), Counts())

    @property
    def signed_off(self) -> list[Producer]:
        """The decorated producers that somebody has signed for."""
        return [each for each in self.producers if not each.names.isdisjoint(self._signed)]

    @property
    def unknown_signed_off(self) -> list[str]:
        """The names that somebody has signed for and that no decorated producer has."""
        known = set().union(*(each.names for each in self.producers))
        return [name for name in self._signed if name not in known]

    @property
    def _signed(self) -> tuple[str, ...]:
        return self.finish.plan.settings.signed_off

    @property
    def producers(self) -> list[Producer]:
        """All that have our decorator."""
        return [*self.finish.goes, *(each.producer for each in self.finish.stays)]

    @property
    def decorators(self) -> int:
        """How many decorators are left that somebody may want to go."""
        return len(self.finish.goes) + len(self.finish.left)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.total.left or self.finish.shim or self.decorators)


def burn_down(plan: Plan, project: Project, settings: Settings) -> BurnDown:
    """Return how far *project*, which phase 2 would do *plan* with, is."""
    finish = make_finish_plan(survey(project, settings))
    found = BurnDown(finish)
    files = finish.plan.facts.files
    scaffolded = {name for name in sorted(files) if _add_phase_1(found, files[name])}
    for site in plan.sites:
        if site.verdict in PATTERN_1:
            counts = found.folders[dirname(site.source.name)]
            counts.helper_calls += site.kind == "helper-call"
            counts.pattern_1 += site.kind == "frame" and site.source.name not in scaffolded
    decorated = {producer.node for producer in finish.goes}
    decorated |= {each.producer.node for each in finish.left}
    for site in finish.plan.sites:
        counts = found.folders[dirname(site.source.name)]
        if site.verdict != "already":
            is_left = site.source.name in scaffolded and site.reason != BESIDE
            counts.pattern_1 += is_left and site.verdict in PATTERN_1
        elif not TEST_FILE.search(site.source.name):
            tree = files[site.source.name].tree
            is_scaffold = not decorated.isdisjoint(tree.ancestors(site.node))
            counts.phase_2 += is_scaffold
            counts.finished += not is_scaffold
    for folder in [name for name, counts in found.folders.items() if counts == Counts()]:
        del found.folders[folder]
    return found


def _add_phase_1(found: BurnDown, file: FileFacts) -> bool:
    """Count the sites of *file* that have their chunk beside them; return whether there are any."""
    if file.name not in found.finish.plan.facts.project.selected:
        return False
    number = sum(len(scaffold.eithers) for scaffold in find_scaffolds(file.tree))
    found.folders[dirname(file.name)].phase_1 += number
    return number > 0
