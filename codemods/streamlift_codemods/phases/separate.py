"""Phase 2: sites hand out chunks, the boundary encodes them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..contracts.contract_home import file_with_contracts
from ..flow.frame_flow import FRAME_LIST_METHODS, Flow, Function, Variable
from ..flow.producers import OUR_DECORATOR
from ..frames.sites import CHUNK
from ..reading.literals import Span
from ..reading.outside_uses import is_used_from_outside
from ..reading.source import comments_in
from ..reading.statement_lines import after_statement, stands_alone
from ..reading.stream_annotations import item_type, text_in
from ..rewriting.edits import Edit, apply_edits, insert, replace
from ..rewriting.expressions import dedented
from ..rewriting.imports import binding_statement
from .file_edits import FileEdits, rewriting
from .unused_imports import without_unused_imports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..contracts.contract_home import ContractHome
    from ..flow.frame_flow import Place
    from ..flow.producers import Caller, Producer
    from ..flow.relays import Relay
    from ..frames.content import Content
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import ScopeTree
    from ..reading.statements import Assignment
    from .unused_imports import Bound

MAY_GO = {"json", "orjson", "typing", "fastapi", "starlette"}


def separate(plan: Plan) -> dict[str, bytes]:
    """Return the new bytes of every file that changes, by name; new files among them.

    Raises:
        ToolFailure: If a file cannot be rewritten: others may rely on what it would become.
    """
    changed: dict[str, bytes] = {}
    works = _works(plan)
    for file in list(plan.facts.files.values()):
        work = works[file]
        has_work = work.callers or any(site in plan.expressions for site in file.sites)
        if has_work and file.name in plan.facts.project.selected:
            with rewriting(file.name):
                changed[file.name] = _FileRewriting(plan, file, work).result()
    users_of = _users(plan)
    for home in plan.all_homes:
        users = sorted(users_of[home] & set(changed))
        if users and home.name not in changed:
            style = plan.settings.style_of(plan.facts.files[users[0]])
            text = file_with_contracts(home, plan.facts, style)
            is_new = home.name not in plan.facts.project.names
            if is_new or text != plan.facts.project.read(home.name):
                changed[home.name] = text
    return changed


@dataclass
class _Work:
    """What is to be done in a file beside its sites.

    Attributes:
        producers: The producers that stand there.
        relays: The generators there that are relays only.
        callers: The calls there that get a boundary on their side.
    """

    producers: list[Producer] = field(default_factory=list)
    relays: list[Producer] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)


def _works(plan: Plan) -> dict[FileFacts, _Work]:
    works: dict[FileFacts, _Work] = defaultdict(_Work)
    for producer in plan.producers:
        works[producer.file].producers.append(producer)
    for relay in plan.relays:
        works[relay.file].relays.append(relay)
    for caller in (caller for producer in plan.all_producers for caller in producer.callers):
        works[caller.file].callers.append(caller)
    return works


def _users(plan: Plan) -> dict[ContractHome, set[str]]:
    """Return the names of the files that use contracts of each home."""
    users: dict[ContractHome, set[str]] = defaultdict(set)
    for file, site in plan.frame_sites:
        users[plan.home_of(site, file)].add(file.name)
    for producer in plan.producers:
        users[plan.home_of(producer, producer.file)].add(producer.file.name)
    return users


class _FileRewriting(FileEdits):
    """The edits of one file."""

    def __init__(self, plan: Plan, file: FileFacts, work: _Work) -> None:
        super().__init__(plan, file)
        self.producers = work.producers
        self.callers = work.callers
        self.relays = work.relays
        self.flow = plan.flows.get(file.name) or Flow(file)
        self.sites = [site for site in file.sites if site in plan.expressions]

    def result(self) -> bytes:
        for site in self.sites:
            self._site(site)
        for producer in self.producers:
            self._producer(producer)
        for place in self.flow.uses:
            if place not in self.flow.stuck and self.flow.sources[place]:
                self._annotate_place(place)
        for call in self.flow.given_as_text:
            self._give_text(call)
        for caller in self.callers:
            if caller.relay is not None:
                self._relay(caller, caller.relay)
            elif caller.edge is None:
                self.edits += self._around(caller, "stream")
        self._edges()  # it lays out anew what nothing else has edited
        for relay in self.relays:
            self._annotate(item_type(relay.node.returns), foreign=relay.yields_other_things)
        self.add_imports()
        raw = self.source.encode(self.applied())
        return without_unused_imports(self.source, raw, self._unused_imports)

    def _site(self, site: Site) -> None:
        span = self.source.span(site.node)
        wide = self.source.with_parentheses(span)
        if not comments_in(self.source.text[wide.start : wide.end]):
            span = wide
        self.edits.append(self.laid_out(span, self.plan.expressions[site]))
        if site in self.plan.asked:
            return
        content = self.plan.contents[site]
        bound = {statement.value: self.plan.bound[statement] for statement in content.bindings}
        self.edits += [self.laid_out(self.source.span(value), bound[value]) for value in bound]
        if any(CHUNK in text for text in (self.plan.expressions[site], *bound.values())):
            self.imports["streamlift"].add(CHUNK)
        for part, _, _ in self.plan.parts_of(site):
            if part in self.plan.encoded or site.as_text:
                self.use_contract(part)
        if content.serialised is not None:
            self.edits.append(self._unserialised(content.serialised, content))
        if site.statements:
            self.edits += self._without_building(site)

    def _unserialised(self, statement: Assignment, content: Content) -> Edit:
        """Return the edit that takes the encoder off the statement before the site, or the statement away."""
        span = self.source.span(statement)
        start, end = self.source.line_start(span.start), after_statement(self.source, statement)
        if content.is_inlined and stands_alone(self.source, statement):
            return replace(Span(start, end), "")
        assert content.call is not None
        assert statement.value is not None
        value = self.source.span(statement.value)
        text = dedented(content.call.value.text, self.source.indentation(value.start))
        return replace(value, text)

    def _without_building(self, site: Site) -> list[Edit]:
        """Return the edits that take away the statements that build the text of *site*; comments between them stay."""
        assert site.carrier.statement is not None
        starts = [self.source.span(one).start for one in (*site.statements, site.carrier.statement)]
        lines = [self.source.line_start(start) for start in starts]
        edits = []
        for statement, start, end in zip(site.statements, lines, lines[1:], strict=False):
            behind = after_statement(self.source, statement)
            kept = self.source.text[behind:end]
            edits.append(replace(Span(start, end if not kept.strip() else behind), ""))
        return edits

    def _producer(self, producer: Producer) -> None:
        name = self.plan.constant_of(producer, self.file)
        self._annotate(item_type(producer.node.returns), foreign=producer.yields_other_things)
        if producer.needs_decorator:
            self.use_contract(producer)
            decorator = self._decorator(producer)
            start = self.source.span(producer.node).start
            indentation = self.source.indentation(start).rpartition("\f")[2]
            self.edits.append(insert(start, f"@{decorator}({name})\n{indentation}"))

    def _decorator(self, producer: Producer) -> str:
        """Return the name of our decorator where *producer* is defined, and import it."""
        tree = self.file.tree
        visible = [
            *tree.module.bindings.get("producer", ()),
            *tree.scope_of[producer.node].bindings_of("producer"),
        ]
        folder = self.source.path.parent
        is_package = self.source.path.name == "__init__.py"
        beside = is_package and any((folder / n).exists() for n in ("producer.py", "producer"))
        if not beside and all(binding.qualified in OUR_DECORATOR for binding in visible):
            self.imports["streamlift"].add("producer")
            return "producer"
        self.imports["streamlift"].add("producer as sse_producer")
        return "sse_producer"

    def _edges(self) -> None:
        """Put `SSE.stream(...)` around the calls of producers at their edges, and swap the classes that send it."""
        edits: dict[ast.Call, list[Edit]] = defaultdict(list)
        for caller in self.callers:
            edge = caller.edge
            if edge is None:
                continue
            around = set(self.file.tree.ancestors(caller.call))
            whole = next((call for call in edge.responses if call in around), caller.call)
            edits[whole] += self._around(caller, "stream")
            if edge.swap is not None and not self.file.is_taken(edge.swap[1]):
                module, response = edge.swap
                self.imports[module].add(response)
                for call in edge.responses:
                    edits[call].append(replace(self.source.span(call.func), response))
        for whole, inside in edits.items():
            self.edits += self._edge_laid_out(whole, inside)

    def _around(self, caller: Caller, boundary: str) -> list[Edit]:
        """Return the edits that put *boundary* around the call of *caller*, and import the contract."""
        name = caller.contract.name
        self.import_contract(caller.contract)
        span = self.source.span(caller.call)
        return [insert(span.start, f"{name}.{boundary}("), insert(span.end, ")")]

    def _relay(self, caller: Caller, relay: Relay) -> None:
        """Let the relay *relay* get chunks, and read them as such."""
        self.edits += self._around(caller, "chunks")
        for use in relay.uses:
            text = use.text.replace("{SSE}", caller.contract.name)
            self.edits.append(replace(self.source.span(use.node), text))
            if CHUNK in text:
                self.imports["streamlift"].add(CHUNK)

    def _edge_laid_out(self, whole: ast.Call, edits: list[Edit]) -> list[Edit]:
        """Return *edits* as one that breaks the line of *whole* if need be, unless it has several already."""
        span = self.source.span(whole)
        others = [e for e in self.edits if span.start < e.end and e.start < span.end]
        if others or whole.lineno != whole.end_lineno:
            return edits
        moved = [Edit(e.start - span.start, e.end - span.start, e.rank, e.text) for e in edits]
        text = apply_edits(self.source.text[span.start : span.end], moved, "\n")
        return [self.laid_out(span, text)]

    def _give_text(self, call: ast.expr) -> None:
        """Format the chunk that *call* returns where its text is needed."""
        parent = self.file.tree.parent_of[call]
        span = self.source.span(parent if isinstance(parent, ast.Await) else call)
        site = next(s for s in self.sites if call in self.flow.reached_from(s.node))
        name = self.plan.constant_of(site, self.file)
        self.edits += [insert(span.start, f"{name}.format_chunk("), insert(span.end, ")")]
        self.use_contract(site)

    def _annotate_place(self, place: Place) -> None:
        """Let the annotation of a function or variable say that it holds chunks."""
        if isinstance(place, Function):
            self._annotate(place.node.returns, foreign=self._returns_other_things(place))
            return
        for node in self.flow.annotated(place):
            self._annotate(node.annotation, foreign=self._takes_other_things(place))

    def _annotate(self, annotation: ast.expr | None, *, foreign: bool) -> None:
        """Put the chunk in the place of the one text type of *annotation*."""
        item = text_in(annotation)
        if item is not None and not self.file.is_taken(CHUNK):
            text = f"StreamingChunk | {item.id}" if foreign else "StreamingChunk"
            self.imports["streamlift"].add("StreamingChunk")
            self.edits.append(replace(self.source.span(item), text))

    def _returns_other_things(self, place: Function) -> bool:
        returns = self.file.tree.scope_made_by[place.node].returns
        return any(not self._holds_chunks(node.value, place) for node in returns)

    def _takes_other_things(self, place: Variable) -> bool:
        if place.parameter is not None:
            return True  # who calls it with what is not told
        tree = self.file.tree
        values = self.flow.values_of(place)
        for load in self.flow.loads_of(place):
            attribute = tree.parent_of[load]
            call = tree.parent_of[attribute]
            if isinstance(attribute, ast.Attribute) and attribute.attr in FRAME_LIST_METHODS:
                values += call.args if isinstance(call, ast.Call) else []
        return any(not self._holds_chunks(value, place) for value in values)

    def _holds_chunks(self, value: ast.expr | None, place: Place) -> bool:
        """Whether *value* is of chunks only, or of nothing."""
        if isinstance(value, ast.IfExp):
            return self._holds_chunks(value.body, place) and self._holds_chunks(value.orelse, place)
        if value is None or (isinstance(value, ast.Constant) and value.value is None):
            return True
        if isinstance(value, (ast.List, ast.Tuple)):
            return all(
                element in self.flow.into or isinstance(element, ast.Starred)
                for element in value.elts
            )
        if isinstance(value, ast.Await):
            return self._holds_chunks(value.value, place)
        return value in self.flow.into

    def _unused_imports(self, tree: ScopeTree) -> Iterator[Bound]:
        """Give the imports whose last use was migrated, unless something else may rely on them."""
        for name in self._imports_used_by_sites():
            for statement in self._unused(name, tree):
                yield name, statement

    def _unused(self, name: str, tree: ScopeTree) -> list[ast.Import | ast.ImportFrom]:
        """Return the imports of *name*, at module level and in the functions of the sites, that nothing loads."""
        paths = {site.scope.path for site in self.sites}
        paths |= {caller.relay.scope.path for caller in self.callers if caller.relay}
        found = []
        for scope in [tree.module, *tree.scope_made_by.values()]:
            is_module = scope is tree.module
            statements = [binding.node for binding in scope.bindings.get(name, ())]
            imports = [
                node for node in statements if isinstance(node, (ast.Import, ast.ImportFrom))
            ]
            if (
                not imports
                or len(imports) < len(statements)
                or not (is_module or scope.path in paths)
                or tree.loads_of(name, scope)
            ):
                continue
            origins = {binding.qualified or "" for binding in scope.bindings.get(name, ())}
            named = name in self._names_of_objects() and all(len(n.names) > 1 for n in imports)
            if not named and any(origin.split(".")[0] not in MAY_GO for origin in origins):
                continue  # to import a module of the project may have an effect
            if is_module and (self._is_public(name, tree) or binding_statement(tree, name) is None):
                continue
            found += imports
        return found

    def _names_of_objects(self) -> set[str]:
        """Return the names of what the contracts now hand to their encoders."""
        return {
            origin.rpartition(".")[2]
            for site in self.sites
            if site in self.plan.contents
            for origin in self.plan.contents[site].origins
        }

    def _is_public(self, name: str, tree: ScopeTree) -> bool:
        return (
            bool(self.file.exports(name))
            or names_in_annotations(tree, name)
            or is_used_from_outside(name, self.file, self.plan.facts)
        )

    def _imports_used_by_sites(self) -> set[str]:
        nodes: list[ast.AST] = [
            node for site in self.sites for node in (site.node, *site.statements)
        ]
        nodes += [
            content.serialised
            for site in self.sites
            if (content := self.plan.contents.get(site)) and content.serialised
        ]
        nodes += [
            call.func for caller in self.callers if caller.edge for call in caller.edge.responses
        ]
        nodes += [use.node for caller in self.callers if caller.relay for use in caller.relay.uses]
        return {
            child.id for node in nodes for child in ast.walk(node) if isinstance(child, ast.Name)
        }


def names_in_annotations(tree: ScopeTree, name: str) -> bool:
    """Return whether a string that is an annotation, or the first argument of `cast`, names *name*."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(
        isinstance(node.value, str) and word.search(node.value) and _is_annotation(node, tree)
        for node in tree.strings
    )


def _is_annotation(node: ast.expr, tree: ScopeTree) -> bool:
    child: ast.AST = node
    for parent in tree.ancestors(node):
        match parent:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                annotations = [
                    a.annotation for a in ast.walk(parent.args) if isinstance(a, ast.arg)
                ]
                return child is parent.returns or child in annotations
            case ast.AnnAssign():
                return child is parent.annotation
            case ast.Call(func=ast.Name(id="cast") | ast.Attribute(attr="cast")):
                return child is parent.args[0]
            case ast.stmt():
                return False
        child = parent
    return False
