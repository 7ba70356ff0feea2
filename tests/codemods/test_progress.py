"""The bar: on a terminal, when a run takes long; nowhere else."""

import os
import subprocess
import sys

import pytest

from tests.codemods.harness import write
from tests.codemods.test_limits import CHAT
from tests.codemods.test_torture import ENVIRONMENT

SCAN = """
import sys
from streamlift_codemods import progress
from streamlift_codemods.cli import main

progress.PATIENCE, progress.INTERVAL = float(sys.argv[1]), 0
main(sys.argv[2:])
sys.exit("rich" in sys.modules)
"""


@pytest.fixture
def project(tmp_path):
    write(tmp_path, {"pyproject.toml": b"", **{f"chat{number}.py": CHAT for number in range(3)}})
    return tmp_path


def scan(project, patience, stderr=subprocess.PIPE, command=("scan", ".")):
    return subprocess.run(
        [sys.executable, "-c", SCAN, str(patience), *command],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "80"},
        text=True,
        check=False,
    )


def on_a_terminal(project, patience, command=("scan", ".")):
    """Return what a scan ends with, and what the terminal shows beside the report."""
    pty = pytest.importorskip("pty")
    reading, writing = pty.openpty()
    done = scan(project, patience, writing, command)
    os.set_blocking(reading, False)
    try:
        shown = os.read(reading, 1 << 16).decode()
    except BlockingIOError:
        shown = ""
    os.close(writing)
    os.close(reading)
    return done, shown


def test_a_long_run_on_a_terminal_shows_how_far_it_is(project):
    done, shown = on_a_terminal(project, 0)

    assert done.returncode == 1  # rich is there
    assert all(work in shown for work in ("Reading files", "Reading frames", "Proving"))
    assert shown.rstrip().endswith("\x1b[2K")  # the line is empty again
    assert done.stdout == scan(project, 0).stdout


def test_a_short_run_shows_nothing_and_loads_nothing(project):
    done, shown = on_a_terminal(project, 60)

    assert (done.returncode, shown) == (0, "")


def test_without_a_terminal_there_is_no_bar(project):
    done = scan(project, 0)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_recording_on_a_terminal_shows_how_far_it_is(tmp_path):
    requests = 'app = "app:app"\n[[request]]\nname = "a"\n[[request]]\nname = "b"\n'
    app = b"async def app(scope, receive, send): raise ValueError\n"
    write(tmp_path, {"requests.toml": requests.encode(), "app.py": app})
    (tmp_path / "goldens").mkdir()

    _, shown = on_a_terminal(tmp_path, 0, ("snapshot", "check"))

    assert "Recording requests" in shown
    assert shown.rstrip().endswith("\x1b[2K")
