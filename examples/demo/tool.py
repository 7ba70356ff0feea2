"""Run the `streamlift` command as a user would: another process, its output, its exit status."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

TIME_LIMIT = 60.0
"""Seconds that one command may take."""

NOTHING_LEFT, FINDINGS = 0, 1
"""Exit statuses; the third one, 2, says that something could not be analysed."""


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Scan:
    """What `streamlift scan` tells of a tree.

    Attributes:
        text: The report for people.
        verdicts: How many places have each verdict (`auto`, `already`, `review`, ...).
    """

    text: str
    verdicts: Counter[str]

    @property
    def left(self) -> int:
        """How many places still make protocol text."""
        return sum(n for verdict, n in self.verdicts.items() if verdict != "already")


def scan(app: Path) -> Scan:
    """Return what the tool finds in *app*."""
    report = _run("scan", app, "--format", "json")
    try:
        verdicts = Counter(site["verdict"] for site in json.loads(report)["sites"])
    except json.JSONDecodeError:
        raise DemoError(f"`streamlift scan --format json` printed no JSON: {report!r}") from None
    return Scan(text=_run("scan", app), verdicts=verdicts)


def preview(app: Path, phase: int) -> str:
    """Return the unified diff of a phase; empty if there is nothing to change."""
    return _run("migrate", app, "--phase", str(phase))


def migrate(app: Path, phase: int) -> str:
    """Write the changes of a phase and return what the tool says about it."""
    # The copy may lie inside somebody's repository: it is ours all the same.
    return _run("migrate", app, "--phase", str(phase), "--write", "--allow-dirty")


def status(app: Path) -> str:
    """Return what `streamlift status` says is left."""
    return _run("status", app)


def _run(command: str, app: Path, *options: str) -> str:
    arguments = [command, app.name, *options]
    try:
        finished = subprocess.run(  # noqa: S603 - our own command, fixed arguments
            [sys.executable, "-m", "streamlift_codemods", *arguments],
            cwd=app.parent,
            env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DemoError(
            f"`streamlift {' '.join(arguments)}` took longer than {TIME_LIMIT} s"
        ) from None
    # Python itself ends with 1 as well, after an exception and without a word on the output.
    crashed = finished.returncode == FINDINGS and not finished.stdout and finished.stderr
    if crashed or finished.returncode not in {NOTHING_LEFT, FINDINGS}:
        raise DemoError(
            f"`streamlift {' '.join(arguments)}` ended with status {finished.returncode}:\n"
            f"{finished.stderr or finished.stdout}"
        )
    return finished.stdout
