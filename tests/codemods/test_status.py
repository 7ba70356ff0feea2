"""`streamlift status`: what is left, by phase and folder, and whether anything is."""

import json

import pytest

from tests.codemods.finish_cases import CLOSED, CONTRACTS, KEEP, SERVICE
from tests.codemods.harness import write
from tests.codemods.test_cli import run

OLD = 'import json\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n'
PRIVATE = f"{SERVICE}\n\ndef answer(x):\n    return [*SSE.stream(_reply(x))]\n"
PUBLIC = PRIVATE.replace("_reply", "reply")
PACKAGE = {"pyproject.toml": "", "chat/__init__.py": "", "chat/sse_contracts.py": CONTRACTS}


@pytest.fixture
def project(tmp_path, capsys):
    def status(files, *arguments):
        write(tmp_path, {name: text.encode() for name, text in (PACKAGE | files).items()})
        return run(capsys, "status", tmp_path, *arguments)

    return status


def counts(output):
    return json.loads(output)["total"]


def test_each_phase_is_counted_by_folder(project, tmp_path, capsys):
    code, out, err = project(
        {"chat/old/app.py": OLD, "chat/both.py": OLD, "chat/service.py": PRIVATE}
    )
    assert (code, err) == (1, "")
    run(capsys, "migrate", tmp_path / "chat/both.py", "--phase", "1", "--write")

    code, out, _ = project({}, "--format", "json")
    report = json.loads(out)

    assert code == 1
    assert report["folders"] == [
        {
            "path": "chat",
            "pattern_1": 0,
            "phase_1": 1,
            "phase_2": 1,
            "finished": 0,
            "helper_calls": 0,
        },
        {
            "path": "chat/old",
            "pattern_1": 1,
            "phase_1": 0,
            "phase_2": 0,
            "finished": 0,
            "helper_calls": 0,
        },
    ]
    assert [(use["path"], use["name"]) for use in report["shim"]] == [("chat/both.py", "begin")]
    assert [(row["function"], row["verdict"]) for row in report["decorators"]] == [
        ("_reply", "goes")
    ]


HELPER = """\
import json


def _frame(x):
    return f"data: {json.dumps(x)}\\n\\n"


async def stream(x):
    yield _frame(x)
    yield _frame([x])
"""


def test_the_same_frames_are_counted_in_each_phase(project, tmp_path, capsys):
    _, out, _ = project({"chat/app.py": HELPER}, "--format", "json")
    seen = [counts(out)]
    for phase in ("1", "2", "3"):
        write(tmp_path, {"pyproject.toml": CLOSED.encode()})
        run(capsys, "migrate", tmp_path, "--phase", phase, "--write")
        seen.append(counts(project({}, "--format", "json")[1]))

    frames = [{name: each[name] for name in each if name != "helper_calls"} for each in seen]
    assert [max(each, key=each.get) for each in frames] == [
        "pattern_1",
        "phase_1",
        "finished",
        "finished",
    ]
    assert [sum(each.values()) for each in frames] == [1, 1, 1, 1]
    assert [each["helper_calls"] for each in seen] == [2, 2, 0, 0]


def test_a_decorator_that_can_go_is_left(project):
    code, out, _ = project({"chat/service.py": PRIVATE})

    assert code == 1
    assert "Decorators that can go: 1; streamlift migrate" in out
    assert "chat/service.py:7: _reply\n" in out


def test_after_phase_3_nothing_is_left(project, tmp_path, capsys):
    project({"chat/service.py": PRIVATE})
    assert run(capsys, "migrate", tmp_path, "--phase", "3", "--write")[0] == 0

    code, out, _ = project({})

    assert code == 0
    assert out.endswith("Nothing is left.\n")


def test_phase_3_tells_what_the_shim_still_does(project, tmp_path, capsys):
    project({"chat/app.py": OLD})
    run(capsys, "migrate", tmp_path, "--phase", "1", "--write")

    code, out, _ = run(capsys, "migrate", tmp_path, "--phase", "3", "--write")

    assert code == 1
    assert "chat/app.py:10: begin is left; streamlift migrate --phase 2 takes it away\n" in out


def test_a_public_producer_is_left_unless_it_is_kept(project):
    assert project({"chat/service.py": PUBLIC})[0] == 1
    assert "stays (public-producer)" in project({})[1]

    code, out, _ = project({"pyproject.toml": CLOSED + KEEP}, "--format", "json")

    assert code == 0
    assert [row["verdict"] for row in json.loads(out)["decorators"]] == ["kept"]
    assert counts(out)["finished"] == 1


def test_a_decorator_that_stays_has_a_reason_and_a_place(project):
    code, out, _ = project(
        {"chat/service.py": PRIVATE + "\n\nTEXT = [*_reply(1)]\n"}, "--format", "json"
    )
    (row,) = json.loads(out)["decorators"]

    assert code == 1
    assert (row["verdict"], row["reason"]) == ("stays", "module-level")
    assert row["places"] == [{"path": "chat/service.py", "line": 15}]


@pytest.mark.parametrize(
    ("use", "name"),
    [
        ("from streamlift_legacy import adapt\n\n\ndef f(x):\n    return adapt(x)\n", "adapt"),
        (
            "import streamlift_legacy\n\n\ndef f(x):\n    return streamlift_legacy.adapt(x)\n",
            "adapt",
        ),
        ("from streamlift_legacy import dump\n", "dump"),
    ],
)
def test_a_use_of_the_shim_is_left(project, use, name):
    code, out, _ = project({"chat/app.py": use}, "--format", "json")

    assert code == 1
    assert [each["name"] for each in json.loads(out)["shim"]] == [name]


def test_the_history_has_a_line_a_day(project, tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text(
        '{"date": "2001-02-03", "pattern_1": 5, "phase_1": 0, "phase_2": 0, "finished": 0, "shim": 0, "decorators": 0}\n'
    )
    project({"chat/app.py": OLD}, "--history", path)
    _, out, _ = project({"chat/app.py": OLD + OLD}, "--history", path)

    first, last = map(json.loads, path.read_text().splitlines())
    assert (first["pattern_1"], last["pattern_1"]) == (5, 2)
    assert (
        "2001-02-03          5        0        0         0                   0           0\n" in out
    )


def test_a_file_that_is_no_history_stays(project, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")

    code, _, err = project({"chat/app.py": OLD}, "--history", path)

    assert (code, path.read_text()) == (2, "hello\n")
    assert "holds something else than a history; name another file" in err


def test_what_was_seen_in_production_is_shown(project, tmp_path):
    seen = {"text": 0, "calls": 12}
    used = {"text": 2, "calls": 3, "text_at": {"app.py:9": 2}, "match": 5}
    report = {"schema": 1, "producers": {"chat.service:reply": seen, "chat.other:reply": used}}
    (tmp_path / "observed.json").write_text(json.dumps(report))
    files = {"chat/service.py": PUBLIC, "chat/other.py": PUBLIC, "chat/third.py": PUBLIC}

    _, out, _ = project(files, "--observed", tmp_path / "observed.json")

    assert "chat/service.py:7: reply gave text to 0 of 12 calls\n" in out
    assert "chat/other.py:7: reply gave text to 2 of 3 calls\n    2 at app.py:9\n" in out
    assert "chat/third.py:7: reply was not called\n" in out


def test_a_producer_that_somebody_signs_for_can_go(project, tmp_path, capsys):
    seen = {"text": 0, "calls": 12}
    report = {"schema": 1, "producers": {"chat.service:reply": seen, "chat.other:reply": seen}}
    (tmp_path / "observed.json").write_text(json.dumps(report))
    settings = '[tool.streamlift]\nsigned-off = ["chat.service:reply", "chat.service:reply_all"]\n'
    files = {"pyproject.toml": settings, "chat/service.py": PUBLIC, "chat/other.py": PUBLIC}

    _, out, _ = project(files, "--observed", tmp_path / "observed.json")

    assert "chat/service.py:7: reply gave text to 0 of 12 calls, and is signed off\n" in out
    assert "chat/other.py:7: reply gave text to 0 of 12 calls\n" in out
    assert "signed-off: chat.service:reply_all is no function with our decorator" in out
    assert run(capsys, "migrate", tmp_path, "--phase", "3", "--write")[0] == 1
    assert "@producer" not in (tmp_path / "chat/service.py").read_text()
    assert "@producer" in (tmp_path / "chat/other.py").read_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": 2, "producers": {}}',
        '{"schema": 1, "producers": {"a": {"text": "x"}}}',
    ],
)
def test_a_file_that_holds_no_observations(project, tmp_path, text):
    (tmp_path / "observed.json").write_text(text)

    code, out, err = project({}, "--observed", tmp_path / "observed.json")

    assert (code, out) == (2, "")
    assert "holds no observations; give a file that streamlift_legacy.dump has written" in err
