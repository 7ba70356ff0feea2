"""Phase 1: what it writes, and what becomes of it in the phases and reports that come later."""

import json

import pytest

from streamlift_codemods.cli import main
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.run import run
from streamlift_codemods.settings import Settings
from tests.codemods.harness import introduced, write

TWO = rb"""import json


def one(x):
    yield f"data: {json.dumps({'one': x})}\n\n"


def two(x):
    # of two
    yield f"event: {x}\ndata: {json.dumps({'two': x})}\n\n"
"""


@pytest.fixture
def root(tmp_path):
    write(tmp_path, introduced({"app.py": TWO}))
    return tmp_path


def text(root):
    return (root / "app.py").read_text()


def migrate(root, *options):
    status = main(["migrate", str(root), "--write", *options])
    assert status in {0, 1}


def sites(root):
    plan, _ = run(open_project([root]), Settings(), phase=None)
    return [(site.verdict, site.reason, site.is_beside) for site in plan.sites]


def test_one_line_is_added_to_a_function_and_what_the_chunk_needs_is_bound(root):
    assert (
        text(root)
        == r"""import json

from streamlift import SSEFormatter, StreamingChunk
from streamlift_legacy import begin

SSE = SSEFormatter(ensure_ascii=True, strict=False)


def one(x):
    wire = begin(SSE)
    yield wire.either(
        f"data: {json.dumps(v0 := {'one': x})}\n\n", wire.on and StreamingChunk.of(v0)
    )


def two(x):
    wire = begin(SSE)
    # of two
    yield wire.either(
        f"event: {(v1 := format(x))}\ndata: {json.dumps(v0 := {'two': x})}\n\n",
        wire.on and StreamingChunk.of(v0, event=v1),
    )
"""
    )


def test_reports_show_the_places_on_disk(root, capsys):
    main(["scan", str(root), "--format", "json"])
    found = json.loads(capsys.readouterr().out)["sites"]

    lines = text(root).splitlines()
    shown = [lines[s["line"] - 1][s["column"] - 1 : s["end_column"] - 1] for s in found]
    assert shown == [
        line.strip().split("\\n\\n")[0] + '\\n\\n"'
        for line in lines
        if '"data' in line or '"event' in line
    ]
    assert [site["phase"] for site in found] == [1, 1]
    assert [site["verdict"] for site in found] == ["auto", "auto"]


def test_phase_2_of_one_producer_leaves_the_others_side_by_side(root):
    before = text(root)
    migrate(root, "--phase", "2", "--producer", "two")

    assert before.partition("def two")[0].partition("def one")[2] in text(root)
    assert text(root).count("either(") == 1

    migrate(root, "--phase", "2")
    assert "either" not in text(root)
    assert "begin" not in text(root)


def test_phase_1_of_one_producer_after_the_other(tmp_path):
    write(tmp_path, {"app.py": TWO})
    migrate(tmp_path, "--phase", "1", "--producer", "two")
    assert text(tmp_path).count("either(") == 1

    migrate(tmp_path, "--phase", "1")
    assert text(tmp_path).count("either(") == text(tmp_path).count("begin(SSE)") == 2


def test_phase_2_of_one_file_leaves_the_contracts_that_the_others_need(tmp_path):
    utf_8 = TWO.replace(b"'two': x}", b"'two': x}, ensure_ascii=False")
    files = {"chat/__init__.py": b"from . import one\n", "chat/one.py": TWO, "chat/two.py": utf_8}
    write(tmp_path, {"pyproject.toml": b"", **files})
    migrate(tmp_path / "chat", "--phase", "1")
    both = (tmp_path / "chat/two.py").read_text()
    assert "begin(SSE_UTF8)" in both
    migrate(tmp_path / "chat/one.py", "--phase", "2")

    contracts = (tmp_path / "chat/sse_contracts.py").read_text()
    assert (tmp_path / "chat/two.py").read_text() == both
    assert "SSE = " in contracts
    assert "SSE_UTF8 = " in contracts


EDITS = {
    "another payload": ("StreamingChunk.of(v0, event=v1)", "StreamingChunk.of({**v0}, event=v1)"),
    "another condition": (
        "wire.on and StreamingChunk.of(v0, event",
        "x and StreamingChunk.of(v0, event",
    ),
    "a comment": ("'two': x})}\\n\\n\",\n", "'two': x})}\\n\\n\",  # why\n"),
    "another use of the wire": ("    # of two\n", "    print(wire)\n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_person_has_edited_stays_with_its_function(root, edit):
    before, after = EDITS[edit]
    assert before in text(root)
    edited = text(root).replace(before, after)
    (root / "app.py").write_text(edited)
    migrate(root, "--phase", "2")

    assert text(root).partition("def two")[2] == edited.partition("def two")[2]
    assert text(root).count("either(") == 1


def test_it_says_that_an_edited_site_is_left(root):
    edited = text(root).replace("of(v0, event=v1)", "of(dict(v0), event=v1)")
    (root / "app.py").write_text(edited)

    assert sites(root) == [("auto", None, True), ("refused", "edited-either", True)]


def test_a_stage_in_code_and_another_layout_are_no_edits(root):
    changed = text(root).replace("begin(SSE)", 'begin(SSE, stage="shadow")', 1)
    changed = changed.replace("\n        f", " f").replace(",\n        wire.on", ", wire.on")
    (root / "app.py").write_text(changed.replace(",\n    )", ")"))
    assert sites(root) == [("auto", None, True)] * 2
    migrate(root, "--phase", "2")

    assert "either" not in text(root)
