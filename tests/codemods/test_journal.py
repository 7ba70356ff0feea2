"""What a run writes can be taken back, whatever happened to the run."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from streamlift_codemods.journal.journal import KEPT, Journal
from streamlift_codemods.journal.lock import locked
from streamlift_codemods.journal.recorded_run import Change
from tests.codemods.harness import write
from tests.codemods.test_limits import CHAT
from tests.codemods.test_torture import ENVIRONMENT, git, in_process, lines, needs_git, snapshot

FILES = {"pyproject.toml": b"", "pkg/__init__.py": b"", "pkg/chat.py": CHAT, "pkg/more.py": CHAT}
WIRE = "pkg/sse_contracts.py"


@pytest.fixture
def project(tmp_path):
    write(tmp_path, FILES | {"app.py": b"import pkg\n"})
    (tmp_path / "pkg/chat.py").chmod(0o750)
    return tmp_path


def migrate(project, *options):
    return in_process("migrate", project, "--phase", 2, "--write", *options)


def tree(folder):
    """Return text and mode of all that is in *folder*, the journal too."""
    return {
        path.relative_to(folder).as_posix(): (
            path.is_file() and path.read_bytes(),
            path.stat().st_mode,
        )
        for path in folder.rglob("*")
        if ".git" not in path.parts
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("file_systems", ["one", "several"])
def test_every_stop_at_every_step_can_be_taken_back(file_systems):
    done = subprocess.run(
        [sys.executable, "-m", "tests.codemods.faults", file_systems],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    steps = re.findall(r"^\((\d+) steps of .*\)\n", done.stdout, re.MULTILINE)
    assert done.stderr == ""
    assert re.sub(r"^\(.*\)\n", "", done.stdout, flags=re.MULTILINE) == ""
    assert sum(map(int, steps)) > 200


@pytest.fixture
def linked(project):
    """Let files have other names: one outside, one in the project."""
    os.link(project / "pkg/chat.py", project / "backup")
    (project / "pkg/more.py").unlink()
    os.link(project / "pkg/chat.py", project / "pkg/more.py")
    return project


def test_a_hard_link_is_told_and_keeps_the_old_text(linked):
    done = migrate(linked)

    names = "streamlift: pkg/chat.py, pkg/more.py: no hard link any more"
    told = f"{names}, other names keep what they had; streamlift undo joins them again"
    assert lines(done).count(told) == 1
    assert (linked / "backup").read_bytes() == CHAT
    assert b"StreamingChunk" in (linked / "pkg/chat.py").read_bytes()


def test_undo_joins_hard_links_again(linked):
    before = tree(linked)
    migrate(linked)

    assert in_process("undo", linked).returncode == 0
    assert tree(linked) == before
    for name in ("pkg/chat.py", "pkg/more.py"):
        assert (linked / name).samefile(linked / "backup")


def test_undo_restores_the_text_also_if_it_was_edited_under_another_name(linked):
    migrate(linked)
    with (linked / "backup").open("ab") as file:  # in place
        file.write(b"# edited\n")

    assert in_process("undo", linked).returncode == 0
    assert (linked / "pkg/chat.py").read_bytes() == (linked / "pkg/more.py").read_bytes() == CHAT
    assert (linked / "backup").read_bytes() == CHAT + b"# edited\n"


def test_undo_restores_every_byte_and_mode_and_leaves_no_trace(project):
    before = tree(project)
    migrate(project)
    assert tree(project)["pkg/chat.py"][1] == before["pkg/chat.py"][1]
    assert WIRE in tree(project)

    done = in_process("undo", project)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == ["pkg/chat.py", "pkg/more.py", f"{WIRE} (removed)"]
    assert done.stdout.splitlines()[3].startswith(
        f"Restored 2 files, removed 1: streamlift migrate {project}"
    )
    assert tree(project) == before


def test_undo_goes_back_run_by_run(project):
    states = [snapshot(project)]
    for name in ("pkg.chat:first", "pkg.more:first", "pkg.chat:second"):
        assert migrate(project, "--producer", name).returncode == 0
        states.append(snapshot(project))
    assert len(in_process("undo", project, "--list").stdout.splitlines()) == 3

    for state in states[-2::-1]:
        assert in_process("undo", project).returncode == 0
        assert snapshot(project) == state

    refused = in_process("undo", project)
    assert (refused.returncode, lines(refused)) == (
        2,
        [
            f"streamlift: {project}: no run is recorded here; name the folder that was migrated, or use git"
        ],
    )


@pytest.mark.parametrize("phases", [(1, 2, 3), (2, 3)])
def test_each_phase_can_be_taken_back(project, phases):
    states = [snapshot(project / "pkg")]
    for phase in phases:
        if phase == 3:  # until now somebody else might have called the producers
            write(project, {"pyproject.toml": b"[tool.streamlift]\nclosed-world = true\n"})
        in_process("migrate", project, "--phase", phase, "--write")
        if snapshot(project / "pkg") != states[-1]:
            states.append(snapshot(project / "pkg"))
    assert len(states) == len(phases) + 1

    for state in states[-2::-1]:
        assert in_process("undo", project).returncode == 0
        assert snapshot(project / "pkg") == state
    assert not (project / ".streamlift").exists()


def test_runs_are_listed_and_shown_before_they_are_taken_back(project):
    migrate(project, "--producer", "pkg.chat:first")
    migrate(project, "--producer", "pkg.more:first")
    before = tree(project)

    listed = in_process("undo", project, "--list").stdout.splitlines()
    shown = in_process("undo", project, "--diff")

    assert [line.rpartition(" ")[2] for line in listed] == ["pkg.more:first", "pkg.chat:first"]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  1 file  streamlift migrate ", listed[0])
    assert shown.returncode == 1
    assert shown.stdout.startswith("--- a/pkg/more.py\n+++ b/pkg/more.py\n")
    assert "-@producer(SSE)\n" in shown.stdout
    assert tree(project) == before


@pytest.mark.parametrize("name", ["pkg/more.py", WIRE])
def test_an_edited_file_is_refused_and_no_other_is_touched(project, name):
    migrate(project)
    with (project / name).open("ab") as file:
        file.write(b"# mine\n")
    before = tree(project)

    done = in_process("undo", project)

    assert done.returncode == 2
    assert len(lines(done)) == 1
    assert f"{name}: edited since the run, so nothing was restored; " in done.stderr
    assert tree(project) == before
    if name != WIRE:
        stored = Path(done.stderr.split("the old text is in ")[1].strip())
        assert stored.read_bytes() == CHAT

    (project / name).write_bytes((project / name).read_bytes().removesuffix(b"# mine\n"))
    assert in_process("undo", project).returncode == 0
    assert snapshot(project) == FILES | {"app.py": b"import pkg\n"}


def test_what_git_has_restored_already_is_no_edit(project):
    migrate(project)
    write(project, FILES)
    (project / WIRE).unlink()

    done = in_process("undo", project)

    assert (done.returncode, done.stdout.splitlines()[0][:29]) == (
        0,
        "Restored 0 files, removed 0: ",
    )


def test_a_mode_that_was_changed_since_stays(project):
    migrate(project)
    (project / "pkg/more.py").chmod(0o700)

    in_process("undo", project)

    assert (project / "pkg/more.py").stat().st_mode & 0o777 == 0o700


def test_undo_is_found_from_a_folder_inside(project, monkeypatch):
    migrate(project)
    monkeypatch.chdir(project / "pkg")

    assert in_process("undo").returncode == 0


def test_a_run_that_changes_nothing_is_none(project):
    migrate(project)
    migrate(project)

    assert len(in_process("undo", project, "--list").stdout.splitlines()) == 1


def test_the_last_runs_are_kept(tmp_path):
    journal = Journal(tmp_path)
    file = tmp_path / "a.py"
    for number in range(KEPT + 3):
        before = file.read_bytes() if number else None
        with journal.opened():
            journal.write({file: Change(before, b"%d" % number)}, str(number))

    assert [run.command for run in journal.runs] == [str(n) for n in range(3, KEPT + 3)][::-1]


def test_a_second_run_at_the_same_time_is_one_line(project):
    before = snapshot(project)
    with locked(project / ".streamlift"):
        done = migrate(project)

    assert done.returncode == 2
    assert lines(done)[-1] == (
        f"streamlift: {project}: another run of streamlift is writing here; run again when it is done"
    )
    assert snapshot(project) == before


EDITED = """
import sys
import tempfile
from pathlib import Path
from streamlift_codemods.journal import writing
from streamlift_codemods.cli import main

write_changes = writing.write_changes


def edit_and_write(project, *arguments):
    with Path(sys.argv[2], sys.argv.pop()).open("a") as file:
        file.write("# mine\\n")
    write_changes(project, *arguments)


writing.write_changes = edit_and_write
sys.exit(main(sys.argv[1:-1]))
"""


@pytest.mark.parametrize("name", ["pkg/chat.py", "app.py", WIRE])
def test_an_edit_during_the_run_is_noticed(project, name):
    """Of a file that would be written, of one that was read only, and of one that was not there."""
    arguments = ["migrate", str(project), "--phase", "2", "--write", name]
    done = subprocess.run(
        [sys.executable, "-c", EDITED, *arguments],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )

    assert done.returncode == 2
    assert name in lines(done)[-1]
    files = FILES | {"app.py": b"import pkg\n"}
    assert tree(project).keys() == {*files, "pkg", name}
    assert snapshot(project) == files | {name: files.get(name, b"") + b"# mine\n"}


KILLED = """
import os, signal, sys
from streamlift_codemods.cli import main

written = []


def kill(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith(".py"):
        written.append(arguments)
        if len(written) == 2:
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(kill)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may let what it starts beside itself ignore it
sys.exit(main(sys.argv[1:]))
"""


def killed(*arguments, how="SIGKILL"):
    """Run a command that gets a signal when it is about to write its second file."""
    code = KILLED.replace("SIGKILL", how)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)


@needs_git
@pytest.mark.parametrize("way", ["undo", "resume"])
def test_a_killed_run_is_told_and_can_be_taken_back_or_finished(project, tmp_path_factory, way):
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    before = tree(project)
    whole = tmp_path_factory.mktemp("whole") / "project"
    shutil.copytree(project, whole)
    migrate(whole)

    assert killed("migrate", project, "--phase", 2, "--write").returncode == -signal.SIGKILL
    told = (
        f"streamlift: {project}: holds an unfinished run (1 of 3 files written: streamlift migrate"
    )
    scanned = in_process("scan", project)
    refused = migrate(project)
    done = in_process(way, project)

    assert lines(scanned)[0].startswith(told)
    assert lines(refused) == lines(scanned)
    assert "streamlift undo takes it back, streamlift resume writes the rest" in scanned.stderr
    assert (refused.returncode, done.returncode) == (2, 0)
    if way == "resume":
        assert snapshot(project) == snapshot(whole)
        assert done.stdout.startswith("pkg/chat.py\npkg/more.py\n")
        assert in_process("undo", project).returncode == 0
    assert tree(project) == before


def test_an_interrupted_run_changes_nothing(project):
    before = tree(project)

    done = killed("migrate", project, "--phase", 2, "--write", how="SIGINT")

    assert (done.returncode, lines(done)[-1]) == (130, "streamlift: interrupted")
    assert tree(project) == before


def test_a_killed_run_does_not_go_over_edits(project):
    killed("migrate", project, "--phase", 2, "--write")
    (project / "pkg/more.py").write_bytes(CHAT + b"# mine\n")  # it was not written yet

    refused = in_process("resume", project)
    done = in_process("undo", project)

    assert refused.returncode == 2
    assert "pkg/more.py: was edited since" in refused.stderr
    assert done.stdout.startswith("pkg/chat.py\nRestored 1 file, removed 0: ")
    assert (project / "pkg/more.py").read_bytes() == CHAT + b"# mine\n"


def test_an_undo_that_was_killed_is_undone_again_and_not_resumed(project):
    before = tree(project)
    migrate(project)
    killed("undo", project)

    refused = in_process("resume", project)

    assert refused.returncode == 2
    assert "was taken back already; run: streamlift undo" in refused.stderr
    assert in_process("undo", project).returncode == 0
    assert tree(project) == before


def test_nothing_to_resume(project):
    migrate(project)

    done = in_process("resume", project)

    assert (done.returncode, len(lines(done))) == (2, 1)


@needs_git
def test_git_does_not_see_the_journal(project):
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    migrate(project)

    git(project, "add", "--all")

    assert not any(".streamlift" in name for name in git_files(project))


def git_files(project):
    command = ["git", "-C", str(project), "ls-files"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_file_that_is_not_looked_at_is_not_written_over(project):
    write(project, {".gitignore": b"sse_contracts.py\n", WIRE: b"# mine\n"})
    before = tree(project)

    done = migrate(project)

    assert done.returncode == 2
    assert f"{WIRE}: exists, and is not one of the files that are looked at" in done.stderr
    assert tree(project) == before


def test_a_record_that_is_broken_is_one_line(project):
    migrate(project)
    (project / ".streamlift/runs/000001/run.json").write_bytes(b"{")

    done = in_process("undo", project)

    assert (done.returncode, len(lines(done))) == (2, 1)
    assert "run.json: cannot be read" in done.stderr


def test_a_file_on_another_file_system(project):
    memory = Path("/dev/shm")
    if not memory.exists() or memory.stat().st_dev == project.stat().st_dev:
        pytest.skip("there is one file system only")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        (project / "far").symlink_to(folder)
        shutil.move(project / "pkg/more.py", project / "far/more.py")
        (project / "pkg/more.py").symlink_to(project / "far/more.py")
        before = tree(project), tree(Path(folder))

        migrate(project)
        assert b"producer" in Path(folder, "more.py").read_bytes()
        assert in_process("undo", project).returncode == 0
        assert (tree(project), tree(Path(folder))) == before
