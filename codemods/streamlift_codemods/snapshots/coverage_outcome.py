"""A row about coverage, beside those about the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..coverage.gaps import gaps
from .outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..coverage.site_coverage import SiteCoverage

NAME = "coverage of the sites"


def with_coverage(
    outcomes: Sequence[Outcome], coverage: SiteCoverage | None, least: float, requests: Path
) -> list[Outcome]:
    """Return *outcomes* with a row about *coverage*, if at *least* so many percent are asked for.

    The row is about *requests*, the file that more requests can be written to.
    """
    if coverage is None or not least:
        return [*outcomes]
    enough = coverage.is_at_least(least)
    row = Outcome(
        name=NAME,
        state="same" if enough else "differs",
        headline="" if enough else f"{coverage.summary}, and {least:g} % are asked for",
        detail="\n".join(gaps(coverage)),
        place=str(requests),
        is_request=False,
    )
    return [*outcomes, row]
