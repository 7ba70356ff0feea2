"""The documentation is true: its code runs, its links lead somewhere, its decisions are tested.

A ```python block runs unless `<!-- not run -->` stands above it. The blocks of README.md are one
program. Those of docs/semantics.md stand alone, and print the ```text block below them.
"""

import ast
import contextlib
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SEMANTICS = ROOT / "docs/semantics.md"
FOLDERS = ("", "docs", "examples", "benchmarks", "tests", "src", "legacy", "codemods")
DOCUMENTS = sorted(
    {
        path
        for folder in FOLDERS
        for path in (ROOT / folder).glob("*.md" if not folder else "**/*.md")
    }
)

FENCE = re.compile(
    r"(?:<!-- (?P<mark>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
DECISION = re.compile(r"^## (?P<number>\d+)\. .+?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TEST_FILE = re.compile(r"`(tests/semantics/test_decision_\d\d\.py)`")
TEST_NAME = re.compile(r"`(test_\w+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document; `line` is that of its first line."""

    document: str
    line: int
    language: str
    text: str
    runs: bool

    def run(self, names):
        """Run the block with *names* and return what it prints."""
        # The empty lines let a traceback name the line of the document.
        code = compile("\n" * (self.line - 1) + self.text, self.document, "exec", dont_inherit=True)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        return printed.getvalue()


def blocks(path):
    text = path.read_text(encoding="utf-8")
    return [
        Block(
            document=path.relative_to(ROOT).as_posix(),
            line=text.count("\n", 0, match.start("text")) + 1,
            language=match["language"],
            text=match["text"],
            runs=match["language"] == "python" and match["mark"] != "not run",
        )
        for match in FENCE.finditer(text)
    ]


def printing_blocks():
    """Return the blocks of docs/semantics.md that run, each with the one below it."""
    found = blocks(SEMANTICS)
    pairs = zip(found, [*found[1:], None], strict=True)
    return [
        pytest.param(block, below, id=f"line {block.line}") for block, below in pairs if block.runs
    ]


def slug(title):
    """Return the anchor of a heading: lower case, blanks as hyphens, no other punctuation."""
    words = re.sub(r"[`*]", "", title).lower()
    kept = (c for c in words if c in "-_ " or unicodedata.category(c)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def outside_of_code(path):
    return re.sub(r"`[^`\n]+`", "", FENCE.sub("", path.read_text(encoding="utf-8")))


# Code


def test_the_readme_is_a_program_that_runs():
    names = {"__name__": "readme"}

    for block in blocks(README):
        if block.runs:
            block.run(names)


@pytest.mark.parametrize(("block", "below"), printing_blocks())
def test_an_example_prints_what_stands_below_it(block, below):
    assert below is not None
    assert below.language == "text"

    assert block.run({"__name__": "semantics"}) == below.text


def test_a_block_that_fails_is_noticed(tmp_path, monkeypatch):
    document = tmp_path / "README.md"
    document.write_text(
        "# A\n\n```python\nassert 1 == 2\n```\n\n<!-- not run -->\n```python\n1 / 0\n```\n"
    )
    monkeypatch.setitem(globals(), "ROOT", tmp_path)

    failing, shown = blocks(document)

    assert (failing.line, failing.runs, shown.runs) == (4, True, False)
    with pytest.raises(AssertionError):
        failing.run({})


# Links


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path):
    broken = []
    for link in LINK.finditer(outside_of_code(path)):
        target = path.parent / link["path"] if link["path"] else path
        if not target.exists():
            broken.append(link[0])
        elif link["anchor"] and target.suffix == ".md":
            titles = HEADING.finditer(target.read_text(encoding="utf-8"))
            if link["anchor"] not in {slug(match["title"]) for match in titles}:
                broken.append(link[0])

    assert broken == []


# Decisions

DECISIONS = {
    int(match["number"]): match[0]
    for match in DECISION.finditer(SEMANTICS.read_text(encoding="utf-8"))
}


def test_there_are_twelve_decisions_in_order():
    assert list(DECISIONS) == list(range(1, 13))


@pytest.mark.parametrize("number", DECISIONS)
def test_each_decision_names_tests_that_exist(number):
    text = DECISIONS[number]
    path = ROOT / f"tests/semantics/test_decision_{number:02}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert TEST_FILE.findall(text) == [path.relative_to(ROOT).as_posix()]
    assert TEST_NAME.findall(text)
    assert set(TEST_NAME.findall(text)) <= functions


def test_every_test_of_a_decision_belongs_to_one():
    files = {path.name for path in (ROOT / "tests/semantics").glob("test_*.py")}

    assert files == {f"test_decision_{number:02}.py" for number in DECISIONS}
