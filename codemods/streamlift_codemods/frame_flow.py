"""Follow frames through the code of one file: variables, lists, and functions that return them.

A frame may become a chunk only if every place that it can reach treats it as a thing to be handed on.
A use that looks into it, compares it or hands it elsewhere keeps it, and all that mixes with it, text.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .carriers import carrier_of
from .statements import assignment_before

if TYPE_CHECKING:
    from .facts import FileFacts
    from .scopes import FunctionNode, Scope

Holds = Literal["frame", "frames"]
FRAME_LIST_METHODS = {"append": "frame", "extend": "frames", "appendleft": "frame"}
INERT_LIST_METHODS = {"clear", "copy", "reverse"}
TAKES = {"pop", "popleft"}
COPIES = {"builtins.list", "builtins.tuple", "builtins.iter"}


@dataclass(frozen=True)
class Variable:
    """A local name that holds a frame, or a list of them."""

    owner: Scope
    name: str
    holds: Holds


@dataclass(frozen=True)
class Function:
    """A function that returns a frame, or a list of them."""

    node: FunctionNode
    holds: Holds


Place = Variable | Function
Step = Place | ast.Yield | ast.YieldFrom | str


@dataclass(eq=False)
class Flow:
    """How the frames of one file move.

    Attributes:
        file: The file.
        into: The place that each followed expression flows into.
        yields: The followed expressions that a generator hands out, with the `yield`.
        stuck: Why an expression, or a place, cannot hold a chunk.
        uses: The expressions that read each place.
        sources: The expressions that flow into each place.
        decorated: The functions that give text, and the chunk to those that ask for it.
        detached: The calls whose frame is their own, whatever becomes of the function.
    """

    file: FileFacts
    into: dict[ast.expr, Place] = field(default_factory=dict)
    yields: dict[ast.expr, ast.Yield | ast.YieldFrom] = field(default_factory=dict)
    stuck: dict[ast.expr | Place, str] = field(default_factory=dict)
    uses: dict[Place, list[ast.expr]] = field(default_factory=dict)
    sources: dict[Place, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    decorated: set[Place] = field(default_factory=set)
    detached: set[ast.expr] = field(default_factory=set)

    def follow(self, frame: ast.expr) -> None:
        """Follow *frame* to every place that it can reach."""
        pending: list[tuple[ast.expr, Holds]] = [(frame, "frame")]
        while pending:
            expression, holds = pending.pop()
            if expression in self.into or expression in self.yields or expression in self.stuck:
                continue
            place = self._step(expression, holds)
            if place is None:
                continue
            self.into[expression] = place
            self.sources[place].append(expression)
            if place not in self.uses:
                uses = self._uses(place)
                self.uses[place] = [use for use, _ in uses]
                pending += uses

    def enter(self, place: Function) -> None:
        """Follow what *place* returns, a function that returns chunks already."""
        if place not in self.uses:
            self.uses[place] = [use for use, _ in self._uses(place)]
            for use in self.uses[place]:
                self.follow(use)

    def spread(self) -> None:
        """Let what is stuck keep everything text that it mixes with.

        A function may return chunks all the same if only a few of its calls need text: those are
        given it where they stand.
        """
        while self._spread_once() or self._keep_functions():
            pass

    def _spread_once(self) -> bool:
        before = len(self.stuck)
        for place in self.uses:
            uses, sources = self._attached(place), self.sources[place]
            if place not in self.stuck and sources and all(map(self.stuck.__contains__, sources)):
                self.stuck[place] = self.stuck[sources[0]]  # no chunk comes in
            if place not in self.stuck and isinstance(place, Variable):
                self._keep(
                    place, next((self.stuck[use] for use in uses if use in self.stuck), None)
                )
            if place in self.stuck:
                for expression in [*uses, *sources]:
                    self.stuck.setdefault(expression, self.stuck[place])
        return len(self.stuck) > before

    def _attached(self, place: Place) -> list[ast.expr]:
        return [use for use in self.uses[place] if use not in self.detached]

    def _keep(self, place: Place, reason: str | None) -> None:
        if reason is not None:
            self.stuck[place] = reason

    def _keep_functions(self) -> bool:
        """Keep text what is mostly asked for text; return whether there was such a function."""
        before = len(self.stuck)
        for place in self.functions():
            uses = self._attached(place)
            reasons = [self.stuck[use] for use in uses if use in self.stuck]
            is_method = self.file.tree.scope_of[
                place.node
            ].is_class  # one that gives text may override it
            mostly_text = is_method or 2 * len(reasons) > len(uses)
            if place not in self.stuck and reasons and (mostly_text or place.holds == "frames"):
                self.stuck[place] = Counter(reasons).most_common(1)[0][0]
        return len(self.stuck) > before

    @property
    def given_as_text(self) -> list[ast.expr]:
        """The calls of functions that return chunks whose text is needed where they stand."""
        return [
            use
            for place in self.functions()
            if place not in self.stuck
            for use in self._attached(place)
            if use in self.stuck
        ]

    def yielded_from(self, expression: ast.expr) -> set[ast.expr]:
        """Return every yielded expression that *expression* can reach, itself included."""
        return {reached for reached in self.reached_from(expression) if reached in self.yields}

    def reached_from(self, expression: ast.expr) -> set[ast.expr]:
        """Return every expression that the chunk of *expression* can reach, itself included."""
        seen: set[ast.expr] = set()
        pending = [expression]
        while pending:
            current = pending.pop()
            if current not in seen:
                seen.add(current)
                place = self.into.get(current) if current not in self.stuck else None
                pending += (
                    self._attached(place) if place is not None and place not in self.stuck else []
                )
        return seen

    def functions(self) -> list[Function]:
        """Return the functions that return frames."""
        return [place for place in self.uses if isinstance(place, Function)]

    def is_direct(self, expression: ast.expr) -> bool:
        """Return whether nothing runs between the making of the frame *expression* and its `yield`."""
        if expression in self.yields:
            return isinstance(self.yields[expression], ast.Yield)
        place = self.into.get(expression)
        if place is None or place.holds == "frames" or place in self.stuck:
            return False
        if isinstance(place, Variable) and not self._is_read_next(place):
            return False
        if isinstance(place, Function) and self._is_guarded(expression, place.node):
            return False
        return all(self.is_direct(use) for use in self._attached(place))

    def _is_read_next(self, place: Variable) -> bool:
        """Whether each load of *place* stands in the statement right behind an assignment of it."""
        loads = self.file.tree.loads_of(place.name, place.owner)
        before = [assignment_before(load, place.name, self.file.tree) for load in loads]
        return None not in before and len(set(before)) == len(before)

    def _is_guarded(self, expression: ast.expr, function: FunctionNode) -> bool:
        """Whether a `try` or `with` of *function* sees what goes wrong while *expression* is encoded, or runs after it."""
        around = self.file.tree.ancestors(expression)
        return any(
            isinstance(node, (ast.Try, ast.With, ast.AsyncWith))
            for node in around[: around.index(function)]
        )

    def _step(self, expression: ast.expr, holds: Holds) -> Place | None:
        tree = self.file.tree
        child: ast.AST = expression
        parent = tree.parent_of[expression]
        while (isinstance(parent, ast.IfExp) and child is not parent.test) or isinstance(
            parent, ast.Await
        ):
            child, parent = parent, tree.parent_of[parent]
        place = (
            self._frame_step(child, parent)
            if holds == "frame"
            else self._frames_step(child, parent)
        )
        if isinstance(place, str):
            self.stuck[expression] = place
            return None
        if isinstance(place, (ast.Yield, ast.YieldFrom)):
            self.yields[expression] = place
            return None
        return place

    def _frame_step(self, child: ast.AST, parent: ast.AST) -> Step:
        match parent:
            case ast.Yield():
                return parent
            case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr=attr), args=[only]) if (
                only is child
            ):
                if FRAME_LIST_METHODS.get(attr) == "frame":
                    return self._variable(name, "frames")
            case ast.List() | ast.Tuple():
                return self._container_step(parent)
            case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt) if elt is child:
                return self._container_step(parent)
        return self._common_step(child, parent, "frame")

    def _frames_step(self, child: ast.AST, parent: ast.AST) -> Step:
        match parent:
            case ast.YieldFrom():
                return parent
            case ast.For(target=ast.Name() as target, iter=iterated) if iterated is child:
                return self._variable(target, "frame")
            case ast.Call(
                func=ast.Attribute(value=ast.Name() as name, attr="extend"), args=[only]
            ) if only is child:
                return self._variable(name, "frames")
            case ast.Call(args=[only]) if (
                only is child and self.file.tree.qualified_name(parent.func) in COPIES
            ):
                return self._container_step(parent)
            case ast.BinOp(op=ast.Add()):
                return self._container_step(parent)
            case ast.AugAssign(target=ast.Name() as name, op=ast.Add()):
                return self._variable(name, "frames")
            case ast.Starred():
                outer = self.file.tree.parent_of[parent]
                if isinstance(outer, (ast.List, ast.Tuple)):
                    return self._container_step(outer)
        return self._common_step(child, parent, "frames")

    def _container_step(self, container: ast.expr) -> Step:
        place = self._frames_step(container, self.file.tree.parent_of[container])
        return (
            "in-container"
            if place == "carrier-container" or isinstance(place, ast.Yield)
            else place
        )

    def _common_step(self, child: ast.AST, parent: ast.AST, holds: Holds) -> Place | str:
        match parent:
            case ast.Return():
                function = self.file.tree.scope_of[parent].node
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    return Function(function, holds)
            case (
                ast.Assign(targets=[ast.Name() as name]) | ast.AnnAssign(target=ast.Name() as name)
            ):
                if self.file.tree.scope_of[parent].function is not None:
                    return self._variable(name, holds)
                return "carrier-constant"
        assert isinstance(child, ast.expr)
        carrier = carrier_of(child, self.file.tree).name
        if holds == "frames" and carrier == "yield":
            return "in-container"
        return "in-container" if carrier == "container" else f"carrier-{carrier}"

    def _variable(self, name: ast.Name, holds: Holds) -> Place | str:
        scope = self.file.tree.scope_of[name]
        owner = scope.owner_of(name.id)
        if owner is None or owner.function is None or owner.is_class:
            return "carrier-constant"
        parameter = any(isinstance(binding.node, ast.arg) for binding in owner.bindings[name.id])
        return "carrier-argument" if parameter else Variable(owner, name.id, holds)

    def _uses(self, place: Place) -> list[tuple[ast.expr, Holds]]:
        if isinstance(place, Function):
            return self._calls(place)
        found: list[tuple[ast.expr, Holds]] = []
        bindings = place.owner.bindings[place.name]
        if place.holds == "frame" and any(isinstance(b.node, ast.AugAssign) for b in bindings):
            self.stuck[place] = "carrier-accumulated"
        for load in self.file.tree.loads_of(place.name, place.owner):
            taken = self._taken(load) if place.holds == "frames" else None
            if taken is not None:
                found.append((taken, "frame"))
            elif not self._is_inert(load, place.holds):
                found.append((load, place.holds))
        return found

    def _calls(self, place: Function) -> list[tuple[ast.expr, Holds]]:
        tree = self.file.tree
        owner = tree.scope_of[place.node]
        found: list[tuple[ast.expr, Holds]] = []
        loads: list[ast.expr] = list(tree.loads_of(place.node.name, owner))
        if owner.is_class:
            loads += tree.attribute_loads[place.node.name]
        for load in loads:  # it grows
            aliased = self._loads_of_alias(load)
            if aliased:
                loads += aliased
                self.stuck[place] = "helper-escapes"
                continue
            call = tree.parent_of[load]
            awaited = isinstance(place.node, ast.FunctionDef) or isinstance(
                tree.parent_of[call], ast.Await
            )
            itself = isinstance(call, ast.Call) and call.func is load
            if (
                isinstance(call, ast.Call)
                and itself
                and awaited
                and self._names_itself(load, owner)
            ):
                found.append((call, place.holds))
            else:
                self.stuck[place] = "helper-escapes"
        if not found:
            self.stuck.setdefault(place, "helper-escapes")
        return found

    def _loads_of_alias(self, load: ast.expr) -> list[ast.Name]:
        """Return the loads of the module's other name for the function, if *load* gives it one for good."""
        tree = self.file.tree
        match tree.parent_of[load]:
            case ast.Assign(targets=[ast.Name(id=alias)], value=value) if (
                value is load and tree.scope_of[load] is tree.module
            ):
                if len(tree.module.bindings[alias]) == 1:
                    return tree.loads_of(alias, tree.module)
        return []

    def _names_itself(self, load: ast.expr, owner: Scope) -> bool:
        """Whether *load* is the function itself: bare, or through `self`, `cls` or its class."""
        if isinstance(load, ast.Name):
            return True
        base = load.value if isinstance(load, ast.Attribute) else None
        if not isinstance(base, ast.Name) or not isinstance(owner.node, ast.ClassDef):
            return False
        if base.id in {"self", "cls"}:
            return self.file.tree.class_around(load) is owner
        bindings = self.file.tree.scope_of[load].bindings_of(base.id)
        value = bindings[0].value if len(bindings) == 1 else None
        made = (
            value.func if isinstance(value, ast.Call) else base
        )  # of an instance, or through the class
        return isinstance(made, ast.Name) and self._is_class(made, owner)

    def _is_class(self, name: ast.Name, owner: Scope) -> bool:
        bindings = self.file.tree.scope_of[name].bindings_of(name.id)
        return [binding.node for binding in bindings] == [owner.node]

    def _taken(self, load: ast.Name) -> ast.expr | None:
        """Return the frame that `list.pop()` takes out, if *load* is the list of such a call."""
        attribute = self.file.tree.parent_of[load]
        call = self.file.tree.parent_of[attribute]
        takes = isinstance(attribute, ast.Attribute) and attribute.attr in TAKES
        return call if takes and isinstance(call, ast.Call) and call.func is attribute else None

    def _is_inert(self, load: ast.Name, holds: Holds) -> bool:
        """Whether the use of *load* is the same for text and chunks: is it there, is it None, put something in."""
        tree = self.file.tree
        parent = tree.parent_of[load]
        match parent:
            case ast.If() | ast.While() | ast.IfExp() if parent.test is load:
                return True
            case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
                return _is_tested(parent, tree.parent_of[parent])
            case ast.Compare(
                left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]
            ):
                return left is load
        if holds == "frame":
            return False
        match parent:
            case ast.Attribute(attr=attr):
                call = tree.parent_of[parent]
                known = attr in INERT_LIST_METHODS or attr in FRAME_LIST_METHODS
                return known and isinstance(call, ast.Call) and call.func is parent
            case ast.Call(args=[only]):
                return only is load and tree.qualified_name(parent.func) == "builtins.len"
        return False


def _is_tested(node: ast.AST, parent: ast.AST) -> bool:
    return isinstance(parent, (ast.If, ast.While, ast.IfExp)) and parent.test is node
