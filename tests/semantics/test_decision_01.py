"""Decision 1: in phase 1 the old text is made first, where it stands, and the payload only once."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from itertools import count

import pytest

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift_codemods.cli import main
from streamlift_legacy import Stage, begin
from tests.semantics.old_and_new import program, seen

SSE = SSEFormatter(ensure_ascii=True)

OLD = r"""
import json


def stream(number):
    for _ in range(2):
        yield f"data: {json.dumps({'id': next(number)})}\n\n"
"""
FRAMES = ['data: {"id": 0}\n\n', 'data: {"id": 1}\n\n']

# The obvious alternative: both forms of a site, each written out in full

WRITTEN_TWICE = r"""
import json

from streamlift import StreamingChunk


def stream(number):
    for _ in range(2):
        yield either(
            f"data: {json.dumps({'id': next(number)})}\n\n",
            StreamingChunk.of({"id": next(number)}),
        )
"""
BOUND_ONCE = r"""
import json

from streamlift import StreamingChunk


def stream(number):
    for _ in range(2):
        yield either(
            f"data: {json.dumps(v0 := {'id': next(number)})}\n\n",
            StreamingChunk.of(v0),
        )
"""


def serve_old(old, new):
    return old


def serve_new(old, new):
    return SSE.format_chunk(new)


def run(text, either=serve_old):
    return seen(program(text, either=either).stream(count()))


def test_a_payload_written_twice_loses_an_id():
    assert run(OLD) == FRAMES

    assert run(WRITTEN_TWICE) == ['data: {"id": 0}\n\n', 'data: {"id": 2}\n\n']


def test_a_payload_bound_where_it_stands_is_made_once_and_serves_both_forms():
    assert run(BOUND_ONCE) == run(BOUND_ONCE, serve_new) == FRAMES


# The obvious alternative: each form in a lambda, and only the one that is served is called


def test_a_lambda_around_the_old_text_renders_it_too_late():
    def stream(render):
        for word in ("one", "two"):
            yield render(lambda: f"data: {json.dumps(word)}\n\n")  # noqa: B023 - the alternative

    at_once = list(stream(lambda text: text()))
    later = [text() for text in list(stream(lambda text: text))]

    assert at_once == ['data: "one"\n\n', 'data: "two"\n\n']
    assert later == ['data: "two"\n\n', 'data: "two"\n\n']


def test_a_lambda_around_the_old_text_loses_the_error_that_it_tells():
    def stream():
        try:
            raise LookupError("gone")
        except LookupError:
            text = lambda: f"data: {error}\n\n"  # noqa: E731, F821 - the alternative
        yield text()

    with pytest.raises(NameError, match="'error'"):
        next(stream())


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("lambda: f'data: {await text()}'", id="await"),
        pytest.param("[v0 for word in (v0 := words)]", id="a walrus in a comprehension's iterable"),
    ],
)
def test_some_expressions_cannot_be_moved_at_all(expression):
    with pytest.raises(SyntaxError):
        compile(f"async def stream(words):\n    yield {expression}\n", "app.py", "exec")


def test_locals_are_others_in_a_lambda():
    def stream(word):
        yield f"data: {sorted(locals())}\n\n"

    def in_lambda(word):
        text = lambda: f"data: {sorted(locals())}\n\n"  # noqa: E731 - the alternative
        yield text()

    assert seen(stream("w")) == ["data: ['word']\n\n"]
    assert seen(in_lambda("w")) == ["data: []\n\n"]


# The obvious alternative: the stage in a context variable

STAGE = ContextVar("STAGE", default="old")


def stepped_as_in_a_thread_pool(stream):
    """Take each item in a thread and in a copy of the context, as frameworks do with sync streams."""
    end = object()
    with ThreadPoolExecutor() as pool:
        return list(iter(lambda: pool.submit(copy_context().run, next, stream, end).result(), end))


def test_a_stage_in_a_context_variable_is_lost_at_the_second_step():
    def stream():
        STAGE.set("new")
        yield STAGE.get()
        yield STAGE.get()

    assert stepped_as_in_a_thread_pool(stream()) == ["new", "old"]


def test_the_contract_of_a_producer_is_bound_to_its_generator_and_not_lost():
    @producer(SSE)
    def stream():
        yield StreamingChunk.of("é")
        yield StreamingChunk.of("é")

    assert stepped_as_in_a_thread_pool(stream()) == ['data: "\\u00e9"\n\n'] * 2


# Phase 1 itself

STAGES = pytest.mark.parametrize("stage", Stage)


@STAGES
def test_either_runs_every_part_once_at_every_stage(stage):
    def stream(number):
        wire = begin(SSE, stage=stage)
        for _ in range(2):
            yield wire.either(
                f"data: {json.dumps(v0 := {'id': next(number)})}\n\n",
                wire.on and StreamingChunk.of(v0),
            )

    assert seen(stream(count())) == FRAMES


@STAGES
def test_either_leaves_encoding_errors_in_the_producers_own_frame(stage):
    def stream():
        wire = begin(SSE, stage=stage)
        try:
            yield wire.either(
                f"data: {json.dumps(v0 := {'bad': {1}})}\n\n", wire.on and StreamingChunk.of(v0)
            )
        except TypeError:
            yield wire.either("data: failed\n\n", wire.on and StreamingChunk.raw("failed"))

    assert seen(stream()) == ["data: failed\n\n"]


def test_phase_1_adds_one_line_to_a_producer_and_binds_the_payload(tmp_path):
    path = tmp_path / "app.py"
    path.write_text(OLD)

    main(["migrate", "--phase", "1", "--write", str(path)])

    new = path.read_text()
    assert "    wire = begin(SSE)\n" in new
    assert "yield wire.either(\n" in new
    assert "f\"data: {json.dumps(v0 := {'id': next(number)})}\\n\\n\"" in new
    assert "wire.on and StreamingChunk.of(v0)" in new
    assert run(new) == FRAMES
