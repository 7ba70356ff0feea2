"""The command line: what it prints, and its exit status."""

import json
import subprocess
import sys

import pytest

from streamlift_codemods.cli import main
from streamlift_codemods.reasons import REASONS
from streamlift_codemods.rules import RULES
from tests.codemods.harness import GRADES, VERDICTS, write

SOURCE = b"""\
import json


async def stream(x):
    yield f"data: {json.dumps({'type': 'token', 'content': x})}\\n\\n"
    yield "event: token\\n"
    if x == "data: [DONE]":
        yield 1
"""
SITE_KEYS = [
    "id", "code", "path", "line", "column", "end_line", "end_column", "kind", "function", "verdict", "grade", "as_text",
    "reason", "proof",
]  # fmt: skip


@pytest.fixture
def project(tmp_path):
    write(tmp_path, {"app.py": SOURCE, "pkg/__init__.py": b"", "pkg/none.py": b"X = 1\n"})
    return tmp_path


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_scan_as_text(project, capsys):
    status, out, err = run(capsys, "scan", project)

    assert (status, err) == (1, "")
    assert "app.py:5:11: SL101 auto (typed) in stream" in out
    assert "  = becomes: StreamingChunk(type=" in out
    assert "app.py:6:11: SL109 review (split-frame) in stream" in out
    assert "Found 2 sites: 1 auto, 1 review" in out


def test_scan_as_json(project, capsys):
    status, out, err = run(capsys, "scan", project, "--format", "json")
    report = json.loads(out)

    assert (status, err) == (1, "")
    assert report["schema"] == 1
    assert {"schema", "sites", "producers", "edges", "not_sse", "summary"} <= set(report)
    assert [[key for key in site if key in SITE_KEYS] for site in report["sites"]] == [
        SITE_KEYS
    ] * 2
    assert [
        (s["path"], s["line"], s["column"], s["verdict"], s["grade"], s["reason"])
        for s in report["sites"]
    ] == [
        ("app.py", 5, 11, "auto", "typed", None),
        ("app.py", 6, 11, "review", None, "split-frame"),
    ]
    assert [(row["line"], row["reason"]) for row in report["not_sse"]] == [(7, "comparison")]
    assert report["summary"] == {"auto": 1, "review": 1}
    assert sum(report["summary"].values()) == len(report["sites"])
    for site in report["sites"]:
        assert site["verdict"] in VERDICTS
        assert site["grade"] in {None, *GRADES}
        assert site["code"] in RULES
        assert site["kind"] in {"frame", "helper-call", "relay", "endpoint", "parse-back", "hazard"}


def test_a_site_is_shown_with_its_source_and_the_frame_as_it_is_read(tmp_path, capsys):
    source = SOURCE.replace(b"event: token", b"retry: 1\\nevent: {x!r:>{x}}").replace(
        b'"retry', b'f"retry'
    )
    source += b'    yield f"id: {x}\\ndata: {x}\\n\\n"\n'
    write(tmp_path, {"app.py": source})
    sites = json.loads(run(capsys, "scan", tmp_path, "--format", "json")[1])["sites"]
    _, out, _ = run(capsys, "scan", tmp_path)

    assert sites[2]["source"] == 'f"id: {x}\\ndata: {x}\\n\\n"'
    assert sites[2]["frame"] == {
        "fields": [
            {"name": "id", "value": [{"hole": "{x}"}]},
            {"name": "data", "value": [{"hole": "{x}"}]},
        ],
        "comment": None,
        "terminator": "\n\n",
    }
    assert sites[2]["becomes"] == 'StreamingChunk.raw(x, id=f"{x}")'
    assert sites[1]["frame"] is sites[1]["becomes"] is None
    assert sites[1]["text"] == ["retry: 1\nevent: ", {"hole": "{x!r:>{x}}"}, "\n"]
    assert "  = reads: id=⟨x⟩  data=⟨x⟩\n" in out
    assert "  = reads: 'retry: 1\\nevent: ⟨x⟩\\n'\n" in out


def test_frames_that_stay_text_are_counted(tmp_path, capsys):
    source = SOURCE.replace(b'    yield "event: token\\n"\n', b"    notify('data: [DONE]\\n\\n')\n")
    write(tmp_path, {"app.py": source})

    _, out, _ = run(capsys, "scan", tmp_path)
    report = json.loads(run(capsys, "scan", tmp_path, "--format", "json")[1])
    _, written, _ = run(capsys, "migrate", tmp_path, "--phase", "2", "--write")

    assert "Automatic: 2 typed, 1 of them as text\n" in out
    assert (report["grades"], report["as_text"]) == ({"typed": 2}, 1)
    assert "Migrated 2 sites in 1 file, 1 of them as text; 0 left.\n" in written


def test_ids_survive_moved_lines_and_differ(project, capsys):
    _, out, _ = run(capsys, "scan", project, "--format", "json")
    before = [site["id"] for site in json.loads(out)["sites"]]
    write(project, {"app.py": b'"""A docstring."""\n\n' + SOURCE})
    _, out, _ = run(capsys, "scan", project, "--format", "json")

    assert [site["id"] for site in json.loads(out)["sites"]] == before
    assert len(set(before)) == len(before)


def test_a_report_is_the_same_twice(project, capsys):
    assert run(capsys, "scan", project, "--format", "json") == run(
        capsys, "scan", project, "--format", "json"
    )


def test_paths_are_relative_to_what_is_scanned(project, capsys):
    _, out, _ = run(capsys, "scan", project / "app.py", project / "pkg", "--format", "json")

    assert {site["path"] for site in json.loads(out)["sites"]} == {"app.py"}


def test_nothing_found(project, capsys):
    status, out, err = run(capsys, "scan", project / "pkg")

    assert (status, out, err) == (0, "Found 0 sites\n", "")


def test_migrate_shows_a_diff_and_writes_nothing(project, capsys):
    status, out, err = run(capsys, "migrate", project, "--phase", "2")

    assert (status, err) == (1, "")
    assert out.startswith("--- a/app.py\n+++ b/app.py\n")
    assert "-    yield f\"data: {json.dumps({'type': 'token', 'content': x})}\\n\\n\"\n" in out
    assert (project / "app.py").read_bytes() == SOURCE


def test_migrate_writes_once(project, capsys):
    status, out, _ = run(capsys, "migrate", project, "--phase", "2", "--write")
    written = (project / "app.py").read_bytes()

    assert status == 1  # a site is left
    assert "app.py\n" in out
    assert "Migrated 1 site in 1 file; 1 left." in out
    assert "1 split-frame: " in out
    assert b"StreamingChunk(type=" in written

    status, out, _ = run(capsys, "migrate", project, "--phase", "2", "--write")

    assert status == 1
    assert "Migrated 0 sites in 0 files; 1 left." in out
    assert (project / "app.py").read_bytes() == written
    assert run(capsys, "migrate", project, "--phase", "2")[:2] == (1, "")


def test_all_is_migrated_then_nothing_is_left(tmp_path, capsys):
    write(
        tmp_path,
        {"app.py": SOURCE.replace(b'"event: token\\n"', b'"data: [DONE]\\n\\n"')},
    )

    assert run(capsys, "migrate", tmp_path, "--phase", "2", "--write")[0] == 0
    assert run(capsys, "migrate", tmp_path, "--phase", "2")[:2] == (0, "")
    assert run(capsys, "scan", tmp_path)[0] == 0


def test_a_new_file_is_a_diff_from_nothing(tmp_path, capsys):
    write(tmp_path, {"pkg/__init__.py": b"", "pkg/app.py": b"import pkg\n" + SOURCE})

    _, out, _ = run(capsys, "migrate", tmp_path, "--phase", "2")

    assert "--- /dev/null\n+++ b/pkg/sse_contracts.py\n" in out


def test_only_the_path_that_is_asked_for_changes(tmp_path, capsys):
    write(tmp_path, {"pyproject.toml": b"", "one/a.py": SOURCE, "two/b.py": SOURCE})

    run(capsys, "migrate", tmp_path / "one", "--phase", "2", "--write")

    assert (tmp_path / "one" / "a.py").read_bytes() != SOURCE
    assert (tmp_path / "two" / "b.py").read_bytes() == SOURCE


def test_who_calls_what_is_read_from_all_files_beside_the_one_that_is_named(tmp_path, capsys):
    helper = (
        SOURCE.replace(b'"event: token\\n"', b"sse(x)")
        + b"\n\ndef sse(x):\n    return f'data: {x}\\n\\n'\n"
    )
    other = b"from app import sse\n\n\ndef show(x):\n    print(len(sse(x)))\n"
    write(
        tmp_path,
        {
            "pyproject.toml": b"[tool.streamlift]\nclosed-world = true\n",
            "app.py": helper,
            "other.py": other,
        },
    )

    alone = run(capsys, "migrate", tmp_path / "app.py", "--phase", "2")
    among_all = run(capsys, "migrate", tmp_path, "--phase", "2")

    assert alone == among_all
    assert "+@producer(SSE)\n+def sse" in alone[1].replace("\n ", "\n+")


@pytest.mark.parametrize("ignored", ["gitignore", "exclude"])
def test_ignored_files_are_not_looked_at(tmp_path, capsys, ignored):
    write(tmp_path, {"app.py": b"X = 1\n", "generated/a.py": SOURCE})
    if ignored == "gitignore":
        write(tmp_path, {".gitignore": b"generated/\n"})
    else:
        write(tmp_path, {"pyproject.toml": b'[tool.streamlift]\nexclude = ["generated/*"]\n'})

    assert run(capsys, "scan", tmp_path)[:2] == (0, "Found 0 sites\n")


def test_no_git_folder_of_the_user_is_read(tmp_path, capsys):
    write(tmp_path, {"app.py": b"X = 1\n", ".venv/lib/a.py": SOURCE, "node_modules/a.py": SOURCE})

    assert run(capsys, "scan", tmp_path)[:2] == (0, "Found 0 sites\n")


@pytest.mark.parametrize("code", [*RULES, *REASONS])
def test_every_code_is_explained(code, capsys):
    status, out, err = run(capsys, "explain", code)

    assert (status, err) == (0, "")
    assert out.startswith(code)
    assert len(out.splitlines()) > 2


def test_a_rule_is_explained_in_lower_case(capsys):
    assert run(capsys, "explain", "sl101")[1] == run(capsys, "explain", "SL101")[1]


def test_the_examples_of_the_rules_are_true(tmp_path, capsys):
    """What `explain` shows as before and after is what the tool does."""
    for code in ("SL101", "SL103", "SL104", "SL105"):
        rule = RULES[code]
        names = "event", "text"
        write(
            tmp_path,
            {
                "app.py": f"import json\n\n\nasync def stream({', '.join(names)}):\n    {rule.before}\n".encode()
            },
        )
        status, out, _ = run(capsys, "scan", tmp_path)

        assert status == 1
        assert f": {code} auto" in out
        assert f"  = becomes: {rule.after.removeprefix('yield ')}\n" in out


def test_nothing_of_the_user_runs(tmp_path, capsys):
    bomb = b"import sys\n\nsys.exit('was run')\n\n\n"
    write(
        tmp_path, {"app.py": bomb + SOURCE, "conftest.py": bomb, "json.py": bomb, "setup.py": bomb}
    )

    assert run(capsys, "scan", tmp_path)[0] == 1
    assert run(capsys, "migrate", tmp_path, "--phase", "2", "--write")[0] == 1


def test_a_module_of_a_package_may_be_called_setup(tmp_path, capsys):
    module = b"import pkg.part\n" + SOURCE
    write(tmp_path, {"pkg/__init__.py": b"", "pkg/setup.py": b"def setup(): ...\n"})
    write(tmp_path, {"pkg/part/__init__.py": b"", "pkg/part/app.py": module})

    _, out, _ = run(capsys, "migrate", tmp_path, "--phase", "2")

    assert "+from pkg.sse_contracts import SSE\n" in out
    assert "+++ b/pkg/sse_contracts.py\n" in out


def test_a_setup_script_makes_a_project(tmp_path, capsys):
    write(tmp_path, {"__init__.py": b"", "setup.py": b"from setuptools import setup\n\nsetup()\n"})
    write(tmp_path, {"pkg/__init__.py": b"", "pkg/app.py": b"import pkg\n" + SOURCE})

    _, out, _ = run(capsys, "migrate", tmp_path / "pkg", "--phase", "2")

    assert "+from pkg.sse_contracts import SSE\n" in out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["scna"], "did you mean scan?"),
        (["scan", "--formt", "json"], "did you mean --format?"),
        (["scan", "--formt=json", "."], "did you mean --format?"),
        (["scan", "--format", "sariff"], "did you mean sarif?"),
        (["undo", "--lst"], "did you mean --list?"),
        (["--verson"], "did you mean --version?"),
        (["scan", "--ignore-base"], "did you mean --ignore-baseline?"),
        (["explain", "SL1011"], "did you mean SL101?"),
        (["explain", "split-farme"], "did you mean split-frame?"),
        ([], "name a command; --help lists them"),
        (["scan", "--quite-another-thing"], "unrecognized arguments: --quite-another-thing\n"),
    ],
)
def test_what_may_have_been_meant_is_told(capsys, arguments, hint):
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code

    assert status == 2
    assert hint in capsys.readouterr().err


def test_the_start_imports_little():
    """What a start of the command line costs is what it imports; each of these takes as long as all the rest."""
    code = "import sys\nfrom streamlift_codemods.argument_parser import parser\nparser()\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"ast", "dataclasses", "inspect", "json", "libcst", "pathspec", "subprocess"}.isdisjoint(
        done.stdout.split()
    )
