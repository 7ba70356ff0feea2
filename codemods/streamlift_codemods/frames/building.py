"""Find the statements that do nothing but build one text, right before the expression that uses it.

They may go if nothing else can see what they bind. What they say is read by `built_text.py`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.fragment import parse_fragment
from ..reading.purity import is_settled_name, is_str, reads_names
from ..reading.source import comments_in
from ..reading.statement_lines import stands_alone
from ..reading.statements import blocks_of, bound_by, runs_first
from .built_text import read_built_text
from .frame_text import NotAFrame, parse_frames
from .payload import read_encoder_call
from .read_text import NotReadable, names_in
from .string_roots import outermost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..reading.scopes import Scope, ScopeTree
    from ..reading.source import SourceFile
    from .frame_text import Frame, Text
    from .read_text import Hole

LIST_METHODS = {"append", "extend", "insert"}
LOOPS = (ast.For, ast.AsyncFor, ast.While)
# What may bind a name, run later, or run several times.
UNKNOWN = (
    ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp,
)  # fmt: skip
# Between the text and its statement: what may not evaluate it.
SOMETIMES = (ast.IfExp, ast.BoolOp, ast.Compare, *UNKNOWN[3:])


@dataclass(frozen=True)
class Building:
    """The building of a text.

    Attributes:
        statements: The statements that go when the text does.
        expression: The expression that uses what they bind.
        text: The text.
        frames: What it says: one frame, or several.
        is_bytes: Whether it is bytes in the end.
    """

    statements: tuple[ast.stmt, ...]
    expression: ast.expr
    text: Text[Hole]
    frames: tuple[Frame[Hole], ...]
    is_bytes: bool

    @property
    def reads(self) -> set[ast.Name]:
        """The loads that certainly see what the statements bind, and nothing from before them."""
        bound: set[str] = set()
        found: set[ast.Name] = set()
        for one in (*self.statements, self.expression):
            names = [node for node in ast.walk(one) if isinstance(node, ast.Name)]
            found |= {n for n in names if n.id in bound and isinstance(n.ctx, ast.Load)}
            bound |= {
                name.id for name in names if isinstance(one, ast.stmt) and binds(one, name.id)
            }
        return found

    def holds(self, node: ast.AST, tree: ScopeTree) -> bool:
        """Return whether *node* is a part of the building."""
        around = {node, *tree.ancestors(node)}
        return self.expression in around or not around.isdisjoint(self.statements)


def find_building(piece: ast.expr, source: SourceFile, tree: ScopeTree) -> Building | None:
    """Return the building of the frame that the text *piece* is a part of, if that can be told."""
    if tree.scope_of[piece].function is not tree.scope_of[piece]:
        return None
    finder = _Finder(source, tree, tree.scope_of[piece])
    for statement in tree.ancestors(piece):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            break
        if isinstance(statement, ast.stmt):
            for found in finder.buildings_with(statement):
                return found
    return None


class _Finder:
    def __init__(self, source: SourceFile, tree: ScopeTree, scope: Scope) -> None:
        self.source = source
        self.tree = tree
        self.scope = scope

    def buildings_with(self, piece: ast.stmt) -> Iterator[Building]:
        """Find the buildings of a text that *piece* is one statement of."""
        block = next((b for b in blocks_of(self.tree.parent_of[piece]) if piece in b), [])
        start = block.index(piece) if block else 0
        for index in range(start, len(block)):
            statement = block[index]
            if isinstance(statement, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign)):
                run = self._run_before(statement, block[:index])
                for first in range(len(run)):
                    found = self._building(run[first:], statement)
                    if found is not None and (piece in found.statements or piece is statement):
                        yield found
            if self._built_by(statement) is None and not self._stands_by(statement):
                return

    def _run_before(self, statement: ast.stmt, before: list[ast.stmt]) -> list[ast.stmt]:
        """Return the statements right before *statement* that build what it, or a later one of them, reads."""
        needed = names_in(statement)
        run: list[ast.stmt] = []
        passed: list[ast.stmt] = []
        for earlier in reversed(before):
            built = self._built_by(earlier)
            if (
                built
                and built & needed
                and self._may_pass(earlier, built, passed, [*run, statement])
            ):
                run.insert(0, earlier)
                needed |= names_in(earlier)
            elif self._stands_by(earlier):
                passed.append(earlier)
            else:
                break
        return run

    def _stands_by(self, statement: ast.stmt) -> bool:
        """Whether *statement* only binds a name to a display of names that no call can bind again."""
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or bound_by(statement) is None:
            return False
        return statement.value is not None and self._is_plain(statement.value)

    def _is_plain(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.Name():
                return is_settled_name(node, self.tree, self.scope)
            case ast.Dict(keys=keys, values=values):
                constant = all(isinstance(key, ast.Constant) for key in keys)
                return constant and all(map(self._is_plain, values))
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return all(map(self._is_plain, elements))
        return False

    def _may_pass(
        self, statement: ast.stmt, built: set[str], passed: list[ast.stmt], later: list[ast.stmt]
    ) -> bool:
        """Whether *statement*, which builds *built*, may run behind those *passed*, which stay.

        It may fail: then nobody may see that these did not run.
        """
        for one in passed:
            assert isinstance(one, (ast.Assign, ast.AnnAssign))
            name = bound_by(one)
            assert name is not None
            if name in names_in(statement) or built & names_in(one):
                return False
            if not _Group(self.tree, self.scope, [one, *later]).is_closed(name):
                return False
        return True

    def _built_by(self, statement: ast.stmt) -> set[str] | None:
        """Return the names whose text *statement* builds, None if it does anything else."""
        if any(isinstance(node, UNKNOWN) for node in ast.walk(statement)):
            return None
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                return {name} if self._is_text(value, statement) else None
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add()):
                return {name}
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr=method), keywords=[]
                )
            ) if method in LIST_METHODS:
                return {name}
            case ast.If(body=body, orelse=orelse):
                return self._built_by_all([*body, *orelse])
            case ast.For(target=ast.Name(id=name), body=body, orelse=[]):
                built = self._built_by_all(body)
                return built | {name} if built else None
        return None

    def _built_by_all(self, block: list[ast.stmt]) -> set[str] | None:
        built = [self._built_by(inside) for inside in block]
        return set().union(*filter(None, built)) if None not in built else None

    def _is_text(self, value: ast.expr, statement: ast.stmt) -> bool:
        """Whether *value* is a text, or a list of texts, as far as can be seen."""
        match value:
            case ast.List(elts=elements):
                return all(self._is_text(element, statement) for element in elements)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_text(body, statement) or self._is_text(orelse, statement)
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
                return self._is_text(left, statement) or self._is_text(right, statement)
            case ast.Name():
                return isinstance(self.tree.parent_of[statement], ast.If)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()))):
                return True
        if is_str(value, self.tree, self.scope):
            return True
        if not isinstance(value, ast.Call):
            return False
        call = parse_fragment(self.source.segment(value))
        return read_encoder_call(call, self.tree, self.scope) is not None

    def _building(self, run: list[ast.stmt], statement: ast.stmt) -> Building | None:
        names = set().union(*(self._built_by(one) or set() for one in run))
        expression = self._expression(statement, names)
        if expression is None or not self._may_go(run, statement, names):
            return None
        try:
            reading = read_built_text(run, expression, self.source, self.tree, self.scope)
            frames = tuple(parse_frames(reading.text))
        except (NotReadable, NotAFrame, SyntaxError):
            return None
        return Building(tuple(run), expression, reading.text, frames, reading.is_bytes)

    def _expression(self, statement: ast.stmt, names: set[str]) -> ast.expr | None:
        """Return the one expression of *statement* that reads *names*, and is certainly evaluated first."""
        loads = [
            node
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)
        ]
        roots = {outermost(load, self.tree) for load in loads}
        if len(roots) != 1:
            return None
        root = roots.pop()
        around = self.tree.ancestors(root)
        between = around[: around.index(statement)]
        sometimes = any(isinstance(node, SOMETIMES) for node in between)
        return root if not sometimes and runs_first(root, self.tree) else None

    def _may_go(self, run: list[ast.stmt], statement: ast.stmt, names: set[str]) -> bool:
        """Whether nothing but *statement* sees what *run* binds, and the lines of *run* hold nothing else."""
        if reads_names(self.scope, self.tree) or not all(map(self._holds_nothing_else, run)):
            return False
        group = _Group(self.tree, self.scope, [*run, statement])
        return all(group.is_closed(name) for name in names)

    def _holds_nothing_else(self, statement: ast.stmt) -> bool:
        """Whether no other code, and no comment, would go with the lines of *statement*."""
        alone = stands_alone(self.source, statement)
        return alone and not comments_in(self.source.segment(statement))


class _Group:
    """Statements that stand together, and who else sees the names that they bind."""

    def __init__(self, tree: ScopeTree, scope: Scope, statements: list[ast.stmt]) -> None:
        self.tree = tree
        self.scope = scope
        self.statements = statements
        self.first, self.last = statements[0], statements[-1]
        self.around = {*statements[:-1], *tree.ancestors(self.first)}

    def is_closed(self, name: str) -> bool:
        """Return whether no load outside of the group can see what the group binds to *name*."""
        if self.scope.owner_of(name) is not self.scope:
            return False
        bindings = [binding.node for binding in self.scope.bindings[name]]
        loads: list[ast.AST] = [*self.tree.loads_of(name, self.scope)]
        uses = loads + [node for node in bindings if isinstance(node, ast.AugAssign)]
        if any(self.tree.scope_of[node] is not self.scope for node in [*bindings, *loads]):
            return False
        if any(isinstance(node, ast.ExceptHandler) for node in bindings) or self._deletes(name):
            return False
        going = {*self.statements[:-1]}
        stays = any(going.isdisjoint({node, *self.tree.ancestors(node)}) for node in bindings)
        outside = [use for use in uses if not self._holds(use)]
        if (outside or self._reads_first(name)) and not stays:
            return False  # the name would become that of a global
        return all(
            self._is_rebound_before(use, name) or self._is_past(use) for use in outside
        ) and (not self._reads_first(name) or self._is_rebound_in_loop(name))

    def _deletes(self, name: str) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Del)
            for node in ast.walk(self.scope.node)
        )

    def _holds(self, node: ast.AST) -> bool:
        return not {node, *self.tree.ancestors(node)}.isdisjoint(self.statements)

    def _reads_first(self, name: str) -> bool:
        """Whether the group may read a value of *name* that was bound before it."""
        first = next(one for one in self.statements if name in names_in(one))
        return not binds(first, name)

    def _loops(self, node: ast.AST) -> list[ast.AST]:
        """Return the loops of the function around *node*, innermost first."""
        around = self.tree.ancestors(node)
        inside = around[: around.index(self.scope.node)]
        return [one for one in inside if isinstance(one, LOOPS)]

    def _is_past(self, use: ast.AST) -> bool:
        """Whether *use* runs before the group does, and never after it."""
        together = {*self._loops(use)} & {*self._loops(self.first)}
        return getattr(use, "lineno", 0) < self.first.lineno and not together

    def _is_rebound_before(self, use: ast.AST, name: str) -> bool:
        """Whether something certainly binds *name* again between any run of the group and *use*."""
        return any(
            self.around.isdisjoint(between)
            for between in self._since_bound(use, name, self.scope.node)
        )

    def _is_rebound_in_loop(self, name: str) -> bool:
        """Whether *name* is bound again before each run of the group, if there are several."""
        loops = self._loops(self.first)
        return not loops or any(True for _ in self._since_bound(self.first, name, loops[0]))

    def _since_bound(self, use: ast.AST, name: str, outer: ast.AST) -> Iterator[list[ast.stmt]]:
        """Find the statements from the last binding of *name* on up to *use*, in the blocks around it up to *outer*."""
        child = use
        for parent in self.tree.ancestors(use):
            block = next((block for block in blocks_of(parent) if child in block), None)
            if block is not None:
                index = next(i for i, statement in enumerate(block) if statement is child)
                bound = [i for i in range(index) if self._binds_anew(block[i], name)]
                if bound:
                    yield block[bound[-1] : index + 1]
                    return
                if block is _body_of_loop_over(parent, name):
                    yield block[: index + 1]
                    return
            if parent is outer:
                return
            child = parent

    def _binds_anew(self, statement: ast.stmt, name: str) -> bool:
        """Whether *statement* binds *name* to what is not of the group: the last one of it stays."""
        if statement is self.last:
            return (
                isinstance(statement, (ast.Assign, ast.AnnAssign)) and bound_by(statement) == name
            )
        return binds(statement, name)


def _body_of_loop_over(node: ast.AST, name: str) -> list[ast.stmt] | None:
    """Return the body of *node* if it is a loop that binds *name* each time."""
    if isinstance(node, (ast.For, ast.AsyncFor)) and name in names_in(node.target):
        return node.body
    return None


def binds(statement: ast.stmt, name: str) -> bool:
    """Whether *statement* gives *name* a value that it has not from before, whatever way it goes."""
    if isinstance(statement, ast.If):
        firsts = [
            next((one for one in block if name in names_in(one)), None)
            for block in (statement.body, statement.orelse)
        ]
        bound = all(first is not None and binds(first, name) for first in firsts)
        return bound and name not in names_in(statement.test)
    if isinstance(statement, ast.For):
        return name in names_in(statement.target) and name not in names_in(statement.iter)
    return (
        isinstance(statement, (ast.Assign, ast.AnnAssign))
        and bound_by(statement) == name
        and statement.value is not None
        and name not in names_in(statement.value)
    )
