"""Files that no one wants to meet: one clear line each, exit status 2, and the run goes on."""

import contextlib
import io
import os
import shutil
import subprocess
import sys

import pytest

from streamlift_codemods.cli import main
from tests.codemods.harness import migrate, write

GOOD = b'import json\n\n\nasync def stream(x):\n    yield f"data: {json.dumps(x)}\\n\\n"\n'
FRAME = b'import json\n\n\ndef stream(x):\n    yield "data: [DONE]\\n\\n"\n'
ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CEILING_DIRECTORIES": "/",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def streamlift(*arguments, code=None, cwd=None):
    """Run the command line in a process of its own."""
    start = ["-c", code] if code else ["-m", "streamlift_codemods"]
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=cwd,
        check=False,
        timeout=60,
    )


def in_process(*arguments):
    """Run the command line here, which is fast; what it does not catch fails the test."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as left:
            status = left.code
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def lines(done):
    """Return what is on stderr: no traceback, and each line names the tool."""
    assert "Traceback" not in done.stderr
    found = done.stderr.splitlines()
    assert all(line.startswith(("streamlift: ", "usage: ")) for line in found)
    return found


def snapshot(folder):
    """Return the files in *folder*, without those of git and of the journal."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".streamlift"} & {*path.parts}
    }


def git(folder, *arguments):
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)


TERMS = b" + ".join(b'"x"' for _ in range(3000))
BROKEN = {
    "syntax error": (FRAME + b"def (:\n", "cannot be parsed"),
    "null byte": (FRAME + b"x = '\x00'\n", ""),
    "unknown cookie": (b"# -*- coding: no-such-codec -*-\n" + FRAME, "is not valid text"),
    "wrong cookie": (
        b"# -*- coding: ascii -*-\n" + FRAME + "x = 'é'\n".encode(),
        "is not valid text",
    ),
    "BOM and another cookie": (
        b"\xef\xbb\xbf# -*- coding: latin-1 -*-\n" + FRAME,
        "is not valid text",
    ),
    "invalid UTF-8": (FRAME + b"x = '\xff'\n", "is not valid text"),
    "deep nesting": (FRAME + b"x = " + b"(" * 3000 + b")" * 3000 + b"\n", ""),
    "UTF-16": (FRAME.decode().encode("utf-16") + FRAME, ""),
}


def test_scan_goes_on_behind_every_broken_file(tmp_path):
    write(
        tmp_path,
        {f"broken{i}.py": raw for i, (raw, _) in enumerate(BROKEN.values())} | {"good.py": GOOD},
    )

    done = streamlift("scan", tmp_path)

    assert done.returncode == 2
    assert len(lines(done)) == len(BROKEN)
    assert "good.py:5:11: SL101 auto (payload)" in done.stdout


STRANGE = {
    "an empty file": b"",
    "a BOM alone": b"\xef\xbb\xbf",
    "blank lines": b"\n\n\n",
    "no final newline": FRAME[:-1],
    "CR": FRAME.replace(b"\n", b"\r"),
    "mixed line ends": FRAME.replace(b"\n", b"\r\n", 2),
    "CR then CRLF": b"x = 1\r" + FRAME.replace(b"\n", b"\r\n"),
    "form feeds": FRAME.replace(b"def stream", b"\x0cdef stream"),
    "form feed in the indentation": FRAME.replace(b"    yield", b"\x0c    yield"),
    "backslash and CRLF": FRAME.replace(b"yield ", b"yield \\\r\n        "),
    "blanks at the end": FRAME + b"   ",
    "a comment at the end": FRAME + b"# end",
    "control characters in a string": FRAME
    + b"x = '\x1c\x85'\n".replace(b"\x85", "\u2028\x85".encode()),
    "latin-1": b"# coding: latin-1\n" + FRAME + b"x = '\xe9'\n",
    "cp1252 on the second line": b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n"
    + FRAME
    + b"x = '\x80'\n",
    "shift-jis": b"# coding: shift-jis\n" + FRAME + "x = '表示'\n".encode("shift-jis"),
}


@pytest.mark.parametrize("raw", STRANGE.values(), ids=STRANGE)
def test_a_strange_file_keeps_its_bytes(raw):
    migration = migrate({"app.py": raw})

    assert migration.errors == ()
    if b"yield" not in raw:
        assert migration.changed == ()
        return
    after = migration.after["app.py"]
    assert migration.verdicts == ("typed",)
    assert after.count(b"StreamingChunk.done()") == 1
    kept = [
        line
        for line in raw.replace(b"\r", b"\n").split(b"\n")
        if b"yield" not in line and b"data" not in line
    ]
    rest = iter(after.replace(b"\r", b"\n").replace(b"\x0c", b"").split(b"\n"))
    assert after.count(b"\x0c") == raw.count(b"\x0c")
    assert all(line.replace(b"\x0c", b"") in rest for line in kept if line.strip())
    compile(after, "app.py", "exec")
    assert migrate(migration.after).changed == ()


@pytest.mark.parametrize(
    "expression",
    [TERMS, b'"data: " + ' + TERMS + b' + "\\n\\n"', b"[" * 80 + b"]" * 80],
    ids=["3000 terms", "a frame of 3000 terms", "80 brackets"],
)
def test_a_huge_expression_is_migrated_around_or_reported(tmp_path, expression):
    write(tmp_path, {"big.py": FRAME + b"    yield " + expression + b"\n", "good.py": GOOD})

    done = streamlift("migrate", tmp_path, "--phase", 2)

    lines(done)
    assert done.returncode in {1, 2}
    assert "StreamingChunk.of(x)" in done.stdout
    if done.returncode == 2:
        assert any("big.py" in line and "too deeply" in line for line in lines(done))


def test_two_names_of_one_file(tmp_path):
    write(tmp_path, {"real.py": GOOD})
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")

    done = in_process("migrate", tmp_path, "--phase", 2, "--write")

    lines(done)
    assert done.returncode == 0
    assert (tmp_path / "real.py").read_bytes().count(b"@producer(SSE)") == 1
    assert in_process("migrate", tmp_path, "--phase", 2).returncode == 0


WITHOUT_PATHSPEC = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pathspec":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from streamlift_codemods.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_missing_extra(tmp_path):
    write(tmp_path, {".gitignore": b"x\n", "good.py": GOOD})

    done = streamlift("scan", tmp_path, code=WITHOUT_PATHSPEC)

    assert done.returncode == 2
    assert len(lines(done)) == 1
    assert "pathspec" in done.stderr
    assert "pip install 'streamlift[codemods]'" in done.stderr


WRONG_USAGE = {
    "no command": ([], "usage"),
    "an unknown command": (["frobnicate"], "frobnicate"),
    "an unknown flag": (["scan", "--frobnicate"], "--frobnicate"),
    "an unknown phase": (["migrate", ".", "--phase", "7"], "7"),
    "no phase": (["migrate", "."], "--phase"),
    "an unknown code": (["explain", "SL999"], "SL999"),
    "a code that is misspelt": (["explain", "in-contaner"], "did you mean in-container?"),
    "a path that does not exist": (["scan", "no/such/path"], "does not exist"),
    "an unknown format": (["scan", "--format", "xml"], "xml"),
}


@pytest.mark.parametrize(("arguments", "problem"), WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage(tmp_path, monkeypatch, arguments, problem):
    monkeypatch.chdir(tmp_path)
    done = in_process(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert problem in done.stderr
    assert done.stdout == ""


def test_wrong_usage_in_a_process(tmp_path):
    done = streamlift("scan", "--frobnicate", cwd=tmp_path)

    assert done.returncode == 2
    assert (
        done.stderr.splitlines()[-1]
        == "streamlift scan: error: unrecognized arguments: --frobnicate"
    )


def test_a_directory_without_python(tmp_path):
    write(tmp_path, {"readme.md": b"data: x\n"})

    done = in_process("scan", tmp_path)

    assert done.returncode == 2
    assert lines(done) == [
        f"streamlift: {tmp_path}: holds no Python file; name a directory with Python code"
    ]


SETTINGS = {
    "no TOML": (b"[tool.", "cannot be read"),
    "an unknown setting": (b"[tool.streamlift]\nfrobnicate = 1\n", "is no setting"),
    "an ill-typed setting": (b"[tool.streamlift]\nexclude = 1\n", "is no list of globs"),
    "no UTF-8": (b"\xff", "cannot be read"),
}


@pytest.mark.parametrize(("raw", "problem"), SETTINGS.values(), ids=SETTINGS)
def test_broken_settings(tmp_path, raw, problem):
    write(tmp_path, {"pyproject.toml": raw, "good.py": GOOD})

    done = in_process("scan", tmp_path)

    assert done.returncode == 2
    assert len(lines(done)) == 1
    assert problem in done.stderr


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def test_outside_of_git_there_is_a_warning(tmp_path):
    write(tmp_path, {"good.py": GOOD})

    done = in_process("migrate", tmp_path, "--phase", 2, "--write")

    assert done.returncode == 0
    assert lines(done) == [
        f"streamlift: {tmp_path}: is not under git; only streamlift undo takes the change back"
    ]


@needs_git
def test_a_dirty_tree_is_refused_and_a_clean_one_is_not(tmp_path):
    write(tmp_path, {"good.py": GOOD, "other.txt": b"1\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "other.txt").write_bytes(b"2\n")
    before = snapshot(tmp_path)

    refused = in_process("migrate", tmp_path, "--phase", 2, "--write")

    assert refused.returncode == 2
    assert lines(refused) == [
        f"streamlift: {tmp_path}: has uncommitted changes; commit them, or pass --allow-dirty"
    ]
    assert snapshot(tmp_path) == before

    git(tmp_path, "commit", "-qam", "second")
    accepted = in_process("migrate", tmp_path, "--phase", 2, "--write")

    assert (accepted.returncode, lines(accepted)) == (0, [])
    assert snapshot(tmp_path) != before


@needs_git
def test_a_linked_worktree_and_allow_dirty(tmp_path):
    main, linked = tmp_path / "main", tmp_path / "linked"
    write(main, {"good.py": GOOD})
    git(main, "init", "-q")
    git(main, "add", ".")
    git(main, "commit", "-qm", "first")
    git(main, "worktree", "add", "-q", str(linked))

    accepted = in_process("migrate", linked, "--phase", 2, "--write")

    assert (accepted.returncode, lines(accepted)) == (0, [])
    (main / "good.py").write_bytes(GOOD + b"\n\nX = 1\n")
    allowed = in_process("migrate", main, "--phase", 2, "--write", "--allow-dirty")
    assert (allowed.returncode, lines(allowed)) == (0, [])


@needs_git
def test_a_change_outside_of_the_path_but_in_a_file_that_would_be_written(tmp_path):
    """The contracts module of the package may lie outside of the path that is asked for."""
    package = {
        "pkg/__init__.py": b"",
        "pkg/api/__init__.py": b"",
        "pkg/api/a.py": b"import pkg\n" + GOOD,
    }
    write(tmp_path, {**package, "pkg/sse_contracts.py": b"", "pyproject.toml": b""})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "pkg" / "sse_contracts.py").write_bytes(b"# mine, not committed\n")

    done = in_process("migrate", tmp_path / "pkg" / "api", "--phase", 2, "--write")

    assert done.returncode == 2
    assert (tmp_path / "pkg" / "sse_contracts.py").read_bytes() == b"# mine, not committed\n"
