"""Find the sites of one file, and say of every other SSE-like string why it is none."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..reading.fragment import Fragment, parse_fragment
from ..reading.scaffold import find_scaffolds
from ..reading.statements import assignment_before_statement, bound_by
from ..reading.test_files import TEST_FILE
from .building import find_building
from .carriers import NOT_SSE, Carrier, carrier_of
from .frame_text import FIELD_AT_LINE_START, Frame, NotAFrame, parse_frame, parse_frames
from .lines_apart import joined_lines
from .read_text import Hole, NotReadable, names_in, read_text
from .string_roots import leading_text, literal_text, outermost

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..reading.scopes import FunctionNode, Scope, ScopeTree
    from ..reading.source import SourceFile
    from .building import Building
    from .frame_text import Text

COMMENT_FRAME = re.compile(r":[^\r\n]*(?:\r\n|\r|\n){2}")
DATA_URI = re.compile(r"data:(?:\0|[\w.+-]+/|;base64)")
CHUNK = "StreamingChunk"
BESIDE = "edited-either"  # a frame of phase 1 is not read through only if a person has edited it
CHUNK_ORIGIN = {"streamlift.StreamingChunk", "streamlift.chunk.StreamingChunk"}


@dataclass(eq=False)
class Site:
    """An expression that builds a frame, or calls a helper that does.

    Attributes:
        source: The file.
        node: The expression.
        scope: The scope it stands in.
        carrier: Where it goes.
        kind: `frame` or `helper-call`.
        frame: What it says; None if that cannot be told.
        frames: What it says if that is several frames, each of which can be read.
        text: Its text, if that can be read, though it may be no whole frame.
        is_bytes: Whether it makes bytes.
        helper: The helper function that a `helper-call` calls.
        verdict: `auto`, `already`, `review`, `refused`, `suppressed`, `baselined`.
        reason: The reason code of any verdict but `auto`.
        grade: `typed`, `payload`, `model`, `delegated` or `encoded`.
        proof: How each obligation was met.
        as_text: Whether the contract gives the text of the frame where it is made: no boundary sees the chunk.
        building: The statements that build what the expression uses, if there are any.
    """

    source: SourceFile
    node: ast.expr
    scope: Scope
    carrier: Carrier
    kind: str = "frame"
    frame: Frame[Hole] | None = None
    frames: tuple[Frame[Hole], ...] = ()
    text: Text[Hole] | None = None
    is_bytes: bool = False
    helper: FunctionNode | None = None
    verdict: str = "auto"
    reason: str | None = None
    grade: str | None = None
    proof: dict[str, str] = field(default_factory=dict)
    as_text: bool = False
    building: Building | None = None

    @property
    def statements(self) -> tuple[ast.stmt, ...]:
        """The statements that go when the site is rewritten."""
        return self.building.statements if self.building is not None else ()

    @property
    def line(self) -> int:
        return self.node.lineno

    def leave(self, reason: str, verdict: str = "refused") -> None:
        """Decide that the site is not rewritten, and why."""
        self.verdict, self.reason, self.grade, self.as_text = verdict, reason, None, False

    def give_text(self) -> None:
        """Decide that the contract gives the text of the frame where it is made."""
        self.verdict, self.reason, self.as_text = "auto", None, True

    def settle(self) -> None:
        """Decide that there is nothing left to do: the contract gives the text."""
        self.verdict, self.reason = "already", None

    @property
    def is_beside(self) -> bool:
        """Whether a chunk stands beside it in the file: phase 1 was there."""
        return self.reason == BESIDE or self.source.is_beside(self.node)

    @property
    def shown(self) -> str:
        """The source of the expression, and of the statements that go with it."""
        nodes: list[ast.expr | ast.stmt] = [*self.statements, self.node]
        return "\n".join(map(self.source.segment, nodes))

    @property
    def fragment(self) -> Fragment:
        return parse_fragment(self.source.segment(self.node))


@dataclass(frozen=True)
class NotSSE:
    """A string with a field name at a line start that is no site.

    Attributes:
        source: The file.
        node: The string-building expression.
        reason: Why it is none.
    """

    source: SourceFile
    node: ast.expr
    reason: str


def find_sites(
    source: SourceFile, tree: ScopeTree, chunks: Iterable[ast.Name]
) -> tuple[list[Site], list[NotSSE]]:
    """Return the sites of *source* in order, and a row for every other string that looks like a frame.

    The *chunks* are the loads of the class of chunks.
    """
    sites: list[Site] = []
    others: list[NotSSE] = []
    for root in _roots(tree):
        found = _classify(source, tree, root)
        if isinstance(found, Site):
            sites.append(found)
        else:
            others.append(found)
    for building in _buildings(source, tree, sites, others):
        sites = [site for site in sites if not building.holds(site.node, tree)]
        others = [other for other in others if not building.holds(other.node, tree)]
        sites.append(_built_site(source, tree, building))
    sites += _lines_apart(source, tree, sites, others)
    scaffolds = find_scaffolds(tree)
    eithers = {call for scaffold in scaffolds for call in scaffold.eithers}
    frames = {frame for scaffold in scaffolds for frame in scaffold.frames}
    for site in sites:
        if site.node in frames and site.verdict != "suppressed":
            site.leave(BESIDE)
    sites += [
        site
        for site in _chunks(source, tree, chunks)
        if eithers.isdisjoint(tree.ancestors(site.node))
    ]
    sites.sort(key=lambda site: (site.node.lineno, site.node.col_offset))
    return sites, others


def _buildings(
    source: SourceFile, tree: ScopeTree, sites: list[Site], others: list[NotSSE]
) -> list[Building]:
    """Return how frames are built whose parts were found."""
    parts = [site.node for site in sites if _is_part(site, tree)]
    parts += [other.node for other in others if other.reason not in {*NOT_SSE, "data-uri"}]
    found: list[Building] = []
    for part in parts:
        if not any(building.holds(part, tree) for building in found):
            building = find_building(part, source, tree)
            found += [building] if building is not None else []
    return found


def _is_part(site: Site, tree: ScopeTree) -> bool:
    """Whether statements before or after *site* may tell more of its frame."""
    data = site.frame.value("data") if site.frame is not None else None
    name = data.only_hole.value.node if data is not None and data.only_hole else None
    statement = site.carrier.statement
    if site.frame is None or site.carrier.name == "accumulated":
        return True
    if not isinstance(name, ast.Name) or statement is None:
        return False
    before = assignment_before_statement(statement, name.id, tree)
    if before is None or before.value is None or name.id in names_in(before.value):
        return True
    return isinstance(statement, (ast.Assign, ast.AnnAssign)) and bound_by(statement) == name.id


def _lines_apart(
    source: SourceFile, tree: ScopeTree, sites: list[Site], others: list[NotSSE]
) -> list[Site]:
    """Return where lines are joined that no building holds."""
    parts = [other.node for other in others if other.reason == "no-terminator"]
    known = {site.node for site in sites} | {other.node for other in others}
    found = []
    for node in joined_lines(parts, tree):
        carrier = carrier_of(node, tree)
        if node not in known and carrier.name not in NOT_SSE:
            site = Site(source, node, tree.scope_of[node], carrier)
            site.leave("lines-apart")
            if TEST_FILE.search(source.name):
                site.leave("test-code", "suppressed")
            found.append(site)
    return found


def _built_site(source: SourceFile, tree: ScopeTree, building: Building) -> Site:
    node = building.expression
    site = Site(source, node, tree.scope_of[node], carrier_of(node, tree), building=building)
    site.text, site.is_bytes = building.text, building.is_bytes
    if len(building.frames) == 1:
        [site.frame] = building.frames
    else:
        site.frames = building.frames
        site.leave("several-frames", "review")
    if TEST_FILE.search(source.name):
        site.leave("test-code", "suppressed")
    return site


def _several(text: Text[Hole]) -> tuple[Frame[Hole], ...]:
    """Return the frames that *text* is; none if one of them cannot be read."""
    try:
        return tuple(parse_frames(text))
    except NotAFrame:
        return ()


def _chunks(source: SourceFile, tree: ScopeTree, loads: Iterable[ast.Name]) -> list[Site]:
    """Return the places where chunks are made already."""
    found = []
    for load in loads:
        parent = tree.parent_of[load]
        function = parent if isinstance(parent, ast.Attribute) else load
        call = tree.parent_of[function]
        if isinstance(call, ast.Call) and call.func is function:
            found.append(
                Site(source, call, tree.scope_of[call], carrier_of(call, tree), verdict="already")
            )
    return found


def _roots(tree: ScopeTree) -> list[ast.expr]:
    roots: dict[ast.expr, None] = {}
    for constant in tree.strings:
        text = literal_text(constant)
        root = outermost(constant, tree)
        if FIELD_AT_LINE_START.search(text) or COMMENT_FRAME.match(leading_text(root)):
            roots[root] = None
    return list(roots)


def _classify(source: SourceFile, tree: ScopeTree, root: ast.expr) -> Site | NotSSE:
    carrier = carrier_of(root, tree)
    if carrier.name in NOT_SSE:
        return NotSSE(source, root, carrier.name)
    leading = leading_text(root)
    if DATA_URI.match(leading) and "\n" not in leading:
        return NotSSE(source, root, "data-uri")
    site = Site(source, root, tree.scope_of[root], carrier)
    try:
        reading = read_text(site.fragment, tree, site.scope)
        site.text, site.is_bytes = reading.text, reading.is_bytes
        site.frame = parse_frame(reading.text)
    except NotAFrame as error:
        alone = carrier.name == "yield" and error.reason == "no-terminator"
        if not error.is_site and not alone:
            return NotSSE(source, root, error.reason)
        site.leave(error.reason, "review")
        if error.reason == "several-frames" and site.text is not None:
            site.frames = _several(site.text)
    except NotReadable as error:
        if not FIELD_AT_LINE_START.match(leading) or "\n" not in leading:
            return NotSSE(source, root, "not-a-field")
        site.leave(error.reason)
    except SyntaxError:
        site.leave("newer-grammar")
    if (
        site.frame is not None
        and not site.frame.comment
        and site.frame.value("data") is None
        and carrier.name == "argument"
    ):
        return NotSSE(source, root, "no-data")
    if TEST_FILE.search(source.name):
        site.leave("test-code", "suppressed")
    return site
