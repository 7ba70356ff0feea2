"""Prove migrated sites again: the old expression of a commit against the chunk expression of the tree."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from streamlift import StreamingChunk

from ..contracts.read_contract import contract_of
from ..flow.chunk_contracts import constant_that_writes
from ..flow.contract_import import Constant
from ..frames.chunk_roots import (
    branches_of,
    chunk_roots,
    contracts_named,
    in_our_words,
    with_choices,
    without_contract,
)
from ..frames.sites import CHUNK
from ..phases.before_phase_1 import before_phase_1
from ..phases.finish_plan import survey
from ..proof.prove import NotProved
from ..reading.fragment import parse_fragment
from ..rewriting.write_chunks import prove_again
from .introduced_again import introduced_again

if TYPE_CHECKING:
    from streamlift import SSEFormatter

    from ..contracts.contract import Contract
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.project import Project
    from ..settings import Settings

FINE, DIFFERS, UNKNOWN = "fine", "differs", "unknown"
GONE = "its function is gone"


@dataclass(frozen=True)
class Verified:
    """What became of one site.

    Attributes:
        site: The site, as the base has it.
        verdict: `fine`, `differs`, or `unknown` if it cannot be told.
        detail: What was seen.
        file: The file of the tree.
        node: The chunk expression of the tree, if it was found.
    """

    site: Site
    verdict: str
    detail: str = ""
    file: FileFacts | None = None
    node: ast.expr | None = None


@dataclass
class Verification:
    """What became of the sites of a base.

    Attributes:
        sites: The sites that are migrated, or gone.
        waiting: How many still make text.
        removed: How many of those that are fine are gone with their helper, whose calls all are fine.
    """

    sites: list[Verified] = field(default_factory=list)
    waiting: int = 0
    removed: int = 0

    def of(self, verdict: str) -> list[Verified]:
        """Return the sites with *verdict*."""
        return [each for each in self.sites if each.verdict == verdict]


@dataclass(frozen=True)
class Fault:
    """A chunk expression that cannot do what it says.

    Attributes:
        file: Its file.
        node: The expression.
        detail: What is wrong.
    """

    file: FileFacts
    node: ast.expr
    detail: str


def verify_alone(project: Project, settings: Settings) -> tuple[int, list[Fault]]:
    """Return how many chunk expressions *project* has, and those whose contract cannot be read or cannot write them."""
    tree = survey(project, settings)
    number, faults = 0, []
    for name in sorted(project.selected & tree.facts.files.keys()):
        file = tree.facts.files[name]
        roots = [root for roots in chunk_roots(file).values() for root in roots]
        number += len(roots)
        for root in roots:
            detail = _fault(root, file, tree)
            if detail is not None:
                faults.append(Fault(file, root, detail))
    return number, faults


def _fault(root: ast.expr, file: FileFacts, tree: Plan) -> str | None:
    """Return what is wrong with *root*, as far as that can be told without running the project."""
    constant = constant_that_writes(root, file, tree.finder)
    if constant is None:
        return "its contract cannot be told" if contracts_named(root) else None
    contract = contract_of(constant, tree.facts)
    if contract is None:
        return f"the contract {constant.name} cannot be read"
    chunk = without_contract(in_our_words(root, file))
    names = {node.id for node in ast.walk(chunk) if isinstance(node, ast.Name)}
    if names != {CHUNK}:
        return None  # its values are known at run time only
    try:
        made = eval(ast.unparse(chunk), {"__builtins__": {}, CHUNK: StreamingChunk})  # noqa: S307 - literals
        contract.build().format_chunk(made)
    except Exception as error:  # noqa: BLE001 - whatever it is would be raised at run time
        return f"the contract {constant.name} cannot write it: {error}"
    return None


def verify_against(base: Plan, project: Project, settings: Settings) -> Verification:
    """Prove each site of *base*, the plan of older code, against what *project* has in its place."""
    before = project.as_before(before_phase_1(project))
    tree = survey(before, settings)
    beside = introduced_again(project, before, settings)
    found = Verification()
    by_file: dict[str, list[Site]] = defaultdict(list)
    for file, site in base.frame_sites:
        if file.name in base.facts.project.selected and site in base.expressions:
            by_file[file.name].append(site)
    for name, sites in sorted(by_file.items()):
        now = tree.facts.load(name) if name in project.names else None
        if now is None:
            problem = "its file is gone, or cannot be read"
            found.sites += [Verified(site, UNKNOWN, problem) for site in sites]
        else:
            in_order = sorted(sites, key=lambda site: (site.line, site.node.col_offset))
            _FileVerification(found, base, tree, now, beside).verify(in_order)
    _settle_removed_helpers(found, base)
    return found


def _settle_removed_helpers(found: Verification, base: Plan) -> None:
    """Let the frame of a helper that is gone be fine if what it said is proved at each of its calls."""
    fine = {each.site for each in found.of(FINE)}
    calls: dict[ast.AST, list[Site]] = defaultdict(list)
    for site in base.sites:
        if site.helper is not None:
            calls[site.helper].append(site)
    for number, each in enumerate(found.sites):
        helper = each.site.scope.node
        if each.detail == GONE and calls[helper] and fine.issuperset(calls[helper]):
            found.sites[number] = replace(each, verdict=FINE)
            found.removed += 1


class _FileVerification:
    """The sites of one file."""

    def __init__(
        self,
        found: Verification,
        base: Plan,
        tree: Plan,
        file: FileFacts,
        beside: dict[tuple[str, str], bool],
    ) -> None:
        self.found = found
        self.beside = beside
        self.base = base
        self.tree = tree
        self.file = file
        self.old = base.facts.files[file.name]
        self.roots = chunk_roots(file)
        self.paths = {scope.path for scope in file.tree.scope_made_by.values()} | {""}

    def verify(self, sites: list[Site]) -> None:
        by_path: dict[str, list[Site]] = defaultdict(list)
        for site in sites:
            by_path[site.scope.path].append(site)
        for path, known in by_path.items():
            migrated = self._without_waiting(path, known)
            roots = self.roots.get(path, [])
            for site, own in _paired(migrated, roots, self.base, self.file).items():
                self.found.sites.append(self._verified(site, own))

    def _without_waiting(self, path: str, sites: list[Site]) -> list[Site]:
        """Return the sites whose old expression is not there any more."""
        waiting = [
            ast.dump(site.node)
            for site in self.file.sites
            if site.verdict != "already" and site.scope.path == path
        ]
        migrated = []
        for site in sites:
            if (shape := ast.dump(site.node)) in waiting:
                waiting.remove(shape)
                self._tell_waiting(site)
            else:
                migrated.append(site)
        return migrated

    def _tell_waiting(self, site: Site) -> None:
        """Tell of *site* that its frame is still made, and whether that is so with a chunk beside it."""
        function = site.scope.function
        is_proved = self.beside.get((self.file.name, function.path)) if function else None
        if is_proved is None:
            self.found.waiting += 1
        elif is_proved:
            self.found.sites.append(Verified(site, FINE, "", self.file))
        else:
            problem = "phase 1 would write its function otherwise"
            self.found.sites.append(Verified(site, UNKNOWN, problem, self.file))

    def _verified(self, site: Site, roots: list[ast.expr]) -> Verified:
        if site.scope.path not in self.paths:
            return Verified(site, UNKNOWN, GONE, self.file)
        if len(roots) < len(_planned(site, self.base)):
            return Verified(site, UNKNOWN, "nothing stands in its place", self.file)
        root = roots[0]
        is_as_planned = self._is_as_planned(site, roots)
        if not is_as_planned and len(roots) > 1:
            return Verified(site, UNKNOWN, "it was edited", self.file, root)
        formatters = self._formatters(site, roots)
        if formatters is None:
            return Verified(site, UNKNOWN, "its contract cannot be read", self.file, root)
        text = None if is_as_planned else self._text(root)
        try:
            prove_again(self.base, self.old, site, formatters, text)
        except NotProved as problem:
            return Verified(site, DIFFERS, problem.detail, self.file, root)
        return Verified(site, FINE, "", self.file, root)

    def _is_as_planned(self, site: Site, roots: list[ast.expr]) -> bool:
        if [_shape(each, self.file) for each in roots] != _planned(site, self.base):
            return False
        whole = ast.dump(parse_fragment(self.base.expressions[site]).node)
        is_bound = bool(self.base.contents[site].bindings)
        choices = with_choices(roots[0], self.file)
        return is_bound or whole in [_shape(choice, self.file) for choice in choices]

    def _text(self, root: ast.expr) -> str:
        if self.file.own_chunk is None:
            return self.file.source.segment(root)
        return ast.unparse(in_our_words(root, self.file))

    def _formatters(self, site: Site, roots: list[ast.expr]) -> dict[Contract, SSEFormatter] | None:
        """Return what writes the chunks of *site* now, by the contract that was planned for it."""
        parts = self.base.parts_of(site)
        writers = roots if len(roots) == len(parts) else [roots[0]] * len(parts)
        formatters: dict[Contract, SSEFormatter] = {}
        for (part, _, _), root in zip(parts, writers, strict=True):
            home = self.base.home_of(part, self.old)
            name = self.base.constant_of(part, self.old)
            contract = self._contract(root, Constant(home.name, home.module, name))
            if contract is None:
                return None
            formatters[home.contracts[name]] = contract.build()
        return formatters

    def _contract(self, root: ast.expr, planned: Constant) -> Contract | None:
        """Return the contract that writes *root*: its own, that of its function, else the planned one."""
        constant = constant_that_writes(root, self.file, self.tree.finder)
        return contract_of(constant or planned, self.tree.facts)


def _planned(site: Site, base: Plan) -> list[str]:
    """Return the shape of each expression that the plan has for *site*."""
    content = base.contents[site]
    bound = [base.bound[statement] for statement in content.bindings]
    whole = [parse_fragment(each).node for each in bound or [base.expressions[site]]]
    return [ast.dump(branch) for each in whole for branch in branches_of(each)]


def _shape(root: ast.expr, file: FileFacts) -> str:
    """Return the shape of *root*, a chunk expression of *file*."""
    return ast.dump(in_our_words(root, file))


def _paired(
    sites: list[Site], roots: list[ast.expr], base: Plan, file: FileFacts
) -> dict[Site, list[ast.expr]]:
    """Return what stands in the place of each of *sites*: the same, or another expression between the same."""
    planned = [(site, shape) for site in sites for shape in _planned(site, base)]
    shapes, written = [shape for _, shape in planned], [_shape(root, file) for root in roots]
    pairs: dict[Site, list[ast.expr]] = {site: [] for site in sites}
    matcher = SequenceMatcher(None, shapes, written, autojunk=False)
    for _, first, last, start, end in matcher.get_opcodes():
        for (site, _), root in zip(planned[first:last], roots[start:end], strict=False):
            pairs[site].append(root)
    return pairs
