"""Phase 1: each frame has its chunk beside it, and a flag says which of the two texts is served."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ..contracts.contract_home import file_with_contracts
from ..errors import working_on
from ..frames.sites import BESIDE, CHUNK
from ..reading.free_names import FreeNames
from ..reading.literals import LINE_END, Span
from ..reading.module_header import is_docstring
from ..reading.purity import reads_all_names
from ..reading.scaffold import BEGIN, LEGACY
from ..reading.statement_lines import after_statement
from ..rewriting.beside import write_beside
from ..rewriting.edits import insert, replace
from ..rewriting.expressions import NotWritable, laid_out
from .file_edits import FileEdits, rewriting

if TYPE_CHECKING:
    from ..contracts.contract_home import ContractHome
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import Scope, ScopeTree
    from ..rewriting.beside import Both


def introduce(plan: Plan) -> dict[str, bytes]:
    """Return the new bytes of every file that changes, by name; new files among them.

    The verdicts of *plan* become those of phase 1.

    Raises:
        ToolFailure: If a file cannot be rewritten.
    """
    changed: dict[str, bytes] = {}
    used: dict[ContractHome, set[str]] = defaultdict(set)
    users: dict[ContractHome, list[str]] = defaultdict(list)
    works = [_FileIntroducing(plan, file) for file in plan.facts.files.values()]
    for work in works:
        with working_on(work.file.name):
            work.decide()
        for site, both in work.found.items():
            home = plan.home_of(plan.parts_of(site)[0][0], work.file)
            used[home].add(both.contract)
            users[home].append(work.file.name)
    for home in plan.all_homes:
        known = {*home.existing} | used[home]
        home.contracts = {name: home.contracts[name] for name in home.contracts if name in known}
    for work in works:
        if work.found:
            with rewriting(work.file.name):
                changed[work.file.name] = work.result()
    for home in plan.all_homes:
        if users[home] and home.name not in changed:
            style = plan.settings.style_of(plan.facts.files[min(users[home])])
            text = file_with_contracts(home, plan.facts, style)
            if home.name not in plan.facts.project.names or text != plan.facts.project.read(
                home.name
            ):
                changed[home.name] = text
    return changed


class _FileIntroducing(FileEdits):
    """The edits of one file.

    Attributes:
        found: What takes the place of each site.
    """

    pads = False  # or nobody could tell what was there before
    is_final = False  # phase 2 takes the chunks away again, and writes its own

    def __init__(self, plan: Plan, file: FileFacts) -> None:
        super().__init__(plan, file)
        self.found: dict[Site, Both] = {}
        self._names: dict[Scope, FreeNames] = {}

    def decide(self) -> None:
        """Give each site its verdict, and find what takes the place of the automatic ones."""
        is_selected = self.file.name in self.plan.facts.project.selected
        for site in self.file.sites:
            if site.reason == BESIDE:
                site.settle()
            if site.verdict != "auto":
                continue
            if site not in self.plan.contents or site in self.plan.originals:
                site.settle()  # what it calls makes the frame, and keeps its type
                continue
            reason = _obstacle(site, self.file.tree)
            if reason is None and is_selected:
                reason = self._find(site)
            if reason is not None:
                site.leave(reason)

    def _find(self, site: Site) -> str | None:
        """Find what takes the place of *site*; return why there is nothing."""
        function = site.scope.function
        assert function is not None
        assert isinstance(function.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        names = self._names.setdefault(function, FreeNames(function.node))
        try:
            both = write_beside(self.plan, self.file, site, names)
        except NotWritable as error:
            return error.reason
        self.found[site] = both
        site.grade, site.proof = both.grade, both.proof
        return None

    def result(self) -> bytes:
        """Return the new bytes of the file."""
        by_function: dict[Scope, list[Site]] = defaultdict(list)
        for site in self.found:
            assert site.scope.function is not None
            by_function[site.scope.function].append(site)
        for function, sites in by_function.items():
            self._function(function, sites)
        self.add_imports()
        return self.source.encode(self.applied())

    def _function(self, function: Scope, sites: list[Site]) -> None:
        assert isinstance(function.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        wire = self._names[function].wire()
        contracts = Counter(self.found[site].contract for site in sites)
        usual = contracts.most_common(1)[0][0]
        self._begin(function, f"{wire} = {self._begin_name(function)}({usual})")
        for site in sites:
            self._site(site, wire, usual)

    def _begin_name(self, function: Scope) -> str:
        """Return the name of `begin` in *function*, and import it."""
        if all(binding.qualified == BEGIN for binding in function.bindings_of("begin")):
            self.imports[LEGACY].add("begin")
            return "begin"
        self.imports[LEGACY].add("begin as sse_begin")
        return "sse_begin"

    def _begin(self, function: Scope, statement: str) -> None:
        """Let *statement* be the first one of *function*, behind its docstring."""
        assert isinstance(function.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        source = self.source
        body = function.node.body
        docstring = body[0] if is_docstring(body[0]) else None
        first = body[1] if docstring is not None else body[0]
        start = source.span(first).start
        for decorator in _decorators(first):  # the sign before it begins its line
            start = min(start, source.text.rindex("@", 0, source.span(decorator).start))
        line = source.line_start(start)
        if source.text[line:start].strip():  # it stands behind another one in its line
            self.edits.append(insert(start, f"{statement}; "))
            return
        place = after_statement(source, docstring) if docstring else self._after_head(start)
        indentation = source.text[line:start].rpartition("\f")[2]
        self.edits.append(insert(place, f"{indentation}{statement}\n"))

    def _after_head(self, start: int) -> int:
        """Return the offset of the first line behind the head of the function whose body starts at *start*."""
        number = self.source.line_of(start)
        while (before := self.source.line_text(number - 1).strip()) == "" or before[0] == "#":
            number -= 1
        return self.source.offset(number, 0)

    def _site(self, site: Site, wire: str, usual: str) -> None:
        both = self.found[site]
        self.imports["streamlift"].add(CHUNK)
        self.use_contract(self.plan.parts_of(site)[0][0])
        text = f"{wire}.on and {both.chunk}"
        more = [text] if both.contract == usual else [text, both.contract]
        span, expression = self._beside(self.source.span(site.node), wire, both.frame, more)
        self.plan.expressions[site] = expression
        self.edits.append(replace(span, expression))
        content = self.plan.contents[site]
        if both.serialised is not None:
            assert content.serialised is not None
            assert content.serialised.value is not None
            value = self.source.span(content.serialised.value)
            self.edits.append(replace(value, both.serialised))

    def _beside(self, span: Span, wire: str, frame: str, more: list[str]) -> tuple[Span, str]:
        """Return what takes the place of *span*, or of that with its parentheses: a frame of several lines stays as it is."""
        source = self.source
        opening = f"{wire}.either("
        if LINE_END.search(frame):
            wide = source.with_parentheses(span)
            head, tail = (
                source.text[wide.start + 1 : span.start],
                source.text[span.end : wide.end - 1],
            )
            if wide != span and all(not p.strip() and LINE_END.search(p) for p in (head, tail)):
                inside = "".join(f"{head}{each}," for each in (frame, *more))
                return wide, f"{opening}{inside}{tail})"
            return span, f"{opening}{', '.join((frame, *more))})"
        one_line = f"{opening}{', '.join((frame, *more))})"
        first = source.line_text(source.line_of(span.start)).lstrip("\f")
        rest = len(first) - (span.end - span.start)
        longest = self.style.line_length
        if not self.style.is_formatted:
            longest = max(longest, len(first))
        if rest + len(one_line) <= longest:
            return span, one_line
        outer = source.indentation(span.start).lstrip("\f")
        deeper = outer + self.style.indent
        together = f"{deeper}{', '.join((frame, *more))}"
        if len(together) <= self.style.line_length:
            return span, f"{opening}\n{together}\n{outer})"
        given = [frame, *(laid_out(each, deeper, len(deeper), 1, self.style) for each in more)]
        lines = "".join(f"{deeper}{each},\n" for each in given)
        return span, f"{opening}\n{lines}{outer})"


def _decorators(statement: ast.stmt) -> list[ast.expr]:
    return getattr(statement, "decorator_list", [])


def _obstacle(site: Site, tree: ScopeTree) -> str | None:
    """Return why no chunk can stand beside *site*, whatever it is."""
    scope: Scope | None = site.scope
    while scope is not None and not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(scope.node, ast.ClassDef):
            return "outside-function"
        scope = scope.parent
    if scope is None:
        return "outside-function"
    if any(isinstance(node, ast.JoinedStr) for node in tree.ancestors(site.node)):
        return "quotes-in-field"
    return "reads-names" if reads_all_names(scope, tree) else None
