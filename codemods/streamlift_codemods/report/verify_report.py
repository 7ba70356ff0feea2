"""What `streamlift verify` found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..verify.verification import DIFFERS, FINE, UNKNOWN

if TYPE_CHECKING:
    from ..verify.verification import Fault, Verification, Verified

SHOWN = 160


def report(found: Verification, base: str) -> str:
    """Return a paragraph for each site that is not fine, and a summary; *base* is what the person typed."""
    left = [*found.of(DIFFERS), *found.of(UNKNOWN)]
    counts = ", ".join(f"{len(found.of(each))} {each}" for each in (FINE, DIFFERS, UNKNOWN))
    removed = f"; {found.removed} gone with a helper, fine at its calls" if found.removed else ""
    summary = f"Proved again against {base}: {counts}{removed}{_waiting(found.waiting)}.\n"
    return "".join([*map(_paragraph, left), summary])


def report_alone(number: int, faults: list[Fault], waiting: int) -> str:
    """Return a paragraph for each fault, and a summary.

    Args:
        number: How many chunk expressions there are.
        faults: What is wrong with some of them.
        waiting: How many sites phase 2 would rewrite now: somebody has added them since, or left them.
    """
    paragraphs = [
        f"{fault.file.name}:{fault.node.lineno}: {fault.detail}\n"
        f"    {_cut(fault.file.source.segment(fault.node))}\n\n"
        for fault in faults
    ]
    summary = f"Looked at {number} chunks: {len(faults)} faults{_waiting(waiting)}.\n"
    return "".join([*paragraphs, summary])


def _waiting(number: int) -> str:
    return f"; {number} still make text" if number else ""


def _paragraph(each: Verified) -> str:
    site, node = each.site, each.node
    line = node.lineno if node is not None else site.line
    lines = [
        f"{site.source.name}:{line}: {each.verdict} in {site.scope.path or 'the module'}: {each.detail}",
        f"    was  {_cut(site.shown)}",
    ]
    if node is not None and each.file is not None:
        lines.append(f"    is   {_cut(each.file.source.segment(node))}")
    return "".join(f"{each}\n" for each in lines) + "\n"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else f"{flat[: SHOWN - 1]}…"
