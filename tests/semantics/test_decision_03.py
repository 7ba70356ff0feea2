"""Decision 3: `@producer` is innermost, and all that a generator function was."""

import asyncio
import functools
import inspect
import re

import pytest
from starlette.responses import StreamingResponse

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift.edges.starlette import SSEResponse
from streamlift.testing.recorders.asgi_recorder import record
from tests.semantics.old_and_new import program, rewritten, seen

SSE = SSEFormatter(ensure_ascii=True)
of = StreamingChunk.of

# The obvious alternative: a decorator that wraps the function in another one


def formatted(contract):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for chunk in function(*args, **kwargs):
                yield contract.format_chunk(chunk)

        return wrapper

    return decorate


def formatted_any(contract):
    """Serve sync and async functions with one wrapper that is no generator function."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return contract.stream(function(*args, **kwargs))

        return wrapper

    return decorate


def reply(n):
    yield of(n)
    return n + 1


async def reply_async(n):
    yield of(n)


def page(replying):
    after = yield from replying(1)
    yield f"data: {after}\n\n"


def test_a_plain_wrapper_loses_the_return_value():
    assert list(page(formatted(SSE)(reply))) == ["data: 1\n\n", "data: None\n\n"]

    assert list(page(producer(SSE)(reply))) == ["data: 1\n\n", "data: 2\n\n"]


def test_a_plain_wrapper_tells_of_wrong_arguments_when_the_response_has_begun():
    formatted(SSE)(reply)("too", "many")

    with pytest.raises(TypeError, match="positional argument"):
        producer(SSE)(reply)("too", "many")


def test_a_plain_wrapper_is_no_generator_function():
    assert not inspect.isasyncgenfunction(formatted_any(SSE)(reply_async))
    assert not inspect.isgeneratorfunction(formatted_any(SSE)(reply))

    assert inspect.isasyncgenfunction(producer(SSE)(reply_async))
    assert inspect.isgeneratorfunction(producer(SSE)(reply))


def test_a_plain_wrapper_hides_the_chunks():
    assert list(SSE.chunks(formatted(SSE)(reply)(1))) == ["data: 1\n\n"]

    assert list(SSE.chunks(producer(SSE)(reply)(1))) == [of(1)]


# Where the decorator stands

COUNTED = r"""
import functools
import json

sizes = []


def counted(function):
    @functools.wraps(function)
    def wrapper(*args):
        for frame in function(*args):
            sizes.append(len(frame))
            yield frame

    return wrapper


@counted
def stream(n):
    yield f"data: {json.dumps(n)}\n\n"
"""


def test_outermost_it_hands_chunks_to_the_decorators_below(tmp_path):
    new = rewritten(COUNTED, tmp_path)
    outermost = new.replace("@counted\n@producer(SSE)\n", "@producer(SSE)\n@counted\n")
    assert outermost != new

    assert seen(program(outermost).stream(7)) == [
        repr(TypeError("object of type 'PayloadChunk' has no len()"))
    ]


def test_the_tool_puts_it_innermost(tmp_path):
    old, new = program(COUNTED), program(rewritten(COUNTED, tmp_path))

    assert seen(new.stream(7)) == seen(old.stream(7)) == ["data: 7\n\n"]
    assert new.sizes == old.sizes == [9]


# Families

FAMILY = r"""
import abc
import json
from collections.abc import Iterator


class Base(abc.ABC):
    @abc.abstractmethod
    def reply(self, n: int) -> Iterator[str]: ...


class Plain(Base):
    def reply(self, n: int) -> Iterator[str]:
        yield f"data: {json.dumps({'n': n})}\n\n"


class Loud(Plain):
    def reply(self, n: int) -> Iterator[str]:
        for frame in super().reply(n):
            yield frame.replace("n", "N")
        yield f"data: {json.dumps({'loud': True})}\n\n"


def stream(n):
    for service in (Plain(), Loud()):
        yield from service.reply(n)
"""


def test_an_override_goes_on_getting_text_from_super(tmp_path):
    new = rewritten(FAMILY, tmp_path)
    undecorated = new.replace("    @producer(SSE)\n", "", 1)
    assert undecorated != new

    assert seen(program(new).stream(1)) == seen(program(FAMILY).stream(1))
    assert "AttributeError" not in seen(program(new).stream(1))[-1]
    assert "StreamingChunk" in repr(seen(program(undecorated).stream(1)))


def test_an_undecorated_base_keeps_its_annotation(tmp_path):
    new = rewritten(FAMILY, tmp_path)

    assert "    @abc.abstractmethod\n    def reply(self, n: int) -> Iterator[str]: ..." in new
    assert "    @producer(SSE)\n    def reply(self, n: int) -> Iterator[StreamingChunk]:" in new


# The response class

RESPONSES = r"""
import json

from starlette.responses import StreamingResponse


class TaggedResponse(StreamingResponse):
    def init_headers(self, headers=None):
        super().init_headers({"x-tag": "1", **(headers or {})})


async def _tagged(n):
    yield f"data: {json.dumps({'n': n})}\n\n"


async def _plain(n):
    yield f"data: {json.dumps({'n': n})}\n\n"


def tagged(n):
    return TaggedResponse(_tagged(n), media_type="text/event-stream")


def plain(n):
    return StreamingResponse(_plain(n), 201, {"x-a": "b"}, media_type="text/event-stream")
"""


def response(text, name):
    recording = asyncio.run(record(getattr(program(text), name)(1)))
    return recording.status, recording.headers, recording.body


def test_a_subclass_of_the_response_keeps_its_class(tmp_path):
    new = rewritten(RESPONSES, tmp_path)
    swapped = new.replace("return TaggedResponse(", "return SSEResponse(")

    assert response(swapped, "tagged")[1] != response(RESPONSES, "tagged")[1]
    assert response(new, "tagged") == response(RESPONSES, "tagged")


def test_the_response_class_itself_is_swapped_and_keeps_its_arguments(tmp_path):
    new = rewritten(RESPONSES, tmp_path)

    one_line = " ".join(new.split())
    assert 'return SSEResponse( SSE.stream(_plain(n)), 201, {"x-a": "b"}, media_type=' in one_line
    assert isinstance(program(new).plain(1), SSEResponse)
    assert response(new, "plain") == response(RESPONSES, "plain")


def test_a_private_producer_with_one_caller_gets_no_decorator(tmp_path):
    new = rewritten(RESPONSES, tmp_path)

    assert re.findall(r"(@producer\(SSE\)\n)?async def (\w+)", new) == [
        ("", "_tagged"),
        ("", "_plain"),
    ]
    assert issubclass(SSEResponse, StreamingResponse)


def test_the_one_check_whose_answer_changes():
    assert inspect.isfunction(reply)
    assert not inspect.isfunction(producer(SSE)(reply))
    assert inspect.isgenerator(producer(SSE)(reply)(1))
    assert inspect.isroutine(producer(SSE)(reply))
