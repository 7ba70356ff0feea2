"""Comments that leave sites alone: `# streamlift: ignore[SL101]` and `# streamlift: ignore-file`."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import UnreadableSource
from ..reading.literals import Span, scan
from ..rules import RULES

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from ..frames.sites import Site
    from ..reading.project import Project
    from ..reading.source import SourceFile

SIGN = b"streamlift:"
COMMENT = re.compile(
    r"#[ \t]*streamlift:[ \t]*(?P<word>[\w-]*)[ \t]*(?:\[(?P<codes>[^\]#]*)(?P<end>\]?))?"
)
UNUSED, UNKNOWN = "SL901", "SL902"


@dataclass(eq=False)
class Ignore:
    """One such comment.

    Attributes:
        source: The file.
        span: Where it stands.
        codes: The rules that it names; None for all of them.
        is_for_file: Whether it is for the whole file.
        used: The codes of the sites that it leaves alone.
    """

    source: SourceFile
    span: Span
    codes: tuple[str, ...] | None
    is_for_file: bool
    used: set[str] = field(default_factory=set)

    @property
    def line(self) -> int:
        return self.source.line_of(self.span.start)

    def is_for(self, code: str) -> bool:
        """Return whether it leaves alone what falls under the rule *code*."""
        return self.codes is None or code in self.codes


@dataclass(frozen=True)
class IgnoreFault:
    """What is wrong with such a comment.

    Attributes:
        source: The file.
        span: Where the comment stands.
        code: The rule that says so.
        message: What is wrong.
        remedy: What a person can do.
    """

    source: SourceFile
    span: Span
    code: str
    message: str
    remedy: str


@dataclass
class Ignores:
    """The comments of the selected files.

    Attributes:
        comments: Those that can be read, by file.
        faults: What is wrong with the others.
    """

    comments: dict[str, list[Ignore]] = field(default_factory=dict)
    faults: list[IgnoreFault] = field(default_factory=list)

    def leaves(self, site: Site, code: str) -> bool:
        """Return whether a comment leaves *site* alone, which falls under the rule *code*; it is used then."""
        lines = _lines_of(site)
        found = [
            comment
            for comment in self.comments.get(site.source.name, ())
            if comment.is_for(code) and (comment.is_for_file or comment.line in lines)
        ]
        for comment in found:
            comment.used.add(code)
        return bool(found)

    @property
    def all_faults(self) -> list[IgnoreFault]:
        """What is wrong with the comments, those that nothing needs included, in order of file and line."""
        comments = [comment for of_file in self.comments.values() for comment in of_file]
        faults = [*self.faults, *(fault for comment in comments for fault in _unused(comment))]
        return sorted(faults, key=lambda fault: (fault.source.name, fault.span, fault.code))


def find_ignores(project: Project) -> Ignores:
    """Return the comments of the selected files of *project*; a file that cannot be read has none."""
    ignores = Ignores()
    for name in sorted(project.selected):
        if SIGN in (project.read(name) or b""):
            with contextlib.suppress(UnreadableSource, SyntaxError):
                parsed = project.parse(name)
                assert parsed is not None
                _read(parsed[0], ignores)
    return ignores


def _lines_of(site: Site) -> set[int]:
    """Return the lines of *site*, and those on which the statement around it begins and ends if it is a simple one."""
    nodes: list[ast.expr | ast.stmt] = [*site.statements, site.node]
    lines = {
        line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    statement = site.carrier.statement
    if statement is not None and not hasattr(statement, "body"):
        lines |= {statement.lineno, statement.end_lineno or statement.lineno}
    return lines


def _read(source: SourceFile, ignores: Ignores) -> None:
    for span in scan(source.text).comments:
        for match in COMMENT.finditer(source.text, span.start, span.end):
            _add(source, match, ignores)


def _add(source: SourceFile, match: re.Match[str], ignores: Ignores) -> None:
    span, word = Span(*match.span()), match["word"]
    codes = match["codes"]
    listed = None if codes is None else tuple(code.strip().upper() for code in codes.split(","))
    if word not in {"ignore", "ignore-file"} or (codes is not None and not match["end"]):
        message = f"{match.group().strip()!r} is no comment that the tool knows"
        remedy = "write # streamlift: ignore[SL101], or # streamlift: ignore-file"
        ignores.faults.append(IgnoreFault(source, span, UNKNOWN, message, remedy))
        return
    for code in [code for code in listed or () if code not in RULES]:
        message = f"{code or 'an empty code'} is no rule"
        remedy = "name a rule that scan shows, such as SL101"
        ignores.faults.append(IgnoreFault(source, span, UNKNOWN, message, remedy))
    known = None if listed is None else tuple(code for code in listed if code in RULES)
    if known != ():
        comment = Ignore(source, span, known, word == "ignore-file")
        ignores.comments.setdefault(source.name, []).append(comment)


def _unused(comment: Ignore) -> Iterator[IgnoreFault]:
    """Give a fault for a comment that leaves nothing alone, or names rules that it need not."""
    where = "in this file" if comment.is_for_file else "on this line"
    codes = sorted({*(comment.codes or ())} - comment.used)
    if comment.used and not codes:
        return
    message = f"there is no {', '.join(codes) or 'site'} {where} to ignore"
    remedy = f"take {', '.join(codes)} out of the comment" if comment.used else "take it away"
    yield IgnoreFault(comment.source, comment.span, UNUSED, message, remedy)
