"""How far a project is: which sites stand in which phase, in each folder, and what of the scaffold is left."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field, fields
from posixpath import dirname
from typing import TYPE_CHECKING

from .carriers import TEST_FILE
from .finish_plan import make_finish_plan, survey
from .scaffold import LEGACY, find_scaffolds
from .sites import BESIDE

if TYPE_CHECKING:
    from .facts import FileFacts
    from .finish_plan import FinishPlan
    from .plan import Plan
    from .project import Project
    from .settings import Settings

PATTERN_1 = {"auto", "review", "refused", "baselined"}
BY_HAND = {
    "begin": "streamlift migrate --phase 2 takes it away",
    "adapt": "let the source yield chunks, and write SSE.chunks(...) in its place",
}
LAST = "take it away with the last begin(...)"


@dataclass
class Counts:
    """How many sites stand where.

    Attributes:
        pattern_1: They make text.
        phase_1: Their chunk stands beside the text.
        phase_2: They make chunks, in a function whose decorator gives text.
        finished: They make chunks.
    """

    pattern_1: int = 0
    phase_1: int = 0
    phase_2: int = 0
    finished: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = [each.name for each in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def sites(self) -> int:
        """All of them."""
        return self.pattern_1 + self.phase_1 + self.phase_2 + self.finished


@dataclass(frozen=True)
class ShimUse:
    """A use of what goes away again.

    Attributes:
        file: Where it is.
        node: The name, or the import of it if nothing loads it.
        name: What is used, such as `begin`.
    """

    file: FileFacts
    node: ast.expr | ast.stmt
    name: str

    @property
    def by_hand(self) -> str:
        """What becomes of it."""
        return BY_HAND.get(self.name, LAST)


@dataclass
class BurnDown:
    """How far a project is.

    Attributes:
        folders: The counts of each folder with sites.
        shim: What uses the shim.
        finish: Which decorators can go, and why the others stay.
    """

    finish: FinishPlan
    folders: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    shim: list[ShimUse] = field(default_factory=list)

    @property
    def total(self) -> Counts:
        return sum(self.folders.values(), Counts())

    @property
    def decorators(self) -> int:
        """How many decorators are left that somebody may want to go."""
        return len(self.finish.goes) + len(self.finish.left)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.total.sites - self.total.finished or self.shim or self.decorators)


def burn_down(plan: Plan, project: Project, settings: Settings) -> BurnDown:
    """Return how far *project*, which phase 2 would do *plan* with, is."""
    finish = make_finish_plan(survey(project, settings))
    found = BurnDown(finish)
    files = finish.plan.facts.files
    scaffolded = {name for name in sorted(files) if _add_phase_1(found, files[name])}
    for site in plan.sites:
        if site.verdict in PATTERN_1 and site.source.name not in scaffolded:
            found.folders[dirname(site.source.name)].pattern_1 += 1
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
    for folder in [name for name, counts in found.folders.items() if not counts.sites]:
        del found.folders[folder]
    found.shim = _shim_uses(finish.plan)
    return found


def _add_phase_1(found: BurnDown, file: FileFacts) -> bool:
    """Count the sites of *file* that have their chunk beside them; return whether there are any."""
    if file.name not in found.finish.plan.facts.project.selected:
        return False
    number = sum(len(scaffold.eithers) for scaffold in find_scaffolds(file.tree))
    found.folders[dirname(file.name)].phase_1 += number
    return number > 0


def _shim_uses(plan: Plan) -> list[ShimUse]:
    project = plan.facts.project
    names = sorted(project.mentioning({LEGACY})[LEGACY] & project.selected)
    files = [file for name in names if (file := plan.facts.load(name)) is not None]
    return [use for file in files for use in _uses_in(file)]


def _uses_in(file: FileFacts) -> list[ShimUse]:
    found: list[ShimUse] = []
    for node in file.tree.imports:
        modules = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
        if not any(module.split(".")[0] == LEGACY for module in modules):
            continue
        scope = file.tree.scope_of[node]
        bound = {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        for name, original in bound.items():
            loads = file.tree.loads_of(name, scope)
            uses: list[ast.expr | ast.stmt] = [_whole(load, file) for load in loads]
            uses = uses or [node]
            shown = [each.attr if isinstance(each, ast.Attribute) else original for each in uses]
            found += [ShimUse(file, each, what) for each, what in zip(uses, shown, strict=True)]
    return sorted(found, key=lambda use: (use.node.lineno, use.node.col_offset))


def _whole(load: ast.Name, file: FileFacts) -> ast.expr:
    """Return `streamlift_legacy.begin` of the *load* of the module."""
    parent = file.tree.parent_of[load]
    return parent if isinstance(parent, ast.Attribute) and load.id == LEGACY else load
