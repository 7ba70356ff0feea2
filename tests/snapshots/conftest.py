import shutil
from pathlib import Path

import pytest

from streamlift.testing.requests.requests_file import read_requests
from streamlift_codemods.snapshots.recorder import Recorder
from streamlift_codemods.snapshots.writing_goldens import write_goldens

APP = '''\
"""An app without a framework: what it sends is told by the path."""

import asyncio
import os
from pathlib import Path

RUNS = Path("runs")
RUNS.open("a").write("x")


async def later():
    await asyncio.sleep(0.1)


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/dies":
        os._exit(3)
    if path == "/leaves" and RUNS.stat().st_size % 2:
        asyncio.get_running_loop().create_task(asyncio.sleep(0.1))
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(3):
        body = f'data: {{"n": {number}}}\\n\\n'
        if path == "/random":
            body = f'data: {{"id": "{os.urandom(4).hex()}"}}\\n\\n'
        await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": b""})
'''

REQUESTS = """\
app = "chat:app"

[[request]]
name = "chat, normal"
path = "/chat"

[[request]]
name = "other"
path = "/other"
"""

RANDOM = """
[[request]]
name = "ids"
path = "/random"
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """The current folder, with an app and its requests."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.py").write_text(APP)
    (tmp_path / "requests.toml").write_text(REQUESTS)
    return tmp_path


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    """The goldens of the app."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "chat.py").write_text(APP)
    (folder / "requests.toml").write_text(REQUESTS)
    file = read_requests(folder / "requests.toml")
    run = Recorder(file=file, requests=file.requests, directory=folder).record()
    write_goldens(run, run, folder / "goldens", origin=None, update=False)
    return folder / "goldens"


@pytest.fixture
def goldens(tree, recorded):
    """The folder of the goldens, which are there."""
    return Path(shutil.copytree(recorded, tree / "goldens"))


@pytest.fixture
def snapshot(capsys):
    """Run a command, and return its exit status, what it has printed, and what beside that."""
    from streamlift_codemods.cli import main

    def run(*arguments):
        status = main(["snapshot", *map(str, arguments)])
        out, err = capsys.readouterr()
        return (
            status,
            out,
            err.removeprefix("streamlift: running chat:app in a process of its own\n"),
        )

    return run
