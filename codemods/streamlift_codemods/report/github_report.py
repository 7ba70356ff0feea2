"""`scan --format github`: annotations for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .findings import findings_of
from .github_commands import error_command
from .report_paths import path_from_here

if TYPE_CHECKING:
    from ..plan import Plan
    from .findings import Finding


def report(plan: Plan) -> str:
    """Return a line for each finding of *plan*, and for each file that could not be analysed."""
    project = plan.facts.project
    lines = [_annotation(finding) for finding in findings_of(plan)]
    for error in plan.facts.errors:
        name, _, line = error.place.partition(":")
        properties = {"title": f"streamlift ({error.reason})"}
        properties |= {"file": path_from_here(project.path_of(name)), "line": line or "1"}
        lines.append(error_command(properties, f"{error.problem}; {error.remedy}"))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    source, (start, end) = finding.source, finding.span
    properties = {
        "title": f"streamlift ({finding.code})",
        "file": path_from_here(source.path),
        "line": str(finding.line),
        "col": str(source.column_of(start)),
        "endLine": str(source.line_of(end)),
        "endColumn": str(source.column_of(end)),
    }
    return error_command(properties, f"{finding.headline}: {finding.message} {finding.remedy}")
