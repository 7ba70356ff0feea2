"""What the shim has seen of text use in production: the file that `streamlift_legacy.dump` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from ..flow.producers import Producer

SCHEMA = 1
REMEDY = "give a file that streamlift_legacy.dump has written"


@dataclass(frozen=True)
class TextUse:
    """How often a producer was called, and how often for text.

    Attributes:
        calls: The calls.
        text: Those whose text was read.
        places: How often at each place, as `file:line`.
    """

    calls: int
    text: int
    places: dict[str, int] = field(default_factory=dict)


def read_observed(path: Path) -> dict[str, TextUse]:
    """Return what was seen of each producer, by its name.

    Raises:
        UsageError: If *path* is no such file.
    """
    try:
        producers = _producers(json.loads(path.read_text(encoding="utf-8")))
        return {name: _use(seen) for name, seen in producers.items() if "text" in seen}
    except OSError as error:
        raise UsageError(str(path), f"cannot be read ({error.strerror})", REMEDY) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(str(path), "holds no observations", REMEDY) from error


def _producers(report: dict[str, object]) -> dict[str, dict[str, object]]:
    producers = report.get("producers")
    if report.get("schema") != SCHEMA or not isinstance(producers, dict):
        raise ValueError
    return producers


def _use(seen: dict[str, object]) -> TextUse:
    text, places = seen["text"], seen.get("text_at", {})
    calls = seen.get("calls", text)
    if not isinstance(text, int) or not isinstance(calls, int) or not isinstance(places, dict):
        raise TypeError
    return TextUse(calls, text, {str(place): int(number) for place, number in places.items()})


def use_of(producer: Producer, observed: dict[str, TextUse]) -> TextUse | None:
    """Return what was seen of *producer*, None if it never ran.

    What was run from another folder knows its modules by longer or shorter names.
    """
    name = f"{producer.file.module}:{producer.path}"
    exact = observed.get(name)
    near = [
        use
        for each, use in observed.items()
        if f".{each}".endswith(f".{name}") or f".{name}".endswith(f".{each}")
    ]
    return exact or (near[0] if len(near) == 1 else None)
