"""The ids of uuid_utils, made of Python's clock and randomness.

It makes them in Rust of its own. LangChain takes the ids of its runs from there.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import itertools
import os
import time
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODULE = "uuid_utils.compat"
"""The part that gives ids of the standard library's class."""


@contextlib.contextmanager
def made_in_python() -> Iterator[Callable[[], None]]:
    """Have them made in Python for the body of the `with` statement, if they are there at all.

    It has to be entered before somebody imports the functions. It yields one that begins again.
    """
    if importlib.util.find_spec("uuid_utils") is None:
        yield lambda: None
        return
    module = importlib.import_module(MODULE)
    counter = itertools.count()

    def uuid7(timestamp: int | None = None, nanos: int | None = None) -> uuid.UUID:
        now = time.time_ns() if timestamp is None else timestamp * 10**9 + (nanos or 0)
        return _version_7(now // 10**6, next(counter))

    def begin_again() -> None:
        nonlocal counter
        counter = itertools.count()

    ours = {"uuid1": uuid.uuid1, "uuid4": uuid.uuid4, "uuid7": uuid7}
    before = {name: getattr(module, name) for name in ours}
    vars(module).update(ours)
    try:
        yield begin_again
    finally:
        vars(module).update(before)


def _version_7(milliseconds: int, count: int) -> uuid.UUID:
    """Return an id that is more than those before it: https://www.rfc-editor.org/rfc/rfc9562#section-5.7."""
    variant_and_chance = 2 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    head = milliseconds << 16 | 7 << 12 | count & 0xFFF
    return uuid.UUID(int=head << 64 | variant_and_chance)
