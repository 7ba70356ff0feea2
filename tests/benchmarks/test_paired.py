"""The measuring harness itself; times are only held against bounds that no busy machine breaks."""

import asyncio
import gc
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.comparison import Measured, table_lines
from benchmarks.paired import Estimate, Paired, Round, clocked, estimate, on_loop

ROOT = Path(__file__).parents[2]
ROUNDS = 25


def work():
    return sum(range(30_000))


def doubled():
    work()
    work()


async def work_async():
    work()
    await asyncio.sleep(0)


async def doubled_async():
    await work_async()
    await work_async()


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def measured(control, candidate):
    paired = Paired(control, candidate)
    paired.run(ROUNDS)
    return paired


def test_the_same_work_takes_as_long():
    paired = measured(work, work)

    assert 0.8 < paired.ratio.median < 1.25
    assert 0.8 < paired.control_ratio.median < 1.25


def test_doubled_work_takes_twice_as_long():
    paired = measured(work, doubled)

    assert 1.6 < paired.ratio.median < 2.5
    assert 0.8 < paired.control_ratio.median < 1.25


def test_halved_work_takes_half_as_long():
    assert 0.4 < measured(doubled, work).ratio.median < 0.625


def test_measures_coroutines(loop):
    paired = measured(on_loop(loop, work_async), on_loop(loop, doubled_async))

    assert 1.6 < paired.ratio.median < 2.5
    assert 0.8 < paired.control_ratio.median < 1.25


def test_a_round_runs_the_control_twice_and_the_candidate_once_in_any_order():
    calls = []
    paired = Paired(lambda: calls.append("A"), lambda: calls.append("B"))
    orders = Counter()
    for _ in range(300):
        calls.clear()
        paired.begin_round()
        paired.run_candidate()
        paired.end_round()
        orders["".join(calls)] += 1

    assert set(orders) == {"AAB", "ABA", "BAA"}
    assert min(orders.values()) > 50


def test_warming_up_is_not_measured():
    calls = []
    paired = Paired(lambda: calls.append("A"), lambda: calls.append("B"))
    paired.run(2)

    assert calls[:2] == ["A", "B"]
    assert len(calls) == 2 + 3 * 2
    assert len(paired.rounds) == 2


def test_collects_no_garbage_while_the_clock_runs():
    seen = []
    clocked(lambda: seen.append(gc.isenabled()))

    assert seen == [False]
    assert gc.isenabled()


def test_leaves_garbage_collection_as_it_was():
    gc.disable()
    try:
        clocked(work)

        assert not gc.isenabled()
    finally:
        gc.enable()


def test_turns_garbage_collection_on_again_after_an_error():
    with pytest.raises(ZeroDivisionError):
        clocked(lambda: 1 / 0)

    assert gc.isenabled()


def test_keeps_no_object_out_of_garbage_collection():
    before = gc.get_freeze_count()
    measured(work, work)

    assert gc.get_freeze_count() <= before


def test_the_ratio_of_a_round_is_against_the_mean_of_its_controls():
    measured = Round(control=90, candidate=50, control_again=110)

    assert measured.ratio == 0.5
    assert measured.control_ratio == 110 / 90


def test_an_estimate_is_the_median_and_not_moved_by_outliers():
    values = [1.0, 1.01, 0.99] * 20 + [50.0]

    assert estimate(values).median == 1.0
    assert 0.99 <= estimate(values).low <= 1.0 <= estimate(values).high <= 1.01


def test_the_interval_narrows_with_more_rounds():
    def width(rounds):
        _, low, high = estimate([number / rounds for number in range(rounds)])
        return high - low

    assert width(10) > width(100) > 0


def test_the_table_says_what_is_over_its_bar():
    one = Estimate(1.0, 0.99, 1.01)
    lines = list(
        table_lines(
            [
                Measured("a", Estimate(0.5, 0.4, 0.6), one, 0.5, 30),
                Measured("b", Estimate(0.501, 0.5, 0.502), one, 0.5, 30),
            ]
        )
    )

    assert len({len(line) for line in lines[2:]}) == 1
    assert lines[-2].startswith(
        "| a           | 0.500 [0.400, 0.600] | 1.000 [0.990, 1.010] | 0.50 "
    )
    assert lines[-2].endswith("| ok   |")
    assert lines[-1].endswith("| over |")


# Nothing else that happens to be installed: it would take longer to load than all this runs.
PLUGINS = ("pytest_benchmark.plugin", "pytest_timeout")


def run_benchmarks(path, *options):
    # This run may itself be a worker, or have options of its own.
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", path, "-q", "-rs", "-p", "no:cacheprovider"),
            *(option for plugin in PLUGINS for option in ("-p", plugin)),
            *options,
        ],
        cwd=ROOT,
        env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_every_benchmark_runs_and_both_sides_give_the_same():
    output = run_benchmarks("benchmarks")

    assert " passed" in output
    assert "A/A" not in output
    skipped = [line for line in output.splitlines() if line.startswith("SKIPPED")]
    assert all(line.endswith("is not installed") for line in skipped)


def test_a_benchmark_leaves_its_figures_with_pytest_benchmark(tmp_path):
    stored = tmp_path / "stored.json"
    output = run_benchmarks(
        "benchmarks/test_chunk_cost.py",
        *("--benchmark-enable", "--benchmark-only", f"--benchmark-json={stored}"),
        *("-k", "typed and 2 and True"),
    )
    (benchmark,) = json.loads(stored.read_text())["benchmarks"]
    figures = benchmark["extra_info"]
    low, high = figures["ratio_interval"]

    assert benchmark["stats"]["rounds"] == 100
    assert low <= figures["ratio"] <= high
    assert {"control_ratio", "control_ratio_interval", "bar", "verdict"} <= set(figures)
    assert (
        f"| {figures['measurement']} | {figures['ratio']:.3f} [{low:.3f}, {high:.3f}] |" in output
    )
