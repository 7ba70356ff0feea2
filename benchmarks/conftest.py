from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pytest

from benchmarks.comparison import Compare, Measured, table_lines

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter
    from pytest_benchmark.fixture import BenchmarkFixture

TABLE = pytest.StashKey[list[Measured]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = []
    # Its table is of absolute times, which say more of the machine than of the code;
    # `--benchmark-verbose` shows it all the same.
    config.option.benchmark_quiet = True


def pytest_benchmark_generate_machine_info() -> dict[str, str]:
    # Of the machine itself a ratio depends least, and its name is nobody's business.
    return {
        "python_implementation": platform.python_implementation(),
        "python_version": platform.python_version(),
    }


@pytest.fixture
def compare(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Compare:
    return Compare(benchmark, request.config.stash[TABLE])


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    measured = config.stash[TABLE]
    if not measured:
        return
    terminalreporter.section("times as long as the control")
    for line in table_lines(measured):
        terminalreporter.write_line(line)
    for report in terminalreporter.getreports("skipped"):
        terminalreporter.write_line(f"not measured: {report.nodeid}: {report.longrepr[2]}")
