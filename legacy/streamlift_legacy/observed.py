"""What was seen while old and new stood side by side, as plain values."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .atomic_count import AtomicCount
from .background import BACKGROUND

if TYPE_CHECKING:
    from .divergence import Divergence

SCHEMA = 1

MOST = 4096
"""Producers, and in each of them reasons, that are counted apart."""

OTHERS = "(others)"


class Counts(dict[str, AtomicCount]):
    """Counts by name; beyond `MOST` names all others are one."""

    def __missing__(self, name: str) -> AtomicCount:
        return self.setdefault(name if len(self) < MOST else OTHERS, AtomicCount())

    def values_by_name(self) -> dict[str, int]:
        return {name: self[name].value for name in sorted(self)}


class Tally:
    """What was seen of one producer.

    Attributes:
        counts: "shadow_streams", "live_streams": how often it began in that stage;
            "inconclusive_streams": how many of them had a text that could not be compared. "match",
            "mismatch" and "error" (the new text could not be made): how many texts.
        inconclusive: Why texts were not compared: reason -> how many.
        text_at: Where text was asked for, as `file:line` -> how often; see `observe_text`.
        first: The first divergence.
    """

    __slots__ = ("counts", "first", "inconclusive", "text_at")

    def __init__(self) -> None:
        self.counts = Counts()
        self.inconclusive = Counts()
        self.text_at = Counts()
        self.first: Divergence | None = None

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it."""
        plain: dict[str, object] = {**self.counts.values_by_name()}
        if self.inconclusive:
            plain["inconclusive"] = self.inconclusive.values_by_name()
        if self.text_at:
            plain["text_at"] = self.text_at.values_by_name()
        if self.first is not None:
            plain["first_divergence"] = self.first.plain()
        return plain


class Tallies(dict[str, Tally]):
    """Tallies by the producers' names; beyond `MOST` producers all others have one."""

    def __missing__(self, name: str) -> Tally:
        return self.setdefault(name if len(self) < MOST else OTHERS, Tally())


TALLIES = Tallies()

if hasattr(os, "register_at_fork"):
    # What the parent has seen, it counts itself; and its locks may be held here for ever.
    os.register_at_fork(after_in_child=TALLIES.clear)


def observations() -> dict[str, object]:
    """Return what was seen in this process since it began or was forked, as a plain value.

    `{"schema": 1, "producers": {"package.module:Class.method": {"match": 120, ...}}}`
    """
    return {
        "schema": SCHEMA,
        "producers": {name: TALLIES[name].plain() for name in sorted(TALLIES)},
        "reports": {"dropped": BACKGROUND.dropped.value, "failed": BACKGROUND.failed.value},
    }


def dump(path: str | os.PathLike[str]) -> None:
    """Write the observations to *path*, as JSON; a reader sees the old file or the new one.

    Raises:
        OSError: If that is not possible.
    """
    target = Path(path)
    written = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        written.write_text(json.dumps(observations(), indent=2) + "\n", encoding="utf-8")
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)
