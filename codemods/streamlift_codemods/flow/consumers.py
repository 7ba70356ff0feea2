"""What takes the frames of producers: endpoints, relays, and code that reads frames back; what becomes of each."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.test_files import TEST_FILE
from .parse_back import item_read_by, parse_backs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.scopes import Scope
    from .units import Supply, Unit


@dataclass(frozen=True)
class Consumer:
    """A place that takes the frames of a producer.

    Attributes:
        file: Where it is.
        node: The call of the producer, or what reads the text.
        scope: The scope that it stands in.
        kind: `endpoint`, `relay` or `parse-back`.
        source: The name of the producer; None if it cannot be told.
        verdict: `converted` if it takes chunks, or their boundary stands there; `text` if it goes on getting
            text though its producer makes chunks; `left` if nothing changes for it.
        reason: Why, of any verdict but `converted`.
    """

    file: FileFacts
    node: ast.expr
    scope: Scope
    kind: str
    source: str | None
    verdict: str
    reason: str | None


def consumers_of(plan: Plan, units: list[Unit]) -> list[Consumer]:
    """Return the consumers in the selected files of *plan*, whose units are *units*, in order of file and line."""
    supplies = [
        (station, supply)
        for unit in units
        for station in unit.stations
        for supply in station.supplies
    ]
    found = [
        Consumer(
            supply.load.file,
            supply.load.node,
            station.scope,
            station.kind,
            supply.source.name,
            _verdict(supply),
            supply.reason,
        )
        for station, supply in supplies
        if station.kind in {"endpoint", "relay"}
    ]
    sources = {_called(supply): supply for _, supply in supplies}
    converted = _converted(plan)
    for file in plan.facts.files.values():
        if not TEST_FILE.search(file.name):
            found += _parse_backs(file, converted, sources)
    selected = plan.facts.project.selected
    return sorted(
        (each for each in found if each.file.name in selected),
        key=lambda each: (each.file.name, each.node.lineno, each.node.col_offset),
    )


def _verdict(supply: Supply) -> str:
    if supply.reason is None:
        return "converted"
    return "left" if supply.reason == "no-chunks" else "text"


def _called(supply: Supply) -> ast.AST:
    return supply.load.file.tree.parent_of[supply.load.node]


def _converted(plan: Plan) -> set[ast.expr]:
    """Return the expressions that are written anew because they read a frame."""
    relays = [c.relay for producer in plan.all_producers for c in producer.callers if c.relay]
    return {node for relay in relays for use in relay.uses for node in _expressions(use.node)}


def _parse_backs(
    file: FileFacts, converted: set[ast.expr], sources: dict[ast.AST, Supply]
) -> Iterator[Consumer]:
    for node in parse_backs(file.tree):
        supply = _supply_of(node, file, sources)
        verdict, reason = "left", "unknown-source"
        if supply is not None:
            verdict, reason = _verdict(supply), supply.reason or "relay-text"
        if not converted.isdisjoint(_expressions(node)):
            verdict = "converted"
        elif verdict == "converted":
            verdict = "text"
        yield Consumer(
            file,
            node,
            file.tree.scope_of[node],
            "parse-back",
            supply.source.name if supply else None,
            verdict,
            None if verdict == "converted" else reason,
        )


def _expressions(node: ast.expr) -> list[ast.expr]:
    return [each for each in ast.walk(node) if isinstance(each, ast.expr)]


def _supply_of(node: ast.expr, file: FileFacts, sources: dict[ast.AST, Supply]) -> Supply | None:
    """Return where the text that *node* reads comes from, if it is an item of a loop over a producer."""
    name = item_read_by(node)
    bindings = file.tree.scope_of[name].bindings_of(name.id) if name is not None else []
    loops = [binding.node for binding in bindings]
    if len(loops) != 1 or not isinstance(loops[0], (ast.For, ast.AsyncFor)):
        return None
    return next((sources[each] for each in ast.walk(loops[0].iter) if each in sources), None)
