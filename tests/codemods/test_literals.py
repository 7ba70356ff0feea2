"""The scanner of string literals against Python's own parser and libcst, and files in newer grammar."""

import ast
import re
import sys
import warnings

import libcst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift_codemods.reading.literals import needs_pep_701, scan
from streamlift_codemods.reading.newer_grammar import Places, parse_expression, tree_of
from tests.codemods.harness import migrate

QUOTES = st.sampled_from(["'", '"', "'''", '"""'])
TEXT = st.sampled_from(["", "a", " ", "{{", "}}", "é", "data: ", r"\n", r"\\", ":", "!", "#", "="])
NAMES = st.sampled_from(["x", "x.y", "x[0]", "x != y", "x == 1", "(x := 1)", "(lambda: x)()"])
CONVERSIONS = st.sampled_from(["", "!r", "!s", "!a", "=", " = ", "=!s"])
SPECS = st.sampled_from(["", ":", ":>5", ":{y}", ":{y}.{z!r}"])
COMMENT = "# why\n"


@st.composite
def formatted(draw, depth=2):
    """An f-string, also one that only PEP 701 allows."""
    quote = draw(QUOTES)
    prefix = draw(st.sampled_from(["f", "F", "rf", "fR"]))
    parts = draw(st.lists(st.one_of(TEXT, fields(depth)), max_size=4))
    return f"{prefix}{quote}{''.join(parts)}{quote}"


@st.composite
def fields(draw, depth):
    values = [
        NAMES,
        st.sampled_from(
            ["{'a': x}", "{'a': {'b': x}}", 'x["a"]', "'}'", r"'\n'", "(x,\n y)", '""']
        ),
    ]
    if depth:
        values.append(formatted(depth - 1))
    value = draw(st.one_of(values))
    blank = draw(st.sampled_from(["", " "])) or (" " if value.startswith("{") else "")
    tail = draw(
        CONVERSIONS.filter(lambda text: "=" not in text or not set("!\\") & set(value))
    ) + draw(SPECS)
    comment = draw(st.sampled_from(["", "", COMMENT])) if "=" not in tail else ""
    return f"{{{blank}{value}{comment}{tail}}}"


def parsed(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(f"({text}\n)", mode="eval").body
        except SyntaxError:
            return None


def scanned(text):
    """Return the tree that the scanner makes of *text*, None if it refuses it."""
    text = f"({text}\n)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            (group,) = scan(text).strings
            return tree_of(group, Places(text))
        except SyntaxError:
            return None


def dumped(node):
    # 3.12 leaves empty constants in specifications; no other version does.
    return re.sub(
        r", Constant\(value=''\)(?=[,\]])|(?<=\[)Constant\(value=''\)(?:, )?", "", ast.dump(node)
    )


@given(formatted())
def test_the_tree_of_an_f_string_is_that_of_python(text):
    expected = parsed(text)
    if expected is not None:
        assert dumped(scanned(text)) == dumped(expected)
    elif sys.version_info >= (3, 12):
        assert scanned(text) is None


@pytest.mark.parametrize("text", ['f"{x != y=}"', r"""f"{'\n'=}" """, 'f"""{x # why\n=}"""'])
def test_a_field_whose_text_depends_on_the_version_is_refused(text):
    assert scanned(text) is None


@given(st.lists(formatted(depth=0), min_size=1, max_size=3))
def test_strings_side_by_side_are_one(texts):
    text = " ".join(texts)
    expected = parsed(text)
    if expected is not None:
        assert dumped(scanned(text)) == dumped(expected)


@given(formatted())
def test_libcst_sees_the_same_fields(text):
    try:
        tree = libcst.parse_expression(f"({text}\n)")
    except libcst.ParserSyntaxError:
        return
    ours = scanned(text)
    if ours is None or not isinstance(tree, libcst.FormattedString):
        return
    theirs = [part for part in tree.parts if isinstance(part, libcst.FormattedStringExpression)]
    found = [value for value in ours.values if isinstance(value, ast.FormattedValue)]
    code = libcst.Module([]).code_for_node
    assert [ast.dump(v.value) for v in found] == [
        ast.dump(parse_expression(f"({code(part.expression)}\n)")) for part in theirs
    ]


@given(formatted())
def test_what_an_older_python_refuses_is_known_as_newer(text):
    if scanned(text) is not None and not needs_pep_701(text) and "{" in text:
        assert parsed(text) is not None


NEWER = rb'''
import json

from stage import note


async def stream(x, names):
    title = f"{x["title"]} {", ".join(names)}"
    yield f"data: {json.dumps({"type": "token", "content": title})}\n\n"
    yield f"data: {"\n".join(names)}\n\n"
    later = f"""{
        note("a", x)  # why
    }"""; yield f"data: {json.dumps({"later": later})}\n\n"
'''


def test_a_file_in_newer_grammar_is_migrated_on_every_python():
    migration = migrate({"app.py": NEWER})

    assert migration.errors == ()
    assert migration.verdicts == ("typed", "encoded", "payload")
    text = migration.after["app.py"].decode()
    assert 'yield StreamingChunk(type="token", content=title)\n' in text
    assert 'yield StreamingChunk.raw("\\n".join(names))\n' in text
    assert '    }"""; yield StreamingChunk.of({"later": later})\n' in text
    assert 'title = f"{x["title"]} {", ".join(names)}"\n' in text


def test_a_name_that_only_a_field_in_newer_grammar_loads_is_seen():
    source = rb"""
import json


async def stream(x):
    yield f"data: {json.dumps(x)}\n\n"


def shown(x):
    return f"{json.dumps(x["a"])}"
"""
    migration = migrate({"app.py": source})

    assert b"import json\n" in migration.after["app.py"]


@pytest.mark.parametrize(
    "broken", [b'f"{x["a"}"', b'f"{x["a"]"', b'f"{x["a" b]}"', b'f"{lambda: "a"}"']
)
def test_what_no_python_can_read_is_refused(broken):
    migration = migrate({"app.py": b"x = " + broken + b'\ny = "data: 1\\n\\n"\n'})

    assert migration.errors == ("syntax-error",)
