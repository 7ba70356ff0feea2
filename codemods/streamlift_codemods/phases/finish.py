"""Phase 3: decorators, helpers and imports go where nothing needs them any more."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..flow.producers import OUR_DECORATOR
from ..frames.sites import CHUNK
from ..reading.literals import Span
from ..reading.module_header import is_docstring
from ..reading.outside_uses import is_used_from_outside
from ..reading.source import comments_in
from ..reading.statement_lines import after_statement
from ..reading.stream_annotations import item_type, text_in
from ..rewriting.edits import apply_edits, insert, replace
from ..rewriting.imports import BLANK_LINE, binding_statement
from .file_edits import FileEdits, rewriting
from .separate import MAY_GO, names_in_annotations
from .unused_imports import without_unused_imports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flow.boundary_calls import BoundaryCall
    from ..flow.producers import Producer
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.resolution import Function
    from ..reading.scopes import ScopeTree
    from .finish_plan import FinishPlan
    from .frame_tests import FrameTest
    from .unused_imports import Bound

COMMENT_LINE = re.compile(r"[ \t]*#")


def finish(plan: FinishPlan) -> dict[str, bytes]:
    """Return the new bytes of every file that changes, by name.

    Raises:
        ToolFailure: If a file cannot be rewritten: others may rely on what it would become.
    """
    rewritings: dict[str, _FileRewriting] = {}

    def of(file: FileFacts) -> _FileRewriting:
        return rewritings.setdefault(file.name, _FileRewriting(plan.plan, file))

    for producer in plan.goes:
        of(producer.file).take_decorator(producer)
    for caller in plan.callers:
        of(caller.file).give_boundary(caller)
    for test in plan.tests:
        of(test.call.file).compare_chunks(test)
    for base in plan.bases:
        of(base.file).annotate(base)
    for helper in plan.dead:
        of(helper.file).take_helper(helper)
    return {name: _result(each) for name, each in rewritings.items()}


def _result(edits: _FileRewriting) -> bytes:
    with rewriting(edits.file.name):
        return edits.result()


class _FileRewriting(FileEdits):
    """The edits of one file."""

    def __init__(self, plan: Plan, file: FileFacts) -> None:
        super().__init__(plan, file)
        self.released: set[str] = set()  # names that have one load less
        self.takes_end = False

    def result(self) -> bytes:
        self.add_imports()
        text = apply_edits(self.source.text, self.edits, self.source.newline)
        if self.takes_end:
            text = text[: len(text.rstrip("\r\n"))] + self.source.newline
        return without_unused_imports(self.source, self.source.encode(text), self._unused_imports)

    def take_decorator(self, producer: Producer) -> None:
        """Take our decorator off *producer*; a comment beside it stays."""
        for decorator in producer.node.decorator_list:
            if (
                self.file.tree.qualified_name(getattr(decorator, "func", decorator))
                in OUR_DECORATOR
            ):
                self._take_line(decorator)
                self._release(decorator)

    def _take_line(self, decorator: ast.expr) -> None:
        span = self.source.span(decorator)
        start = self.source.text.rindex("@", 0, span.start)
        comments = comments_in(self.source.text[start : span.end])
        indentation = self.source.indentation(start).rpartition("\f")[2]
        kept = f"\n{indentation}".join(comments)
        end = after_statement(self.source, decorator)
        behind = self.source.text[span.end : end]
        if kept or behind.strip():  # a comment
            end = span.end + len(behind) - len(behind.lstrip(" \t"))
            end = span.end if kept else end
            self.edits.append(replace(Span(start, end), kept))
        else:
            self.edits.append(replace(Span(start, end + len(indentation)), ""))

    def give_boundary(self, caller: BoundaryCall) -> None:
        """Put the contract around *caller*, and take `.chunk` off what it calls."""
        name = caller.contract.name
        self.import_contract(caller.contract)
        span = self.source.span(caller.call)
        around = insert(span.start, f"{name}.{caller.boundary}("), insert(span.end, ")")
        self.edits += around
        if caller.asked is not None:
            function = self.source.span(caller.asked)
            start = self.source.span(caller.asked.value).end
            self.edits.append(replace(Span(start, function.end), ""))

    def compare_chunks(self, test: FrameTest) -> None:
        """Let *test* compare chunks."""
        self.imports["streamlift"].add(CHUNK)
        for frame, chunk in zip(test.frames, test.chunks, strict=True):
            self.edits.append(self.laid_out(self.source.span(frame), chunk))

    def annotate(self, base: Function) -> None:
        """Let *base* say that those that override it yield chunks."""
        text = text_in(item_type(base.node.returns))
        if text is not None and not self.file.is_taken(CHUNK):
            self.imports["streamlift"].add(CHUNK)
            self.edits.append(replace(self.source.span(text), CHUNK))

    def take_helper(self, helper: Function) -> None:
        """Take the function *helper* away, with the comment right above it."""
        first = min(node.lineno for node in (helper.node, *helper.node.decorator_list))
        while first > 1 and COMMENT_LINE.match(self.source.line_text(first - 1)):
            first -= 1
        start, end = self.source.offset(first, 0), after_statement(self.source, helper.node)
        while blank := BLANK_LINE.match(self.source.text, end):
            end = blank.end()
        self.takes_end |= end == len(self.source.text)
        self.edits.append(replace(Span(start, end), ""))
        self._release(helper.node)

    def _release(self, node: ast.AST) -> None:
        self.released |= {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}

    def _unused_imports(self, tree: ScopeTree) -> Iterator[Bound]:
        """Give the imports whose last use went, unless something else may rely on them."""
        for name in sorted(self.released):
            statement = binding_statement(tree, name)
            if statement is not None and self._may_go(name, tree):
                yield name, statement

    def _may_go(self, name: str, tree: ScopeTree) -> bool:
        (binding,) = tree.module.bindings[name]
        assert isinstance(binding.node, (ast.Import, ast.ImportFrom))
        root = (binding.qualified or "").split(".")[0]
        return (
            (root in {*MAY_GO, "streamlift"} or self._is_contract(binding.node))
            and not tree.loads_of(name, tree.module)
            and not self.file.exports(name)
            and not names_in_annotations(tree, name)
            and not is_used_from_outside(name, self.file, self.plan.facts)
        )

    def _is_contract(self, statement: ast.Import | ast.ImportFrom) -> bool:
        """Whether *statement* imports from a module that holds nothing but contracts: that has no effect."""
        if not isinstance(statement, ast.ImportFrom):
            return False
        resolver = self.plan.finder.resolver
        homes = [
            resolver.modules.files.get(m.path) for m in resolver.modules_of(statement, self.file)
        ]
        home = self.plan.facts.load(homes[0]) if len(homes) == 1 and homes[0] else None
        return home is not None and all(map(_is_of_contracts, home.source.tree.body))


def _is_of_contracts(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id="SSEFormatter"))):
            return True
        case ast.ImportFrom(module=str(module), level=0):
            return module.split(".")[0] in {"streamlift", "orjson"}
        case ast.Import(names=[ast.alias(name="orjson")]):
            return True
    return is_docstring(statement)
