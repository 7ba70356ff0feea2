"""Which sites a run is about, by the codes of their rules and reasons: `--select SL101,SL104 --ignore carrier-log`."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..reasons import REASONS
from ..rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = "ALL"
NAMES = {rule.name: code for code, rule in RULES.items()}


@dataclass(frozen=True)
class Codes:
    """Codes of rules, which may be cut short (`SL10`), and of reasons.

    Attributes:
        selected: What is wanted; without one, everything.
        ignored: What is not. As in ruff, the longer code decides.
    """

    selected: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def allow(self, code: str, reason: str | None) -> bool:
        """Return whether a site of the rule *code*, which is left or stays text for *reason*, is wanted."""
        selected = _closeness(self.selected, code, reason) if self.selected else 0
        ignored = _closeness(self.ignored, code, reason)
        return selected > ignored or (not self.selected and ignored < 0)


def _closeness(codes: tuple[str, ...], code: str, reason: str | None) -> float:
    """Return how much of *code* or *reason* the closest of *codes* names; less than nothing if none does."""
    if reason in codes:
        return math.inf
    return max((len(each) for each in codes if code.startswith(each)), default=-1)


def read_codes(option: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return the codes in *values* of *option*, which may hold several each.

    Raises:
        UsageError: If one of them is the beginning of no code.
    """
    written = [each.strip() for value in values for each in value.split(",")]
    return tuple(_read(option, each) for each in written if each)


def _read(option: str, written: str) -> str:
    upper = written.upper()
    if upper == ALL:
        return ""
    if any(code.startswith(upper) for code in RULES):
        return upper
    if written in REASONS:
        return written
    if written in NAMES:
        return NAMES[written]
    raise unknown_code(written, f"{option} {written}")


def unknown_code(written: str, place: str) -> UsageError:
    """Return the error that *written*, at *place*, is no code, with the nearest one."""
    near = difflib.get_close_matches(written, [*RULES, *REASONS, *NAMES], n=1)
    near = near or difflib.get_close_matches(written.upper(), RULES, n=1)
    hint = f"did you mean {near[0]}?" if near else "scan shows the codes"
    return UsageError(place, "is neither a rule nor a reason", hint)
