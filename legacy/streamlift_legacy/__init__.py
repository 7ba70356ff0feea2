"""The shim that goes away again: everything here is for code that is on its way to chunks."""

from .adapted_chunk import AdaptedChunk, UnrecoverableDialect
from .adapter import adapt

__all__ = ["AdaptedChunk", "UnrecoverableDialect", "adapt"]
