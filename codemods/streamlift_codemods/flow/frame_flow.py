"""Follow frames through the code of one file: variables, lists, and functions that return them.

A frame may become a chunk only if every place that it can reach treats it as a thing to be handed on.
A use that looks into it, compares it or hands it elsewhere keeps it, and all that mixes with it, text.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from ..frames.carriers import carrier_of
from ..limits import VERDICTS as LEFT_ALONE
from ..reading.scopes import last_name
from ..reading.statements import always_leaves, bindings_before
from .producers import BINDING_DECORATORS, is_private

if TYPE_CHECKING:
    from ..reading.facts import FileFacts
    from ..reading.scopes import FunctionNode, Scope

Holds = Literal["frame", "frames"]
PUTS = {"put", "put_nowait"}
FRAME_LIST_METHODS = {
    "append": "frame",
    "extend": "frames",
    "appendleft": "frame",
    "insert": "frame",
} | dict.fromkeys(PUTS, "frame")
INERT_LIST_METHODS = {
    "clear",
    "copy",
    "reverse",
    "empty",
    "full",
    "qsize",
    "task_done",
    "join",
    "shutdown",
}
TAKES = {"pop", "popleft", "get", "get_nowait"}
COPIES = {"builtins.list", "builtins.tuple", "builtins.iter"}
WAITS = {"asyncio.wait_for", "asyncio.shield"}
# They call what they are given, with the arguments behind it.
CALLERS = {"call_soon", "call_soon_threadsafe", "run_in_executor", "to_thread"}
# Those of `multiprocessing` pickle, and priority queues compare.
QUEUES = {
    "asyncio.Queue",
    "asyncio.LifoQueue",
    "queue.Queue",
    "queue.LifoQueue",
    "queue.SimpleQueue",
}


@dataclass(frozen=True)
class Variable:
    """A local name, or an attribute of `self`, that holds a frame, or a list or queue of them.

    Attributes:
        owner: The scope of the name; the class whose `self` has the attribute.
        name: The name.
        holds: What it holds.
        is_called: Whether it holds a lambda, and what that gives is meant.
    """

    owner: Scope
    name: str
    holds: Holds
    is_called: bool = False

    @property
    def parameter(self) -> ast.arg | None:
        """The parameter that binds the name, if one does."""
        nodes = [binding.node for binding in self.owner.bindings.get(self.name, ())]
        return next((node for node in nodes if isinstance(node, ast.arg)), None)


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

    @cached_property
    def _built(self) -> set[ast.Name]:
        """The loads that go with the statements that build a text."""
        buildings = [site.building for site in self.file.sites if site.building is not None]
        return {load for building in buildings for load in building.reads}

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
            yields = {y for use in uses for y in self.yielded_from(use)}
            mostly_text = is_method or len(reasons) > len(yields - self.stuck.keys())
            mostly_text = mostly_text or any(map(self._is_in_f_string, uses))
            mostly_text = mostly_text or not self._returns_only_chunks(place)
            left = [
                reason for reason in reasons if reason in LEFT_ALONE
            ]  # no edit may be made there
            if (
                place not in self.stuck
                and reasons
                and (left or mostly_text or place.holds == "frames")
            ):
                self.stuck[place] = Counter(left or reasons).most_common(1)[0][0]
        return len(self.stuck) > before

    def _returns_only_chunks(self, place: Function) -> bool:
        """Whether each call of *place* gives a chunk, which the contract can format."""
        tree, node = self.file.tree, place.node
        own = tree.scope_made_by[node]
        returns = [
            n for n in ast.walk(node) if isinstance(n, ast.Return) and tree.scope_of[n] is own
        ]
        return always_leaves(node.body) and all(self._is_chunk(one.value) for one in returns)

    def _is_chunk(self, value: ast.expr | None) -> bool:
        if isinstance(value, ast.IfExp):
            return self._is_chunk(value.body) and self._is_chunk(value.orelse)
        if isinstance(value, ast.Await):
            return self._is_chunk(value.value)
        return value in self.into and value not in self.stuck

    def _is_in_f_string(self, use: ast.expr) -> bool:
        """Whether *use* is stuck in a replacement field, where no edit can be made."""
        around = self.file.tree.ancestors(use) if use in self.stuck else []
        return any(isinstance(node, ast.JoinedStr) for node in around)

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

    def mixed_with(self, expression: ast.expr) -> set[ast.expr]:
        """Return every expression whose frames share a place with those of *expression*, itself included."""
        makers = {use: place for place in self.uses for use in self._attached(place)}
        seen: set[ast.expr] = set()
        pending = [expression]
        while pending:
            current = pending.pop()
            if current not in seen:
                seen.add(current)
                for place in (self.into.get(current), makers.get(current)):
                    if place is not None and place not in self.stuck:
                        pending += [*self._attached(place), *self.sources[place]]
        return seen

    def functions(self) -> list[Function]:
        """Return the functions that return frames."""
        return [place for place in self.uses if isinstance(place, Function)]

    def parameters(self) -> list[Variable]:
        """Return the parameters that frames, or what holds them, come in through."""
        places = [place for place in self.uses if isinstance(place, Variable)]
        return [place for place in places if place.parameter is not None]

    def attributes(self) -> list[Variable]:
        """Return the attributes of `self` that hold frames."""
        places = [place for place in self.uses if isinstance(place, Variable)]
        return [place for place in places if place.owner.is_class]

    def is_direct(self, expression: ast.expr) -> bool:
        """Return whether nothing runs between the making of the frame *expression* and its `yield`."""
        if expression in self.yields:
            return isinstance(self.yields[expression], ast.Yield)
        place = self.into.get(expression)
        if place is None or place.holds == "frames" or place in self.stuck:
            return False
        if isinstance(place, Variable) and not (
            place.is_called or self._is_read_next(expression, place)
        ):
            return False
        if isinstance(place, Function) and self._is_guarded(expression, place.node):
            return False
        return all(self.is_direct(use) for use in self._attached(place))

    def _is_read_next(self, expression: ast.expr, place: Variable) -> bool:
        """Whether *expression* is bound to *place* right before a load of it, as all that is loaded is."""
        names = [load for load in self.loads_of(place) if isinstance(load, ast.Name)]
        before = [bindings_before(load, self.file.tree) for load in names]
        last = set().union(*before)
        once = all(before) and len(last) == sum(map(len, before))
        around = self.file.tree.ancestors(expression)
        return not place.owner.is_class and once and not last.isdisjoint(around)

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
        while (
            (isinstance(parent, ast.IfExp) and child is not parent.test)
            or isinstance(parent, ast.Await)
            or self._is_waited_for(child, parent)
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

    def _is_waited_for(self, child: ast.AST, parent: ast.AST) -> bool:
        return (
            isinstance(parent, ast.Call)
            and self.file.tree.qualified_name(parent.func) in WAITS
            and bool(parent.args)
            and parent.args[0] is child
        )

    def _frame_step(self, child: ast.AST, parent: ast.AST) -> Step:
        match parent:
            case ast.Yield():
                return parent
            case ast.Call() if (put := _put_by(parent, child)) is not None:
                return self._put(put)
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
            case ast.Call(func=ast.Attribute(attr="extend") as extend, args=[only]) if (
                only is child
            ):
                return self._put(extend)
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
            ) if parent.value is child:
                if self.file.tree.scope_of[parent].function is not None:
                    return self._variable(name, holds)
                return "carrier-constant"
            case ast.Lambda() if holds == "frame":
                return self._lambda(parent)
            case ast.Call() | ast.keyword():
                parameter = self._parameter(child, parent, holds)
                if parameter is not None:
                    return parameter
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
        place = Variable(owner, name.id, holds)
        if place.parameter is None or place in self.uses:
            return place
        handed_in = self._handed_in(place) if holds == "frames" else None
        return handed_in or "carrier-argument"

    def _lambda(self, node: ast.Lambda) -> Place | str:
        """Return the local name that is bound to *node*, and to nothing else."""
        match self.file.tree.parent_of[node]:
            case ast.Assign(targets=[ast.Name() as name]):
                place = self._variable(name, "frame")
                if isinstance(place, Variable) and len(place.owner.bindings[name.id]) == 1:
                    return replace(place, is_called=True)
        return "carrier-lambda"

    def _put(self, method: ast.Attribute) -> Place | str:
        """Return the list or queue that *method*, such as `frames.append`, puts something in."""
        is_queue = method.attr in PUTS
        reason = "carrier-queue" if is_queue else "carrier-list"
        place: Place | str = reason
        if isinstance(method.value, ast.Name):
            place = self._variable(method.value, "frames")
        elif isinstance(method.value, ast.Attribute) and is_queue:
            place = self._attribute(method.value) or reason
        if isinstance(place, str) or (is_queue and not self._is_queue(place)):
            return reason
        return place

    def _handed_in(self, parameter: Variable) -> Variable | None:
        """Return the one variable that every call in this file hands in as *parameter*."""
        tree, function = self.file.tree, parameter.owner.node
        assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        owner = tree.scope_of[function]
        loads: list[ast.expr] = [*tree.loads_of(function.name, owner)]
        loads += tree.attribute_loads[function.name] if owner.is_class else []
        found: set[Place | str | None] = set()
        for load in loads:
            call = tree.parent_of[load]
            if not isinstance(call, ast.Call) or self._called(load) is not function:
                return None
            given = {
                _parameter_of(argument, holder, call, function): argument
                for holder, argument in [
                    *((call, argument) for argument in call.args),
                    *((keyword, keyword.value) for keyword in call.keywords),
                ]
            }.get(parameter.name)
            found.add(self._variable(given, "frames") if isinstance(given, ast.Name) else None)
        place = found.pop() if len(found) == 1 else None
        return place if isinstance(place, Variable) else None

    def _attribute(self, node: ast.Attribute) -> Variable | None:
        """Return the private attribute of `self` that *node* is, if each use of it in the file is one of that class."""
        tree = self.file.tree
        around = tree.class_around(node)
        private = node.attr.startswith("_") and not node.attr.endswith("__")
        if around is None or not private or node.attr in around.bindings:
            return None
        for load in tree.attribute_loads[node.attr]:
            own = isinstance(load.value, ast.Name) and load.value.id == "self"
            if not own or tree.class_around(load) is not around:
                return None
        return Variable(around, node.attr, "frames")

    def _is_queue(self, place: Place) -> bool:
        """Whether each value that *place* may have is a queue of the standard library, made here or handed in."""
        if not isinstance(place, Variable):
            return False
        if place.parameter is not None:
            return place in self.uses
        values = [value for value in self.values_of(place) if not _is_none(value)]
        return bool(values) and all(
            isinstance(value, ast.Call) and self.file.tree.qualified_name(value.func) in QUEUES
            for value in values
        )

    def values_of(self, place: Variable) -> list[ast.expr | None]:
        """Return what is assigned to *place*; None for what another kind of statement binds."""
        if not place.owner.is_class:
            return [binding.value for binding in place.owner.bindings[place.name]]
        parents = [
            self.file.tree.parent_of[node]
            for node in self.file.tree.attribute_loads[place.name]
            if not isinstance(node.ctx, ast.Load)
        ]
        return [
            parent.value
            if isinstance(parent, ast.AnnAssign)
            or (isinstance(parent, ast.Assign) and len(parent.targets) == 1)
            else None
            for parent in parents
        ]

    def annotated(self, place: Variable) -> list[ast.AnnAssign | ast.arg]:
        """Return the nodes that annotate *place*."""
        nodes: list[ast.AST] = [
            binding.node for binding in place.owner.bindings.get(place.name, ())
        ]
        if place.owner.is_class:
            nodes = [
                self.file.tree.parent_of[n] for n in self.file.tree.attribute_loads[place.name]
            ]
        return [node for node in nodes if isinstance(node, (ast.AnnAssign, ast.arg))]

    def loads_of(self, place: Variable) -> list[ast.expr]:
        """Return the expressions that read *place*."""
        if not place.owner.is_class:
            loads = self.file.tree.loads_of(place.name, place.owner)
            return [load for load in loads if load not in self._built]
        nodes = self.file.tree.attribute_loads[place.name]
        return [node for node in nodes if isinstance(node.ctx, ast.Load)]

    def _parameter(self, child: ast.AST, parent: ast.AST, holds: Holds) -> Variable | None:
        """Return the parameter that the argument *child* becomes, if the function that is called is certain."""
        tree = self.file.tree
        call = tree.parent_of[parent] if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call):
            return None
        function = self._called(call.func)
        name = _parameter_of(child, parent, call, function) if function is not None else None
        if function is None or name is None:
            return None
        return Variable(tree.scope_made_by[function], name, holds)

    def _called(self, load: ast.expr) -> FunctionNode | None:
        """Return the private function of this file that *load* certainly is: bound once, with no decorator of unknown effect."""
        tree = self.file.tree
        scope: Scope | None = None
        name = ""
        if isinstance(load, ast.Name):
            scope, name = tree.scope_of[load].owner_of(load.id), load.id
        elif (
            isinstance(load, ast.Attribute)
            and isinstance(load.value, ast.Name)
            and load.value.id in {"self", "cls"}
            and self._is_only_method(load.attr)
        ):
            scope, name = tree.class_around(load), load.attr
        bindings = scope.bindings.get(name, []) if scope is not None else []
        node = bindings[0].node if len(bindings) == 1 else None
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        decorators = {tree.qualified_name(decorator) for decorator in node.decorator_list}
        private = is_private(node, tree.scope_of[node], self.file, closed_world=False)
        return node if private and decorators <= BINDING_DECORATORS else None

    def _is_only_method(self, name: str) -> bool:
        """Whether no other class of the file has a method *name* too, and nothing is put in its place."""
        tree = self.file.tree
        methods = [f for f in tree.functions if f.name == name and tree.scope_of[f].is_class]
        stored = any(not isinstance(node.ctx, ast.Load) for node in tree.attribute_loads[name])
        return len(methods) == 1 and not stored

    def _uses(self, place: Place) -> list[tuple[ast.expr, Holds]]:
        if isinstance(place, Function):
            return self._calls(place)
        found: list[tuple[ast.expr, Holds]] = []
        bindings = place.owner.bindings.get(place.name, [])
        if place.is_called:
            return self._calls_of_lambda(place)
        if place.holds == "frame" and any(isinstance(b.node, ast.AugAssign) for b in bindings):
            self.stuck[place] = "carrier-accumulated"
        for load in self.loads_of(place):
            taken = self._taken(load) if place.holds == "frames" else None
            if taken is not None:
                found.append((taken, "frame"))
            elif not self._is_inert(load, place.holds):
                found.append((load, place.holds))
        return found

    def _calls_of_lambda(self, place: Variable) -> list[tuple[ast.expr, Holds]]:
        found: list[tuple[ast.expr, Holds]] = []
        for load in self.loads_of(place):
            call = self.file.tree.parent_of[load]
            if isinstance(call, ast.Call) and call.func is load:
                found.append((call, "frame"))
            else:
                self.stuck[place] = "helper-escapes"
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

    def _taken(self, load: ast.expr) -> ast.expr | None:
        """Return the frame that `list.pop()` or `queue.get()` takes out, if *load* is what it is called on."""
        attribute = self.file.tree.parent_of[load]
        call = self.file.tree.parent_of[attribute]
        takes = isinstance(attribute, ast.Attribute) and attribute.attr in TAKES
        if not takes or not isinstance(call, ast.Call):
            return None
        return call if call.func is attribute or _is_handed_on(attribute, call) else None

    def _is_inert(self, load: ast.expr, holds: Holds) -> bool:
        """Whether the use of *load* is the same for text and chunks: is it there, is it None, put something in."""
        tree = self.file.tree
        parent = tree.parent_of[load]
        match parent:
            case ast.If() | ast.While() | ast.IfExp() if parent.test is load:
                return True
            case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
                return _is_tested(parent, tree.parent_of[parent])
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[other]):
                return left is load and (_is_none(other) or self._is_sentinel(other))
            case ast.Raise(exc=raised):
                return raised is load  # neither text nor a chunk can be raised
            case ast.Call(func=ast.Name() as function, args=[tested, kind]) if tested is load:
                name = tree.qualified_name(function)
                return name == "builtins.isinstance" and self._is_exception(kind)
        if holds == "frame":
            return False
        match parent:
            case ast.Attribute(attr=attr):
                call = tree.parent_of[parent]
                known = attr in INERT_LIST_METHODS or attr in FRAME_LIST_METHODS
                return (
                    known
                    and isinstance(call, ast.Call)
                    and (call.func is parent or _is_handed_on(parent, call))
                )
            case ast.Call(args=[only]):
                return only is load and tree.qualified_name(parent.func) == "builtins.len"
        return False

    def _is_sentinel(self, node: ast.expr) -> bool:
        """Whether *node* is a name for an object that is nothing but itself."""
        bindings = (
            self.file.tree.scope_of[node].bindings_of(node.id) if isinstance(node, ast.Name) else []
        )
        value = bindings[0].value if len(bindings) == 1 else None
        return (
            isinstance(value, ast.Call)
            and self.file.tree.qualified_name(value.func) == "builtins.object"
        )

    def _is_exception(self, kind: ast.expr) -> bool:
        """Whether *kind* names builtin exceptions only."""
        names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        origins = [self.file.tree.qualified_name(name) or "" for name in names]
        classes = [getattr(builtins, origin.removeprefix("builtins."), None) for origin in origins]
        return all(isinstance(one, type) and issubclass(one, BaseException) for one in classes)


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _put_by(call: ast.Call, child: ast.AST) -> ast.Attribute | None:
    """Return the method that *call* puts the frame *child* into a list or queue with."""
    method = call.func
    if isinstance(method, ast.Attribute) and FRAME_LIST_METHODS.get(method.attr) == "frame":
        position = 1 if method.attr == "insert" else 0
        return method if call.args[position : position + 1] == [child] else None
    for given, behind in pairwise(call.args):
        if behind is child and isinstance(given, ast.Attribute) and given.attr in PUTS:
            return given if _is_handed_on(given, call) else None
    return None


def _is_handed_on(method: ast.AST, call: ast.Call) -> bool:
    """Whether *call* is of a function that calls *method* with the arguments behind it."""
    return last_name(call.func) in CALLERS and method in call.args


def _parameter_of(
    child: ast.AST, parent: ast.AST, call: ast.Call, function: FunctionNode
) -> str | None:
    """Return the name of the parameter of *function* that the argument *child* of *call* becomes."""
    arguments = function.args
    names = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    if isinstance(parent, ast.keyword):
        known = {argument.arg for argument in [*arguments.args, *arguments.kwonlyargs]}
        return parent.arg if parent.arg in known else None
    if isinstance(call.func, ast.Attribute) and not _is_static(function):
        names = names[1:]
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    place = call.args.index(child) if child in call.args else len(names)
    return names[place] if not starred and place < len(names) else None


def _is_static(function: FunctionNode) -> bool:
    return any(last_name(decorator) == "staticmethod" for decorator in function.decorator_list)


def _is_tested(node: ast.AST, parent: ast.AST) -> bool:
    return isinstance(parent, (ast.If, ast.While, ast.IfExp)) and parent.test is node
