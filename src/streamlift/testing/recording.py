"""What a client and a server saw of one response: the value every recorder returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from streamlift.errors import StreamliftError

EndingKind = Literal["complete", "aborted", "disconnected"]
Recorder = Literal["asgi", "wsgi", "socket"]
Header = tuple[bytes, bytes]

CLOSING = "async_generator_athrow"
"""The task in which an event loop closes a generator that the garbage collector has found."""


class RecordingError(StreamliftError):
    """A response could not be recorded: no server, no HTTP, or no end within the time limit."""


class RecordingTimeoutError(RecordingError, TimeoutError):
    """A server or an application took longer than the time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a response ended.

    Attributes:
        kind: `complete` (the last message was sent), `aborted` (the server side stopped before
            it) or `disconnected` (the client went away).
        error: The type of the exception that left the application, `None` if it returned or if
            only the socket was watched. A complete response can have one: a background task ran
            after it.
        message: What the exception, or the socket, said. Not compared: texts hold addresses.
    """

    kind: EndingKind
    error: str | None = None
    message: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.kind if self.error is None else f"{self.kind} ({self.error})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleanup:
    """What the application had not tidied up when it returned, a few turns of the event loop later.

    Attributes:
        open_generators: Names of asynchronous generators that were started during the call and
            were still suspended: their `finally` waits for the garbage collector.
        collected_generators: Names of those that the garbage collector found first: their
            `finally` runs in another task.
        pending_tasks: Coroutine names of tasks that were started and had not ended.
        unhandled: Exception types that reached the event loop's exception handler.
    """

    open_generators: tuple[str, ...] = ()
    collected_generators: tuple[str, ...] = ()
    pending_tasks: tuple[str, ...] = ()
    unhandled: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Cleanup()

    def together_with(self, other: Cleanup) -> Cleanup:
        """Return what is left behind here or in *other*."""
        if self == other:
            return self
        both = {
            each.name: Counter(getattr(self, each.name)) | Counter(getattr(other, each.name))
            for each in fields(self)
        }
        return Cleanup(**{name: tuple(sorted(left.elements())) for name, left in both.items()})

    def is_within(self, other: Cleanup) -> bool:
        """Tell whether nothing is left behind here that is not left behind in *other* too.

        A generator that is open there and left to the garbage collector here is nothing new: what
        held it has gone earlier. Neither is the task in which the event loop closes it.
        """
        opened, collected, tasks, unhandled = (
            Counter(getattr(self, each.name)) - Counter(getattr(other, each.name))
            for each in fields(self)
        )
        freed = Counter(other.open_generators) - Counter(self.open_generators)
        closing = Counter({CLOSING: collected.total()})
        return not (opened or collected - freed or tasks - closing or unhandled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One response, as it was sent.

    Two recordings are equal if everything but the timing is.

    Attributes:
        status: `None` if the response never began.
        headers: Names and values as sent, in the order sent.
        messages: The body, one item an ASGI body message (empty ones and the last one too) or
            an HTTP chunk.
        ending: How it ended.
        recorder: From where it was seen. A socket shows neither an exception nor what was left
            behind, and its chunks and headers are the server's: two recorders tell different facts.
        cleanup: What was left behind; `None` where the recorder cannot see it, or nobody asks.
        status_line: The raw first line, from a socket only.
        times: Seconds from the call to each message.
    """

    status: int | None
    headers: tuple[Header, ...]
    messages: tuple[bytes, ...]
    ending: Ending
    recorder: Recorder
    cleanup: Cleanup | None = None
    status_line: bytes | None = None
    times: tuple[float, ...] = field(default=(), compare=False, repr=False)

    @property
    def body(self) -> bytes:
        """All messages joined."""
        return b"".join(self.messages)

    def without_cleanup(self) -> Recording:
        """Return what the client and the server's log can tell.

        An edge that closes its producer earlier than another one differs in `cleanup` only.
        """
        return replace(self, cleanup=None)


def exception_name(error: BaseException) -> str:
    """Return the qualified type name; that of an exception group names its members too.

    >>> exception_name(ValueError("x"))
    'ValueError'
    """
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    # Looked up by attribute: Python 3.10 has exception groups from a backport only.
    members = getattr(error, "exceptions", None)
    if isinstance(members, tuple):
        name += f"[{', '.join(map(exception_name, members))}]"
    return name
