"""Where stages come from, and that nothing there can hold or hurt a stream."""

import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from time import monotonic

import pytest

from streamlift import SSEFormatter, StreamingChunk
from streamlift_legacy import begin, configure, flush
from streamlift_legacy.flags import FLAGS, KILL, STAGE, STAGES_FILE
from streamlift_legacy.patient_reader import PatientReader

OLD, NEW = "old", "new"
SSE = SSEFormatter(terminator="\n")  # so that the two texts can be told apart


def produce(count=9, **stage):
    wire = begin(SSE, **stage)
    for _ in range(count):
        yield (
            NEW
            if wire.either("data: 1\n\n", wire.on and StreamingChunk.of(1)) == "data: 1\n"
            else OLD
        )


def served(**stage):
    return next(produce(**stage))


@pytest.fixture
def stages_file(tmp_path, monkeypatch):
    path = tmp_path / "stages"
    monkeypatch.setenv(STAGES_FILE, str(path))
    return path


def test_an_environment_variable_is_read_when_a_stream_begins(monkeypatch):
    assert served() is OLD

    monkeypatch.setenv(STAGE, "live")
    assert served() is NEW


def test_one_producer_of_many_can_be_switched(stages_file):
    stages_file.write_text(f"{__name__}:produce = live\n")
    assert served() is NEW

    stages_file.write_text("another:produce = live\n")
    assert served() is OLD


def test_the_file_comes_before_the_environment_and_that_before_the_code(stages_file, monkeypatch):
    configure(stage="off")
    assert served(stage="live") is NEW

    monkeypatch.setenv(STAGE, "off")
    assert served(stage="live") is OLD

    stages_file.write_text("live")
    assert served(stage="off") is NEW


def test_what_the_environment_says_may_be_old_for_a_moment(monkeypatch):
    configure(fresh_for=3600)
    monkeypatch.setenv(STAGE, "live")
    assert served() is OLD

    FLAGS.due = 0.0
    assert served() is NEW


@pytest.mark.parametrize("value", ["1", "true", "yes", "whatever"])
def test_the_kill_switch_turns_streams_that_run(monkeypatch, value):
    stream = produce(stage="live")
    assert next(stream) is NEW

    monkeypatch.setenv(KILL, value)
    assert set(stream) == {OLD}


@pytest.mark.parametrize("value", ["", "0", "false", "no"])
def test_the_kill_switch_can_be_there_and_off(monkeypatch, value):
    monkeypatch.setenv(KILL, value)

    assert served(stage="live") is NEW


def test_a_stream_that_was_killed_makes_no_more_chunks():
    wire = begin(SSE, stage="shadow")
    assert wire.on

    configure(killed=True)
    wire.either("data: 1\n\n", StreamingChunk.of(1))
    assert not wire.on


def test_the_application_can_kill_too():
    stream = produce(stage="live")
    assert next(stream) is NEW

    configure(killed=True)
    assert next(stream) is OLD


def test_a_stream_that_runs_only_goes_back(stages_file):
    stages_file.write_text("live")
    stream = produce()
    assert next(stream) is NEW

    stages_file.write_text("shadow")
    assert next(stream) is OLD

    stages_file.write_text("live")
    assert next(stream) is OLD


def test_a_stream_that_began_off_stays_off(stages_file):
    stream = produce()
    assert next(stream) is OLD

    stages_file.write_text("live")
    assert set(stream) == {OLD}


def test_a_file_that_is_not_there_says_nothing(stages_file):
    assert served() is OLD
    assert served(stage="live") is NEW


TOO_LONG = b"live\n" + b"#" * (1 << 16)
WITH_A_LONG_GAP = b"x" + b" " * 60_000 + b"y"


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"\0", b"live\xff", b"=", b"* = lvie", TOO_LONG, WITH_A_LONG_GAP, None],
    ids=lambda content: repr(content)[:12],
)
def test_a_file_that_cannot_be_read_switches_off(stages_file, content):
    if content is None:
        stages_file.mkdir()
    else:
        stages_file.write_bytes(content)

    assert served(stage="live") is OLD


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_file_that_hangs_holds_no_stream(stages_file):
    os.mkfifo(stages_file)

    assert list(produce(stage="live")) == [OLD] * 9

    stages_file.write_text("live")  # who reads a pipe waits for this
    while FLAGS._reader._reading:
        pass
    stages_file.unlink()
    assert served(stage="live") is NEW


def test_streams_that_begin_while_the_file_is_read_wait_for_the_same_text():
    reader = PatientReader("no file")
    done = Lock()
    done.acquire()
    reader._reading = done, monotonic() + 60
    with ThreadPoolExecutor(2) as pool:
        reads = [pool.submit(reader.read) for _ in range(2)]
        reader.text = "live"
        done.release()
        assert [read.result() for read in reads] == ["live", "live"]


def test_a_thread_that_cannot_be_started_is_a_file_that_cannot_be_read(stages_file, monkeypatch):
    def refuse(*_):
        raise RuntimeError

    stages_file.write_text("live")
    with monkeypatch.context() as limit:
        limit.setattr("_thread.start_new_thread", refuse)
        assert served(stage="live") is OLD
    assert served() is NEW


def test_rules_that_could_not_be_made_are_made_by_the_next_frame(monkeypatch):
    def look_again_at(depth):
        if depth:
            look_again_at(depth - 1)
        else:
            FLAGS.look_again()

    FLAGS.look_again()
    monkeypatch.setenv(KILL, "1")
    monkeypatch.setenv(STAGE, "live")
    for depth in range(sys.getrecursionlimit(), 0, -1):  # less and less fails of it
        with suppress(RecursionError):
            look_again_at(depth)
            break

    assert FLAGS.rules.killed


def test_what_is_wrong_is_told(stages_file, caplog):
    stages_file.write_text("a = live\nb = lvie")
    served()

    assert flush()
    assert caplog.messages == ["stages: b = lvie cannot be read, and counts as off"]


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_the_flags_cannot_be_fresh_for_ever_by_mistake(seconds):
    with pytest.raises(ValueError, match="fresh_for"):
        configure(fresh_for=seconds)


def test_an_unknown_stage_cannot_be_configured():
    with pytest.raises(ValueError, match="sahdow"):
        configure(stage="sahdow")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_reads_and_reports_by_itself(tmp_path):
    program = textwrap.dedent("""
        import logging, os, sys
        from streamlift import SSEFormatter, StreamingChunk
        from streamlift_legacy import begin, configure, flush, observations

        def in_parent():
            wire = begin(SSEFormatter())
            return wire.either("data: 2", wire.on and StreamingChunk.of(1))

        def in_child():
            wire = begin(SSEFormatter())
            return wire.either("data: 2", wire.on and StreamingChunk.of(1))

        logging.basicConfig(stream=sys.stdout, format="%(message)s")
        configure(fresh_for=0)
        assert in_parent() == "data: 2"
        assert flush(10)
        sys.stdout.flush()
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0
        else:
            with open(os.environ["STREAMLIFT_STAGES_FILE"], "w") as file:
                file.write("live")
            assert in_child() == "data: 1\\n\\n"
            assert flush(10)
            sys.stdout.flush()
            os._exit(list(observations()["producers"]) != ["__main__:in_child"])
    """)
    path = tmp_path / "stages"
    path.write_text("shadow")
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={**os.environ, STAGES_FILE: str(path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert [line.partition(",")[0] for line in run.stdout.splitlines()] == [
        "__main__:in_parent",
        "__main__:in_child",
    ]
    assert run.stderr == ""
