"""The project as it was before phase 1: the chunks beside frames go, and what only they needed.

What phase 1 adds is cut out, and nothing else: the text is the very one that phase 1 was run on. What a
person has edited so that phase 1 would not write it stays, with all of its function.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..contracts.contract_home import HEADER
from ..errors import UnreadableSource
from ..reading.fragment import Fragment, parse_fragment, replacement_fields
from ..reading.literals import LINE_END, Span
from ..reading.module_paths import ModulePaths
from ..reading.moved_text import MovedText
from ..reading.scaffold import LEGACY, find_scaffolds
from ..reading.scopes import last_name
from ..reading.statement_lines import after_statement
from ..rewriting.edits import Edit, EditConflict, apply_edits, replace
from ..rewriting.imports import DEFINITIONS, NewImport, remove_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..reading.project import Project
    from ..reading.scaffold import Scaffold
    from ..reading.scopes import ScopeTree
    from ..reading.source import SourceFile

ImportNode = ast.Import | ast.ImportFrom
OUR_CONSTANT = re.compile(r"SSE(?:_\w+)?")
RENDERING, SHOWN = "format", "str"


@dataclass
class Before:
    """The files of a project that differ from what they were before phase 1.

    Attributes:
        texts: What each was.
        gone: The files that were not there.
        moved: Where each place of each text stands on disk.
    """

    texts: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    moved: dict[str, MovedText] = field(default_factory=dict)


def before_phase_1(
    project: Project, allows: Callable[[str, str], bool] = lambda _file, _function: True
) -> Before:
    """Return what the files of *project* were before phase 1.

    Args:
        project: The files.
        allows: Whether the chunks in a function, by the name of the file and its path, go; all do by default.
    """
    before = Before()
    names = [name for name in project.names if LEGACY.encode() in (project.read(name) or b"")]
    files = [file for name in names if (file := _read(project, name)) is not None]
    for file in files:
        file.take_scaffolds(allows)
    files = [file for file in files if file.edits]
    if not files:
        return before
    _take_contracts(project, files)
    for file in files:
        raw = file.result()
        if raw is None:
            continue
        before.texts[file.source.name] = raw
        before.moved[file.source.name] = file.moved()
    _take_modules(project, before, [file.source.name for file in files])
    return before


def _read(project: Project, name: str) -> _File | None:
    try:
        parsed = project.parse(name)
    except UnreadableSource:
        return None  # it is reported by whatever reads it next
    return _File(*parsed) if parsed is not None else None


def _take_contracts(project: Project, files: list[_File]) -> None:
    """Take the constants away that only went to what is taken away."""
    paths = ModulePaths(project)
    by_name = {file.source.name: file for file in files}
    wanted: dict[str, set[str]] = defaultdict(set)
    for file in files:
        for name in file.contracts:
            for home in file.homes_of(name, paths):
                wanted[home].add(name)
    for home, constants in wanted.items():
        if home not in by_name:
            read = _read(project, home)
            if read is None:
                continue
            by_name[home] = read
            files.append(read)
        unused = {c for c in constants if not _is_used_elsewhere(c, home, project, by_name)}
        if home in project.selected or not by_name[home].frames:
            by_name[home].take_constants(unused)


def _is_used_elsewhere(constant: str, home: str, project: Project, files: dict[str, _File]) -> bool:
    """Whether a file, not that of *home*, goes on naming *constant*, and perhaps means that of *home*.

    A file that the run does not write does, though it is read as if it did not.
    """
    stem = home.rpartition("/")[2].removesuffix(".py")
    for name in project.mentioning({constant})[constant] - {home}:
        file = files.get(name) or _read(project, name)
        stays = name not in project.selected
        if file is None or file.goes_on_reading(constant, stem, stays=stays):
            return True
    return False


def _take_modules(project: Project, before: Before, names: Iterable[str]) -> None:
    """Tell which generated modules hold nothing any more, and are named nowhere."""
    for name in names:
        if before.texts.get(name, b"").strip() == HEADER.strip().encode():
            stem = name.rpartition("/")[2].removesuffix(".py")
            named = project.mentioning({stem})[stem] - {name}
            texts = [before.texts.get(each, project.read(each) or b"") for each in named]
            if not any(stem.encode() in text for text in texts):
                before.gone.add(name)
                del before.texts[name]


class _File:
    """The edits of one file.

    Attributes:
        contracts: The constants that what goes names.
    """

    def __init__(self, source: SourceFile, tree: ScopeTree) -> None:
        self.source = source
        self.tree = tree
        self.edits: list[Edit] = []
        self.frames: set[Span] = set()
        self.contracts: set[str] = set()
        self.going: set[ast.AST] = set()
        self.statements: list[ast.stmt] = []

    def take_scaffolds(self, allows: Callable[[str, str], bool]) -> None:
        """Take the chunks of every function away that *allows* lets go."""
        for scaffold in find_scaffolds(self.tree):
            if scaffold.is_plain and allows(self.source.name, scaffold.scope.path):
                edits = self._edits_of(scaffold)
                if edits is not None:
                    self.edits += edits
                    self.contracts |= {node.id for node in scaffold.contracts}

    def _edits_of(self, scaffold: Scaffold) -> list[Edit] | None:
        """Return the edits that take *scaffold* away, None if a person has written in it."""
        going = {*ast.walk(scaffold.begin)}
        for call in scaffold.eithers:
            going |= {*ast.walk(call)} - {*ast.walk(call.args[0])}
        edits = [self._without_begin(scaffold.begin)]
        frames = []
        for call in scaffold.eithers:
            found = self._without_chunk(call)
            if found is None:
                return None
            edits += found
            frames.append(self.source.span(call.args[0]))
        for binding in self._bindings(going):
            taken = self._without_binding(binding)
            if taken is None:
                return None
            edits += taken
        self.going |= going
        self.frames |= {*frames}
        return edits

    def _without_begin(self, statement: ast.stmt) -> Edit:
        span = self.source.span(statement)
        start, end = self.source.line_start(span.start), after_statement(self.source, statement)
        text = self.source.text
        if not (text[start : span.start] + text[span.end : end]).strip(" \t\f\r\n"):
            return replace(Span(start + len(_form_feed(text[start : span.start])), end), "")
        behind = text[span.end : end]
        blanks = len(behind) - len(behind.removeprefix(";").lstrip(" \t"))
        return replace(Span(span.start, span.end + blanks), "")

    def _without_chunk(self, call: ast.Call) -> list[Edit] | None:
        """Return the edits that leave the frame of *call* as it was."""
        text = self.source.text
        whole, frame = self.source.span(call), self.source.span(call.args[0])
        opening = text.index("(", self.source.span(call.func).end) + 1
        between = text[frame.end : self.source.span(call.args[1]).start]
        comma = frame.end + between.find(",")
        last = self.source.span(call.args[-1]).end
        head, tail = text[opening : frame.start], text[last : whole.end - 1]
        if "#" in head + between + tail or comma < frame.end:
            return None
        if "(" in head:  # its own parentheses
            end = comma
            start = opening + len(head) - len(head.lstrip())
            return [replace(Span(whole.start, start), ""), replace(Span(end, whole.end), "")]
        if LINE_END.search(head) and LINE_END.search(text[frame.start : frame.end]):
            blank = last + len(tail) - len(tail.lstrip(","))
            return [replace(Span(whole.start, opening), "("), replace(Span(frame.end, blank), "")]
        return [
            replace(Span(whole.start, frame.start), ""),
            replace(Span(frame.end, whole.end), ""),
        ]

    def _bindings(self, going: set[ast.AST]) -> list[ast.NamedExpr]:
        """Return what binds the names that only *going* reads."""
        found = {}
        loads = [node for node in going if isinstance(node, ast.Name)]
        for load in loads:
            if not isinstance(load.ctx, ast.Load):
                continue
            owner = self.tree.scope_of[load].owner_of(load.id)
            bindings = owner.bindings[load.id] if owner is not None else []
            node = bindings[0].node if len(bindings) == 1 else None
            if owner is None or not isinstance(node, ast.NamedExpr):
                continue
            if going.issuperset(self.tree.loads_of(load.id, owner)):
                found[load.id, owner] = node
        return [*found.values()]

    def _without_binding(self, node: ast.NamedExpr) -> list[Edit] | None:
        """Return the edits that leave the value of *node* as it was, None if that is not where it is."""
        around = [node, *self.tree.ancestors(node)]
        outer = next((n for n in reversed(around) if isinstance(n, ast.JoinedStr)), node)
        assert isinstance(outer, ast.expr)
        base = self.source.span(outer).start
        name = node.target.id
        text = self.source.segment(outer)
        if outer is node:
            is_argument = _is_argument(node, self.tree.parent_of[node])
            found = [(parse_fragment(text), is_argument)]
        else:
            named = _named(parse_fragment(text))
            found = [each for each in named if _target(each[0]) == name]
        if len(found) != 1:
            return None
        [(binding, is_argument)] = found
        assert isinstance(binding.node, ast.NamedExpr)
        value = _unrendered(binding.part(binding.node.value))
        start, end = base + binding.start, base + binding.start + len(binding.text)
        inside = base + value.start
        if not is_argument:
            start, end = start - 1, end + 1
            if self.source.text[start] != "(" or self.source.text[end - 1] != ")":
                return None
        return [
            replace(Span(start, inside), ""),
            replace(Span(inside + len(value.text), end), ""),
        ]

    def homes_of(self, constant: str, paths: ModulePaths) -> list[str]:
        """Return the files whose contract the name *constant* is."""
        found = []
        for binding in self.tree.module.bindings.get(constant, ()):
            node = binding.node
            if isinstance(node, ast.Assign):
                found.append(self.source.name)
            elif isinstance(node, ast.ImportFrom):
                parts = node.module.split(".") if node.module else []
                places = (
                    [paths.relative(self.source.name, node.level, parts)]
                    if node.level
                    else paths.absolute(self.source.name, parts)
                )
                found += [paths.files[place] for place in places if place in paths.files]
        return found

    def goes_on_reading(self, constant: str, stem: str, *, stays: bool) -> bool:
        """Return whether the constant of the module *stem*, or perhaps that, is still named here, or if the file *stays*."""
        imports = [node for node in self.tree.imports if isinstance(node, ast.ImportFrom)]
        near = [n for n in imports if (n.module or "").rpartition(".")[2] in {stem, ""}]
        names = {alias.name for node in near for alias in node.names}
        strings = [str(node.value) for node in self.tree.strings_ending_in(constant)]
        named = any(f"{stem}.{constant}" in text for text in strings)
        reached = [node.value for node in self.tree.attribute_loads.get(constant, ())]
        modules = [self.tree.qualified_name(node) or last_name(node) or "" for node in reached]
        by_module = any(module.rpartition(".")[2] == stem for module in modules)
        in_another_way = named or by_module or "*" in names
        is_package = stem == "__init__"
        by_name = (constant in names or is_package) and (stays or not self.drops(constant))
        return in_another_way or by_name

    def take_constants(self, names: set[str]) -> None:
        """Take the contract constants *names* away that nothing here goes on reading."""
        for statement in self.source.tree.body:
            match statement:
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="SSEFormatter"))
                ) if name in names and OUR_CONSTANT.fullmatch(name) and self.drops(name):
                    self.statements.append(statement)
                    self.going |= {*ast.walk(statement)}

    def drops(self, name: str) -> bool:
        """Return whether every load of the global *name* goes."""
        return self.going.issuperset(self.tree.loads_of(name, self.tree.module))

    def result(self) -> bytes | None:
        """Return the bytes of the file as they were; None if they cannot be told."""
        imports = self._imports()
        self._take_statements(imports)
        if not self.edits:
            return None
        try:
            return self.source.encode(
                apply_edits(self.source.text, self.edits, self.source.newline)
            )
        except EditConflict:
            return None

    def moved(self) -> MovedText:
        """Return where the places of the result stand."""
        edits = tuple(sorted({*self.edits}))
        return MovedText(self.source, edits, frozenset(self.frames))

    def _imports(self) -> list[ImportNode]:
        """Return the imports that go as a whole; of the others the names that go are taken."""
        whole: list[ImportNode] = []
        for node in self.source.tree.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
            going = {name for name in names if self._goes(name)}
            if going == names:
                whole.append(node)
            elif going:
                self.edits += self._without_names(node, going)
        return whole

    def _goes(self, name: str) -> bool:
        loads = self.tree.loads_of(name, self.tree.module)
        return bool(loads) and self.going.issuperset(loads)

    def _without_names(self, node: ImportNode, going: set[str]) -> list[Edit]:
        if isinstance(node, ast.ImportFrom) and not any(alias.asname for alias in node.names):
            module = "." * node.level + (node.module or "")
            kept = NewImport(module, tuple(a.name for a in node.names if a.name not in going))
            span = self.source.span(node)
            return [replace(span, kept.statement())]  # only such a line gets more names
        return remove_names(self.source, node, going)

    def _take_statements(self, imports: list[ImportNode]) -> None:
        """Take *imports* and the constants away, with the blank lines that came with them."""
        going: list[ast.stmt] = [*imports, *self.statements]
        body = [node for node in self.source.tree.body if node not in going]
        for group in _groups(sorted(going, key=lambda node: node.lineno)):
            is_import = isinstance(group[0], (ast.Import, ast.ImportFrom))
            lines = Span(
                self.source.line_start(self.source.span(group[0]).start),
                after_statement(self.source, group[-1]),
            )
            start, end = self._with_blank_lines(group, lines, body, is_import=is_import)
            if not LINE_END.match(self.source.text, end - 1):  # the file ends so
                start = self._end_of_line_before(start)
            self.edits.append(replace(Span(start, end), ""))

    def _end_of_line_before(self, start: int) -> int:
        line = self.source.line_of(start) - 1
        return self.source.offset(line, 0) + len(self.source.line_text(line)) if line else start

    def _with_blank_lines(
        self, group: list[ast.stmt], lines: Span, body: list[ast.stmt], *, is_import: bool
    ) -> Span:
        """Take in the blank lines that stand before or behind *lines* because of them."""
        above = [node for node in body if node.lineno < group[0].lineno]
        below = [node for node in body if node.lineno > group[0].lineno]
        last = above[-1] if above else None
        following = below[0] if below else None
        if is_import:
            beside = [n for n in (last, following) if isinstance(n, (ast.Import, ast.ImportFrom))]
            if any(self._touches(group, node) for node in beside):
                return lines
            has_header = any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in body)
            before = isinstance(last, (ast.Import, ast.ImportFrom))
            before = before or (last is not None and not has_header)
            return self._blanks(lines, before=1) if before else self._blanks(lines, behind=1)
        if isinstance(last, DEFINITIONS):
            return self._blanks(lines, before=2)
        if isinstance(last, ast.Assign) and self._touches(group, last):
            return lines
        if above:
            return self._blanks(lines, before=1)
        return self._blanks(lines, behind=2 if isinstance(following, DEFINITIONS) else 1)

    def _touches(self, group: list[ast.stmt], node: ast.stmt | None) -> bool:
        """Whether *node* stands in the line before or behind *group*."""
        if node is None:
            return False
        first, last = group[0].lineno, group[-1].end_lineno or 0
        return (node.end_lineno or 0) == first - 1 or node.lineno == last + 1

    def _blanks(self, lines: Span, *, before: int = 0, behind: int = 0) -> Span:
        """Widen *lines* by that many blank lines, if they are there."""
        text, (start, end) = self.source.text, lines
        for _ in range(before):
            above = self.source.line_start(start - 1) if start else 0
            if not start or text[above:start].strip("\r\n"):
                break
            start = above
        for _ in range(behind):
            match = LINE_END.match(text, end)
            if match is None:
                break
            end = match.end()
        return Span(start, end)


def _groups(statements: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Give *statements* that stand together, by lines; imports apart from the others."""
    group: list[ast.stmt] = []
    for node in statements:
        is_import = isinstance(node, (ast.Import, ast.ImportFrom))
        if group and (
            isinstance(group[0], (ast.Import, ast.ImportFrom)) is not is_import
            or node.lineno != (group[-1].end_lineno or 0) + 1
        ):
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _form_feed(indentation: str) -> str:
    """Return what stands before the white space that begins a line for Python."""
    return indentation[: indentation.rfind("\f") + 1]


def _target(binding: Fragment) -> str:
    assert isinstance(binding.node, ast.NamedExpr)
    return binding.node.target.id


def _is_argument(node: ast.expr, parent: ast.AST) -> bool:
    return isinstance(parent, ast.Call) and node in parent.args


def _named(fragment: Fragment) -> Iterator[tuple[Fragment, bool]]:
    """Give the named expressions of *fragment*, and whether each is what a call is given."""
    pending: list[tuple[ast.expr | ast.AST, ast.AST | None]] = [(fragment.node, None)]
    for node, parent in pending:  # it grows
        if isinstance(node, ast.JoinedStr):
            strings = fragment.part(node)
            for replacement in replacement_fields(strings.text, strings.start):
                yield from _named(replacement.value)
            continue
        if isinstance(node, ast.NamedExpr):
            whole = fragment.part(node)
            yield whole, parent is not None and _is_argument(node, parent)
        pending += [(child, node) for child in ast.iter_child_nodes(node)]


def _unrendered(value: Fragment) -> Fragment:
    """Return what phase 1 makes the text of in *value*."""
    inside = _argument_of(value, RENDERING)
    if inside is None:
        return value
    shown = _argument_of(inside, SHOWN)
    return inside if shown is None else shown


def _argument_of(value: Fragment, function: str) -> Fragment | None:
    match value.node:
        case ast.Call(func=ast.Name(id=name), args=[_], keywords=[]) if name == function:
            opening = value.text.index("(") + 1
            return parse_fragment(value.text[opening:-1], value.start + opening)
    return None
