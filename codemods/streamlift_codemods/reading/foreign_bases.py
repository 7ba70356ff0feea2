"""Classes with a base that is not the project's, which may call what they override."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .resolution import PROTOCOL, Class, Foreign

if TYPE_CHECKING:
    from .facts import FileFacts
    from .resolution import Resolver, Unknown
    from .scopes import FunctionNode

# Bases that call no method of those that inherit from them.
INERT_BASES = {"abc.ABC", "builtins.object", "pydantic.BaseModel", "typing.Generic", "typing_extensions.Generic", *PROTOCOL}  # fmt: skip


def may_be_called_by_a_base(node: FunctionNode, file: FileFacts, resolver: Resolver) -> bool:
    """Return whether the function *node* of *file* is a method of a class with a base that nobody can see into."""
    owner = file.tree.scope_of[node]
    if not isinstance(owner.node, ast.ClassDef) or _is_mangled(node.name):
        return False
    ancestry = resolver.ancestry(Class(file, owner.node))
    return any(not isinstance(each, Class) and not _is_inert(each) for each in ancestry)


def _is_mangled(name: str) -> bool:
    """Whether *name* is another one in each class: https://docs.python.org/3/tutorial/classes.html#private-variables."""
    return name.startswith("__") and not name.endswith("__")


def _is_inert(base: Foreign | Unknown) -> bool:
    return isinstance(base, Foreign) and base.name.partition("[")[0] in INERT_BASES
