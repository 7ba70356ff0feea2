"""A piece of source text with its own syntax tree, so that every part of it has a true position.

Before Python 3.12 `ast` gives wrong positions inside f-strings
(https://docs.python.org/3/whatsnew/3.12.html#pep-701-syntactic-formalization-of-f-strings); so the text of
each replacement field is parsed on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .literals import LINE_END, Field, scan
from .newer_grammar import parse_expression

if TYPE_CHECKING:
    import ast


@dataclass(frozen=True)
class Fragment:
    """An expression: its source text and its tree.

    Attributes:
        text: The source text as it stands in the file.
        node: Its tree; positions count from the start of `text`.
        start: Where `text` begins in that of the outermost expression.
    """

    text: str
    node: ast.expr = field(compare=False, repr=False)
    start: int = field(default=0, compare=False, repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        # One character of "(" stands before the text in what was parsed.
        return [-1, *(match.end() for match in LINE_END.finditer(self.text))]

    def part(self, node: ast.expr) -> Fragment:
        """Return the fragment of *node*, a node of this tree outside of f-strings."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._offset(node.lineno, node.col_offset)
        text = self.text[start : self._offset(node.end_lineno, node.end_col_offset)]
        return parse_fragment(text, self.start + start)

    def _offset(self, line: int, column: int) -> int:
        start = self._line_starts[line - 1]
        shown = "(" + self.text[:] if line == 1 else self.text[start:]
        prefix = shown.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore")
        return start + len(prefix)


def parse_fragment(text: str, start: int = 0) -> Fragment:
    """Parse *text*, which begins at *start* of the outermost expression, as one expression of one or more lines.

    Raises:
        SyntaxError: If it is none.
    """
    return Fragment(text, parse_expression(f"({text}\n)"), start)


@dataclass(frozen=True)
class Replacement:
    """One replacement field of an f-string.

    Attributes:
        value: The expression.
        conversion: "r", "s", "a" or "".
        has_spec: Whether a format specification follows.
        text: The whole field, braces included, without the name that `=` shows.
    """

    value: Fragment
    conversion: str
    has_spec: bool
    text: str


def replacement_fields(text: str, start: int = 0) -> list[Replacement]:
    """Return the replacement fields of the f-strings that *text*, which begins at *start*, consists of, in order.

    Raises:
        SyntaxError: If there is anything else, or if it cannot be read.
    """
    text = f"({text}\n)"  # in parentheses lines may break between the strings
    scanned = scan(text)
    if not scanned.is_only_strings or len(scanned.strings) != 1:
        raise SyntaxError("more than strings side by side")
    start -= 1
    fields = [field for literal in scanned.strings[0] for field in literal.fields]
    return [_replacement(field, text, start) for field in fields]


def _replacement(field: Field, text: str, start: int) -> Replacement:
    value = text[slice(*field.value)]
    tail = f"!{field.shown_by}" if field.shown_by else ""
    if field.spec is not None:
        tail += text[field.spec_start : field.span.end - 1]
    opening = "{ " if value.startswith("{") else "{"  # two braces would be text
    return Replacement(
        parse_fragment(value, start + field.value.start),
        field.shown_by,
        field.spec is not None,
        f"{opening}{value}{tail}}}",
    )
