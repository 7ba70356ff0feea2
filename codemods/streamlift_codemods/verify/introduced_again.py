"""Which functions are as phase 1 writes them: to write them again is to prove them again."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from ..reading.scaffold import find_scaffolds
from ..reading.scopes import ScopeTree
from ..reading.source import parse_source
from ..run import INTRODUCE, run

if TYPE_CHECKING:
    from ..reading.project import Project
    from ..settings import Settings

Shapes = dict[str, list[str]]


def introduced_again(
    project: Project, before: Project, settings: Settings
) -> dict[tuple[str, str], bool]:
    """Return whether phase 1 makes each function of *project* as it is of *before*, what it was made of.

    Functions that have chunks beside their frames are meant, by file and path.
    """
    if before.before is None or not before.before.texts:
        return {}
    _, texts = run(before, settings, phase=INTRODUCE)
    again = {}
    for name in before.before.texts:
        parsed = project.parse(name)
        written = parse_source(texts.get(name, b""), project.path_of(name), name)
        then = _shapes(ScopeTree(written.tree))
        for path, shapes in (_shapes(parsed[1]) if parsed is not None else {}).items():
            again[name, path] = shapes == then.get(path)
    return again


def _shapes(tree: ScopeTree) -> Shapes:
    """Return the shape of each function with chunks beside its frames, by its path."""
    shapes: Shapes = defaultdict(list)
    for scaffold in find_scaffolds(tree):
        shapes[scaffold.scope.path].append(ast.dump(scaffold.scope.node))
    return shapes
