"""Random generators, as old text producers and as migrated ones, driven the same way.

The scripts are source text, so that both forms are what a person would have written: they differ
in the expression after `yield` and in nothing else.
"""

from __future__ import annotations

import json
import sys
import types
from asyncio import CancelledError
from textwrap import indent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift.sse import boundary

SSE = SSEFormatter()
SSE_BYTES = SSEFormatter(encoding="utf-8", ensure_ascii=False)
DEEP: list[object] = []
for _ in range(100_000):
    DEEP = [DEEP]

PAYLOADS = [
    "1",
    "{'a': 'x'}",
    "object()",
    "circular",
    "shared",
    "{1, 2}",
    "'\\ud800'",
    "float('nan')",
    "stop",
]
RAISED = [
    "ValueError('v')",
    "KeyError('k')",
    "StopIteration('s')",
    "StopAsyncIteration('a')",
    "CancelledError()",
    "GeneratorExit()",
]
CAUGHT = ["ValueError", "(TypeError, KeyError)", "Exception", "BaseException", "GeneratorExit"]

simple = st.one_of(
    st.sampled_from(PAYLOADS).map("got = yield FRAME({})\nlog.append(('sent', got))".format),
    st.sampled_from(PAYLOADS).map("yield FRAME({})".format),
    st.sampled_from(RAISED).map("raise {}".format),
    st.sampled_from(["shared.append(1)", "log.append('here')", "PAUSE", "RETURN"]),
)


def compound(inner):
    block = st.lists(inner, min_size=1, max_size=3).map("\n".join).map(lambda b: indent(b, "    "))
    caught = st.sampled_from(CAUGHT)
    handler = st.one_of(block, block.map(lambda b: b + "\n    raise"))
    return st.one_of(
        st.builds(
            "try:\n{0}\nexcept {1} as error:\n    log.append(repr(error))\n{2}".format,
            block,
            caught,
            handler,
        ),
        st.builds("try:\n{0}\nfinally:\n    log.append('finally')\n{1}".format, block, block),
        st.builds("for n in range(2):\n    log.append(n)\n{0}".format, block),
    )


bodies = st.lists(st.recursive(simple, compound, max_leaves=12), min_size=1, max_size=5).map(
    "\n".join
)
steps = st.lists(
    st.one_of(
        st.just(("next",)),
        st.just(("next",)),
        st.just(("send", "hello")),
        st.sampled_from(RAISED).map(lambda e: ("throw", e)),
        st.just(("close",)),
    ),
    max_size=8,
)


def built(body, *, asynchronous, frame, **more_names):
    """Return the generator function of *body* and its log."""
    text = body.replace("FRAME", frame)
    text = text.replace("RETURN", "return" if asynchronous else "return 'value'")
    text = text.replace("PAUSE", "await pause()" if asynchronous else "pass")
    head = "async def produce():" if asynchronous else "def produce():"
    circular = []
    circular.append(circular)
    log = []
    names = {
        "log": log,
        "shared": [],
        "circular": circular,
        "stop": DEEP,
        "pause": pause,
        "old": lambda payload: f"data: {json.dumps(payload)}\n\n",
        "old_bytes": lambda payload: (
            f"data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()
        ),
        "new": StreamingChunk.of,
        "CancelledError": CancelledError,
        **more_names,
    }
    exec(f"{head}\n{indent(text, '    ')}\n    if False: yield", names)
    return names["produce"], log


@types.coroutine
def pause():
    yield "paused"


def story(error):
    """Return all that a caller can see of an exception, but for its traceback."""
    chain = []
    while error is not None and len(chain) < 10:
        chain.append((type(error), str(error), error.__suppress_context__))
        error = error.__cause__ or error.__context__
    return chain


def outcome(call):
    try:
        return "item", call()
    except StopIteration as stop:
        return "return", stop.value
    except BaseException as error:  # noqa: BLE001 - every end is compared
        return "raised", story(error)


def drive(generator, script):
    for step in script:
        if step[0] == "next":
            yield outcome(lambda: next(generator))
        elif step[0] == "send":
            yield outcome(lambda: generator.send("hello"))
        elif step[0] == "throw":
            yield outcome(lambda error=step[1]: generator.throw(eval(error)))
        else:
            yield outcome(generator.close)


def finished(coroutine):
    """Run *coroutine*; return its result and how often it paused."""
    pauses = 0
    while True:
        try:
            assert coroutine.send(None) == "paused"
        except StopIteration as stop:
            return stop.value, pauses
        pauses += 1


def drive_async(generator, script):
    for step in script:
        if step[0] == "next":
            yield outcome(lambda: finished(generator.__anext__()))
        elif step[0] == "send":
            yield outcome(lambda: finished(generator.asend("hello")))
        elif step[0] == "throw":
            yield outcome(lambda error=step[1]: finished(generator.athrow(eval(error))))
        else:
            yield outcome(lambda: finished(generator.aclose()))


def ended(script):
    """Add closes, since a generator may ignore some, so that nothing is left to the collector."""
    return [*script, *[("close",)] * 25]


FORMS = {
    "producer": lambda produce, contract: producer(contract)(produce)(),
    "stream": lambda produce, contract: contract.stream(produce()),
    "stream of producer": lambda produce, contract: contract.stream(producer(contract)(produce)()),
    "stream of chunks": lambda produce, contract: contract.stream(contract.chunks(produce())),
}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    """Generators that ignore every close end up at the collector, which says so: old and new."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)


def over(text):
    """Return chunks made of *text*, which nobody will ask for them."""

    def generate(begin):
        raise AssertionError
        yield

    async def generate_async(begin):
        raise AssertionError
        yield

    return boundary.over_text(generate_async if hasattr(text, "__aiter__") else generate, text)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=bodies, script=steps)
def test_text_behind_chunks_behaves_as_it_is(asynchronous, body, script):
    old, old_log = built(body, asynchronous=asynchronous, frame="old")
    text, text_log = built(body, asynchronous=asynchronous, frame="old")
    run = drive_async if asynchronous else drive

    expected = list(run(old(), ended(script)))
    got = list(run(SSE.stream(over(text())), ended(script)))

    assert got == expected
    assert text_log == old_log


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=bodies, script=steps, binary=st.booleans())
def test_a_migrated_generator_behaves_like_the_old_one(form, asynchronous, body, script, binary):
    old, old_log = built(body, asynchronous=asynchronous, frame="old_bytes" if binary else "old")
    new, new_log = built(body, asynchronous=asynchronous, frame="new")
    run = drive_async if asynchronous else drive

    expected = list(run(old(), ended(script)))
    got = list(run(FORMS[form](new, SSE_BYTES if binary else SSE), ended(script)))

    assert got == expected
    assert new_log == old_log
