"""Coverage, as a person or a program reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..coverage.gaps import gaps

if TYPE_CHECKING:
    from ..coverage.site_coverage import SiteCoverage


def told_of(coverage: SiteCoverage | None) -> tuple[list[str], dict[str, object]]:
    """Return what people and programs are told; nothing if there is no coverage."""
    if coverage is None:
        return [], {}
    unread = [f"note: {each}" for each in coverage.unread]
    return [*coverage_lines(coverage), *unread], {"coverage": coverage_row(coverage)}


def coverage_lines(coverage: SiteCoverage) -> list[str]:
    """Return a summary, and a line for each site that nothing ran through."""
    if not coverage.requests:
        return ["there are no sites to cover"]
    lines = [coverage.summary]
    if not coverage.is_exact:
        lines[0] += ", told by lines: instructions have no columns there"
    if coverage.at_import:
        lines.append(f"{len(coverage.at_import)} of them ran at import only")
    return [*lines, *gaps(coverage)]


def coverage_row(coverage: SiteCoverage) -> dict[str, object]:
    """Return it as JSON has it."""
    return {
        "covered": coverage.number,
        "total": len(coverage.requests),
        "percent": coverage.percent,
        "exact": coverage.is_exact,
        "unread": list(coverage.unread),
        "sites": [
            {
                "path": site.path,
                "line": site.line,
                "function": site.function,
                "requests": list(names),
                "at_import": site in coverage.at_import,
            }
            for site, names in coverage.requests.items()
        ],
    }
