"""What an annotation says of the items of a stream."""

from __future__ import annotations

import ast

from .scopes import last_name

STREAM_TYPES = {
    "AsyncGenerator",
    "AsyncIterator",
    "AsyncIterable",
    "Generator",
    "Iterator",
    "Iterable",
}
TEXT_TYPES = {"str", "bytes"}


def item_type(annotation: ast.expr | None) -> ast.expr | None:
    """Return the type of the items in `AsyncIterator[str]` and its like."""
    if not isinstance(annotation, ast.Subscript) or last_name(annotation.value) not in STREAM_TYPES:
        return None
    inside = annotation.slice
    return inside.elts[0] if isinstance(inside, ast.Tuple) and inside.elts else inside


def text_in(annotation: ast.expr | None) -> ast.Name | None:
    """Return the one text type that *annotation* names; None if it names none, or several."""
    names = (
        (node for node in ast.walk(annotation) if isinstance(node, ast.Name)) if annotation else ()
    )
    found = [name for name in names if name.id in TEXT_TYPES]
    return found[0] if len(found) == 1 else None
