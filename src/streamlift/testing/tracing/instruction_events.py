"""What is executed, from Python 3.12 on: each instruction tells of itself once.

Several tools can watch at the same time, each under a number of its own: coverage.py, debuggers.
https://docs.python.org/3/library/sys.monitoring.html
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from .tracing_error import TracingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType

Piece = TypeVar("Piece")

NUMBERS = (3, 4, 5, 2, 0, 1)
"""The numbers that a tool may have; the first ones are nobody's by convention."""

NAME = "streamlift"

if sys.version_info >= (3, 12):
    EVENTS = sys.monitoring.events

    WATCHED = EVENTS.INSTRUCTION | EVENTS.LINE
    """Lines too: where the last tool that watches a line disables that, as coverage.py does, the first
    instruction of the line would not tell of itself."""

    class InstructionEvents:
        """Calls *note* with what belongs to each instruction that is executed.

        Args:
            offsets_of: Gives what belongs to the instructions of a code object, by their offset.
            note: Takes what belongs to one of them.
        """

        def __init__(
            self,
            offsets_of: Callable[[CodeType], Mapping[int, Piece]],
            note: Callable[[Piece], None],
        ) -> None:
            self._offsets_of = offsets_of
            self._note = note
            self._watched: list[CodeType] = []

        def start(self) -> None:
            """Begin to watch.

            Raises:
                TracingError: If no number is free.
            """
            free = [number for number in NUMBERS if sys.monitoring.get_tool(number) is None]
            if not free:
                names = [sys.monitoring.get_tool(number) for number in NUMBERS]
                raise TracingError(
                    f"too many tools watch this process: {', '.join(map(str, names))}"
                )
            self._number = free[0]
            sys.monitoring.use_tool_id(self._number, NAME)
            sys.monitoring.register_callback(self._number, EVENTS.PY_START, self._begun)
            sys.monitoring.register_callback(self._number, EVENTS.INSTRUCTION, self._executed)
            sys.monitoring.register_callback(self._number, EVENTS.LINE, _go_on)
            sys.monitoring.set_events(self._number, EVENTS.PY_START)

        def repeat(self) -> None:
            """Tell again of instructions that have been told of."""
            sys.monitoring.restart_events()

        def stop(self) -> None:
            sys.monitoring.set_events(self._number, EVENTS.NO_EVENTS)
            for code in self._watched:
                sys.monitoring.set_local_events(self._number, code, EVENTS.NO_EVENTS)
            sys.monitoring.free_tool_id(self._number)

        def _begun(self, code: CodeType, _: int) -> object:
            if self._offsets_of(code) and not sys.monitoring.get_local_events(self._number, code):
                self._watched.append(code)
                sys.monitoring.set_local_events(self._number, code, WATCHED)
            return sys.monitoring.DISABLE

        def _executed(self, code: CodeType, offset: int) -> object:
            pieces = self._offsets_of(code).get(offset)
            if pieces is not None:
                self._note(pieces)
            return sys.monitoring.DISABLE

    def _go_on(_: CodeType, __: int) -> None:
        """Let the line tell again."""
