"""What a gate has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..coverage.site_coverage import SiteCoverage
    from ..snapshots.outcome import Outcome
    from .migrated_tree import Migrated


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a gate has found.

    Attributes:
        base: What it started from.
        new: What that is compared with.
        outcomes: A row for each request and each new tree or stage, and for what else was asked for.
        coverage: Which sites of the base the requests ran through; None if that was not watched.
        migrated: What was done with the new tree; None if it was taken as it is.
        told: What a person should know of the trees.
        advice: What helps if the base does not send the same twice.
    """

    base: str
    new: str
    outcomes: tuple[Outcome, ...]
    coverage: SiteCoverage | None = None
    migrated: Migrated | None = None
    told: tuple[str, ...] = ()
    advice: str = ""
