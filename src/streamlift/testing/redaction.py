"""What a recording says differently in every run, and how that is left out of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Bytes of a response that may differ.

    Attributes:
        name: Names the placeholder.
        pattern: Finds them; if it has a group, they are that of the first one.
        json_path: Or says where they are in the JSON of each frame: `$.choices[*].id`.
        shape: What they have to match in full; a recording in which they do not differs.
    """

    name: str
    pattern: re.Pattern[bytes] | None = None
    json_path: str | None = None
    shape: re.Pattern[bytes] | None = None
