"""What a run would do: the facts, the verdicts, and what stands where in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .contracts.choose_contracts import choose_contracts
from .flow.callers import find_callers
from .flow.judge import Judge
from .reading.facts import FileFacts, ProjectFacts, collect_facts
from .reading.loads import LoadFinder
from .reading.resolution import Resolver
from .rewriting.write_chunks import grade_calls, write_chunks
from .selection.ignores import Ignores

if TYPE_CHECKING:
    import ast

    from .contracts.contract import Contract
    from .contracts.contract_home import ContractHome
    from .flow.frame_flow import Flow
    from .flow.producers import Producer
    from .flow.text_functions import TextFunction
    from .frames.content import Arm, Content
    from .frames.need import Need
    from .frames.sites import Site
    from .limits import Limits
    from .reading.project import Project
    from .rewriting.edits import Edit
    from .settings import Settings


@dataclass(eq=False)
class Plan:
    """What a run would do.

    Attributes:
        facts: What is known of the project.
        settings: What the project asks for.
        finder: Finds what uses a function.
        limits: What may be changed, if that is not everything in the selected files.
        flows: How the frames of each file move, by the file's name.
        producers: The generators that hand out the frames that are rewritten.
        settled: The producers that have a boundary of their own since an earlier run.
        relays: The generators that hand out nothing but the chunks of other producers.
        kept: Why a site that is rewritten stays text.
        kept_text: Why a load of a producer, which is no boundary, goes on getting text.
        homes: Where the contracts of each file live, by the name of the file that uses them.
        encoder_homes: Where the contracts live that name an object of the project, by the file that defines it.
        contents: What each readable site carries.
        needs: What each readable site asks of its contract.
        contracts: The core of the contract that writes each rewritten site.
        encoded: The sites that are encoded where they stand, not by the boundary.
        asked: The calls that ask a function for its chunk, with that function.
        originals: What a dissolved call of a helper evaluates.
        edits: What a phase has changed in each file, by the file's name.
        expressions: The chunk expression of each rewritten frame site.
        bound: The chunk expression that a statement is to bind, where that makes the text so far.
        ignores: The comments that leave sites alone.
        accepted: How many sites the baseline has, by their key.
        introduces: Whether it is for phase 1, which changes no type, so that every helper may have its text given.
    """

    facts: ProjectFacts
    settings: Settings
    finder: LoadFinder
    limits: Limits | None = None
    flows: dict[str, Flow] = field(default_factory=dict)
    producers: list[Producer] = field(default_factory=list)
    settled: list[Producer] = field(default_factory=list)
    relays: list[Producer] = field(default_factory=list)
    kept: dict[Site, str] = field(default_factory=dict)
    kept_text: dict[ast.expr, str] = field(default_factory=dict)
    homes: dict[str, ContractHome] = field(default_factory=dict)
    encoder_homes: dict[str, ContractHome] = field(default_factory=dict)
    contents: dict[Site, Content] = field(default_factory=dict)
    needs: dict[Site, Need] = field(default_factory=dict)
    contracts: dict[Site | Arm | Producer, Contract] = field(default_factory=dict)
    encoded: set[Site | Arm] = field(default_factory=set)
    asked: dict[Site, TextFunction] = field(default_factory=dict)
    originals: dict[Site, ast.expr] = field(default_factory=dict)
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    expressions: dict[Site, str] = field(default_factory=dict)
    bound: dict[ast.stmt, str] = field(default_factory=dict)
    ignores: Ignores = field(default_factory=Ignores)
    accepted: Counter[str] = field(default_factory=Counter)
    introduces: bool = False

    @property
    def all_producers(self) -> list[Producer]:
        """The producers that are rewritten, those of earlier runs, and the relays."""
        return [*self.producers, *self.settled, *self.relays]

    @property
    def sites(self) -> list[Site]:
        """Every site of the selected files, in order of file and line."""
        selected = self.facts.project.selected
        found = [
            s for file in self.facts.files.values() if file.name in selected for s in file.sites
        ]
        return sorted(
            found, key=lambda site: (site.source.name, site.node.lineno, site.node.col_offset)
        )

    @property
    def frame_sites(self) -> list[tuple[FileFacts, Site]]:
        """The sites whose expression is to be rewritten, with their files."""
        return [
            (file, site)
            for file in self.facts.files.values()
            for site in file.sites
            if site.verdict == "auto" and site in self.contents
        ]

    def parts_of(self, site: Site) -> list[tuple[Site | Arm, Need, Content]]:
        """Return each frame that *site* may write, with what it asks of its contract."""
        content = self.contents[site]
        if content.arms:
            return [(arm, arm.need, arm.content) for arm in content.arms]
        return [(site, self.needs[site], content)]

    @property
    def frames(self) -> list[tuple[FileFacts, Site | Arm, Need, Content]]:
        """Each frame that is written by a contract."""
        return [(file, *part) for file, site in self.frame_sites for part in self.parts_of(site)]

    def constant_of(self, target: Site | Arm | Producer, file: FileFacts) -> str:
        """Return the name of the contract constant of *target* in *file*."""
        name = self.home_of(target, file).name_of(self.contracts[target])
        assert name is not None
        return name

    def home_of(self, target: Site | Arm | Producer, file: FileFacts) -> ContractHome:
        """Return where the contract of *target*, which stands in *file*, lives."""
        encoder = self.contracts[target].dialect.home
        return self.homes[file.name] if encoder is None else self.encoder_homes[encoder]

    @property
    def all_homes(self) -> list[ContractHome]:
        """Every home once, in order of name."""
        homes = {home.name: home for home in (*self.encoder_homes.values(), *self.homes.values())}
        return [homes[name] for name in sorted(homes)]


def make_plan(
    project: Project,
    settings: Settings,
    limits: Limits | None = None,
    *,
    introduces: bool = False,
) -> Plan:
    """Return what phase 2 does with *project*, within *limits*: verdicts, contracts and proved expressions.

    If it *introduces*, phase 1 makes of it what it does.
    """
    facts = collect_facts(project, settings.chunk_class)
    plan = Plan(facts, settings, LoadFinder(Resolver(facts)), limits, introduces=introduces)
    judge = Judge(plan)
    judge.read_sites()
    judge.follow_frames()
    settled = False
    while not settled:
        judge.give_text()
        judge.group_producers()
        choose_contracts(plan)
        failed = write_chunks(plan)
        for site, reason in failed.items():
            judge.leave(site, reason)
        settled = not failed
    judge.give_calls()
    grade_calls(plan)
    find_callers(plan)
    return plan
