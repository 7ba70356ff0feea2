"""The formats of `scan`: text as compilers write it, SARIF, annotations of GitHub."""

import json
import re

import pytest

from streamlift_codemods import __version__
from streamlift_codemods.cli import main
from streamlift_codemods.rules import RULES
from tests.codemods.harness import write

SOURCE = """\
import json


async def stream(x):
    mark = "é한😀"; yield f"data: {json.dumps(x)}\\n\\n"
    yield (
\t\tf"event: 한글\\n"
\t\tf"data: {json.dumps(x)}\\n\\n"
    )
    yield "event: token\\n"
    yield f"data: {x}\\n\\n"  # streamlift: ignore[SL105]
"""
TEXT = """\
app.py:5:25: SL101 auto (payload) in stream
  |
5 |     mark = "é한😀"; yield f"data: {json.dumps(x)}\\n\\n"
  |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = reads: data=⟨json.dumps(x)⟩
  = becomes: StreamingChunk.of(x)

app.py:7:3: SL101 auto (payload) in stream
  |
7 | /         f"event: 한글\\n"
8 | |         f"data: {json.dumps(x)}\\n\\n"
  | |____________________________________^
  = reads: event=한글  data=⟨json.dumps(x)⟩
  = becomes: StreamingChunk.of(x, event="한글")

app.py:10:11: SL109 review (split-frame) in stream
   |
10 |     yield "event: token\\n"
   |           ^^^^^^^^^^^^^^^^
  = reads: 'event: token\\n'
  = why: The text is a part of a frame; the rest is sent elsewhere.
  = help: Join the parts into one expression, if nothing relies on the messages between.

"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "a b"
    write(folder, {"app.py": SOURCE.encode(), "broken.py": b"def f(:\n    'data: x\\n\\n'\n"})
    monkeypatch.chdir(tmp_path)
    return folder


def scan(capsys, *arguments):
    status = main(["scan", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_text_shows_the_source_with_the_place_marked(project, capsys):
    assert scan(capsys, project)[1].startswith(TEXT)


def test_many_lines_and_long_lines_are_cut(tmp_path, capsys):
    lines = "".join(f'        "event: {n}\\n"\n' for n in range(9))
    long = "x" * 300
    text = f'def f():\n    yield (\n{lines}    )\n    {long} = 1; yield "data: y\\n\\n"\n    yield "data: {long}\\n\\n"\n'
    write(tmp_path, {"app.py": text.encode()})

    out = scan(capsys, tmp_path)[1]

    assert ' 5 | |         "event: 2\\n"\n   | | ...\n 9 | |         "event: 6\\n"' in out
    assert (
        f'13 | …{"x" * 8} = 1; yield "data: y\\n\\n"\n   |                      ^^^^^^^^^^^^^'
        in out
    )
    assert f'14 |     yield "data: {"x" * 153}…\n   |           {"^" * 160}\n' in out
    assert max(map(len, out.splitlines())) < 200


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, False),
    ],
)
def test_colours_are_for_those_who_ask(project, capsys, monkeypatch, environment, is_coloured):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    out = scan(capsys, project)[1]

    assert ("\x1b[" in out) == is_coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", out).startswith(TEXT)
    main(["migrate", str(project), "--phase", "2"])
    assert ("\x1b[32m+" in capsys.readouterr().out) == is_coloured


@pytest.mark.parametrize(("terminal", "is_coloured"), [("xterm", True), ("dumb", False)])
def test_a_terminal_is_coloured(project, capsys, monkeypatch, terminal, is_coloured):
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert ("\x1b[" in scan(capsys, project)[1]) == is_coloured


def sarif(capsys, *arguments):
    status, out = scan(capsys, *arguments, "--format", "sarif")
    report = json.loads(out)
    [run] = report["runs"]
    return status, report, run


def test_sarif_has_what_the_standard_asks_for(project, capsys):
    status, report, run = sarif(capsys, project)
    driver = run["tool"]["driver"]

    assert status == 2
    assert report["version"] == "2.1.0"
    assert report["$schema"].endswith("/sarif-schema-2.1.0.json")
    assert (driver["name"], driver["semanticVersion"]) == ("streamlift", __version__)
    assert [rule["id"] for rule in driver["rules"]] == [*RULES]
    for rule in driver["rules"]:
        assert re.fullmatch(r"([A-Z][a-z]+)+", rule["name"])
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["help"]["text"].strip()
        assert rule["help"]["markdown"].strip()
    for result in run["results"]:
        assert {"ruleId", "ruleIndex", "level", "message", "locations"} <= set(result)
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        [location] = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact == {"uri": "a%20b/app.py", "uriBaseId": "%SRCROOT%"}
    assert set(run["originalUriBaseIds"]) == {"%SRCROOT%"}


def test_sarif_counts_columns_in_utf_16_code_units(project, capsys):
    _, _, run = sarif(capsys, project)
    regions = [each["locations"][0]["physicalLocation"]["region"] for each in run["results"]]

    assert run["columnKind"] == "utf16CodeUnits"
    assert regions[0] == {"startLine": 5, "startColumn": 26, "endLine": 5, "endColumn": 54}
    assert regions[1] == {"startLine": 7, "startColumn": 3, "endLine": 8, "endColumn": 31}


def test_sarif_fingerprints_are_the_ids_of_the_sites(project, capsys):
    _, _, run = sarif(capsys, project)
    _, out = scan(capsys, project, "--format", "json")
    sites = {site["id"]: site for site in json.loads(out)["sites"] if site["verdict"] != "already"}

    found = [
        each["partialFingerprints"]["site/v1"] for each in run["results"] if each["ruleId"] < "SL9"
    ]

    assert found == [*sites]
    assert len(found) == 4


def test_sarif_tells_of_files_that_are_not_analysed(project, capsys):
    _, _, run = sarif(capsys, project)
    [invocation] = run["invocations"]
    [notification] = invocation["toolExecutionNotifications"]

    assert invocation["executionSuccessful"] is False
    assert notification["descriptor"] == {"id": "syntax-error"}
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_paths_that_are_not_below_the_current_folder_are_whole(project, capsys, monkeypatch):
    monkeypatch.chdir("/")
    monkeypatch.setattr("pathlib.Path.cwd", lambda: project.parent / "elsewhere")

    _, _, run = sarif(capsys, project)

    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": (project / "app.py").as_uri()}


def test_github_annotations(project, capsys):
    status, out = scan(capsys, project, "--format", "github")
    lines = out.splitlines()

    assert status == 2
    assert lines[0].startswith(
        "::error title=streamlift (SL101),file=a b/app.py,line=5,col=25,endLine=5,endColumn=53::auto (payload) in stream: "
    )
    assert len(lines) == 6
    assert lines[-1].startswith(
        "::error title=streamlift (syntax-error),file=a b/broken.py,line=1::"
    )


def test_github_annotations_are_escaped(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "50%,a:b"
    write(folder, {"app.py": b"def f(x):\n    yield f'data: {x}%\\n\\n'\n"})
    monkeypatch.chdir(tmp_path)

    _, out = scan(capsys, folder, "--format", "github")

    assert "file=50%25%2Ca%3Ab/app.py," in out
    assert "writes StreamingChunk.raw(f'{x}%25')" in out
    assert len(out.splitlines()) == 1


def test_only_findings_are_shown(tmp_path, capsys):
    write(
        tmp_path,
        {
            "tests/test_app.py": b"FRAME = 'data: x\\n\\n'\n",
            "app.py": b"def f(x):\n    yield f'data: {x}\\n\\n'  # streamlift: ignore\n",
        },
    )

    assert sarif(capsys, tmp_path)[2]["results"] == []
    assert scan(capsys, tmp_path, "--format", "github") == (0, "")
    assert "SL1" not in scan(capsys, tmp_path)[1]
