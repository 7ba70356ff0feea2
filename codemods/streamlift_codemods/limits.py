"""What a run is limited to, if that is not everything in the selected files, and what it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .frames.sites import Site

OTHER = "other-producer"
IGNORED = "ignored"
BASELINED = "in-baseline"
NOT_SELECTED = "not-selected"
DECLINED = "declined"
VERDICTS = {
    OTHER: "suppressed",
    IGNORED: "suppressed",
    NOT_SELECTED: "suppressed",
    DECLINED: "suppressed",
    BASELINED: "baselined",
}
"""What becomes of a site that is left alone, by the reason."""

MIXED_VERDICTS = {reason: verdict for reason, verdict in VERDICTS.items() if reason != BASELINED}
"""What becomes of the sites that share a place with it. Beside a baselined site a new one is no less new."""

Place = tuple[str, int, int]


@dataclass(frozen=True)
class Limits:
    """What may be changed.

    Attributes:
        sites: The file, line and column of each site; None for all.
        functions: The file and path of each function that may be changed, and each producer whose callers may;
            None for all.
        left: The sites that are left alone all the same, and why.
    """

    sites: frozenset[Place] | None = None
    functions: frozenset[tuple[str, str]] | None = None
    left: Mapping[Place, str] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Whether it is not all of the selected files that may be changed."""
        return self.sites is not None or self.functions is not None

    def refusal(self, site: Site) -> str | None:
        """Return why *site* may not be changed, None if it may."""
        place = place_of(site)
        is_other = self.sites is not None and place not in self.sites
        return self.left.get(place, OTHER if is_other else None)

    def allow_call(self, of: tuple[str, str], in_: tuple[str, str]) -> bool:
        """Return whether a call of a producer in a function, each a file and a path, may get a boundary."""
        return self.functions is None or not self.functions.isdisjoint({of, in_})


def place_of(site: Site) -> Place:
    """Return the file, line and column of *site*."""
    return site.source.name, site.node.lineno, site.node.col_offset
