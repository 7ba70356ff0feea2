"""What sort of difference there is, and where."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(str, Enum):
    """What sort of difference the first one is."""

    KEY_ORDER = "key order"
    SEPARATORS = "separators"
    ESCAPES = "escapes"
    NUMBER_FORM = "number form"
    MISSING_FIELD = "missing field"
    EXTRA_FIELD = "extra field"
    VALUE = "value"
    FRAMING = "framing"
    LINE_ENDING = "line ending"
    TERMINATOR = "terminator"
    FRAME_ORDER = "order of frames"
    TRUNCATION = "truncation"
    MISSING_FRAMES = "missing frames"
    EXTRA_FRAMES = "extra frames"
    DUPLICATE = "duplicate"

    def __str__(self) -> str:
        return self.value


class Finding(NamedTuple):
    """What a comparison found: as in `byte_diff.Difference`, without the two streams."""

    kind: Kind
    field: str | None = None
    path: str = ""
