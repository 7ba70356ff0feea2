"""Whatever a stream and its consumer do, and whatever goes wrong in phase 1, clients see the old path.

The streams are those of the model of boundaries: any statements around any payloads, driven by any
calls, errors and closes. The two forms differ in the site and in nothing else.
"""

import os
import re
import sys
from functools import partial
from itertools import cycle, zip_longest
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamlift import SSEFormatter, StreamingChunk
from streamlift_legacy import Stage, begin, configure
from streamlift_legacy.flags import FLAGS, KILL, STAGES_FILE
from streamlift_legacy.reports import REPORTER
from tests.runtime.test_boundary_model import (
    SSE,
    SSE_BYTES,
    bodies,
    built,
    drive,
    drive_async,
    ended,
    steps,
)

RIGHT = SSE, SSE_BYTES
# In a shadow a contract may be wrong; live, it is what is served.
WRONG = SSEFormatter(terminator="\n"), SSEFormatter(encoding="utf-16")
RELEASE = Event()


class Broken(StreamingChunk):
    """A chunk that fails while it is written."""

    @property
    def type(self):
        raise ZeroDivisionError


# What may stand in the place of the chunk, besides the right one.
NONSENSE = [None, True, object(), "data: nonsense\n\n", b"", Broken.__new__(Broken), StreamingChunk]


class Raises:
    def read(self):
        raise OSError


def hang(_):
    RELEASE.wait(5)


def fail(_):
    raise SystemExit


def write_stages(text):
    Path(os.environ[STAGES_FILE]).write_text(text, encoding="utf-8")


# What may happen to phase 1 between two steps of the consumer.
EVENTS = st.one_of(
    st.just((lambda _: None, None)),
    st.tuples(
        st.just(write_stages),
        st.sampled_from(
            ["off", "shadow", "live", "* = lvie", "\0", "=,=,=", "[", "app:* = live", ""]
        ),
    ),
    st.tuples(st.just(partial(os.environ.__setitem__, KILL)), st.sampled_from(["", "1", "?"])),
    st.tuples(st.just(lambda killed: configure(killed=killed)), st.booleans()),
    st.tuples(
        st.just(lambda callback: configure(on_divergence=callback)),
        st.sampled_from([hang, fail, lambda _: 0, 3]),
    ),
    st.tuples(st.just(partial(setattr, FLAGS, "_reader")), st.sampled_from([None, Raises(), 3])),
)


@pytest.fixture
def _phase_1(monkeypatch, tmp_path):
    """Generators that ignore every close end up at the collector, which says so: old and new."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    monkeypatch.setenv(STAGES_FILE, str(tmp_path / "stages"))
    monkeypatch.setenv(KILL, "")
    RELEASE.clear()
    yield
    RELEASE.set()


def begin_again():
    """Undo what events of the example before have done."""
    Path(os.environ[STAGES_FILE]).unlink(missing_ok=True)
    os.environ[KILL] = ""
    FLAGS._reader = None
    configure(killed=False)
    REPORTER._next.clear()


def with_either(body):
    site = r"wire.either(old(v0 := \1), wire.on and new(v0))"
    return f"wire = begin(contract, stage=stage)\n{re.sub(r'FRAME[(](.*)[)]', site, body)}"


def chunks(choices):
    """Return what makes the chunks of a run: the right one where the choice is None."""
    remaining = cycle(choices)

    def new(payload):
        choice = next(remaining)
        return StreamingChunk.of(payload) if choice is None else NONSENSE[choice]

    return new


@pytest.mark.usefixtures("_phase_1")
@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=bodies,
    script=steps,
    stage=st.sampled_from(Stage),
    binary=st.booleans(),
    choices=st.lists(st.none() | st.integers(0, len(NONSENSE) - 1), min_size=1, max_size=4),
    events=st.lists(EVENTS, max_size=8),
    wrong=st.booleans(),
)
def test_clients_see_the_old_path(  # noqa: PLR0913, PLR0917 - all that may vary
    asynchronous, body, script, stage, binary, choices, events, wrong
):
    begin_again()
    frame = "old_bytes" if binary else "old"
    contract = (WRONG if wrong and stage is not Stage.LIVE else RIGHT)[binary]
    old, old_log = built(body, asynchronous=asynchronous, frame=frame)
    new, new_log = built(
        with_either(body).replace("old(", f"{frame}("),
        asynchronous=asynchronous,
        frame=frame,
        begin=begin,
        contract=contract,
        stage=stage,
        new=chunks(choices),
    )
    run = drive_async if asynchronous else drive

    expected = list(run(old(), ended(script)))
    got = []
    for outcome, (happen, what) in zip_longest(
        run(new(), ended(script)), events, fillvalue=(lambda _: None, None)
    ):
        got.append(outcome)
        happen(what)

    assert got[: len(expected)] == expected
    assert new_log == old_log
