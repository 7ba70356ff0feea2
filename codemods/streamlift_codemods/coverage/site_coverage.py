"""Which requests ran through which sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlift.testing.tracing.span import Span

    from .traced_site import TracedSite, TracedSites

    Executed = Mapping[str, frozenset[Span]]

WHOLE = 100


@dataclass(frozen=True)
class SiteCoverage:
    """What the requests of a file ran through.

    Attributes:
        requests: The names of the requests that ran through each site.
        at_import: The sites that were executed before the first request only, such as those outside of functions.
        is_exact: Whether it was told by instructions; else it was told by lines.
        unread: What is told of files that could not be analysed, so that their sites are missing here.
    """

    requests: Mapping[TracedSite, tuple[str, ...]]
    at_import: frozenset[TracedSite]
    is_exact: bool = True
    unread: tuple[str, ...] = ()

    @property
    def uncovered(self) -> list[TracedSite]:
        """The sites that nothing ran through."""
        return [
            site
            for site, names in self.requests.items()
            if not names and site not in self.at_import
        ]

    @property
    def number(self) -> int:
        """How many sites are covered."""
        return len(self.requests) - len(self.uncovered)

    @property
    def percent(self) -> int:
        """How much of the sites is covered; a hundred only if all are."""
        if not self.uncovered:
            return WHOLE
        return min(round(WHOLE * self.number / len(self.requests)), WHOLE - 1)

    @property
    def summary(self) -> str:
        """All of it in one line."""
        total = len(self.requests)
        noun = "site" if total == 1 else "sites"
        return f"covered {self.number} of {total} {noun} ({self.percent} %)"

    def is_at_least(self, percent: float) -> bool:
        """Return whether so much of the sites is covered."""
        return WHOLE * self.number >= percent * len(self.requests)


def site_coverage(
    traced: TracedSites,
    executed: Mapping[str, Executed],
    at_import: Executed,
    *,
    is_exact: bool = True,
) -> SiteCoverage:
    """Return the coverage of what was *traced* by what each request, and the import of the app, has *executed*."""

    def has(own: Executed, site: TracedSite) -> bool:
        return site.span in own.get(site.path, ())

    requests = {
        site: tuple(name for name, own in executed.items() if has(own, site))
        for site in traced.sites
    }
    early = frozenset(site for site in traced.sites if has(at_import, site) and not requests[site])
    return SiteCoverage(requests, early, is_exact, traced.unread)
