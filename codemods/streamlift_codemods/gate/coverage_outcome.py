"""A row of the verdict about coverage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..snapshots.outcome import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from .verdict import Verdict

NAME = "coverage of the sites"


def with_coverage(verdict: Verdict, least: float, requests: Path) -> Verdict:
    """Return *verdict* with a row about its coverage, if at *least* so many percent are asked for.

    The row is about *requests*, the file that more requests can be written to.
    """
    coverage = verdict.coverage
    if coverage is None or not least:
        return verdict
    enough = coverage.is_at_least(least)
    headline = "" if enough else f"{coverage.summary}, and {least:g} % are asked for"
    outcome = Outcome(
        name=NAME,
        state="same" if enough else "differs",
        headline=headline,
        detail="\n".join(f"no request ran through {site}" for site in coverage.uncovered),
        place=str(requests),
    )
    return replace(verdict, outcomes=(*verdict.outcomes, outcome))
