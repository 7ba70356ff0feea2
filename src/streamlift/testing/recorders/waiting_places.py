"""Where suspended coroutines and generators wait, for an error message."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Iterator
    from types import FrameType

MOST = 5
"""Places that are told."""

NOT_OWN = (
    str(Path(__file__).parents[1]),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
"""Folders whose code is not the application's."""


def waiting_places(
    tasks: Iterable[asyncio.Task[Any]], generators: Iterable[object]
) -> tuple[str, ...]:
    """Return `file:line in function` of what waits: of the application's own code if there is any.

    Args:
        tasks: What runs. How they wait for an asynchronous generator cannot be seen from outside.
        generators: Asynchronous generators that have been started.
    """
    frames = [frame for each in generators for frame in _frames(each)]
    frames += [frame for task in tasks for frame in _frames(task.get_coro())]
    own = [frame for frame in frames if not frame.f_code.co_filename.startswith(NOT_OWN)]
    return tuple(dict.fromkeys(map(_told, own or frames)))[:MOST]


def _frames(waiting: object) -> Iterator[FrameType]:
    """Yield the frames of a coroutine or generator, then those of what it waits for."""
    while waiting is not None:
        kind = next(
            (kind for kind in ("cr", "ag", "gi") if hasattr(waiting, f"{kind}_frame")), None
        )
        if kind is None:
            return
        frame = getattr(waiting, f"{kind}_frame")
        if frame is not None:
            yield frame
        waiting = getattr(waiting, f"{kind}_yieldfrom" if kind == "gi" else f"{kind}_await")


def _told(frame: FrameType) -> str:
    code = frame.f_code
    # Python 3.10 has no qualified names here.
    name = getattr(code, "co_qualname", code.co_name)
    return f"{os.path.relpath(code.co_filename)}:{frame.f_lineno} in {name}"
