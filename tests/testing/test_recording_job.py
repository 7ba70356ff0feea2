"""Applications in files of their own, recorded in processes of their own."""

import os
import re
import sys
import textwrap
from pathlib import Path

import pytest

from streamlift.testing.recording import (
    Cleanup,
    Ending,
    Recording,
    RecordingError,
)
from streamlift.testing.request import Request
from streamlift.testing.requests.requests_file import RequestsFileError, read_requests
from streamlift.testing.runs import recording_job
from streamlift.testing.runs.recording_job import RecordingJob, run_job
from streamlift.testing.runs.recording_json import (
    recording_from_json,
    recording_to_json,
    request_from_json,
    request_to_json,
)
from streamlift.testing.tracing.span import Span

CHAT = """
    import datetime, json, os, random, secrets, sys, time, uuid
    from contextlib import asynccontextmanager
    from uuid import uuid4

    from starlette.applications import Starlette
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    import models

    started = uuid4()

    @asynccontextmanager
    async def lifespan(app):
        print("started")
        yield {"database": "ready"}
        print("stopped")

    def ids():
        yield [started.hex, uuid4().hex, uuid.uuid1().hex, secrets.token_hex(4), os.urandom(4).hex()]
        yield [random.random(), random.Random().random(), str(datetime.datetime.now()), time.time()]

    async def stream(request, body):
        yield b"data: " + body + b"\\n\\n"
        for each in ids():
            yield f"data: {json.dumps(each)}\\n\\n"
        yield f"data: {request.state.database} {models.name} {os.environ['FROM_FILE']} {sys.argv}\\n\\n"
        if request.query_params:
            raise ValueError("in the middle")

    async def chat(request):
        body = await request.body()
        return StreamingResponse(stream(request, body), headers={"x-path": request.path_params["name"]})

    app = Starlette(routes=[Route("/chat/{name}", chat, methods=["POST"])], lifespan=lifespan)
"""

SETUP = """
    import contextlib

    import anyio

    @contextlib.asynccontextmanager
    async def offline():
        import models
        async with anyio.create_task_group():
            models.name = "fake"
            yield
            print("left")
"""

REQUESTS = """
    app = "shop:app"
    setup = "offline:offline"
    environment = { FROM_FILE = "yes" }
    clock = 2026-01-01T00:00:00Z
    seed = 0

    [[request]]
    name = "whole"
    method = "POST"
    path = "/chat/a%2Cb"
    body-base64 = "/wD+DQo="

    [[request]]
    name = "aborted"
    method = "POST"
    path = "/chat/a?fail=1"

    [[request]]
    name = "left"
    method = "POST"
    path = "/chat/a"
    disconnect-after = 1
"""


def tree(folder, **files):
    for name, text in files.items():
        folder.joinpath(f"{name}.py").write_text(textwrap.dedent(text))


def requests(folder, text='[[request]]\nname = "a"\n'):
    path = folder / "requests.toml"
    path.write_text(textwrap.dedent(text))
    return read_requests(path)


def job(folder, text='app = "shop:app"\n[[request]]\nname = "a"\n', **facts):
    return RecordingJob(file=requests(folder, text), directory=folder, **facts)


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chat")
    tree(folder, shop=CHAT, offline=SETUP, models='name = "real"')
    text = CHAT.splitlines()
    line = next(n for n, each in enumerate(text) if "body +" in each) + 1
    never = next(n for n, each in enumerate(text) if "raise ValueError" in each) + 1
    spans = [Span(line - 1, 10, line - 1, 38), Span(never - 1, 14, never - 1, 41)]
    return folder, {
        "shop.py": [Span(s.line + 1, s.column, s.end_line + 1, s.end_column) for s in spans]
    }


@pytest.fixture(scope="module")
def run(chat):
    folder, traced = chat
    return run_job(job(folder, REQUESTS, hash_seed=1, traced=traced))


def test_records_every_request_in_order(run):
    whole, aborted, left = run.recordings.values()

    assert list(run.recordings) == ["whole", "aborted", "left"]
    assert whole.status == 200
    assert whole.headers == ((b"x-path", b"a,b"),)
    assert whole.messages[0] == b"data: \xff\x00\xfe\r\n\n\n"
    assert whole.messages[3] == b"data: ready fake yes ['streamlift']\n\n"
    assert whole.ending == Ending(kind="complete")
    assert aborted.ending == Ending(kind="aborted", error="ValueError")
    assert aborted.ending.message == "in the middle"
    assert left.ending == Ending(kind="disconnected")
    assert left.messages == (b"data: \n\n",)
    assert whole.times
    assert run.log.splitlines()[0] == "started"
    assert run.log.splitlines()[-2:] == ["stopped", "left"]


def test_says_what_was_executed(run, chat):
    once, failing = chat[1]["shop.py"]

    assert run.executed["whole"] == {"shop.py": {once}}
    assert run.executed["aborted"] == {"shop.py": {once, failing}}
    assert run.executed_between == {}
    assert run.observations == ()


def test_two_runs_get_the_same_time_and_ids_and_two_requests_do_not(run, chat):
    # Watched too: before Python 3.11 a tracer keeps alive what the code lets go of.
    again = run_job(job(chat[0], REQUESTS, hash_seed=2, traced=chat[1]))

    assert run.recordings == again.recordings
    assert b'"2026-01-01 00:00:00", 1767225600.0]' in run.recordings["whole"].body
    assert run.recordings["whole"].messages[1:3] != run.recordings["aborted"].messages[1:3]


COUNTING = """
    count = 0
    async def app(scope, receive, send):
        global count
        count += 1
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"%d" % count})
"""


CYCLES = """
    async def frames():
        yield b"data"
        yield b"more"

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200})
        generator = frames()
        async for item in generator:
            await send({"type": "http.response.body", "body": item, "more_body": True})
            break
        cycle = [generator]
        cycle.append(cycle)
        del generator, cycle
        garbage = [[] for _ in range(int(scope["path"][1:]))]
        for each in garbage:
            each.append(each)
        await send({"type": "http.response.body", "body": b""})
"""


def test_what_is_left_open_does_not_depend_on_the_collector(tmp_path):
    tree(tmp_path, shop=CYCLES)
    text = "".join(f'[[request]]\nname = "n{n}"\npath = "/{n}"\n' for n in (0, 5000, 1))
    run = run_job(job(tmp_path, f'app = "shop:app"\n{text}'))

    assert {each.cleanup for each in run.recordings.values()} == {
        Cleanup(open_generators=("frames",))
    }


@pytest.mark.parametrize(("fresh", "bodies"), [("true", [b"2", b"2"]), ("false", [b"2", b"3"])])
def test_each_request_may_have_a_process_of_its_own(tmp_path, fresh, bodies):
    tree(tmp_path, shop=COUNTING)
    text = 'app = "shop:app"\nfresh = {}\n[[request]]\nname = "a"\n[[request]]\nname = "b"\n'
    run = run_job(job(tmp_path, text.format(fresh)))

    assert [each.body for each in run.recordings.values()] == bodies


FLASK = """
    import uuid
    from flask import Flask, Response, request

    app = Flask(__name__)

    @app.post("/<name>")
    def chat(name):
        body = request.get_data(as_text=True)
        def frames():
            yield f"data: {body}\\n\\n"
            if name == "fail":
                raise ValueError
            yield f"data: {uuid.uuid4()}\\n\\n"
        return Response(frames(), mimetype="text/event-stream")
"""

ASGI = """
    import uuid

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"1")]})
        await send({"type": "http.response.body", "body": b"data: %s\\n\\n" % body, "more_body": True})
        if scope["path"] == "/fail":
            raise ValueError
        text = f"data: {uuid.uuid4()}\\n\\n".encode()
        await send({"type": "http.response.body", "body": text})
"""

SERVED_REQUESTS = """
    interface = "{interface}"
    app = "shop:app"
    seed = 1
    [[request]]
    name = "whole"
    path = "/whole"
    method = "POST"
    text = "hello"
    [[request]]
    name = "failing"
    path = "/fail"
    method = "POST"
    text = "hello"
    piece-size = 5
    [[request]]
    name = "left"
    path = "/left"
    method = "POST"
    disconnect-after = 1
"""


@pytest.mark.parametrize(("direct", "code"), [("wsgi", FLASK), ("asgi", ASGI)])
def test_a_real_server_sends_the_same(tmp_path, direct, code):
    tree(tmp_path, shop=code)
    called, served = (
        run_job(job(tmp_path, SERVED_REQUESTS.format(interface=each))).recordings
        for each in (direct, "server")
    )

    assert {each.recorder for each in called.values()} == {direct}
    assert {each.recorder for each in served.values()} == {"socket"}
    assert [each.messages for each in served.values()] == [
        each.messages for each in called.values()
    ]
    assert [each.ending.kind for each in served.values()] == ["complete", "aborted", "disconnected"]
    assert [each.ending.kind for each in called.values()] == ["complete", "aborted", "disconnected"]
    assert b"date" not in {name.lower() for name, _ in served["whole"].headers}


AIOHTTP = """
    import uuid
    from aiohttp import web

    async def chat(request):
        response = web.StreamResponse(headers={"a": "1"})
        await response.prepare(request)
        await response.write(b"data: %s\\n\\n" % await request.read())
        if request.path == "/fail":
            raise ValueError
        await response.write(f"data: {uuid.uuid4()}\\n\\n".encode())
        return response

    async def app():
        made = web.Application()
        made.add_routes([web.post("/{name}", chat)])
        return made
"""


def test_aiohttp_is_called_by_its_own_server(tmp_path):
    tree(tmp_path, shop=AIOHTTP)
    text = SERVED_REQUESTS.replace('interface = "{interface}"', "factory = true")
    found = run_job(job(tmp_path, text)).recordings

    assert [each.ending.kind for each in found.values()] == ["complete", "aborted", "disconnected"]
    assert found["whole"].messages[0] == b"data: hello\n\n"
    assert {name for name, _ in found["whole"].headers}.isdisjoint({b"Date", b"Server"})


def test_a_recording_and_a_request_come_through_json_whole():
    everything = bytes(range(256))
    recording = Recording(
        status=200,
        headers=((everything, b""), (b"", everything)),
        messages=(everything, b""),
        ending=Ending(kind="aborted", error="E", message="\udcff"),
        recorder="socket",
        cleanup=Cleanup(open_generators=("a", "b")),
        status_line=everything,
        times=(0.1, 0.2),
    )
    request = Request(name="é", headers=((b"a", everything),), body=everything, disconnect_after=1)

    assert recording_from_json(recording_to_json(recording)) == recording
    assert recording_from_json(recording_to_json(recording)).times == recording.times
    assert request_from_json(request_to_json(request)) == request


BROKEN = {
    "no module": (
        {"shop": "import nothing_like_it"},
        (
            "(?s)the application shop:app cannot be imported:.*line 1, in <module>\n    import "
            r"nothing_like_it\nModuleNotFoundError: No module named 'nothing_like_it'\n"
            r"install what it needs for .*\(--python\).*\(import-from"
        ),
    ),
    "exits": ({"shop": "raise SystemExit(3)"}, r"cannot be imported:(?s:.*)SystemExit: 3"),
    "dies": (
        {"shop": "import os; print('last words'); os._exit(7)"},
        "the process ended with status 7 during the start of the application:\nlast words",
    ),
    "cannot start": (
        {
            "shop": """
                async def app(scope, receive, send):
                    await receive()
                    print("before")
                    await send({"type": "lifespan.startup.failed", "message": "no database"})
            """
        },
        "the application could not start:\nno database\nmend that, or .*\nthe end of the log:\nbefore",
    ),
}


@pytest.mark.parametrize(
    ("given", "named", "expected"),
    [
        (
            "5",
            'app = "shop:app"',
            r"offline:models gives \(nothing, if it makes .*\) is no applic.* int",
        ),
        ("", "", "is nothing, and nothing else names the application"),
    ],
)
def test_what_a_setup_gives_is_the_application(tmp_path, given, named, expected):
    setup = f"import contextlib\n@contextlib.contextmanager\ndef models(): yield {given}"
    tree(tmp_path, offline=setup)
    text = f'{named}\nsetup = "offline:models"\n[[request]]\nname = "a"\n'
    with pytest.raises(RecordingError, match=expected):
        run_job(job(tmp_path, text))


@pytest.mark.parametrize("case", BROKEN)
def test_says_why_an_application_cannot_be_recorded(tmp_path, case):
    files, expected = BROKEN[case]
    tree(tmp_path, **files)
    with pytest.raises(RecordingError, match=expected):
        run_job(job(tmp_path))


def test_needs_to_know_where_the_application_is(tmp_path):
    with pytest.raises(
        RequestsFileError, match=r"requests\.toml:1: names no application; write app"
    ):
        run_job(job(tmp_path, '[[request]]\nname = "a"\n'))
    with pytest.raises(RecordingError, match=r"no-python cannot be started in .*; name an interp"):
        run_job(job(tmp_path, python="no-python"))


HANGING = """
    import asyncio, os, sys, time
    sys.stderr = None  # as a program without a console has it
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        def where_it_hangs():
            while True:
                time.sleep(1)
        if scope["path"] == "/hangs":
            where_it_hangs()
        if scope["path"] == "/waits":
            await asyncio.sleep(60)
        if scope["path"] == "/ends":
            os._exit(7)
        if scope["path"] == "/exits":
            sys.exit("no licence")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})
        if scope["path"] == "/stops":
            asyncio.get_running_loop().stop()
"""


def test_a_request_that_cannot_be_recorded_is_told_and_the_rest_is_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_job, "GRACE", 1.0)
    tree(tmp_path, shop=HANGING)
    names = ["first", "hangs", "waits", "ends", "exits", "stops", "last"]
    requests = "".join(f'[[request]]\nname = "{each}"\npath = "/{each}"\n' for each in names)
    found = run_job(job(tmp_path, f'app = "shop:app"\ntime-limit = 0.1\n{requests}'))

    assert [*found.recordings] == ["first", "exits", "last"]
    assert [*found.failures] == ["hangs", "waits", "ends", "stops"]
    assert found.recordings["exits"].ending == Ending(kind="aborted", error="SystemExit")
    hangs, waits, ends, stops = found.failures.values()
    assert re.match(r"(?s)hangs took longer than 0\.1 s;.* in where_it_hangs\n", hangs)
    assert re.fullmatch(
        r"waits: no end within 0\.1 s, 0 body messages so far\n  it waits at shop\.py:\d+ in app",
        waits,
    )
    assert ends.startswith("the process ended with status 7 during ends:\n")
    assert stops.startswith("the process ended with status 1 during ")


def test_another_version_of_streamlift_is_left_to_the_application(tmp_path):
    installed = tmp_path / "installed"
    (installed / "streamlift/testing").mkdir(parents=True)
    (installed / "streamlift/testing/__init__.py").touch()
    old = "import streamlift; assert 'installed' in streamlift.__file__"
    tree(installed / "streamlift", __init__="", errors="class StreamliftError(Exception): ...")
    tree(tmp_path, shop=f"{old}\nasync def app(scope, receive, send): ...")

    found = run_job(job(tmp_path, environment={"PYTHONPATH": str(installed)}))

    assert [*found.recordings] == ["a"]


def test_an_application_and_its_setup_may_stand_beside_the_requests(tmp_path):
    here, beside = tmp_path / "here", tmp_path / "besi de"
    for folder in (here, beside):
        folder.mkdir()
    tree(here, shop="async def app(scope, receive, send): raise SystemError", app="")
    tree(beside, app="from shop import app\nimport app as ours\nassert 'here' in ours.__file__")
    tree(beside, offline="import contextlib\n@contextlib.contextmanager\ndef setup(): yield")
    text = 'app = "app.py:app"\nsetup = "offline.py:setup"\n[[request]]\nname = "a"'
    (beside / "requests.toml").write_text(text)

    found = run_job(RecordingJob(file=read_requests(beside / "requests.toml"), directory=here))

    assert found.recordings["a"].ending == Ending(kind="aborted", error="SystemError")


def test_refuses_an_installed_copy_of_what_stands_in_the_tree(tmp_path):
    """A module that the interpreter imports when it starts is there before the tree is."""
    here, installed = tmp_path / "here", tmp_path / "installed"
    for folder in (here, installed):
        folder.mkdir()
        tree(folder, part="")
    tree(here, shop="import part\nasync def app(scope, receive, send): ...")
    tree(installed, sitecustomize="import part")

    with pytest.raises(RecordingError, match=r"part was imported from .*installed.*, which is not"):
        run_job(job(here, environment={"PYTHONPATH": str(installed)}))


def test_refuses_the_code_of_another_tree(tmp_path):
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    tree(other, shop="async def app(scope, receive, send): ...")
    variables = {"PYTHONPATH": str(other)}
    with pytest.raises(RecordingError, match=r"shop was imported from .*other.*, which is not in"):
        run_job(job(here, environment=variables))

    found = run_job(
        job(here, 'app = "shop:app"\nimport-from = ["../other"]\n[[request]]\nname = "a"')
    )

    assert found.recordings["a"].ending == Ending(kind="aborted")


def test_lends_its_packages_to_an_interpreter_without_them(tmp_path):
    # Without site-packages, as a fresh environment is.
    tree(
        tmp_path,
        shop="""
            import streamlift, streamlift_legacy
            async def app(scope, receive, send):
                assert scope["type"] == "http"
                await send({"type": "http.response.start", "status": 200})
                await send({"type": "http.response.body", "body": streamlift.__file__.encode()})
        """,
    )
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    body = run_job(job(tmp_path, python=str(python))).recordings["a"].body

    assert os.fsdecode(body) == str(Path(recording_job.__file__).parents[2] / "__init__.py")


def test_code_that_changed_within_a_second_is_run_as_it_is_now(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    app = """
        import part

        async def app(scope, receive, send):
            assert scope["type"] == "http"
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": part.TEXT})
    """
    bodies = []
    for text in ("b'old'", "b'new'"):
        tree(tmp_path, shop=app, part=f"TEXT = {text}")
        os.utime(tmp_path / "part.py", (1, 1))
        bodies.append(run_job(job(tmp_path)).recordings["a"].body)

    assert bodies == [b"old", b"new"]
