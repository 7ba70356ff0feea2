"""What a body says that was compressed for its way."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..recording import Recording

WINDOWS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 15}
"""How each coding is told to zlib: https://docs.python.org/3/library/zlib.html#zlib.decompressobj"""


def coding_of(recording: Recording) -> str:
    """Return how the body is compressed, `""` if it is not."""
    codings = [value for name, value in recording.headers if name.lower() == b"content-encoding"]
    coding = b", ".join(codings).strip().lower()
    return "" if coding == b"identity" else coding.decode("latin-1")


def decoded(recording: Recording) -> bytes | None:
    """Return what the compressed body says, as far as it goes; `None` if it cannot be read here."""
    window = WINDOWS.get(coding_of(recording).encode("latin-1"))
    if window is None:
        return None
    left, text = recording.body, b""
    try:
        while left:  # a message may be compressed by itself
            reader = zlib.decompressobj(window)
            text += reader.decompress(left)
            left = reader.unused_data
    except zlib.error:
        return None
    return text
