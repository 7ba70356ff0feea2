"""Colours, where a person looks: on a terminal, or where FORCE_COLOR asks for them and NO_COLOR does not.

https://no-color.org, https://force-color.org
"""

from __future__ import annotations

import os
import sys

CODES = {"bold": 1, "red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}


class Paint:
    """Colours text.

    Args:
        is_on: Whether it does; else it gives the text back.
    """

    def __init__(self, *, is_on: bool = False) -> None:
        self.is_on = is_on

    def __call__(self, text: str, *styles: str) -> str:
        """Return *text* in *styles*, names of `CODES`."""
        if not self.is_on or not text:
            return text
        return f"\x1b[{';'.join(str(CODES[style]) for style in styles)}m{text}\x1b[0m"

    def diff(self, text: str) -> str:
        """Return *text*, a unified diff, with its lines coloured."""
        return "".join(self._diff_line(line) for line in text.splitlines(keepends=True))

    def _diff_line(self, line: str) -> str:
        if line.startswith(("--- ", "+++ ")):
            return self(line, "bold")
        style = {"-": "red", "+": "green", "@": "cyan"}.get(line[:1])
        return self(line, style) if style else line


def paint_for_output() -> Paint:
    """Return what colours the report on the standard output, as the environment and the terminal ask."""
    if os.environ.get("NO_COLOR"):
        return Paint()
    if os.environ.get("FORCE_COLOR"):
        return Paint(is_on=True)
    return Paint(is_on=sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
