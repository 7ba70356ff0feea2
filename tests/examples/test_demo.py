"""The demo with a stand-in for the tool, which puts a finished app in place of the old one."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from examples.demo import __main__ as demo
from examples.demo.app_under_test import record_app
from examples.demo.flag_flip import CLIENTS, FRAMES, Flip
from examples.demo.tool import DemoError, Scan

ROOT = Path(__file__).parents[2]


class Tool:
    """Does what the commands do, by copying the app in that phase, with an edit."""

    def __init__(self, *edit):
        self.edit = edit
        self.phase = 0

    def scan(self, app):
        return Scan(text="5 sites: auto", verdicts=Counter(auto=5))

    def preview(self, app, phase):
        assert (app / "controller.py").exists()
        return "" if self.phase >= phase else "--- a\n+++ b\n" + "+[bold]line\n" * 50

    def migrate(self, app, phase):
        self.phase = phase
        source = ROOT / "examples" / ("phase1" if phase == 1 else "pattern2")
        shutil.copytree(source, app, dirs_exist_ok=True)
        module = app / "sse_contracts.py"
        if self.edit and phase == 2:
            module.write_text(module.read_text().replace(*self.edit))
        return "migrated"

    def status(self, app):
        return demo.DONE if self.phase == 3 else "9 sites are left"


class Flags:
    """A flag that is not flipped: the real one takes seconds."""

    def __init__(self, app):
        self.server = app

    def flip(self):
        counts = {"match": 1, "shadow_streams": CLIENTS, "live_streams": CLIENTS}
        return Flip({"off": CLIENTS}, counts)

    def set(self, text):
        assert text == "* = live"


RECORDED = {}


def record_once(app, scenarios):
    """Return what a real server answers; of apps with the same files it is started once."""
    files = tuple((path.name, path.read_bytes()) for path in sorted(app.glob("*.py")))
    if files not in RECORDED:
        RECORDED[files] = record_app(app, scenarios)
    return RECORDED[files]


@pytest.fixture
def run(monkeypatch, capsys):
    monkeypatch.setenv("NO_COLOR", "1")

    def run(tool):
        for command in ("scan", "preview", "migrate", "status"):
            monkeypatch.setattr(demo, command, getattr(tool, command))
        monkeypatch.setattr(demo, "served_with_flags", lambda app: nullcontext(Flags(app)))
        monkeypatch.setattr(demo, "record", record_once)
        monkeypatch.setattr(demo, "record_app", record_once)
        return demo.main(), capsys.readouterr().out

    return run


def test_the_real_tool_passes():
    finished = subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    *_, verdict = finished.stdout.splitlines()
    assert verdict.startswith(
        "PASS: 9 sites, three phases, 9 of 9 scenarios identical in status, headers, message"
        " boundaries, bytes and end; 12 of 12 live clients"
    )
    assert re.search(r"tool call +11 +790 +identical +identical +identical", finished.stdout)
    assert re.search(r"\.\.\. \d+ more lines \.\.\.", finished.stdout)
    assert "\x1b" not in finished.stdout


@pytest.mark.parametrize(
    ("same", "counts", "good"),
    [
        (CLIENTS, {"match": 9}, True),
        (CLIENTS - 1, {"match": 9}, False),
        (CLIENTS, {}, False),
        (CLIENTS, {"match": 9, "mismatch": 1}, False),
        (CLIENTS, {"match": 9, "shadow_streams": 1}, False),
        (CLIENTS, {"match": 2 * CLIENTS * FRAMES}, False),  # the kill switch came too late
    ],
)
def test_a_flip_is_good_if_every_stage_was_there_and_every_byte(same, counts, good):
    streams = {"shadow_streams": CLIENTS, "live_streams": CLIENTS}

    assert Flip({"live": same}, {**streams, **counts}).good is good


def test_another_byte_fails_and_is_shown(run):
    status, output = run(
        Tool("SSEFormatter(ensure_ascii=True)", 'SSEFormatter(separators=(",", ":"))')
    )

    assert status == 1
    assert output.splitlines()[-1].startswith("FAIL: 5 sites, three phases, 7 of 9 scenarios")
    assert "DIFFERENT: body, message boundaries" in output
    assert "first difference: separators" in output
    assert "+[bold]line" in output


def test_a_module_that_does_not_compile_is_told(run):
    status, output = run(Tool("SSE_ASCII", "SSE ASCII"))

    assert status == 1
    assert "The demo could not finish: the migrated app does not compile" in output


def test_an_app_that_does_not_start_is_told(run):
    status, output = run(Tool("from streamlift", "from streamlift_missing"))

    assert status == 1
    assert "No module named 'streamlift_missing'" in output


def test_a_tool_that_finds_nothing_is_told(run):
    tool = Tool()
    tool.phase = 3
    status, output = run(tool)

    assert status == 1
    assert "nothing to migrate" in output


def test_a_tool_that_fails_is_told(run, monkeypatch):
    tool = Tool()

    def broken(app, phase):
        raise DemoError("`streamlift migrate` ended with status 2:\nwhy")

    tool.migrate = broken
    status, output = run(tool)

    assert status == 1
    assert "ended with status 2" in output


def test_nothing_is_left_behind(run, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tool = Tool()
    tool.phase = 3
    run(tool)

    assert list(tmp_path.iterdir()) == []
