"""The shim that goes away again: everything here is for code that is on its way to chunks."""

from .adapted_chunk import AdaptedChunk
from .adapter import adapt
from .background import flush
from .configuration import configure
from .divergence import Divergence
from .either import Wire, begin
from .frame_rewriter import UnrecoverableDialect
from .observed import dump, observations
from .stages import Stage
from .text_use import observe_text

__all__ = [
    "AdaptedChunk",
    "Divergence",
    "Stage",
    "UnrecoverableDialect",
    "Wire",
    "adapt",
    "begin",
    "configure",
    "dump",
    "flush",
    "observations",
    "observe_text",
]
