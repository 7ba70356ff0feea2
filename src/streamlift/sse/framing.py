"""How a contract's frames are written, apart from the JSON in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from streamlift.errors import UnframeableField

from .grammar import LINE_ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Framing(NamedTuple):
    """What a contract says apart from its JSON dialect."""

    event: str | None
    keys: Mapping[str, tuple[str, ...]]
    fields: tuple[str, ...]
    space: bool
    terminator: str
    sentinel: str
    encoding: str | None
    strict: bool
    frame: Callable[..., str | bytes] | None

    @property
    def line_ending(self) -> str:
        """The line ending that goes with the terminator."""
        if self.terminator.endswith("\r\n"):
            return "\r\n"
        return self.terminator[-1] if self.terminator.endswith(("\n", "\r")) else "\n"

    def label(self, name: str) -> str:
        """Return what stands before the value of field *name*; of a comment, if it is empty."""
        return f"{name}: " if self.space else f"{name}:"

    def data(self, text: str) -> str:
        """Return the value of the data field: of several data lines if strict."""
        if self.strict and ("\n" in text or "\r" in text):
            return f"{self.line_ending}{self.label('data')}".join(LINE_ENDING.split(text))
        return text

    def comment(self, text: str) -> str:
        """Return the lines of a comment."""
        lines = LINE_ENDING.split(text) if self.strict else [text]
        return self.line_ending.join(self.label("") + line if line else ":" for line in lines)

    def check(self, name: str, value: str) -> None:
        """Refuse a *value* that field *name* cannot carry.

        https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

        Raises:
            UnframeableField: If event or id holds a line ending, id a NULL, or retry is not made
                of ASCII digits only.
        """
        if "\n" in value or "\r" in value:
            raise UnframeableField(name, value, "must not hold a line ending")
        if name == "id" and "\0" in value:
            raise UnframeableField(name, value, "must not hold a NULL: clients ignore such an id")
        if name == "retry" and not _ASCII_DIGITS(value):
            raise UnframeableField(name, value, "must be ASCII digits: milliseconds")


_ASCII_DIGITS = re.compile(r"[0-9]+").fullmatch
