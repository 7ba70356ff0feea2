import contextlib
import os
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from streamlift.testing.recorders import socket_recorder
from streamlift.testing.recorders.socket_recorder import Server, record_at, serve
from streamlift.testing.recording import Ending, RecordingError, RecordingTimeoutError
from streamlift.testing.request import Request

HERE = Path(__file__).parent
CERTIFICATE = HERE / "localhost.pem"
CHUNKS = (b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n")


@pytest.fixture(scope="module", params=["h11", "auto"])
def server(request):
    with serve("served_app:app", directory=HERE, options={"http": request.param}) as running:
        yield running


def test_keeps_the_status_line_the_headers_and_the_chunks(server):
    recording = server.record("/complete")

    assert recording.status_line == b"HTTP/1.1 200 OK"
    assert recording.status == 200
    assert [(name.lower(), value) for name, value in recording.headers] == [
        (b"x-a", b"1"),
        (b"a-x", b"2"),
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"transfer-encoding", b"chunked"),
    ]
    assert recording.messages == CHUNKS
    assert recording.ending == Ending(kind="complete")
    assert len(recording.times) == 3
    assert recording.times[2] > recording.times[0]


def test_two_recordings_are_equal(server):
    assert server.record("/complete") == server.record("/complete")


def test_tells_an_abort_from_an_end(server):
    recording = server.record("/broken")

    assert recording.messages == CHUNKS
    assert recording.ending == Ending(kind="aborted")
    assert recording.ending.message == "connection closed"
    assert "ZeroDivisionError: in the middle" in server.log()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_goes_away_after_so_many_chunks(server, count):
    before = int(server.record("/closed").body)
    recording = server.record("/endless", disconnect_after=count)

    assert len(recording.messages) == count
    assert recording.ending == Ending(kind="disconnected")
    deadline = time.monotonic() + 10
    while int(server.record("/closed").body) == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_sends_the_request(server):
    recording = server.record("/echo?a=b", method="POST", headers=[(b"X", b"y")], body=b"question")

    assert recording.body == b"POST /echo?a=b y question"
    assert recording.ending == Ending(kind="complete")


def test_a_body_is_sent_in_chunks_and_a_client_may_go_in_it(server):
    url = f"http://127.0.0.1:{server.port}"
    request = Request(name="a", path="/echo?", method="POST", body=b"question", piece_size=3)

    assert record_at(url, request).body == b"POST /echo? None question"
    left = record_at(url, replace(request, disconnect_in_body=5))
    assert (left.status, left.ending) == (None, Ending(kind="disconnected"))
    assert server.record("/complete").ending == Ending(kind="complete")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", "/complete", 200), ("GET", "/nothing", 204), ("PUT", "/complete", 405)],
)
def test_knows_responses_without_chunks(server, method, path, status):
    recording = server.record(path, method=method)

    assert recording.status == status
    assert recording.ending == Ending(kind="complete")


def test_a_stream_that_stalls_meets_the_limit(server):
    with pytest.raises(
        RecordingTimeoutError, match=r"GET /stalls took longer than 0\.3 s; the server's log:"
    ):
        server.record("/stalls", time_limit=0.3)


def test_the_server_has_stopped_afterwards():
    with serve("served_app:app", directory=HERE) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


def test_a_server_that_cannot_start_says_why():
    began = time.monotonic()

    with (
        pytest.raises(
            RecordingError,
            match=r"(?s)served_app:nothing_here ended with status \d+ .*nothing_here",
        ),
        serve("served_app:nothing_here", directory=HERE),
    ):
        pytest.fail("it cannot run")

    assert time.monotonic() - began < 20


def test_a_server_that_hangs_at_its_start_meets_the_limit(tmp_path):
    tmp_path.joinpath("slow_app.py").write_text("import time; time.sleep(60)")

    with (
        pytest.raises(
            RecordingTimeoutError, match=r"the start of slow_app:app took longer than 1 s"
        ),
        serve("slow_app:app", directory=tmp_path, start_limit=1, stop_limit=1),
    ):
        pytest.fail("it cannot run")


def test_a_server_that_does_not_stop_is_killed(tmp_path):
    tmp_path.joinpath("stubborn.py").write_text(
        "import signal, time\n"
        "async def app(scope, receive, send):\n"
        "    if scope['type'] == 'lifespan': return\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b''})\n"
    )
    with serve("stubborn:app", directory=tmp_path, stop_limit=0.3) as server:
        assert server.record("/").status == 200
        began = time.monotonic()

    assert time.monotonic() - began < 10


def test_the_environment_reaches_the_server(tmp_path):
    tmp_path.joinpath("environ_app.py").write_text(
        "import os\nfrom starlette.responses import PlainTextResponse\napp = PlainTextResponse(os.environ['FROM_TEST'])\n"
    )
    with serve("environ_app:app", directory=tmp_path, environment={"FROM_TEST": "yes"}) as server:
        assert server.record("/").body == b"yes"


ANSWERS = {
    "no HTTP": (b"SSH-2.0\r\n\r\n", RecordingError),
    "no header": (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", RecordingError),
    "no chunk size": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        RecordingError,
    ),
    "chunk too long": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n",
        RecordingError,
    ),
    "closed at once": (b"", Ending(kind="aborted")),
    "closed in the head": (b"HTTP/1.1 200 OK\r\na: b\r\n", Ending(kind="aborted")),
    "closed in a chunk": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        Ending(kind="aborted"),
    ),
    "closed after a chunk": (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
        Ending(kind="aborted"),
    ),
    "closed before the length": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab",
        Ending(kind="aborted"),
    ),
    "chunk extension": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1;x=y\r\na\r\n0\r\n\r\n",
        Ending(kind="complete"),
    ),
    "ends with the connection": (b"HTTP/1.1 200 OK\r\n\r\nab", Ending(kind="complete")),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_reads_any_answer(case):
    answer, expected = ANSWERS[case]
    listener = socket.create_server(("127.0.0.1", 0))

    def serve_once():
        connection, _ = listener.accept()
        # A reader who has seen enough goes before the end.
        with connection, contextlib.suppress(ConnectionError):
            connection.recv(65536)
            for position in range(len(answer)):  # the cut must not matter
                connection.send(answer[position : position + 1])

    thread = threading.Thread(target=serve_once)
    thread.start()
    reader = Server(listener.getsockname()[1], Path(os.devnull))
    try:
        if isinstance(expected, Ending):
            assert reader.record("/", time_limit=10).ending == expected
        else:
            with pytest.raises(expected):
                reader.record("/", time_limit=10)
    finally:
        thread.join()
        listener.close()


def test_the_launcher_needs_nothing_but_uvicorn():
    assert "streamlift" not in socket_recorder.LAUNCHER


# Servers that run elsewhere


def test_a_server_elsewhere_is_asked_like_one_of_ours(server):
    request = Request(name="chat", path="/complete")

    recording = record_at(f"http://127.0.0.1:{server.port}/", request)

    assert recording == server.record("/complete")


def test_a_path_of_the_address_stands_before_that_of_the_request(server):
    request = Request(
        name="echo", method="POST", path="/?a=1", body="é".encode(), headers=((b"x", b"2"),)
    )

    recording = record_at(f"http://localhost:{server.port}/echo", request)

    assert recording.status == 307  # /echo/ is not /echo
    request = Request(name="echo", method="POST", path="/echo?a=1", body=b"b")
    assert record_at(f"http://localhost:{server.port}", request).body == b"POST /echo?a=1 None b"


def test_a_server_is_asked_over_tls(monkeypatch):
    options = {"ssl_certfile": str(CERTIFICATE), "ssl_keyfile": str(CERTIFICATE)}
    request = Request(name="chat", path="/complete")
    with serve("served_app:app", directory=HERE, options=options) as running:
        url = f"https://localhost:{running.port}"
        with pytest.raises(RecordingError, match="certificate"):
            record_at(url, request)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

        assert record_at(url, request).messages == CHUNKS


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("localhost:80", "no address"),
        ("ftp://localhost", "no address"),
        ("http://", "no address"),
        ("http://localhost:http", "no address"),
        ("http://me:secret@localhost", "no address"),
        ("http://localhost/?a=1", "no address"),
        ("http://127.0.0.1:1", "cannot be asked"),
        ("http://no.such.host.invalid", "cannot be asked"),
    ],
)
def test_an_address_without_a_server_is_told(url, said):
    with pytest.raises(RecordingError, match=said):
        record_at(url, Request(name="chat"))


def test_an_answer_that_does_not_end_is_told(server):
    with pytest.raises(
        RecordingTimeoutError, match=r"^GET http:.*/stalls took longer than 0\.2 s$"
    ):
        record_at(
            f"http://127.0.0.1:{server.port}",
            Request(name="stalls", path="/stalls", time_limit=0.2),
        )
