"""The boundary: where chunks are encoded, once, before their producer goes on.

Deliberately everything here behaves as if the producer itself still wrote the text:

1. nothing runs before the first item is asked for;
2. what goes wrong while a chunk is encoded is raised *in the producer*, at its own `yield`, so its
   own `except` and `finally` see it, and what it yields there goes on;
3. `send`, `throw` and `close` (`asend`, `athrow`, `aclose`) reach the producer, and its return
   value reaches the caller.
"""

from __future__ import annotations

import sys
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from types import AsyncGeneratorType, GeneratorType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from .writers import Writers

Convert: TypeAlias = "Mapping[type, Callable[[object], object]]"
Items: TypeAlias = "AsyncGenerator[object, Any] | Generator[object, Any, object]"


class Opened(NamedTuple):
    """The chunks behind a text view.

    Attributes:
        source: The generator of the chunks.
        writers: The contract with which the view encodes them.
        view: The text view. Whoever takes the source must keep the view alive: its finaliser
            closes the source.
    """

    source: Items
    writers: Writers
    view: Items | None


_views: WeakKeyDictionary[Items, tuple[Items, Writers]] = WeakKeyDictionary()


def open_source(source: object, writers: Writers) -> Opened:
    """Return the generator of chunks that *source* is, or has behind it.

    A text view (of `@producer`, of `SSE.stream`) is taken over with the contract that it has, so
    that nothing is formatted twice; anything else is encoded with *writers*.

    Raises:
        TypeError: If *source* cannot be iterated, or is a str, bytes or a mapping.
    """
    if isinstance(source, (AsyncGeneratorType, GeneratorType)):
        behind = _views.get(source)
        if behind is not None:
            return Opened(*behind, source)
    if isinstance(source, (AsyncGenerator, Generator)):
        return Opened(source, writers, None)
    if isinstance(source, AsyncIterable):
        return Opened(_each_async(source), writers, None)
    if isinstance(source, Iterable) and not isinstance(source, (str, bytes, bytearray, Mapping)):
        return Opened(_each(source), writers, None)
    raise TypeError(f"a generator, iterator or iterable of chunks is needed, not {source!r}")


def text_view(source: object, writers: Writers) -> Items:
    """Return a generator of the text (or bytes) of *source*."""
    opened = open_source(source, writers)
    view = _converted(opened, opened.writers.text)
    _views[view] = opened.source, opened.writers
    return view


def chunk_view(source: object, writers: Writers) -> Items:
    """Return a generator of the items of *source*, the chunks among them encoded."""
    opened = open_source(source, writers)
    return _converted(opened, opened.writers.encode)


def _converted(opened: Opened, convert: Convert) -> Items:
    source, _, view = opened
    converted: Items
    if isinstance(source, AsyncGenerator):
        converted = _convert_async(source, convert, view)
    else:
        converted = _convert(source, convert, view)
    # Shown in tracebacks and warnings: "coroutine method 'aclose' of 'reply' was never awaited".
    for name in ("__name__", "__qualname__"):
        setattr(converted, name, getattr(source, name, "boundary"))
    return converted


def _convert(
    source: Generator[object, object, object],
    convert: Convert,
    _view: Items | None,
) -> Generator[object, object, object]:
    send = source.send
    try:
        item = next(source)
        while True:
            try:
                sent = yield convert[item.__class__](item)
            except BaseException as raised:  # noqa: BLE001 - handed on, whatever it is
                error = raised
            else:
                item = send(sent)
                continue
            # Outside of the `except` block, or what the producer raises later would get this
            # error as its context.
            try:
                item = source.throw(error)
            finally:
                del error  # its traceback holds this frame
    except StopIteration as stop:
        return stop.value


async def _convert_async(
    source: AsyncGenerator[object, object],
    convert: Convert,
    _view: Items | None,
) -> AsyncGenerator[object, object]:
    asend = source.asend
    try:
        item = await _first(source)
        while True:
            try:
                sent = yield convert[item.__class__](item)
            except BaseException as raised:  # noqa: BLE001 - handed on, whatever it is
                error = raised
            else:
                item = await asend(sent)
                continue
            # Outside of the `except` block, or what the producer raises later would get this
            # error as its context.
            try:
                if getattr(source, "ag_frame", source) is None:
                    # Whoever took the source over has finished it: `athrow` would return None.
                    raise error
                item = await source.athrow(error)
            finally:
                del error  # its traceback holds this frame
    except StopAsyncIteration:
        return


def _first(source: AsyncGenerator[object, Any]) -> Awaitable[object]:
    """Start *source* without the event loop's knowledge: its view is closed in its place.

    At its end a loop closes all the async generators that it knows, at the same time, and the
    second to reach the producer would fail with "asynchronous generator is already running".
    https://docs.python.org/3/library/sys.html#sys.set_asyncgen_hooks
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return source.__anext__()
    finally:
        sys.set_asyncgen_hooks(*hooks)


def _each(source: Iterable[object]) -> Generator[object, None, None]:
    """Give an iterator the methods of a generator."""
    iterator: Iterator[object] | None = None
    try:
        iterator = iter(source)
        for item in iterator:  # noqa: UP028 - `yield from` would hand errors to a half generator
            yield item
    except BaseException:
        close: Callable[[], object] | None = getattr(iterator, "close", None)
        if close is not None:
            close()
        raise


async def _each_async(source: AsyncIterable[object]) -> AsyncGenerator[object, None]:
    """Give an async iterator the methods of an async generator."""
    iterator: AsyncIterator[object] | None = None
    try:
        iterator = aiter(source)
        async for item in iterator:
            yield item
    except BaseException:
        aclose = getattr(iterator, "aclose", None)
        if aclose is not None:
            await aclose()
        raise
