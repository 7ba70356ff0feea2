"""Work that no stream may wait for: what is logged, and what the user's callback does."""

from __future__ import annotations

import atexit
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
    """Runs jobs one after the other, in a thread that ends when there are no more.

    It does not keep the process alive. A job that hangs holds up those behind it, and nobody else.

    Attributes:
        dropped: How many jobs were not run because too many waited.
        failed: How many jobs raised.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        # A forked child has the queue and the locks as they were, but not the thread.
        self.dropped = AtomicCount()
        self.failed = AtomicCount()
        # Unlike `Queue.put`, this one may be interrupted by itself, as it is if the collector runs.
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._running = Lock()

    def run_later(self, job: Job) -> None:
        """Run *job* as soon as those before it are done."""
        if self._jobs.qsize() >= LONGEST:
            self.dropped.add()
        else:
            self._put(job)

    def _put(self, job: Job) -> None:
        self._jobs.put(job)
        if self._running.acquire(blocking=False):
            try:
                Thread(target=self._run, name="streamlift-reports", daemon=True).start()
            except Exception:  # noqa: BLE001 - none can be started now: the next job tries
                self._running.release()

    def tell(self, message: str, *args: object) -> None:
        """Log a warning."""
        self.run_later(partial(LOGGER.warning, message, *args))

    def flush(self, timeout: float) -> bool:
        """Wait until the jobs that are there now have run; return whether they have."""
        if self._jobs.empty() and not self._running.locked():
            return True
        done = Event()
        self._put(done.set)  # also if there are too many others
        if not self._running.locked():  # it has ended, or none could be started
            return done.is_set()
        return done.wait(timeout)

    def _run(self) -> None:
        while True:
            # It never waits for a job. If gevent or eventlet came late, this is no thread but a
            # greenlet, and the queue would hold all of them.
            while not self._jobs.empty():
                job = self._jobs.get()
                try:
                    job()
                except BaseException:  # noqa: BLE001 - this thread is nobody's, and has to go on
                    self.failed.add()
            self._running.release()
            # A job may have come in between.
            if self._jobs.empty() or not self._running.acquire(blocking=False):
                return


BACKGROUND = Background()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=BACKGROUND._forget)  # noqa: SLF001 - of this module


@atexit.register
def _flush_at_exit() -> None:
    BACKGROUND.flush(AT_EXIT)


def flush(timeout: float = 1.0) -> bool:
    """Wait until all that was seen up to now is reported; return whether it is, in *timeout* seconds."""
    return BACKGROUND.flush(timeout)
