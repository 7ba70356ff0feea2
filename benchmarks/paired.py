"""Paired measurement: how many times as long as one piece of work takes another one.

Two measurements made one after the other also differ by what the machine did meanwhile, often by
more than what is looked for. So in every round the control runs twice and the candidate once, in
random order, and only times of the same round are compared. The two runs of the control compared
with each other must give 1: how far they are from it is the noise of the measurement.
"""

from __future__ import annotations

import gc
import random
import statistics
from time import process_time_ns
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine, Sequence

Work: TypeAlias = "Callable[[], object]"

RESAMPLES = 2_000
SEED = 20  # any: another one gives another interval, by less than its last digit
CONTROL, CANDIDATE, CONTROL_AGAIN = range(3)


class Estimate(NamedTuple):
    """A median and its 95 % confidence interval."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Round(NamedTuple):
    """Nanoseconds of processor time in one round."""

    control: int
    candidate: int
    control_again: int

    @property
    def ratio(self) -> float:
        """The candidate's time over the mean of the control's."""
        return 2 * self.candidate / (self.control + self.control_again)

    @property
    def control_ratio(self) -> float:
        """The time of one run of the control over that of the other: 1 but for noise."""
        return self.control_again / self.control


class Paired:
    """Measures a candidate against a control, round by round.

    Either call `run`, or let somebody else drive the rounds: `begin_round`, then `run_candidate`
    once, then `end_round`.

    Args:
        control: The work that counts as 1; best of some milliseconds.
        candidate: The work that is compared with it.

    Attributes:
        rounds: The times of the rounds that have ended.
    """

    def __init__(self, control: Work, candidate: Work) -> None:
        self.rounds: list[Round] = []
        self._work = {CONTROL: control, CANDIDATE: candidate, CONTROL_AGAIN: control}
        self._random = random.Random(SEED)  # noqa: S311 - nothing is secret here
        self._waiting: list[int] = []
        self._times = [0, 0, 0]

    def run(self, rounds: int) -> None:
        """Warm up, then measure *rounds* rounds."""
        self.warm_up()
        for _ in range(rounds):
            self.begin_round()
            self.run_candidate()
            self.end_round()

    def warm_up(self) -> None:
        """Run both sides without measuring: imports, caches, specialised bytecode."""
        self._work[CONTROL]()
        self._work[CANDIDATE]()
        gc.collect()

    def begin_round(self) -> None:
        """Begin a round: draw its order, and run what comes before the candidate."""
        # What is there already is left out of the collections in this round: walking over it would
        # leave the processor's caches cold for whatever runs next.
        gc.freeze()
        self._waiting = self._random.sample((CONTROL, CANDIDATE, CONTROL_AGAIN), 3)
        self._run_controls()

    def run_candidate(self) -> None:
        """Run the candidate, whose turn it is now."""
        self._run(self._waiting.pop(0))

    def end_round(self) -> None:
        """Run what comes after the candidate, and keep the times."""
        self._run_controls()
        gc.unfreeze()
        self.rounds.append(Round(*self._times))

    def _run_controls(self) -> None:
        while self._waiting and self._waiting[0] != CANDIDATE:
            self._run(self._waiting.pop(0))

    def _run(self, which: int) -> None:
        gc.collect()  # nobody has to clean up after another
        self._times[which] = clocked(self._work[which])

    @property
    def ratio(self) -> Estimate:
        """How many times as long as the control the candidate takes."""
        return estimate([measured.ratio for measured in self.rounds])

    @property
    def control_ratio(self) -> Estimate:
        """The A/A control: what the same method says of the control against itself."""
        return estimate([measured.control_ratio for measured in self.rounds])


def clocked(work: Work) -> int:
    """Return how many nanoseconds of processor time *work* takes, without garbage collection.

    Time that the processor spends on other processes does not count: when it is shared, the longer
    side would be interrupted more often, in most of its runs.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        start = process_time_ns()
        work()
        return process_time_ns() - start
    finally:
        if collects:
            gc.enable()


def estimate(values: Sequence[float]) -> Estimate:
    """Return the median of *values* with its percentile bootstrap interval.

    https://en.wikipedia.org/wiki/Bootstrapping_(statistics)
    """
    choose = random.Random(SEED).choices  # noqa: S311 - nothing is secret here
    medians = sorted(statistics.median(choose(values, k=len(values))) for _ in range(RESAMPLES))
    tail = RESAMPLES // 40
    return Estimate(statistics.median(values), medians[tail], medians[-tail - 1])


def on_loop(loop: AbstractEventLoop, work: Callable[[], Coroutine[object, object, object]]) -> Work:
    """Return *work* as something to call: one run of the coroutine on *loop*.

    Entering the loop takes some microseconds, and is part of the time: let the work be longer.
    """

    def run() -> object:
        return loop.run_until_complete(work())

    return run
