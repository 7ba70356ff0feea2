"""Everything that the runtime raises by itself, on one page."""

from __future__ import annotations


class StreamliftError(Exception):
    """The base of every error that streamlift raises by itself."""


class UnframeableField(StreamliftError, ValueError):
    """A field value that no event stream can carry.

    Raised by strict contracts only: a contract recovered from old code writes what that code wrote.

    Attributes:
        field: The field's name: "event", "id", "retry" or "data".
        value: The refused value.
        rule: The rule that it breaks, as a clause: "must not hold a line ending".
    """

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field}: {value!r} {rule}")
        self.field = field
        self.value = value
        self.rule = rule

    def __reduce__(self) -> tuple[type[UnframeableField], tuple[str, object, str]]:
        return type(self), (self.field, self.value, self.rule)


class ChunkNotEncodedError(StreamliftError, ValueError):
    """`chunk.json()` was called on a chunk that has not passed a boundary.

    Attributes:
        chunk: The chunk.
    """

    def __init__(self, chunk: object) -> None:
        super().__init__(
            f"{chunk!r} is not encoded yet: take it from SSE.chunks(...) or SSE.encoded(...)"
        )
        self.chunk = chunk

    def __reduce__(self) -> tuple[type[ChunkNotEncodedError], tuple[object]]:
        return type(self), (self.chunk,)
