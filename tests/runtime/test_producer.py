"""`@producer` leaves a function what it is, for callers, `inspect`, classes and pickle."""

import abc
import asyncio
import copy
import functools
import inspect
import pickle
import sys
import typing

import pytest

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift.sse.producer import Producer

SSE = SSEFormatter()
of = StreamingChunk.of


@producer(SSE)
def plain(
    number: int, /, text: str = "x", *, last: bool = False
) -> typing.Iterator[StreamingChunk]:
    """Say a number."""
    yield of([number, text, last])


@producer(SSE)
async def plain_async(number: int, text: str = "x") -> typing.AsyncIterator[StreamingChunk]:
    """Say a number, later."""
    yield of([number, text])


class Service:
    word = "word"

    @producer(SSE)
    def method(self, number):
        yield of([self.word, number])

    @producer(SSE)
    async def method_async(self, number):
        yield of([self.word, number])

    @staticmethod
    @producer(SSE)
    def static(number):
        yield of(["static", number])

    @staticmethod
    @producer(SSE)
    async def static_async(number):
        yield of(["static", number])

    @classmethod
    @producer(SSE)
    def of_class(cls, number):
        yield of([cls.word, number])

    @classmethod
    @producer(SSE)
    async def of_class_async(cls, number):
        yield of([cls.word, number])


class Loud(Service):
    word = "WORD"

    @producer(SSE)
    def method(self, number):
        yield "data: first\n\n"
        yield from super().method(number)

    @producer(SSE)
    async def method_async(self, number):
        yield "data: first\n\n"
        async for item in super().method_async(number):
            yield item


class Base(abc.ABC):
    @abc.abstractmethod
    @producer(SSE)
    def method(self, number):
        yield of(number)

    @producer(SSE)
    @abc.abstractmethod
    async def method_async(self, number):
        yield of(number)


class Whole(Base):
    @producer(SSE)
    def method(self, number):
        yield from super().method(number)

    @producer(SSE)
    async def method_async(self, number):
        yield of(number)


def closure(word):
    @producer(SSE)
    def inner(number):
        yield of([word, number])

    return inner


def closure_async(word):
    @producer(SSE)
    async def inner(number):
        yield of([word, number])

    return inner


SYNC = {
    "function": plain,
    "method": Service().method,
    "unbound method": functools.partial(Service.method, Service()),
    "static method": Service.static,
    "static method of an instance": Service().static,
    "class method": Service.of_class,
    "class method of an instance": Service().of_class,
    "partial": functools.partial(plain, text="y"),
    "partial of a method": functools.partial(Service().method),
    "override": Loud().method,
    "closure": closure("word"),
    "concrete method": Whole().method,
}
ASYNC = {
    "function": plain_async,
    "method": Service().method_async,
    "unbound method": functools.partial(Service.method_async, Service()),
    "static method": Service.static_async,
    "static method of an instance": Service().static_async,
    "class method": Service.of_class_async,
    "class method of an instance": Service().of_class_async,
    "partial": functools.partial(plain_async, text="y"),
    "partial of a method": functools.partial(Service().method_async),
    "override": Loud().method_async,
    "closure": closure_async("word"),
    "concrete method": Whole().method_async,
}


@pytest.mark.parametrize("function", SYNC.values(), ids=SYNC)
def test_inspect_sees_a_generator_function(function):
    assert inspect.isgeneratorfunction(function)
    assert not inspect.isasyncgenfunction(function)
    assert not inspect.iscoroutinefunction(function)
    assert not asyncio.iscoroutinefunction(function) or sys.version_info >= (3, 14)
    assert inspect.isgenerator(function(1))
    assert list(function(1))[-1].startswith("data: ")


@pytest.mark.parametrize("function", ASYNC.values(), ids=ASYNC)
def test_inspect_sees_an_async_generator_function(function):
    async def last():
        return [item async for item in function(1)][-1]

    assert inspect.isasyncgenfunction(function)
    assert not inspect.isgeneratorfunction(function)
    assert not inspect.iscoroutinefunction(function)
    assert inspect.isasyncgen(function(1))
    assert asyncio.run(last()).startswith("data: ")


def test_methods_are_bound():
    assert inspect.ismethod(Service().method)
    assert list(Service().method(1)) == ['data: ["word", 1]\n\n']
    assert list(Service.method(Loud(), 1)) == ['data: ["WORD", 1]\n\n']
    assert list(Loud().of_class(1)) == ['data: ["WORD", 1]\n\n']
    assert list(Loud().method(1)) == ["data: first\n\n", 'data: ["WORD", 1]\n\n']


def test_abstract_methods_stay_abstract():
    assert Base.__abstractmethods__ == {"method", "method_async"}
    assert Base.method.__isabstractmethod__
    assert Base.method_async.__isabstractmethod__
    with pytest.raises(TypeError, match="abstract"):
        Base()
    assert inspect.isgeneratorfunction(Base.method)
    assert inspect.isasyncgenfunction(Base.method_async)


def test_keeps_what_describes_a_function():
    function = plain.__wrapped__

    assert (plain.__name__, plain.__qualname__, plain.__module__) == ("plain", "plain", __name__)
    assert plain.__doc__ == "Say a number."
    assert plain.__code__ is function.__code__
    assert plain.__defaults__ == ("x",)
    assert plain.__kwdefaults__ == {"last": False}
    assert plain.__annotations__ == function.__annotations__
    assert plain.__globals__ is globals()
    assert inspect.signature(plain) == inspect.signature(function)
    assert inspect.signature(Service().method) == inspect.signature(lambda number: None)
    assert typing.get_type_hints(plain)["number"] is int
    assert inspect.getsource(plain) == inspect.getsource(function)
    assert inspect.unwrap(plain) is function
    assert plain.contract is SSE
    assert repr(plain) == "<producer plain>"
    with pytest.raises(AttributeError):
        plain.no_such_thing  # noqa: B018 - the access is the test


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_copies_are_the_same_object(again):
    assert again(plain) is plain


def test_is_pickled_by_its_name(monkeypatch):
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this_module())

    assert pickle.loads(pickle.dumps(plain)) is plain
    assert pickle.loads(pickle.dumps(Service.method)) is Service.method
    assert list(pickle.loads(pickle.dumps(Service().method))(1)) == ['data: ["word", 1]\n\n']
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(closure("x"))


def _this_module():
    module = type(sys)(__name__)
    module.__dict__.update(globals())
    return module


@pytest.mark.parametrize(
    "call",
    [
        plain,
        lambda: plain(1, 2, 3),
        lambda: plain(number=1),
        lambda: plain(1, other=2),
        plain_async,
        Service().method,
        lambda: Service().method_async(1, 2),
    ],
)
def test_wrong_arguments_raise_at_the_call(call):
    with pytest.raises(TypeError, match="argument"):
        call()


def test_the_message_about_wrong_arguments_names_the_function():
    with pytest.raises(TypeError, match=r"^plain\(\) missing 1 required positional argument"):
        plain()


async def coroutine():
    return of(1)


@pytest.mark.parametrize(
    "thing",
    [coroutine, staticmethod(plain), classmethod(plain), 7, Service, len],
    ids=["coroutine", "staticmethod", "classmethod", "number", "class", "builtin"],
)
def test_other_things_are_refused_at_decoration(thing):
    with pytest.raises(TypeError, match="innermost decorator"):
        producer(SSE)(thing)


def test_arguments_of_any_name_reach_the_function():
    @producer(SSE)
    def function(self, args, kwargs, function, contract):
        yield of([self, args, kwargs, function, contract])

    assert list(function(self=1, args=2, kwargs=3, function=4, contract=5)) == [
        "data: [1, 2, 3, 4, 5]\n\n"
    ]


def test_can_be_tested_for():
    assert isinstance(plain, Producer)
    assert callable(plain)


# Functions that return a chunk


@producer(SSE)
def event(name, *, data=None):
    """Say what happened."""
    if name is None:
        return None
    return "data: text\n\n" if name == "text" else of({"name": name, "data": data})


class Events:
    word = "word"

    @producer(SSE)
    def method(self, number):
        return of([self.word, number])

    @staticmethod
    @producer(SSE)
    def static(number):
        return of(["static", number])

    @producer(SSE)
    @classmethod
    def of_class(cls, number):
        return of([cls.word, number])

    @classmethod
    @producer(SSE)
    def text_of_class(cls, number):
        return of([cls.word, number])


class OtherEvents(Events):
    word = "other"


def test_a_function_that_returns_a_chunk_gives_its_text():
    assert event("a", data=[1]) == 'data: {"name": "a", "data": [1]}\n\n'


def test_a_function_that_returns_a_chunk_gives_the_chunk_when_asked():
    chunk = event.chunk("a", data=[1])

    assert chunk == of({"name": "a", "data": [1]})
    assert list(SSEFormatter(indent=2).stream([chunk])) == [event("a", data=[1])]


@pytest.mark.parametrize("ask", [event, event.chunk], ids=["text", "chunk"])
def test_what_is_no_chunk_is_returned_as_it_is(ask):
    assert ask(None) is None
    assert ask("text") == "data: text\n\n"


@pytest.mark.parametrize("ask", [event, event.chunk], ids=["text", "chunk"])
def test_a_payload_that_cannot_be_encoded_raises_at_the_call(ask):
    with pytest.raises(TypeError, match="not JSON serializable"):
        ask("a", data={1})


def test_a_later_change_of_the_payload_does_not_reach_the_chunk():
    data = [1]
    chunk = event.chunk("a", data=data)
    data.append(2)

    assert SSE.format_chunk(chunk) == 'data: {"name": "a", "data": [1]}\n\n'


@pytest.mark.parametrize(
    ("method", "text"),
    [
        (Events().method, 'data: ["word", 1]\n\n'),
        (Events().static, 'data: ["static", 1]\n\n'),
        (Events.of_class, 'data: ["word", 1]\n\n'),
        (OtherEvents().of_class, 'data: ["other", 1]\n\n'),
    ],
    ids=["method", "static method", "class method", "inherited class method"],
)
def test_methods_that_return_a_chunk_are_bound(method, text):
    assert method(1) == text
    assert SSE.format_chunk(method.chunk(1)) == text
    assert list(inspect.signature(method).parameters) == ["number"]


def test_a_class_method_around_it_gives_text():
    assert OtherEvents.text_of_class(1) == 'data: ["other", 1]\n\n'


def test_keeps_what_describes_a_function_that_returns_a_chunk():
    assert (event.__name__, event.__doc__) == ("event", "Say what happened.")
    assert event.__kwdefaults__ == {"data": None}
    assert inspect.signature(event) == inspect.signature(event.__wrapped__)
    assert not inspect.isgeneratorfunction(event)
    assert copy.deepcopy(event) is event
    with pytest.raises(TypeError, match=r"^event\(\) missing 1 required positional argument"):
        event.chunk()


def test_a_function_that_returns_a_chunk_is_pickled_by_its_name(monkeypatch):
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this_module())

    assert pickle.loads(pickle.dumps(event)) is event
    assert pickle.loads(pickle.dumps(Events().method))(1) == 'data: ["word", 1]\n\n'
