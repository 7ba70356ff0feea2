"""Write the chunk expression of each site, and prove it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .content import display_of
from .expressions import NotWritable
from .fragment import parse_fragment
from .prove import NotProved, prove
from .rewrite import ChunkWriter
from .source import comments_in

if TYPE_CHECKING:
    from .content import Content
    from .plan import Plan
    from .rewrite import Rewritten
    from .scopes import ScopeTree
    from .sites import Site


GRADES = ("typed", "payload", "model", "delegated", "encoded")  # best first


def write_chunks(plan: Plan) -> dict[Site, str]:
    """Fill in the expressions of *plan*; return the sites that cannot be rewritten, with the reason."""
    plan.expressions.clear()
    failed: dict[Site, str] = {}
    formatters = {
        contract: contract.build()
        for home in plan.homes.values()
        for contract in home.contracts.values()
    }
    for file, site in plan.frame_sites:
        name = plan.constant_of(site, file)
        contract = plan.homes[file.name].contracts[name]
        content = plan.contents[site]
        try:
            writer = ChunkWriter(file.tree, site.scope, plan.settings.style_of(file.source))
            written = writer.write(content, contract)
            _check_comments(site, written)
            original = plan.originals.get(site, site.fragment.node)
            new = parse_fragment(written.expression).node
            old, new = _compared(site, content, original, new, file.tree)
            site.proof = prove(old, new, formatters[contract], file.tree, site.scope)
        except NotWritable as error:
            failed[site] = error.reason
        except (NotProved, SyntaxError) as error:
            site.proof = {"failed": str(error)}
            failed[site] = "not-proved"
        else:
            site.grade = written.grade
            in_place = site in plan.encoded
            plan.expressions[site] = (
                f"{name}.encoded({written.expression})" if in_place else written.expression
            )
    for call in plan.asked:
        if call.verdict == "auto":
            plan.expressions[call] = _asking(call)
    _grade_calls(plan)
    return failed


def _asking(call: Site) -> str:
    """Return the call with `.chunk` behind the function's name."""
    assert isinstance(call.node, ast.Call)
    whole, function = call.source.span(call.node), call.source.span(call.node.func)
    text = call.source.text
    return f"{text[whole.start : function.end]}.chunk{text[function.end : whole.end]}"


def _check_comments(site: Site, written: Rewritten) -> None:
    before = comments_in(f"({site.source.segment(site.node)}\n)")
    if before != comments_in(f"({written.expression}\n)"):
        raise NotWritable("comment-in-code")


def _compared(
    site: Site, content: Content, old: ast.expr, new: ast.expr, tree: ScopeTree
) -> tuple[ast.expr, ast.expr]:
    """Return the frame and the chunk expression with what earlier statements bind put in."""
    if content.call is None:
        return old, new
    payload = content.call.value.node
    if content.serialised is not None:
        target = content.serialised.targets[0]
        assert isinstance(target, ast.Name)
        text = parse_fragment(site.source.segment(content.serialised.value)).node
        old, new = _substituted(old, target.id, text), _substituted(new, target.id, payload)
    if isinstance(payload, ast.Name):
        display = display_of(payload, tree, site.scope)
        old, new = _substituted(old, payload.id, display), _substituted(new, payload.id, display)
    return old, new


def _grade_calls(plan: Plan) -> None:
    """Give each call of a function that returns chunks the grade of what it returns."""
    sites = [site for file in plan.facts.files.values() for site in file.sites]
    calls = [s for s in sites if s.kind == "helper-call" and s.verdict == "auto"]
    calls = [call for call in calls if call not in plan.contents]
    grades: dict[ast.AST, str] = {}
    for site in [site for site in sites if site.grade and site not in calls]:
        grades[site.scope.node] = _worse(site.grade, grades.get(site.scope.node))
    known: dict[ast.AST, str] = {}
    while known != grades:  # a function may return what another one returns
        known = dict(grades)
        for call in calls:
            if call.helper in known and call.carrier.name == "return":
                grades[call.scope.node] = _worse(known[call.helper], known.get(call.scope.node))
    for call in calls:
        call.grade = grades.get(call.helper, "payload") if call.helper else None
        call.proof = {"carrier": "proved", "helper": "what it returns is proved"}


def _worse(grade: str | None, other: str | None) -> str:
    return max(filter(None, (grade, other)), key=GRADES.index)


class _Substitution(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name else node


def _substituted(node: ast.expr, name: str, value: ast.expr) -> ast.expr:
    changed = _Substitution(name, value).visit(node)
    assert isinstance(changed, ast.expr)
    return changed
