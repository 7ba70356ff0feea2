"""What nobody foresaw: one line, exit status 2, and the rest of the run goes on."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streamlift_codemods import run as running
from streamlift_codemods.flow import judge
from tests.codemods.harness import write
from tests.codemods.test_cli import SOURCE, run

BAD = SOURCE.replace(b"async def stream", b"async def broken")


@pytest.fixture
def project(tmp_path):
    write(tmp_path, {"good.py": SOURCE, "bad.py": BAD})
    return tmp_path


@pytest.fixture
def fault(monkeypatch):
    """Let the tool fail on the function `broken`."""
    right = judge.content_of

    def content_of(site, *arguments, **named):
        if site.scope.path == "broken":
            raise KeyError("no\nsuch key")
        return right(site, *arguments, **named)

    monkeypatch.setattr(judge, "content_of", content_of)


LINE = "streamlift: bad.py:5: the tool failed (KeyError: 'no\\nsuch key'); please report it with the file; --debug shows where\n"


def test_the_rest_of_the_run_goes_on(project, fault, capsys):
    status, _, err = run(capsys, "migrate", project, "--phase", "2", "--write")

    assert (status, err.splitlines(keepends=True)[0]) == (2, LINE)
    assert "Traceback" not in err
    assert b"StreamingChunk" in (project / "good.py").read_bytes()
    assert (project / "bad.py").read_bytes() == BAD


def test_scan_tells_it(project, fault, capsys):
    status, out, err = run(capsys, "scan", project, "--format", "json")
    report = json.loads(out)

    assert (status, err) == (2, LINE)
    assert [row["reason"] for row in report["errors"]] == ["tool-failure"]
    assert {site["path"] for site in report["sites"]} == {"good.py"}


def test_what_the_failing_file_names_keeps_its_decorator(tmp_path, fault, capsys):
    good = SOURCE.replace(b"stream(x)", b"_stream(x)") + (
        b"\n\ndef chat(x):\n    return StreamingResponse(_stream(x), media_type='text/event-stream')\n"
    )
    good = b"from fastapi.responses import StreamingResponse\n" + good
    write(tmp_path, {"good.py": good, "bad.py": b"from good import _stream\n" + BAD})

    _, out, _ = run(capsys, "migrate", tmp_path, "--phase", "2")

    assert "+@producer(SSE)\n" in out


@pytest.mark.parametrize("how", ["option", "environment"])
def test_the_traceback_is_for_those_who_ask(project, fault, capsys, monkeypatch, how):
    if how == "environment":
        monkeypatch.setenv("STREAMLIFT_DEBUG", "1")
    _, _, err = run(capsys, "scan", project, *(["--debug"] if how == "option" else []))

    assert "Traceback (most recent call last)" in err
    assert err.endswith(LINE)


def test_a_failure_in_no_file_is_one_line(project, capsys, monkeypatch):
    monkeypatch.setattr("streamlift_codemods.report.text_report.report_sites", None)

    status, _, err = run(capsys, "scan", project)

    assert status == 2
    assert err.startswith("streamlift: the tool failed (TypeError: ")
    assert err.count("\n") == 1


def test_an_interruption_is_one_line(project, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(judge, "content_of", interrupted)

    assert run(capsys, "scan", project) == (130, "", "streamlift: interrupted\n")


def command(*arguments):
    return [sys.executable, "-m", "streamlift_codemods", *map(str, arguments)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
def test_a_full_disk_is_one_line(project):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command("scan", project), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == 2
    assert done.stderr == (
        f"streamlift: the output: {os.strerror(errno.ENOSPC)}; check the disk and the permissions\n"
    )


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    write(tmp_path, {f"app{number}.py": SOURCE for number in range(400)})
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            command("scan", tmp_path), stdout=pipe, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_without_our_characters_is_no_error(project):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        command("scan", project), env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert "\\u27e8" in done.stdout


def test_nothing_is_left_behind_when_the_disk_is_full(project, capsys, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path: path.read_bytes() for path in project.iterdir()}
    monkeypatch.setattr("os.fsync", full)

    status, _, err = run(capsys, "migrate", project, "--phase", "2", "--write")

    assert status == 2
    assert err.endswith(
        "nothing was changed; make room for it or make it writable, and run again\n"
    )
    assert {path: path.read_bytes() for path in project.iterdir()} == before


@pytest.mark.parametrize(("phase", "function"), [("1", "run"), ("2", "run"), ("3", "run_finish")])
def test_a_change_that_would_be_changed_again_is_not_written(
    tmp_path, monkeypatch, capsys, phase, function
):
    write(tmp_path, {"good.py": SOURCE})
    right = getattr(running, function)

    def restless(project, *arguments, **named):
        return right(project, *arguments, **named)[0], {"good.py": b"# never at rest\n"}

    monkeypatch.setattr(running, function, restless)
    status, out, err = run(capsys, "migrate", tmp_path, "--phase", phase, "--write")

    assert (status, out) == (2, "")
    assert (
        "\nstreamlift: good.py: would be changed again by a second run; nothing was written" in err
    )
    assert (tmp_path / "good.py").read_bytes() == SOURCE
