"""The shim that goes away again: everything here is for code that is on its way to chunks."""

from .adapted_chunk import AdaptedChunk
from .adapter import adapt
from .frame_rewriter import UnrecoverableDialect

__all__ = ["AdaptedChunk", "UnrecoverableDialect", "adapt"]
