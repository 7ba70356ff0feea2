"""Real packages, migrated: each function that holds a site runs before and after among stand-ins, and nothing differs.

Set STREAMLIFT_CORPUS to a folder of unpacked packages. They are not imported and need nothing installed.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.corpus.isolated import Result

ROOT = Path(__file__).parents[2]
CORPUS = os.environ.get("STREAMLIFT_CORPUS", "")
AT_ONCE = 2
PATIENCE = 300
ENOUGH = 200

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS, reason="STREAMLIFT_CORPUS names no folder of packages"),
    pytest.mark.timeout(PATIENCE + 30),
]


def _driven(package: Path) -> Result:
    """Drive *package* in a process of its own: its functions may do anything but import."""
    command = [sys.executable, "-m", "tests.corpus.isolated", str(package)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return Result(package.name, broken=["the whole package: not done in time"])
    if done.returncode:
        return Result(
            package.name, broken=[f"the whole package: {done.stderr.strip().splitlines()[-1:]}"]
        )
    return Result(**json.loads(done.stdout))


def _size(package: Path) -> int:
    return sum(1 for _ in package.rglob("*.py"))


@pytest.fixture(scope="module")
def results(request):
    started = time.perf_counter()
    packages = sorted(
        (path for path in Path(CORPUS).iterdir() if path.is_dir()), key=_size, reverse=True
    )
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [*pool.map(_driven, packages)]
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        rows = ["", *_table(found), f"{time.perf_counter() - started:.0f} s in all", ""]
        sys.stdout.write("\n".join(rows))
    return found


def _table(results):
    yield f"{'package':<48}{'migrated':>9}{'executed':>9}{'differ':>7}{'pairs':>7}{'items':>7}{'errors':>7}"
    rows = [
        (r.package, r.migrated, len(r.executed), len(r.differences), r.runs, r.items, r.errors)
        for r in sorted(results, key=lambda result: result.package)
        if r.migrated or r.broken
    ]
    for row in [*rows, ("sum", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))]:
        yield f"{row[0][:47]:<48}{row[1]:>9}{row[2]:>9}{row[3]:>7}{row[4]:>7}{row[5]:>7}{row[6]:>7}"


def test_no_function_differs(results):
    assert [difference for result in results for difference in result.differences] == []


def test_every_function_can_be_taken_out(results):
    assert [f"{result.package}: {what}" for result in results for what in result.broken] == []


def test_enough_sites_are_executed(results):
    migrated = sum(result.migrated for result in results)
    executed = sum(len(result.executed) for result in results)

    assert executed >= min(ENOUGH, migrated // 2)
