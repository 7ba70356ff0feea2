"""A piece of source text with its own syntax tree, so that every part of it has a true position.

Before Python 3.12 `ast` gives wrong positions inside f-strings
(https://docs.python.org/3/whatsnew/3.12.html#pep-701-syntactic-formalization-of-f-strings); libcst gives
the text of each replacement field on every host, and each is parsed on its own.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .source import LINE_END

if TYPE_CHECKING:
    import libcst


@dataclass(frozen=True)
class Fragment:
    """An expression: its source text and its tree.

    Attributes:
        text: The source text as it stands in the file.
        node: Its tree; positions count from the start of `text`.
    """

    text: str
    node: ast.expr = field(compare=False, repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        # One character of "(" stands before the text in what was parsed.
        return [-1, *(match.end() for match in LINE_END.finditer(self.text))]

    def part(self, node: ast.expr) -> Fragment:
        """Return the fragment of *node*, a node of this tree outside of f-strings."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._offset(node.lineno, node.col_offset)
        return parse_fragment(self.text[start : self._offset(node.end_lineno, node.end_col_offset)])

    def _offset(self, line: int, column: int) -> int:
        start = self._line_starts[line - 1]
        shown = "(" + self.text[:] if line == 1 else self.text[start:]
        prefix = shown.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore")
        return start + len(prefix)


def parse_fragment(text: str) -> Fragment:
    """Parse *text* as one expression, with or without line breaks in it.

    Raises:
        SyntaxError: If this Python cannot read it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Fragment(text, ast.parse(f"({text}\n)", mode="eval").body)


@dataclass(frozen=True)
class Replacement:
    """One replacement field of an f-string.

    Attributes:
        value: The expression.
        conversion: "r", "s", "a" or "".
        has_spec: Whether a format specification follows.
        text: The whole field as written, braces included.
    """

    value: Fragment
    conversion: str
    has_spec: bool
    text: str


def _without_equal(part: libcst.FormattedStringExpression) -> libcst.FormattedStringExpression:
    """Return the field without the `=` whose text is a literal part of its own for `ast`; `x=` renders as `x!r` does."""
    if part.equal is None:
        return part
    plain = part.conversion is None and part.format_spec is None
    return part.with_changes(equal=None, conversion="r" if plain else part.conversion)


def replacement_fields(text: str) -> list[Replacement]:
    """Return the replacement fields of the f-strings that *text* consists of, in order.

    Raises:
        SyntaxError: If this Python cannot read one of them.
    """
    import libcst

    module = libcst.Module([])
    found: list[Replacement] = []

    def collect(node: libcst.BaseExpression) -> None:
        if isinstance(node, libcst.ConcatenatedString):
            collect(node.left)
            collect(node.right)
        elif isinstance(node, libcst.FormattedString):
            for written in node.parts:
                if isinstance(written, libcst.FormattedStringExpression):
                    part = _without_equal(written)
                    value = parse_fragment(module.code_for_node(part.expression))
                    plain = part.conversion is None and part.format_spec is None
                    field = f"{{{value.text}}}" if plain else module.code_for_node(part)
                    spec = part.format_spec is not None
                    found.append(Replacement(value, part.conversion or "", spec, field))

    try:
        collect(libcst.parse_expression(f"({text}\n)"))
    except libcst.ParserSyntaxError as error:
        raise SyntaxError(str(error)) from error
    return found
