"""Decision 12: edits are spans of the text; every byte outside of them stays."""

import ast
import difflib

import libcst
import pytest
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from streamlift_codemods.phases.separate import separate
from tests.semantics.old_and_new import planned, program, seen

BOM = b"\xef\xbb\xbf"
PLAIN = r'''"""Ünïcode, a form feed and comments."""

import json
import math  # kept: used by others


@FORM_FEED@
def  stream( n ):   # odd, and mine
    x = 'quotes' ;  y = "both"
    yield f"data: {json.dumps({'n': n})}\n\n"  # sent


@FORM_FEED@def other():
    """Tabs	and é, with a backslash \\
    """
    text = """one
two"""
    return text, (  1,2,
      3 )
'''.replace("@FORM_FEED@", "\f")
FORMS = {
    "plain": PLAIN.encode(),
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "byte order mark": BOM + PLAIN.encode(),
    "byte order mark and CRLF": BOM + PLAIN.replace("\n", "\r\n").encode(),
    "latin-1": b"# -*- coding: latin-1 -*-\n" + PLAIN.encode("latin-1"),
    "no line end at the end": PLAIN.rstrip("\n").encode(),
}
SITE = rb"""f"data: {json.dumps({'n': n})}\n\n" """.strip()


def migrated(raw, folder):
    (folder / "app.py").write_bytes(raw)
    return separate(planned(folder))["app.py"]


def changed_lines(old, new):
    """Return the lines of *old* that are not in *new*, with their ends."""
    lines = [raw.split(b"\n") for raw in (old, new)]
    steps = difflib.SequenceMatcher(a=lines[0], b=lines[1], autojunk=False).get_opcodes()
    return [line for kind, a, b, _, _ in steps if kind != "equal" for line in lines[0][a:b]]


# The obvious alternatives


def test_a_syntax_tree_that_is_printed_loses_comments_and_layout():
    printed = ast.unparse(ast.parse(PLAIN))

    assert "# kept" in PLAIN
    assert "# kept" not in printed
    assert "\f" not in printed


def test_text_mode_loses_the_line_ends(tmp_path):
    path = tmp_path / "app.py"
    path.write_bytes(FORMS["CRLF"])

    with path.open(encoding="utf-8") as file:
        text = file.read()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)

    assert path.read_bytes() == FORMS["plain"]


def test_a_concrete_tree_does_not_give_a_form_feed_back():
    raw = FORMS["plain"]

    assert libcst.parse_module(raw).bytes != raw


def test_byte_spans_of_a_concrete_tree_are_wrong_behind_a_byte_order_mark():
    raw = BOM + b'yield_ = "data: x"\n'
    wrapper = MetadataWrapper(libcst.parse_module(raw))
    (span,) = (
        span
        for node, span in wrapper.resolve(ByteSpanPositionProvider).items()
        if isinstance(node, libcst.SimpleString)
    )

    assert raw[span.start : span.start + span.length] != b'"data: x"'


def test_splitlines_counts_other_lines_than_python():
    line = ast.parse(PLAIN).body[-1].lineno

    assert "def other" in PLAIN.split("\n")[line - 1]
    assert "def other" not in PLAIN.splitlines()[line - 1]


# What the tool does


@pytest.mark.parametrize("form", FORMS)
def test_only_the_site_and_the_import_change(form, tmp_path):
    old = FORMS[form]
    new = migrated(old, tmp_path)
    end = b"\r" if b"\r\n" in old else b""

    assert changed_lines(old, new) == [
        b"import json" + end,
        b"    yield " + SITE + b"  # sent" + end,
    ]
    assert new.startswith(BOM) == old.startswith(BOM)
    assert new.count(b"\f") == old.count(b"\f") == 2
    assert new.endswith(b"\n") == old.endswith(b"\n")
    if end:
        assert new.count(b"\n") == new.count(b"\r\n")


def test_a_form_feed_before_a_definition_is_not_repeated(tmp_path):
    old = FORMS["plain"].replace(b"\f\ndef  stream", b"\fdef  stream")

    assert migrated(old, tmp_path).count(b"\f") == old.count(b"\f")


@pytest.mark.parametrize("form", FORMS)
def test_the_new_program_streams_the_same(form, tmp_path):
    old = FORMS[form]

    assert seen(program(migrated(old, tmp_path)).stream("é")) == seen(program(old).stream("é"))


def test_a_file_that_cannot_be_given_back_is_reported_and_the_others_go_on(tmp_path):
    (tmp_path / "bad.py").write_bytes(b"# -*- coding: utf-8 -*-\nX = 'data: \xff\\n\\n'\n")
    (tmp_path / "app.py").write_bytes(FORMS["plain"])

    plan = planned(tmp_path)

    assert [(error.place, error.reason) for error in plan.facts.errors] == [("bad.py", "encoding")]
    assert set(separate(plan)) == {"app.py"}
