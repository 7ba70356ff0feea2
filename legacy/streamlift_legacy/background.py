"""Work that no stream may wait for: what is logged, and what the user's callback does."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
from functools import partial
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, TypeAlias

from .atomic_count import AtomicCount

if TYPE_CHECKING:
    from collections.abc import Callable

    Job: TypeAlias = Callable[[], object]

LOGGER = logging.getLogger("streamlift_legacy")

LONGEST = 256
"""Jobs that wait; more are dropped and counted."""

AT_EXIT = 1.0
"""Seconds that the end of the process waits for jobs."""


class Background:
    """Runs jobs one after the other, in a thread that does not keep the process alive.

    A job that hangs holds up those behind it, and nobody else.

    Attributes:
        dropped: How many jobs were not run because too many waited.
        failed: How many jobs raised.
    """

    def __init__(self) -> None:
        self.dropped = AtomicCount()
        self.failed = AtomicCount()
        self._forget()

    def _forget(self) -> None:
        # A forked child has the queue and its lock as they were, but not the thread.
        # Unlike `Queue.put`, this one may be interrupted by itself, as it is if the collector runs.
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._starting = Lock()
        self._thread: Thread | None = None

    def run_later(self, job: Job) -> None:
        """Run *job* as soon as those before it are done."""
        if self._jobs.qsize() >= LONGEST:
            self.dropped.add()
        else:
            self._put(job)

    def _put(self, job: Job) -> None:
        self._jobs.put(job)
        if self._thread is None and self._starting.acquire(blocking=False):
            try:
                self._start()
            finally:
                self._starting.release()

    def _start(self) -> None:
        if self._thread is None:
            thread = Thread(target=self._run, name="streamlift-reports", daemon=True)
            with contextlib.suppress(RuntimeError):  # none can be started now: the next job tries
                thread.start()
                self._thread = thread

    def tell(self, message: str, *args: object) -> None:
        """Log a warning."""
        self.run_later(partial(LOGGER.warning, message, *args))

    def flush(self, timeout: float) -> bool:
        """Wait until the jobs that are there now have run; return whether they have."""
        if self._thread is None and self._jobs.empty():
            return True
        done = Event()
        self._put(done.set)  # also if there are too many others
        return self._thread is not None and done.wait(timeout)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except BaseException:  # noqa: BLE001 - this thread is nobody's, and has to go on
                self.failed.add()


BACKGROUND = Background()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=BACKGROUND._forget)  # noqa: SLF001 - of this module


@atexit.register
def _flush_at_exit() -> None:
    BACKGROUND.flush(AT_EXIT)


def flush(timeout: float = 1.0) -> bool:
    """Wait until all that was seen up to now is reported; return whether it is, in *timeout* seconds."""
    return BACKGROUND.flush(timeout)
