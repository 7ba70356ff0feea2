"""Which instructions were made of a piece of a source file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

    from .span import Span

    Position = tuple[int, int | None, int, int | None]

UNIT = 2
"""Bytes of the smallest instruction."""


def has_columns() -> bool:
    """Tell whether instructions have columns, in what this process compiles."""
    code = compile("x", "", "eval")
    return hasattr(code, "co_positions") and any(
        column is not None for *_, column in code.co_positions()
    )


def spans_by_offset(code: CodeType, spans: Iterable[Span]) -> dict[int, tuple[Span, ...]]:
    """Return which of *spans* each instruction of *code* lies in, by its offset in bytes.

    Where an instruction has no columns, it lies in each span that has a part of its line: so it is before
    Python 3.11, and with `-X no_debug_ranges`.
    """
    near = [span for span in spans if span.end_line >= code.co_firstlineno]
    found = {}
    for offset, position in _positions(code) if near else ():
        inside = tuple(span for span in near if _holds(span, position))
        if inside:
            found[offset] = inside
    return found


def _positions(code: CodeType) -> Iterator[tuple[int, Position]]:
    if not hasattr(code, "co_positions"):  # Python 3.10
        for start, end, line in code.co_lines():
            if line is not None:
                yield from (
                    (offset, (line, None, line, None)) for offset in range(start, end, UNIT)
                )
        return
    for index, (line, end_line, column, end_column) in enumerate(code.co_positions()):
        if line is not None:
            yield index * UNIT, (line, column, line if end_line is None else end_line, end_column)


def _holds(span: Span, position: Position) -> bool:
    line, column, end_line, end_column = position
    if column is None or end_column is None:
        return span.line <= line <= span.end_line
    return span[:2] <= (line, column) and (end_line, end_column) <= span[2:]
