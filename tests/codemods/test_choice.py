"""A run may be about some sites only: those of some codes, or those that a person said yes to."""

import io
import random
import re
import sys
from dataclasses import replace

import pytest

from tests.codemods import harness
from tests.codemods.harness import check_same_stream, write
from tests.codemods.test_cases import BY_NAME
from tests.codemods.test_cli import run
from tests.codemods.test_limits import HARD, everything
from tests.codemods.test_torture import git, needs_git

CHAT = b"""\
import json


async def stream(x, ws):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield f"data: {json.dumps([x])}\\n\\n"
    yield "data: [DONE]\\n\\n"
    yield ": beat\\n\\n"
    await ws.send_text(f"data: {json.dumps(x)}\\n\\n")


async def other(x):
    yield f"data: {x}\\n\\n"
    frame = f"data: {json.dumps(x)}\\n\\n"
    if x:
        yield frame
    else:
        yield frame
"""


@pytest.fixture
def project(tmp_path):
    write(tmp_path, {"pyproject.toml": b"", "chat.py": CHAT, "more.py": CHAT})
    return tmp_path


@pytest.fixture
def answers(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def migrate(capsys, root, *options, phase="2"):
    return run(capsys, "migrate", root, "--phase", phase, *options)


def migrated(diff):
    """Return the lines of `chat.py`, by the first file's old text, that *diff* changes and that are sites."""
    first = diff.partition("--- a/more.py")[0]
    return [
        line[1:].strip().replace("yield ", "")
        for line in first.splitlines()
        if re.match(r"-\s.*(data|beat)", line)
    ]


X, LIST, DONE = (
    'f"data: {json.dumps(x)}\\n\\n"',
    'f"data: {json.dumps([x])}\\n\\n"',
    '"data: [DONE]\\n\\n"',
)
BEAT, LOG, TEXT = '": beat\\n\\n"', f"await ws.send_text({X})", 'f"data: {x}\\n\\n"'
FRAME = f"frame = {X}"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--select", "SL104"], [DONE]),
        (["--select", "SL104,comment-frame"], [DONE, BEAT]),
        (["--select", "SL104", "--select", "sl105"], [DONE, BEAT]),
        (["--select", "SL10"], [X, LIST, DONE, BEAT, TEXT, FRAME]),
        (["--ignore", "SL10"], [LOG]),
        (["--ignore", "json-frame"], [DONE, BEAT, LOG, TEXT]),
        (["--select", "SL10", "--ignore", "SL101"], [DONE, BEAT, TEXT]),
        (["--select", "SL101", "--ignore", "SL"], [X, LIST, FRAME]),
        (["--select", "ALL", "--ignore", "carrier-writer"], [X, LIST, DONE, BEAT, TEXT, FRAME]),
        (["--select", "carrier-writer"], [LOG]),
        (["--select", "SL104", "--ignore", "SL104"], []),
    ],
    ids=" ".join,
)
def test_codes_choose_sites(project, capsys, options, expected):
    _, out, err = migrate(capsys, project, *options)

    assert err == ""
    assert migrated(out) == expected


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (["--select", "SL1O4"], "did you mean SL104?"),
        (["--ignore", "SL101,carrier-lgo"], "did you mean carrier-log?"),
        (["--ignore", "comment-frames"], "did you mean comment-frame?"),
        (["--select", "XYZ"], "scan shows the codes"),
    ],
)
def test_a_wrong_code_is_one_line(project, capsys, options, hint):
    status, out, err = migrate(capsys, project, *options)

    code = options[1].split(",")[-1]
    assert (status, out) == (2, "")
    assert err == f"streamlift: {options[0]} {code}: is neither a rule nor a reason; {hint}\n"


def test_what_is_not_selected_is_not_left_to_do(project, capsys):
    assert migrate(capsys, project, "--select", "SL104", "--write")[0] == 0
    assert migrate(capsys, project, "--select", "SL104")[:2] == (0, "")
    assert migrate(capsys, project)[0] == 1


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("ynnnnnn" + "q", [X]),
        ("nynnnnn" + "q", [LIST]),
        ("nnynnnn" + "q", [DONE]),
        ("nnf" + "q", [DONE, BEAT, LOG, TEXT, FRAME]),
        ("ys" + "q", [X]),
        ("nna", [DONE, BEAT, LOG, TEXT, FRAME]),
        ("q", []),
    ],
)
def test_answers_choose_sites(project, capsys, answers, keys, expected):
    answers("\n".join(keys) + "\n")

    _, out, _ = migrate(capsys, project, "--interactive")

    assert migrated(out) == expected
    assert ("+++ b/more.py" in out) == (keys[-1] == "a")


def test_each_site_is_shown_with_its_lines(project, capsys, answers):
    answers("y\nq\n")

    _, _, err = migrate(capsys, project, "--interactive")

    assert err.startswith(
        "chat.py:5: SL101 in stream (1 of 14)\n"
        '-    yield f"data: {json.dumps(x)}\\n\\n"\n'
        "+    yield StreamingChunk.of(x)\n"
        "Migrate this site? [y,n,f,s,a,q,?] \n"
        "chat.py:6: SL101 in stream (2 of 14)\n"
    )


def test_help_and_what_is_no_answer(project, capsys, answers):
    answers("?\n\nwhat\nq\n")

    _, out, err = migrate(capsys, project, "--interactive")

    assert out == ""
    assert err.count("y  migrate this site\n") == 2
    assert err.count("Migrate this site?") == 4
    assert err.count("chat.py:5: ") == 1


def test_answers_that_end_too_early_change_nothing(project, capsys, answers):
    answers("y\ny\n")
    before = everything(project)

    status, out, err = migrate(capsys, project, "--interactive", "--write")

    assert (status, out) == (2, "")
    assert err.endswith(
        "streamlift: chat.py:7: has no answer, which --interactive reads from the input; "
        "nothing was written; answer q to leave the rest\n"
    )
    assert everything(project) == before


def test_a_site_that_cannot_go_alone_is_left_and_told(tmp_path, capsys, answers):
    """What a helper returns, its callers yield."""
    source = (
        b"import json\n\n\n"
        b"def _sse(x):\n"
        b'    return f"data: {json.dumps(x)}\\n\\n"\n\n\n'
        b"async def stream(x):\n"
        b"    yield _sse(x)\n"
    )
    write(tmp_path, {"chat.py": source})
    answers("n\n")

    _, out, err = migrate(capsys, tmp_path, "--interactive")

    assert out == ""
    assert "streamlift: chat.py:9: is left too; it shares a variable or a helper" in err


def test_what_was_declined_can_come_later(project, capsys, answers):
    answers("y\nn\nf\nq\n")
    assert migrate(capsys, project, "-i", "--write")[0] == 0
    assert migrate(capsys, project)[0] == 1
    answers("a\n")
    assert migrate(capsys, project, "-i", "--write")[0] == 0
    assert migrate(capsys, project)[:2] == (0, "")


@needs_git
def test_the_tree_is_looked_at_before_anything_is_asked(project, capsys, answers):
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    (project / "more.py").write_bytes(CHAT + b"X = 1\n")

    _, _, err = migrate(capsys, project, "--interactive", "--write")

    assert err.endswith("has uncommitted changes; commit them, or pass --allow-dirty\n")
    assert "Migrate this site?" not in err


def test_phase_1_asks_too(project, capsys, answers):
    answers("y\nq\n")

    _, out, err = migrate(capsys, project, "--interactive", phase="1")

    assert out.count("wire.either(") == 1
    assert "+    yield wire.either(" in err


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_codes_are_about_sites_and_not_about_phase_3(project, capsys, option):
    status, _, err = migrate(capsys, project, option, "SL1", phase="3")

    assert status == 2
    assert err == (
        "streamlift: --phase 3: is about decorators, and the codes are those of sites; name producers with"
        f" --producer in the place of {option}, or decide about each with --interactive\n"
    )


DECORATED = b"""\
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def _one(x):
    yield StreamingChunk.of(x)


@producer(SSE)
def _two(x):
    yield StreamingChunk.of(x)


def answer(x):
    return [*_one(x), *_two(x)]
"""


@pytest.mark.parametrize(
    ("keys", "goes"),
    [
        ("yy", "one two"),
        ("a", "one two"),
        ("yn", "one"),
        ("ny", "two"),
        ("q", ""),
        ("s", ""),
    ],
)
def test_a_person_decides_about_each_decorator(tmp_path, capsys, answers, keys, goes):
    write(tmp_path, {"pyproject.toml": b"", "chat.py": DECORATED})
    answers("\n".join(keys) + "\n")

    status, _, err = migrate(capsys, tmp_path, "--interactive", "--write", phase="3")

    text = (tmp_path / "chat.py").read_text()
    assert status == (0 if goes == "one two" else 1)
    assert text.count("@producer(SSE)\n") == 2 - len(goes.split())
    for name in ("one", "two"):
        assert (f"SSE.stream(_{name}(x))" in text) == (name in goes)
    assert "chat.py:7: decorator of _one (1 of 2)\n--- a/chat.py\n" in err
    assert "-@producer(SSE)\n" in err
    assert run(capsys, "undo", tmp_path)[0] == (0 if goes else 2)
    assert (tmp_path / "chat.py").read_bytes() == DECORATED


@pytest.mark.parametrize("name", HARD)
def test_whatever_is_chosen_the_stream_is_the_same(tmp_path, capsys, answers, name):
    case = BY_NAME[name]
    write(tmp_path, case.files)
    chance = random.Random(name)
    for _ in range(3):
        answers("".join(chance.choice("yn") + "\n" for _ in range(50)))
        status, _, err = migrate(capsys, tmp_path, "--interactive", "--write")
        assert status in {0, 1}, err
        check_same_stream(case, replace(harness.migrate(case.files), after=everything(tmp_path)))
    answers("a\n")
    migrate(capsys, tmp_path, "--interactive", "--write")

    assert harness.migrate(everything(tmp_path)).changed == ()
