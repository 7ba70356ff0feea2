"""Migrate the Pattern-1 app, phase by phase, and compare its bytes: `python -m examples.demo`.

Everything happens in a temporary directory, without network and without a model.
"""

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from streamlift.testing.recording import Recording

from .app_under_test import compile_app, copy_app, record, record_app
from .comparison import compare, explain
from .flag_flip import CLIENTS, Flip, served_with_flags
from .scenarios import SCENARIOS
from .screen import Row, Screen
from .tool import DemoError, migrate, preview, scan, status

DIFF_LINES = 40
"""How much of the diff is shown."""

SCAN_HEAD, SCAN_TAIL = 14, 3
"""How much of the scan is shown: the first sites, and the totals."""

DONE = "Nothing is left."
"""What `streamlift status` says in the end."""

CLOSED_WORLD = "[tool.streamlift]\nclosed-world = true\n"


def main() -> int:
    """Run the demo; return 0 if the migration left every byte as it was, and nothing of its own."""
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

    after = {}
    _migrate(app, 1, screen)
    screen.step("Flip the flag while clients are reading: a file of stages, and no restart")
    with served_with_flags(app) as flags:
        flipped = flags.flip()
        flags.set("* = live")
        after["phase 1, live"] = record(flags.server, SCENARIOS)
    _show(flipped, screen)

    _migrate(app, 2, screen)
    after["phase 2"] = record_app(app, SCENARIOS)

    screen.step("Say that no code outside of the project calls it for its text")
    (folder / "pyproject.toml").write_text(CLOSED_WORLD)
    screen.line(CLOSED_WORLD)
    _migrate(app, 3, screen)
    after["phase 3"] = record_app(app, SCENARIOS)

    screen.step("streamlift status")
    left = status(app)
    screen.line(left)

    screen.step("Compare every answer with that of Pattern 1")
    rows = _compare(before, after, screen)
    same = sum(row.same for row in rows)
    good = same == len(rows) and flipped.good and DONE in left
    screen.verdict(
        f"{'PASS' if good else 'FAIL'}: {found.left} sites, three phases, {same} of {len(rows)}"
        f" scenarios identical in status, headers, message boundaries, bytes and end;"
        f" {sum(flipped.same.values())} of {CLIENTS * len(flipped.same)} live clients"
        f" ({time.monotonic() - began:.1f} s)",
        good=good,
    )
    return 0 if good else 1


def _migrate(app: Path, phase: int, screen: Screen) -> None:
    """Show what a phase changes, and write it.

    Raises:
        DemoError: If it changes nothing, or writes what does not compile.
    """
    screen.step(f"streamlift migrate --phase {phase}")
    diff = preview(app, phase)
    if not diff:
        raise DemoError(f"streamlift found nothing to migrate in phase {phase}")
    screen.diff(diff, limit=DIFF_LINES)
    screen.step(f"streamlift migrate --phase {phase} --write")
    screen.line(migrate(app, phase))
    screen.line(f"{compile_app(app)} modules compile")


def _show(flipped: Flip, screen: Screen) -> None:
    for stage, same in flipped.same.items():
        screen.line(f"{stage}: {same} of {CLIENTS} clients that begin now read the same bytes")
    counts = ", ".join(f"{name} {count}" for name, count in flipped.counts.items())
    screen.line(f"observed by the app: {counts}")


def _compare(
    before: Sequence[Recording], after: Mapping[str, Sequence[Recording]], screen: Screen
) -> list[Row]:
    rows = []
    for index, (scenario, old) in enumerate(zip(SCENARIOS, before, strict=True)):
        new = {phase: recordings[index] for phase, recordings in after.items()}
        rows.append(compare(scenario, old, new))
    screen.table(rows)
    for index, row in enumerate(rows):
        for phase, recordings in after.items():
            if before[index] != recordings[index] and not row.same:
                screen.step(f"{row.scenario}, {phase}: {row.results[phase]}")
                screen.line(explain(before[index], recordings[index], colour=screen.colour))
    return rows


if __name__ == "__main__":
    sys.exit(main())
