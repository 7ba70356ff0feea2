"""Every load of a function in the project: which are it for certain, and which may be."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .facts import is_export
from .resolution import NOTHING, UNKNOWN, Function
from .scopes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import FileFacts
    from .resolution import Meaning, Object, Resolver
    from .scopes import Binding, Scope, ScopeTree


@dataclass(frozen=True)
class Load:
    """An expression that is the function, or may be.

    Attributes:
        file: Where it stands.
        node: The name or attribute.
        meaning: What it may be.
    """

    file: FileFacts
    node: ast.Name | ast.Attribute
    meaning: Meaning


@dataclass
class Loads:
    """How the project uses a function.

    Attributes:
        certain: The loads that are the function, or one of its family: `x.method` where a subclass of what `x`
            is declared to be may override it.
        doubtful: The loads that may be the function, or anything else.
        is_named: Whether a string names it, or something is stored under its name, or a file that names it
            cannot be read.
    """

    certain: list[Load] = field(default_factory=list)
    doubtful: list[Load] = field(default_factory=list)
    is_named: bool = False

    @property
    def are_all_known(self) -> bool:
        """Whether nothing but the certain loads can reach the function, inside of the project."""
        return not self.doubtful and not self.is_named


class LoadFinder:
    """Finds the loads of functions; what it read of a file, or of a name, it knows from then on.

    Args:
        resolver: Tells what the loads are.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._found: dict[Function, Loads] = {}
        self._uses: dict[tuple[str, FileFacts | None], _Uses] = {}
        self._aliases: dict[FileFacts, dict[str, list[_Alias]]] = {}

    def loads_of(self, function: Function) -> Loads:
        """Return every load of *function* in the project."""
        if function not in self._found:
            self._found[function] = _Search(self, function).run()
        return self._found[function]

    def uses_of(self, name: str, only: FileFacts | None) -> _Uses:
        """Return what stands under *name* in the project, or in the file *only*."""
        if (name, only) not in self._uses:
            self._uses[name, only] = uses = _Uses()
            for file in [only] if only is not None else self._files_with(name):
                if file is None:
                    uses.is_named = True
                else:
                    self._collect(uses, name, file)
        return self._uses[name, only]

    def _files_with(self, name: str) -> Iterator[FileFacts | None]:
        for other in sorted(self.resolver.files_with(name)):
            yield self.resolver.facts.load(other)

    def _collect(self, uses: _Uses, name: str, file: FileFacts) -> None:
        tree = file.tree
        for alias in self._aliases_in(file, name):
            for each in self.resolver.bound(alias.name, alias.scope, file):
                uses.aliases[each].append((alias, file))
        attributes = tree.attribute_loads.get(name, ())
        for load in (*tree.name_loads.get(name, ()), *attributes):
            meaning = self.resolver.meaning(load, file)
            if isinstance(load.ctx, ast.Load):
                uses.add(Load(file, load, meaning))
            else:
                uses.stored |= meaning
        uses.is_named |= any(not is_export(each, tree) for each in tree.strings_ending_in(name))

    def _aliases_in(self, file: FileFacts, name: str) -> list[_Alias]:
        """Return the other names that *file* binds to what it has as *name*, or imports under it."""
        if file not in self._aliases:
            self._aliases[file] = _aliases(file.tree)
        return self._aliases[file].get(name, [])


@dataclass
class _Uses:
    """What stands under one name.

    Attributes:
        loads: Its loads by each thing that they may be, in order; those that may be anything by `UNKNOWN` alone.
        stored: What may be replaced by what is stored under it.
        aliases: The other names that each thing is bound to, with their files.
        is_named: Whether a string names it, or a file that does cannot be read.
    """

    loads: dict[Object, list[Load]] = field(default_factory=lambda: defaultdict(list))
    stored: Meaning = NOTHING
    aliases: dict[Object, list[tuple[_Alias, FileFacts]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    is_named: bool = False

    def add(self, load: Load) -> None:
        for each in {UNKNOWN} if UNKNOWN in load.meaning else load.meaning:
            self.loads[each].append(load)


@dataclass(frozen=True)
class _Alias:
    """Another name of a function.

    Attributes:
        name: The name.
        scope: Where it is bound.
        load: The load that is bound to it, None for an import.
    """

    name: str
    scope: Scope
    load: ast.expr | None


def _aliases(tree: ScopeTree) -> dict[str, list[_Alias]]:
    found = defaultdict(list)
    for scope in dict.fromkeys((tree.module, *tree.scope_made_by.values())):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if original := _original(binding, name):
                    found[original].append(_Alias(name, scope, binding.value))
    return found


def _original(binding: Binding, name: str) -> str | None:
    """Return the name that *binding* gives the new name *name*, if it does nothing else."""
    if isinstance(binding.node, ast.ImportFrom):
        imported = (binding.qualified or "").rsplit(".", 1)[-1]
        return imported if imported != name else None
    is_plain = isinstance(binding.node, ast.Assign) and binding.value is not None
    return last_name(binding.value) if is_plain and binding.value else None


class _Search:
    """One search for the loads of a function."""

    def __init__(self, finder: LoadFinder, function: Function) -> None:
        self.finder = finder
        self.resolver = finder.resolver
        self.function = function
        self.owner = function.file.tree.scope_of[function.node]
        self.found = Loads()
        self.renamed: set[ast.expr] = set()

    def run(self) -> Loads:
        home, name = self.function.file, self.function.node.name
        if self.owner.function is not None:
            uses = _Uses()
            for load in home.tree.loads_of(name, self.owner):
                uses.add(Load(home, load, self.resolver.meaning(load, home)))
            self._sort_in(uses)
            return self.found
        pending: list[tuple[str, FileFacts | None]] = [(name, None)]
        for each, only in pending:  # it grows
            uses = self.finder.uses_of(each, only)
            aliases = [*self._aliases(uses)]
            pending += [alias for alias in aliases if alias not in pending]
            self._sort_in(uses)
        return self.found

    def _aliases(self, uses: _Uses) -> Iterator[tuple[str, FileFacts | None]]:
        """Give the other names of the function, each with its file if it is seen nowhere else."""
        for alias, file in uses.aliases.get(self.function, ()):
            is_seen = alias.scope is file.tree.module or alias.scope.is_class
            if alias.load is not None:
                self.renamed.add(alias.load)
            yield alias.name, None if is_seen else file

    def _sort_in(self, uses: _Uses) -> None:
        certain, doubtful = (uses.loads.get(each, ()) for each in (self.function, UNKNOWN))
        self.found.certain += [load for load in certain if load.node not in self.renamed]
        self.found.doubtful += [
            load
            for load in doubtful
            if load.node not in self.renamed and self._may_be(load.node, load.file, load.meaning)
        ]
        replaced = not {self.function, UNKNOWN}.isdisjoint(uses.stored)
        self.found.is_named |= uses.is_named or replaced

    def _may_be(self, load: ast.Name | ast.Attribute, file: FileFacts, meaning: Meaning) -> bool:
        """Whether a load of which not all can be told may be the function.

        A variable holds it only if it was put there, by a load that is found itself. An attribute may be it
        if it is a method, or if what it is an attribute of may be its module.
        """
        if self.function in meaning:
            return True
        if isinstance(load, ast.Name):
            bindings = file.tree.scope_of[load].bindings_of(load.id)
            imported = any(isinstance(b.node, (ast.Import, ast.ImportFrom)) for b in bindings)
            return imported or not bindings or bool(file.tree.module.star_import)
        if self.owner.is_class:
            return True
        stem = self.function.file.module.rsplit(".", 1)[-1]
        return last_name(load.value) == stem or file.tree.qualified_name(load.value) is not None
