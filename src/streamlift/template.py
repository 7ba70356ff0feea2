"""Text in the source of an f-string."""

from __future__ import annotations


def literal(text: str) -> str:
    """Return *text* as it stands in the template of an f-string."""
    return text.replace("{", "{{").replace("}", "}}")
