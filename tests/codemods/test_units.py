"""Units: which endpoint gets its frames through what, from where; and what takes the frames."""

import json

import pytest

from streamlift_codemods.flow.consumers import consumers_of
from streamlift_codemods.flow.units import units_of
from streamlift_codemods.phases.separate import separate
from streamlift_codemods.plan import make_plan
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import Settings
from tests.codemods.harness import write
from tests.codemods.test_cases import CASES
from tests.codemods.test_cli import run

SERVICE = b"""\
import json


async def reply(x):
    yield f"data: {json.dumps(x)}\\n\\n"


async def other(x):
    yield f"data: {json.dumps([x])}\\n\\n"
"""
RELAY = b"""\
import json

from chat.service import reply


async def relayed(x):
    async for item in reply(x):
        if item.startswith("data: "):
            print(json.loads(item[6:]))
        yield item


async def searched(x):
    async for item in reply(x):
        if "data: [DONE]" in item:
            return
        yield item


async def upstream(response):
    async for line in response.aiter_lines():
        yield json.loads(line.removeprefix("data: "))


def is_picture(url):
    return url.startswith("data:image/")
"""
API = b"""\
from fastapi.responses import StreamingResponse

from chat.relay import relayed, searched
from chat.service import other


def endpoint(x):
    return StreamingResponse(relayed(x), media_type="text/event-stream")


def search(x):
    return StreamingResponse(searched(x), media_type="text/event-stream")


def plain(x):
    return StreamingResponse(other(x), media_type="text/event-stream")


def collected(x):
    return list(other(x))
"""
FILES = {
    "pyproject.toml": b"[tool.streamlift]\nclosed-world = true\n",
    "chat/__init__.py": b"",
    "chat/service.py": SERVICE,
    "chat/relay.py": RELAY,
    "chat/api.py": API,
}
TREE = """\
chat.api:collected (caller) chat/api.py:19
    SSE.stream (unknown-use) of chat.service:other (producer, 1 site) chat/service.py:8
chat.api:plain (endpoint of starlette) chat/api.py:15
    SSE.stream of chat.service:other (producer, 1 site) chat/service.py:8

chat.api:endpoint (endpoint of starlette) chat/api.py:7
    SSE.stream of chat.relay:relayed (relay) chat/relay.py:6
        SSE.chunks of chat.service:reply (producer, 1 site) chat/service.py:4
chat.api:search (endpoint of starlette) chat/api.py:11
    text (no-chunks) of chat.relay:searched (relay) chat/relay.py:13
        SSE.stream (relay-text) of chat.service:reply (producer, 1 site) chat/service.py:4
"""
CONSUMERS = [
    ("chat/api.py", 8, "endpoint", "chat.relay:relayed", "converted", None),
    ("chat/api.py", 12, "endpoint", "chat.relay:searched", "left", "no-chunks"),
    ("chat/api.py", 16, "endpoint", "chat.service:other", "converted", None),
    ("chat/relay.py", 7, "relay", "chat.service:reply", "converted", None),
    ("chat/relay.py", 8, "parse-back", "chat.service:reply", "converted", None),
    ("chat/relay.py", 9, "parse-back", "chat.service:reply", "converted", None),
    ("chat/relay.py", 14, "relay", "chat.service:reply", "text", "relay-text"),
    ("chat/relay.py", 15, "parse-back", "chat.service:reply", "text", "relay-text"),
    ("chat/relay.py", 22, "parse-back", None, "left", "unknown-source"),
]


@pytest.fixture
def project(tmp_path):
    write(tmp_path, FILES)
    return tmp_path


def rows(root):
    settings = Settings(closed_world=True)
    plan = make_plan(open_project([root]), settings)
    return [
        (c.file.name, c.node.lineno, c.kind, c.source, c.verdict, c.reason)
        for c in consumers_of(plan, units_of(plan))
    ]


def test_scan_shows_the_units_as_trees(project, capsys):
    _, out, _ = run(capsys, "scan", project)

    assert TREE in out
    assert "\nThey go to 4 parse-backs, 3 endpoints, 2 relays: 5 converted, 2 left, 2 text\n" in out


def test_each_consumer_has_a_verdict(project):
    assert rows(project) == CONSUMERS


def test_they_are_no_sites(project, capsys):
    report = json.loads(run(capsys, "scan", project, "--format", "json")[1])

    assert [site["kind"] for site in report["sites"]] == ["frame", "frame"]
    assert report["summary"] == {"auto": 2}
    assert [
        (r["path"], r["line"], r["kind"], r["producer"], r["verdict"], r["reason"])
        for r in report["consumers"]
    ] == CONSUMERS


def test_the_json_report_has_the_units(project, capsys):
    report = json.loads(run(capsys, "scan", project, "--format", "json")[1])
    first, second = report["units"]

    assert [s["name"] for s in first["stations"]] == [
        "chat.api:collected", "chat.api:plain", "chat.service:other",
    ]  # fmt: skip
    assert second["ends"] == ["chat.api:endpoint", "chat.api:search"]
    ids = {site["id"] for site in report["sites"]}
    assert {
        each for unit in report["units"] for s in unit["stations"] for each in s["sites"]
    } == ids
    relay = next(s for s in second["stations"] if s["name"] == "chat.relay:relayed")
    assert [(s["name"], s["boundary"], s["reason"]) for s in relay["sources"]] == [
        ("chat.service:reply", "SSE.chunks", None)
    ]


def test_the_tree_is_the_same_after_the_migration(project):
    plan = make_plan(open_project([project]), Settings(closed_world=True))
    write(project, separate(plan))
    after = make_plan(open_project([project]), Settings(closed_world=True))

    def shape(of):
        return [
            [
                (s.name, s.kind, [(x.source.name, x.boundary) for x in s.supplies])
                for s in u.stations
            ]
            for u in units_of(of)
        ]

    assert shape(after) == shape(plan)


def test_every_site_of_the_cases_is_in_a_unit(tmp_path):
    for number, case in enumerate(CASES[::7]):
        root = tmp_path / str(number)
        write(root, case.files)
        plan = make_plan(open_project([root]), Settings())
        known = {site for unit in units_of(plan) for each in unit.stations for site in each.sites}
        assert {s for s in plan.sites if s.reason != "test-code"} <= known, case.name
