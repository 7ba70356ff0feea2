"""A row of the verdict about what phase 1 itself has counted: whether chunk and text were the same."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..snapshots.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

NAME = "chunk and text, as counted by streamlift_legacy"
FAULTS = ("mismatch", "error")


def beside_outcome(
    observations: Sequence[Mapping[str, Any]], group: str, requests: Path
) -> Outcome | None:
    """Return the row of *group*; None if no producer has made a chunk beside its text.

    The row is about *requests*, the file that says what was sent.
    """
    producers = [pair for each in observations for pair in each["producers"].items()]
    counted = Counter[str]()
    for _, counts in producers:
        counted.update({name: counts.get(name, 0) for name in ("match", *FAULTS)})
        counted["inconclusive"] += sum(counts.get("inconclusive", {}).values())
    if not any(counted.values()):
        return None
    told = ", ".join(f"{number} {name}" for name, number in counted.items() if number)
    differs = any(counted[name] for name in FAULTS)
    return Outcome(
        name=NAME,
        state="differs" if differs else "same",
        headline=told if differs else "",
        detail="\n".join(_lines(producers)),
        place=str(requests),
        group=group,
        is_request=False,
    )


def _lines(producers: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    for name, counts in producers:
        faults = [f"{counts[fault]} {fault}" for fault in FAULTS if counts.get(fault)]
        if faults:
            yield f"{name}: {', '.join(faults)}"
            if "first_divergence" in counts:
                yield f"    {json.dumps(counts['first_divergence'], ensure_ascii=False)}"
        for reason, number in counts.get("inconclusive", {}).items():
            yield f"{name}: {number} not compared: {reason}"
