"""Phase 1 at one site: the frame as it is made, with names for what the chunk beside it needs again.

Nothing is evaluated, and nothing of the user's rendered, a second time: what is needed is bound where it
stands, `json.dumps(v0 := {...})`, rendered first if only its text is wanted, `{(v1 := format(x))}`. A name
that nothing can bind again in between needs no other.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..frames.content import Content, Lines
from ..frames.frame_text import Text
from ..frames.read_text import Hole, names_in
from ..proof.prove import Beside, NotProved, prove_beside
from ..reading.fragment import Fragment, parse_fragment
from ..reading.literals import needs_pep_701
from ..reading.purity import is_settled_name
from .expressions import NotWritable
from .rewrite import ChunkWriter, Rewritten
from .write_chunks import shown_payload, substituted

if TYPE_CHECKING:
    from ..contracts.contract import Contract
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.free_names import FreeNames

NO_BINDING = "no-binding"


@dataclass(frozen=True)
class Both:
    """What takes the place of a frame expression.

    Attributes:
        frame: The frame expression, with names for some of its parts.
        chunk: The chunk expression.
        grade: That of the chunk.
        contract: The constant that writes the chunk.
        serialised: The new value of the statement before the site, if it binds what the chunk needs.
        names: The names that are bound.
        proof: How each obligation was met.
    """

    frame: str
    chunk: str
    grade: str
    contract: str
    serialised: str | None
    names: tuple[str, ...]
    proof: dict[str, str]


@dataclass(frozen=True)
class _Binding:
    """A part of an expression that gets a name.

    Attributes:
        part: The part.
        name: The name.
        rendering: The builtins that make the text of it first, each with its parenthesis.
    """

    part: Fragment
    name: str
    rendering: str = ""


def write_beside(plan: Plan, file: FileFacts, site: Site, names: FreeNames) -> Both:
    """Return the frame of *site* and the chunk beside it, proved.

    Raises:
        NotWritable: If there is no exact form, with the reason.
    """
    content = plan.contents[site]
    if content.kind == "several":
        raise NotWritable("several-frames")
    part = plan.parts_of(site)[0][0]
    constant = plan.constant_of(part, file)
    contract = plan.home_of(part, file).contracts[constant]
    whole = Content("raw", content.text, lines=content.lines, options=content.options)
    writer = ChunkWriter(file.tree, site.scope, plan.settings.style_of(file))
    forms = [content, whole] if content.kind != "choice" else [whole]
    if content.kind == "payload" and writer.is_encoded_first(content, contract):
        forms = [whole]
    attempts = [_Site(site, form, writer, contract, names) for form in forms]
    for attempt in attempts[:-1]:
        with suppress(NotProved, NotWritable, SyntaxError):
            return attempt.written(constant)
    try:
        return attempts[-1].written(constant)
    except (NotProved, SyntaxError) as error:
        site.proof = {"failed": str(error)}
        raise NotWritable("not-proved") from error


class _Site:
    def __init__(
        self,
        site: Site,
        content: Content,
        writer: ChunkWriter,
        contract: Contract,
        names: FreeNames,
    ) -> None:
        self.site = site
        self.content = content
        self.writer = writer
        self.contract = contract
        self.free = names.values(16)
        self.names = names
        self.bindings: list[_Binding] = []
        self.in_statement: list[_Binding] = []
        self.texts: set[str] = set()

    def written(self, constant: str) -> Both:
        chunk = self._chunk()
        old, before = self.site.source.segment(self.site.node), self._serialised()
        frame = _bound(old, self.bindings)
        statement = _bound(before, self.in_statement) if self.in_statement else None
        if needs_pep_701(frame) and not needs_pep_701(old):
            raise NotWritable("quotes-in-field")
        bindings = (*self.bindings, *self.in_statement)
        bound = tuple(each.name for each in bindings)
        self._check_place(chunk, bound)
        rendered = {each.name: each.rendering.count("(") for each in bindings}
        proof = self._proved(frame, chunk.expression, statement, rendered)
        self.names.take_all(bound)
        return Both(frame, chunk.expression, chunk.grade, constant, statement, bound, proof)

    def _serialised(self) -> str:
        statement = self.content.serialised
        value = statement.value if statement is not None else None
        return self.site.source.segment(value) if value is not None else ""

    def _chunk(self) -> Rewritten:
        """Return the chunk expression; what it needs is among the bindings then."""
        content = self.content
        call, text = content.call, content.text
        if call is not None:
            value = self._payload(call.value)
            call = replace(call, value=value)
            text = Text((Hole(value, f"{{{value.text}}}"),))
        elif content.kind in {"raw", "comment"}:
            text = self._text(text)
        lines = Lines(
            **{
                name: line if line is None else self._line(name, line)
                for name, line in content.lines._asdict().items()
            }
        )
        known = replace(content, call=call, text=text, lines=lines, serialised=None)
        writer = ChunkWriter(
            self.writer.tree, self.writer.scope, self.writer.style, texts=frozenset(self.texts)
        )
        return writer.write(known, self.contract)

    def _payload(self, value: Fragment) -> Fragment:
        if is_settled_name(value.node, self.writer.tree, self.writer.scope):
            return value
        if isinstance(value.node, (ast.GeneratorExp, ast.Starred)):
            raise NotWritable(NO_BINDING)
        binding = _Binding(value, self.free.pop(0))
        (self.in_statement if self.content.serialised else self.bindings).append(binding)
        return parse_fragment(binding.name)

    def _line(self, name: str, line: Text[Hole]) -> Text[Hole]:
        """Return *line* as the chunk says it; one that is not always there has to be there for names only."""
        repeats = name == "event" and self.contract.event_is_type
        if repeats and self.content.kind in {"payload", "constant"}:
            return line
        option = self.content.options.get(name)
        if option is None:
            return self._text(line)
        if not self.writer.may_wait(line, option):
            raise NotWritable(NO_BINDING)
        return line

    def _text(self, text: Text[Hole]) -> Text[Hole]:
        parts = (part if isinstance(part, str) else self._hole(part) for part in text.plain)
        return Text(tuple(parts))

    def _hole(self, hole: Hole) -> Hole:
        node = hole.value.node
        certain = hole.is_plain and self.writer.is_str(node, exact=hole.is_concatenated)
        settled = self.writer.is_settled(node)
        if settled and (certain or hole.is_concatenated):
            return hole
        rendering = "" if certain or hole.is_concatenated else _rendering(hole)
        if not all(map(self._is_builtin, rendering.split("(")[:-1])):
            raise NotWritable("name-collision")
        binding = _Binding(hole.value, self.free.pop(0), rendering)
        self.bindings.append(binding)
        if certain or rendering:
            self.texts.add(binding.name)
        field = "" if hole.is_concatenated and not certain else f"{{{binding.name}}}"
        return Hole(parse_fragment(binding.name), field)

    def _is_builtin(self, name: str) -> bool:
        loaded = ast.Name(name, ast.Load())
        return self.writer.tree.qualified_name(loaded, self.writer.scope) == f"builtins.{name}"

    def _check_place(self, chunk: Rewritten, bound: tuple[str, ...]) -> None:
        """Refuse what cannot be bound where it stands.

        https://peps.python.org/pep-0572/#exceptional-cases
        """
        if self.site.statements:
            built = {
                node.id
                for statement in self.site.statements
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            if bound or built & names_in(parse_fragment(chunk.expression).node):
                raise NotWritable(NO_BINDING)
        child: ast.AST = self.site.node
        for parent in self.writer.tree.ancestors(child):
            if bound and isinstance(parent, ast.comprehension) and child is parent.iter:
                raise NotWritable(NO_BINDING)
            child = parent

    def _proved(
        self, frame: str, chunk: str, serialised: str | None, rendered: dict[str, int]
    ) -> dict[str, str]:
        old, new = self.site.fragment.node, parse_fragment(frame).node
        if ast.dump(_Unbound(rendered).visit(parse_fragment(frame).node)) != ast.dump(old):
            raise NotProved("congruence", "the frame is another one")
        before = [*self.site.statements]
        after = [*self.site.statements]
        statement = self.content.serialised
        if statement is not None:
            before.append(statement)
            after.append(statement if serialised is None else _with_value(statement, serialised))
        beside = Beside(new, parse_fragment(chunk).node, rendered, after, self._encodes_again)
        shown = shown_payload(self.site, self.content, self.writer.tree)
        try:
            return self._compared(old, beside, before)
        except NotProved:
            if shown is None:
                raise
        beside = replace(
            beside,
            frame=substituted(beside.frame, *shown),
            chunk=substituted(beside.chunk, *shown),
        )
        return self._compared(substituted(old, *shown), beside, before)

    @property
    def _encodes_again(self) -> bool:
        """Whether frame and chunk encode the payload with a function or a method of the user's."""
        call = self.content.call
        return call is not None and (bool(call.dialect.objects) or call.dialect.encoder != "json")

    def _compared(self, old: ast.expr, new: Beside, before: list[ast.stmt]) -> dict[str, str]:
        return prove_beside(
            old,
            new,
            self.contract.build(),
            self.writer.tree,
            self.writer.scope,
            statements=before,
            origins=self.content.origins,
        )


def _with_value(statement: ast.Assign | ast.AnnAssign, value: str) -> ast.stmt:
    node = parse_fragment(value).node
    if isinstance(statement, ast.Assign):
        return ast.Assign(statement.targets, node)
    return ast.AnnAssign(statement.target, statement.annotation, node, statement.simple)


def _rendering(hole: Hole) -> str:
    """Return the builtins that make the text of *hole*."""
    if hole.has_spec or hole.conversion not in {"", "s"}:
        raise NotWritable(NO_BINDING)
    return "format(str(" if hole.conversion else "format("


def _bound(text: str, bindings: list[_Binding]) -> str:
    """Return the expression *text* with *bindings* made."""
    for binding in sorted(bindings, key=lambda each: -each.part.start):
        start, end = binding.part.start, binding.part.start + len(binding.part.text)
        value = text[start:end]
        value = f"{binding.rendering}{value}{')' * binding.rendering.count('(')}"
        plain = f"{text[:start]}{binding.name} := {value}{text[end:]}"
        is_enough = _is_argument(plain, binding.name)
        text = plain if is_enough else f"{text[:start]}({binding.name} := {value}){text[end:]}"
    return text


def _is_argument(text: str, name: str) -> bool:
    """Whether the binding of *name* in *text* is what a call is given, which needs no parentheses."""
    try:
        whole = parse_fragment(text).node
    except SyntaxError:
        return False
    return any(
        isinstance(argument, ast.NamedExpr) and argument.target.id == name
        for call in ast.walk(whole)
        if isinstance(call, ast.Call)
        for argument in call.args
    )


class _Unbound(ast.NodeTransformer):
    """Takes bindings out of an expression again, and as many calls around each value as *rendered* says."""

    def __init__(self, rendered: dict[str, int]) -> None:
        self.rendered = rendered

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        self.generic_visit(node)
        rendered = self.rendered.get(node.target.id)
        if rendered is None:
            return node
        value = node.value
        for _ in range(rendered):
            assert isinstance(value, ast.Call)
            value = value.args[0]
        return value
