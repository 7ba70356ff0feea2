"""The chunk behind a frame of old code: its wire is that frame, its fields are read from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlift.chunk import StreamingChunk
from streamlift.sse.grammar import DEFAULT_TYPE, LINE_ENDING, field

from .frame_rewriter import PAYLOAD_KEYS, FrameRewriter, UnrecoverableDialect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SENTINEL = "[DONE]"
_FIELDS = ("event", "id", "retry")


@dataclass(frozen=True, slots=True)
class _View:
    """What a client reads in one frame.

    Attributes:
        data: The data, None if there is no data line.
        payload: The data as JSON if that is an object, else None.
        fields: The other fields that are there, as written.
    """

    data: str | None
    payload: Mapping[str, object] | None
    fields: Mapping[str, str]


class AdaptedChunk(StreamingChunk):
    """One frame of old code, as a chunk that formats to exactly that frame.

    Its fields are read from the frame when they are asked for, and cannot be set: a change goes
    through `replace`. It equals a chunk with the same wire.
    """

    __slots__ = ("_cached_view",)

    _cached_view: _View
    metadata = None

    def __init__(self, wire: str | bytes) -> None:
        self._wire: str | bytes = wire

    @property
    def _view(self) -> _View:
        try:
            return self._cached_view
        except AttributeError:
            self._cached_view = _read(self._text)
            return self._cached_view

    @property
    def _text(self) -> str:
        wire = self._wire
        return wire if isinstance(wire, str) else wire.decode("utf-8", "replace")

    @property
    def type(self) -> str:  # type: ignore[override]  # read from the frame: nothing to set
        """The payload's "type" if that is a str, else the event, else "message".

        "done" for the sentinel `[DONE]`; "comment" for a frame that dispatches nothing.
        """
        view = self._view
        kind = view.payload.get("type") if view.payload is not None else None
        if isinstance(kind, str):
            return kind
        event = view.fields.get("event")
        if event:
            return event
        if view.data is None:
            return "comment"
        return "done" if view.data == _SENTINEL else DEFAULT_TYPE

    def _payload_text(self, key: str) -> str | None:
        payload = self._view.payload
        value = payload.get(key) if payload is not None else None
        return value if isinstance(value, str) else None

    @property
    def role(self) -> str | None:  # type: ignore[override]  # as type
        """The payload's "role" if that is a str."""
        return self._payload_text("role")

    @property
    def content(self) -> str | None:  # type: ignore[override]  # as type
        """The payload's "content" if that is a str."""
        return self._payload_text("content")

    @property
    def tool_call_id(self) -> str | None:  # type: ignore[override]  # as type
        """The payload's "tool_call_id" if that is a str."""
        return self._payload_text("tool_call_id")

    @property
    def event(self) -> str | None:
        """The event field as written."""
        return self._view.fields.get("event")

    @property
    def id(self) -> str | None:
        """The id field as written."""
        return self._view.fields.get("id")

    @property
    def retry(self) -> str | None:
        """The retry field as written."""
        return self._view.fields.get("retry")

    def to_dict(self) -> dict[str, object]:
        """Return a fresh copy of the payload if that is a JSON object, else only the type."""
        payload = self._view.payload
        return {"type": self.type} if payload is None else dict(self.json())

    def replace(self, **changes: object) -> StreamingChunk:
        """Return a chunk whose frame is this one but for *changes*, written as its code would.

        Args:
            changes: `payload` for the whole JSON payload; type, role, content, tool_call_id for one
                key of it; event, id, retry for a field that the frame has.

        Raises:
            UnrecoverableDialect: If the frame leaves open what its code would have written: its
                data is not exactly what `json.dumps` gives with some options, or several options
                that fit it write the change differently, or there is no such field.
            UnframeableField: If event, id or retry would hold a line ending.
            TypeError: If a change has another name, or the payload is not serialisable.
        """
        unknown = changes.keys() - {"payload", *PAYLOAD_KEYS, *_FIELDS}
        if unknown:
            raise TypeError(f"replace() got an unexpected keyword argument {min(unknown)!r}")
        if not changes:
            return self
        rewriter = FrameRewriter(self._wire)
        if changes.keys() & {"payload", *PAYLOAD_KEYS}:
            rewriter.change_payload(changes, may_be_event="event" not in changes)
        for name in _FIELDS:
            if name in changes:
                rewriter.set_field(name, format(changes[name], ""))
        return self.__class__(rewriter.wire())

    __replace__ = replace

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(self._wire == other._wire)

    __hash__ = None  # type: ignore[assignment]  # as for every chunk

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self._wire!r})"

    def __reduce__(self) -> tuple[Callable[..., AdaptedChunk], tuple[str | bytes]]:
        return self.__class__, (self._wire,)


class FragmentChunk(AdaptedChunk):
    """Text of old code that is not a whole frame: it is only passed on.

    The unterminated end of a stream, the parts of a frame that something else came between, text
    that is no event stream.
    """

    __slots__ = ()

    @property
    def _view(self) -> _View:
        return _View(self._text, None, {})

    def replace(self, **changes: object) -> StreamingChunk:
        """Refuse *changes*: this is not a whole frame.

        Raises:
            UnrecoverableDialect: If there are changes.
        """
        if changes:
            raise UnrecoverableDialect(self._wire, "is not a whole frame")
        return self

    __replace__ = replace


def _read(text: str) -> _View:
    data: list[str] = []
    fields: dict[str, str] = {}
    for line in LINE_ENDING.split(text.removeprefix("\ufeff")):
        name, value = field(line)
        if name == "data":
            data.append(value)
        elif name in _FIELDS:
            fields[name] = value
    if not data:
        return _View(None, None, fields)
    joined = "\n".join(data)
    try:
        payload = json.loads(joined)
    except (ValueError, RecursionError):
        payload = None
    return _View(joined, payload if isinstance(payload, dict) else None, fields)
