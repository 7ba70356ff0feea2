"""The whole way: a tree, its migrated copy, the app run in both, the verdict."""

import json
import os
import subprocess
import sys

import pytest

from streamlift_codemods.cli import main
from tests.gate.shop_project import FAULTS, FOUND, NAMES, commit, gate, requests, write_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate") / "shop"
    write_shop(folder)
    return folder


@pytest.fixture
def status(shop):
    def told():
        asked = ["git", "-C", shop, "status", "--porcelain", "--ignored"]
        return subprocess.run(asked, capture_output=True, check=True).stdout

    return told


def test_each_stage_of_a_migrated_copy_sends_the_same(shop, status, monkeypatch, capsys):
    monkeypatch.chdir(shop)

    assert gate("--phase", 1, "--format", "json") == 0

    report = json.loads(capsys.readouterr().out)
    rows = {(row["group"], row["name"]) for row in report["outcomes"]}
    assert {
        (f"phase 1, {stage}", name) for stage in ("off", "shadow", "live") for name in NAMES
    } < rows
    counted = [row["group"] for row in report["outcomes"] if row["name"] not in NAMES]
    assert counted == ["phase 1, shadow", "phase 1, live"]
    assert report["summary"] == {"same": len(rows)}
    assert report["migrated"]["left"] == 0
    assert status() == b""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory, shop):
    """The shop after a migration that was committed nowhere, with every fault in it."""
    folder = tmp_path_factory.mktemp("gate") / "shop"
    subprocess.run(["git", "clone", "--quiet", shop, folder], check=True)
    main(["migrate", str(folder), "--phase", "2", "--write"])
    app = folder / "shop.py"
    text = app.read_text()
    for old, new in FAULTS.values():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    app.write_text(text)
    return folder


def test_every_fault_of_a_migrated_tree_is_caught_and_named(faulty, monkeypatch, capsys):
    monkeypatch.chdir(faulty)
    capsys.readouterr()

    assert gate("--base", "HEAD", "--format", "json") == 1

    report = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["state"] for row in report["outcomes"]} == dict.fromkeys(
        NAMES, "differs"
    )
    for row in report["outcomes"]:
        assert FOUND[row["name"]] in row["headline"]


PLAIN = """\
import uuid
from pathlib import Path


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body(scope["path"]).encode()})


def body(path):
    if path == "/random":
        return f"data: {uuid.uuid4()}\\n\\n"
    if path == "/counted":
        log = Path("log.txt")
        log.write_text(("x" + log.read_text()) if log.exists() else "x")
        return f"data: {log.read_text()}\\n\\n"
    return "data: steady\\n\\n"
"""


def test_what_can_be_said_is_said_and_the_rest_with_what_helps(tmp_path, monkeypatch, capsys):
    (tmp_path / "shop.py").write_text(PLAIN)
    (tmp_path / "requests.toml").write_text(requests("steady", "counted", "random"))
    commit(tmp_path)
    (tmp_path / "shop.py").write_text(f"import nothing_such\n{PLAIN}")
    monkeypatch.chdir(tmp_path)

    status = gate("--base", "HEAD", "--junit", tmp_path / "junit.xml")

    out = capsys.readouterr().out
    assert status == 2
    assert "random\n  two runs of the same code differ" in out
    assert "add to requests.toml" in out
    assert "seed = 0" in out
    assert out.count("it could be recorded in the base, and here it cannot") == 2
    assert 'File "shop.py", line 1, in <module>' in out
    assert "3 requests: 2 differs, 1 unknown" in out
    assert 'failures="2" errors="1"' in (tmp_path / "junit.xml").read_text()


STREAM = """\
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for frame in stream():
        await send({"type": "http.response.body", "body": frame.encode(), "more_body": True})
    await send({"type": "http.response.body"})


def stream():
    yield "data: one\\n\\n"
"""


def test_what_cannot_be_done_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert gate() == 2
    assert "pass --phase 2 to try a migration, or --base origin/main" in capsys.readouterr().err
    assert gate("--phase", 2, "--keep", "kept") == 2
    assert "name a folder outside of it" in capsys.readouterr().err


def test_a_chunk_that_says_something_else_fails_though_the_old_text_is_served(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "shop.py").write_text(STREAM)
    (tmp_path / "requests.toml").write_text(requests("stream"))
    commit(tmp_path)
    main(["migrate", str(tmp_path), "--phase", "1", "--write"])
    introduced = (tmp_path / "shop.py").read_text()
    edited = introduced.replace('StreamingChunk.raw("one")', 'StreamingChunk.raw("two")')
    assert edited != introduced
    (tmp_path / "shop.py").write_text(edited)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()

    assert gate("--base", "HEAD", "--stage", "shadow") == 1

    out = capsys.readouterr().out
    assert "chunk and text, as counted by streamlift_legacy (shadow)\n  1 mismatch\n" in out
    assert "shop:stream: 1 mismatch" in out
    assert (
        "1 request: 1 same; chunk and text, as counted by streamlift_legacy (shadow): differs"
        in out
    )


SETUP = """\
from contextlib import contextmanager


def upstream():
    yield "data: fake\\n\\n"


@contextmanager
def models():
    yield
"""


def test_an_app_named_by_its_file_is_that_of_each_tree(tmp_path, monkeypatch, capsys):
    """And what a setup streams is no site of the app."""
    (tmp_path / "main.py").write_text(STREAM)
    (tmp_path / "offline.py").write_text(SETUP)
    named = 'app = "main.py:app"\nsetup = "offline.py:models"\n'
    (tmp_path / "requests.toml").write_text(f'{named}[[request]]\nname = "stream"\n')
    commit(tmp_path)
    (tmp_path / "main.py").write_text(STREAM.replace("one", "two"))
    monkeypatch.chdir(tmp_path)

    assert gate("--base", "HEAD") == 1

    out = capsys.readouterr().out
    assert "stream\n  body: value, byte 6, frame 0" in out
    assert "covered 1 of 1 site (100 %)" in out


IMPORTS = """\
import importlib.util
import os
import sys
from pathlib import Path

if "HOOK" in os.environ:
    spec = importlib.util.spec_from_file_location("common", os.environ["HOOK"])
    sys.modules["common"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["common"])
import common


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": common.FRAME})
"""


def test_what_is_installed_editably_is_that_of_each_tree(tmp_path, monkeypatch, capsys):
    shop, library = tmp_path / "shop", tmp_path / "libs/common.py"
    shop.mkdir()
    library.parent.mkdir()
    (shop / "shop.py").write_text(IMPORTS)
    (shop / "requests.toml").write_text(requests("stream"))
    library.write_text('FRAME = b"data: old\\n\\n"\n')
    commit(tmp_path)
    library.write_text('FRAME = b"data: new\\n\\n"\n')
    monkeypatch.chdir(shop)
    monkeypatch.setenv("PYTHONPATH", str(library.parent))  # as the file of an editable install does

    assert gate("--base", "HEAD", "--no-coverage") == 1
    assert "body: value, byte 6, frame 0, data" in capsys.readouterr().out

    monkeypatch.setenv("HOOK", str(library))  # as a hook does
    assert gate("--base", "HEAD", "--no-coverage") == 2
    assert 'such as import-from = ["libs"]' in capsys.readouterr().err


def test_a_gate_that_is_ended_leaves_nothing(tmp_path):
    shop, temporary, started = tmp_path / "shop", tmp_path / "temporary", tmp_path / "started"
    shop.mkdir()
    temporary.mkdir()
    os.mkfifo(started)
    (shop / "shop.py").write_text(
        f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(600)\n"
    )
    (shop / "requests.toml").write_text(requests("stream"))
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlift_codemods", "gate", "--phase", "2"],
        cwd=shop,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
    )
    started.read_bytes()  # until the app has opened it
    assert [*temporary.iterdir()] != []

    process.terminate()

    assert b"interrupted" in process.communicate()[1]
    assert process.returncode == 130
    assert [*temporary.iterdir()] == []
