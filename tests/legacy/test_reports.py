"""What is told of a divergence, to whom, and that telling holds no stream."""

import json
import logging
import threading
from threading import Event

import pytest

from streamlift import SSEFormatter, StreamingChunk
from streamlift_legacy import (
    Divergence,
    Stage,
    begin,
    configure,
    dump,
    flush,
    observations,
    reports,
)
from streamlift_legacy.background import BACKGROUND, LONGEST, Background

SSE = SSEFormatter(ensure_ascii=False)


def stream(texts, payloads, stage="shadow"):
    wire = begin(SSE, stage=stage)
    for text, payload in zip(texts, payloads, strict=True):
        yield wire.either(text, wire.on and StreamingChunk.of(payload))


def reported(texts, payloads, stage="shadow"):
    """Return what the callback is given of one stream."""
    found = []
    configure(on_divergence=found.append)
    list(stream(texts, payloads, stage))
    assert flush(10)
    return found


def test_a_divergence_says_where_but_not_what():
    payload = {"user": {"name": "Zoë", "pin": 4711}}
    equal = f"data: {json.dumps(1)}\n\n"
    old = f"data: {json.dumps(payload, ensure_ascii=False, separators=(',', ':'))}\n\n"

    [found] = reported([equal, old], [1, payload])

    assert found == Divergence(
        producer=f"{__name__}:stream",
        line=stream.__code__.co_firstlineno + 3,
        stage=Stage.SHADOW,
        frame=1,
        kind="separators",
        offset=14,
        field="data",
        path="$.user",
        old='xxxx: {"xxxx":{"xxxx":"xx??","xxx":000',
        new='xxxx: {"xxxx": {"xxxx": "xx??", "xxx":',
    )


def test_keys_that_may_be_data_are_hidden():
    old = f"data: {json.dumps({'by_user': {'bob@shop.example': 1}})}\n\n"

    [found] = reported([old], [{"by_user": {"bob@shop.example": 2}}])

    assert found.path == '$.by_user["xxx@xxxx.xxxxxxx"]'


def test_the_log_says_the_same(caplog):
    reported(["data: 1\n\n"], [2], "live")

    [record] = caplog.records
    assert record.name == "streamlift_legacy"
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        f"{__name__}:stream, line {stream.__code__.co_firstlineno + 3}: frame 0 of a stream (live)"
        " differs from byte 6 on: data $ (value): old 'xxxx: 0\\n\\n', new 'xxxx: 0\\n\\n'"
    )


def test_an_error_is_told_by_its_class(caplog):
    [found] = reported(["data: 1\n\n"], [{"a": 2j}])

    assert (found.error, found.kind) == ("TypeError", "")
    assert caplog.messages[0].endswith("the new text ended in TypeError")


def test_a_site_is_reported_once_a_minute_and_counted_each_time():
    assert len(reported(["data: 1\n\n"] * 5, [2] * 5)) == 1
    assert observations()["producers"][f"{__name__}:stream"]["mismatch"] == 5


def test_each_site_is_reported():
    def produce():
        wire = begin(SSE, stage="shadow")
        yield wire.either("data: 1\n\n", wire.on and StreamingChunk.of(2))
        yield wire.either("data: 1\n\n", wire.on and StreamingChunk.of(2))

    found = []
    configure(on_divergence=found.append)
    list(produce())
    assert flush(10)
    assert [each.line - produce.__code__.co_firstlineno for each in found] == [2, 3]


def test_the_first_divergence_of_a_producer_can_be_read():
    def produce():
        wire = begin(SSE, stage="shadow")
        yield wire.either("data: [1]\n\n", wire.on and StreamingChunk.of([2]))
        yield wire.either("data: 1\n\n", wire.on and StreamingChunk.of(2))

    list(produce())
    assert flush(10)

    [seen] = observations()["producers"].values()
    assert seen["first_divergence"]["frame"] == 0
    assert seen["first_divergence"]["path"] == "$[0]"


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_long_text_is_cut_before_it_is_kept(size):
    [found] = reported([f"data: {json.dumps('x' * size + 'y')}\n\n"], ["x" * size + "z"])

    assert (found.kind, found.offset) == (("value", 8) if size == 1 else ("", 0))


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_a_callback_that_raises_is_counted(error):
    def fail(_):
        raise error

    failed = BACKGROUND.failed.value
    configure(on_divergence=fail)
    assert list(stream(["data: 1\n\n"], [2])) == ["data: 1\n\n"]
    assert flush(10)
    assert BACKGROUND.failed.value == failed + 1


def test_a_log_handler_that_raises_takes_nothing_from_the_callback():
    class Raises(logging.Handler):
        def emit(self, record):
            raise ValueError

    handler = Raises()
    logger = logging.getLogger("streamlift_legacy")
    logger.addHandler(handler)
    try:
        assert len(reported(["data: 1\n\n"], [2])) == 1
    finally:
        logger.removeHandler(handler)


def test_a_callback_that_hangs_holds_no_stream_and_the_rest_is_dropped_and_counted():
    sites = LONGEST + 50
    lines = '    yield wire.either("data: 1\\n\\n", wire.on and of(2))\n' * sites
    names = {"begin": begin, "SSE": SSE, "of": StreamingChunk.of}
    exec(f'def produce():\n    wire = begin(SSE, stage="shadow")\n{lines}', names)
    dropped = BACKGROUND.dropped.value
    hanging, go_on = Event(), Event()

    def hang(_):
        hanging.set()
        go_on.wait()

    configure(on_divergence=hang)
    source = names["produce"]()
    next(source)
    assert hanging.wait(10)
    assert list(source) == ["data: 1\n\n"] * (sites - 1)
    assert not flush(0.0)
    assert BACKGROUND.dropped.value >= dropped + 49
    go_on.set()
    assert flush(10)


class NoThread:
    """As at the end of a process, or at the limit of the system."""

    def __init__(self, **_):
        pass

    def start(self):
        raise RuntimeError


def test_a_thread_that_cannot_be_started_holds_no_stream(monkeypatch):
    background = Background()
    monkeypatch.setattr(reports, "BACKGROUND", background)
    with monkeypatch.context() as limit:
        limit.setattr("streamlift_legacy.background.Thread", NoThread)
        assert list(stream(["data: 1\n\n"], [2])) == ["data: 1\n\n"]
        assert not background.flush(0.0)

    found = []
    configure(on_divergence=found.append)
    assert background.flush(10)
    assert len(found) == 1


def test_observations_are_written_as_json(tmp_path):
    list(stream(["data: 1\n\n"], [1]))
    path = tmp_path / "observed.json"
    path.write_text("before")

    dump(path)

    assert json.loads(path.read_text()) == observations()
    assert observations()["producers"] == {f"{__name__}:stream": {"match": 1, "shadow_streams": 1}}
    assert [*tmp_path.iterdir()] == [path]


def test_the_thread_of_the_reports_ends_with_them():
    """If gevent or eventlet came late, it is a greenlet: what it waits for, all of them wait for."""
    reported(["data: 1\n\n"], [2])

    for thread in threading.enumerate():
        if thread.name == "streamlift-reports":
            thread.join(10)
            assert not thread.is_alive()


def test_reports_end_where_no_thread_can_be_started(monkeypatch):
    def refuse(*_):
        raise RuntimeError

    background, ran = Background(), []
    with monkeypatch.context() as limit:
        limit.setattr("threading.Thread.start", refuse)
        background.run_later(lambda: ran.append(1))
        assert not background.flush(10)

    assert background.flush(10)
    assert ran == [1]
