"""Law 2: nothing is skipped in silence. `harness.migrate` asks it of each case."""

import itertools
import sys
from pathlib import Path

import pytest

from streamlift_codemods.plan import make_plan
from streamlift_codemods.reading.facts import collect_facts
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings
from tests.codemods.harness import write
from tests.codemods.test_cases import CASES
from tests.codemods.token_counter import F_STRING_START, missing_of, rows_of, sse_tokens

ROOT = Path(__file__).parents[2]


def test_the_counter_counts():
    raw = (
        b'a = "data: x"\nb = f"{a}data: y"\nc = "x\\ndata: z"\nd = r"x\\ndata: no"\ne = "x\\\\ndata: no"\n'
        b'f = """\ndata: in a line\n"""\ng = b"id: 1"\nh = "mydata: no"\ni = f"event: {a}" "data: 2"\n# "data: no"\n'
    )

    lines = [line for line, _ in sse_tokens(raw)]

    assert [line for line in lines if line != 2] == [1, 3, 6, 9, 11, 11]


def test_a_row_that_is_missing_is_told(tmp_path):
    write(tmp_path, {"app.py": b'def stream():\n    yield "data: x\\n\\n"\n'})
    project = open_project([tmp_path])
    facts = collect_facts(project)
    assert missing_of(project, facts) == []
    facts.files["app.py"].sites.clear()

    assert missing_of(project, facts) == ['app.py:2:10: yield "data: x\\n\\n"']


@pytest.mark.parametrize("folder", ["examples", "src", "codemods", "legacy"])
def test_every_token_of_our_own_trees_has_a_row(folder):
    project = open_project([ROOT / folder])
    facts = collect_facts(project)

    assert facts.errors == []
    assert missing_of(project, facts) == []


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
