"""What a site is called, however its lines move: by its file, its function and its code.

The code is taken without its layout and quotes, and in a form that is the same on every version of Python.
"""

from __future__ import annotations

import ast
import hashlib
import os
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .sites import Site

NOT_CODE = {"ctx", "kind", "type_comment", "type_params", "type_ignores"}


def fingerprints(sites: Iterable[Site], root: Path) -> dict[Site, str]:
    """Return an id for each of *sites*, which are in order; equal ones of a function are told apart by their number."""
    seen: Counter[str] = Counter()
    found: dict[Site, str] = {}
    for site in sites:
        key = key_of(site, root)
        seen[key] += 1
        found[site] = _digest(f"{key}\0{seen[key]}")
    return found


def key_of(site: Site, root: Path) -> str:
    """Return `path::function::digest` of *site*, the same for equal code in one function; the path is from *root* on."""
    code = "\0".join(map(normalised, [*site.statements, site.node]))
    return f"{path_from(root, site.source.path)}::{site.scope.path}::{_digest(code)}"


def path_from(root: Path, path: Path) -> str:
    """Return *path* from *root* on, with forward slashes."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def normalised(node: ast.AST) -> str:
    """Return *node* as text, the same for all that is written otherwise and means the same to the parser."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.JoinedStr):
        return f"JoinedStr[{_text(node)}]"
    fields = (
        f"{name}={_value(value)}"
        for name, value in ast.iter_fields(node)
        if name not in NOT_CODE and value is not None and value != []
    )
    return f"{type(node).__name__}({','.join(fields)})"


def _text(string: ast.JoinedStr) -> str:
    """Return the parts of *string*; where one literal ends and the next begins is not the same on all versions."""
    parts: list[str] = []
    literal = ""
    for part in string.values:
        if isinstance(part, ast.Constant):
            literal += str(part.value)
        else:
            parts += [repr(literal), normalised(part)]
            literal = ""
    return ",".join([*parts, repr(literal)])


def _value(value: object) -> str:
    if isinstance(value, ast.AST):
        return normalised(value)
    if isinstance(value, list):
        return f"[{','.join(map(_value, value))}]"
    return repr(value)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
