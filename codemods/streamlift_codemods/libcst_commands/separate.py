"""`python -m libcst.tool codemod separate.Separate PATH`."""

from __future__ import annotations

from .one_file import OneFileCommand


class Separate(OneFileCommand):
    """Phase 2."""

    DESCRIPTION = (
        "Move hand-made Server-Sent Events of one file to StreamingChunk data, byte for byte."
    )
    PHASE = 2
