"""Stop a run at each of its steps on the disk, in each way that a run can stop: `python -m tests.codemods.faults`.

With `several`, the journal is on another file system than the files, so that none of them can be moved there or back.

A step is a call that opens a file for writing, renames, removes or makes something, changes a mode or an owner, or
asks the system to write a file out. Prints a line for each law that was broken, and how many steps there were.
"""

import errno
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from streamlift_codemods.errors import ToolError
from streamlift_codemods.journal.journal import Journal
from streamlift_codemods.journal.recorded_run import Change

BEFORE = {"a.py": b"old a", "pkg/b.py": b"old b", "pkg/c.py": b"old c"}
AFTER = {**BEFORE, "a.py": b"new a\n" * 2000, "pkg/b.py": b"new b", "pkg/sub/wire.py": b"made"}
STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.truncate"}
WAYS = ("killed", "interrupted", "full", "full for good")
NOT_REACHED, SURVIVED, TOLD = range(3)


class Fault:
    """What happens before the step of a number."""

    def __init__(self):
        self.way, self.left, self.struck = None, 0, False

    def arm(self, way, number):
        self.way, self.left = way, number

    def __call__(self, event, arguments):
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE
        if event in STEPS or writes:
            self.step()

    def step(self):
        self.left -= 1
        if self.way is not None and (
            self.left == 0 or (self.left < 0 and self.way == "full for good")
        ):
            self.struck = True
            self.strike()

    def strike(self):
        if self.way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.way == "interrupted":
            raise KeyboardInterrupt
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


fault = Fault()


def fsync(handle):
    """Be a step too, and not slow: what the process has written survives its end; a full disk takes a half."""
    try:
        fault.step()
    except OSError:
        os.ftruncate(handle, os.fstat(handle).st_size // 2)
        raise


def replace_here(source, target):
    """Take a file from one folder to another as between two file systems: not at all."""
    if Path(source).parent != Path(target).parent:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    Path(source).rename(target)


def write(root):
    changes = {
        root / name: Change(BEFORE.get(name), text)
        for name, text in AFTER.items()
        if BEFORE.get(name) != text
    }
    journal = Journal(root)
    with journal.opened():
        journal.write(changes, "streamlift migrate")


def undo(root):
    journal = Journal(root)
    with journal.opened():
        journal.undo()


def resume(root):
    journal = Journal(root)
    with journal.opened():
        journal.resume()


def tree(root):
    """Return what is in *root* beside the journal: text and mode of files, and the folders."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    return {
        name: (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
        for name, path in found.items()
        if not name.startswith(".streamlift")
    }


def copy_of(root):
    return Path(shutil.copytree(root, Path(tempfile.mkdtemp()) / "copy"))


def stopped(operation, root, way, number):
    """Run *operation* in a process of its own with a fault, and return how that ends."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        return TOLD if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    fault.arm(way, number)
    try:
        operation(root)
        status = SURVIVED if fault.struck else NOT_REACHED
    except (ToolError, KeyboardInterrupt):
        status = TOLD
    except BaseException as error:  # noqa: BLE001 - it is reported
        fault.way, status = None, TOLD
        print(f"{way} before step {number} of {operation.__name__}: shows {error!r}", flush=True)
    os._exit(status)


def at_each_step(operation, start, done):
    """Stop *operation* on a copy of *start* at each step; give what is left, and whether the journal is at rest."""
    for way in WAYS:
        number, end = 0, None
        while end != NOT_REACHED:
            number += 1
            root = copy_of(start)
            end = stopped(operation, root, way, number)
            if end == TOLD:
                yield f"{way} before step {number} of {operation.__name__}", root
            elif tree(root) != tree(done):
                print(f"{way} before step {number} of {operation.__name__}: half done, not told")
            shutil.rmtree(root.parent)
        print(f"({number - 1} steps of {operation.__name__}, {way})")


def check(what, root, model):
    if tree(root) != tree(model):
        print(f"{what}: {sorted(tree(root).items() ^ tree(model).items())}")


def main():
    sys.addaudithook(fault)
    os.fsync = fsync
    if sys.argv[1:] == ["several"]:
        os.replace = replace_here
    memory = "/dev/shm"  # a disk may be slow
    with tempfile.TemporaryDirectory(dir=memory if Path(memory).exists() else None) as folder:
        tempfile.tempdir = folder
        before = Path(folder, "before")
        for name, text in BEFORE.items():
            (before / name).parent.mkdir(exist_ok=True, parents=True)
            (before / name).write_bytes(text)
        (before / "a.py").chmod(0o640)
        after = copy_of(before)
        write(after)
        half = stop_writing(before, after)
        stop_others(undo, after, before, before)
        stop_others(resume, half, after, before)


def stop_writing(before, after):
    """Stop `write` at each step, and return a project that was left half written."""
    halves = []
    for what, root in at_each_step(write, before, after):
        unfinished = Journal(root).unfinished is not None
        if not unfinished and tree(root) not in (tree(before), tree(after)):
            print(f"{what}: half written, and nothing says so")
        if what.startswith(("interrupted", "full before")) and tree(root) == tree(before):
            if (root / ".streamlift").exists():
                print(f"{what}: the journal stays")
        elif unfinished and not what.startswith(("killed", "full for good")):
            print(f"{what}: was not taken back")
        if unfinished:
            halves.append(copy_of(root))
            other = copy_of(root)
            resume(other)
            check(f"{what}, then resume", other, after)
        elif tree(root) == tree(before):
            write(root)  # what is left of the run before is not in the way
            check(f"{what}, then again", root, after)
        undo(root)
        check(f"{what}, then undo", root, before)
        if (root / ".streamlift").exists():
            print(f"{what}, then undo: the journal stays")
    return halves[len(halves) // 2]


def stop_others(operation, start, done, before):
    """Stop what goes on with a run at each step, and take the run back, if that has not happened."""
    for what, root in at_each_step(operation, start, done):
        journal = Journal(root)
        if journal.runs or journal.unfinished is not None:
            undo(root)
        check(f"{what}, then undo", root, before)


if __name__ == "__main__":
    main()
