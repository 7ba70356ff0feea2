"""`streamlift snapshot record` and `check`, on an app that is really run."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.snapshots.conftest import RANDOM
from tests.snapshots.test_golden_faults import git

SEPARATORS = ('{{"n": ', '{{"n":')


def edit(path, *changes):
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_recorded_is_the_same_until_the_app_changes(tree, snapshot):
    assert snapshot("record") == (0, "new: chat, normal\nnew: other\n2 requests: 2 new\n", "")
    before = contents(tree / "goldens")
    assert {"chat-normal.sse", "other.sse"} < set(before)
    assert before["other.sse"] == b'data: {"n": 0}\n\ndata: {"n": 1}\n\ndata: {"n": 2}\n\n'

    assert snapshot("check") == (0, "2 requests: 2 same\n", "")

    edit(tree / "chat.py", SEPARATORS)
    for command in ("check", "record"):
        status, out, _ = snapshot(command)
        assert status == 1
        assert "requests.toml:4: differs: chat, normal\n  body: separators, byte 11, frame 0" in out
        assert '\n      + [0] data: {"n":0}␊\n' in out
        assert out.endswith("2 requests: 2 differs\n")
    assert contents(tree / "goldens") == before

    status, out, _ = snapshot("record", "--update", "--only", "other")
    assert (status, out.partition(" (")[0]) == (0, "updated: other")
    after = contents(tree / "goldens")
    assert {name for name in after if after[name] != before[name]} == {
        "other.sse",
        "other.sse.meta",
    }


def test_a_ci_service_gets_a_report_annotations_and_what_was_sent(
    tree, goldens, snapshot, monkeypatch
):
    monkeypatch.setenv("CI", "true")
    edit(tree / "chat.py", SEPARATORS)
    edit(tree / "requests.toml", ('name = "other"', 'name = "new"'))

    status, out, _ = snapshot(
        "check", "--format", "github", "--junit", "new/r.xml", "--received", "got"
    )
    lines = out.splitlines()

    assert status == 1
    assert lines[0].startswith(
        "::error title=streamlift snapshot (differs),file=requests.toml,line=4::"
        "chat, normal: body: separators, byte 11, frame 0, data"
    )
    assert "(missing),file=requests.toml,line=8::new: there is no golden of it" in lines[1]
    assert "(unused),file=goldens/other.sse,line=1::other: no request" in lines[2]
    suite = ET.parse("new/r.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "3", "0")
    assert snapshot("diff", "goldens", "got")[1].endswith("3 requests: 3 differs\n")
    assert (tree / "got/new.sse").read_bytes().startswith(b'data: {"n":0}\n\n')

    status, out, _ = snapshot("check", "--format", "json")
    assert status == 1
    assert json.loads(out)["summary"] == {"differs": 1, "missing": 1, "unused": 1}

    before = contents(tree / "goldens")
    status, out, err = snapshot("record", "--update")
    assert (status, out) == (2, "")
    assert err.startswith("streamlift: snapshot record: writes nothing where CI is set; ")
    assert contents(tree / "goldens") == before


def test_goldens_of_no_request_go_only_if_that_is_asked_for_and_they_are_ours(
    tree, goldens, snapshot
):
    edit(tree / "requests.toml", ('name = "other"', 'name = "another"'))
    (tree / "goldens/foreign.sse").write_bytes(b"data: x\n\n")
    (tree / "goldens/notes.txt").touch()

    status, out, _ = snapshot("record")
    assert (status, "goldens/other.sse: unused: other\n" in out) == (1, True)
    assert (tree / "goldens/other.sse").exists()

    status, out, _ = snapshot("record", "--update")
    assert status == 1
    assert "removed: other" in out
    assert "unused: foreign\n  no request has this name, and it stays: " in out
    assert {"foreign.sse", "notes.txt"} < set(contents(tree / "goldens"))
    assert "other.sse" not in contents(tree / "goldens")


def test_a_request_that_cannot_be_recorded_fails_alone(tree, snapshot):
    edit(tree / "requests.toml", ('path = "/chat"', 'path = "/dies"'))

    status, out, _ = snapshot("record")

    assert status == 2
    assert "requests.toml:4: unknown: chat, normal\n  the process ended with status 3 " in out
    assert out.endswith("2 requests: 1 new, 1 unknown\n")
    assert set(contents(tree / "goldens")) == {"other.sse", "other.sse.meta"}


def test_what_is_another_every_time_is_no_golden(tree, snapshot):
    edit(tree / "requests.toml", ('app = "chat:app"\n', f'app = "chat:app"\n{RANDOM}'))

    status, out, _ = snapshot("record")
    assert status == 2
    assert "unknown: ids\n  two runs of the same code differ: body: " in out
    assert "ids.sse" not in contents(tree / "goldens")

    redaction = "\n[[redact]]\nname = 'id'\njson-path = '$.id'\nshape = '{}'\n"
    (tree / "requests.toml").write_text(f'app = "chat:app"\n{RANDOM}{redaction.format("x+")}')
    status, out, _ = snapshot("record")
    assert (status, "is not of the shape 'x+'" in out) == (2, True)

    (tree / "requests.toml").write_text(f'app = "chat:app"\n{RANDOM}{redaction.format(".{8}")}')
    assert snapshot("record", "--update")[0] == 0
    edit(tree / "chat.py", ('b"text/event-stream"', 'b"text/plain"'))
    status, out, _ = snapshot("check")
    assert (status, "first difference" in out) == (1, False)
    assert "  = not compared: id ($.id), 3 times\n" in out
    assert (tree / "goldens/ids.sse").read_bytes().startswith(b'data: {"id": "<id#1>"}\n\n')


def test_what_is_left_behind_only_at_times_is_no_difference_and_hides_none(tree, snapshot):
    edit(tree / "requests.toml", ('path = "/chat"', 'path = "/leaves"'))
    assert snapshot("record")[0] == 0
    assert snapshot("check")[0] == 0

    edit(tree / "chat.py", ("create_task(asyncio.sleep(0.1))", "create_task(later())"))
    (tree / "runs").write_text("xx")
    assert snapshot("check")[0] == 0

    edit(tree / "chat.py", SEPARATORS)
    (tree / "runs").write_text("xx")
    status, out, _ = snapshot("check")
    assert (status, "chat, normal\n  body: separators" in out) == (1, True)

    edit(tree / "chat.py", SEPARATORS[::-1], (" % 2:", ":"))
    status, out, _ = snapshot("check")
    assert (status, "  cleanup: tasks left running: later instead of sleep\n" in out) == (1, True)


# What is not as it should be


def is_one_line(told, *parts):
    status, out, err = told
    assert (status, out, len(err.splitlines())) == (2, "", 1), err
    assert all(part in err for part in parts), err
    return True


def test_a_folder_that_is_none_is_one_line(tree, snapshot):
    (tree / "file").touch()

    assert is_one_line(snapshot("check"), "goldens: does not exist; record the goldens first")
    assert is_one_line(snapshot("check", "--goldens", "file"), "file: is no folder")
    assert is_one_line(
        snapshot("check", "--goldens", ".", "--received", tree), "the goldens are there"
    )
    assert is_one_line(snapshot("record", "--out", "file/goldens"), "file/goldens: ")


def test_what_was_asked_for_wrongly_is_one_line(tree, snapshot):
    assert is_one_line(
        snapshot("check", "--requests", "none.toml", "--goldens", "."), "none.toml:1: "
    )
    edit(tree / "requests.toml", ('path = "/other"', 'pth = "/other"'))
    assert is_one_line(snapshot("record"), "requests.toml:9: ", "did you mean path?")


def test_an_app_that_does_not_start_is_told_with_the_end_of_its_log(tree, goldens, snapshot):
    edit(tree / "chat.py", ("import os", "import no_such_module"))

    status, out, err = snapshot("record")

    assert (status, out) == (2, "")
    assert err.startswith("streamlift: the application chat:app cannot be imported:\n")
    assert "ModuleNotFoundError: No module named 'no_such_module'\n" in err

    status, out, _ = snapshot("check", "--format", "github", "--junit", "r.xml")
    assert status == 2
    assert out.startswith(
        "::error title=streamlift snapshot (unknown),file=requests.toml,line=1::"
        "the app: the application chat:app cannot be imported%0ATraceback"
    )
    assert ET.parse("r.xml").getroot()[0].get("errors") == "1"


def test_a_golden_that_is_spoilt_is_told_and_written_anew_only_if_that_is_asked_for(
    tree, goldens, snapshot
):
    golden = tree / "goldens/other.sse"
    whole = golden.read_bytes()
    golden.write_bytes(whole.replace(b"\n", b"\r\n"))

    status, out, _ = snapshot("check")
    assert status == 2
    assert "unknown: other\n  goldens/other.sse: git (core.autocrlf) or an editor has" in out
    assert snapshot("record")[0] == 2
    assert golden.read_bytes() != whole
    assert snapshot("record", "--update")[0] == 0
    assert golden.read_bytes() == whole


def test_a_name_in_other_capitals_is_told_and_nothing_goes(tree, goldens, snapshot):
    edit(tree / "requests.toml", ('name = "other"', 'name = "Other"'))

    assert is_one_line(snapshot("record", "--update"), "the names 'other' and 'Other' are one file")
    assert (goldens / "other.sse").exists()


def test_one_run_at_a_time_writes(tree, snapshot):
    (tree / "goldens").mkdir()
    handle = os.open(tree / "goldens", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)

    assert is_one_line(snapshot("record"), "goldens: another run of streamlift is writing here")
    os.close(handle)
    assert list((tree / "goldens").iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_app_and_writes_nothing(tree, how):
    edit(
        tree / "chat.py",
        (
            'path = scope["path"]',
            'open("pid", "w").write(str(os.getpid()))\n    import time; time.sleep(60)\n    path = ""',
        ),
    )
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "snapshot", "record"],
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: Path("pid").exists() and Path("pid").read_text())
    process.send_signal(how)

    assert process.communicate(timeout=30)[1].endswith("streamlift: interrupted\n")
    assert process.returncode == 130
    assert not (tree / "goldens").exists()
    wait_for(lambda: not is_alive(int(Path("pid").read_text())))


INTERRUPTIBLE = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may let what it starts beside itself ignore it
from streamlift_codemods.cli import main
sys.exit(main())
"""


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(process):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_an_output_that_is_closed_ends_the_run_without_a_word(tree, goldens, snapshot):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "streamlift_codemods", "snapshot", "cat", "goldens/other.sse"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (1, b"")


# git


def test_a_golden_knows_its_commit_and_is_read_in_a_diff(tree, snapshot):
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "app")
    _, _, err = snapshot("record", "--only", "other")
    assert (
        "goldens: git may change line ends in it (the attribute text is unspecified); add to" in err
    )
    assert err.endswith("\n    *.sse -text diff=sse linguist-generated=true\n")

    status, out, err = snapshot("doctor", "--fix")
    assert (status, out) == (0, "2 requests: 2 same\n")
    assert "goldens/.gitattributes: written; commit it" in err
    git(
        tree,
        "config",
        "diff.sse.textconv",
        f"'{sys.executable}' -m streamlift_codemods snapshot cat --no-numbers",
    )
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "goldens")
    edit(tree / "chat.py", SEPARATORS)
    snapshot("record", "--only", "other", "--update")

    commit = git(tree, "rev-parse", "HEAD~1").strip()
    assert f'"origin": "{commit}"' in git(tree, "show", "HEAD:goldens/other.sse.meta")
    assert '-dirty"' in (tree / "goldens/other.sse.meta").read_text()
    assert '\n-data: {"n": 0}␊\n+data: {"n":0}␊\n' in git(tree, "diff", "goldens/other.sse")


def test_the_doctor_finds_what_would_spoil_goldens(tree, snapshot):
    (tree / "requests.toml").write_text(f'app = "chat:app"\n{RANDOM}')
    (tree / ".editorconfig").write_text("[*]\ninsert_final_newline = true\n")
    (tree / ".pre-commit-config.yaml").write_text("repos: [{hooks: [{id: end-of-file-fixer}]}]\n")
    (tree / "goldens").mkdir()
    (tree / "goldens/ids.sse").touch()

    status, out, _ = snapshot("doctor")

    assert status == 2
    assert ".editorconfig: editors change goldens when they save them" in out
    assert "\n    [*.sse]\n" in out
    assert "the hooks end-of-file-fixer change goldens" in out
    assert "goldens/ids.sse: ids.sse.meta is missing" in out
    assert "requests.toml:4: unknown: ids\n" in out
    assert (
        "\n  two runs of the same code differ: body: value, byte 14, frame 0, data $.id\n    frame 0, byte "
        in out
    )
    assert "\nadd to requests.toml, " in out
    assert "add to requests.toml, what sets a value at its top" in out
    assert out.endswith("\n\nseed = 0\n")
