"""`streamlift verify`: what was migrated is proved again as the files are now, by hand or not."""

import subprocess

import pytest

from tests.codemods.harness import write
from tests.codemods.test_cli import run

OLD = r"""
import json


def _line(event, x):
    return f"event: {event}\ndata: {json.dumps(x)}\n\n"


async def _stream(x, n):
    yield f"data: {json.dumps({'type': 'token', 'content': x})}\n\n"
    yield _line("usage", {"n": n})
    yield f"data: {json.dumps({'n': n})}\n\n" if n else "data: [DONE]\n\n"


async def relay(x):
    async for item in _stream(x, 1):
        yield item


raise SystemExit("this module is never imported")
"""
TYPED = 'StreamingChunk(type="token", content=x)'


def git(folder, *arguments):
    names = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def migrated(tmp_path, capsys):
    write(tmp_path, {"pyproject.toml": b"", "app.py": OLD.encode()})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "before")
    assert run(capsys, "migrate", tmp_path, "--phase", "2", "--write")[0] == 0
    return tmp_path


def edited(folder, old, new):
    path = folder / "app.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_the_tool_wrote_is_fine(migrated, capsys):
    git(migrated, "add", "app.py")
    before = git(migrated, "status", "--porcelain"), (migrated / "app.py").read_bytes()

    code, out, err = run(capsys, "verify", migrated, "--base", "HEAD")

    assert (code, err) == (0, "")
    assert out == "Proved again against HEAD: 4 fine, 0 differs, 0 unknown.\n"
    assert (git(migrated, "status", "--porcelain"), (migrated / "app.py").read_bytes()) == before


def test_so_is_it_after_phase_3(migrated, capsys):
    (migrated / "pyproject.toml").write_text("[tool.streamlift]\nclosed-world = true\n")
    edited(migrated, "async for item in", "await nothing()\n    async for item in")
    run(capsys, "migrate", migrated, "--phase", "3", "--write", "--allow-dirty")

    assert run(capsys, "verify", migrated, "--base", "HEAD")[0] == 0


HELPER = OLD.replace("_line", "line")


@pytest.fixture
def without_helper(migrated, capsys):
    (migrated / "app.py").write_text(HELPER)
    git(migrated, "commit", "-qam", "a public helper")
    run(capsys, "migrate", migrated, "--phase", "2", "--write")
    git(migrated, "commit", "-qam", "phase 2")
    (migrated / "pyproject.toml").write_text("[tool.streamlift]\nclosed-world = true\n")
    run(capsys, "migrate", migrated, "--phase", "3", "--write", "--allow-dirty")
    assert "def line" not in (migrated / "app.py").read_text()
    return migrated


def test_a_helper_that_phase_3_took_is_proved_at_its_calls(without_helper, capsys):
    told = "Proved again against HEAD~1: 5 fine, 0 differs, 0 unknown; 1 gone with a helper, fine at its calls.\n"

    assert run(capsys, "verify", without_helper, "--base", "HEAD~1") == (0, told, "")


def test_it_is_not_if_one_of_them_says_something_else(without_helper, capsys):
    edited(without_helper, '"usage"', '"other"')

    code, out, _ = run(capsys, "verify", without_helper, "--base", "HEAD~1")

    assert code == 2
    assert "app.py:6: unknown in line: its function is gone\n" in out


USERS = {
    "top.py": b"from app import _stream\n\nSSE = 1\n\n\ndef answer(x):\n    return [_stream(x, SSE)]\n",
    "inner.py": b"def answer(x):\n    from app import _stream\n\n    return [_stream(x, 1)]\n",
}


def test_so_is_it_whatever_others_call_the_contract(tmp_path, capsys):
    alone = OLD.partition("async def relay")[0].encode()
    write(tmp_path, {"pyproject.toml": b"", "app.py": alone, **USERS})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "before")
    run(capsys, "migrate", tmp_path, "--phase", "2", "--write")

    assert "from app import SSE as APP_SSE" in (tmp_path / "top.py").read_text()
    assert "    from app import SSE, _stream" in (tmp_path / "inner.py").read_text()
    assert "producer" not in (tmp_path / "app.py").read_text()
    code, out, _ = run(capsys, "verify", tmp_path, "--base", "HEAD")
    assert (code, out) == (0, "Proved again against HEAD: 4 fine, 0 differs, 0 unknown.\n")


@pytest.fixture
def introduced(migrated, capsys):
    (migrated / "app.py").write_text(OLD)
    run(capsys, "migrate", migrated, "--phase", "1", "--write")
    return migrated


def test_what_phase_1_wrote_is_fine(introduced, capsys):
    assert run(capsys, "verify", introduced, "--base", "HEAD") == (
        0,
        "Proved again against HEAD: 4 fine, 0 differs, 0 unknown.\n",
        "",
    )


def test_what_was_edited_beside_a_frame_is_not_fine(introduced, capsys):
    edited(introduced, "StreamingChunk.of(v", "StreamingChunk.of(not v")

    code, out, _ = run(capsys, "verify", introduced, "--base", "HEAD")

    assert code == 2
    assert "app.py:10: unknown in _stream: " in out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(TYPED, "StreamingChunk.of({'type': 'token', 'content': x})", id="another kind of chunk"),
        pytest.param(TYPED, TYPED.replace("(", "(\n        ", 1), id="another layout"),
        pytest.param("async def relay", "def added():\n    yield StreamingChunk.done()\n\n\nasync def relay", id="a new function"),
        pytest.param("    yield " + TYPED, "    yield StreamingChunk.comment()\n    yield " + TYPED, id="a new chunk"),
    ],
)  # fmt: skip
def test_an_edit_that_says_the_same_is_fine(migrated, capsys, old, new):
    edited(migrated, old, new)

    assert run(capsys, "verify", migrated, "--base", "HEAD")[0] == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("content=x", "content=str(x)", id="another value"),
        pytest.param('type="token"', 'type="text"', id="another word"),
        pytest.param("ensure_ascii=True", "ensure_ascii=False", id="another contract"),
        pytest.param('"content")', '"role", "content")', id="other keys in the contract"),
        pytest.param(TYPED, 'StreamingChunk.of({"content": x, "type": "token"})', id="another order"),
    ],
)  # fmt: skip
def test_an_edit_that_says_something_else_differs(migrated, capsys, old, new):
    edited(migrated, old, new)

    code, out, _ = run(capsys, "verify", migrated, "--base", "HEAD")

    assert code in {1, 2}
    assert ": differs in " in out or ": unknown in " in out


def test_a_difference_is_shown_with_both_forms(migrated, capsys):
    edited(migrated, "content=x", 'content=f"{x}"')

    code, out, _ = run(capsys, "verify", migrated, "--base", "HEAD")

    assert code == 1
    assert "app.py:" in out
    assert ": differs in _stream: " in out
    assert "    was  f\"data: {json.dumps({'type': 'token', 'content': x})}\\n\\n\"\n" in out
    assert '    is   StreamingChunk(type="token", content=f"{x}")\n' in out
    assert out.endswith("Proved again against HEAD: 3 fine, 1 differs, 0 unknown.\n")


def test_of_a_site_that_is_gone_nothing_can_be_said(migrated, capsys):
    edited(migrated, f"    yield {TYPED}\n", "")
    code, out, _ = run(capsys, "verify", migrated, "--base", "HEAD")

    assert code == 2
    assert "app.py:10: unknown in _stream: nothing stands in its place\n" in out

    (migrated / "app.py").unlink()
    write(migrated, {"other.py": b""})
    code, out, _ = run(capsys, "verify", migrated, "--base", "HEAD")

    assert code == 2
    assert "0 fine, 0 differs, 4 unknown" in out


def test_what_is_not_migrated_yet_waits(migrated, capsys):
    (migrated / "app.py").write_text(OLD)

    code, out, _ = run(capsys, "verify", migrated, "--base", "HEAD")

    assert (code, out) == (
        0,
        "Proved again against HEAD: 0 fine, 0 differs, 0 unknown; 4 still make text.\n",
    )


def test_a_file_that_is_new_was_never_migrated(migrated, capsys):
    write(migrated, {"new/app.py": b"X = 1\n", "new.py": b"X = 1\n"})

    assert run(capsys, "verify", migrated / "new", "--base", "HEAD")[:2] == (
        0,
        "Nothing of this was there in HEAD.\n",
    )
    assert run(capsys, "verify", migrated / "new.py", migrated / "app.py", "--base", "HEAD")[0] == 0


@pytest.mark.parametrize("revision", ["nothing", "--help", "HEAD~7"])
def test_a_commit_that_is_not_there(migrated, capsys, revision):
    code, out, err = run(capsys, "verify", migrated, f"--base={revision}")

    assert (code, out) == (2, "")
    assert err.startswith(f"streamlift: --base {revision}: git says: ")
    assert err.count("\n") == 1


def test_without_a_base_contracts_and_constants_are_looked_at(migrated, capsys):
    assert run(capsys, "verify", migrated)[:2] == (0, "Looked at 4 chunks: 0 faults.\n")

    edited(
        migrated,
        "    yield " + TYPED,
        "    yield f'data: {json.dumps(x)}\\n\\n'\n    yield " + TYPED,
    )
    edited(migrated, "from streamlift", "import json\n\nfrom streamlift")
    assert run(capsys, "verify", migrated)[:2] == (
        0,
        "Looked at 4 chunks: 0 faults; 1 still make text.\n",
    )

    edited(migrated, TYPED, "StreamingChunk.of({1}, event='a')")
    code, out, _ = run(capsys, "verify", migrated)
    assert code == 1
    assert "the contract SSE cannot write it: Object of type set is not JSON serializable\n" in out

    edited(migrated, "ensure_ascii=True", "**options")
    code, out, _ = run(capsys, "verify", migrated)
    assert code == 1
    assert "the contract SSE cannot be read\n" in out
