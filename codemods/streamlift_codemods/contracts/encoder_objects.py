"""Where the functions and classes come from that a dialect hands to its encoder, such as `default=`."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from ..frames.payload import THIS_FILE, Dialect, NamedObject
from ..reading.facts import module_of
from ..reading.our_names import IN_MODULE

if TYPE_CHECKING:
    from ..reading.facts import FileFacts, ProjectFacts

REEXPORTS = 5  # how many modules a name is followed through


def settled_dialect(
    dialect: Dialect, file: FileFacts, line: int | None, facts: ProjectFacts
) -> Dialect | None:
    """Return *dialect* with the origin of each of its objects, None if no contract can name one of them.

    A contract stands right below what it names (`NamedObject.home`), so that its import closes no cycle.

    Args:
        dialect: A dialect of a site in *file*.
        file: The file.
        line: The line of the site if it runs with the module; None for one that a function makes later.
        facts: The project.
    """
    found = [_settled(named, file, facts) for named in dialect.objects]
    objects = [named for named in found if named is not None]
    homes = {named.home for named in objects if named.home}
    if len(objects) < len(found) or len(homes) > 1:
        return None
    for home in homes:
        statement = definition(next(o for o in objects if o.home == home), facts)
        below = (
            home != file.name or line is None or (statement is not None and line > statement.lineno)
        )
        if not below or home not in facts.project.selected or not _takes_contracts(home, facts):
            return None
    return replace(dialect, objects=tuple(objects))


def _takes_contracts(home: str, facts: ProjectFacts) -> bool:
    """Whether nothing in the file *home* hides the names that a contract needs."""
    file = facts.load(home)
    if file is None or file.tree.module.star_import:
        return False
    return not any(file.is_taken(name) for name in IN_MODULE)


def definition(
    named: NamedObject, facts: ProjectFacts
) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
    """Return the statement of the project that defines the object *named*."""
    file = facts.load(named.home) if named.home else None
    return _defined(named.text, file) if file is not None else None


def _settled(named: NamedObject, file: FileFacts, facts: ProjectFacts) -> NamedObject | None:
    module, _, name = named.origin.rpartition(".")
    if module in {"builtins", "json"}:
        return named
    if module == THIS_FILE:
        origin = f"{file.module}.{name}"
        home = file.name if _defined(name, file) is not None else None
        return replace(named, origin=origin, home=home) if home else None
    origin = file.absolute(named.origin)
    for _ in range(REEXPORTS):
        module = origin.rpartition(".")[0]
        other = _file_of(module, name, facts)
        if other is None:
            is_installed = not _is_of_project(origin.split(".")[0], facts)
            return replace(named, origin=origin) if is_installed else None
        if _defined(name, other) is not None:
            return replace(named, origin=f"{other.module}.{name}", home=other.name)
        bindings = other.tree.module.bindings.get(name, [])
        if len(bindings) != 1 or bindings[0].qualified is None:
            return None
        origin = other.absolute(bindings[0].qualified)
        if origin.rpartition(".")[2] != name:
            return None
    return None


def _defined(
    name: str, file: FileFacts
) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
    bindings = file.tree.module.bindings.get(name, [])
    node = bindings[0].node if len(bindings) == 1 else None
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return None
    hidden = file.tree.module.star_import > node.lineno
    at_top = file.tree.parent_of[node] is file.tree.module.node
    return node if at_top and not hidden else None


def _file_of(module: str, name: str, facts: ProjectFacts) -> FileFacts | None:
    for candidate in sorted(facts.project.mentioning({name})[name]):
        if module_of(facts.project.path_of(candidate)) == module:
            file = facts.load(candidate)
            if file is not None:
                return file
    return None


def _is_of_project(root: str, facts: ProjectFacts) -> bool:
    """Whether the top-level module *root* may be one of the project's own."""
    return any(root in name.removesuffix(".py").split("/") for name in facts.project.names)
