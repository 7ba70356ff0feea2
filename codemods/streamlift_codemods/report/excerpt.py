"""The lines of a file with a part of them marked, as compilers show it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..colours import Paint
    from ..reading.literals import Span
    from ..reading.source import SourceFile

TAB = 4
MOST_CHARACTERS = 160
BEFORE = 20
MOST_LINES = 6


def excerpt(source: SourceFile, span: Span, paint: Paint) -> str:
    """Return the lines of *source* that hold *span*, which is marked."""
    first, last = source.line_of(span.start), source.line_of(max(span.end - 1, span.start))
    gutter = " " * len(str(last))
    bar = paint("|", "blue")
    lines = _one_line(source, span) if first == last else _several_lines(source, span, first, last)
    shown = [f"{gutter} {bar}"]
    for number, text, mark in lines:
        label = paint(str(number or "").rjust(len(gutter)), "blue")
        shown.append(f"{label} {bar} {text}{paint(mark, 'red')}")
    return "".join(f"{line.rstrip()}\n" for line in shown)


Line = tuple["int | None", str, str]


def _one_line(source: SourceFile, span: Span) -> Iterator[Line]:
    """Give the line of *span*, and the one that underlines it; of a long line the part around it."""
    line = source.line_of(span.start)
    text, line_start = source.line_text(line), source.line_start(span.start)
    start, end = span.start - line_start, span.end - line_start
    cut = max(start - BEFORE, 0) if end > MOST_CHARACTERS else 0
    before, marked = text[cut:start], text[start:end][:MOST_CHARACTERS]
    after = text[end:][: max(MOST_CHARACTERS - (end - cut), 0)]
    head = "…" if cut else ""
    tail = "…" if cut + len(before + marked + after) < len(text) else ""
    yield line, _shown(f"{head}{before}{marked}{after}{tail}"), ""
    yield None, " " * _width(head + before), "^" * max(_width(marked), 1)


def _several_lines(source: SourceFile, span: Span, first: int, last: int) -> Iterator[Line]:
    """Give the lines from *first* to *last* along a bar; of many the first and last ones."""
    half = MOST_LINES // 2
    for line in range(first, last + 1):
        if last - first < MOST_LINES or line < first + half or line > last - half:
            edge = "/" if line == first else "|"
            yield line, f"{edge} {_shown(source.line_text(line)[:MOST_CHARACTERS])}", ""
        elif line == first + half:
            yield None, "| ...", ""
    end = span.end - source.line_start(span.end - 1)
    yield None, "", f"|{'_' * _width(source.line_text(last)[:end][:MOST_CHARACTERS])}^"


def _shown(text: str) -> str:
    """Return *text* without what would move the cursor."""
    return "".join(map(_character, text))


def _character(character: str) -> str:
    if character == "\t":
        return " " * TAB
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _width(text: str) -> int:
    """Return how many columns *text* takes."""
    return sum(map(_width_of, text))


def _width_of(character: str) -> int:
    if character == "\t":
        return TAB
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
