"""What no request ran through, as a person is told it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .site_coverage import SiteCoverage
    from .traced_site import TracedSite


def gaps(coverage: SiteCoverage) -> list[str]:
    """Return a line for each function with sites that nothing ran through."""
    functions: dict[tuple[str, str], list[TracedSite]] = {}
    for site in coverage.uncovered:
        functions.setdefault((site.path, site.function), []).append(site)
    return [f"no request ran through {_shown(sites)}" for sites in functions.values()]


def _shown(sites: list[TracedSite]) -> str:
    """Return the first of *sites*, all of one function, and the lines of the others."""
    lines = [str(line) for line in dict.fromkeys(site.line for site in sites[1:])]
    if not lines:
        return str(sites[0])
    return f"{sites[0]}, nor line{'' if len(lines) == 1 else 's'} {', '.join(lines)}"
