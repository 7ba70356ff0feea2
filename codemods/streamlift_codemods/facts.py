"""What is known of each file, and what the names of one file mean in another."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import ToolFailure, UnreadableSource, working_on
from .project import PROJECT_MARKS
from .scopes import ScopeTree, last_name
from .sites import NotSSE, Site, find_sites
from .source import SourceFile, parse_source

if TYPE_CHECKING:
    from pathlib import Path

    from .project import Project

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
    """

    source: SourceFile
    tree: ScopeTree
    package: tuple[str, ...]
    sites: list[Site] = field(default_factory=list)
    not_sse: list[NotSSE] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def module(self) -> str:
        """The dotted name under which the file is imported."""
        stem = self.source.path.stem
        return ".".join(self.package if stem == "__init__" else (*self.package, stem))

    def absolute(self, qualified: str) -> str:
        """Return the absolute form of *qualified*, a name as an import of this file spells it."""
        dots = len(qualified) - len(qualified.lstrip("."))
        if not dots:
            return qualified
        depth = len(self.package) - dots + 1
        return ".".join([*self.package[: max(depth, 0)], qualified[dots:]])

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
    """

    project: Project
    files: dict[str, FileFacts] = field(default_factory=dict)
    errors: list[UnreadableSource] = field(default_factory=list)

    def load(self, name: str) -> FileFacts | None:
        """Return the facts of *name*, without its sites; None if it cannot be analysed."""
        if name in self.files:
            return self.files[name]
        if any(error.place.split(":")[0] == name for error in self.errors):
            return None
        raw = self.project.read(name)
        if raw is None:
            return None
        path = self.project.path_of(name)
        try:
            with working_on(name):
                source = parse_source(raw, path, name)
                tree = ScopeTree(source.tree)
        except UnreadableSource as error:
            self.errors.append(error)
            return None
        self.files[name] = FileFacts(source, tree, package_of(path))
        return self.files[name]


def collect_facts(project: Project) -> ProjectFacts:
    """Parse the files of *project* that may hold frames, and find their sites."""
    facts = ProjectFacts(project, errors=[*project.failed])
    for name in project.candidates():
        file = facts.load(name)
        if file is not None:
            try:
                with working_on(name):
                    file.sites, file.not_sse = find_sites(file.source, file.tree)
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


def _is_root(folder: Path) -> bool:
    """Whether *folder* is no package, whatever lies in it: a project, or its `src`."""
    return folder.name == "src" or any((folder / mark).exists() for mark in PROJECT_MARKS)


def uses_as_string(tree: ScopeTree, word: str) -> bool:
    """Return whether a string of the file is *word*, or a dotted path that ends in it."""
    return any(
        isinstance(node.value, str) and (node.value == word or node.value.endswith(f".{word}"))
        for node in tree.strings
    )


def names_member(string: ast.Constant, name: str, tree: ScopeTree) -> bool:
    """Return whether *string* names the member *name* of a module or class, for `mock.patch` and its like."""
    value, call = string.value, tree.parent_of[string]
    if not isinstance(value, str):
        return False
    function = call.func if isinstance(call, ast.Call) else None
    return value.endswith(f".{name}") or (
        value == name and function is not None and last_name(function) in NAMING_CALLS
    )
