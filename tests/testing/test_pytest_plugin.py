"""The plugin in sessions of its own, with recordings of a real application."""

import re
from importlib.metadata import version

import pytest

# Here, so that not each session of pytester imports them again.

pytest_plugins = ("pytester",)

OLDEST = version("syrupy").startswith("4.")
"""It does not know of workers, nor of updating what is new only."""

APP = """
from dataclasses import replace

import pytest
from streamlift.testing.recording_of import recording_of
from streamlift.testing.redaction import Redaction
from streamlift.testing.request import Request

LEFT_OPEN = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise NotImplementedError
    await receive()
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/event-stream"), (b"x-id", b"chat-1")],
        }
    )
    for number in range(3):
        body = b'data: {"id": "chat-1", "n": %d, "text": "x"}\\n\\n' % number
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\\n\\n"})

CHAT = recording_of(app, "/chat")
ID = Redaction(name="id", pattern=r"chat-\\d+")

"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run the plugin and syrupy on one test module, in this process."""
    for variable in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "CI"):
        monkeypatch.delenv(variable, raising=False)
    # Each run imports its plugins again, and others take seconds for that.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source, *options):
        pytester.makepyfile(test_module=APP + source)
        return pytester.runpytest_inprocess(
            *("-p", "no:cacheprovider"), *("-p", "syrupy"), *("-p", "streamlift"), *options
        )

    return run


TEST = """
def test_chat(sse_snapshot):
    assert sse_snapshot == CHAT
"""


def changed(expression, test=TEST):
    return test.replace("CHAT", f"({expression})")


def files(pytester):
    return {
        each.name: each.read_bytes()
        for each in sorted(pytester.path.glob("__snapshots__/test_module/*"))
    }


def test_a_test_of_three_lines(run, pytester):
    missing = run(TEST)
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(["*test_chat.sse: nothing is recorded yet: *--snapshot-update*"])
    assert files(pytester) == {}

    run(TEST, "--snapshot-update").assert_outcomes(passed=1)
    assert list(files(pytester)) == ["test_chat.sse", "test_chat.sse.meta"]
    assert files(pytester)["test_chat.sse"].startswith(b'data: {"id": "chat-1", "n": 0')
    for test in (TEST, TEST.replace("sse_snapshot == CHAT", "CHAT == sse_snapshot")):
        done = run(test)
        done.assert_outcomes(passed=1)
        done.stdout.fnmatch_lines(["2 snapshots passed."])


def test_a_failure_names_all_and_shows_it(run, pytester):
    run(TEST, "--snapshot-update")
    failed = run(
        changed(
            "replace(CHAT, status=201, messages=(CHAT.messages[0], "
            "CHAT.messages[1].replace(b'd\": ', b'd\":'), *CHAT.messages[2:]))"
        ),
        "--color=yes",
    )

    failed.assert_outcomes(failed=1)
    plain = re.sub(r"\x1b\[[\d;]*m", "", failed.stdout.str())
    told = [line.removeprefix("E").strip() for line in plain.splitlines()]
    head = next(i for i, line in enumerate(told) if line.startswith("assert sse_snapshot:"))
    assert told[head : head + 3] == [
        "assert sse_snapshot: it is not what __snapshots__/test_module/test_chat.sse holds",
        "status: 201 instead of 200",
        "body: separators, byte 57, frame 1, data $.id",
    ]
    for line in (
        "first difference: separators, byte 57, frame 1, data $.id (expected 149 bytes in 4 frames, actual 148 in 4)",
        '- [1] data: {"id": "chat-1", "n": 1, "text": "x"}␊',
        "= 2 frames the same [2..3]",
    ):
        assert line in told
    assert '\x1b[31m  - [1] data: {"id"' in failed.stdout.str()
    assert "\x1b" not in run(changed("replace(CHAT, status=201)"), "--color=no").stdout.str()


BYTES = """
def test_body(sse_snapshot):
    assert sse_snapshot == CHAT.body
    assert bytearray(b"data: 2\\n\\n") == sse_snapshot
    assert sse_snapshot == CHAT
    assert sse_snapshot(name="last") == CHAT
"""


def test_several_in_one_test_and_bytes(run, pytester):
    run(BYTES, "--snapshot-update").assert_outcomes(passed=1)

    assert list(files(pytester)) == [
        "test_body.1.sse",
        "test_body.2.sse",
        "test_body.2.sse.meta",
        "test_body.sse",
        "test_body[last].sse",
        "test_body[last].sse.meta",
    ]
    done = run(BYTES)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["6 snapshots passed."])
    failed = run(BYTES.replace('"data: 2', '"data: 3'))
    failed.stdout.fnmatch_lines(
        ["*test_body.1.sse holds", "*body: value, byte 6*", "*not compared: anything but the body"]
    )


def test_two_recordings_under_one_name_are_told_when_they_are_written(run, pytester):
    test = """
def test_chat(sse_snapshot):
    assert sse_snapshot(name="a") == CHAT
    assert sse_snapshot(name="a") == replace(CHAT, status=201)
"""
    failed = run(test, "--snapshot-update")

    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(
        ["*status: 201 instead of 200", "*this test has compared something*"]
    )
    assert b'"status": 200' in files(pytester)["test_chat[a].sse.meta"]


REDACTED = """
def test_chat(sse_snapshot):
    other = replace(
        CHAT,
        headers=tuple((n, v.replace(b"chat-1", b"chat-22")) for n, v in CHAT.headers),
        messages=tuple(each.replace(b"chat-1", b"chat-22") for each in CHAT.messages),
    )
    snapshot = sse_snapshot(redact=[ID])
    assert snapshot(name="same") == CHAT
    assert snapshot(name="same") == other
    assert snapshot(name="body") == CHAT.body
"""


def test_redacted(run, pytester):
    run(REDACTED.replace("other\n", "CHAT\n"), "--snapshot-update").assert_outcomes(passed=1)
    kept = files(pytester)

    assert kept["test_chat[same].sse"] == kept["test_chat[body].sse"]
    assert kept["test_chat[same].sse"].count(b'"id": "<id#1>"') == 3
    assert b'["x-id", "<id#1>"]' in kept["test_chat[same].sse.meta"]
    assert b'"redactions": ["id"]' in kept["test_chat[same].sse.meta"]
    run(REDACTED).assert_outcomes(passed=1)
    failed = run(REDACTED.replace("CHAT.body", "CHAT.body.replace(b'chat-1', b'chat-3', 1)"))
    failed.stdout.fnmatch_lines(["*body: value*", "*not compared: id (chat-\\d+), 3 values"])


def test_a_redaction_that_does_nothing_is_told(run, pytester):
    test = TEST.replace("sse_snapshot ==", "sse_snapshot(redact=[NEVER]) ==")
    never = "NEVER = Redaction(name='never', json_path='$.never')\n"
    done = run(never + test, "--snapshot-update", "-W", "default")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(
        ["*RedactionWarning: the redaction never ($.never) has found nothing"]
    )
    misshapen = "NEVER = Redaction(name='id', json_path='$.id', shape='x.*')\n"
    run(misshapen + test, "-W", "default").stdout.fnmatch_lines(
        ["*RedactionWarning: not redacted: id: 'chat-1' is not of the shape 'x.*'"]
    )


def damaged(change):
    def damage(folder):
        path = folder / "test_chat.sse"
        path.write_bytes(change(path.read_bytes()))

    return damage


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (damaged(lambda body: body[:-30]), "*test_chat.sse: it is truncated, 119 bytes of 149*"),
        (damaged(lambda body: body.replace(b"\n", b"\r\n")), "*git (core.autocrlf) or an editor*"),
        (damaged(lambda body: body.replace(b"x", b"y")), "*test_chat.sse: it was edited*"),
        (lambda folder: (folder / "test_chat.sse").unlink(), "*test_chat.sse: it is missing*"),
        (
            lambda folder: (folder / "test_chat.sse.meta").unlink(),
            "*test_chat.sse.meta is missing*",
        ),
        (
            lambda folder: (folder / "test_chat.sse.meta").write_text("{"),
            "*test_chat.sse.meta: it is damaged*",
        ),
    ],
)
def test_a_damaged_golden_is_named_and_can_be_written_again(run, pytester, damage, told):
    run(TEST, "--snapshot-update")
    before = files(pytester)
    damage(pytester.path / "__snapshots__" / "test_module")
    failed = run(TEST)

    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines([told])
    run(TEST, "--snapshot-update").assert_outcomes(passed=1)
    assert files(pytester) == before


def test_bytes_in_a_file_with_other_line_ends(run, pytester):
    test = changed("CHAT.body")
    run(test, "--snapshot-update")
    damaged(lambda body: body.replace(b"\n", b"\r\n"))(pytester.path / "__snapshots__/test_module")

    run(test).stdout.fnmatch_lines(["*line ending, byte*", "*only line ends differ*-text*"])


def test_unused_snapshots_fail_and_are_removed_as_a_pair(run, pytester):
    two = TEST + TEST.replace("test_chat", "test_other")
    run(two, "--snapshot-update")
    unused = run(TEST)
    unused.assert_outcomes(passed=1)
    unused.stdout.fnmatch_lines(["*2 snapshots unused.*"])
    assert unused.ret != 0
    assert run(TEST, "-k", "test_chat", "--snapshot-update").ret == 0

    run(TEST, "--snapshot-update")
    assert list(files(pytester)) == ["test_chat.sse", "test_chat.sse.meta"]


def test_another_extension_of_syrupy_leaves_the_files_alone(run, pytester):
    other = """
from syrupy.extensions.json import JSONSnapshotExtension

def test_json(snapshot):
    assert snapshot.use_extension(JSONSnapshotExtension) == {"a": 1}

def test_amber(snapshot):
    assert snapshot == {"a": 1}
"""
    run(TEST + other, "--snapshot-update").assert_outcomes(passed=3)
    before = files(pytester)
    done = run(TEST + other, "--snapshot-update")

    assert (done.ret, files(pytester)) == (0, before)
    assert set(before) == {"test_chat.sse", "test_chat.sse.meta", "test_json.json"}


OPTIONS = ["--snapshot-update", "--snapshot-update-new-only"]


@pytest.mark.parametrize("option", OPTIONS[:1] if OLDEST else OPTIONS)
def test_ci_writes_nothing(run, pytester, monkeypatch, option):
    run(TEST, "--snapshot-update")
    before = files(pytester)
    monkeypatch.setenv("CI", "true")
    refused = run(changed("replace(CHAT, status=201)"), option)

    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["ERROR: CI is set, so --snapshot-update is refused*"])
    assert files(pytester) == before
    run(TEST).assert_outcomes(passed=1)
    pytester.path.joinpath("__snapshots__").rename(pytester.path / "kept")
    run("def test_other(): pass", option).assert_outcomes(passed=1)


def test_a_read_only_folder_loses_nothing(run, pytester):
    run(TEST, "--snapshot-update")
    before = files(pytester)
    as_somebody = """
import os
from pathlib import Path

def test_chat(sse_snapshot):
    folder = Path(__file__).parent / "__snapshots__" / "test_module"
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:  # nothing is read-only to the superuser
        for parent in Path(__file__).parents[:3]:
            parent.chmod(0o755)
        os.seteuid(65534)
    try:
        same = sse_snapshot == replace(CHAT, status=201)
    finally:
        os.seteuid(user)
    assert not same
    print("told:", sse_snapshot.failure.lines[0])
"""
    failed = run(as_somebody, "--snapshot-update", "-s")

    failed.assert_outcomes(passed=1)
    failed.stdout.fnmatch_lines(["*told: *test_chat.sse: it cannot be written: Permission denied"])
    assert files(pytester) == before


def test_names(run, pytester):
    test = """
@pytest.mark.parametrize("case", ["a/b", "ab", "é", "x" * 240], ids=str)
def test_chat(sse_snapshot, case):
    assert sse_snapshot == replace(CHAT, messages=(case.encode(),))
"""
    run(test, "--snapshot-update").assert_outcomes(passed=4)
    done = run(test)

    done.assert_outcomes(passed=4)
    assert done.ret == 0
    assert all(len(name) <= 255 for name in files(pytester))
    two = test.replace('"a/b", "ab", "é", "x" * 240', '"Cd", "cD"')
    refused = run(two, "--snapshot-update")
    refused.assert_outcomes(passed=1, failed=1)
    refused.stdout.fnmatch_lines(["*are one file to some file systems*"])


def test_what_is_no_response_is_refused(run):
    run(changed("'text'")).stdout.fnmatch_lines(
        ["*TypeError: sse_snapshot is compared with a Recording or with bytes, not str"]
    )


def test_without_syrupy_nothing_is_asked(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("def test_a(): pass\ndef test_b(sse_snapshot): pass")
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "streamlift")

    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*sse_snapshot needs syrupy: pip install 'streamlift[[]testing[]]'"])


WORKERS = ("-p", "syrupy", "-p", "streamlift", "-p", "xdist", "-n", "2", "--color=yes")
CASES = """
@pytest.mark.parametrize("case", range(8))
def test_chat(sse_snapshot, case):
    assert sse_snapshot == replace(CHAT, status=200 + case)
"""


def test_workers_write(run, pytester):
    pytester.makepyfile(test_module=APP + CASES)
    pytester.runpytest_subprocess(*WORKERS, "--snapshot-update").assert_outcomes(passed=8)

    assert len(files(pytester)) == 16
    assert b'"status": 207' in files(pytester)["test_chat[7].sse.meta"]
    run(CASES).assert_outcomes(passed=8)


@pytest.mark.slow
def test_workers_compare_and_refuse(run, pytester, monkeypatch):
    run(CASES.replace("(8)", "(9)"), "--snapshot-update")
    before = files(pytester)
    pytester.makepyfile(test_module=APP + CASES.replace("200", "201"))
    failed = pytester.runpytest_subprocess(*WORKERS)
    failed.assert_outcomes(failed=8)
    assert "\x1b[31m" in failed.stdout.str()
    plain = re.sub(r"\x1b\[[\d;]*m", "", failed.stdout.str())
    assert "status: 202 instead of 201" in plain
    assert OLDEST or "2 snapshots unused" in plain
    monkeypatch.setenv("CI", "1")
    refused = pytester.runpytest_subprocess(*WORKERS, "--snapshot-update")

    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["ERROR: CI is set, so --snapshot-update is refused*"])
    assert files(pytester) == before
