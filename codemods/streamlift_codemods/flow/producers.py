"""Producers: the generators that hand frames out, who calls them, and where their boundary stands."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..reading.resolution import Function

if TYPE_CHECKING:
    from ..frames.sites import Site
    from ..reading.facts import FileFacts
    from ..reading.loads import LoadFinder
    from ..reading.scopes import FunctionNode, Scope
    from .contract_import import Access
    from .edges import Edge
    from .relays import Relay

OUR_DECORATOR = {"streamlift.producer", "streamlift.sse.producer.producer"}
TRANSPARENT = {"abc.abstractmethod", "typing.override", "typing_extensions.override"}
ROUTE_METHODS = {
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "route",
    "api_route",
    "websocket",
    "stream",
}
BINDING_DECORATORS = {"builtins.staticmethod", "builtins.classmethod"}
NOT_A_STREAM = {
    "contextlib.contextmanager", "contextlib.asynccontextmanager", "pytest.fixture", "pytest_asyncio.fixture",
    "builtins.property", "functools.cached_property",
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """A call of a producer that gets a boundary on its own side.

    Attributes:
        file: Where it is.
        call: The call of the producer.
        contract: What the file calls the contract.
        edge: The edge that the call stands in.
        relay: The relay that passes its items on. Without either, the call is given text as before.
    """

    file: FileFacts
    call: ast.Call
    contract: Access
    edge: Edge | None = None
    relay: Relay | None = None


@dataclass(eq=False)
class Producer:
    """A generator function with sites, or with a boundary of its own since an earlier run.

    Attributes:
        file: Where it is.
        node: Its definition.
        scope: Its own scope.
        sites: Its sites that yield.
        yields: The expressions that it yields as chunks.
        reached: The frame sites whose chunks it yields, wherever they are made.
        asked: The calls that it yields of functions that give their chunk when asked for it.
        callers: The calls that get a boundary on their side.
        needs_decorator: Whether some caller still needs text.
        returns: Whether it is no generator, but returns one chunk.
    """

    file: FileFacts
    node: FunctionNode
    scope: Scope
    sites: list[Site] = field(default_factory=list)
    yields: set[ast.expr] = field(default_factory=set)
    reached: list[Site] = field(default_factory=list)
    asked: list[Site] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    needs_decorator: bool = True
    returns: bool = False

    @property
    def is_decorated(self) -> bool:
        """Whether it has a boundary of its own already."""
        return bool(OUR_DECORATOR & self._decorators)

    @property
    def is_itself(self) -> bool:
        """Whether nothing but our decorator, and how it is bound, stands between its name and the generator."""
        return self._decorators <= OUR_DECORATOR | BINDING_DECORATORS | TRANSPARENT

    @property
    def _decorators(self) -> set[str | None]:
        targets = [d.func if isinstance(d, ast.Call) else d for d in self.node.decorator_list]
        return {self.file.tree.qualified_name(target) for target in targets}

    @property
    def is_generator(self) -> bool:
        return bool(self.scope.yields)

    @property
    def path(self) -> str:
        return self.scope.path

    @property
    def name(self) -> str:
        """What no other one is called."""
        return f"{self.file.name}:{self.path}"

    @property
    def names(self) -> set[str]:
        """What it is called from outside: by its module, or by its file."""
        return {f"{self.file.module}:{self.path}", self.name}

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, ast.AsyncFunctionDef)

    def refusal(self) -> str | None:
        """Return the reason why nothing in this function can become a chunk, if there is one."""
        for decorator in self.node.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self.file.tree.qualified_name(target) in NOT_A_STREAM:
                return "not-a-stream"
            if isinstance(target, ast.Attribute) and target.attr in ROUTE_METHODS:
                return "route-generator"
        return None

    @property
    def yields_other_things(self) -> bool:
        """Whether it also yields anything that is no chunk."""
        for value in (node.value for node in self.scope.yields):
            branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            if not all(_awaited(branch) in self.yields for branch in branches):
                return True
        return False


def _awaited(node: ast.expr | None) -> ast.expr | None:
    return node.value if isinstance(node, ast.Await) else node


def is_private(node: FunctionNode, owner: Scope, file: FileFacts, *, closed_world: bool) -> bool:
    """Return whether only this project can name *node*: a closure, an underscore, not in `__all__`."""
    if owner.function is not None or closed_world:
        return True
    names = [node.name, owner.node.name] if isinstance(owner.node, ast.ClassDef) else [node.name]
    if any(name.startswith("_") and not name.endswith("__") for name in names):
        return True
    return owner is file.tree.module and file.exports(node.name) is False


def is_known_here(node: FunctionNode, file: FileFacts, finder: LoadFinder) -> bool:
    """Return whether the function *node* of *file* is reached in no other file, and every use of it is known."""
    loads = finder.loads_of(Function(file, node))
    return loads.are_all_known and all(load.file is file for load in loads.certain)
