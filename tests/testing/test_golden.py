import json
import os
import resource
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from streamlift.testing.goldens.golden import (
    Golden,
    GoldenError,
    GoldenMissingError,
    facts,
    golden_names,
    golden_of,
    read_golden,
    remove_golden,
    write_golden,
)
from streamlift.testing.goldens.golden_name import colliding_names, name_fault

from .recordings import ANSWER, ANY, sent

NAME = "chat, normal"


@pytest.fixture
def folder(tmp_path):
    write_golden(tmp_path, NAME, Golden(recording=ANSWER))
    return tmp_path


@given(ANY)
def test_what_is_written_is_read(tmp_path_factory, recording):
    golden = Golden(recording=recording, redactions=("id",), origin="0123abc")
    path = tmp_path_factory.getbasetemp() / "any.sse"

    assert golden_of(recording.body, facts(golden), path, path) == golden


def test_the_body_is_raw_and_the_facts_are_json(folder):
    assert {each.name for each in folder.iterdir()} == {f"{NAME}.sse", f"{NAME}.sse.meta"}
    assert (folder / f"{NAME}.sse").read_bytes() == ANSWER.body
    kept = json.loads((folder / f"{NAME}.sse.meta").read_text())

    assert (kept["status"], kept["ending"]) == (200, {"kind": "complete", "error": None})
    assert kept["messages"] == [len(message) for message in ANSWER.messages]
    assert golden_names(folder) == (NAME,)
    assert read_golden(folder, NAME).recording == ANSWER


def rewritten(change):
    def damage(folder):
        path = folder / f"{NAME}.sse"
        path.write_bytes(change(path.read_bytes()))

    return damage


def removed(suffix):
    return lambda folder: (folder / f"{NAME}{suffix}").unlink()


def facts_with(**changes):
    def damage(folder):
        path = folder / f"{NAME}.sse.meta"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return damage


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (rewritten(lambda body: body[:-20]), r"\.sse: it is truncated, 146 bytes of 166 are left"),
        (rewritten(lambda body: body.replace(b"x", b"z")), r"\.sse: it was edited"),
        (
            rewritten(lambda body: body.replace(b"\n", b"\r\n")),
            r"autocrlf.* has rewritten its line ends: put '\*\.sse -text' into \.gitattributes",
        ),
        (rewritten(lambda body: b"<<<<<<< HEAD\n" + body), "conflict markers"),
        (removed(".sse"), r"\.sse: it is missing, but chat, normal\.sse\.meta is there"),
        (removed(".sse.meta"), r"chat, normal\.sse\.meta is missing beside it"),
        (facts_with(format=99), r"\.sse\.meta: its format is 99"),
        (facts_with(messages=[1]), r"\.sse\.meta: .*sizes of the messages"),
        (facts_with(messages=[200, -42]), r"\.sse\.meta: .*sizes of the messages"),
        (facts_with(recorder="?"), r"\.sse\.meta: it is damaged"),
        (facts_with(headers=None), r"\.sse\.meta: it is damaged"),
        (facts_with(cleanup={"x": []}), r"\.sse\.meta: it is damaged"),
        (lambda f: (f / f"{NAME}.sse.meta").write_text("{"), r"\.sse\.meta: it is damaged"),
        (lambda f: (f / f"{NAME}.sse.meta").write_text("[]"), r"\.sse\.meta: it is damaged"),
        (
            lambda f: (f / f"{NAME}.sse.meta").write_text('{\n<<<<<<< HEAD\n"format": 1}'),
            "in conflict",
        ),
    ],
)
def test_damage_is_named(folder, damage, told):
    damage(folder)

    with pytest.raises(GoldenError, match=told):
        read_golden(folder, NAME)


@pytest.mark.parametrize("body", [b"a\r\n\r\nb\n\n", b"a\r\n\r\n", b"a\n\n"])
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda body: body.replace(b"\r\n", b"\n"),
        lambda body: body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    ],
)
def test_rewritten_line_ends_are_told_whatever_was_there_before(tmp_path, body, rewrite):
    write_golden(tmp_path, "x", Golden(recording=sent(body)))
    (tmp_path / "x.sse").write_bytes(rewrite(body))
    if rewrite(body) == body:
        assert read_golden(tmp_path, "x").recording.body == body
        return

    with pytest.raises(GoldenError, match="autocrlf"):
        read_golden(tmp_path, "x")


def test_git_with_autocrlf_is_told(folder, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")

    def git(*words, at=folder):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
            cwd=at,
            check=True,
            capture_output=True,
        )

    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    git("clone", "-c", "core.autocrlf=true", str(folder), str(clone))

    with pytest.raises(GoldenError, match="autocrlf"):
        read_golden(clone, NAME)
    (folder / ".gitattributes").write_text("*.sse -text\n")
    git("add", ".")
    git("commit", "-m", "y")
    again = clone / "again"
    git("clone", "-c", "core.autocrlf=true", str(folder), str(again))

    assert read_golden(again, NAME).recording == ANSWER


def test_missing_and_removed(folder):
    with pytest.raises(GoldenMissingError, match="no such recording"):
        read_golden(folder, "another")
    assert golden_names(folder / "nowhere") == ()
    remove_golden(folder, NAME)

    assert list(folder.iterdir()) == []


def test_half_of_a_pair_has_a_name(folder):
    (folder / "body.sse").write_bytes(b"")
    (folder / "facts.sse.meta").write_bytes(b"{}")
    (folder / "a.sse.sse").write_bytes(b"")
    (folder / "a.sse.sse.meta").write_bytes(b"")

    assert golden_names(folder) == ("a.sse", "body", NAME, "facts")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a/b",
        "a\\b",
        "..",
        ".hidden",
        "a:b",
        "a\0b",
        "a?",
        "con",
        "COM1.x",
        "x.",
        " x",
        "x" * 300,
        "é" * 130,
        "\ud800",
    ],
)
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    assert name_fault(name)
    with pytest.raises(GoldenError, match="the name"):
        write_golden(tmp_path, name, Golden(recording=ANSWER))
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_one_file_elsewhere_are_refused(tmp_path):
    write_golden(tmp_path, "Chat é", Golden(recording=ANSWER))

    with pytest.raises(GoldenError, match="one file to some file systems"):
        write_golden(tmp_path, "chat e\u0301", Golden(recording=ANSWER))
    assert colliding_names(["a", "A", "b", "ß", "ss"]) == (("A", "a"), ("ss", "ß"))


OTHER = Golden(recording=replace(ANSWER, messages=(b"data: other\n\n" * 1000,)))


def test_a_full_disk_loses_nothing(folder):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(GoldenError, match=r"cannot be written: File too large"):
            write_golden(folder, NAME, OTHER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert {each.name for each in folder.iterdir()} == {f"{NAME}.sse", f"{NAME}.sse.meta"}
    assert read_golden(folder, NAME).recording == ANSWER


def test_a_read_only_folder_loses_nothing(folder, monkeypatch):
    folder.chmod(0o555)
    monkeypatch.chdir(folder)
    with (
        as_somebody(),
        pytest.raises(
            GoldenError, match=r"^\.: 'chat, normal' cannot be written: Permission denied"
        ),
    ):
        write_golden(Path(), NAME, OTHER)

    assert read_golden(folder, NAME).recording == ANSWER


@contextmanager
def as_somebody():
    """Nothing is read-only to the superuser."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_folder_that_is_none_is_told(folder):
    with pytest.raises(GoldenError, match="cannot be written: Not a directory"):
        write_golden(folder / f"{NAME}.sse" / "x", "y", Golden(recording=ANSWER))
