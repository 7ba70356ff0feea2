"""A count that any thread may raise, at the cost of one call into C."""

from __future__ import annotations

from itertools import count
from threading import Lock


class AtomicCount:
    """A count without a lock on the side that counts.

    `x += 1` may lose one between threads. A lock would hang if the garbage collector, inside of it,
    closed a generator that counts too. `next` of an `itertools.count` is one step, with and without
    the global interpreter lock.

    Attributes:
        add: Count one; what it returns means nothing.
        counter: `next(counter)` counts one, too, in less time.
    """

    __slots__ = ("_lock", "_reads", "add", "counter")

    def __init__(self) -> None:
        self.counter = count()
        self.add = self.counter.__next__
        self._reads = 0
        self._lock = Lock()

    @property
    def value(self) -> int:
        """How often `add` was called."""
        with self._lock:
            # Looking at it counts one as well.
            seen = self.add() - self._reads
            self._reads += 1
            return seen
