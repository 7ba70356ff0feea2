"""Parse source on a Python that cannot read all of its f-strings: those of PEP 701, before Python 3.12.

Each of them gives way to a stand-in of the same length on the same lines, so that every position in the rest
of the file is true; then its own tree is put in its place, with the trees of its replacement fields.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from .literals import LINE_END, Field, Literal, Span, scan

if TYPE_CHECKING:
    from collections.abc import Sequence

Expression = TypeVar("Expression", bound=ast.expr)
HAS_PEP_701 = sys.version_info >= (3, 12)
ESCAPE = re.compile(r"\\(?:N\{[^}]*\}|x.{2}|u.{4}|U.{8}|[0-7]{1,3}|.)", re.DOTALL)


def parse_module(text: str) -> ast.Module:
    """Return the tree of the module *text*.

    Raises:
        SyntaxError: If neither this Python nor the grammar of PEP 701 can read it.
    """
    tree = _parse(text, "exec")
    assert isinstance(tree, ast.Module)
    return tree


def parse_expression(text: str) -> ast.expr:
    """Return the tree of the expression *text*; its first character is a parenthesis.

    Raises:
        SyntaxError: If neither this Python nor the grammar of PEP 701 can read it.
    """
    tree = _parse(text, "eval")
    assert isinstance(tree, ast.Expression)
    return tree.body


def _parse(text: str, mode: str) -> ast.AST:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in the user's code is not our message
        try:
            return ast.parse(text, mode=mode)
        except SyntaxError:
            if HAS_PEP_701:
                raise
            tree = _parse_with_stand_ins(text, mode)
            if tree is None:
                raise
            return tree


def _parse_with_stand_ins(text: str, mode: str) -> ast.AST | None:
    try:
        groups = [group for group in scan(text).strings if _is_unreadable(group, text)]
        if not groups:
            return None
        places = Places(text)
        tree = ast.parse(_with_stand_ins(text, groups), mode=mode)
        return _PutBack(places, groups).put_into(tree)
    except SyntaxError:
        return None


def _is_unreadable(group: Sequence[Literal], text: str) -> bool:
    if not any(literal.is_formatted for literal in group):
        return False
    try:
        ast.parse(f"({text[group[0].span.start : group[-1].span.end]}\n)", mode="eval")
    except SyntaxError:
        return True
    return False


def _with_stand_ins(text: str, groups: Sequence[Sequence[Literal]]) -> str:
    """Return *text* with `(0   )`, which may be broken into lines anywhere, in the place of each of *groups*."""
    pieces = []
    end = 0
    for group in groups:
        before, end = text[end : group[0].span.start], group[-1].span.end
        strings = text[group[0].span.start : end]
        # `ast` counts columns in bytes.
        blanks = "".join(c if c in "\r\n" else " " * len(c.encode()) for c in strings)
        pieces += [before, "(0", blanks[2:-1], ")"]
    return "".join([*pieces, text[end:]])


class Places:
    """Positions of `ast` in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts = [0, *(match.end() for match in LINE_END.finditer(text))]

    def of(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of *offset*."""
        line = bisect_right(self._line_starts, offset)
        start = self._line_starts[line - 1]
        return line, len(self.text[start:offset].encode())


class _PutBack(ast.NodeTransformer):
    """Puts the tree of each f-string in the place of its stand-in."""

    def __init__(self, places: Places, groups: Sequence[Sequence[Literal]]) -> None:
        self._places = places
        self._groups = {places.of(group[0].span.start + 1): group for group in groups}

    def put_into(self, tree: ast.AST) -> ast.AST:
        self.visit(tree)  # its root is no stand-in
        return tree

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        group = self._groups.get((node.lineno, node.col_offset))
        return node if group is None else tree_of(group, self._places)


def tree_of(group: Sequence[Literal], places: Places) -> ast.JoinedStr:
    """Return the tree of *group*, strings side by side; as before Python 3.12 each part has the place of the whole."""
    return _Joiner(group, places).joined()


class _Joiner:
    def __init__(self, group: Sequence[Literal], places: Places) -> None:
        self._group = group
        self._places = places
        line, column = places.of(group[0].span.start)
        end_line, end_column = places.of(group[-1].span.end)
        self._whole = ast.Constant(
            None,
            lineno=line,
            col_offset=column,
            end_lineno=end_line,
            end_col_offset=end_column,
        )

    def joined(self) -> ast.JoinedStr:
        values: list[ast.FormattedValue | str] = []
        for literal in self._group:
            if literal.is_formatted:
                values += self._values(literal.parts, literal, in_spec=False)
            else:
                values.append(ast.literal_eval(self._text(literal.span)))
        return self._joined(values)

    def _joined(self, values: list[ast.FormattedValue | str]) -> ast.JoinedStr:
        merged: list[ast.expr] = []
        for is_text, run in groupby(values, key=lambda value: isinstance(value, str)):
            if not is_text:
                merged += [value for value in run if isinstance(value, ast.FormattedValue)]
            elif text := "".join(map(str, run)):
                merged.append(self._placed(ast.Constant(text)))
        return self._placed(ast.JoinedStr(merged))

    def _values(
        self, parts: Sequence[Span | Field], literal: Literal, *, in_spec: bool
    ) -> list[ast.FormattedValue | str]:
        values: list[ast.FormattedValue | str] = []
        for part in parts:
            if isinstance(part, Field):
                values += [part.equal, self._field(part, literal)]
            else:
                text = self._text(part)
                if not in_spec:
                    text = text.replace("{{", "{").replace("}}", "}")
                values.append(text if literal.is_raw else ESCAPE.sub(_decoded, text))
        return values

    def _field(self, field: Field, literal: Literal) -> ast.FormattedValue:
        value = parse_expression(f"({self._text(field.value)}\n)")
        _move(value, *self._places.of(field.value.start))
        conversion = ord(field.shown_by) if field.shown_by else -1
        spec = None
        if field.spec is not None:
            spec = self._joined(self._values(field.spec, literal, in_spec=True))
        return self._placed(ast.FormattedValue(value, conversion, spec))

    def _placed(self, node: Expression) -> Expression:
        return ast.copy_location(node, self._whole)

    def _text(self, span: Span) -> str:
        return LINE_END.sub("\n", self._places.text[slice(*span)])


def _decoded(escape: re.Match[str]) -> str:
    return str(ast.literal_eval(f"'''{escape.group()}'''"))


def _move(tree: ast.expr, line: int, column: int) -> None:
    """Move *tree*, which was parsed behind a parenthesis of its own, to where its text stands."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.keyword, ast.arg)):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            node.col_offset += column - 1 if node.lineno == 1 else 0
            node.end_col_offset += column - 1 if node.end_lineno == 1 else 0
            node.lineno += line - 1
            node.end_lineno += line - 1
