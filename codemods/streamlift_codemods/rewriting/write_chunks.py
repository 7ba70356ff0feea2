"""Write the chunk expression of each site, and prove it."""

from __future__ import annotations

import ast
import copy
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import working_on
from ..frames.chunk_roots import contracts_named, without_contract
from ..frames.displays import display_of
from ..frames.read_text import names_in
from ..proof.prove import NotProved, prove
from ..reading.fragment import parse_fragment
from ..reading.literals import needs_pep_701
from ..reading.source import comments_in
from ..reading.statements import bound_by
from .expressions import NotWritable
from .rewrite import GRADES, ChunkWriter, Rewritten

if TYPE_CHECKING:
    from streamlift import SSEFormatter

    from ..contracts.contract import Contract
    from ..frames.content import Content
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import ScopeTree


# Their operand has to be in parentheses if it is a sum.
TIGHT = (ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Await, ast.Starred)


def write_chunks(plan: Plan) -> dict[Site, str]:
    """Fill in the expressions of *plan*; return the sites that cannot be rewritten, with the reason."""
    plan.expressions.clear()
    plan.bound.clear()
    failed: dict[Site, str] = {}
    formatters = {
        contract: contract.build()
        for home in plan.all_homes
        for contract in home.contracts.values()
    }
    for file, site in plan.facts.project.progress.over(plan.frame_sites, "Proving"):
        with working_on(file.name, site.line):
            reason = _fill_in(plan, file, site, formatters)
        if reason is not None:
            failed[site] = reason
    for call in plan.asked:
        if call.verdict == "auto":
            plan.expressions[call] = _asking(call)
    return failed


def _asking(call: Site) -> str:
    """Return the call with `.chunk` behind the function's name."""
    assert isinstance(call.node, ast.Call)
    whole, function = call.source.span(call.node), call.source.span(call.node.func)
    text = call.source.text
    return f"{text[whole.start : function.end]}.chunk{text[function.end : whole.end]}"


def _fill_in(
    plan: Plan, file: FileFacts, site: Site, formatters: dict[Contract, SSEFormatter]
) -> str | None:
    """Fill in the expression and the grade of *site*; return why there is none."""
    try:
        written = _written(plan, file, site, formatters)
        _check_comments(site, written)
        _check_grammar(site, written)
    except NotWritable as error:
        return error.reason
    except (NotProved, SyntaxError) as error:
        site.proof = {"failed": str(error)}
        return "not-proved"
    site.grade = written.grade
    plan.expressions[site] = written.expression
    return None


def _written(
    plan: Plan, file: FileFacts, site: Site, formatters: dict[Contract, SSEFormatter]
) -> Rewritten:
    """Return the expression that takes the place of *site*, each of its frames proved."""
    writer = ChunkWriter(file.tree, site.scope, plan.settings.style_of(file))
    content = plan.contents[site]
    if content.kind == "several":
        return _written_as_sum(plan, file, site, formatters, writer)
    original = plan.originals.get(site, site.fragment.node)
    found = []
    for part, _, part_content in plan.parts_of(site):
        name = plan.constant_of(part, file)
        contract = plan.home_of(part, file).contracts[name]
        old = _with_arm(original, content, part_content) if content.arms else original
        statements = _statements(site, content, part_content)
        frame = _Frame(site, part_content, old, statements, formatters[contract])
        written = frame.proved(writer, contract)
        text = written.expression
        if site.as_text:
            text = _given(name, written, part_content)
        elif part in plan.encoded:
            text = f"{name}.encoded({text})"
        found.append(replace(written, expression=text))
    if content.bindings:
        pairs = zip(content.bindings, found, strict=True)
        plan.bound.update({statement: arm.expression for statement, arm in pairs})
        [name] = names_in(content.text.holes[0].value.node)
        return Rewritten(name, writer.grade_of_choice(content, found))
    return (
        writer.conditional(content, found, file.tree.parent_of[site.node])
        if content.arms
        else found[0]
    )


def prove_again(
    plan: Plan,
    file: FileFacts,
    site: Site,
    formatters: dict[Contract, SSEFormatter],
    text: str | None = None,
) -> None:
    """Prove what takes the place of *site* under other contracts than the planned ones.

    Args:
        plan: The plan, which has an expression for the site.
        file: The file of the site.
        site: The site.
        formatters: What writes the chunks, by the contract that the plan has for that.
        text: The expression, if it is not the planned one.

    Raises:
        NotProved: If it is not the same.
    """
    content = plan.contents[site]
    is_one = not content.arms and not content.bindings and content.kind != "several"
    try:
        if text is None and not is_one:
            if _written(plan, file, site, formatters).expression != plan.expressions[site]:
                raise NotProved("bytes", "the contract writes it in another way")
        else:
            _prove_text(plan, file, site, formatters, text or plan.expressions[site])
    except (NotWritable, SyntaxError) as error:
        raise NotProved("congruence", str(error)) from error


def _prove_text(
    plan: Plan, file: FileFacts, site: Site, formatters: dict[Contract, SSEFormatter], text: str
) -> None:
    content = plan.contents[site]
    original = plan.originals.get(site, site.fragment.node)
    new = parse_fragment(text).node
    [formatter, *others] = formatters.values()
    if others:
        raise NotProved("congruence", "it has several contracts, and was edited")
    if content.arms or content.kind == "several":
        is_text = content.kind == "several"
        contract = dict.fromkeys(contracts_named(new), formatter) if is_text else formatter
        prove(original, new, contract, file.tree, site.scope, statements=site.statements)
        return
    frame = _Frame(site, content, original, [*site.statements], formatter)
    chunk = Rewritten(ast.unparse(without_contract(new)), "payload")
    frame.checked(chunk, ChunkWriter(file.tree, site.scope, plan.settings.style_of(file)))


def _given(name: str, chunk: Rewritten, content: Content) -> str:
    """Return the text that the contract *name* gives of *chunk*."""
    return (
        f"{name}.format_done()"
        if content.kind == "done"
        else f"{name}.format_chunk({chunk.expression})"
    )


def _written_as_sum(
    plan: Plan,
    file: FileFacts,
    site: Site,
    formatters: dict[Contract, SSEFormatter],
    writer: ChunkWriter,
) -> Rewritten:
    """Return the text of several frames, given by their contracts one by one, and proved as a whole."""
    terms, grades, used = [], [], {}
    for part, _, content in plan.parts_of(site):
        name = plan.constant_of(part, file)
        contract = plan.home_of(part, file).contracts[name]
        written = writer.write(content, contract)
        terms.append(_given(name, written, content))
        grades.append(written.grade)
        used[name] = formatters[contract]
    text = " + ".join(terms)
    new = parse_fragment(text).node
    site.proof = prove(
        site.fragment.node, new, used, file.tree, site.scope, statements=site.statements
    )
    if isinstance(file.tree.parent_of[site.node], TIGHT):
        text = f"({text})"
    return Rewritten(text, max(grades, key=GRADES.index))


@dataclass(frozen=True)
class _Frame:
    """A frame as it was made, by an expression and by statements before it that build a text for it."""

    site: Site
    content: Content
    expression: ast.expr
    statements: list[ast.stmt]
    formatter: SSEFormatter

    def proved(self, writer: ChunkWriter, contract: Contract) -> Rewritten:
        """Return the chunk expression that is proved to be the same: with the data text as made, if none better is."""
        for write in (writer.write, writer.strict.write):
            with suppress(NotProved):
                return self.checked(write(self.content, contract), writer)
        return self.checked(writer.write_in_place(self.content, contract), writer)

    def checked(self, written: Rewritten, writer: ChunkWriter) -> Rewritten:
        """Return *written* if it is proved to be the same."""
        new = parse_fragment(written.expression).node
        old, new = _compared(self.site, self.content, self.expression, new, writer.tree)
        shown = shown_payload(self.site, self.content, writer.tree)
        self.site.proof = prove(
            old,
            new,
            self.formatter,
            writer.tree,
            writer.scope,
            statements=[_with_payload(one, shown) for one in self.statements],
            origins=self.content.origins,
        )
        return written


def _with_arm(original: ast.expr, content: Content, arm: Content) -> ast.expr:
    """Return the frame *original* with one arm in the place of the choice between them."""
    hole, branch = content.text.only_hole, arm.text.only_hole
    assert hole is not None
    assert branch is not None
    return _Exchange(hole.value.node, branch.value.node).exchanged(original)


def _statements(site: Site, content: Content, arm: Content) -> list[ast.stmt]:
    """Return the statements that build the frame; if it has arms, with the one choice made that leads to *arm*."""
    if not content.arms:
        return [*site.statements]
    hole, branch = content.text.only_hole, arm.text.only_hole
    assert hole is not None
    assert branch is not None
    choice = hole.value.node
    if not isinstance(choice, ast.IfExp):
        return [*site.statements]
    taken = [part.content for part in content.arms].index(arm) == 0
    exchange = _Exchange(choice, branch.value.node)
    found: list[ast.stmt] = []
    for statement in site.statements:
        if isinstance(statement, ast.If) and ast.dump(statement.test) == ast.dump(choice.test):
            found += statement.body if taken else statement.orelse
        else:
            found.append(exchange.exchanged_statement(statement))
    return found


def _check_comments(site: Site, written: Rewritten) -> None:
    before = comments_in(f"({site.source.segment(site.node)}\n)")
    if before != comments_in(f"({written.expression}\n)"):
        raise NotWritable("comment-in-code")


def _check_grammar(site: Site, written: Rewritten) -> None:
    newer = needs_pep_701(written.expression)
    if newer and not needs_pep_701(site.source.segment(site.node)):
        raise NotWritable("quotes-in-field")


def _compared(
    site: Site, content: Content, old: ast.expr, new: ast.expr, tree: ScopeTree
) -> tuple[ast.expr, ast.expr]:
    """Return the frame and the chunk expression with what earlier statements bind put in."""
    if content.call is None:
        return old, new
    payload = content.call.value.node
    if content.serialised is not None:
        name = bound_by(content.serialised)
        assert name is not None
        assert content.serialised.value is not None
        text = parse_fragment(site.source.segment(content.serialised.value)).node
        old, new = substituted(old, name, text), substituted(new, name, payload)
    if shown := shown_payload(site, content, tree):
        old, new = substituted(old, *shown), substituted(new, *shown)
    return old, new


def shown_payload(site: Site, content: Content, tree: ScopeTree) -> tuple[str, ast.expr] | None:
    """Return the name of the payload and the display that it certainly is, if it is a name."""
    payload = content.call.value.node if content.call is not None else None
    if not isinstance(payload, ast.Name):
        return None
    return payload.id, display_of(payload, tree, site.scope)


def _with_payload(statement: ast.stmt, shown: tuple[str, ast.expr] | None) -> ast.stmt:
    changed = _Substitution(*shown).visit(copy.deepcopy(statement)) if shown else statement
    assert isinstance(changed, ast.stmt)
    return changed


def grade_calls(plan: Plan) -> None:
    """Give each call of a function that returns chunks the grade of what it returns."""
    sites = [site for file in plan.facts.files.values() for site in file.sites]
    automatic = [s for s in sites if s.kind == "helper-call" and s.verdict == "auto"]
    calls = dict.fromkeys(call for call in automatic if call not in plan.contents)
    grades: dict[ast.AST, str] = {}
    for site in [site for site in sites if site.grade and site not in calls]:
        grade = _grade_for_callers(site, plan)
        grades[site.scope.node] = _worse(grade, grades.get(site.scope.node))
    known: dict[ast.AST, str] = {}
    while known != grades:  # a function may return what another one returns
        known = dict(grades)
        for call in calls:
            if call.helper in known and call.carrier.name == "return":
                grades[call.scope.node] = _worse(known[call.helper], known.get(call.scope.node))
    for call in calls:
        call.grade = grades.get(call.helper, "payload") if call.helper else None
        call.proof = {"carrier": "proved", "helper": "what it returns is proved"}


def _grade_for_callers(site: Site, plan: Plan) -> str | None:
    """Return the grade of a call of the function that *site* stands in.

    A function that makes its text itself writes the frame for its callers, who hand it data.
    """
    content = plan.contents.get(site)
    if site.grade != "encoded" or content is None or not content.text.holes:
        return site.grade
    names = [h.value.node.id for h in content.text.holes if isinstance(h.value.node, ast.Name)]
    bindings = [binding for name in names for binding in site.scope.bindings_of(name)]
    handed_on = any(isinstance(binding.node, ast.arg) for binding in bindings)
    return "encoded" if handed_on else "delegated"


def _worse(grade: str | None, other: str | None) -> str:
    return max(filter(None, (grade, other)), key=GRADES.index)


class _Substitution(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_load = isinstance(node.ctx, ast.Load)
        return self.value if is_load and node.id == self.name else node


class _Exchange(ast.NodeTransformer):
    """Puts *new* in the place of what is written like *old*."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old = ast.dump(old)
        self.new = new

    def exchanged(self, node: ast.expr) -> ast.expr:
        changed = self.visit(copy.deepcopy(node))
        assert isinstance(changed, ast.expr)
        return changed

    def exchanged_statement(self, node: ast.stmt) -> ast.stmt:
        changed = self.visit(copy.deepcopy(node))
        assert isinstance(changed, ast.stmt)
        return changed

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if ast.dump(node) == self.old else self.generic_visit(node)


def substituted(node: ast.expr, name: str, value: ast.expr) -> ast.expr:
    """Return *node*, which is changed, with *value* in the place of each load of *name*."""
    changed = _Substitution(name, value).visit(node)
    assert isinstance(changed, ast.expr)
    return changed
