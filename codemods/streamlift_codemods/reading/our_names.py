"""Whether the names that new code needs are free where it shall stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .module_header import header_imports

if TYPE_CHECKING:
    from .facts import FileFacts
    from .scopes import Scope

IN_MODULE = ("SSEFormatter", "ModelDialect", "ORJSONDialect")


def are_free(scope: Scope, file: FileFacts) -> bool:
    """Return whether our names mean in *scope*, and at the top of *file*, what we import."""
    origins = [
        binding.qualified for name in file.chunk_names for binding in scope.bindings_of(name)
    ]
    return (
        all(file.is_chunk(origin) for origin in origins)
        and not any(file.is_taken(name) for name in IN_MODULE)
        and file.from_stars.isdisjoint({*file.chunk_names, *IN_MODULE})
        and not _has_late_star(scope, file)
    )


def _has_late_star(scope: Scope, file: FileFacts) -> bool:
    """Whether a star import may hide the names that we import, or comes behind what *scope* is the scope of."""
    block = header_imports(file.source.tree)
    last = block[-1].lineno if block else 0
    is_above = bool(file.tree.module.star_import) and getattr(scope.node, "lineno", last) < last
    return is_above or file.tree.module.star_import > last
