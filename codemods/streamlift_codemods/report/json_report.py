"""`scan --format json`, schema 1."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from ..flow.consumers import consumers_of
from ..flow.units import units_of
from ..frames.fingerprint import fingerprints
from ..frames.frame_text import Option
from ..phases.named_chunks import becomes
from ..rules import code_of

if TYPE_CHECKING:
    import ast

    from ..flow.consumers import Consumer
    from ..flow.producers import Caller, Producer
    from ..flow.units import Station, Supply, Unit
    from ..frames.frame_text import Field, Frame, Text
    from ..frames.read_text import Hole, Part
    from ..frames.sites import NotSSE, Site
    from ..plan import Plan
    from ..reading.literals import Span
    from ..reading.source import SourceFile
    from ..selection.ignores import IgnoreFault

Row = dict[str, object]


def report(plan: Plan) -> str:
    """Return the report of *plan* as JSON text."""
    ids = fingerprints(plan.sites, plan.facts.project.root)
    selected = plan.facts.project.selected
    producers = [producer for producer in plan.producers if producer.file.name in selected]
    rows = {site: _site(site, plan, ids[site]) for site in plan.sites}
    sites = [*rows.values()]
    units = units_of(plan)
    others = [
        row for name, file in plan.facts.files.items() if name in selected for row in file.not_sse
    ]
    return json.dumps(
        {
            "schema": 1,
            "sites": sites,
            "producers": [_producer(producer, plan) for producer in producers],
            "edges": [
                _edge(producer, caller)
                for producer in plan.all_producers
                for caller in producer.callers
                if caller.edge is not None
            ],
            "units": [_unit(unit, rows) for unit in units],
            "consumers": [_consumer(consumer) for consumer in consumers_of(plan, units)],
            "not_sse": [_not_sse(row) for row in others],
            "errors": [
                {"place": e.place, "reason": e.reason, "problem": e.problem}
                for e in plan.facts.errors
            ],
            "ignores": [_fault(fault) for fault in plan.ignores.all_faults],
            "summary": dict(Counter(str(site["verdict"]) for site in sites)),
            "grades": dict(Counter(str(site["grade"]) for site in sites if site["grade"])),
            "as_text": sum(site.as_text for site in plan.sites),
        },
        indent=1,
    )


def _site(site: Site, plan: Plan, fingerprint: str) -> Row:
    return {
        "id": fingerprint,
        "code": code_of(site, plan.contents.get(site)),
        **_place_of(site.source, site.node),
        "kind": site.kind,
        "function": site.scope.path,
        "verdict": site.verdict,
        "grade": site.grade,
        "as_text": site.as_text,
        "phase": 1 if site.is_beside else 0,
        "reason": site.reason,
        "source": site.shown,
        "text": None if site.text is None else _text(site.text),
        "frame": None if site.frame is None else _frame(site.frame),
        "becomes": becomes(site, plan),
        "hazard": site in plan.needs and plan.needs[site].verbatim,
        "proof": site.proof,
    }


def _frame(frame: Frame[Hole]) -> Row:
    """Return the fields of *frame* in order, or its comment."""
    return {
        "fields": [_field(field) for field in frame.fields],
        "comment": None if frame.comment is None else _text(frame.comment),
        "terminator": frame.terminator,
    }


def _field(field: Field[Hole]) -> Row:
    row: Row = {"name": field.name, "value": _text(field.value)}
    return row if field.option is None else {**row, "optional": True}


def _text(text: Text[Hole]) -> list[str | Row]:
    """Return the pieces of *text*: literal ones, the source of what is filled in, and what may be absent."""
    return [_part(part) for part in text.parts]


def _part(part: Part) -> str | Row:
    if isinstance(part, Option):
        return {"condition": part.condition.value.text, "optional": _text(part.text)}
    return part if isinstance(part, str) else {"hole": part.field}


def _place(source: SourceFile, span: Span) -> Row:
    source, span = source.on_disk(span)
    return {
        "path": source.name,
        "line": source.line_of(span.start),
        "column": source.column_of(span.start),
        "end_line": source.line_of(span.end),
        "end_column": source.column_of(span.end),
    }


def _place_of(source: SourceFile, node: ast.expr | ast.stmt) -> Row:
    return _place(source, source.span(node))


def _producer(producer: Producer, plan: Plan) -> Row:
    return {
        "path": producer.file.name,
        "line": producer.file.source.line_on_disk(producer.node),
        "function": producer.path,
        "async": producer.is_async,
        "sites": len(producer.sites),
        "contract": plan.constant_of(producer, producer.file),
        "boundary": "decorator" if producer.needs_decorator else "caller",
    }


def _edge(producer: Producer, caller: Caller) -> Row:
    edge = caller.edge
    assert edge is not None
    return {
        **_place_of(caller.file.source, edge.place),
        "framework": edge.framework,
        "producer": producer.path,
    }


def _unit(unit: Unit, rows: dict[Site, Row]) -> Row:
    return {
        "stations": [_station(station, rows) for station in unit.stations],
        "ends": [station.name for station in unit.ends],
    }


def _station(station: Station, rows: dict[Site, Row]) -> Row:
    return {
        "name": station.name,
        "path": station.file.name,
        "line": station.line,
        "kind": station.kind,
        "framework": station.framework,
        "sites": [rows[site]["id"] for site in station.sites if site in rows],
        "sources": [_supply(supply) for supply in station.supplies],
    }


def _supply(supply: Supply) -> Row:
    return {
        "name": supply.source.name,
        **_place_of(supply.load.file.source, supply.load.node),
        "boundary": supply.boundary,
        "reason": supply.reason,
    }


def _consumer(consumer: Consumer) -> Row:
    return {
        **_place_of(consumer.file.source, consumer.node),
        "kind": consumer.kind,
        "function": consumer.scope.path,
        "producer": consumer.source,
        "source": consumer.file.source.segment(consumer.node),
        "verdict": consumer.verdict,
        "reason": consumer.reason,
    }


def _not_sse(row: NotSSE) -> Row:
    return {**_place_of(row.source, row.node), "reason": row.reason}


def _fault(fault: IgnoreFault) -> Row:
    return {
        "code": fault.code,
        **_place(fault.source, fault.span),
        "message": fault.message,
    }
