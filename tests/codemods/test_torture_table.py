"""What no one wants to meet, by each command: it is done, or it is one line that says why not, and the rest goes on.

Interruptions, full disks and killed processes are in `faults.py`, two runs at once and edits meanwhile in
`test_journal.py`.
"""

import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from tests.codemods.harness import write
from tests.codemods.test_torture import (
    BROKEN,
    ENVIRONMENT,
    FRAME,
    GOOD,
    STRANGE,
    in_process,
    lines,
)


@dataclass(frozen=True)
class Row:
    """What is met, and what comes of it.

    Attributes:
        prepare: Puts it into the project, which has a good file already; `odd.py` or `odd` is its name.
        unread: What the line about it says; None if it is read.
        unwritten: What the line about it says when the project is to be written; None if that is done.
        changes: The files that are written, beside the good one.
        hook: Code that runs before the command.
    """

    prepare: object
    unread: str | None = None
    unwritten: str | None = None
    changes: frozenset = field(default=frozenset({"odd.py"}))
    hook: str = ""


def holds(raw):
    return lambda folder: (folder / "odd.py").write_bytes(raw)


def linked(target, **files):
    """Return what makes `odd.py` or `odd` a link to *target*."""

    def prepare(folder):
        write(folder, {f"{name}.py": text for name, text in files.items()})
        write(folder.parent, {"outside/far.py": FRAME})
        name = "odd.py" if target.endswith(".py") else "odd"
        (folder / name).symlink_to(target)

    return prepare


def forbids(name, bits):
    """Return what takes *bits* of the mode of *name* away, which is made with a frame in it."""

    def prepare(folder):
        write(folder, {"odd/inner.py": FRAME})
        path = folder / name
        path.chmod(path.stat().st_mode & ~bits)

    return prepare


CONFINED = """
import ctypes, os, sys

if os.geteuid() == 0 and len(sys.argv) > 1 and not os.environ.get("CONFINED"):
    for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root reads and writes everything
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
    os.environ["CONFINED"] = "1"
    os.execv(sys.executable, [sys.executable, "-m", "streamlift_codemods", *sys.argv[1:]])
"""
LOST = """
import shutil
from pathlib import Path
from streamlift_codemods.reading import project
from streamlift_codemods.journal import writing

opened, write_changes = project.open_project, writing.write_changes


def lose(folder):
    shutil.rmtree(Path(folder, "odd"))


def open_and_lose(paths, *globs):
    found = opened(paths, *globs)
    lose(paths[0])
    return found


def lose_and_write(project, *arguments):
    lose(project.root)
    write_changes(project, *arguments)
"""
NOTHING = frozenset()
FIVE_MEGABYTES = FRAME + b"".join(b"n%d = '%s'\n" % (i, b"no meaning " * 180) for i in range(2600))
INNER = frozenset({"odd/inner.py"})
ALL = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
NO_FRAME = {"an empty file", "a BOM alone", "blank lines"}
UNREADABLE = "odd.py: cannot be read ("

TABLE = {
    **{
        name: Row(holds(raw), changes=NOTHING if name in NO_FRAME else frozenset({"odd.py"}))
        for name, raw in STRANGE.items()
    },
    **{
        name: Row(holds(raw), unread=f"odd.py: {why}" if why.startswith("is") else why or "odd.py", changes=NOTHING)
        for name, (raw, why) in BROKEN.items()
    },
    "CRLF": Row(holds(FRAME.replace(b"\n", b"\r\n"))),
    "a BOM": Row(holds(b"\xef\xbb\xbf" + FRAME)),
    "tabs": Row(holds(FRAME.replace(b"    ", b"\t"))),
    "five megabytes": Row(holds(FIVE_MEGABYTES)),
    "80 brackets": Row(holds(FRAME + b"x = " + b"[" * 80 + b"]" * 80 + b"\n")),
    "a link to a file": Row(linked("real.py", real=FRAME), changes=frozenset({"odd.py", "real.py"})),
    "a link to a file outside": Row(linked("../outside/far.py")),
    "a link to a folder": Row(linked("../outside"), changes=NOTHING),
    "a link to the folder that it is in": Row(linked("."), changes=NOTHING),
    "a link to itself": Row(linked("odd.py"), unread=UNREADABLE, changes=NOTHING),
    "a link to nothing": Row(linked("no.py"), unread=UNREADABLE, changes=NOTHING),
    "a folder like a file": Row(lambda f: write(f, {"odd.py/inner.py": FRAME}), changes=frozenset({"odd.py/inner.py"})),
    "a pipe": Row(lambda f: os.mkfifo(f / "odd.py"), unread=UNREADABLE, changes=NOTHING),
    "a file that cannot be read": Row(forbids("odd/inner.py", ALL), unread="odd/inner.py: cannot be read (Permission denied)", changes=NOTHING, hook=CONFINED),
    "a folder that cannot be read": Row(forbids("odd", ALL), unread="odd: cannot be read (Permission denied)", changes=NOTHING, hook=CONFINED),
    "a file that cannot be written": Row(forbids("odd/inner.py", WRITE), unwritten="inner.py: cannot be written (Permission denied)", changes=INNER, hook=CONFINED),
    "a folder that cannot be written": Row(forbids("odd", WRITE), unwritten="inner.py: cannot be written (Permission denied)", changes=INNER, hook=CONFINED),
    "the project's folder cannot be written": Row(forbids(".", WRITE), unwritten=".streamlift: cannot be written (Permission denied)", changes=INNER, hook=CONFINED),
    "a folder that vanishes when it was listed": Row(forbids("odd", 0), unread="odd/inner.py: cannot be read (No such file", changes=NOTHING, hook=LOST + "project.open_project = open_and_lose\n"),
    "a folder that vanishes when it was read": Row(forbids("odd", 0), unwritten="odd/inner.py: changed while", changes=INNER, hook=LOST + "writing.write_changes = lose_and_write\n"),
}  # fmt: skip


def run(row, *arguments):
    """Run a command, in a process of its own if something has to happen before."""
    if not row.hook:
        return in_process(*arguments)
    if row.hook == CONFINED and os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("root may read and write everything")
    code = f"{row.hook}\nimport sys\nfrom streamlift_codemods.cli import main\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)


def tree(folder):
    """Return what is in *folder* and around it: text, targets of links, and modes."""
    found = {}
    for path in sorted(folder.parent.rglob("*")):
        mode = path.lstat().st_mode
        what = path.readlink() if path.is_symlink() else stat.S_ISREG(mode) and path.read_bytes()
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        found[name] = what, mode
    return found


@pytest.fixture
def project(tmp_path):
    write(tmp_path, {"project/good.py": GOOD, "project/pyproject.toml": b""})
    yield tmp_path / "project"
    for path in (tmp_path, *tmp_path.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_every_command_does_it_or_says_why_not(project, row):
    row.prepare(project)
    is_lost = row.hook.startswith(LOST)
    before = tree(project)

    for command in (["scan"], ["migrate", "--phase", 2]):
        done = run(row, command[0], project, *command[1:])
        told = [line for line in lines(done) if row.unread and row.unread in line]
        assert (done.returncode, len(told)) == ((2, 1) if row.unread else (1, 0)), done.stderr
        assert len(lines(done)) == len(told)
        assert "good.py" in done.stdout
        if is_lost:
            row.prepare(project)
        assert tree(project) == before

    done = run(row, "migrate", project, "--phase", 2, "--write")
    status = 2 if row.unread or row.unwritten else 0
    assert done.returncode == status, done.stderr
    if row.unwritten:
        assert row.unwritten in lines(done)[-1]
    if is_lost:
        before = {name: what for name, what in before.items() if not name.startswith("odd")}
    after = tree(project)
    if row.unwritten:
        assert after == before
        assert run(row, "undo", project).returncode == 2
        return
    assert b"StreamingChunk.of(x)" in (project / "good.py").read_bytes()
    for name in row.changes:
        assert b"StreamingChunk.done()" in (project / name).read_bytes()
    written = {"good.py", "far.py", *row.changes}
    same = {name for name in before if name not in written}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert {name: after[name][1] for name in before} == {n: what[1] for n, what in before.items()}

    done = run(row, "undo", project)
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(project) == before
