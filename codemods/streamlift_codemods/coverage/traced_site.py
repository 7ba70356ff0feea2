"""The sites of a tree as pieces of its files, which can be watched while an app runs."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlift.testing.tracing.span import Span

from ..reading.test_files import TEST_FILE
from ..status.burn_down import PATTERN_1

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts

DISPLAYS = (ast.Tuple, ast.List, ast.Set)


@dataclass(frozen=True, order=True)
class TracedSite:
    """A site that can be watched.

    Attributes:
        path: Its file, from the folder of the app on, with forward slashes.
        span: The piece of the file that is watched.
        line: Its line.
        function: The path of its function; `""` outside of functions.
    """

    path: str
    span: Span
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.function or 'the module'}"


@dataclass(frozen=True)
class TracedSites:
    """The sites of a tree.

    Attributes:
        sites: Those that can be watched, in order.
        unread: What is told of files that could not be analysed.
    """

    sites: tuple[TracedSite, ...] = ()
    unread: tuple[str, ...] = ()


def traced_sites(plan: Plan, directory: Path) -> TracedSites:
    """Return the sites of *plan* that are, were or may be migrated; *directory* is the folder of the app.

    Of a site in phase 1 it is the frame, which is made at every stage.
    """
    sites = sorted(
        _traced(site, plan.facts.files[site.source.name], directory)
        for site in plan.sites
        if _counts(site)
    )
    return TracedSites(tuple(sites), tuple(map(str, plan.facts.errors)))


def traced_spans(sites: Iterable[TracedSite]) -> dict[str, tuple[Span, ...]]:
    """Return what is to be watched, by file."""
    found: dict[str, list[Span]] = {}
    for site in sites:
        found.setdefault(site.path, []).append(site.span)
    return {path: tuple(spans) for path, spans in found.items()}


def _counts(site: Site) -> bool:
    """Return whether *site* is one of those that `status` counts."""
    if site.verdict == "already":
        return not TEST_FILE.search(site.source.name)
    return site.verdict in PATTERN_1


def _traced(site: Site, file: FileFacts, directory: Path) -> TracedSite:
    source, (start, end) = site.source.on_disk(site.source.span(_watched(site.node, file)))
    first, last = source.line_of(start), source.line_of(end)
    columns = (_size(source.text[source.line_start(each) : each]) for each in (start, end))
    column, end_column = columns
    return TracedSite(
        os.path.relpath(source.path, directory).replace(os.sep, "/"),
        Span(first, column, last, end_column),
        first,
        site.scope.path,
    )


def _watched(node: ast.expr, file: FileFacts) -> ast.expr:
    """Return *node*, or the display around it: of one that never changes the compiler makes a single constant."""
    parent = file.tree.parent_of[node]
    while isinstance(node, (ast.Constant, *DISPLAYS)) and isinstance(parent, DISPLAYS):
        node, parent = parent, file.tree.parent_of[parent]
    return node


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
