"""Write the chunk expression that takes the place of a frame expression."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..frames.displays import typed_keys
from ..frames.sites import CHUNK
from ..reading.fragment import parse_fragment
from ..reading.purity import is_effectless, is_optional_str, is_settled_name, is_str, tested_name
from ..reading.statements import bound_by
from .expressions import NotWritable, Style, requoted, string_literal, text_expression

if TYPE_CHECKING:
    from ..contracts.contract import Contract
    from ..frames.content import Content
    from ..frames.frame_text import Option, Text
    from ..frames.read_text import Hole
    from ..reading.scopes import Scope, ScopeTree


GRADES = ("typed", "payload", "model", "delegated", "encoded")  # best first


@dataclass(frozen=True)
class Rewritten:
    """A chunk expression.

    Attributes:
        expression: Its source text, on one line unless the payload has several.
        grade: `typed`, `payload`, `model` or `encoded`.
    """

    expression: str
    grade: str


class ChunkWriter:
    """Writes chunk expressions for the sites of one scope.

    Args:
        tree: The names of the file.
        scope: Where the site stands.
        style: How the file writes Python.
        in_order: Whether everything runs in the order of the wire, even what has no effect that can be seen.
        texts: Names of ours that nothing binds yet, each of a str that nothing can change.
    """

    def __init__(
        self,
        tree: ScopeTree,
        scope: Scope,
        style: Style,
        *,
        in_order: bool = False,
        texts: frozenset[str] = frozenset(),
    ) -> None:
        self.tree = tree
        self.scope = scope
        self.style = style
        self.in_order = in_order
        self.texts = texts

    @property
    def strict(self) -> ChunkWriter:
        """The writer that lets everything run in the order of the wire, wherever that may matter."""
        return ChunkWriter(self.tree, self.scope, self.style, in_order=True, texts=self.texts)

    def write(self, content: Content, contract: Contract) -> Rewritten:
        """Return the expression of *content* under *contract*.

        Raises:
            NotWritable: If there is none.
        """
        match content.kind:
            case "done":
                return Rewritten(f"{CHUNK}.done()", "typed")
            case "comment":
                return Rewritten(
                    f"{CHUNK}.comment({text_expression(content.text, self.style)})", "typed"
                )
            case "constant":
                return self._constant(content, contract)
            case "raw":
                return self._call(
                    "raw",
                    self._raw_text(content.text),
                    content,
                    contract,
                    effects=not self._is_rendered_late(content.text),
                )
        return self._payload(content, contract)

    def write_in_place(self, content: Content, contract: Contract) -> Rewritten:
        """Return the expression that renders the data where it stands, before every other line.

        Raises:
            NotWritable: If there is none.
        """
        if content.kind not in {"payload", "raw"}:
            raise NotWritable("not-proved")
        fields = [f"{name}={source}" for name, _, source in self._fields(content, contract)]
        text = text_expression(content.text, self.style)
        hole = content.text.only_hole
        if content.call is not None and hole is not None:
            text = self._raw_text(content.text)
        return Rewritten(f"{CHUNK}.raw({', '.join([text, *fields])})", "encoded")

    def conditional(self, content: Content, arms: list[Rewritten], parent: ast.AST) -> Rewritten:
        """Return the conditional expression between *arms*, to stand in *parent*."""
        choice = content.choice
        assert choice is not None
        assert isinstance(choice.node, ast.IfExp)
        test = choice.part(choice.node.test)
        text = test.text if content.serialised else requoted(test, self.style)
        if isinstance(test.node, (ast.IfExp, ast.Lambda, ast.NamedExpr)):
            text = f"({text})"
        then, otherwise = arms
        expression = f"{then.expression} if {text} else {otherwise.expression}"
        if "\n" in expression or not isinstance(parent, (ast.Yield, ast.Return, ast.Assign)):
            expression = f"({expression})"
        return Rewritten(expression, self.grade_of_choice(content, arms))

    def grade_of_choice(self, content: Content, arms: list[Rewritten]) -> str:
        """Return the grade of a choice between *arms*: that of its payloads, whatever else is text."""
        pairs = zip(content.arms, arms, strict=True)
        grades = [written.grade for arm, written in pairs if arm.content.kind != "raw"]
        return max(grades, key=GRADES.index)

    def is_str(self, node: ast.expr, *, exact: bool = False) -> bool:
        """Return whether *node* certainly is a str; unless *exact* its annotation counts."""
        return self._is_ours(node) or is_str(node, self.tree, self.scope, exact=exact)

    def is_settled(self, node: ast.expr) -> bool:
        """Return whether *node* is a name that no call can bind again."""
        return self._is_ours(node) or is_settled_name(node, self.tree, self.scope)

    def _is_ours(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.texts

    def _payload(self, content: Content, contract: Contract) -> Rewritten:
        assert content.call is not None
        keys = typed_keys(content)
        event_is_written = content.lines.event is None or contract.event_is_type
        if keys and dict(contract.keys).get(keys[0]) == keys[1] and event_is_written:
            return Rewritten(f"{CHUNK}({self._typed_arguments(content)})", "typed")
        if content.serialised and not content.is_inlined:
            name = bound_by(content.serialised)
            assert name is not None
            value = name
        else:
            value = self._source(content, content.call.value.node)
        effects = not is_effectless(content.call.value.node) and not content.serialised
        if self.is_encoded_first(content, contract):
            text = self._raw_text(content.text)
            return self._call("raw", text, content, contract, effects=True)
        return self._call("of", value, content, contract, effects=effects)

    def _source(self, content: Content, node: ast.expr) -> str:
        assert content.call is not None
        whole = content.call.value
        fragment = whole if node is whole.node else whole.part(node)
        hole = content.text.only_hole
        verbatim = hole is None or hole.is_concatenated or content.serialised
        return fragment.text if verbatim else requoted(fragment, self.style)

    def _typed_arguments(self, content: Content) -> str:
        assert content.call is not None
        display = content.call.value.node
        assert isinstance(display, ast.Dict)
        keys = [str(key.value) for key in display.keys if isinstance(key, ast.Constant)]
        values = [self._source(content, value) for value in display.values]
        return ", ".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))

    def _constant(self, content: Content, contract: Contract) -> Rewritten:
        text = content.text.literal or ""
        value = json.loads(text)
        if contract.dialect.encoder == "json" and contract.build().dialect(value) == text:
            return self._call("of", self._python(value), content, contract, effects=False)
        return self._call("raw", string_literal(text, self.style), content, contract, effects=False)

    def _python(self, value: object) -> str:
        match value:
            case dict():
                inside = ", ".join(
                    f"{self._python(key)}: {self._python(item)}" for key, item in value.items()
                )
                return "{" + inside + "}"
            case list():
                return "[" + ", ".join(map(self._python, value)) + "]"
            case str():
                return string_literal(value, self.style)
            case float() if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
                raise NotWritable("not-a-number")
        return repr(value)

    def _raw_text(self, text: Text[Hole]) -> str:
        hole = text.only_hole
        if hole is None or not hole.is_plain:
            return text_expression(text, self.style)
        if hole.is_concatenated:
            exact = self.is_str(hole.value.node, exact=True)
            return hole.value.text if exact else text_expression(text, self.style)
        return requoted(hole.value, self.style)

    def _is_rendered_late(self, text: Text[Hole]) -> bool:
        """Whether nothing of *text* runs where it stands: it is constant, or a name that the contract renders."""
        hole = text.only_hole
        if hole is None or not hole.is_plain or not is_effectless(hole.value.node):
            return not text.holes
        exact = self.is_str(hole.value.node, exact=True)
        return not hole.is_concatenated or exact

    def _call(
        self, constructor: str, value: str, content: Content, contract: Contract, *, effects: bool
    ) -> Rewritten:
        fields = self._fields(content, contract)
        options = content.options
        settled = all(self.may_wait(text, options.get(name)) for name, text, _ in fields)
        lazy = not (effects or self.in_order) and all(
            self._is_effectless(text, options.get(name)) for name, text, _ in fields
        )
        arguments = [value, *(f"{name}={source}" for name, _, source in fields)]
        if not settled and not lazy:
            named = {name: f"{name}={source}" for name, _, source in fields}
            if isinstance(parse_fragment(value).node, ast.NamedExpr):
                value = f"({value})"
            named["data"] = f"{ {'of': 'payload', 'raw': 'text'}[constructor] }={value}"
            arguments = [named[name] for name in contract.order if name in named]
        grade = "encoded" if constructor == "raw" else self._grade(content)
        return Rewritten(f"{CHUNK}.{constructor}({', '.join(arguments)})", grade)

    def is_encoded_first(self, content: Content, contract: Contract) -> bool:
        """Whether the payload is encoded before a field is rendered that may fail or have an effect."""
        behind = contract.order[contract.order.index("data") :]
        lines = content.lines._asdict()
        return any(
            text is not None and not self.may_wait(text, content.options.get(name))
            for name, text in lines.items()
            if name in behind
        )

    def _grade(self, content: Content) -> str:
        return "model" if content.call and content.call.dialect.encoder == "model" else "payload"

    def _fields(self, content: Content, contract: Contract) -> list[tuple[str, Text[Hole], str]]:
        fields = []
        for name in contract.order:
            text = content.lines._asdict().get(name)
            repeats = (
                name == "event"
                and contract.event_is_type
                and content.kind in {"payload", "constant"}
            )
            if text is not None and not repeats:
                option = content.options.get(name)
                source = self._field(text) if option is None else self._optional(text, option)
                fields.append((name, text, source))
        return fields

    def _optional(self, text: Text[Hole], option: Option[Hole]) -> str:
        """Return the value of a field that is not always there: None leaves it out."""
        test, hole = option.condition, text.only_hole
        condition = requoted(test.value, self.style) if test.field else test.value.text
        value = self._field(text)
        name = hole.value.node.id if hole and isinstance(hole.value.node, ast.Name) else None
        if (
            hole is not None
            and hole.is_plain
            and not option.is_negated
            and name == tested_name(test.value.node)
            and is_optional_str(hole.value.node, self.tree, self.scope)
        ):
            return f"{name} or None" if isinstance(test.value.node, ast.Name) else f"{name}"
        if isinstance(test.value.node, (ast.IfExp, ast.Lambda)):
            condition = f"({condition})"
        sides = (value, "None")
        then, otherwise = sides[::-1] if option.is_negated else sides
        return f"{then} if {condition} else {otherwise}"

    def _field(self, text: Text[Hole]) -> str:
        hole = text.only_hole
        certain = hole is not None and self.is_str(hole.value.node, exact=hole.is_concatenated)
        if hole is not None and hole.is_plain and certain:
            return hole.value.text if hole.is_concatenated else requoted(hole.value, self.style)
        return text_expression(text, self.style)

    def _is_effectless(self, text: Text[Hole], option: Option[Hole] | None) -> bool:
        test = option.condition.value.node if option is not None else None
        plain = test is None or is_effectless(test) or tested_name(test) is not None
        return plain and all(is_effectless(hole.value.node) for hole in text.holes)

    def may_wait(self, text: Text[Hole], option: Option[Hole] | None) -> bool:
        """Whether the field may be rendered after the payload's expression has run: only what cannot change."""
        names = {hole.value.node for hole in text.holes}
        test = option.condition.value.node if option is not None else None
        tested = tested_name(test) if test is not None else None
        if test is not None and (tested is None or not self._is_settled_test(test)):
            return False
        return all(
            self.is_settled(name)
            and (
                self.is_str(name)
                or (
                    isinstance(name, ast.Name)
                    and name.id == tested
                    and is_optional_str(name, self.tree, self.scope)
                )
            )
            for name in names
        )

    def _is_settled_test(self, test: ast.expr) -> bool:
        """Whether *test*, which asks a name, runs nothing and says the same later."""
        name = test.left if isinstance(test, ast.Compare) else test
        asks_truth = name is test
        is_text = self.is_str(name) or is_optional_str(name, self.tree, self.scope)
        return self.is_settled(name) and (is_text or not asks_truth)
