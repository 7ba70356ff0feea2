"""What becomes of the lines of one site."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..rewriting.edits import apply_edits
from .unified_diff import lines_of

if TYPE_CHECKING:
    import ast

    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.source import SourceFile
    from ..rewriting.edits import Edit


def change_of(site: Site, plan: Plan) -> str:
    """Return the old and the new lines of *site*, marked as in a diff; nothing if they stay."""
    source = site.source
    nodes: list[ast.expr | ast.stmt] = [*site.statements, site.node]
    spans = [source.span(node) for node in nodes]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    made = plan.edits.get(source.name, [])
    inside = [edit for edit in made if edit.start < end and edit.end > start]
    if not inside:
        return ""
    start = source.line_start(min([start, *(edit.start for edit in inside)]))
    end = _line_end(source, max([end, *(edit.end for edit in inside)]))
    beside = [edit for edit in made if start <= edit.start and edit.end <= end]
    before = source.text[start:end]
    after = apply_edits(before, [_moved(edit, -start) for edit in beside], source.newline)
    return "".join(
        f"{sign}{line.rstrip()}\n"
        for sign, text in (("-", before), ("+", after))
        for line in lines_of(text)
    )


def _line_end(source: SourceFile, offset: int) -> int:
    return source.line_start(offset) + len(source.line_text(source.line_of(offset)))


def _moved(edit: Edit, distance: int) -> Edit:
    return replace(edit, start=edit.start + distance, end=edit.end + distance)
