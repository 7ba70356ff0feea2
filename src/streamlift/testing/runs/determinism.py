"""The same time, the same random numbers and the same ids in every run.

What reads the clock and the randomness of Python is covered, wherever it was imported from. What
is written in other languages is not: it needs a redaction, or something of the tests' own in its
place.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
import sys
import threading
import uuid
from typing import TYPE_CHECKING

from ..recording import RecordingError
from . import uuid_utils_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    Reset = Callable[[str], None]

UUID_STATE = ("_last_timestamp", "_last_timestamp_v6", "_last_timestamp_v7", "_last_counter_v7")
"""What `uuid` remembers of the ids it has made, so that none comes twice."""

NODE = 0x02_00_00_00_00_01
"""The address of no network card: the second bit says that somebody has set it."""


@contextlib.contextmanager
def determined(clock: datetime | None, seed: int | None) -> Iterator[Reset]:
    """Have the same time and the same randomness in the body of the `with` statement.

    It yields a function that begins again for a request of some name: what one request gets does
    not depend on how much those before it took, and two requests do not get the same ids. Timers,
    sockets and threads go on as ever: the monotonic clock runs, and the randomness of TLS is that
    of OpenSSL.

    Args:
        clock: The time, which stands still; `None`: the time that it is.
        seed: What `random`, `secrets`, `os.urandom` and `uuid` give follows from it; `None`: they
            are random.

    Raises:
        RecordingError: If the clock cannot be set because time-machine is not installed.
    """
    with contextlib.ExitStack() as stack:
        resets: list[Reset] = []
        if clock is not None:
            resets.append(stack.enter_context(_standing(clock)))
        if seed is not None:
            resets.append(stack.enter_context(_seeded(seed)))

        def reset(name: str) -> None:
            for each in resets:
                each(name)

        yield reset


@contextlib.contextmanager
def _standing(clock: datetime) -> Iterator[Reset]:
    try:
        # Only in C can every holder of `datetime.now` be reached, also those that were imported
        # before. Version 3 leaves the monotonic clock alone, by which event loops run:
        # https://github.com/adamchainz/time-machine/issues/387
        import time_machine
    except ImportError as error:
        raise RecordingError(
            "the clock needs time-machine; install streamlift[testing] for the interpreter that "
            "runs the application, or take clock out of the file of requests"
        ) from error
    with time_machine.travel(clock, tick=False) as traveller:
        yield lambda _: traveller.move_to(clock, tick=False)


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[Reset]:
    source = random.Random()  # noqa: S311 - to be foreseen is the point
    lock = threading.Lock()
    made_by_seed = random.Random.seed

    def urandom(size: int, /) -> bytes:
        with lock:
            return source.randbytes(size)

    def seed_with(self: random.Random, a: object = None, version: int = 2) -> None:
        # Without a seed, C code asks the system.
        made_by_seed(self, urandom(32) if a is None else a, version)  # type: ignore[arg-type]

    def reset(name: str) -> None:
        with lock:
            made_by_seed(source, f"{seed} bytes {name}")
        random.seed(f"{seed} numbers {name}")
        begin_again()
        if (numpy := sys.modules.get("numpy")) is not None:
            # Its generators are seeded by `secrets`, but that of the module has been before.
            numpy.random.seed(random.Random(f"{seed} numpy {name}").getrandbits(32))  # noqa: S311
        for each in UUID_STATE:
            if hasattr(uuid, each):
                setattr(uuid, each, 0 if each == "_last_counter_v7" else None)

    before = random.getstate()
    with (
        _replaced(os, "urandom", urandom),
        # `secrets` and `random.SystemRandom` hold the function itself.
        _replaced(random, "_urandom", urandom),
        _replaced(random.Random, "seed", seed_with),
        # A method that was bound before.
        _replaced(random, "seed", functools.partial(seed_with, vars(random)["_inst"])),
        _replaced(uuid, "getnode", lambda: NODE),
        # These would ask the system for ids made of its own clock and card.
        _replaced(uuid, "_generate_time_safe", None),
        _replaced(uuid, "_UuidCreate", None),
        uuid_utils_ids.made_in_python() as begin_again,
    ):
        reset("")
        try:
            yield reset
        finally:
            random.setstate(before)


@contextlib.contextmanager
def _replaced(owner: object, name: str, value: object) -> Iterator[None]:
    """Have `owner.name` be *value*, if it is there at all, for the body of the `with` statement."""
    missing = object()
    before = getattr(owner, name, missing)
    if before is missing:
        yield
        return
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
