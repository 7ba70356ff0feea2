"""Bytes of an event stream to events, without input or output: the standard's parser.

The whole of https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
and of the section on interpretation after it, in time linear in the input however it is cut.
"""

from __future__ import annotations

import math
from typing import ClassVar, Final, NamedTuple

from ..errors import StreamliftError
from .grammar import BOM, DEFAULT_TYPE, field, reconnection_time

# Peers: httpx2 1 MiB an event, axio-sse 32 Mi characters, most others none. Partial images of model
# APIs are lines of several MiB.
DEFAULT_MAX_BYTES: Final = 32 * 1024 * 1024
DEFAULT_MAX_DATA_LINES: Final = 100_000

_CR: Final = 0x0D
_LF: Final = 0x0A


class Event(NamedTuple):
    """One dispatched event.

    Attributes:
        type: The event's type, "message" unless the stream says otherwise.
        data: Its data lines, joined by line feeds.
        last_event_id: The last event ID at its dispatch; an earlier event may have set it.
    """

    type: str
    data: str
    last_event_id: str


class EventStreamLimit(StreamliftError, ValueError):
    """An event stream went beyond a limit of its decoder.

    Attributes:
        maximum: The limit.
        events: The events that the same `feed` had completed before; none is lost.
    """

    subject: ClassVar[str]
    unit: ClassVar[str]

    def __init__(self, maximum: int, events: list[Event]) -> None:
        super().__init__(f"{self.subject} of more than {maximum:,} {self.unit}")
        self.maximum = maximum
        self.events = events

    def __reduce__(self) -> tuple[type[EventStreamLimit], tuple[int, list[Event]]]:
        # The default would call the class with the message alone.
        return type(self), (self.maximum, self.events)


class LineTooLong(EventStreamLimit):
    """A line has more bytes than `max_line_bytes`, its line ending not counted."""

    subject, unit = "a line", "bytes"


class EventTooLong(EventStreamLimit):
    """The lines of one event have more bytes than `max_event_bytes`.

    Every field and comment counts, and one byte for each line ending.
    """

    subject, unit = "an event", "bytes"


class TooManyDataLines(EventStreamLimit):
    """An event has more data lines than `max_data_lines`."""

    subject, unit = "an event", "data lines"


class Decoder:
    """An incremental decoder of one event stream.

    What it returns, and the error it may end with, do not depend on how the input is cut. Invalid
    UTF-8 becomes U+FFFD, as the standard says. Instances share nothing.

    Args:
        max_line_bytes: The longest line that is accepted, None for any.
        max_event_bytes: The longest event that is accepted, None for any.
        max_data_lines: The largest number of data lines in one event, None for any.

    Attributes:
        last_event_id: What a client sends as `Last-Event-ID` when it connects again.
        retry: The reconnection time in milliseconds, None until the stream sets one.
    """

    __slots__ = (
        "_data",
        "_event_bytes",
        "_event_type",
        "_failure",
        "_id",
        "_in_event",
        "_max_data_lines",
        "_max_event_bytes",
        "_max_line_bytes",
        "_partial",
        "_unchecked_bytes",
        "_unsettled",
        "last_event_id",
        "retry",
    )

    def __init__(
        self,
        *,
        max_line_bytes: int | None = DEFAULT_MAX_BYTES,
        max_event_bytes: int | None = DEFAULT_MAX_BYTES,
        max_data_lines: int | None = DEFAULT_MAX_DATA_LINES,
    ) -> None:
        self._max_line_bytes = math.inf if max_line_bytes is None else max_line_bytes
        self._max_event_bytes = math.inf if max_event_bytes is None else max_event_bytes
        self._max_data_lines = math.inf if max_data_lines is None else max_data_lines
        # Input that cannot break a byte limit is not looked at line by line.
        self._unchecked_bytes = min(self._max_line_bytes, self._max_event_bytes)
        self.last_event_id = ""
        self.retry: int | None = None
        self._begin()

    def _begin(self) -> None:
        self._partial = bytearray()
        # The next bytes may be a BOM or the line feed of a CRLF that was cut.
        self._unsettled: bytes | None = b""
        self._failure: EventStreamLimit | None = None
        self._data: list[str] = []
        self._event_type = ""
        self._event_bytes = 0
        self._id = self.last_event_id
        self._in_event = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that *chunk* completes, in order.

        A carriage return ends its line at once; a line feed that follows it in the next chunk
        belongs to the same line ending.

        Raises:
            EventStreamLimit: If the stream goes beyond a limit. `close` makes the decoder usable
                for another stream; until then `feed` raises again.
        """
        if self._unsettled is not None:
            chunk = self._settle(self._unsettled, chunk)
        if b"\r" in chunk:
            if chunk[-1] == _CR:
                self._unsettled = b"\r"
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        # Only whole lines are decoded. A line ending is never inside a UTF-8 sequence, not even an
        # invalid one, so this gives the text of an incremental decoder.
        end = chunk.rfind(b"\n") + 1
        events: list[Event] = []
        if end:
            lines = chunk[:end]
            if self._partial:
                lines = b"".join((self._partial, lines))
                self._partial.clear()
            if len(lines) + self._event_bytes <= self._unchecked_bytes:
                self._take(lines, events)
            else:
                self._take_checked(lines, events)
        if end != len(chunk):
            self._partial += chunk[end:]
            if len(self._partial) + self._event_bytes > self._unchecked_bytes:
                self._check_line(len(self._partial), events)
        return events

    def close(self) -> None:
        """End the stream: what is not dispatched is dropped, as the standard says.

        The last event ID and the reconnection time stay: the decoder goes on with the bytes of the
        next connection.
        """
        self._begin()

    def _settle(self, seen: bytes, chunk: bytes) -> bytes:
        """Return *chunk* without a BOM at the start of the stream or the rest of a line ending."""
        if self._failure is not None:
            raise type(self._failure)(self._failure.maximum, [])
        if seen == b"\r":
            if chunk:
                self._unsettled = None
            return chunk[1:] if chunk[:1] == b"\n" else chunk
        start = seen + chunk
        if len(start) < len(BOM) and BOM.startswith(start):
            self._unsettled = start
            return b""
        self._unsettled = None
        return start.removeprefix(BOM)

    def _take(self, lines: bytes, events: list[Event]) -> None:
        """Interpret whole lines, each with its line feed."""
        blocks = lines.decode("utf-8", "replace").split("\n\n")
        rest = blocks.pop()
        if self._in_event and blocks:
            self._interpret(blocks.pop(0), events)
            self._dispatch(events)
        last_event_id = self.last_event_id
        new, append = tuple.__new__, events.append
        for block in blocks:
            # Nearly every event of a model API is one `data: ` line, alone or after an `event: `
            # line: no need to go through its lines.
            if block[:6] == "data: " and "\n" not in block:
                append(new(Event, (DEFAULT_TYPE, block[6:], last_event_id)))
                continue
            name, _, data = block.partition("\n")
            if name[:7] == "event: " and data[:6] == "data: " and "\n" not in data:
                append(new(Event, (name[7:] or DEFAULT_TYPE, data[6:], last_event_id)))
                continue
            self._interpret(block, events)
            self._dispatch(events)
            last_event_id = self.last_event_id
        if not rest:
            self._event_bytes = 0
            return
        self._interpret(rest[:-1], events)
        blank_line = lines.rfind(b"\n\n")
        if blank_line >= 0:
            self._event_bytes = len(lines) - blank_line - 2
        elif lines[0] == _LF:
            self._event_bytes = len(lines) - 1
        else:
            self._event_bytes += len(lines)

    def _take_checked(self, lines: bytes, events: list[Event]) -> None:
        """Do what `_take` does, a line at a time, with an eye on the byte limits."""
        for line in lines[:-1].split(b"\n"):
            if line:
                self._check_line(len(line), events)
                self._event_bytes += len(line) + 1
                if self._event_bytes > self._max_event_bytes:
                    self._fail(EventTooLong, self._max_event_bytes, events)
            else:
                self._event_bytes = 0
            self._interpret(line.decode("utf-8", "replace"), events)

    def _check_line(self, length: int, events: list[Event]) -> None:
        """Raise the error of the limit that the first *length* bytes of a line break first."""
        event_bytes_left = self._max_event_bytes - self._event_bytes
        if length > self._max_line_bytes <= event_bytes_left:
            self._fail(LineTooLong, self._max_line_bytes, events)
        if length > event_bytes_left:
            self._fail(EventTooLong, self._max_event_bytes, events)

    def _fail(self, error: type[EventStreamLimit], maximum: float, events: list[Event]) -> None:
        self._begin()
        self._failure = error(int(maximum), events)
        raise self._failure

    def _interpret(self, lines: str, events: list[Event]) -> None:
        """Process lines, the last one without its line feed; a blank one dispatches.

        https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
        """
        for line in lines.split("\n"):
            if not line:
                self._dispatch(events)
                continue
            self._in_event = True
            name, value = field(line)
            if name == "data":
                self._data.append(value)
                if len(self._data) > self._max_data_lines:
                    self._fail(TooManyDataLines, self._max_data_lines, events)
            elif name == "event":
                self._event_type = value
            elif name == "id":
                if "\0" not in value:
                    self._id = value
            elif name == "retry":
                retry = reconnection_time(value)
                if retry is not None:
                    self.retry = retry

    def _dispatch(self, events: list[Event]) -> None:
        """Dispatch the event, if it has data, and begin the next one.

        https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
        """
        self.last_event_id = self._id
        if self._data:
            data = "\n".join(self._data)
            events.append(Event(self._event_type or DEFAULT_TYPE, data, self._id))
            self._data = []
        self._event_type = ""
        self._in_event = False
