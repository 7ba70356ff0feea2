"""Which producers are still called for their text, and where: what tells a person that a decorator may go."""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import TYPE_CHECKING, Any

from streamlift.sse import boundary
from streamlift.sse.producer import ChunkFunction, Producer

from .observed import TALLIES

if TYPE_CHECKING:
    from types import FrameType

    from streamlift.sse.writers import Writers

CALLS, TEXT = "calls", "text"


class _Counting:
    """The writers of a contract, for a view that tells when it begins to give text.

    `streamlift.sse.boundary` asks for `text` once in the life of a view, when its first item is asked for.
    """

    def __init__(self, writers: Writers, producer: str, place: str) -> None:
        self.plain = writers
        self._producer = producer
        self._place = place

    @property
    def text(self) -> object:
        _count_text(self._producer, self._place)
        return self.plain.text

    def __getattr__(self, name: str) -> object:
        return getattr(self.plain, name)


def observe_text() -> None:
    """Count from now on which functions under `@producer` are called, and where their text is read.

    Without it nothing is counted, and nothing costs anything. `observations` and `dump` then have `calls`,
    `text` and `text_at` of each producer; `streamlift status --observed` reads them. What `SSE.stream(...)` or
    `SSE.chunks(...)` takes over is no text use: it needs no decorator.
    """
    if boundary.behind is not _behind:
        boundary.behind = _behind
        Producer.__call__ = _call  # type: ignore[method-assign]
        ChunkFunction.__call__ = _chunk_call  # type: ignore[method-assign]


_plain_behind = boundary.behind
_plain_chunk_call = ChunkFunction.__call__


@functools.wraps(_plain_behind)
def _behind(view: object) -> boundary.Opened | None:
    opened = _plain_behind(view)
    if opened is None:
        return None
    writers: Any = opened.writers
    return opened._replace(writers=writers.plain) if isinstance(writers, _Counting) else opened


def _call(self: Producer, /, *args: object, **kwargs: object) -> object:
    """Return the text view of one run of the function."""
    name, place = _name_of(self), _place_of(sys._getframe(1))  # noqa: SLF001 - there is no other way to the caller
    _count_call(name)
    writers: Any = _Counting(self.contract.writers, name, place)
    return boundary.text_view(self._function(*args, **kwargs), writers)


def _chunk_call(self: ChunkFunction, /, *args: object, **kwargs: object) -> object:
    """Return the text of the chunk that the function returns."""
    name = _name_of(self)
    _count_call(name)
    _count_text(name, _place_of(sys._getframe(1)))  # noqa: SLF001
    return _plain_chunk_call(self, *args, **kwargs)


def _count_call(producer: str) -> None:
    with contextlib.suppress(Exception):  # to count is never worth a stream
        counts = TALLIES[producer].counts
        counts[CALLS].add()
        counts[TEXT]  # it is 0 until there is one


def _count_text(producer: str, place: str) -> None:
    with contextlib.suppress(Exception):
        TALLIES[producer].counts[TEXT].add()
        TALLIES[producer].text_at[place].add()


def _name_of(function: Producer | ChunkFunction) -> str:
    """Return the name by which the tool knows *function*; see `producer_name`."""
    with contextlib.suppress(Exception):
        code = function._function  # noqa: SLF001 - a class of ours
        inner: Any = getattr(code, "__func__", code)
        spec = inner.__globals__.get("__spec__")
        module = getattr(spec, "name", None) or inner.__module__
        return f"{module}:{inner.__qualname__.replace('.<locals>', '')}"
    return "?"


def _place_of(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
