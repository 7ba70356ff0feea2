"""`explain CODE`: a rule or a reason in full; and the page of a rule, which says the same."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from ..reasons import REASONS
from ..rules import RULES
from ..selection.codes import unknown_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..reasons import Reason
    from ..rules import Rule


def explain(code: str) -> str:
    """Return what *code*, of a rule or a reason, means.

    Raises:
        UsageError: If there is no such code.
    """
    if code.upper() in RULES:
        return _explained_rule(RULES[code.upper()])
    if code in REASONS:
        return _explained(REASONS[code])
    raise unknown_code(code, code)


def rule_page(rule: Rule) -> str:
    """Return the page of *rule* in Markdown."""
    parts = [f"# {rule.code} {rule.name}"]
    for title, text, is_code in _sections(rule):
        parts.append(f"```python\n{text}\n```" if is_code else text)
        if title:
            parts.insert(-1, f"## {title}")
    return "\n\n".join(parts) + "\n"


def _sections(rule: Rule) -> Iterator[tuple[str, str, bool]]:
    """Give the parts of what is said of *rule*: a title, the text, and whether that is code."""
    example = rule.example
    yield "", rule.meaning, False
    yield "Why", rule.why, False
    yield "For example", example.before, True
    if example.after:
        who = "A person makes of it" if example.is_by_hand else "Phase 2 makes of it"
        yield who, example.after, True
    yield "By hand", rule.by_hand, False
    if rule.code < "SL9" and rule.code != "SL100":
        on_line = f"# streamlift: ignore[{rule.code}]       on a line of the site"
        in_file = f"# streamlift: ignore-file[{rule.code}]  anywhere in the file"
        yield "To leave it as it is", f"{on_line}\n{in_file}", True


def _explained_rule(rule: Rule) -> str:
    parts = [f"{rule.code} {rule.name}"]
    for title, text, is_code in _sections(rule):
        if is_code:
            parts += [f"{title}:", indent(text, "    ")]
        else:
            parts.append(f"{title}: {text}" if title else text)
    return "\n\n".join(parts) + "\n"


def _explained(reason: Reason) -> str:
    example = reason.example
    parts = [reason.code, reason.meaning]
    if example is not None:
        parts += ["For example:", indent(example.before, "    ")]
    parts.append(f"By hand: {reason.by_hand}.")
    if example is not None and example.after:
        parts.append(indent(example.after, "    "))
    return "\n\n".join(parts) + "\n"
