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
    waiting = f"; {found.waiting} still make text" if found.waiting else ""
    summary = f"Proved again against {base}: {counts}{waiting}.\n"
    return "".join([*map(_paragraph, left), summary])


def report_alone(number: int, faults: list[Fault]) -> str:
    """Return a paragraph for each fault, and a summary; *number* is that of the chunk expressions."""
    paragraphs = [
        f"{fault.file.name}:{fault.node.lineno}: {fault.detail}\n"
        f"    {_cut(fault.file.source.segment(fault.node))}\n\n"
        for fault in faults
    ]
    return "".join([*paragraphs, f"Looked at {number} chunks: {len(faults)} faults.\n"])


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
