"""Decision 11: facts come from the whole project, changes stay within what was asked for."""

import pytest

from tests.semantics.old_and_new import migrated, planned, printed, written

SERVICE = r"""
import json

from starlette.responses import StreamingResponse


def _reply(n):
    yield f"data: {json.dumps({'n': n})}\n\n"


def endpoint(n):
    return StreamingResponse(_reply(n), media_type="text/event-stream")
"""
JOBS = r"""
from app.service import _reply


def saved(n):
    return "".join(_reply(n))
"""
OTHER = r"""
import json


def other(n):
    yield f"data: {json.dumps({'other': n})}\n\n"
"""
FILES = {
    "pyproject.toml": "",
    "app/__init__.py": "",
    "app/service.py": SERVICE,
    "app/jobs.py": JOBS,
    "app/other.py": OTHER,
}
# Starlette takes long to import, and this is not about responses.
CALL = """
import sys, types
sys.modules["starlette"] = starlette = types.ModuleType("starlette")
sys.modules["starlette.responses"] = responses = types.ModuleType("starlette.responses")
sys.modules["streamlift.edges.starlette"] = edge = types.ModuleType("streamlift.edges.starlette")
responses.StreamingResponse = edge.SSEResponse = None
from app.jobs import saved
from app.other import other
print(repr(saved(1) + "".join(other(2))))
"""
PRINTED = repr('data: {"n": 1}\n\ndata: {"other": 2}\n\n') + "\n"


@pytest.fixture
def project(tmp_path):
    return written(tmp_path / "project", FILES)


def test_facts_of_one_file_alone_break_the_others(project, tmp_path):
    """The alternative: the tool looks only at the file that it was given."""
    alone = written(tmp_path / "alone", {"service.py": SERVICE})
    migrated(alone)
    assert printed(project, CALL) == PRINTED

    (project / "app/service.py").write_bytes((alone / "service.py").read_bytes())

    assert printed(project, CALL) == (
        "TypeError: sequence item 0: expected str instance, PayloadChunk found"
    )


def test_facts_of_the_whole_project_do_not(project):
    migrated(project, "app/service.py")

    assert "@producer(SSE)\ndef _reply" in (project / "app/service.py").read_text()
    assert printed(project, CALL) == PRINTED


def test_changes_are_limited_to_the_path(project):
    assert {site.source.name for site in planned(project, "app/service.py").sites} == {"service.py"}

    changes = migrated(project, "app/service.py")

    assert set(changes) == {"service.py", "sse_contracts.py"}
    assert (project / "app/jobs.py").read_text() == JOBS
    assert (project / "app/other.py").read_text() == OTHER


def test_each_file_is_a_step_that_can_be_shipped(project, tmp_path):
    at_once = written(tmp_path / "at once", FILES)
    migrated(at_once)

    for path in ("app/other.py", "app/service.py"):
        migrated(project, path)
        assert printed(project, CALL) == PRINTED

    for name in ("other.py", "sse_contracts.py"):
        assert (project / "app" / name).read_text() == (at_once / "app" / name).read_text()
    stepwise = (project / "app/service.py").read_text()
    undecorated = stepwise.replace("@producer(SSE)\n", "").replace(", producer", "")
    assert undecorated == (at_once / "app/service.py").read_text()
