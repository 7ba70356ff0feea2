"""The ratchet: what was there before is left alone, what is new fails, what is gone cannot come back."""

import json
import re
import subprocess

import pytest

from streamlift_codemods.cli import main
from streamlift_codemods.selection.baseline import NAME
from tests.codemods import text_function_cases
from tests.codemods.harness import write

APP = """\
import json


async def first(x):
    yield f"data: {json.dumps(x)}\\n\\n"
    yield f"data: {json.dumps(x)}\\n\\n"


async def second(x):
    yield "data: [DONE]\\n\\n"
"""
NEW = """

async def third(x):
    yield f"data: {x}\\n\\n"
"""
REFORMATTED = APP.replace(
    """yield f"data: {json.dumps(x)}\\n\\n"\n    yield""",
    """yield (
        f'data: '
        f'{json.dumps( x )}\\n'
        '\\n'
    )
    yield""",
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    write(tmp_path, {"pyproject.toml": b"", "app.py": APP.encode(), "other.py": APP.encode()})
    assert main(["baseline", str(tmp_path)]) == 0
    return tmp_path


def change(project, text, name="app.py"):
    (project / name).write_text(text, encoding="utf-8")


def verdicts(project, capsys, *options):
    capsys.readouterr()
    status = main(["scan", str(project), "--format", "json", *options])
    sites = json.loads(capsys.readouterr().out)["sites"]
    return status, [site["verdict"] for site in sites if site["path"] == "app.py"]


def entries(project):
    rows = json.loads((project / NAME).read_text(encoding="utf-8"))
    return {key: row["count"] for key, row in rows.items() if key != "schema"}


def test_one_entry_is_one_line_in_order_and_ends_like_the_others(project):
    first, *lines, schema, last = (project / NAME).read_text(encoding="utf-8").splitlines()

    assert (first, schema, last) == ("{", '"schema": 1', "}")
    assert len(lines) == 4
    assert all(line.endswith("},") for line in lines)
    assert lines == sorted(lines)
    assert lines[0].startswith('"app.py::first::')
    assert '{"count": 2, "source": "f\\"data: {json.dumps(x)}' in lines[0]


def test_a_key_is_the_same_on_every_version_of_python(tmp_path):
    """The file is committed; who wrote it may have another Python than who reads it."""
    frames = [
        """f"event: {x!r:>{10}}\\ndata: {x['a']}" "\\n\\n" """,
        """"".join([f"data: {json.dumps({'a': [1, -2.5, None, ...]})}\\n", f'\\n'])""",
        """f"data: {x if x else (lambda y, *z, k=1: y)(x)}\\n\\n" """,
        """b"data: {}\\n\\n" """,
        """"data: %s\\n\\n" % json.dumps(x)""",
    ]
    lines = "".join(f"    yield {frame.strip()}\n" for frame in frames)
    write(
        tmp_path,
        {"pyproject.toml": b"", "app.py": f"import json\n\n\nasync def more(x):\n{lines}".encode()},
    )

    main(["baseline", str(tmp_path)])

    assert [key.removeprefix("app.py::more::") for key in entries(tmp_path)] == [
        "43ddeba1d2f72169",
        "5227c196c23544d0",
        "66326e2f7c6a35a1",
        "7a987df2a253c8da",
        "eae40ed6e43226d5",
    ]


def test_what_it_has_does_not_fail(project, capsys):
    assert verdicts(project, capsys) == (0, ["baselined"] * 3)
    assert verdicts(project, capsys, "--ignore-baseline") == (1, ["auto"] * 3)
    main(["scan", str(project)])
    assert capsys.readouterr().out.endswith("Found 6 sites: 6 baselined\n")


@pytest.mark.parametrize(
    "text", [f'"""Moved."""\n\n\n{APP}', REFORMATTED, APP.replace("\n", "\r\n")]
)
def test_moved_lines_and_another_layout_are_the_same_site(project, capsys, text):
    assert text != APP
    change(project, text)

    assert verdicts(project, capsys) == (0, ["baselined"] * 3)


def test_a_new_site_fails(project, capsys):
    change(project, APP + NEW)

    assert verdicts(project, capsys) == (1, ["baselined"] * 3 + ["auto"])


def test_one_more_of_the_same_fails(project, capsys):
    change(
        project,
        APP.replace(
            '    yield "data: [DONE]', '    yield "data: [DONE]\\n\\n"\n    yield "data: [DONE]'
        ),
    )

    assert verdicts(project, capsys) == (1, ["baselined"] * 3 + ["auto"])


def test_the_same_code_in_another_function_is_new(project, capsys):
    change(project, APP.replace("def second", "def another"))

    assert verdicts(project, capsys) == (1, ["baselined", "baselined", "auto"])


def test_a_new_call_of_an_old_helper_is_new(project, capsys):
    helper = (
        'def _sse(x):\n    return f"data: {x}\\n\\n"\n\n\nasync def stream(x):\n    yield _sse(x)\n'
    )
    change(project, helper)
    main(["baseline", str(project)])

    assert verdicts(project, capsys) == (0, ["baselined"] * 2)
    change(project, f"{helper}    yield _sse([x])\n")
    assert verdicts(project, capsys) == (1, ["baselined", "baselined", "refused"])


def test_what_is_gone_is_taken_out_by_the_next_scan(project, capsys):
    change(project, APP.replace('    yield "data: [DONE]\\n\\n"\n', "    yield x\n"))
    before = (project / NAME).read_bytes()

    assert verdicts(project, capsys) == (0, ["baselined"] * 2)
    assert len(entries(project)) == 3
    assert {*(project / NAME).read_bytes().splitlines()} < {*before.splitlines()}
    change(project, APP)
    assert verdicts(project, capsys) == (1, ["baselined", "baselined", "auto"])


def test_a_count_goes_down(project, capsys):
    change(project, APP.replace('    yield f"data: {json.dumps(x)}\\n\\n"\n', "", 1))

    verdicts(project, capsys)

    assert [*entries(project).values()] == [1, 1, 2, 1]


def test_nothing_is_taken_out_while_there_is_something_new(project, capsys):
    before = (project / NAME).read_bytes()
    change(project, APP.replace("def second", "def another"))

    assert verdicts(project, capsys)[0] == 1
    assert (project / NAME).read_bytes() == before


def test_a_run_of_ci_fails_for_what_is_gone_and_writes_nothing(project, capsys, monkeypatch):
    monkeypatch.setenv("CI", "true")
    before = (project / NAME).read_bytes()
    change(project, APP.replace('    yield "data: [DONE]\\n\\n"\n', "    yield x\n"))

    assert main(["scan", str(project)]) == 1
    assert "run streamlift baseline --prune" in capsys.readouterr().err
    assert (project / NAME).read_bytes() == before
    assert main(["baseline", str(project), "--prune"]) == 0
    assert "5 sites, 0 new, 1 gone" in capsys.readouterr().out
    assert main(["scan", str(project)]) == 0


def test_pruning_adds_nothing(project, capsys):
    change(project, APP + NEW)

    assert main(["baseline", str(project), "--prune"]) == 0
    assert len(entries(project)) == 4
    assert main(["baseline", str(project)]) == 0
    assert len(entries(project)) == 5


def test_a_part_of_the_project_touches_only_its_own_entries(project):
    change(project, "x = 1\n")
    change(project, "x = 1\n", "other.py")

    main(["baseline", str(project / "app.py")])

    assert {key.partition("::")[0] for key in entries(project)} == {"other.py"}


def test_entries_of_a_file_that_cannot_be_read_stay(project, capsys):
    change(project, "def broken(:\n    yield 'data: x\\n\\n'\n")

    assert main(["baseline", str(project)]) == 2
    assert len(entries(project)) == 4


def test_a_file_that_is_no_more_has_no_entries(project):
    (project / "other.py").unlink()

    main(["baseline", str(project)])

    assert {key.partition("::")[0] for key in entries(project)} == {"app.py"}


def test_migrate_leaves_alone_what_it_has(project, capsys):
    change(project, APP + NEW)

    assert main(["migrate", str(project), "--phase", "2", "--write", "--allow-dirty"]) == 0
    text = (project / "app.py").read_text()

    assert text.count("StreamingChunk.") == 1
    assert "StreamingChunk.raw(x)" in text
    assert verdicts(project, capsys) == (0, ["baselined"] * 3 + ["already"])


def test_what_is_migrated_is_taken_out(project, capsys):
    command = ["migrate", str(project / "app.py"), "--phase", "2", "--write", "--allow-dirty"]

    assert main([*command, "--ignore-baseline", "--producer", "app:second"]) == 0
    assert [*entries(project).values()] == [2, 2, 1]
    assert main([*command, "--ignore-baseline"]) == 0
    assert {key.partition("::")[0] for key in entries(project)} == {"other.py"}


def test_what_has_a_chunk_beside_it_is_still_there(project, capsys):
    before = (project / NAME).read_bytes()

    assert (
        main(
            [
                "migrate",
                str(project),
                "--phase",
                "1",
                "--write",
                "--allow-dirty",
                "--ignore-baseline",
            ]
        )
        == 0
    )
    assert "wire.either(" in (project / "app.py").read_text()
    assert (project / NAME).read_bytes() == before
    assert verdicts(project, capsys) == (0, ["baselined"] * 3)


def test_undo_brings_it_back(project):
    before = (project / NAME).read_bytes()
    main(["migrate", str(project), "--phase", "2", "--write", "--allow-dirty", "--ignore-baseline"])
    assert entries(project) == {}

    assert main(["undo", str(project)]) == 0
    assert (project / NAME).read_bytes() == before


def test_the_settings_and_the_command_line_name_it(project, capsys):
    moved = project / "ci" / "sites.json"
    moved.parent.mkdir()
    (project / NAME).rename(moved)

    assert verdicts(project, capsys)[0] == 1
    assert verdicts(project, capsys, "--baseline", str(moved))[0] == 0
    change(project, '[tool.streamlift]\nbaseline = "ci/sites.json"\n', "pyproject.toml")
    assert verdicts(project, capsys)[0] == 0


def test_a_file_that_is_named_has_to_be_there(project, capsys):
    assert main(["scan", str(project), "--baseline", str(project / "none.json")]) == 2
    assert "none.json: does not exist; write it: streamlift baseline" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"a": 1, "schema": 1}',
        '{"schema": 2}',
        '{"a": {"count": "x"}, "schema": 1}',
        "\xff",
    ],
)
def test_a_file_that_is_no_baseline_is_refused(project, capsys, text):
    (project / NAME).write_bytes(text.encode("latin-1"))

    assert main(["scan", str(project)]) == 2
    assert f"{NAME}: " in capsys.readouterr().err


def test_two_branches_that_take_out_different_sites_merge(project, monkeypatch):
    monkeypatch.chdir(project)

    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments],
            check=True,
            capture_output=True,
        )

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "before")
    for branch, name, function in (("one", "app.py", "first"), ("two", "other.py", "second")):
        git("checkout", "-q", "-b", branch, "main")
        change(
            project,
            re.sub(rf"async def {function}.*?(?=\n\n\n|\Z)", "", APP, flags=re.DOTALL),
            name,
        )
        assert main(["scan", "."]) == 0
        git("commit", "-qam", branch)
    git("merge", "-q", "one", "-m", "both")

    assert [key.rpartition("::")[0] for key in entries(project)] == [
        "app.py::second",
        "other.py::first",
    ]


@pytest.mark.parametrize("case", text_function_cases.CASES[::3], ids=lambda case: case.name)
def test_what_was_written_down_is_found_again(tmp_path, capsys, monkeypatch, case):
    """Also what is a site only as long as the function that it calls may change."""
    monkeypatch.setenv("CI", "true")
    write(tmp_path, {"pyproject.toml": b"", **case.files})
    main(["baseline", str(tmp_path)])
    capsys.readouterr()

    assert main(["scan", str(tmp_path)]) == 0
    assert capsys.readouterr().err == ""
