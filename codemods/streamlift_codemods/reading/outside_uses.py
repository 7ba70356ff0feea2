"""Whether other files use a module, or what it has under a name: import it from there, or patch it there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .facts import is_naming
from .scopes import last_name
from .test_files import TEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import FileFacts, ProjectFacts
    from .scopes import ScopeTree


def is_used_from_outside(name: str, file: FileFacts, facts: ProjectFacts) -> bool:
    """Return whether another file imports *name* from the module *file*, or patches it there."""
    stem = file.source.path.stem
    both = facts.project.mentioning({name, stem})
    for other in sorted((both[name] & both[stem]) - {file.name}):
        loaded = facts.load(other)
        if loaded is None or _reaches(loaded.tree, stem, name):
            return True
    return False


def importers(file: FileFacts, facts: ProjectFacts) -> Iterator[FileFacts]:
    """Give the files but tests that import the module *file*, or something from it."""
    module = file.module.split(".")[-1]
    for other in sorted(facts.project.mentioning({module})[module] - {file.name}):
        loaded = None if TEST_FILE.search(other) else facts.load(other)
        if loaded is not None and any(_imports(node, module) for node in loaded.tree.imports):
            yield loaded


def _imports(node: ast.Import | ast.ImportFrom, module: str) -> bool:
    """Whether *node* imports a module that is called *module*."""
    names = [alias.name for alias in node.names]
    paths = [*names, node.module or ""] if isinstance(node, ast.ImportFrom) else names
    return any(path.split(".")[-1] == module for path in paths)


def _reaches(tree: ScopeTree, module: str, name: str) -> bool:
    """Whether a file may load, or name in a string, what *module* (its last name) calls *name*."""
    for node in tree.imports:
        if isinstance(node, ast.ImportFrom):
            last = (node.module or "").split(".")[-1]
            if last == module and any(alias.name in {name, "*"} for alias in node.names):
                return True
    if any(_is_module(load.value, module, tree) for load in tree.attribute_loads.get(name, ())):
        return True
    dotted = f".{module}.{name}"
    return any(
        f".{text}".endswith(dotted) if "." in (text := str(node.value)) else is_naming(node, tree)
        for node in tree.strings_ending_in(name)
    )


def _is_module(node: ast.expr, module: str, tree: ScopeTree) -> bool:
    """Whether *node* is called, or imported as, *module*."""
    origin = tree.qualified_name(node, tree.scope_of[node]) or last_name(node) or ""
    return module in {origin.split(".")[-1], last_name(node)}
