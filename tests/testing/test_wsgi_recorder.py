import sys

import django
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import StreamingHttpResponse
from django.test.utils import override_settings
from django.urls import path
from flask import Flask, Response, request, stream_with_context

from streamlift.testing.recorders.wsgi_recorder import environ_of, record_wsgi
from streamlift.testing.recording import Cleanup, Ending, RecordingTimeoutError
from streamlift.testing.recording_of import recording_of
from streamlift.testing.request import Request

HEADERS = [("X-Case", "Kept"), ("a", "é"), ("a", "2")]


def application(*items, error=None, log=None, closing=None):
    """Return an application that sends *items*, then raises *error*."""

    class Items:
        def __iter__(self):
            for item in items:
                yield item
                if log is not None:
                    log.append(item)
            if error is not None:
                raise error

        def close(self):
            if log is not None:
                log.append("closed")
            if closing is not None:
                raise closing

    def app(environ, start_response):
        start_response("200 OK", HEADERS)
        return Items()

    return app


def test_keeps_status_header_order_and_items():
    recording = recording_of(application(b"a", b"", b"bc"))

    assert recording.status == 200
    assert recording.headers == ((b"X-Case", b"Kept"), (b"a", b"\xe9"), (b"a", b"2"))
    assert recording.messages == (b"a", b"", b"bc")
    assert recording.ending == Ending(kind="complete")
    assert recording.recorder == "wsgi"
    assert recording.cleanup == Cleanup()
    assert len(recording.times) == 3
    assert recording == recording_of(application(b"a", b"", b"bc"))
    assert recording != recording_of(application(b"a", b"bc"))


def test_an_error_keeps_what_was_sent_and_closes():
    log = []
    recording = recording_of(application(b"a", error=ValueError("m"), log=log))

    assert (recording.status, recording.messages) == (200, (b"a",))
    assert recording.ending == Ending(kind="aborted", error="ValueError")
    assert recording.ending.message == "m"
    assert log == [b"a", "closed"]


def test_tells_errors_before_the_body_from_those_after_it():
    before = recording_of(application(error=ValueError()))
    after = recording_of(application(b"a", closing=ValueError()))

    assert (before.status, before.headers, before.ending.kind) == (None, (), "aborted")
    assert (after.status, after.ending.kind, after.ending.error) == (200, "complete", "ValueError")


@pytest.mark.parametrize("count", [0, 2])
def test_a_client_who_goes_closes_the_items(count):
    log = []
    recording = recording_of(application(b"a", b"b", b"c", log=log), disconnect_after=count)

    assert recording.status == 200
    assert recording.messages == (b"a", b"b")[:count]
    assert recording.ending == Ending(kind="disconnected")
    assert log == ([b"a", "closed"] if count else ["closed"])


def test_start_response_may_be_called_later_again_and_with_write():
    def app(environ, start_response):
        write = start_response("200 OK", [("a", "1")])
        write(b"first")
        try:
            raise KeyError("k")
        except KeyError:
            with pytest.raises(KeyError):
                start_response("500 Too Late", [], sys.exc_info())
        return [b"second"]

    def replaced(environ, start_response):
        start_response("200 OK", [("a", "1")])
        try:
            raise KeyError("k")
        except KeyError:
            start_response("500 Oops", [("b", "2")], sys.exc_info())
        yield b"x"

    assert recording_of(app).messages == (b"first", b"second")
    assert recording_of(app).ending == Ending(kind="complete")
    assert recording_of(replaced).status == 500
    assert recording_of(replaced).headers == ((b"b", b"2"),)


def twice(environ, start_response):
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def text(environ, start_response):
    start_response("200 OK", [])
    return ["text"]


def late(environ, start_response):
    yield b"a body before its head"


def malformed(environ, start_response):
    start_response("OK", [])
    return []


def writes_to_nobody(environ, start_response):
    write = start_response("200 OK", [])
    write(b"a")
    write(b"b")
    return []


@pytest.mark.parametrize(
    ("app", "error"),
    [
        (twice, "RuntimeError"),
        (text, "TypeError"),
        (late, "RuntimeError"),
        (malformed, "TypeError"),
        (writes_to_nobody, "BrokenPipeError"),
    ],
)
def test_refuses_what_servers_refuse(app, error):
    assert recording_of(app, disconnect_after=1).ending.error == error


def test_says_which_generators_are_left():
    kept = []

    def left_open():
        yield b"a"
        yield b"b"

    def app(environ, start_response):
        start_response("200 OK", [])
        kept.append(left_open())
        return iter([next(kept[0])])

    name = "test_says_which_generators_are_left.<locals>.left_open"

    assert recording_of(app).cleanup == Cleanup(open_generators=(name,))
    assert record_wsgi(app, Request(name="a", watch_cleanup=False)).cleanup is None


def test_an_endless_stream_meets_the_limit():
    def app(environ, start_response):
        start_response("200 OK", [])
        while True:
            yield b"x"

    with pytest.raises(RecordingTimeoutError, match=r"GET /slow: no end within 0\.01 s, \d+ items"):
        recording_of(app, "/slow", time_limit=0.01)


def test_the_environment_is_that_of_a_server():
    environ = environ_of(
        Request(
            name="a",
            path="/%C3%A9?q=%20",
            method="POST",
            headers=(
                (b"cookie", b"a=1"),
                (b"cookie", b"b=2"),
                (b"x-a", b"1"),
                (b"x-a", b"\xe9"),
                (b"content-type", b"text/x"),
            ),
            body=b"body",
            disconnect_in_body=2,
        )
    )

    assert environ["wsgi.input"].read() == b"bo"
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/Ã©", "q=%20")
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_A"]) == ("a=1; b=2", "1,é")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/x", "4")
    assert (environ["HTTP_HOST"], environ["SERVER_PROTOCOL"]) == ("testserver", "HTTP/1.1")


closed = []


def frames(body):
    try:
        yield "data: é\n\n"
        yield f"data: {body}\n\n"
        if body == "fail":
            raise ZeroDivisionError
        yield "data: [DONE]\n\n"
    finally:
        closed.append(body)


flask = Flask(__name__)
flask.testing = False


@flask.post("/chat/<name>")
def chat(name):
    text = request.get_data(as_text=True) or name

    def with_request():
        assert request.path.startswith("/chat/")
        yield from frames(text)

    return Response(stream_with_context(with_request()), mimetype="text/event-stream")


def view(request, name):
    return StreamingHttpResponse(
        frames(request.body.decode() or name), content_type="text/event-stream"
    )


urlpatterns = [path("chat/<name>", view)]


@pytest.fixture(scope="module")
def django_app():
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="for tests", USE_TZ=True)
        django.setup()
    with override_settings(ROOT_URLCONF=__name__):
        yield WSGIHandler()


@pytest.fixture(params=["flask", "django"])
def app(request):
    closed.clear()
    return flask if request.param == "flask" else request.getfixturevalue("django_app")


def test_frameworks_stream_and_clean_up(app):
    whole = recording_of(app, "/chat/a%20b", method="POST", headers={"X-A": "é"})
    posted = recording_of(app, "/chat/a", json={"b": "é"})
    failed = recording_of(app, "/chat/a", body=b"fail")
    left = recording_of(app, "/chat/left", method="POST", disconnect_after=1)
    cut = record_wsgi(app, Request(name="a", path="/chat/a", method="POST", disconnect_in_body=0))

    assert whole.messages == ("data: é\n\n".encode(), b"data: a b\n\n", b"data: [DONE]\n\n")
    assert (b"Content-Type", b"text/event-stream; charset=utf-8") in whole.headers or (
        b"Content-Type",
        b"text/event-stream",
    ) in whole.headers
    assert posted.messages[1] == 'data: {"b":"é"}\n\n'.encode()
    assert failed.ending == Ending(kind="aborted", error="ZeroDivisionError")
    assert len(failed.messages) == 2
    assert left.ending == cut.ending == Ending(kind="disconnected")
    assert [each.cleanup for each in (whole, posted, failed, left, cut)] == [Cleanup()] * 5
    assert closed == ["a b", '{"b":"é"}', "fail", "left"]
