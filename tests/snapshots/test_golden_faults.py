"""What would spoil goldens: git, hooks, editors."""

import os
import subprocess

import pytest

from streamlift_codemods.snapshots.commit_hooks import hook_faults
from streamlift_codemods.snapshots.editor_config import editor_faults
from streamlift_codemods.snapshots.git_attributes import (
    attribute_faults,
    text_attribute,
    top_of,
    write_attributes,
)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(tmp_path, "init", "-q")
    return tmp_path


def git(folder, *arguments):
    """Run git in *folder*, without what the machine has configured, and return what it prints."""
    names = {
        f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, env=environment
    )
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ("", "unspecified"),
        ("* text=auto\n", "auto"),
        ("*.sse text\n", "set"),
        ("* text=auto\n*.sse -text\n", "unset"),
        ("*.sse binary\n", "unset"),
        ("other/*.sse -text\n", "unspecified"),
    ],
)
def test_git_is_asked_what_it_takes_goldens_for(repository, attributes, text):
    (repository / ".gitattributes").write_text(attributes)
    folder = repository / "tests/gold ens"  # it is not there yet

    assert text_attribute(folder) == text
    assert [fault.snippet.startswith("*.sse -text") for fault in attribute_faults(folder)] == [
        True
    ] * (text != "unset")


def test_what_the_tool_writes_keeps_the_bytes_in_a_checkout_with_autocrlf(repository):
    goldens = repository / "goldens"
    goldens.mkdir()
    (goldens / ".gitattributes").write_bytes(b"*.md text")
    (goldens / "a.sse").write_bytes(b"data: a\n\ndata: b\r\n\r\n")

    write_attributes(goldens)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "goldens")
    git(repository, "-c", "core.autocrlf=true", "clone", "-q", ".", "copy")

    assert attribute_faults(goldens) == []
    assert (repository / "copy/goldens/a.sse").read_bytes() == b"data: a\n\ndata: b\r\n\r\n"
    assert (goldens / ".gitattributes").read_text().startswith("*.md text\n*.sse -text ")


def test_goldens_that_git_ignores_are_told(repository):
    (repository / ".gitignore").write_text("goldens/\n")
    (repository / ".gitattributes").write_text("*.sse -text\n")

    [fault] = attribute_faults(repository / "goldens")

    assert "git ignores" in fault.problem


def test_without_a_repository_or_without_git_there_is_nothing_to_tell(tmp_path, monkeypatch):
    assert attribute_faults(tmp_path) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert attribute_faults(tmp_path) == []
    assert top_of(tmp_path) is None


HOOKS = """\
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v6.0.0
    hooks:
      - id: end-of-file-fixer{one}
      - id: check-yaml
  - repo: local
    hooks:
      - id: trailing-whitespace{two}
{top}"""
EXCLUDE = "\n        exclude: '\\.sse$'"


@pytest.mark.parametrize(
    ("one", "two", "top", "named"),
    [
        ("", "", "", "end-of-file-fixer, trailing-whitespace"),
        (EXCLUDE, "", "", "trailing-whitespace"),
        (EXCLUDE, EXCLUDE, "", None),
        ("", "", "exclude: '^goldens/'", None),
        ("", "", "files: '\\.py$'", None),
        ("\n        files: '\\.(py|md)$'", "", "", "trailing-whitespace"),
    ],
)
def test_hooks_that_would_change_goldens_are_told(tmp_path, one, two, top, named):
    (tmp_path / ".pre-commit-config.yaml").write_text(HOOKS.format(one=one, two=two, top=top))

    faults = hook_faults(tmp_path, ["goldens/a.sse"])

    assert [fault.problem for fault in faults] == (
        [f"the hooks {named} change goldens"] if named else []
    )


@pytest.mark.parametrize(
    "text", ["- a\n", "repos: 3\n", "repos: [3]\n", "a: [\n", "exclude: '('\nrepos: []\n"]
)
def test_a_file_that_pre_commit_does_not_take_is_none_of_ours(tmp_path, text):
    (tmp_path / ".pre-commit-config.yaml").write_text(text)

    assert hook_faults(tmp_path, ["a.sse"]) == []


FINAL, TRIM, BOTH = (
    "insert_final_newline",
    "trim_trailing_whitespace",
    "[*]\ninsert_final_newline = true\ntrim_trailing_whitespace=true\n",
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (BOTH, f"{FINAL}, {TRIM}"),
        (f"{BOTH}[*.sse]\n{FINAL} = false\n", TRIM),
        (f"{BOTH}[*.{{md,sse}}]\n{FINAL} = unset\n{TRIM} = false\n", None),
        (f"{BOTH}[goldens/**]\n{FINAL} = false\n{TRIM} = false\n", None),
        (f"{BOTH}[/goldens/*.sse]\n{FINAL} = false\n{TRIM} = false\n", None),
        (f"{BOTH}[other/*.sse]\n{FINAL} = false\n{TRIM} = false\n", f"{FINAL}, {TRIM}"),
        ("[*.py]\ninsert_final_newline = true\n", None),
        ("[*.[rs]se]\nend_of_line = lf ; of all\n", "end_of_line"),
        ("[*\ninsert_final_newline", None),
    ],
)
def test_editors_that_would_change_goldens_are_told(tmp_path, text, named):
    (tmp_path / ".editorconfig").write_text(f"root = true\n\n{text}")

    faults = editor_faults(tmp_path / "goldens")

    assert [fault.problem for fault in faults] == (
        [f"editors change goldens when they save them ({named})"] if named else []
    )


def test_the_nearest_editor_config_has_the_last_word(tmp_path):
    goldens = tmp_path / "goldens"
    goldens.mkdir()
    (tmp_path / ".editorconfig").write_text(f"root = true\n{BOTH}")
    (goldens / ".editorconfig").write_text("[*]\ninsert_final_newline = unset\n")

    [fault] = editor_faults(goldens)
    assert fault.problem.endswith(f"({TRIM})")

    (goldens / ".editorconfig").write_text("root = true\n")
    assert editor_faults(goldens) == []
