"""Decision 8: a decorator goes only when no caller can want text any more."""

import pytest

from streamlift_codemods.cli import main
from tests.semantics.old_and_new import migrated, program, rewritten, seen, written

PRODUCER = r"""
import json
from collections.abc import Iterator


def {name}(n: int) -> Iterator[str]:
    yield f"data: {{json.dumps({{'n': n}})}}\n\n"
"""
PUBLIC = PRODUCER.format(name="reply")
PRIVATE = PRODUCER.format(name="_reply")
EDGE = r"""
from starlette.responses import StreamingResponse


def endpoint(n):
    return StreamingResponse(_reply(n), media_type="text/event-stream")
"""
DECORATED = "@producer(SSE)\n"


def saved(reply):
    """Do what a caller outside of the tool's sight does: it takes text for granted."""
    yield "".join(reply(1))


# The obvious alternative: nobody in this file wants text, so the decorator goes


def test_without_its_decorator_a_producer_fails_its_text_callers(tmp_path):
    assert seen(saved(program(PUBLIC).reply)) == ['data: {"n": 1}\n\n']

    new = rewritten(PUBLIC, tmp_path)
    wrong = program(new.replace(DECORATED, ""))

    assert seen(saved(wrong.reply)) == [
        repr(TypeError("sequence item 0: expected str instance, PayloadChunk found"))
    ]
    assert seen(saved(program(new).reply)) == ['data: {"n": 1}\n\n']


def test_a_public_producer_is_decorated(tmp_path):
    assert DECORATED in rewritten(PUBLIC + EDGE.replace("_reply", "reply"), tmp_path)


def test_a_private_producer_whose_only_call_has_a_boundary_is_not(tmp_path):
    new = rewritten(PRIVATE + EDGE, tmp_path)

    assert DECORATED not in new
    assert "SSEResponse(SSE.stream(_reply(n)), media_type=" in new


def test_a_public_producer_of_a_closed_world_is_not(tmp_path):
    text = PUBLIC + EDGE.replace("_reply", "reply")

    assert DECORATED not in rewritten(text, tmp_path, closed_world=True)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("from app import _reply\n\nTEXT = ''.join(_reply(1))\n", id="an import"),
        pytest.param("import app\n\nTEXT = ''.join(app._reply(1))\n", id="an attribute"),
        pytest.param("import app\n\nTEXT = ''.join(getattr(app, '_reply')(1))\n", id="a string"),
        pytest.param("PATCHED = 'app._reply'\n", id="a dotted path, as tests patch it"),
    ],
)
def test_any_use_in_another_file_keeps_the_decorator(other, tmp_path):
    migrated(written(tmp_path, {"app.py": PRIVATE + EDGE, "other.py": other}))

    assert DECORATED in (tmp_path / "app.py").read_text()


@pytest.mark.parametrize(
    "use",
    [
        pytest.param("\n\nTEXT = ''.join(_reply(1))\n", id="a call with the module"),
        pytest.param("\n\nREPLIES = {'reply': _reply}\n", id="a value"),
    ],
)
def test_any_other_use_in_its_file_keeps_the_decorator(use, tmp_path):
    assert DECORATED in rewritten(PRIVATE + EDGE + use, tmp_path)


def test_a_call_that_needs_text_gets_it_from_the_contract(tmp_path):
    text = rewritten(PRIVATE + EDGE + "\n\ndef save(n):\n    return ''.join(_reply(n))\n", tmp_path)

    assert DECORATED not in text
    assert "return ''.join(SSE.stream(_reply(n)))" in text


# Phase 3 itself

PHASE_2 = r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def _reply(n):
    yield StreamingChunk.of({"n": n})


@producer(SSE)
def reply(n):
    yield StreamingChunk.of({"n": n})


def both(n):
    yield from SSE.stream(_reply(n))
    yield from SSE.stream(reply(n))
"""


def test_phase_3_takes_the_decorator_of_the_private_producer_only(tmp_path):
    path = tmp_path / "app.py"
    path.write_text(PHASE_2)

    main(["migrate", "--phase", "3", "--write", str(path)])

    new = path.read_text()
    assert f"{DECORATED}def reply" in new
    assert f"{DECORATED}def _reply" not in new
    assert seen(program(new).both(1)) == ['data: {"n": 1}\n\n'] * 2
