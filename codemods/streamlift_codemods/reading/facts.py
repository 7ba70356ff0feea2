"""What is known of each file, and what the names of one file mean in another."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import ToolFailure, UnreadableSource, working_on
from ..frames.sites import CHUNK, CHUNK_ORIGIN, NotSSE, Site, find_sites
from .project import is_project
from .scopes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .chunk_class import ChunkClass
    from .project import Project
    from .scopes import ScopeTree
    from .source import SourceFile

NAMING_CALLS = {"getattr", "setattr", "delattr", "hasattr", "object", "patch"}


@dataclass(eq=False)
class FileFacts:
    """One parsed file.

    Attributes:
        source: Its text.
        tree: Its scopes.
        package: The names of the packages that it lies in, outermost first.
        sites: Its sites, in order.
        not_sse: The strings that look like SSE and are not.
        own_chunk: What the project calls a chunk, if it has another name for it.
    """

    source: SourceFile
    tree: ScopeTree
    package: tuple[str, ...]
    sites: list[Site] = field(default_factory=list)
    not_sse: list[NotSSE] = field(default_factory=list)
    own_chunk: ChunkClass | None = None

    @property
    def name(self) -> str:
        return self.source.name

    @cached_property
    def majority_quote(self) -> str:
        """The quote of most of its plain strings; inside of an f-string its own quotes decide."""
        return self.source.majority_quote(self.tree.outer_strings)

    @cached_property
    def from_stars(self) -> set[str]:
        """The names that are loaded, and that nothing binds but perhaps a star import."""
        tree = self.tree
        if not tree.module.star_import:
            return set()
        return {
            name
            for name, loads in tree.name_loads.items()
            if any(tree.scope_of[load].owner_of(name) is None for load in loads)
        }

    @property
    def module(self) -> str:
        """The dotted name under which the file is imported."""
        return _dotted(self.package, self.source.path.stem)

    def absolute(self, qualified: str) -> str:
        """Return the absolute form of *qualified*, a name as an import of this file spells it."""
        dots = len(qualified) - len(qualified.lstrip("."))
        if not dots:
            return qualified
        depth = len(self.package) - dots + 1
        return ".".join([*self.package[: max(depth, 0)], qualified[dots:]])

    @property
    def chunk_names(self) -> set[str]:
        """The names that a class of chunks may have here."""
        return {CHUNK} if self.own_chunk is None else {CHUNK, self.own_chunk.name}

    def is_chunk(self, qualified: str | None) -> bool:
        """Return whether *qualified*, as an import of this file spells it, is the class of chunks."""
        own = self.own_chunk
        return qualified in CHUNK_ORIGIN or (own is not None and own.is_named_by(qualified, self))

    @property
    def chunk_loads(self) -> Iterator[ast.Name]:
        """The loads of the class of chunks."""
        for name in sorted(self.chunk_names):
            for load in self.tree.name_loads[name]:
                if self.is_chunk(self.tree.qualified_name(load)):
                    yield load

    def is_taken(self, name: str) -> bool:
        """Return whether the module binds *name* to something that is not ours."""
        bindings = self.tree.module.bindings.get(name, ())
        return any(not (binding.qualified or "").startswith("streamlift.") for binding in bindings)

    def exports(self, name: str) -> bool | None:
        """Return whether `__all__` lists *name*; None if the module has no such list."""
        bindings = self.tree.module.bindings.get("__all__")
        if not bindings:
            return None
        listed = {
            node.value
            for binding in bindings
            for node in ast.walk(binding.node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        return name in listed


@dataclass
class ProjectFacts:
    """The parsed files of a project.

    Attributes:
        project: The files.
        files: The facts of each parsed file, by name.
        errors: The files that cannot be analysed.
        imported: Whether something imports the package in a folder as one, as far as that was asked.
        own_chunk: What the project calls a chunk, if it has another name for it.
    """

    project: Project
    files: dict[str, FileFacts] = field(default_factory=dict)
    errors: list[UnreadableSource] = field(default_factory=list)
    imported: dict[Path, bool] = field(default_factory=dict)
    own_chunk: ChunkClass | None = None

    def load(self, name: str) -> FileFacts | None:
        """Return the facts of *name*, without its sites; None if it cannot be analysed."""
        if name in self.files:
            return self.files[name]
        if any(error.place.split(":")[0] == name for error in self.errors):
            return None
        try:
            with working_on(name):
                parsed = self.project.parse(name)
        except UnreadableSource as error:
            self.errors.append(error)
            return None
        if parsed is not None:
            file = FileFacts(*parsed, package_of(self.project.path_of(name)))
            file.own_chunk = self.own_chunk
            self.files[name] = file
        return self.files.get(name)


def collect_facts(project: Project, chunk_class: str | None = None) -> ProjectFacts:
    """Parse the files of *project* that may hold frames, and find their sites.

    Raises:
        UsageError: If *chunk_class*, the dotted name of the project's own class of chunks, cannot be used.
    """
    facts = ProjectFacts(project, errors=[*project.failed])
    if chunk_class is not None:
        from .chunk_class import read_chunk_class

        facts.own_chunk = read_chunk_class(chunk_class, facts)
    own = {facts.own_chunk.name} if facts.own_chunk is not None else set()
    for name in project.progress.over(project.candidates(own), "Reading files"):
        file = facts.load(name)
        if file is not None:
            try:
                with working_on(name):
                    file.sites, file.not_sse = find_sites(file.source, file.tree, file.chunk_loads)
            except ToolFailure as error:
                facts.errors.append(error)
    facts.errors.extend(project.errors)
    return facts


def package_of(path: Path) -> tuple[str, ...]:
    """Return the names of the packages around the file at *path*, outermost first."""
    names: list[str] = []
    folder = path.parent
    while (folder / "__init__.py").exists() and folder.name and not _is_root(folder):
        names.insert(0, folder.name)
        folder = folder.parent
    return tuple(names)


def is_inside_package(folder: Path) -> bool:
    """Return whether *folder* lies somewhere below another package of its project, perhaps in a namespace package."""
    for around in folder.parents:
        if _is_root(around):
            return False
        if (around / "__init__.py").exists():
            return True
    return False


def module_of(path: Path) -> str:
    """Return the dotted name under which the file at *path* is imported."""
    return _dotted(package_of(path), path.stem)


def _dotted(package: tuple[str, ...], stem: str) -> str:
    return ".".join(package if stem == "__init__" else (*package, stem))


def _is_root(folder: Path) -> bool:
    """Whether *folder* is no package, whatever lies in it: a project, or its `src`."""
    return folder.name == "src" or is_project(folder)


def names_member(tree: ScopeTree, name: str) -> bool:
    """Return whether a string names the member *name* of a module or class, for `mock.patch` and its like."""
    return any(
        "." in str(string.value) or is_naming(string, tree)
        for string in tree.strings_ending_in(name)
    )


def is_naming(string: ast.Constant, tree: ScopeTree) -> bool:
    """Return whether *string* is handed to a function that looks at a member of that name."""
    call = tree.parent_of[string]
    return isinstance(call, ast.Call) and last_name(call.func) in NAMING_CALLS


def is_export(string: ast.Constant, tree: ScopeTree) -> bool:
    """Return whether *string* stands in a list that is bound to `__all__`: it only tells star imports of a name."""
    listed = tree.parent_of[string]
    statement = tree.parent_of.get(listed)
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id="__all__")])
            | ast.AnnAssign(target=ast.Name(id="__all__"))
        ):
            return statement.value is listed and isinstance(listed, (ast.List, ast.Tuple))
    return False
