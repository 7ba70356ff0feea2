"""Migrate the Pattern-1 app and compare its bytes before and after: `python -m examples.demo`.

Everything happens in a temporary directory, without network and without a model.
"""

import sys
import tempfile
import time
from pathlib import Path

from .app_under_test import compile_app, copy_app, record_app
from .comparison import compare, explain
from .scenarios import SCENARIOS
from .screen import Screen
from .tool import DemoError, Scan, migrate, preview, scan

DIFF_LINES = 40
"""How much of the diff is shown."""

SCAN_HEAD, SCAN_TAIL = 14, 3
"""How much of the scan is shown: the first sites, and the totals."""


def main() -> int:
    """Run the demo; return 0 if the migration left every byte as it was."""
    screen = Screen()
    try:
        with tempfile.TemporaryDirectory(prefix="streamlift-demo-") as folder:
            return _run(Path(folder), screen)
    except DemoError as error:
        screen.verdict(f"The demo could not finish: {error}", good=False)
        return 1


def _run(folder: Path, screen: Screen) -> int:
    began = time.monotonic()

    screen.step("Copy the app in Pattern 1 (FastAPI + LangChain, an offline model)")
    app = copy_app(folder)
    screen.line(f"{sum(1 for _ in app.glob('*.py'))} modules in {app}")

    screen.step("Record its answers from a real server")
    before = record_app(app, SCENARIOS)
    screen.line(f"{len(before)} scenarios, {sum(len(each.body) for each in before)} bytes")

    screen.step("streamlift scan")
    found = scan(app)
    screen.report(found.text, head=SCAN_HEAD, tail=SCAN_TAIL)

    screen.step("streamlift migrate --phase 2")
    screen.diff(_preview(app), limit=DIFF_LINES)

    screen.step("streamlift migrate --phase 2 --write")
    screen.line(migrate(app))
    left = _left_over(app)
    screen.line(f"{compile_app(app)} modules compile; a second run changes nothing")

    screen.step("Record the migrated app, and compare")
    after = record_app(app, SCENARIOS)
    rows = [compare(*each) for each in zip(SCENARIOS, before, after, strict=True)]
    screen.table(rows)
    for row, old, new in zip(rows, before, after, strict=True):
        if not row.same:
            screen.step(f"{row.scenario}: {row.result}")
            screen.line(explain(old, new, colour=screen.colour))

    same = sum(row.same for row in rows)
    good = same == len(rows) and not left.left
    screen.verdict(_verdict(found, left, same, len(rows), time.monotonic() - began), good=good)
    return 0 if good else 1


def _preview(app: Path) -> str:
    diff = preview(app)
    if not diff:
        raise DemoError("streamlift found nothing to migrate in the Pattern-1 app")
    return diff


def _left_over(app: Path) -> Scan:
    if preview(app):
        raise DemoError("a second run of the migration would change the files again")
    return scan(app)


def _verdict(found: Scan, left: Scan, same: int, total: int, seconds: float) -> str:
    migrated = found.left - left.left
    word = "PASS" if same == total and not left.left else "FAIL"
    return (
        f"{word}: {migrated} of {found.left} sites migrated, {same} of {total} scenarios identical"
        f" in status, headers, message boundaries, bytes and end ({seconds:.1f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
