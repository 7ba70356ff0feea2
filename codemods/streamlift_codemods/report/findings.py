"""The findings of a plan: what makes `scan` fail, in the order of the files. Every format but JSON is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..frames.fingerprint import fingerprints
from ..phases.named_chunks import becomes
from ..reasons import REASONS
from ..rules import RULES, code_of
from ..selection.left_alone import FINDINGS

if TYPE_CHECKING:
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.literals import Span
    from ..reading.source import SourceFile
    from ..selection.ignores import IgnoreFault


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        code: The rule.
        source: The file.
        span: What is marked in it.
        headline: Verdict and function in a few words.
        message: What the tool saw, as a sentence.
        remedy: What a person can do, as a sentence; or the new expression.
        site: The site; None for what is wrong with a comment.
        fingerprint: The id of the site.
    """

    code: str
    source: SourceFile
    span: Span
    headline: str
    message: str
    remedy: str
    site: Site | None = None
    fingerprint: str = ""

    @property
    def line(self) -> int:
        return self.source.line_of(self.span.start)

    @property
    def column(self) -> int:
        return self.source.column_of(self.span.start)


def findings_of(plan: Plan) -> list[Finding]:
    """Return the findings of *plan*, in order of file and place."""
    ids = fingerprints(plan.sites, plan.facts.project.root)
    found = [_of_site(site, plan, ids[site]) for site in plan.sites if site.verdict in FINDINGS]
    found += map(_of_fault, plan.ignores.all_faults)
    return sorted(found, key=lambda each: (each.source.name, each.span, each.code))


def _of_site(site: Site, plan: Plan, fingerprint: str) -> Finding:
    code = code_of(site, plan.contents.get(site))
    detail = site.grade or site.reason or ""
    as_text = ", as text" if site.as_text else ""
    phase = ", in phase 1" if site.is_beside else ""
    outcome = f"{site.verdict} ({detail}{as_text}{phase})" if detail else site.verdict
    headline = f"{outcome} in {site.scope.path or 'the module'}"
    message, remedy = _advice(site, code, plan)
    source, span = site.source.on_disk(site.source.span(site.node))
    return Finding(code, source, span, headline, message, remedy, site, fingerprint)


def _advice(site: Site, code: str, plan: Plan) -> tuple[str, str]:
    """Return what the tool saw at *site*, and what to do about it."""
    if site.reason in REASONS:
        reason = REASONS[site.reason]
        return reason.meaning, sentence(reason.by_hand)
    new = " ".join((becomes(site, plan) or "").split())
    remedy = f"streamlift migrate --phase 2 writes {new}" if new else ""
    return RULES[code].meaning, remedy or "streamlift migrate --phase 2 rewrites it"


def _of_fault(fault: IgnoreFault) -> Finding:
    name = RULES[fault.code].name
    message, remedy = sentence(fault.message), sentence(fault.remedy)
    source, span = fault.source.on_disk(fault.span)
    return Finding(fault.code, source, span, name, message, remedy)


def sentence(text: str) -> str:
    """Return *text*, which begins small and has no full stop, as a sentence."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""
