"""The trees that a gate compares: what is in them, and that the person's own one is only read."""

import os
import stat
from pathlib import Path

import pytest

from streamlift.testing.requests.requests_file import read_requests
from streamlift_codemods.errors import UsageError
from streamlift_codemods.gate.base import (
    Commit,
    Folder,
    WorkingTree,
    add_what_is_not_committed,
    base_of,
)
from streamlift_codemods.gate.run_tree import DATE, RunTree
from streamlift_codemods.gate.workspace import workspace
from tests.gate.shop_project import commit, git

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def contents(folder):
    """Return what is in *folder*: text, target of a link, or (text, "x") of what can be executed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = path.readlink()
        elif path.is_file() and ".git/" not in name:
            raw = path.read_bytes()
            found[name] = (raw, "x") if path.stat().st_mode & stat.S_IXUSR else raw
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with whatever a tree can hold, and changes that are not committed."""
    folder = tmp_path_factory.mktemp("trees")
    inner = folder / "inner"
    inner.mkdir()
    (inner / "inner.py").write_text("inner\n")
    commit(inner)
    top = folder / "shop"
    (top / "pkg").mkdir(parents=True)
    (top / "pkg/old.py").write_bytes(b"x = 1\r\n")
    (top / "gone.py").write_text("gone\n")
    (top / "run.sh").write_text("#!/bin/sh\n")
    (top / "run.sh").chmod(0o755)
    (top / "short.py").symlink_to("pkg/old.py")
    (top / "whole").symlink_to(top / "pkg")
    (top / "ümlaut name.py").write_text("ü\n", encoding="utf-8")
    (top / ".gitignore").write_text("*.log\ndist/\n")
    (top / ".gitattributes").write_text("*.bin filter=lfs\n")
    (top / "model.bin").write_text(LFS)
    commit(top)
    git(top, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", inner, "vendor")
    git(top, "commit", "--quiet", "--message", "submodule")
    (top / "pkg/old.py").write_bytes(b"x = 2\r\n")
    (top / "gone.py").unlink()
    (top / "new.py").write_text("new\n")
    (top / "a.log").write_text("log\n")
    (top / "dist/deep").mkdir(parents=True)
    (top / "dist/deep/page.html").write_text("page\n")
    os.mkfifo(top / "pipe")
    return top


def written(source, folder):
    folder.mkdir()
    return [*source.write(folder)], contents(folder)


def test_a_commit_is_written_as_a_checkout_has_it(repository, tmp_path):
    tree = WorkingTree.around(repository / "pkg")
    before = contents(repository), git(repository, "status", "--porcelain")

    base = base_of(tree, "HEAD")
    told, found = written(base, tmp_path / "base")

    assert isinstance(base, Commit)
    assert not base.is_the_working_tree
    assert tree.directory == Path("pkg")
    assert found["pkg/old.py"] == b"x = 1\r\n"
    assert found["gone.py"] == b"gone\n"
    assert found["run.sh"] == (b"#!/bin/sh\n", "x")
    assert found["short.py"] == Path("pkg/old.py")
    assert found["whole"] == tmp_path / "base/pkg"
    assert found["vendor/inner.py"] == b"inner\n"
    assert found["ümlaut name.py"] == "ü\n".encode()
    assert "new.py" not in found
    [pointer] = told
    assert pointer.startswith("model.bin of Git LFS: only the pointer is there")
    assert before == (contents(repository), git(repository, "status", "--porcelain"))


def test_a_submodule_that_is_not_here_is_told(repository, tmp_path):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", repository, clone)

    base = base_of(WorkingTree.around(clone), "HEAD")
    told, found = written(base, tmp_path / "base")

    assert base.is_the_working_tree

    assert "vendor/inner.py" not in found
    assert any(each.startswith("the submodule vendor is empty") for each in told)


def test_a_working_tree_is_copied_without_what_git_ignores(repository, tmp_path):
    _, found = written(WorkingTree.around(repository), tmp_path / "new")

    assert found["pkg/old.py"] == b"x = 2\r\n"
    assert found["new.py"] == b"new\n"
    assert found["run.sh"] == (b"#!/bin/sh\n", "x")
    assert found["whole"] == tmp_path / "new/pkg"
    assert found["vendor/inner.py"] == b"inner\n"
    assert not {"gone.py", "a.log", "dist/deep/page.html", "pipe"} & found.keys()


def test_a_tree_without_git_is_copied_without_its_environments(tmp_path):
    top = tmp_path / "shop"
    for name in ("pyproject.toml", "shop.py", ".venv/lib.py", "env/pyvenv.cfg", "env/lib.py"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(name)

    _, found = written(WorkingTree.around(top), tmp_path / "new")

    assert found == {"pyproject.toml": b"pyproject.toml", "shop.py": b"shop.py"}


def test_a_base_may_be_a_folder(repository, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old/shop.py").write_text("old\n")

    base = base_of(WorkingTree.around(repository), str(tmp_path / "old"))

    assert isinstance(base, Folder)
    assert written(base, tmp_path / "base") == ([], {"shop.py": b"old\n"})


def test_a_base_that_is_not_there_is_told_with_what_to_do(repository, tmp_path):
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", shallow)
    unborn = tmp_path / "unborn"
    git(tmp_path, "init", "--quiet", unborn)

    with pytest.raises(UsageError, match=r"only the end of the history.*git fetch origin main"):
        base_of(WorkingTree.around(shallow), "HEAD~1")
    with pytest.raises(UsageError, match="is no commit of this repository"):
        base_of(WorkingTree.around(unborn), "HEAD")


def test_what_the_requests_need_comes_from_the_working_tree(repository, tmp_path):
    (repository / "offline.py").write_text("models = 1\n")
    requests = tmp_path / "requests.toml"
    requests.write_text(
        'setup = "offline:models"\nalso = ["dist", "*.log", "none"]\n[[request]]\nname = "a"\n'
    )
    tree, target = WorkingTree.around(repository), tmp_path / "base"
    target.mkdir()

    told = add_what_is_not_committed(tree, read_requests(requests), target)

    assert contents(target) == {
        "a.log": b"log\n",
        "dist/deep/page.html": b"page\n",
        "offline.py": b"models = 1\n",
    }
    assert [each.partition(",")[0] for each in told] == [
        f"also: none names nothing in {repository}",
        "offline.py",
    ]


def test_a_tree_is_as_it_was_after_an_app_has_written_in_it(tmp_path):
    def build(path):
        (path / "data").mkdir()
        (path / "data/shop.db").write_text("empty")
        (path / "shop.py").write_text("shop")

    def migrate(path):
        (path / "shop.py").write_text("migrated")

    tree = RunTree(tmp_path / "shop", build)
    before = contents(tree.path)

    (tree.path / "cache/deep").mkdir(parents=True)
    (tree.path / "cache/deep/file").write_text("new")
    (tree.path / "cache/link").symlink_to("deep")
    tree.reset()
    assert contents(tree.path) == before
    assert not (tree.path / "cache").exists()

    tree.change(migrate)
    (tree.path / "data/shop.db").write_text("an order")
    tree.reset()
    assert contents(tree.path) == {**before, "shop.py": b"migrated"}


def test_what_no_copy_has_can_be_told(tmp_path):
    (tmp_path / ".gitignore").write_text(".env\n__pycache__\ndist\nown\n")
    for name in ("__pycache__", "dist", "own"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyvenv.cfg" if name == "own" else tmp_path / name / "file").touch()
    (tmp_path / ".env").touch()
    commit(tmp_path)

    assert WorkingTree.around(tmp_path).ignored() == [".env", "dist/"]


def test_files_have_the_same_time_in_each_tree(tmp_path):
    """It is sent as a header. An interpreter that compiles tells files of Python apart by it."""

    def build(path):
        (path / "shop.py").write_text("pass")
        (path / "page.html").write_text("shop")
        (path / "gone").symlink_to("nowhere")

    tree = RunTree(tmp_path / "shop", build)

    assert (tree.path / "page.html").stat().st_mtime == DATE
    assert (tree.path / "shop.py").stat().st_mtime != DATE


def test_what_is_kept_is_no_folder_of_somebody_else(tmp_path):
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(UsageError, match="is not empty"), workspace("shop", tmp_path):
        pass
