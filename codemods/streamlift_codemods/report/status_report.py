"""`streamlift status`, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING

from ..flow.boundary_calls import KEPT
from ..status.history import KEYS
from ..status.observed_text import use_of
from .finish_report import report_stays

if TYPE_CHECKING:
    from pathlib import Path

    from ..flow.producers import Producer
    from ..phases.finish_plan import Stays
    from ..status.burn_down import BurnDown, Counts
    from ..status.history import Entry
    from ..status.observed_text import TextUse

Row = dict[str, object]
SHOWN_DAYS = 10
TITLES = ("pattern 1", "phase 1", "phase 2", "finished", "helper calls")


def as_json(found: BurnDown, history: list[Entry], observed: dict[str, TextUse] | None) -> str:
    """Return the report as JSON text, schema 1."""
    finish = found.finish
    rows = [_decorator(producer, None, observed) for producer in finish.goes]
    rows += [_decorator(each.producer, each, observed) for each in finish.stays]
    folders = [
        {"path": path or ".", **asdict(found.folders[path])} for path in sorted(found.folders)
    ]
    return json.dumps(
        {
            "schema": 1,
            "folders": folders,
            "total": asdict(found.total),
            "shim": [
                {"path": use.file.name, "line": use.node.lineno, "name": use.name}
                for use in finish.shim
            ],
            "decorators": sorted(rows, key=lambda row: (str(row["path"]), row["line"])),
            "history": history,
        },
        indent=1,
    )


def _decorator(producer: Producer, stays: Stays | None, observed: dict[str, TextUse] | None) -> Row:
    verdict = "goes" if stays is None else "kept" if stays.reason == KEPT else "stays"
    places = (
        [{"path": file.name, "line": node.lineno} for file, node in stays.places] if stays else []
    )
    row: Row = {
        "path": producer.file.name,
        "line": producer.node.lineno,
        "function": producer.path,
        "verdict": verdict,
        "reason": stays.reason if stays else None,
        "places": places,
    }
    use = use_of(producer, observed) if observed is not None else None
    if observed is not None:
        row["observed"] = asdict(use) if use is not None else None
    return row


def as_text(
    found: BurnDown, history: list[Entry], observed: dict[str, TextUse] | None, paths: list[Path]
) -> str:
    """Return the report for people; *paths* are what the person typed."""
    finish, command = found.finish, f"streamlift migrate {' '.join(map(str, paths))}"
    lines = [*_table(found)]
    if finish.shim:
        lines.append(f"\nUses of the shim: {len(finish.shim)}")
        lines += [
            f"{use.file.name}:{use.node.lineno}: {use.name}; {use.by_hand}" for use in finish.shim
        ]
    if finish.goes:
        lines.append(
            f"\nDecorators that can go: {len(finish.goes)}; {command} --phase 3 takes them away"
        )
        lines += [f"{each.file.name}:{each.node.lineno}: {each.path}" for each in finish.goes]
    if finish.stays:
        lines += [f"\nDecorators that stay: {len(finish.stays)}", report_stays(finish).rstrip("\n")]
    if observed is not None:
        lines += ["\nSeen in production:", *_observed(found, observed)]
    for name in found.unknown_signed_off:
        lines.append(f"\nsigned-off: {name} is no function with our decorator; take the name out")
    if history:
        lines += ["", *_trend(history)]
    lines.append("\nNothing is left." if found.is_done else "")
    return "".join(f"{line}\n" for line in lines).rstrip("\n") + "\n"


def _table(found: BurnDown) -> list[str]:
    names = [*sorted(found.folders), "total"]
    width = max(len(name) for name in ["folder", *names])
    rows = [(name or ".", found.folders[name]) for name in sorted(found.folders)]
    head = f"{'folder':{width}}  {'  '.join(TITLES)}"
    return [head, *(_row(name, counts, width) for name, counts in [*rows, ("total", found.total)])]


def _row(name: str, counts: Counts, width: int) -> str:
    cells = zip(TITLES, astuple(counts), strict=True)
    return f"{name:{width}}  {'  '.join(f'{number:{len(title)}d}' for title, number in cells)}"


def _observed(found: BurnDown, observed: dict[str, TextUse]) -> list[str]:
    lines = []
    for producer in sorted(found.producers, key=lambda each: (each.file.name, each.node.lineno)):
        use = use_of(producer, observed)
        name = f"{producer.file.name}:{producer.node.lineno}: {producer.path}"
        if use is None:
            lines.append(f"{name} was not called")
            continue
        signed = ", and is signed off" if producer in found.signed_off else ""
        lines.append(f"{name} gave text to {use.text} of {use.calls} calls{signed}")
        lines += [f"    {number} at {place}" for place, number in use.places.items()]
    return lines


def _trend(history: list[Entry]) -> list[str]:
    titles = (*TITLES, "shim", "decorators")
    lines = [f"{'date':10}  {'  '.join(titles)}"]
    for entry in history[-SHOWN_DAYS:]:
        cells = [
            f"{entry.get(key, '')!s:>{len(title)}}" for key, title in zip(KEYS, titles, strict=True)
        ]
        lines.append(f"{entry['date']}  {'  '.join(cells)}")
    return lines
