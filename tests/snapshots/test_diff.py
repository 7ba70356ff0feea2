"""`streamlift snapshot diff`: two files, two folders, two running servers."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from streamlift.testing.goldens.golden import Golden, write_golden
from streamlift.testing.recording import Cleanup, Ending, Recording
from streamlift_codemods.cli import main

BODY = b'data: {"a": 1}\n\ndata: [DONE]\n\n'


def diff(capsys, *arguments):
    status = main(["snapshot", "diff", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def golden(body=BODY, **changes):
    known = {"status": 200, "headers": ((b"a", b"b"),), "messages": (body,), "recorder": "asgi"}
    known |= {"ending": Ending(kind="complete"), "cleanup": Cleanup()}
    return Golden(recording=Recording(**(known | changes)))


@pytest.fixture
def folders(tmp_path):
    for side in ("old", "new"):
        write_golden(tmp_path / side, "chat", golden())
    return tmp_path / "old", tmp_path / "new"


def test_two_goldens_are_compared_in_all_that_was_recorded(folders, capsys):
    old, new = folders
    assert diff(capsys, old / "chat.sse", new / "chat.sse")[:2] == (0, "1 request: 1 same\n")

    write_golden(new, "chat", golden(headers=((b"a", b"c"),)))
    status, out, _ = diff(capsys, old / "chat.sse", new / "chat.sse")

    assert status == 1
    assert "differs: chat\n  changed header: a: 'c' instead of 'b'\n" in out


def test_files_that_are_no_goldens_are_compared_by_their_bytes(tmp_path, capsys):
    one, other = tmp_path / "one", tmp_path / "other.sse"
    one.write_bytes(BODY)
    other.write_bytes(BODY.replace(b": 1", b":1"))

    status, out, _ = diff(capsys, one, other)

    assert status == 1
    assert "separators, byte " in out
    assert "+ [0] data: {" in out
    assert diff(capsys, one, one)[0] == 0


def test_folders_are_compared_name_by_name(folders, capsys):
    old, new = folders
    assert diff(capsys, old, new)[0] == 0

    write_golden(old, "gone", golden())
    write_golden(new, "come", golden())
    status, out, _ = diff(capsys, old, new, "--format", "json")

    assert status == 1
    assert [
        (row["name"], row["state"], row["headline"]) for row in json.loads(out)["outcomes"]
    ] == [
        ("chat", "same", ""),
        ("come", "differs", f"it is only in {new}"),
        ("gone", "differs", f"it is only in {old}"),
    ]


def test_a_golden_that_is_spoilt_is_not_compared(folders, capsys):
    old, new = folders
    (new / "chat.sse").write_bytes(BODY[:-5])

    status, out, _ = diff(capsys, old, new)

    assert status == 2
    assert "unknown: chat\n" in out
    assert "truncated" in out


@pytest.mark.parametrize("sides", [("a", "a"), (".", "file"), ("http://127.0.0.1:1", ".")])
def test_what_cannot_be_compared_is_one_line(tmp_path, monkeypatch, capsys, sides):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()

    status, out, err = diff(capsys, *sides)

    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1


class Deployment(BaseHTTPRequestHandler):
    """What runs somewhere: it answers in chunks, with the time in a header."""

    protocol_version = "HTTP/1.1"
    chunks = (b"data: 0\n\n", b"data: 1\n\n")
    version = "1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("date", f"{time.time()}")
        self.send_header("x-version", "0" if self.path == "/nothing" else self.version)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        body = b"" if self.path == "/nothing" else b"".join(map(chunk, self.chunks))
        self.wfile.write(body + chunk(b""))

    def log_message(self, *_):
        """Say nothing."""


class Next(Deployment):
    chunks = (b"data:0\n\n", b"data: 1\n\n")
    version = "2"


class Joined(Deployment):
    """A proxy may join what it passes on."""

    chunks = (b"".join(Deployment.chunks),)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.fixture(scope="module")
def deployed():
    """Return the address of a server for a deployment, which runs until the tests of the module end."""
    with contextlib.ExitStack() as stack:

        def run(handler):
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield run


@pytest.fixture(scope="module")
def servers(deployed):
    return [deployed(Deployment), deployed(Next)]


REQUESTS = """\
[[request]]
name = "no body"
path = "/nothing"

[[request]]
name = "numbers"
path = "/complete"
"""


@pytest.fixture
def requests(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requests.toml").write_text(REQUESTS)


def test_two_servers_are_asked_the_same(servers, requests, capsys):
    status, out, _ = diff(capsys, *servers)

    assert status == 1
    assert "requests.toml:6: differs: numbers\n" in out
    assert "x-version: '2' instead of '1'" in out
    assert "first difference: framing, byte 5, frame 0, data" in out
    assert "not compared: the header date" in out
    assert out.endswith("2 requests: 1 same, 1 differs\n")
    assert diff(capsys, servers[0], servers[0])[0] == 0
    assert diff(capsys, *servers, "--only", "no*")[1] == "1 request: 1 same\n"


def test_an_annotation_is_made_for_a_difference_of_servers(servers, requests, tmp_path, capsys):
    status, out, _ = diff(capsys, *servers, "--format", "github", "--junit", tmp_path / "j.xml")

    assert status == 1
    assert (
        "::error title=streamlift snapshot diff (differs),file=requests.toml,line=6::numbers: "
        in out
    )
    assert 'tests="2" failures="1"' in (tmp_path / "j.xml").read_text()


def test_a_server_that_does_not_answer_is_told(servers, requests, capsys):
    status, out, _ = diff(capsys, servers[0], "http://127.0.0.1:1")

    assert status == 2
    assert "unknown: numbers\n  http://127.0.0.1:1 cannot be asked: " in out


def test_a_request_that_is_not_there_is_told_with_the_nearest(servers, requests, capsys):
    status, _, err = diff(capsys, *servers, "--only", "nmbers")

    assert status == 2
    assert "--only nmbers: requests.toml has no such request; did you mean numbers?" in err


def test_where_a_body_is_cut_may_be_left_out(servers, deployed, requests, capsys):
    url = deployed(Joined)

    assert "message boundaries: 1 instead of 2" in diff(capsys, servers[0], url)[1]
    assert diff(capsys, servers[0], url, "--joined")[0] == 0
