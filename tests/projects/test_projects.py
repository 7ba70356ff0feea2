"""Whole applications: run, migrated, run again; in one go, file by file, and producer by producer."""

import importlib.util
import random
import re

import pytest

from streamlift_codemods.phases.before_phase_1 import before_phase_1
from streamlift_codemods.reading.project import open_project
from streamlift_legacy import Stage
from tests.projects import (
    carrier_projects,
    fastapi_projects,
    framework_projects,
    relay_projects,
    resolution_projects,
)
from tests.projects.harness import (
    before,
    close,
    every_stage,
    migrate,
    observe_all,
    producers,
    verdicts,
    written,
)

PROJECTS = [
    *fastapi_projects.PROJECTS,
    *relay_projects.PROJECTS,
    *carrier_projects.PROJECTS,
    *resolution_projects.PROJECTS,
    *framework_projects.PROJECTS,
]
BY_NAME = {project.name: project for project in PROJECTS}
GRADES = {"typed", "payload", "model", "delegated", "encoded"}
SYNCHRONOUS = {"wsgi", "django_wsgi", "handler"}
UNSERIALISABLE = re.compile("TypeError|is not JSON serializable|PydanticSerializationError")
# Of a stream that is cancelled or fails Django leaves the file of the body to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")
# The scope lets the tests of one project follow one another, in one worker.
EACH = pytest.mark.parametrize("name", BY_NAME, scope="module")


def ready(name):
    project = BY_NAME[name]
    if importlib.util.find_spec(project.needs) is None:
        pytest.skip(f"{project.needs} is not installed")
    return project


def test_names_are_unique():
    assert len(BY_NAME) == len(PROJECTS) >= 60


def expected_verdicts(project):
    return {
        file: tuple(verdict.removesuffix("*") for verdict in expected)
        for file, expected in project.expect.items()
    }


def seen_of(project, observed, **about):
    """Return what the client saw of the first request with the attributes *about*."""
    matches = [all(getattr(r, key) == about[key] for key in about) for r in project.requests]
    return observed[matches.index(True)][0]


@EACH
def test_it_streams_to_the_end(name):
    project = ready(name)
    seen = repr(seen_of(project, before(name, BY_NAME.get), query="q=hi"))

    assert "data: " in seen
    assert not re.search("aborted|Error", seen)


@pytest.mark.parametrize("name", [p.name for p in PROJECTS if p.server not in SYNCHRONOUS])
def test_a_payload_fails_and_a_client_goes_away_in_the_middle(name):
    project = ready(name)
    observed = before(name, BY_NAME.get)
    whole = seen_of(project, observed, query="q=hi", disconnect_after=None)

    assert UNSERIALISABLE.search(repr(seen_of(project, observed, query="q=bad")))
    assert seen_of(project, observed, disconnect_after=1) != whole


@EACH
def test_it_runs_as_before(name):
    project = ready(name)
    expected = before(name, BY_NAME.get)
    with written(project) as root:
        assert verdicts(root) == expected_verdicts(project)
        migrate(root)
        assert observe_all(root, project) == expected
        text = "".join(path.read_text() for path in sorted(root.rglob("*.py")))
        assert [part for part in project.contains if part not in text] == []
        close(root)
        if migrate(root, phase=3):
            assert observe_all(root, project) == expected, "after phase 3"
        assert migrate(root, phase=3) == []


def files_of(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py")}


@EACH
def test_old_and_new_run_side_by_side(name):
    project = ready(name)
    expected = before(name, BY_NAME.get)
    other = random.Random(name).choice([Stage.OFF, Stage.LIVE])
    with written(project) as root:
        old = files_of(root)
        for stage in [Stage.SHADOW, other] * bool(migrate(root, phase=1)):
            with every_stage(stage):
                assert observe_all(root, project) == expected, stage
        assert migrate(root, phase=1) == []
        assert files_before_phase_1(root) == old
        migrate(root)
        from_phase_1 = files_of(root)
    with written(project) as root:
        migrate(root)
        assert files_of(root) == from_phase_1


def files_before_phase_1(root):
    found = before_phase_1(open_project([root]))
    kept = {name: raw for name, raw in files_of(root).items() if name not in found.gone}
    return {**kept, **found.texts}


def in_any_order(items, name):
    """Return *items* in an order that is the project's own."""
    return random.Random(name).sample(items, len(items))


@EACH
def test_each_file_is_a_step_that_can_be_shipped(name):
    project = ready(name)
    expected = before(name, BY_NAME.get)
    files = sorted(file for file in project.files if file.endswith(".py"))
    with written(project) as root:
        for file in in_any_order(files, name):
            if migrate(root / file):
                assert observe_all(root, project) == expected, f"after {file}"


@pytest.mark.parametrize(
    "name",
    [name for name, project in BY_NAME.items() if sum(map(len, project.expect.values())) > 1],
)
def test_each_producer_is_a_step_that_can_be_shipped(name):
    project = ready(name)
    expected = before(name, BY_NAME.get)
    with written(project) as root:
        order = in_any_order(producers(root), name)
        for producer in order[::2]:  # so each of two neighbours is in another phase
            migrate(root, producer, phase=1)
        for producer in order:
            # The step before may have left nothing to do in a function that calls another one.
            if producer in producers(root) and migrate(root, producer):
                assert observe_all(root, project) == expected, f"after {producer}"
        assert [
            verdict for judged in verdicts(root).values() for verdict in judged if verdict in GRADES
        ] == []


def test_most_of_what_a_person_could_migrate_is_automatic():
    expected = [
        verdict for project in PROJECTS for each in project.expect.values() for verdict in each
    ]
    automatic = sum(verdict.removesuffix(" as text") in GRADES for verdict in expected)
    by_hand = sum(verdict.endswith("*") for verdict in expected)

    assert automatic / (automatic + by_hand) >= 0.98
