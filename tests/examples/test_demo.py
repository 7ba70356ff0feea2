"""The demo with a stand-in for the tool, which puts a finished app in place of the old one."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from examples.demo import __main__ as demo
from examples.demo.tool import DemoError, Scan

ROOT = Path(__file__).parents[2]


class Tool:
    """Does what the commands do, by copying `pattern2` with an edit."""

    def __init__(self, *edit):
        self.edit = edit
        self.migrated = False

    def scan(self, app):
        verdict = "already" if self.migrated else "auto"
        return Scan(text=f"5 sites: {verdict}", verdicts=Counter({verdict: 5}))

    def preview(self, app):
        assert (app / "controller.py").exists()
        return "" if self.migrated else "--- a\n+++ b\n" + "+[bold]line\n" * 50

    def migrate(self, app):
        self.migrated = True
        shutil.copytree(ROOT / "examples" / "pattern2", app, dirs_exist_ok=True)
        module = app / "sse_contracts.py"
        if self.edit:
            module.write_text(module.read_text().replace(*self.edit))
        return "migrated"


@pytest.fixture
def run(monkeypatch, capsys):
    monkeypatch.setenv("NO_COLOR", "1")

    def run(tool):
        for command in ("scan", "preview", "migrate"):
            monkeypatch.setattr(demo, command, getattr(tool, command))
        status = demo.main()
        return status, capsys.readouterr().out

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
    assert finished.stdout.splitlines()[-1].startswith("PASS: ")


def test_the_same_bytes_pass(run):
    status, output = run(Tool())

    assert status == 0
    assert output.splitlines()[-1].startswith(
        "PASS: 5 of 5 sites migrated, 9 of 9 scenarios identical"
    )
    assert re.search(r"tool call +11 +790 +identical", output)
    assert "+[bold]line" in output
    assert "... 12 more lines ..." in output
    assert "\x1b" not in output


def test_another_byte_fails_and_is_shown(run):
    status, output = run(
        Tool("SSEFormatter(ensure_ascii=True)", 'SSEFormatter(separators=(",", ":"))')
    )

    assert status == 1
    assert output.splitlines()[-1].startswith("FAIL: 5 of 5 sites migrated, 7 of 9 scenarios")
    assert "DIFFERENT: body, message boundaries" in output
    assert "first difference: separators" in output


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
    tool.migrated = True
    status, output = run(tool)

    assert status == 1
    assert "nothing to migrate" in output


def test_a_tool_that_fails_is_told(run, monkeypatch):
    tool = Tool()

    def broken(app):
        raise DemoError("`streamlift migrate` ended with status 2:\nwhy")

    tool.migrate = broken
    status, output = run(tool)

    assert status == 1
    assert "ended with status 2" in output


def test_nothing_is_left_behind(run, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run(Tool())

    assert list(tmp_path.iterdir()) == []
