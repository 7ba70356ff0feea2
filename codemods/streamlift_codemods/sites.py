"""Find the sites of one file, and say of every other SSE-like string why it is none."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .carriers import NOT_SSE, TEST_FILE, Carrier, carrier_of
from .fragment import Fragment, parse_fragment
from .frame_text import FIELD_AT_LINE_START, Frame, NotAFrame, parse_frame
from .read_text import Hole, NotReadable, is_utf_8, read_text

if TYPE_CHECKING:
    from .frame_text import Text
    from .scopes import FunctionNode, Scope, ScopeTree
    from .source import SourceFile

COMMENT_FRAME = re.compile(r":[^\r\n]*(?:\r\n|\r|\n){2}")
DATA_URI = re.compile(r"data:(?:\0|[\w.+-]+/|;base64)")
CHUNK = "StreamingChunk"
CHUNK_ORIGIN = {"streamlift.StreamingChunk", "streamlift.chunk.StreamingChunk"}
STRING_METHODS = {"encode", "format", "join"}


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
        text: Its text, if that can be read, though it may be no whole frame.
        is_bytes: Whether it makes bytes.
        helper: The helper function that a `helper-call` calls.
        verdict: `auto`, `already`, `review`, `refused`, `suppressed`.
        reason: The reason code of any verdict but `auto`.
        grade: `typed`, `payload`, `model`, `delegated` or `encoded`.
        proof: How each obligation was met.
        as_text: Whether the contract gives the text of the frame where it is made: no boundary sees the chunk.
    """

    source: SourceFile
    node: ast.expr
    scope: Scope
    carrier: Carrier
    kind: str = "frame"
    frame: Frame[Hole] | None = None
    text: Text[Hole] | None = None
    is_bytes: bool = False
    helper: FunctionNode | None = None
    verdict: str = "auto"
    reason: str | None = None
    grade: str | None = None
    proof: dict[str, str] = field(default_factory=dict)
    as_text: bool = False

    @property
    def line(self) -> int:
        return self.node.lineno

    def leave(self, reason: str, verdict: str = "refused") -> None:
        """Decide that the site is not rewritten, and why."""
        self.verdict, self.reason, self.grade, self.as_text = verdict, reason, None, False

    def give_text(self) -> None:
        """Decide that the contract gives the text of the frame where it is made."""
        self.verdict, self.reason, self.as_text = "auto", None, True

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


def find_sites(source: SourceFile, tree: ScopeTree) -> tuple[list[Site], list[NotSSE]]:
    """Return the frame sites of *source* in order, and a row for every other string that looks like one."""
    sites: list[Site] = []
    others: list[NotSSE] = []
    for root in _roots(tree):
        found = _classify(source, tree, root)
        if isinstance(found, Site):
            sites.append(found)
        else:
            others.append(found)
    sites += _chunks(source, tree)
    sites.sort(key=lambda site: (site.node.lineno, site.node.col_offset))
    return sites, others


def _chunks(source: SourceFile, tree: ScopeTree) -> list[Site]:
    """Return the places where chunks are made already."""
    found = []
    for load in tree.name_loads[CHUNK]:
        parent = tree.parent_of[load]
        function = parent if isinstance(parent, ast.Attribute) else load
        call = tree.parent_of[function]
        if (
            isinstance(call, ast.Call)
            and call.func is function
            and tree.qualified_name(load) in CHUNK_ORIGIN
        ):
            found.append(
                Site(source, call, tree.scope_of[call], carrier_of(call, tree), verdict="already")
            )
    return found


def _roots(tree: ScopeTree) -> list[ast.expr]:
    roots: dict[ast.expr, None] = {}
    for constant in tree.strings:
        text = _literal(constant)
        root = _outermost(constant, tree)
        if FIELD_AT_LINE_START.search(text) or COMMENT_FRAME.match(leading_text(root)):
            roots[root] = None
    return list(roots)


def _literal(constant: ast.Constant) -> str:
    value = constant.value
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _outermost(node: ast.expr, tree: ScopeTree) -> ast.expr:
    parent = tree.parent_of[node]
    builds = isinstance(parent, (ast.JoinedStr, ast.FormattedValue)) or (
        isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Mod))
    )
    if builds:
        assert isinstance(parent, ast.expr)
        return _outermost(parent, tree)
    if isinstance(parent, ast.Attribute) and parent.attr in STRING_METHODS:
        call = tree.parent_of[parent]
        other_codec = isinstance(call, ast.Call) and parent.attr == "encode" and not is_utf_8(call)
        if isinstance(call, ast.Call) and call.func is parent and not other_codec:
            return _outermost(call, tree)
    joined = tree.parent_of.get(parent) if isinstance(parent, (ast.List, ast.Tuple)) else None
    if isinstance(joined, ast.Call) and _is_join(joined):
        return _outermost(joined, tree)
    return node


def _is_join(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "join"
        and isinstance(function.value, ast.Constant)
    )


def leading_text(node: ast.expr) -> str:
    """Return the literal text that *node* starts with; each hole is one NUL."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        return _literal(node)
    if isinstance(node, ast.JoinedStr):
        return "".join(leading_text(value) for value in node.values)
    if isinstance(node, ast.BinOp):
        return leading_text(node.left) + (
            leading_text(node.right) if isinstance(node.op, ast.Add) else ""
        )
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in STRING_METHODS
    ):
        if _is_join(node) and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
            separator = leading_text(node.func.value)
            return separator.join(map(leading_text, node.args[0].elts))
        return leading_text(node.func.value)
    return "\0"


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
