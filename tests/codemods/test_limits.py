"""`--producer`: the producers that are named and what they need, and nothing else."""

import random
from dataclasses import replace

import pytest

from streamlift_codemods.flow.units import stations_of
from streamlift_codemods.plan import make_plan
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings
from tests.codemods import harness
from tests.codemods.harness import check_same_stream, write
from tests.codemods.test_cases import BY_NAME
from tests.codemods.test_cli import run

CHAT = b"""\
import json

from fastapi.responses import StreamingResponse


def _sse(x):
    return f"data: {json.dumps([x])}\\n\\n"


async def first(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def second(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def third(x):
    yield _sse(x)


async def fourth(x):
    yield _sse({"x": x})
    yield "id: 1\\n"


class Chat:
    async def first(self, x):
        yield "data: [DONE]\\n\\n"


def endpoint(x):
    return StreamingResponse(first(x), media_type="text/event-stream")


def other_endpoint(x):
    return StreamingResponse(second(x), media_type="text/event-stream")
"""


@pytest.fixture
def project(tmp_path):
    write(tmp_path, {"pyproject.toml": b"", "pkg/__init__.py": b"", "pkg/chat.py": CHAT})
    return tmp_path


def migrate(capsys, root, *names, path=""):
    options = [option for name in names for option in ("--producer", name)]
    return run(capsys, "migrate", root / path, "--phase", "2", "--write", *options)


def changed(root):
    """Return the definitions of `pkg/chat.py` that are not as they were."""
    before = CHAT.decode().split("\n\n\n")
    return [
        part.splitlines()[0]
        for part in (root / "pkg/chat.py").read_text().split("\n\n\n")[1:]
        if part.rstrip() not in [old.rstrip() for old in before]
    ]


def test_only_the_producer_and_its_edge_change(project, capsys):
    status, out, err = migrate(capsys, project, "pkg.chat:first")

    assert (status, err.count("\n")) == (0, 1)
    assert changed(project) == ["@producer(SSE)", "def endpoint(x):"]
    assert "Migrated 1 site in 1 file; 0 left.\n" in out


def test_a_helper_takes_every_producer_along_that_it_serves(project, capsys):
    status, out, _ = migrate(capsys, project, "pkg.chat:third")

    assert changed(project) == ["def _sse(x):", "@producer(SSE)", "@producer(SSE)"]
    assert status == 1  # `fourth` has a site that is left
    assert "; 1 left.\n" in out


def test_several_may_be_given(project, capsys):
    migrate(capsys, project, "pkg.chat:first", "pkg.chat:Chat.first")

    assert changed(project) == ["@producer(SSE)", "class Chat:", "def endpoint(x):"]


def test_the_endpoint_stands_for_what_it_sends(project, capsys):
    migrate(capsys, project, "pkg.chat:endpoint")

    assert changed(project) == ["@producer(SSE)", "def endpoint(x):"]


def test_the_endpoint_stands_for_what_its_relays_get_too(tmp_path, capsys):
    relay = (
        CHAT.replace(b"first(x), media", b"relay(x), media")
        + b"""

async def relay(x):
    yield "retry: 1\\ndata: hello\\n\\n"
    async for item in first(x):
        yield item
"""
    )
    write(tmp_path, {"pyproject.toml": b"", "pkg/__init__.py": b"", "pkg/chat.py": relay})

    _, out, _ = migrate(capsys, tmp_path, "pkg.chat:endpoint")

    assert "Migrated 2 sites in 1 file; 0 left.\n" in out


def test_one_after_the_other_is_the_same_as_all_at_once(project, tmp_path_factory, capsys):
    whole = tmp_path_factory.mktemp("whole")
    write(whole, {"pyproject.toml": b"", "pkg/__init__.py": b"", "pkg/chat.py": CHAT})
    migrate(capsys, whole)
    for name in ("pkg.chat:Chat.first", "pkg.chat:fourth", "pkg.chat:second", "pkg.chat:first"):
        migrate(capsys, project, name)

    assert (project / "pkg/chat.py").read_text() == (whole / "pkg/chat.py").read_text()


def test_a_second_run_changes_nothing(project, capsys):
    migrate(capsys, project, "pkg.chat:first")
    before = (project / "pkg/chat.py").read_bytes()

    assert migrate(capsys, project, "pkg.chat:first")[0] == 0
    assert (project / "pkg/chat.py").read_bytes() == before


@pytest.mark.parametrize("name", ["second", "Chat.first", "pkg/chat.py:second", "pkg.chat:second"])
def test_a_name_is_as_long_as_it_has_to_be(project, capsys, name):
    assert migrate(capsys, project, name)[0] == 0


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "pkg.chat:frist",
            "streamlift: --producer pkg.chat:frist: is no producer of these files; did you mean pkg.chat:first",
        ),
        (
            "chat:second",
            "streamlift: --producer chat:second: is no producer of these files; did you mean pkg.chat:second",
        ),
        (
            "nothing like it",
            "streamlift: --producer nothing like it: is no producer of these files; scan shows the names of producers\n",
        ),
        (
            "first",
            "streamlift: --producer first: is ambiguous: pkg/chat.py:Chat.first, pkg/chat.py:first; name one of these\n",
        ),
    ],
)
def test_a_wrong_name_is_one_line(project, capsys, name, line):
    status, out, err = migrate(capsys, project, name)

    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(line)
    assert (project / "pkg/chat.py").read_bytes() == CHAT


def test_what_is_ambiguous_can_be_named(project, capsys):
    assert migrate(capsys, project, "pkg/chat.py:first")[0] == 0


def test_the_path_limits_as_well(project, capsys):
    write(project, {"pkg/other/__init__.py": b"", "pkg/other/far.py": CHAT})

    status, _, err = migrate(capsys, project, "pkg.chat:first", path="pkg/other")

    assert status == 2
    assert "did you mean pkg.other.far:first" in err


PUBLIC = b"""\
import json


def sse(x):
    return f"data: {json.dumps([x], default=str)}\\n\\n"
"""
USERS = b"""\
from pkg.wire import sse


async def one(x):
    yield sse(x)


async def two(x):
    text = sse(x)
    yield text
    yield text.upper()
"""


def test_a_public_helper_is_asked_by_the_named_one_only(tmp_path, capsys):
    files = {"pyproject.toml": b"", "pkg/__init__.py": b"", "pkg/wire.py": PUBLIC}
    write(tmp_path, {**files, "pkg/users.py": USERS, "pkg/more.py": USERS})

    status, _, _ = migrate(capsys, tmp_path, "pkg.users:one")

    assert status == 0
    assert (
        USERS.decode().replace("yield sse(x)", "yield sse.chunk(x)").partition("async def one")[2]
        == ((tmp_path / "pkg/users.py").read_text().partition("async def one")[2])
    )
    assert (tmp_path / "pkg/more.py").read_bytes() == USERS


def everything(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*.py")}


HARD = (
    "defined twice",
    "yielded from, and by a sync generator",
    "a queue that is handed to its worker",
    "sync with a value",
    "a relay with own frames",
    "returned by a public function",
)


@pytest.mark.parametrize("name", HARD)
def test_each_producer_of_a_case_is_a_step_in_any_order(tmp_path, capsys, name):
    """Whatever the order: the same stream after each step, and nothing is left at the end."""
    case = BY_NAME[name]
    write(tmp_path, case.files)
    plan = make_plan(open_project([tmp_path]), Settings())
    makers = [f"{each.file.name}:{each.path}" for each in stations_of(plan) if each.sites]
    for maker in random.Random(name).sample(makers, len(makers)):
        status, _, err = migrate(capsys, tmp_path, maker)
        assert status in {0, 1}, err
        step = replace(harness.migrate(case.files), after=everything(tmp_path))
        check_same_stream(case, step)

    assert harness.migrate(everything(tmp_path)).changed == ()
