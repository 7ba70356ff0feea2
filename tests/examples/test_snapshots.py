"""All forms of the chat app answer every scenario with the same bytes: one golden for all of them.

The goldens were recorded from Pattern 1, which is what a migration has to keep.
"""

import asyncio
import importlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from examples.demo.app_under_test import record as record_served
from examples.demo.scenarios import CHATS, READS, SCENARIOS
from streamlift.testing.differences.recording_difference import recording_differences
from streamlift.testing.recorders.asgi_recorder import record
from streamlift.testing.recorders.socket_recorder import serve
from streamlift_codemods.cli import main
from streamlift_legacy import Stage, configure
from tests.scratch import scratch

ROOT = Path(__file__).parents[2]
PATTERNS = ("pattern1", "pattern2")
WRITTEN = {
    "chat_in_phase_1": ("pattern1", "1"),
    "chat_in_phase_2": ("pattern1", "2"),
    "chat_in_phase_3": ("pattern1", "23"),
    "chat_from_1_to_3": ("phase1", "23"),
}
"""What the tool makes of a reference app: which one, and by which phases."""

FORMS = {
    "pattern1": ("pattern1", None),
    "pattern2": ("pattern2", None),
    **{name: (name, None) for name in [*WRITTEN][1:]},
    **{
        f"{name} {stage}": (name, stage)
        for name in ("phase1", "chat_in_phase_1")
        for stage in Stage
    },
}
"""Every form of the chat app, and the stage that it is in."""
STREAMS = [scenario for scenario in SCENARIOS if "no stream" not in scenario.name]
LEAVING = next(scenario for scenario in CHATS if scenario.leaves_after)


def name_of(scenario):
    return scenario.name


def create_app(pattern, database):
    name = pattern if pattern in WRITTEN else f"examples.{pattern}"
    return importlib.import_module(f"{name}.app").create_app(database)


async def ask(app, scenario, **options):
    path, _, query = scenario.path.partition("?")
    return await record(
        app,
        path,
        method=scenario.method,
        query=query.encode(),
        headers=[(b"content-type", b"application/json")],
        body=scenario.body,
        disconnect_after=scenario.leaves_after,
        **options,
    )


def answers(pattern, database, *scenarios, **options):
    """Return what a fresh app with an empty history answers, in order."""

    async def talk():
        app = create_app(pattern, database)
        return [await ask(app, scenario, **options) for scenario in scenarios]

    return asyncio.run(talk())


def rows(database):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT * FROM messages ORDER BY id").fetchall()


def write_phases(folder):
    """Write Pattern 1 after each phase to *folder*, as packages."""
    for name, (pattern, phases) in WRITTEN.items():
        package = folder / name
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "examples" / pattern, package, ignore=ignored)
        for phase in phases:
            is_closed = str(phase == "3").lower()  # in an open world the decorators stay
            settings = f"[tool.streamlift]\nclosed-world = {is_closed}\n"
            (folder / "pyproject.toml").write_text(settings)
            main(["migrate", str(package), "--phase", phase, "--write"])


def streams(pattern, stage, database):
    """Return what is sent for each scenario with a stream, by its name."""
    if stage is not None:
        configure(stage=stage)
    try:
        reads = answers(pattern, database.with_suffix(".reads"), *CHATS, *READS)[len(CHATS) :]
        chats = [
            answers(pattern, database.with_suffix(f".{number}"), chat)[0]
            for number, chat in enumerate(CHATS)
        ]
    finally:
        configure(stage=Stage.OFF)
    sent = zip([*CHATS, *READS], [*chats, *reads], strict=True)
    return {
        scenario.name: recording.without_cleanup()
        for scenario, recording in sent
        if scenario in STREAMS
    }


def differing(old, new):
    """Return what differs, by the name of the scenario."""
    return {
        name: [each.headline for each in found]
        for name, recording in old.items()
        if (found := recording_differences(recording, new[name]))
    }


def before(scenario):
    """Return what has to be said first, so that there is something to replay."""
    return CHATS if scenario in READS else ()


@pytest.fixture
def in_memory():
    """Give a folder that costs no disk, where there is one: each row of a history waits for that."""
    with scratch() as folder:
        yield Path(folder)


def test_bytes(tmp_path, in_memory, monkeypatch, sse_snapshot):
    """Every reference app, in every phase and stage."""
    monkeypatch.syspath_prepend(tmp_path)
    write_phases(tmp_path)
    sent = {name: streams(*form, in_memory / name) for name, form in FORMS.items()}

    old = sent["pattern1"]
    assert {name: differing(old, new) for name, new in sent.items() if new != old} == {}
    for name, recording in old.items():
        assert recording == sse_snapshot(name=name)


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name_of)
def test_status_headers_boundaries_end_and_history(scenario, spec_version, tmp_path):
    old, new = (
        answers(
            pattern, tmp_path / pattern, *before(scenario), scenario, spec_version=spec_version
        )[-1].without_cleanup()
        for pattern in PATTERNS
    )

    assert new == old
    assert old.status == 200
    assert rows(tmp_path / "pattern2") == rows(tmp_path / "pattern1")


def test_a_complete_answer_is_saved(tmp_path):
    answers("pattern2", tmp_path / "history", CHATS[0])

    assert rows(tmp_path / "history") == [
        (1, "demo", "user", "오늘 날씨 어때? 🙂", None),
        (
            2,
            "demo",
            "assistant",
            "안녕하세요! 👋 저는 스트리밍 도우미입니다. Ask me anything.",
            "reply-1",
        ),
    ]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_an_answer_that_nobody_waited_for_is_not_saved(pattern, tmp_path):
    recording = answers(pattern, tmp_path / "history", LEAVING)[0]

    assert recording.ending.kind == "disconnected"
    assert len(recording.messages) == LEAVING.leaves_after
    assert [row[2] for row in rows(tmp_path / "history")] == ["user"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_client_who_leaves_while_the_model_works_leaves_nothing_open(pattern, tmp_path):
    assert not answers(pattern, tmp_path / "history", LEAVING)[0].cleanup


def test_an_error_while_encoding_reaches_the_service(tmp_path, monkeypatch):
    async def not_json(self, tool_call):
        return {"a set"}

    bodies = []
    for pattern in PATTERNS:
        service = importlib.import_module(f"examples.{pattern}.chat_service").ChatService
        monkeypatch.setattr(service, "_execute_tool", not_json)
        bodies.append(answers(pattern, tmp_path / pattern, CHATS[1])[0].body)

    assert bodies[1] == bodies[0]
    assert bodies[0].endswith(
        b'data: {"type": "error", "content": "Object of type set is not JSON serializable"}\n\n'
        b"data: [DONE]\n\n"
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_request_that_is_no_chat_is_refused(pattern, tmp_path):
    async def talk():
        return await record(
            create_app(pattern, tmp_path / "history"),
            "/chat/stream",
            method="POST",
            headers=[(b"content-type", b"application/json")],
            body=b'{"session_id": "demo", "message": "hi", "scenario": "unknown"}',
        )

    assert asyncio.run(talk()).status == 422
    assert rows(tmp_path / "history") == []


def test_a_real_server_sends_the_same(tmp_path):
    recordings = []
    for pattern in PATTERNS:
        with serve(
            f"examples.{pattern}.app:create_app",
            directory=ROOT,
            environment={"STREAMLIFT_EXAMPLE_DATABASE": str(tmp_path / pattern)},
            options={"factory": True},
        ) as server:
            recordings.append(record_served(server, SCENARIOS))

    assert recordings[1] == recordings[0]
    assert rows(tmp_path / "pattern2") == rows(tmp_path / "pattern1")


@pytest.mark.parametrize("module", ["fake_model.py", "history_service.py", "tools.py"])
def test_only_what_streams_differs(module):
    one, two = (ROOT / "examples" / pattern / module for pattern in PATTERNS)

    assert two.read_bytes() == one.read_bytes()
