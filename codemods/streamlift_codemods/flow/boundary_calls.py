"""Which calls of a decorated function need a boundary on their side, so that the decorator can go."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ..frames.sites import CHUNK_ORIGIN
from ..reading.facts import is_export
from ..reading.foreign_bases import may_be_called_by_a_base
from ..reading.resolution import Function
from ..reading.stubs import is_stub
from .callers import boundary_around
from .contract_import import access_to, constant_behind, constant_of_decorator
from .producers import Producer, is_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.loads import Load, Loads
    from ..reading.scopes import ScopeTree
    from .contract_import import Access, Constant

KEPT = "kept-public"
Place: TypeAlias = "tuple[FileFacts, ast.expr]"
Names: TypeAlias = "dict[tuple[FileFacts, str], Constant]"


@dataclass(frozen=True)
class BoundaryCall:
    """A call that gets a boundary on its side.

    Attributes:
        file: Where it is.
        call: The call.
        contract: What the file calls the contract.
        boundary: The method of the contract that stands around it: `stream`, `encoded`, `format_chunk`.
        asked: The `function.chunk` that is called, if it asks for the chunk.
    """

    file: FileFacts
    call: ast.Call
    contract: Access
    boundary: str
    asked: ast.Attribute | None = None


@dataclass
class Stay(Exception):
    """The decorator stays.

    Attributes:
        reason: Why.
        places: What it stays for.
    """

    reason: str
    places: list[Place] = field(default_factory=list)


class BoundarySearch:
    """Looks for what takes the place of one decorator.

    Args:
        plan: What is known of the project.
        producer: The decorated function.
        names: Which contract a name means in a file, as far as it was claimed; more are added.
    """

    def __init__(self, plan: Plan, producer: Producer, names: Names) -> None:
        self.plan = plan
        self.producer = producer
        self.names = names
        self.function = Function(producer.file, producer.node)
        self.resolver = plan.finder.resolver

    def calls(self) -> list[BoundaryCall]:
        """Return the calls that need the decorator today, with what stands around each of them without it.

        Raises:
            Stay: If the decorator cannot go.
        """
        constant = self._constant()
        loads = self._loads()
        found = self._of_generator if self.producer.is_generator else self._of_chunk_function
        calls = [*found(loads, constant)]
        self._claim_names(calls, constant)
        return calls

    def _claim_names(self, calls: list[BoundaryCall], constant: Constant) -> None:
        """Let the name of *constant* in the files of *calls* be its own: two modules may call theirs `SSE`."""
        names = self.names
        taken = [c for c in calls if names.get((c.file, c.contract.name), constant) != constant]
        if taken:
            raise Stay("contract-out-of-reach", [(each.file, each.call) for each in taken])
        names |= {(each.file, each.contract.name): constant for each in calls}

    def _constant(self) -> Constant:
        producer = self.producer
        constant = constant_of_decorator(producer, self.resolver)
        if constant is None:
            raise Stay("unread-contract")
        if not producer.is_itself:
            raise Stay(producer.refusal() or "decorated-producer")
        if not producer.is_generator and not gives_chunks_only(producer):
            raise Stay("chunk-function")
        return constant

    def _loads(self) -> Loads:
        """Return how the project uses the producer, if nothing else can."""
        producer, settings = self.producer, self.plan.settings
        owner = producer.file.tree.scope_of[producer.node]
        loads = self.plan.finder.loads_of(self.function)
        closed_world = settings.closed_world and not settings.keeps_public
        is_signed = not producer.names.isdisjoint(settings.signed_off)
        if not self._is_private(closed_world=closed_world or is_signed):
            raise Stay(KEPT if settings.keeps_public else "public-producer", self._text_uses(loads))
        if len(owner.bindings[producer.node.name]) > 1:
            raise Stay("several-definitions")
        if may_be_called_by_a_base(producer.node, producer.file, self.resolver):
            raise Stay("foreign-base")
        if loads.is_named:
            raise Stay("named-by-string", [*self._strings()])
        if loads.doubtful:
            raise Stay("doubtful-load", [(load.file, load.node) for load in loads.doubtful])
        if not loads.certain:
            raise Stay("no-callers")
        return loads

    def _is_private(self, *, closed_world: bool) -> bool:
        producer = self.producer
        owner = producer.file.tree.scope_of[producer.node]
        return is_private(producer.node, owner, producer.file, closed_world=closed_world)

    def _text_uses(self, loads: Loads) -> list[Place]:
        """Return the loads of the producer that have no boundary around them."""
        return [
            (load.file, load.node)
            for load in (*loads.certain, *loads.doubtful)
            if boundary_around(load, self.resolver) is None
        ]

    def _strings(self) -> Iterator[Place]:
        """Give what names the producer in a string, or puts something else in its place."""
        name = self.producer.node.name
        for other in sorted(self.resolver.files_with(name)):
            file = self.plan.facts.load(other)
            if file is not None:
                strings = file.tree.strings_ending_in(name)
                yield from ((file, each) for each in strings if not is_export(each, file.tree))
                for node in file.tree.attribute_loads.get(name, ()):
                    if not isinstance(node.ctx, ast.Load):
                        yield file, node

    def _of_generator(self, loads: Loads, constant: Constant) -> Iterator[BoundaryCall]:
        """Give the calls that take text, each of which gets a boundary of *constant*."""
        for load in loads.certain:
            boundary = boundary_around(load, self.resolver)
            if boundary is None:
                call = self._call(load.node, load.file)
                if not all(self._is_stream_of(each, constant) for each in load.meaning):
                    raise Stay("several-producers", [(load.file, load.node)])
                yield BoundaryCall(load.file, call, self._access(load, constant), "stream")
            elif constant_behind(boundary, load.file, self.resolver) != constant:
                raise Stay("other-contract", [(load.file, load.node)])

    def _of_chunk_function(self, loads: Loads, constant: Constant) -> Iterator[BoundaryCall]:
        """Give every call: with the chunk encoded where that was asked for, else with its text."""
        for load in loads.certain:
            if load.meaning != {self.function}:
                raise Stay("several-producers", [(load.file, load.node)])
            parent = load.file.tree.parent_of[load.node]
            asked = parent if isinstance(parent, ast.Attribute) and parent.attr == "chunk" else None
            call = self._call(asked or load.node, load.file)
            boundary = "format_chunk" if asked is None else "encoded"
            yield BoundaryCall(load.file, call, self._access(load, constant), boundary, asked)

    def _call(self, function: ast.expr, file: FileFacts) -> ast.Call:
        """Return the call of *function*, around which a boundary can stand."""
        tree = file.tree
        call = tree.parent_of[function]
        if not isinstance(call, ast.Call) or call.func is not function:
            raise Stay("passed-on", [(file, function)])
        if tree.scope_of[call].function is None:
            raise Stay("module-level", [(file, function)])
        if any(isinstance(node, ast.JoinedStr) for node in tree.ancestors(call)):
            raise Stay("in-f-string", [(file, function)])
        return call

    def _is_stream_of(self, meaning: object, constant: Constant) -> bool:
        """Whether *meaning* is a producer of *constant*, or has no body that could give anything else."""
        if not isinstance(meaning, Function):
            return False
        other = Producer(meaning.file, meaning.node, meaning.scope)
        if not other.is_decorated:
            return is_stub(meaning.node)
        return other.is_generator and constant_of_decorator(other, self.resolver) == constant

    def _access(self, load: Load, constant: Constant) -> Access:
        file = load.file
        taken = {name for (f, name), c in self.names.items() if f is file and c != constant}
        access = access_to(constant, file, load.node, self.plan, taken)
        if access is None:
            raise Stay("contract-out-of-reach", [(load.file, load.node)])
        return access


def gives_chunks_only(producer: Producer) -> bool:
    """Return whether *producer*, which is no generator, returns a new chunk in any case."""
    tree = producer.file.tree
    values = [node.value for node in producer.scope.returns]
    return _ends(producer.node.body) and all(_is_chunk(value, tree) for value in values)


def _is_chunk(value: ast.expr | None, tree: ScopeTree) -> bool:
    match value:
        case ast.IfExp(body=body, orelse=orelse):
            return _is_chunk(body, tree) and _is_chunk(orelse, tree)
        case (
            ast.Call(func=ast.Attribute(value=ast.Name() as made))
            | ast.Call(func=ast.Name() as made)
        ):
            return tree.qualified_name(made) in CHUNK_ORIGIN
    return False


def _ends(body: list[ast.stmt]) -> bool:
    """Whether *body* returns or raises in any case."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=then, orelse=[_, *_] as otherwise):
            return _ends(then) and _ends(otherwise)
        case ast.Try(body=tried, handlers=handlers, orelse=[], finalbody=[]):
            return _ends(tried) and all(_ends(handler.body) for handler in handlers)
    return False
