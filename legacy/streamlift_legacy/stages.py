"""The stages of a producer in phase 1, and the rules by which it is in one of them."""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stage(str, Enum):
    """Which of its two texts a producer serves.

    Attributes:
        OFF: The old one; no chunk is made.
        SHADOW: The old one; the new one is made and compared with it.
        LIVE: The new one; it is compared with the old one.
    """

    OFF = "off"
    SHADOW = "shadow"
    LIVE = "live"

    def __str__(self) -> str:
        return self.value


class Rules:
    """What decides the stages, as it was when it was last looked at.

    Args:
        killed: Whether every producer is off, whatever else is said.
        patterns: Patterns of producers' names, with a stage each; the last that matches decides.
        default: The stage of the others, None if nothing is said of them.

    Attributes:
        all_off: Whether every producer is off whose own code does not say another stage.
    """

    __slots__ = ("_default", "_patterns", "all_off", "killed")

    def __init__(
        self,
        *,
        killed: bool = False,
        patterns: Sequence[tuple[str, Stage]] = (),
        default: Stage | None = None,
    ) -> None:
        self.killed = killed
        self.all_off = killed or (not patterns and default in (None, Stage.OFF))
        self._patterns = patterns
        self._default = default

    def stage_of(self, name: str, own: Stage | None) -> Stage:
        """Return the stage of the producer *name*, whose own code says *own*."""
        if self.killed:
            return Stage.OFF
        for pattern, stage in reversed(self._patterns):
            if fnmatchcase(name, pattern):
                return stage
        return own or self._default or Stage.OFF


def read_patterns(text: str) -> tuple[list[tuple[str, Stage]], list[str]]:
    """Return the patterns that *text* gives a stage, and what of it cannot be understood.

    One `pattern = stage` a line, or between commas; a stage alone is that of every producer; `#`
    begins a comment. What cannot be understood switches off what its pattern names: who writes
    `* = of` in a hurry is served the old text.
    """
    patterns: list[tuple[str, Stage]] = []
    problems: list[str] = []
    for line in text.splitlines():
        for entry in filter(str.strip, line.partition("#")[0].split(",")):
            name, equals, stage = entry.partition("=")
            pattern = (name.strip() if equals else "") or "*"
            try:
                patterns.append((pattern, Stage((stage if equals else name).strip().lower())))
            except ValueError:
                patterns.append((pattern, Stage.OFF))
                problems.append(entry.strip())
    return patterns, problems
