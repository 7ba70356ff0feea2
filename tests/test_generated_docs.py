"""The documentation's tables are what the code says, and every reason in the code is documented."""

import ast
import functools
import re
import sys
from itertools import chain
from pathlib import Path

import pytest

from streamlift_codemods.frames.carriers import NOT_SSE
from streamlift_codemods.reasons import REASONS
from streamlift_codemods.report.rule_table import FILE_REASONS, documents, main
from streamlift_codemods.rules import RULES
from streamlift_codemods.selection.ignores import UNKNOWN, UNUSED
from tests import transcripts

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "codemods/streamlift_codemods"

# Where a reason stands in a call, by the name of what is called.
REASON_ARGUMENT = {
    "leave": 0,
    "_leave": 1,
    "NotAFrame": 0,
    "NeedsText": 0,
    "NotReadable": 0,
    "NotWritable": 0,
    "NotSSE": 2,
    "UnreadableSource": 3,
    "ToolFailure": 3,
}
RETURNS_REASON = re.compile(r"obstacle$|refusal$")


@functools.cache
def modules():
    """Return the trees of the tool's modules, by name."""
    return {
        path.relative_to(TOOL).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(TOOL.rglob("*.py"))
        if path.name not in {"reasons.py", "rule_table.py"}
    }


@functools.cache
def carriers():
    """Return the names that `carriers.py` gives to carriers."""
    tree = modules()["frames/carriers.py"]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    returned = [
        node.value
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None
    ]
    tables = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    values = [value for table in tables if isinstance(table, ast.Dict) for value in table.values]
    names = set(chain.from_iterable(map(texts, [*returned, *values])))
    assert {"yield", "return", "queue", "container"} <= names
    return names


def texts(node):
    """Return the strings that *node* may be: itself, either branch, either side of an `or`."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return texts(body) | texts(orelse)
        case ast.BoolOp(values=values):
            return set().union(*map(texts, values))
        case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), ast.FormattedValue()]):
            return {f"{prefix}*"}
        case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp(elt=elt), *default]):
            return set().union(*map(texts, [elt, *default]))
    return set()


# A docstring is no site, and nothing that is followed can be one.
IMPOSSIBLE = {"carrier-docstring"}


def given_reasons():
    """Return every reason that the tool may give, with the place; `prefix-*` for a computed one."""
    found = {}
    for name, tree in modules().items():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
                    keywords = [word.value for word in node.keywords if word.arg == "reason"]
                    position = REASON_ARGUMENT.get(called)
                    nodes = keywords
                    if position is not None and len(node.args) > position:
                        nodes = [*keywords, node.args[position]]
                case ast.FunctionDef(name=called) if RETURNS_REASON.search(called):
                    nodes = [
                        inner.value
                        for inner in ast.walk(node)
                        if isinstance(inner, ast.Return) and inner.value is not None
                    ]
                case _:
                    continue
            for code in chain.from_iterable(map(texts, nodes)):
                found.setdefault(code, f"{name}:{node.lineno}")
    return found


def expanded(code):
    """Return the codes that a computed one stands for."""
    if code == "str-*":
        return {"str-format", "str-join"}
    if code == "carrier-*":
        # A yielded frame is rewritten, a returned one followed, one in a container has its own code.
        return {
            f"carrier-{name}"
            for name in (carriers() | NOT_SSE) - {"yield", "return", "container", "variable"}
        }
    return {code}


@functools.cache
def mentioned():
    """Return every string of the tool that may be a reason, wherever it stands."""
    nodes = chain.from_iterable(map(ast.walk, modules().values()))
    return set().union(*(texts(node) for node in nodes if isinstance(node, ast.expr)))


def test_finds_the_reasons_of_the_code():
    given = given_reasons()

    assert {"no-data", "split-frame", "percent-format", "public-helper"} <= set(given)
    assert "carrier-*" in mentioned()


def test_every_reason_of_the_code_is_documented():
    given = {code: place for code, place in given_reasons().items() if "*" not in code}

    assert {code: place for code, place in given.items() if code not in REASONS} == {}


def test_every_computed_reason_is_documented():
    computed = {code for code in mentioned() if re.fullmatch(r"[a-z]+-\*", code)}

    assert computed <= {"carrier-*", "str-*"}, "tell expanded() what it stands for"
    assert set().union(*map(expanded, computed)) - set(REASONS) - IMPOSSIBLE == set()


def test_every_documented_reason_is_given_by_the_code():
    given = set().union(*map(expanded, mentioned()))

    assert set(REASONS) - given == set()


def test_reasons_of_files_are_those_of_unreadable_sources():
    codes = {
        text
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"UnreadableSource", "ToolFailure"}
        for text in texts(node.args[3])
    }

    assert codes == FILE_REASONS


def test_every_rule_is_given_by_the_code():
    constants = {
        node.value
        for node in ast.walk(modules()["rules.py"])
        if isinstance(node, ast.Return)
        for node in ast.walk(node)
        if isinstance(node, ast.Constant)
    }

    found = {code for code in constants if isinstance(code, str) and code.startswith("SL")}
    assert found | {UNUSED, UNKNOWN} == set(RULES)


@pytest.mark.parametrize(
    "name",
    ["docs/rules.md", "docs/cli.md", "MIGRATION.md", *(f"docs/rules/{code}.md" for code in RULES)],
)
def test_the_tables_are_current(name):
    path = ROOT / name

    assert path.read_text(encoding="utf-8") == documents(ROOT)[path], "run: make docs"


@pytest.mark.parametrize("name", transcripts.DOCUMENTS)
def test_the_transcripts_are_current(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    if "covered" in text and sys.version_info < (3, 11):
        pytest.skip("the gate says there that it counts whole lines")

    assert text == transcripts.current(name), "run: make docs"


def test_every_reason_is_in_the_documentation():
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")

    assert [
        code for code in [*REASONS, *RULES] if not re.search(rf"(?:\| |`|\[){code}\b", page)
    ] == []


def test_hacking_names_files_that_exist():
    page = (ROOT / "HACKING.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`([\w/]+\.py)`", page))
    folders = ("src", "legacy", "codemods", "tests", "benchmarks", "examples")
    files = [path.as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")]

    assert len(names) > 20
    assert [name for name in names if not any(file.endswith(f"/{name}") for file in files)] == []


def checkout(folder):
    pages = [f"docs/rules/{code}.md" for code in RULES]
    for name in ("docs/cli.md", "docs/snapshots.md", "MIGRATION.md", "docs/rules.md", *pages):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes())


def test_check_says_what_is_stale(tmp_path, monkeypatch):
    checkout(tmp_path)
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "docs/rules.md"
    page.write_text("old", encoding="utf-8")

    with pytest.raises(
        SystemExit, match=r"^docs/rules\.md: not what the code says; run: make docs"
    ):
        main(["--check"])
    assert page.read_text(encoding="utf-8") == "old"
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_refuses_a_folder_that_is_no_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit, match="run this in a checkout"):
        main([])


def test_refuses_a_document_without_markers(tmp_path, monkeypatch):
    checkout(tmp_path)
    (tmp_path / "MIGRATION.md").write_text("# Migration\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit, match="has no markers"):
        main([])
