"""What statements say that build a text: assignments, `+=`, `.append` and `if`, by abstract interpretation."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..reading.fragment import parse_fragment
from .frame_text import Option, Text, make_text
from .read_text import IN_VARIABLE, Hole, Lines, NotReadable, Reader, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..reading.fragment import Fragment
    from ..reading.scopes import Scope, ScopeTree
    from ..reading.source import SourceFile
    from .payload import Dialect
    from .read_text import Reading


def read_built_text(
    statements: Sequence[ast.stmt],
    expression: ast.expr,
    source: SourceFile,
    tree: ScopeTree,
    scope: Scope,
) -> Reading:
    """Return the text of *expression*, which stands in *scope* right behind *statements*.

    Raises:
        NotReadable: If it is built in a way that is not understood.
    """
    values: dict[str, Value] = {}
    builder = _Builder(source, tree, scope, values)
    for statement in statements:
        builder.run(statement)
    return builder.reader.read(builder.fragment(expression))


class _Builder:
    def __init__(
        self, source: SourceFile, tree: ScopeTree, scope: Scope, values: dict[str, Value]
    ) -> None:
        self.source = source
        self.values = values
        self.reader = Reader(tree, scope, values)

    def fragment(self, node: ast.expr) -> Fragment:
        return parse_fragment(self.source.segment(node))

    def run(self, statement: ast.stmt) -> None:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self.values[name] = self._value(value)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self.values[name] = self._added(self._known(name), value)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr=method), args=arguments
                )
            ):
                self.values[name] = self._called(self._known(name), method, arguments)
            case ast.If():
                self._if(statement)
            case ast.For(target=ast.Name(id=name), iter=lines, body=body):
                self.values[name] = self._only_line(lines)
                self._branch(body)
            case _:
                raise NotReadable(IN_VARIABLE)

    def _value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.List):
            return self.reader.lines(self.fragment(node))
        reading = self.reader.read(self.fragment(node))
        if reading.is_bytes:
            raise NotReadable(IN_VARIABLE)
        return reading.text

    def _known(self, name: str) -> Value:
        if name not in self.values:
            raise NotReadable(IN_VARIABLE)
        return self.values[name]

    def _added(self, value: Value, node: ast.expr) -> Value:
        if isinstance(value, Lines):
            return Lines(value.elements + self.reader.lines(self.fragment(node)).elements)
        more = self._value(node)
        if isinstance(more, Lines):
            raise NotReadable(IN_VARIABLE)
        return value + more

    def _called(self, value: Value, method: str, arguments: list[ast.expr]) -> Value:
        if not isinstance(value, Lines):
            raise NotReadable(IN_VARIABLE)
        match method, arguments:
            case "append", [line]:
                return Lines((*value.elements, self.reader.line(self.fragment(line))))
            case "extend", [lines]:
                return self._added(value, lines)
            case "insert", [ast.Constant(value=0), line]:
                return Lines((self.reader.line(self.fragment(line)), *value.elements))
        raise NotReadable(IN_VARIABLE)

    def _only_line(self, lines: ast.expr) -> Value:
        """Return the text that *lines* cuts into lines, if it certainly is one line."""
        match lines:
            case ast.Call(
                func=ast.Attribute(value=text, attr="splitlines" | "split" as method),
                args=arguments,
                keywords=[],
            ):
                value = self._value(text)
                hole = value.only_hole if isinstance(value, Text) else None
                call = self.reader.encoder_call(hole.value) if hole is not None else None
                if call is not None and is_one_line(method, arguments, call.dialect):
                    return value
        raise NotReadable(IN_VARIABLE)

    def _if(self, statement: ast.If) -> None:
        condition = self.reader.condition(self.fragment(statement.test))
        before = dict(self.values)
        then = self._branch(statement.body)
        self._set(before)
        otherwise = self._branch(statement.orelse)
        changed = {
            name
            for name in {**then, **otherwise}
            if then.get(name) != before.get(name) or otherwise.get(name) != before.get(name)
        }
        for name in sorted(changed):
            here = before.get(name) or Text((Hole(parse_fragment(name)),))
            before[name] = _merged(condition, here, then.get(name, here), otherwise.get(name, here))
        self._set(before)

    def _branch(self, body: list[ast.stmt]) -> dict[str, Value]:
        for statement in body:
            self.run(statement)
        return dict(self.values)

    def _set(self, values: dict[str, Value]) -> None:
        self.values.clear()
        self.values.update(values)


def _merged(condition: Hole, before: Value, then: Value, otherwise: Value) -> Value:
    """Return what is *before*, *then* or *otherwise*, as *condition* says."""
    if isinstance(before, Lines) and isinstance(then, Lines) and isinstance(otherwise, Lines):
        return _merged_lines(condition, before, then, otherwise)
    if isinstance(before, Lines) or isinstance(then, Lines) or isinstance(otherwise, Lines):
        raise NotReadable(IN_VARIABLE)
    for is_negated, base, other in ((False, otherwise, then), (True, then, otherwise)):
        if base.only_hole is None and base in (before, Text(())):
            behind, ahead = other.after(base), other.before(base)
            if behind is not None:
                return make_text([*base.parts, Option(condition, behind, is_negated)])
            if ahead is not None:
                return make_text([Option(condition, ahead, is_negated), *base.parts])
    return _either(condition, then, otherwise)


def _either(condition: Hole, then: Text[Hole], otherwise: Text[Hole]) -> Text[Hole]:
    """Return the choice between two values as one conditional expression."""
    values = [side.only_hole.value for side in (then, otherwise) if side.only_hole is not None]
    simple = [value for value in values if isinstance(value.node, (ast.Name, ast.Call))]
    is_call = any(isinstance(value.node, ast.Call) for value in simple)
    if len(simple) < len((then, otherwise)) or not is_call:
        raise NotReadable(IN_VARIABLE)
    text = f"{simple[0].text} if {condition.value.text} else {simple[1].text}"
    return Text((Hole(parse_fragment(text)),))


def _merged_lines(condition: Hole, before: Lines, then: Lines, otherwise: Lines) -> Lines:
    kept = len(before.elements)
    more: list[Text[Hole] | Option[Hole]] = []
    for is_negated, lines in ((False, then), (True, otherwise)):
        added = lines.elements[kept:]
        if lines.elements[:kept] != before.elements:
            raise NotReadable(IN_VARIABLE)
        for element in added:
            if isinstance(element, Option):
                raise NotReadable(IN_VARIABLE)
            more.append(Option(condition, element, is_negated))
    return Lines((*before.elements, *more))


def is_one_line(method: str, arguments: list[ast.expr], dialect: Dialect) -> bool:
    """Return whether a text in *dialect* is one line for *method* of `str`, called with *arguments*.

    Control characters are escaped in JSON; `splitlines` also cuts at some that are not
    (https://docs.python.org/3/library/stdtypes.html#str.splitlines).
    """
    options = dict(dialect.options)
    if dialect.objects or not options.keys().isdisjoint({"indent", "separators", "method"}):
        return False
    if method == "splitlines":
        return dialect.encoder == "json" and not arguments and "ensure_ascii" not in options
    return [getattr(argument, "value", None) for argument in arguments] == ["\n"]
