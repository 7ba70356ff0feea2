"""The lines that a statement stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .literals import LINE_END

if TYPE_CHECKING:
    import ast

    from .source import SourceFile


def after_statement(source: SourceFile, statement: ast.stmt | ast.expr) -> int:
    """Return the offset of the line after *statement*, or after what stands alone as a decorator does."""
    match = LINE_END.search(source.text, source.span(statement).end)
    return match.end() if match else len(source.text)


def stands_alone(source: SourceFile, statement: ast.stmt) -> bool:
    """Return whether nothing else, and no comment behind it, stands in the lines of *statement*."""
    span = source.span(statement)
    before = source.text[source.line_start(span.start) : span.start]
    behind = source.text[span.end : after_statement(source, statement)]
    return not (before + behind).strip()
