"""`StreamingChunk`: the one value that business code yields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from .errors import ChunkNotEncodedError
from .sse.grammar import LINE_ENDING, field

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StreamingChunk"]


class Encodable:
    """Holds the wire: the text or bytes of a chunk that has passed a boundary, else None.

    It is no field of the dataclass: `==`, `repr` and `dataclasses.asdict` tell the data only.
    """

    __slots__ = ("_wire",)

    _wire: str | bytes | None


# `__init__` is written out because a generated one would not set the wire slot.
@dataclass(slots=True, init=False)
class StreamingChunk(Encodable):
    """One item of a stream, as data: what to say, not how it is written on the wire.

    The constructor makes a *typed* chunk. Frames that these fields cannot hold are made with `of`
    (any JSON payload in its own key order), `raw`, `comment` and `done`.

    A chunk is encoded once, at a boundary (`SSE.stream`, `SSE.chunks`, `SSE.encoded`, `@producer`).
    From then on it carries its wire, and later changes of the payload no longer reach the client.

    Attributes:
        type: What kind of item this is: "content", "tool_result", "error", "complete", ...
        role: Who speaks.
        content: The text.
        tool_call_id: The tool call that this item answers.
        metadata: For the application itself; never on the wire.
    """

    type: str
    role: str | None = None
    content: str | None = None
    tool_call_id: str | None = None
    metadata: Mapping[str, object] | None = None

    def __init__(
        self,
        type: str,  # noqa: A002 - the field's name in the data model
        role: str | None = None,
        content: str | None = None,
        tool_call_id: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        self.type = type
        self.role = role
        self.content = content
        self.tool_call_id = tool_call_id
        self.metadata = metadata
        self._wire = None  # type: ignore[misc]  # mypy forgets the slots of the base

    @staticmethod
    def of(
        payload: object,
        event: object = None,
        id: object = None,  # noqa: A002 - the field's name in the standard
        retry: object = None,
    ) -> PayloadChunk:
        """Return a chunk that holds any JSON *payload*, in its own key order.

        Args:
            payload: What the contract's JSON dialect will encode; kept by reference.
            event: The event's type; like the other two, `None` is "absent" and anything else is
                rendered at once, as an f-string would.
            id: The last event ID.
            retry: The reconnection time in milliseconds.
        """
        # Keywords may also be positional: Python 3.11 makes such a call in fewer steps. No class call: that takes twice as long as to fill a new object here.
        chunk: PayloadChunk
        if event is None and id is None and retry is None:
            chunk = _new(PayloadChunk)
        else:
            chunk = _new(PayloadWithFieldsChunk)
            _render_fields(chunk, event, id, retry)
        chunk._wire = None  # noqa: SLF001 - a chunk of ours
        chunk.payload = payload
        return chunk

    @staticmethod
    def raw(
        text: object,
        *,
        event: object = None,
        id: object = None,  # noqa: A002 - the field's name in the standard
        retry: object = None,
    ) -> RawChunk:
        """Return a chunk whose data is *text* as an f-string renders it, now; not JSON."""
        chunk = _new(RawChunk)
        chunk._wire = None  # noqa: SLF001 - a chunk of ours
        chunk.text = format(text, "")
        _render_fields(chunk, event, id, retry)
        return chunk

    @staticmethod
    def comment(text: object = "") -> CommentChunk:
        """Return a comment, which clients skip: a ping, a note."""
        chunk = _new(CommentChunk)
        chunk._wire = None  # noqa: SLF001 - a chunk of ours
        chunk.text = format(text, "")
        return chunk

    @staticmethod
    def done() -> DoneChunk:
        """Return the sentinel of the contract, `[DONE]` unless it says otherwise."""
        chunk = _new(DoneChunk)
        chunk._wire = None  # noqa: SLF001 - a chunk of ours
        return chunk

    def to_dict(self) -> dict[str, object]:
        """Return the type and the fields that hold something; a payload chunk: its payload's items.

        Falsy fields are left out, so it gives other bytes than most hand-made frames: contracts do
        not use it, only `SSEFormatter.format_chunk` on the class does.
        """
        result: dict[str, object] = {"type": self.type}
        if self.role:
            result["role"] = self.role
        if self.content:
            result["content"] = self.content
        if self.tool_call_id:
            result["tool_call_id"] = self.tool_call_id
        return result

    def replace(self, **changes: object) -> StreamingChunk:
        """Return a new chunk with *changes* of its constructor's arguments, not encoded yet."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        return self.__class__(**{**values, **changes})

    __replace__ = replace

    def json(self) -> Any:
        """Return the JSON value that a reader of the encoded chunk gets: a fresh one at each call.

        Raises:
            ChunkNotEncodedError: If the chunk has not passed a boundary.
            json.JSONDecodeError: If the data is not JSON, as from `json.loads`.
        """
        wire: str | bytes | None = getattr(self, "_wire", None)
        if wire is None:
            raise ChunkNotEncodedError(self)
        text = wire if isinstance(wire, str) else wire.decode("utf-8", "surrogatepass")
        try:
            return json.loads(_data_of(text))
        except json.JSONDecodeError:
            # Old code that indents its JSON writes bare line endings into the frame; its own
            # readers cut the field name off and load the rest, so this does the same.
            head, colon, rest = text.partition("data:")
            if not colon or (head and head[-1] not in "\r\n"):
                raise
            return json.loads(rest.removeprefix(" "))


_new = object.__new__


class ConstructedChunk(StreamingChunk):
    """A chunk that is not typed: the fields of a typed chunk are None."""

    __slots__ = ()

    # Class attributes hide the slots, so that making one of these chunks need not fill them.
    role = None
    content = None
    tool_call_id = None
    metadata = None
    _parts: tuple[str, ...] = ()
    _make: Callable[..., StreamingChunk]

    def replace(self, **changes: object) -> StreamingChunk:
        """Return a new chunk with *changes* of its constructor's arguments, not encoded yet."""
        return self._make(**{**{name: getattr(self, name) for name in self._parts}, **changes})

    __replace__ = replace

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._parts)

    __hash__ = None  # type: ignore[assignment]  # mutable, like the typed chunk

    # The default state would be that of the hidden slots too.
    def __getstate__(self) -> tuple[object, ...]:
        return (self._wire, *(getattr(self, name) for name in self._parts))

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for name, value in zip(("_wire", *self._parts), state, strict=True):
            if getattr(self, name, self) is not value:  # what the class says cannot be set
                setattr(self, name, value)


class PayloadChunk(ConstructedChunk):
    """What `StreamingChunk.of` returns."""

    __slots__ = ("payload",)
    _parts = ("payload", "event", "id", "retry")

    payload: object
    event: str | None = None
    id: str | None = None
    retry: str | None = None

    @property
    def type(self) -> str:  # type: ignore[override]  # derived: there is nothing to set
        """The payload's "type" if that is a str, else the event, else "message"."""
        payload = self.payload
        if isinstance(payload, Mapping):
            kind = payload.get("type")
            if isinstance(kind, str):
                return kind
        return "message" if self.event is None else self.event

    def to_dict(self) -> dict[str, object]:
        """Return a shallow copy of the payload if it is a mapping, else only the type."""
        payload = self.payload
        return dict(payload) if isinstance(payload, Mapping) else {"type": self.type}

    _make = staticmethod(StreamingChunk.of)

    def __repr__(self) -> str:
        return _call("of", self.payload, self)


class PayloadWithFieldsChunk(PayloadChunk):
    """What `StreamingChunk.of` returns if it is given an event, an id or a retry."""

    __slots__ = ("event", "id", "retry")


class RawChunk(ConstructedChunk):
    """What `StreamingChunk.raw` returns."""

    __slots__ = ("event", "id", "retry", "text")
    _parts = ("text", "event", "id", "retry")

    text: str
    event: str | None
    id: str | None
    retry: str | None

    @property
    def type(self) -> str:  # type: ignore[override]  # derived: there is nothing to set
        """The event, else "message": the standard's own default."""
        return "message" if self.event is None else self.event

    _make = staticmethod(StreamingChunk.raw)

    def __repr__(self) -> str:
        return _call("raw", self.text, self)


class CommentChunk(ConstructedChunk):
    """What `StreamingChunk.comment` returns."""

    __slots__ = ("text",)
    _parts = ("text",)

    text: str
    type = "comment"

    _make = staticmethod(StreamingChunk.comment)

    def __repr__(self) -> str:
        return f"StreamingChunk.comment({self.text!r})"


class DoneChunk(ConstructedChunk):
    """What `StreamingChunk.done` returns."""

    __slots__ = ()

    type = "done"

    _make = staticmethod(StreamingChunk.done)

    def __repr__(self) -> str:
        return "StreamingChunk.done()"


def _render_fields(
    chunk: PayloadChunk | RawChunk, event: object, last_event_id: object, retry: object
) -> None:
    chunk.event = event if event is None else format(event, "")
    chunk.id = last_event_id if last_event_id is None else format(last_event_id, "")
    chunk.retry = retry if retry is None else format(retry, "")


def _call(constructor: str, data: object, chunk: PayloadChunk | RawChunk) -> str:
    """Return the call that makes an equal chunk."""
    given = {"event": chunk.event, "id": chunk.id, "retry": chunk.retry}
    fields_given = (f", {name}={value!r}" for name, value in given.items() if value is not None)
    return f"StreamingChunk.{constructor}({data!r}{''.join(fields_given)})"


def _data_of(frame: str) -> str:
    """Return the data buffer that a client has after *frame*."""
    data = []
    for line in LINE_ENDING.split(frame):
        name, value = field(line)
        if name == "data":
            data.append(value)
    return "\n".join(data)
