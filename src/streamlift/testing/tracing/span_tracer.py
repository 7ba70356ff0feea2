"""Tell which pieces of source files are executed, exactly: by the instructions that were made of them.

Only code with such a piece is watched. Whoever executes it counts: other threads, tasks, generators
that are resumed elsewhere, modules that are imported late. Other processes are not seen.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from .span_offsets import has_columns, spans_by_offset

if sys.version_info >= (3, 12):
    from .instruction_events import InstructionEvents as Events
else:
    from .opcode_events import OpcodeEvents as Events

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import CodeType

    from typing_extensions import Self

    from .span import Span

    Executed = Mapping[str, frozenset[Span]]
    Piece = tuple[str, Span]
    Offsets = Mapping[int, tuple[Piece, ...]]

NOTHING: Offsets = {}


class SpanTracer:
    """Watches as long as its `with` block runs.

    Args:
        spans: The pieces of each file, by its path.

    Attributes:
        is_exact: Whether instructions have columns. Else a whole line counts: before Python
            3.11, or with `-X no_debug_ranges`.

    Raises:
        TracingError: When the block is entered, if another tool is in the way.
    """

    is_exact = has_columns()

    def __init__(self, spans: Mapping[str, Collection[Span]]) -> None:
        self._files = {os.path.realpath(path): (path, [*own]) for path, own in spans.items() if own}
        self._by_name: dict[str, tuple[str, list[Span]] | None] = {}
        self._codes: dict[int, tuple[CodeType, Offsets]] = {}
        self._executed: set[Piece] = set()
        self._events = Events(self._offsets_of, self._note)
        self._is_watching = False

    def __enter__(self) -> Self:
        if self._files:
            self._events.start()
            self._is_watching = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_watching:
            self._is_watching = False
            self._events.stop()

    def take(self) -> Executed:
        """Return what was executed since the last call, by the paths that were given.

        Raises:
            TracingError: If another tool has taken the place of this one meanwhile.
        """
        if self._is_watching:
            self._events.repeat()
        executed, self._executed = self._executed, set()
        found = defaultdict(set)
        for path, span in executed.copy():  # another thread may be about to add to it
            found[path].add(span)
        return {path: frozenset(own) for path, own in found.items()}

    def _note(self, pieces: tuple[Piece, ...]) -> None:
        self._executed.update(pieces)

    def _offsets_of(self, code: CodeType) -> Offsets:
        """Return the pieces that each instruction of *code* belongs to, by its offset."""
        # By identity: equal code may stand in two files. It is kept, or its number could be another's one day.
        known = self._codes.get(id(code))
        if known is not None:
            return known[1]
        file = self._file_of(code.co_filename)
        if file is None:
            return NOTHING
        path, spans = file
        offsets = {
            offset: tuple((path, span) for span in inside)
            for offset, inside in spans_by_offset(code, spans).items()
        }
        self._codes[id(code)] = code, offsets
        return offsets

    def _file_of(self, name: str) -> tuple[str, list[Span]] | None:
        if name not in self._by_name:
            self._by_name[name] = self._files.get(os.path.realpath(name))
        return self._by_name[name]
