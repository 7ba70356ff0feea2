"""What a person reads: each finding with its source, the frame as it is read, verdict and reason; diffs."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from ..flow.consumers import consumers_of
from ..flow.units import units_of
from ..frames.frame_text import Option
from ..phases.named_chunks import becomes
from ..reasons import REASONS
from ..run import INTRODUCE
from .counted import counted
from .excerpt import excerpt
from .findings import findings_of, sentence
from .unified_diff import unified_diff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..colours import Paint
    from ..flow.consumers import Consumer
    from ..flow.units import Station, Supply, Unit
    from ..frames.frame_text import Frame, Text
    from ..frames.read_text import Hole, Part
    from ..plan import Plan
    from ..reading.project import Project
    from .findings import Finding

SHOWN = 100


def report_sites(plan: Plan, paths: list[Path], paint: Paint) -> str:
    """Return a paragraph for each finding, the units as trees, and a summary; *paths* are what the person typed."""
    units = units_of(plan)
    consumers = consumers_of(plan, units)
    return "".join(
        [
            *(_paragraph(finding, plan, paint) for finding in findings_of(plan)),
            *(_left(each, paint) for each in consumers if each.verdict != "converted"),
            *map(_tree, units),
            _summary(plan, paths, consumers),
        ]
    )


def report_changes(project: Project, changes: dict[str, bytes]) -> str:
    """Return the unified diff of *changes*."""
    pieces = []
    for name in sorted(changes):
        before = (project.read(name) or b"") if name in project.names else None
        pieces.append(unified_diff(name, before, changes[name]))
    return "".join(pieces)


def report_written(plan: Plan, changes: dict[str, bytes], phase: int) -> str:
    """Return what *phase* has written, what is left, and what to do next."""
    number = sum(site.verdict == "auto" for site in plan.sites)
    left = [site for site in plan.sites if site.verdict in {"review", "refused"}]
    lines = [f"{name}\n" for name in sorted(changes)]
    sites, files = counted(number, "site"), counted(len(changes), "file")
    done = (
        f"Put chunks beside {sites} in {files}"
        if phase == INTRODUCE
        else f"Migrated {sites} in {files}{_as_text(plan)}"
    )
    lines.append(f"{done}; {len(left)} left.\n")
    for reason, number in Counter(site.reason or "" for site in left).most_common():
        lines.append(f"  {number:4d} {reason}: {_meaning(reason)}\n")
    if changes:
        lines.append("Next: run your tests, then commit; streamlift undo takes it back.\n")
    if changes and phase == INTRODUCE:
        lines.append("Then let production compare both texts: STREAMLIFT_STAGE=shadow.\n")
    return "".join(lines)


def _summary(plan: Plan, paths: list[Path], consumers: list[Consumer]) -> str:
    verdicts = Counter(site.verdict for site in plan.sites)
    grades = Counter(site.grade for site in plan.sites if site.verdict == "auto")
    lines = [f"Found {counted(len(plan.sites), 'site')}"]
    if verdicts:
        lines[0] += ": " + ", ".join(
            f"{number} {verdict}" for verdict, number in verdicts.most_common()
        )
    if faults := plan.ignores.all_faults:
        lines.append(f"Comments: {counted(len(faults), 'fault')}")
    if grades:
        listed = ", ".join(f"{number} {grade}" for grade, number in grades.most_common())
        lines.append(f"Automatic: {listed}{_as_text(plan)}")
    if consumers:
        lines.append(_destinations(consumers))
    if grades:
        lines.append(f"Next: streamlift migrate {shlex.join(map(str, paths))} --phase 2")
    return "".join(f"{line}\n" for line in lines)


def _as_text(plan: Plan) -> str:
    """Return how many of the migrated sites no boundary sees a chunk of."""
    number = sum(site.as_text for site in plan.sites)
    return f", {number} of them as text" if number else ""


def _paragraph(finding: Finding, plan: Plan, paint: Paint) -> str:
    """Return the head of *finding*, its source, and what is said of it."""
    place = f"{finding.source.name}:{finding.line}:{finding.column}"
    head = f"{paint(place, 'bold')}: {paint(finding.code, 'red', 'bold')} {finding.headline}\n"
    shown = excerpt(finding.source, finding.span, paint)
    notes = [*_notes(finding, plan)]
    return f"{head}{shown}{''.join(_note(label, text, paint) for label, text in notes)}\n"


def _notes(finding: Finding, plan: Plan) -> Iterator[tuple[str, str]]:
    """Give what is said below the source of *finding*, each with its label."""
    site = finding.site
    if site is None:
        yield from (("why", finding.message), ("help", finding.remedy))
        return
    if site.helper is not None:
        yield "calls", site.helper.name
    if site.frame is not None:
        yield "reads", _cut(_shown_frame(site.frame))
    elif site.text is not None:
        yield "reads", _cut(repr(_shown(site.text)))
    if site.verdict == "auto" and site in plan.needs and plan.needs[site].verbatim:
        yield "hazard", "a line end in a value would break the frame, now as before"
    if (new := becomes(site, plan)) is not None:
        yield "becomes", _cut(" ".join(new.split()))
    elif site.reason:
        yield from (("why", finding.message), ("help", finding.remedy))


def _note(label: str, text: str, paint: Paint) -> str:
    return f"  {paint('=', 'blue')} {paint(label, 'bold')}: {text}\n"


def _left(consumer: Consumer, paint: Paint) -> str:
    """Return a paragraph for a place that goes on reading text."""
    file, node, reason = consumer.file, consumer.node, consumer.reason or ""
    source, span = file.source.on_disk(file.source.span(node))
    line, column = source.line_of(span.start), source.column_of(span.start)
    place = paint(f"{file.name}:{line}:{column}", "bold")
    head = f"{place}: {consumer.kind} {consumer.verdict} ({reason})"
    head += f" in {consumer.scope.path or 'the module'}\n"
    if consumer.source is None:  # most read what another service sends
        return f"{head}\n"
    shown = excerpt(source, span, paint)
    notes = _note("why", _meaning(reason), paint) + _note("help", _remedy(reason), paint)
    return f"{head}{shown}{notes}\n"


def _tree(unit: Unit) -> str:
    """Return the stations of *unit*: each end, and below it where it gets its frames from."""
    lines: list[str] = []
    drawn: set[Station] = set()
    for end in unit.ends:
        lines += _branch(end, 0, drawn)
    return "".join(f"{line}\n" for line in lines) + "\n"


def _branch(station: Station, depth: int, drawn: set[Station], how: str = "") -> Iterator[str]:
    """Give the line of *station* and those of its sources; of what was *drawn* before, the line only."""
    what = f"{station.kind} of {station.framework}" if station.framework else station.kind
    sites = f", {counted(len(station.sites), 'site')}" if station.sites else ""
    place = f"{station.file.name}:{station.line}"
    is_known = station in drawn and station.supplies
    yield f"{'    ' * depth}{how}{station.name} ({what}{sites}) {place}{' ...' if is_known else ''}"
    if is_known:
        return
    drawn.add(station)
    calls = Counter((supply.source, _way(supply)) for supply in station.supplies)
    for (source, way), number in calls.items():
        times = f"{number} calls of " if number > 1 else ""
        yield from _branch(source, depth + 1, drawn, f"{way} of {times}")


def _way(supply: Supply) -> str:
    """Return how a station gets the frames of another: from which boundary, or as text, and why."""
    reason = f" ({supply.reason})" if supply.reason else ""
    return (supply.boundary or "text") + reason


def _destinations(consumers: list[Consumer]) -> str:
    """Return how many endpoints, relays and readers of frames there are, and what becomes of them."""
    kinds = Counter(consumer.kind for consumer in consumers)
    verdicts = Counter(consumer.verdict for consumer in consumers)
    listed = ", ".join(counted(number, kind) for kind, number in kinds.most_common())
    outcome = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.most_common())
    return f"They go to {listed}: {outcome}"


def _shown_frame(frame: Frame[Hole]) -> str:
    if frame.comment is not None:
        return f"comment {_shown(frame.comment)}"
    return "  ".join(
        f"{field.name}{'?' * bool(field.option)}={_shown(field.value)}" for field in frame.fields
    )


def _shown(text: Text[Hole]) -> str:
    return "".join(map(_shown_part, text.parts))


def _shown_part(part: Part) -> str:
    if isinstance(part, Option):
        return f"[{_shown(part.text)}]"
    return part if isinstance(part, str) else f"⟨{' '.join(part.value.text.split())}⟩"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _meaning(reason: str) -> str:
    return REASONS[reason].meaning if reason in REASONS else reason


def _remedy(reason: str) -> str:
    return sentence(REASONS[reason].by_hand) if reason in REASONS else ""
