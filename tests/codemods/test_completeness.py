"""Law 2: nothing is skipped in silence. An independent counter that knows tokens only, no syntax tree."""

import io
import itertools
import re
import sys
import tokenize
from pathlib import Path

import pytest

from streamlift_codemods.plan import make_plan
from streamlift_codemods.reading.facts import collect_facts
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings
from tests.codemods.harness import write
from tests.codemods.test_cases import CASES

ROOT = Path(__file__).parents[2]
FIELD = re.compile(r"(?:\A|[\r\n])(?:data|event|id|retry):")
PREFIX = re.compile(r"[a-zA-Z]*")
OPENING = re.compile(r"[a-zA-Z]*('''|\"\"\"|'|\")")
ESCAPED_END = {"\\n": "\n", "\\r": "\r", "\\\n": ""}
F_STRING_START, F_STRING_MIDDLE = (
    getattr(tokenize, "FSTRING_START", -1),
    getattr(tokenize, "FSTRING_MIDDLE", -1),
)


def sse_tokens(raw):
    """Return the (line, column) of each string token that has an SSE field name and colon at a line start.

    From Python 3.12 on an f-string is several tokens; its literal parts count as the token that it was.
    """
    found = []
    starts = []
    for token in tokenize.tokenize(io.BytesIO(raw).readline):
        if token.type == tokenize.STRING:
            opening = OPENING.match(token.string)
            prefix = PREFIX.match(token.string).group().lower()
            text = token.string[opening.end() : -len(opening[1])]
            if FIELD.search(text if "r" in prefix else _unescaped(text)):
                found.append(token.start)
        elif token.type == F_STRING_START:
            starts.append((token.start, token.end))
        elif token.type == F_STRING_MIDDLE and starts:
            text = _unescaped(token.string)
            # A part that does not follow the opening quote starts in the middle of a line.
            if FIELD.search(text if token.start == starts[-1][1] else " " + text):
                found.append(starts[-1][0])
        elif token.type == getattr(tokenize, "FSTRING_END", -1):
            starts.pop()
    return found


def _unescaped(text):
    return re.sub(
        r"\\(?:\\|\n|n|r)", lambda match: ESCAPED_END.get(match.group(), match.group()), text
    )


def test_the_counter_counts():
    raw = (
        b'a = "data: x"\nb = f"{a}data: y"\nc = "x\\ndata: z"\nd = r"x\\ndata: no"\ne = "x\\\\ndata: no"\n'
        b'f = """\ndata: in a line\n"""\ng = b"id: 1"\nh = "mydata: no"\ni = f"event: {a}" "data: 2"\n# "data: no"\n'
    )

    lines = [line for line, _ in sse_tokens(raw)]

    assert [line for line in lines if line != 2] == [1, 3, 6, 9, 11, 11]


def rows_of(file):
    """Return what each row covers: its expression, and the statements that build a text for it."""
    built = [statement for site in file.sites for statement in site.statements]
    return [*(row.node for row in (*file.sites, *file.not_sse)), *built]


def uncovered(name, file):
    """Return the tokens of *file* that lie in no row."""
    spans = [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in rows_of(file)
    ]
    lines = file.source.text.split("\n")
    missing = []
    for line, column in sse_tokens(file.source.raw):
        in_bytes = len(lines[line - 1][:column].encode())
        if not any(start <= (line, in_bytes) < end for start, end in spans):
            missing.append(f"{name}:{line}:{column}: {lines[line - 1].strip()}")
    return missing


def missing_of(root):
    project = open_project([root])
    facts = collect_facts(project)
    assert facts.errors == []
    missing = []
    for name in sorted(project.selected):
        file = facts.files.get(name)
        if file is not None:
            missing += uncovered(name, file)
        elif tokens := sse_tokens(project.read(name) or b""):
            missing += [
                f"{name}:{line}:{column}: the file was passed over" for line, column in tokens
            ]
    return missing


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_token_of_the_cases_has_a_row(tmp_path, case):
    write(tmp_path, case.files)

    assert missing_of(tmp_path) == []


@pytest.mark.parametrize("folder", ["examples", "src", "codemods", "legacy"])
def test_every_token_of_our_own_trees_has_a_row(folder):
    assert missing_of(ROOT / folder) == []


def test_every_token_has_exactly_one_row(tmp_path):
    for number, case in enumerate(CASES):
        write(tmp_path / f"case{number}", case.files)
    twice = []
    for name, file in collect_facts(open_project([tmp_path])).files.items():
        spans = sorted(
            (n.lineno, n.col_offset, n.end_lineno, n.end_col_offset) for n in rows_of(file)
        )
        for first, second in itertools.pairwise(spans):
            if second[:2] < first[2:]:
                twice.append((name, first, second))

    assert twice == []


def test_the_examples_are_migrated_whole():
    plan = make_plan(open_project([ROOT / "examples" / "pattern1"]), Settings())

    assert plan.sites
    assert {site.verdict for site in plan.sites} == {"auto"}


def test_the_interpreter_decides_how_tokens_look():
    assert (F_STRING_START != -1) == (sys.version_info >= (3, 12))
