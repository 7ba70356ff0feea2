"""The prefilter hides no site: a run that parses every file finds the same, and writes the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamlift_codemods.phases.separate import separate
from streamlift_codemods.plan import make_plan
from streamlift_codemods.reading.facts import collect_facts
from streamlift_codemods.reading.project import Project, open_project
from streamlift_codemods.settings import Settings
from tests.codemods.harness import write
from tests.codemods.test_cases import CASES

SEVERAL_FILES = [case for case in CASES if len(case.files) > 2]


class Unfiltered(Project):
    """A project whose files are all looked at."""

    def candidates(self, words=()):
        return [name for name in self.names if self.read(name) is not None]


def unfiltered(project):
    return Unfiltered(project.root, project.scanned, project.files, project.selected)


def rows(facts):
    """Return the place of every site, and of every string that looks like one."""
    return sorted(
        (name, row.node.lineno, row.node.col_offset, row.node.end_lineno, row.node.end_col_offset)
        for name, file in facts.files.items()
        for row in (*file.sites, *file.not_sse)
    )


def outcome(project):
    plan = make_plan(project, Settings())
    verdicts = [
        (s.source.name, s.line, s.node.col_offset, s.kind, s.verdict, s.grade, s.reason)
        for s in plan.sites
    ]
    boundaries = sorted((p.file.name, p.path, p.needs_decorator) for p in plan.producers)
    return verdicts, boundaries, separate(plan)


def test_it_hides_no_site_of_the_cases(tmp_path):
    hidden = []
    for number, case in enumerate(CASES):
        root = tmp_path / str(number)
        write(root, case.files)
        project = open_project([root])
        if rows(collect_facts(project)) != rows(collect_facts(unfiltered(project))):
            hidden.append(case.name)

    assert hidden == []


@pytest.mark.parametrize("case", SEVERAL_FILES[::4], ids=lambda case: case.name)
def test_it_changes_nothing_of_what_is_written(tmp_path, case):
    write(tmp_path, case.files)
    project = open_project([tmp_path])

    assert outcome(project) == outcome(unfiltered(project))


def test_a_name_that_is_split_is_seen_beside_a_whole_one(tmp_path):
    split = b'def stream(x):\n    yield "da" "ta: x\\n\\n"\n    yield "\\x64ata: x\\n\\n"\n'
    write(tmp_path, {"split.py": split, "both.py": split + b'    yield "data: x\\n\\n"\n'})
    facts = collect_facts(open_project([tmp_path]))

    assert {name: len(file.sites) for name, file in facts.files.items()} == {"both.py": 3}


# Modules of a small project that import one another, with every way to begin a frame

NAMES = ("one", "two", "three")
QUOTES = ('"', "'", '"""', "'''")
FIELDS = ("data", "event", "id", "retry", "")
BODIES = ("{x}", "{x['a']}", "{json.dumps(x)}", "plain", "it's", 'a "quote"', "")
ENDS = (r"\n\n", r"\r\n\r\n", r"\n", "")
JOINS = ("", " ", " + ", "\n        ")


@st.composite
def literals(draw):
    """Return an expression, in brackets, that may be the text of a frame, in one or two strings."""
    quote = draw(st.sampled_from(QUOTES))
    prefix = draw(st.sampled_from(["", "f", "F", "rf", "b"]))
    blank = draw(st.sampled_from(["", " "]))
    body = draw(st.sampled_from(BODIES))
    if quote[0] in body or (quote in body) or "f" not in prefix.lower():
        body = "plain"
    lead = draw(st.sampled_from(["", "text", r"\n", "event: a\\n".replace("\\\\", "\\")]))
    end = draw(st.sampled_from(ENDS))
    text = f"{lead}{draw(st.sampled_from(FIELDS))}:{blank}{body}"
    join = draw(st.sampled_from(JOINS))
    if join == "":
        return f"({prefix}{quote}{text}{end}{quote})"
    other = "b" if prefix == "b" else draw(st.sampled_from(["", "f"]))
    return f"({prefix}{quote}{text}{quote}{join}{other}{quote}{end}{quote})"


@st.composite
def functions(draw, name):
    kind = draw(st.sampled_from(["producer", "helper", "user", "relay"]))
    text = draw(literals())
    other = draw(st.sampled_from(NAMES))
    if kind == "producer":
        return f"async def {name}(x):\n    yield {text}\n"
    if kind == "helper":
        return f"def {name}(x):\n    return {text}\n"
    if kind == "user":
        return f"async def {name}(x):\n    yield {other}(x)\n"
    return f"async def {name}(x):\n    async for item in {other}(x):\n        yield item\n"


@st.composite
def projects(draw):
    """Return the files of a package whose modules hold one function each, and import the others'."""
    files = {"pkg/__init__.py": b"", "pyproject.toml": b""}
    for name in NAMES:
        imports = "".join(f"from pkg.{n}_module import {n}\n" for n in NAMES if n != name)
        source = f"import json\n\n{imports}\n\n{draw(functions(name))}"
        files[f"pkg/{name}_module.py"] = source.encode()
    return files


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=projects())
def test_it_hides_nothing_of_any_project(tmp_path_factory, files):
    root = tmp_path_factory.mktemp("project")
    write(Path(root), files)
    project = open_project([root])

    assert rows(collect_facts(project)) == rows(collect_facts(unfiltered(project)))
    assert outcome(project) == outcome(unfiltered(project))
