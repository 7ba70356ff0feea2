"""What is executed, before Python 3.12: the frames of watched code are traced.

A process has one tracer; so this cannot go with a debugger, or with what measures the coverage of tests.
https://docs.python.org/3.11/library/sys.html#sys.settrace
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, TypeVar

from .tracing_error import TracingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, FrameType

    from _typeshed import TraceFunction

Piece = TypeVar("Piece")

REMEDY = "record without coverage (--no-coverage), or on Python 3.12 or newer"


class OpcodeEvents:
    """Calls *note* with what belongs to each instruction that is executed.

    Args:
        offsets_of: Gives what belongs to the instructions of a code object, by their offset.
        note: Takes what belongs to one of them.
    """

    def __init__(
        self, offsets_of: Callable[[CodeType], Mapping[int, Piece]], note: Callable[[Piece], None]
    ) -> None:
        self._offsets_of = offsets_of
        self._note = note

    def start(self) -> None:
        """Begin to watch, in this thread and in those that are started from now on.

        Raises:
            TracingError: If the process has a tracer.
        """
        if (other := sys.gettrace()) is not None:
            raise TracingError(f"this process is traced already, by {other}; {REMEDY}")
        self._thread = threading.get_ident()
        self._tracer: TraceFunction = self._begun
        threading.settrace(self._tracer)
        sys.settrace(self._tracer)

    def repeat(self) -> None:
        """Do nothing: every instruction is told of each time.

        Raises:
            TracingError: If something else has become the tracer of this thread.
        """
        if threading.get_ident() == self._thread and sys.gettrace() is not self._tracer:
            told = f"the application has called sys.settrace({sys.gettrace()})"
            raise TracingError(f"{told}; {REMEDY}")

    def stop(self) -> None:
        if sys.gettrace() is self._tracer:
            sys.settrace(None)
        threading.settrace(None)

    def _begun(self, frame: FrameType, _: str, __: object) -> TraceFunction | None:
        if not self._offsets_of(frame.f_code):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return self._executed

    def _executed(self, frame: FrameType, event: str, _: object) -> TraceFunction:
        if event == "opcode":
            pieces = self._offsets_of(frame.f_code).get(frame.f_lasti)
            if pieces is not None:
                self._note(pieces)
        return self._executed
