"""A place in a Python file."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """An expression's place, counted as `ast` does: lines from 1, columns in bytes of UTF-8 from 0."""

    line: int
    column: int
    end_line: int
    end_column: int
