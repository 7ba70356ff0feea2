"""Read a string-building expression as text with holes, by abstract interpretation."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..reading.fragment import Fragment, parse_fragment, replacement_fields
from ..reading.purity import is_effectless, is_str
from .format_text import TemplateField, UnknownTemplate, format_fields, percent_fields
from .frame_text import Option, Text, make_text
from .payload import orjson_call, read_encoder_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..reading.scopes import Scope, ScopeTree
    from .payload import EncoderCall

IN_VARIABLE = "carrier-variable"  # why what a name holds cannot be told
UTF_8 = {"utf-8", "utf8", "utf_8"}


@dataclass(frozen=True)
class Hole:
    """A place in the text that a value fills at run time.

    Attributes:
        value: The expression of the value.
        field: The replacement field as written, with its braces; "" if the value is concatenated.
        conversion: "r", "s", "a" or "".
        has_spec: Whether a format specification applies.
    """

    value: Fragment
    field: str = ""
    conversion: str = ""
    has_spec: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the text is `format(value, "")`, or the value itself, a str."""
        return not self.conversion and not self.has_spec

    @property
    def is_concatenated(self) -> bool:
        """Whether anything but a str would raise TypeError."""
        return not self.field


@dataclass(frozen=True)
class Reading:
    """What an expression says.

    Attributes:
        text: Its text with holes.
        is_bytes: Whether the expression makes bytes, in UTF-8.
    """

    text: Text[Hole]
    is_bytes: bool


@dataclass
class NotReadable(Exception):
    """An expression whose text cannot be told.

    Attributes:
        reason: A public reason code.
    """

    reason: str


@dataclass(frozen=True)
class Lines:
    """A list of texts, some of which are there only under a condition."""

    elements: tuple[Text[Hole] | Option[Hole], ...]


Part = str | Hole | Option[Hole]
Value = Text[Hole] | Lines


def read_text(
    fragment: Fragment,
    tree: ScopeTree,
    scope: Scope,
    values: Mapping[str, Value] = MappingProxyType({}),
) -> Reading:
    """Return the text that *fragment*, standing in *scope*, makes, where names have these *values*.

    Raises:
        NotReadable: If it is built in a way that is not understood yet.
    """
    return Reader(tree, scope, values).read(fragment)


class Reader:
    """Reads the expressions of one scope.

    Args:
        tree: The names of the file.
        scope: Where they stand.
        values: What is known of names; it may change from one expression to the next.
    """

    def __init__(self, tree: ScopeTree, scope: Scope, values: Mapping[str, Value]) -> None:
        self.tree = tree
        self.scope = scope
        self.values = values

    def read(self, fragment: Fragment) -> Reading:
        node = fragment.node
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            return _constant(node.value)
        if isinstance(node, ast.JoinedStr):
            return Reading(self._joined(fragment), is_bytes=False)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._sum(fragment, node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return self._percent(fragment, node)
        if isinstance(node, ast.Call) and orjson_call(node, self.tree, self.scope) is not None:
            text = parse_fragment(f"{fragment.text}.decode()", fragment.start)
            return Reading(self._opaque(text).text, is_bytes=True)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self._method(fragment, node, node.func)
        if isinstance(node, ast.IfExp) and (option := self._option(fragment, node)) is not None:
            return Reading(Text((option,)), is_bytes=False)
        if isinstance(node, ast.Name):
            return self._name(fragment, node)
        return self._opaque(fragment)

    def _name(self, fragment: Fragment, node: ast.Name) -> Reading:
        value = self.values.get(node.id)
        if isinstance(value, Text):
            return Reading(value, is_bytes=False)
        constant = self.tree.module_constant(node, self.scope)
        return _constant(constant) if constant is not None else self._opaque(fragment)

    def _opaque(self, fragment: Fragment) -> Reading:
        """Return the text of an expression that is not looked into.

        Raises:
            NotReadable: If it uses a name in a way that its value does not tell.
        """
        if names_in(fragment.node) & self.values.keys():
            raise NotReadable(IN_VARIABLE)
        return Reading(Text((Hole(fragment),)), is_bytes=False)

    def _option(self, fragment: Fragment, node: ast.IfExp) -> Option[Hole] | None:
        """Read `lines if condition else ""`, or the other way round."""
        sides = {False: node.body, True: node.orelse}
        empty = [
            k for k, side in sides.items() if isinstance(side, ast.Constant) and side.value == ""
        ]
        if len(empty) != 1:
            return None
        is_negated = not empty[0]
        reading = self.read(fragment.part(sides[is_negated]))
        last = reading.text.parts[-1] if reading.text.parts else None
        if reading.is_bytes or not isinstance(last, str) or not last.endswith("\n"):
            return None
        return Option(self.condition(fragment.part(node.test)), reading.text, is_negated)

    def encoder_call(self, value: Fragment) -> EncoderCall | None:
        """Return what the expression *value* encodes, None if that is not certain."""
        return read_encoder_call(value, self.tree, self.scope)

    def condition(self, test: Fragment) -> Hole:
        """Return the hole of *test*.

        Raises:
            NotReadable: If it reads a name whose value is put together here.
        """
        if names_in(test.node) & self.values.keys():
            raise NotReadable(IN_VARIABLE)
        return Hole(test)

    def _joined(self, fragment: Fragment) -> Text[Hole]:
        assert isinstance(fragment.node, ast.JoinedStr)
        try:
            fields = iter(replacement_fields(fragment.text, fragment.start))
        except SyntaxError as error:
            raise NotReadable("newer-grammar") from error
        parts: list[Part] = []
        for value in fragment.node.values:
            if isinstance(value, ast.Constant):
                parts.append(str(value.value))
            else:
                replacement = next(fields)
                parts.extend(
                    self._hole(
                        replacement.value,
                        replacement.text,
                        replacement.conversion,
                        replacement.has_spec,
                    )
                )
        return make_text(parts)

    def _hole(
        self, value: Fragment, field: str, conversion: str, has_spec: bool
    ) -> tuple[Part, ...]:
        if not conversion and not has_spec:
            constant = value.node.value if isinstance(value.node, ast.Constant) else None
            if isinstance(value.node, ast.Name):
                constant = self.tree.module_constant(value.node, self.scope)
            if isinstance(constant, str):
                return (constant,)
            if isinstance(value.node, ast.JoinedStr):
                return self._joined(value).parts
            if isinstance(value.node, ast.IfExp):
                option = self._option(value, value.node)
                if option is not None:
                    return (replace(option, condition=replace(option.condition, field=field)),)
            built = self.values.get(value.node.id) if isinstance(value.node, ast.Name) else None
            if isinstance(built, Text):
                return (_shown(built.only_hole),) if built.only_hole else built.parts
        if names_in(value.node) & self.values.keys():
            raise NotReadable(IN_VARIABLE)
        return (Hole(value, field, conversion, has_spec),)

    def _sum(self, fragment: Fragment, node: ast.BinOp) -> Reading:
        left, right = self.read(fragment.part(node.left)), self.read(fragment.part(node.right))
        opaque = [side for side in (left, right) if side.text.only_hole and not side.is_bytes]
        if left.is_bytes != right.is_bytes and not opaque:
            raise NotReadable("text-and-bytes")
        is_bytes = left.is_bytes or right.is_bytes
        if is_bytes and opaque:
            raise NotReadable("opaque-bytes")
        return Reading(left.text + right.text, is_bytes)

    def _method(self, fragment: Fragment, node: ast.Call, function: ast.Attribute) -> Reading:
        if function.attr == "encode":
            return self._encoded(fragment, node, function)
        if function.attr == "format" and isinstance(function.value, (ast.Constant, ast.JoinedStr)):
            return self._format(fragment, node, function.value)
        if function.attr == "join" and isinstance(function.value, (ast.Constant, ast.JoinedStr)):
            return self._join(fragment, node, function.value)
        return self._opaque(fragment)

    def _percent(self, fragment: Fragment, node: ast.BinOp) -> Reading:
        """Read `template % values`; one value that is no tuple display has to be a str, lest it be a tuple."""
        template = node.left.value if isinstance(node.left, ast.Constant) else None
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        certain = isinstance(node.right, ast.Tuple) or is_str(node.right, self.tree, self.scope)
        if not isinstance(template, str) or not certain or self._is_rendered_late(values):
            raise NotReadable("percent-format")
        try:
            fields = percent_fields(template)
        except UnknownTemplate as error:
            raise NotReadable("percent-format") from error
        return self._filled(fragment, fields, dict(enumerate(values)), "percent-format")

    def _is_rendered_late(self, values: list[ast.expr]) -> bool:
        """Whether a value is rendered before or after the effect of a later one, as the Python version has it.

        From 3.11 on the compiler makes an f-string of `%` with a tuple: each value is rendered at once
        (https://docs.python.org/3/whatsnew/3.11.html#optimizations).
        """
        return any(
            not is_effectless(later) and not is_str(value, self.tree, self.scope, exact=True)
            for index, value in enumerate(values)
            for later in values[index + 1 :]
        )

    def _format(self, fragment: Fragment, node: ast.Call, receiver: ast.expr) -> Reading:
        template = receiver.value if isinstance(receiver, ast.Constant) else None
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if not isinstance(template, str) or starred or any(k.arg is None for k in node.keywords):
            raise NotReadable("str-format")
        values: dict[int | str, ast.expr] = dict(enumerate(node.args))
        values |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        try:
            fields = format_fields(template)
        except UnknownTemplate as error:
            raise NotReadable("str-format") from error
        return self._filled(fragment, fields, values, "str-format")

    def _filled(
        self,
        fragment: Fragment,
        fields: list[str | TemplateField],
        values: Mapping[int | str, ast.expr],
        reason: str,
    ) -> Reading:
        if sorted(map(str, values)) != sorted(str(f.key) for f in fields if not isinstance(f, str)):
            raise NotReadable(reason)  # an argument that is missing, not used, or used twice
        parts: list[Part] = []
        for field in fields:
            if isinstance(field, str):
                parts.append(field)
                continue
            value = fragment.part(values[field.key])
            conversion = field.conversion
            if conversion == "s" and is_str(value.node, self.tree, self.scope, exact=True):
                conversion = ""
            tail = (f"!{conversion}" if conversion else "") + (
                f":{field.spec}" if field.spec else ""
            )
            parts.extend(self._hole(value, f"{{{value.text}{tail}}}", conversion, bool(field.spec)))
        return Reading(make_text(parts), is_bytes=False)

    def _join(self, fragment: Fragment, node: ast.Call, receiver: ast.expr) -> Reading:
        """Read `separator.join([...])` of a display whose elements certainly are text."""
        separator = receiver.value if isinstance(receiver, ast.Constant) else None
        joined = node.args[0] if len(node.args) == 1 else None
        if not isinstance(separator, str) or joined is None:
            raise NotReadable("str-join")
        return Reading(_text_of(self.lines(fragment.part(joined)), separator), is_bytes=False)

    def lines(self, fragment: Fragment) -> Lines:
        """Return the texts of a display, or of a list that was built before.

        Raises:
            NotReadable: If one of them may be no text.
        """
        node = fragment.node
        built = self.values.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(built, Lines):
            return built
        if not isinstance(node, (ast.List, ast.Tuple)):
            raise NotReadable("str-join")
        return Lines(tuple(self.line(fragment.part(element)) for element in node.elts))

    def line(self, element: Fragment) -> Text[Hole]:
        """Return the text of *element*, which has to be a str.

        Raises:
            NotReadable: If it may be no text.
        """
        if isinstance(element.node, ast.Starred):
            raise NotReadable("str-join")
        reading = self.read(element)
        hole = reading.text.only_hole
        if reading.is_bytes or (hole and not is_str(hole.value.node, self.tree, self.scope)):
            raise NotReadable("may-not-be-str")
        return reading.text

    def _encoded(self, fragment: Fragment, node: ast.Call, function: ast.Attribute) -> Reading:
        inner = self.read(fragment.part(function.value))
        if not is_utf_8(node) or inner.is_bytes:
            raise NotReadable("other-codec")
        hole = inner.text.only_hole
        if hole and hole.is_concatenated and not is_str(hole.value.node, self.tree, self.scope):
            raise NotReadable("opaque-bytes")  # what has such a method need not be text
        return Reading(inner.text, is_bytes=True)


def names_in(node: ast.AST) -> set[str]:
    """Return the names that *node* mentions."""
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}


def _shown(hole: Hole) -> Hole:
    """Return *hole*, the value of a name, as a replacement field shows it."""
    return replace(hole, field=hole.field or f"{{{hole.value.text}}}")


def _text_of(lines: Lines, separator: str) -> Text[Hole]:
    """Return *lines* joined: one that may be absent goes together with the separator beside it."""
    certain = [isinstance(element, Text) for element in lines.elements]
    if lines.elements and True not in certain:
        raise NotReadable("str-join")
    first = certain.index(True) if certain else 0
    text: Text[Hole] = Text(())
    for index, element in enumerate(lines.elements):
        inside = element.text if isinstance(element, Option) else element
        before, behind = separator * (index > first), separator * (index < first)
        whole = make_text([before, *inside.parts, behind])
        parts = [replace(element, text=whole)] if isinstance(element, Option) else whole.parts
        text = make_text([*text.parts, *parts])
    return text


def is_utf_8(encode: ast.Call) -> bool:
    """Return whether the call of `str.encode` certainly makes UTF-8, and fails where UTF-8 does."""
    codec = encode.args[0] if encode.args else ast.Constant("utf-8")
    named = isinstance(codec, ast.Constant) and str(codec.value).lower() in UTF_8
    return named and len(encode.args) <= 1 and not encode.keywords


def _constant(value: str | bytes) -> Reading:
    if isinstance(value, str):
        return Reading(make_text([value]), is_bytes=False)
    try:
        return Reading(make_text([value.decode("utf-8")]), is_bytes=True)
    except UnicodeDecodeError as error:
        raise NotReadable("other-codec") from error
