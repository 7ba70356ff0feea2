"""`explain CODE`: a rule or a reason in full."""

from __future__ import annotations

import difflib

from ..errors import UsageError
from ..reasons import REASONS
from ..rules import RULES


def explain(code: str) -> str:
    """Return what *code*, of a rule or a reason, means.

    Raises:
        UsageError: If there is no such code.
    """
    if code.upper() in RULES:
        rule = RULES[code.upper()]
        return f"{rule.code} {rule.name}\n\n{rule.meaning}\n\n  before  {rule.before}\n  after   {rule.after}\n"
    if code in REASONS:
        reason = REASONS[code]
        return f"{reason.code}\n\n{reason.meaning}\n\nBy hand: {reason.by_hand}.\n"
    near = difflib.get_close_matches(code, [*RULES, *REASONS], n=1)
    hint = f"did you mean {near[0]}?" if near else "scan shows the codes"
    raise UsageError(code, "is neither a rule nor a reason", hint)
