"""Streams as data in business code, as Server-Sent Events at the edge, byte for byte."""

from .chunk import StreamingChunk
from .errors import ChunkNotEncodedError, StreamliftError, UnframeableField
from .json_dialect import JSONDialect, ModelDialect, ORJSONDialect
from .sse.formatter import SSEFormatter, format_as_sse
from .sse.producer import producer

__all__ = [
    "ChunkNotEncodedError",
    "JSONDialect",
    "ModelDialect",
    "ORJSONDialect",
    "SSEFormatter",
    "StreamingChunk",
    "StreamliftError",
    "UnframeableField",
    "format_as_sse",
    "producer",
]
