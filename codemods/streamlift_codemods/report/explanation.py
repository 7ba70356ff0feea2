"""`explain CODE`: a rule or a reason in full."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from ..codes import unknown_code
from ..reasons import REASONS
from ..rules import RULES

if TYPE_CHECKING:
    from ..reasons import Reason


def explain(code: str) -> str:
    """Return what *code*, of a rule or a reason, means.

    Raises:
        UsageError: If there is no such code.
    """
    if code.upper() in RULES:
        rule = RULES[code.upper()]
        return f"{rule.code} {rule.name}\n\n{rule.meaning}\n\n  before  {rule.before}\n  after   {rule.after}\n"
    if code in REASONS:
        return _explained(REASONS[code])
    raise unknown_code(code, code)


def _explained(reason: Reason) -> str:
    example = reason.example
    parts = [reason.code, reason.meaning]
    if example is not None:
        parts += ["For example:", indent(example.before, "    ")]
    parts.append(f"By hand: {reason.by_hand}.")
    if example is not None and example.after:
        parts.append(indent(example.after, "    "))
    return "\n\n".join(parts) + "\n"
