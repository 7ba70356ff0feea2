"""Where the new text of a site differs from the old one, without the data in them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stages import Stage

AROUND = 24
"""Bytes that are shown before and after the first that differs."""

_MASK = (
    bytes(
        ord("x") if chr(byte).isalpha() else ord("0") if chr(byte).isdigit() else byte
        for byte in range(128)
    )
    + b"?" * 128
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A text that the contract writes in another way than the old code, or cannot write.

    Values are the data of people: letters are shown as x, digits as 0, other alphabets as ?.

    Attributes:
        producer: The name of the producer: `package.module:Class.method`.
        line: The line of its `either`.
        stage: The stage that it was in.
        frame: Which text of the stream it is, counted from 0.
        error: The class of the error in the place of the new text, "" if there was none.
        kind: What sort of difference it is: "separators", "value", ...; "" if that is unknown.
        offset: The first byte of the text that differs.
        field: The field it is in, None if it is not inside one of the standard's.
        path: Where it is in the JSON of that field: `$.choices[0].delta`. Keys that are no
            identifiers may be data too.
        old: What the old text has around that byte.
        new: What the new text has there.
    """

    producer: str
    line: int
    stage: Stage
    frame: int
    error: str = ""
    kind: str = ""
    offset: int = 0
    field: str | None = None
    path: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        where = f"{self.producer}, line {self.line}: frame {self.frame} of a stream ({self.stage})"
        if self.error:
            return f"{where}: the new text ended in {self.error}"
        place = "".join(f" {part}" for part in (self.field, self.path) if part)
        return f"{where} differs from byte {self.offset} on:{place} ({self.kind}): old {self.old!r}, new {self.new!r}"

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {**asdict(self), "stage": str(self.stage)}

    def at(self, old: str | bytes, new: str | bytes) -> Divergence:
        """Return it with the place where these texts differ."""
        # Not needed as long as nothing differs.
        from streamlift.testing.differences.byte_diff import difference

        found = difference(_as_bytes(old), _as_bytes(new))
        if found is None:
            return self
        return replace(
            self,
            kind=str(found.kind),
            offset=found.offset,
            field=found.field if found.field in _FIELDS else None,
            path=_UNUSUAL_KEY.sub(_masked_key, found.path),
            old=_masked(found.expected, found.offset),
            new=_masked(found.actual, found.offset),
        )


_FIELDS = ("data", "event", "id", "retry", "")
_UNUSUAL_KEY = re.compile(r'"(?:[^"\\]|\\.)*"')


def _masked_key(key: re.Match[str]) -> str:
    return _masked(key[0].encode("utf-8", "surrogatepass"), 0)


def _as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _masked(text: bytes, offset: int) -> str:
    part = text[max(0, offset - AROUND) : offset + AROUND]
    return part.translate(_MASK).decode("ascii")
