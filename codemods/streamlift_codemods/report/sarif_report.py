"""`scan --format sarif`: SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .. import __version__
from ..rules import RULES
from .explanation import explain, rule_page
from .findings import findings_of, sentence
from .report_paths import path_from_here

if TYPE_CHECKING:
    from ..errors import UnreadableSource
    from ..plan import Plan
    from ..reading.literals import Span
    from ..reading.project import Project
    from ..reading.source import SourceFile
    from ..rules import Rule
    from .findings import Finding

Row = dict[str, object]
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BASE = "%SRCROOT%"


def report(plan: Plan) -> str:
    """Return the report of *plan* as SARIF text."""
    errors = plan.facts.errors
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder that the tool ran in."}}},
        "invocations": [
            {
                "executionSuccessful": not errors,
                "toolExecutionNotifications": [
                    _notification(error, plan.facts.project) for error in errors
                ],
            }
        ],
        "results": [_result(finding) for finding in findings_of(plan)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _driver() -> Row:
    return {
        "name": "streamlift",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }


def _rule(rule: Rule) -> Row:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.meaning},
        "help": {"text": explain(rule.code), "markdown": rule_page(rule)},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(finding: Finding) -> Row:
    site = finding.site
    row: Row = {
        "ruleId": finding.code,
        "ruleIndex": [*RULES].index(finding.code),
        "level": "warning",
        "message": {"text": f"{finding.message} {finding.remedy}"},
        "locations": [_location(finding.source.path, _region(finding.source, finding.span))],
    }
    if site is not None:
        row["partialFingerprints"] = {"site/v1": finding.fingerprint}
        row["properties"] = {"verdict": site.verdict, "grade": site.grade, "reason": site.reason}
    return row


def _location(path: Path, region: Row) -> Row:
    uri = path_from_here(path)
    inside = {"uri": quote(uri), "uriBaseId": BASE}
    artifact = {"uri": path.as_uri()} if Path(uri).is_absolute() else inside
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _region(source: SourceFile, span: Span) -> Row:
    return {
        "startLine": source.line_of(span.start),
        "startColumn": _column(source, span.start),
        "endLine": source.line_of(span.end),
        "endColumn": _column(source, span.end),
    }


def _column(source: SourceFile, offset: int) -> int:
    """Return the column of *offset*, from 1, in UTF-16 code units."""
    before = source.text[source.line_start(offset) : offset]
    return len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1


def _notification(error: UnreadableSource, project: Project) -> Row:
    name = error.place.partition(":")[0]
    return {
        "level": "error",
        "descriptor": {"id": error.reason},
        "message": {"text": f"{sentence(error.problem)} {sentence(error.remedy)}"},
        "locations": [_location(project.path_of(name), {"startLine": error.line or 1})],
    }
