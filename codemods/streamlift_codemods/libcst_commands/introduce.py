"""`python -m libcst.tool codemod introduce.Introduce PATH`."""

from __future__ import annotations

from .one_file import OneFileCommand


class Introduce(OneFileCommand):
    """Phase 1."""

    DESCRIPTION = "Put StreamingChunk data beside hand-made Server-Sent Events, behind a flag."
    PHASE = 1
