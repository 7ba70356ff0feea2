"""Where pytest-benchmark and the paired measurement meet, and the table of what was measured."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.paired import Estimate, Paired, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_benchmark.fixture import BenchmarkFixture

SMOKE_SIZE = 20


class Measured(NamedTuple):
    """One line of the table.

    Attributes:
        measurement: What was measured against what.
        ratio: How many times as long as the control the candidate takes.
        control_ratio: The A/A control.
        bar: What the ratio should not exceed.
        rounds: How many rounds were measured.
    """

    measurement: str
    ratio: Estimate
    control_ratio: Estimate
    bar: float
    rounds: int

    @property
    def verdict(self) -> str:
        return "ok" if self.ratio.median <= self.bar else "over"


@dataclass(frozen=True)
class Compare:
    """The fixture `compare`: call it once in a benchmark.

    pytest-benchmark drives the rounds, times the candidate and stores the paired figures with its
    own. If it is disabled, as in the test suite, each side runs once and nothing is measured.

    Attributes:
        benchmark: The fixture of pytest-benchmark.
        table: Where the line of this benchmark goes.
    """

    benchmark: BenchmarkFixture
    table: list[Measured]

    def size(self, full: int) -> int:
        """Return *full*, or a tiny number if nothing is measured."""
        return full if self.benchmark.enabled else min(full, SMOKE_SIZE)

    def __call__(
        self, measurement: str, *, control: Work, candidate: Work, bar: float, rounds: int
    ) -> None:
        """Measure *candidate* against *control*."""
        paired = Paired(control, candidate)
        paired.warm_up()
        self.benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
            paired.run_candidate,
            setup=paired.begin_round,
            teardown=paired.end_round,
            rounds=rounds,
        )
        if not self.benchmark.enabled:
            return
        line = Measured(measurement, paired.ratio, paired.control_ratio, bar, len(paired.rounds))
        self.table.append(line)
        self.benchmark.extra_info.update(
            measurement=measurement,
            ratio=line.ratio.median,
            ratio_interval=line.ratio[1:],
            control_ratio=line.control_ratio.median,
            control_ratio_interval=line.control_ratio[1:],
            bar=bar,
            verdict=line.verdict,
        )


def table_lines(measured: Iterable[Measured]) -> Iterator[str]:
    """Return the table, which can be pasted into README.md as it is."""
    yield f"{platform.python_implementation()} {platform.python_version()}"
    yield ""
    cells = [("measurement", "ratio [95 % CI]", "A/A [95 % CI]", "bar", "rounds", "")]
    cells += [
        (
            line.measurement,
            str(line.ratio),
            str(line.control_ratio),
            f"{line.bar:.2f}",
            str(line.rounds),
            line.verdict,
        )
        for line in measured
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]  # six of them
    for row in cells:
        yield "| " + " | ".join(map(str.ljust, row, widths)) + " |"
