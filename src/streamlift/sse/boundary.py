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
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from .writers import Writers

Convert: TypeAlias = "Mapping[type, Callable[[object], object]]"
Items: TypeAlias = "AsyncGenerator[object, Any] | Generator[object, Any, object]"


class Opened(NamedTuple):
    """The items behind a view.

    Attributes:
        source: The generator of the items.
        writers: The contract with which the view encodes the chunks among them.
        view: The text view. Whoever takes the source must keep this alive: a view's finaliser
            closes its source.
    """

    source: Items
    writers: Writers
    view: Items | None


_views: WeakKeyDictionary[Items, tuple[Items, Writers]] = WeakKeyDictionary()
# The text behind a generator of chunks; the list is empty as soon as that has taken it.
_texts: WeakKeyDictionary[Items, list[Items]] = WeakKeyDictionary()


def text_view(source: object, writers: Writers) -> Items:
    """Return a generator of the text (or bytes) of *source*."""
    opened = open_source(source, writers)
    view = _converted(opened, text=True)
    _views[view] = opened.source, opened.writers
    return view


def chunk_view(source: object, writers: Writers) -> Items:
    """Return a generator of the items of *source*, the chunks among them encoded."""
    return _converted(open_source(source, writers), text=False)


def over_text(generate: Callable[[Callable[[], Items]], Items], text: Items) -> Items:
    """Return `generate(begin)`, a generator of chunks that are made of *text* and of nothing else.

    It calls `begin()` for *text* when it starts. Until then, whoever wants nothing but text
    (`SSE.stream`, a response) takes *text* itself: the same bytes, as they were cut, for no cost.

    Args:
        generate: The generator function.
        text: A generator; see `generator_of`.
    """
    unread = [text]
    chunks = generate(unread.pop)
    _texts[chunks] = unread
    return chunks


def open_source(source: object, writers: Writers) -> Opened:
    """Return the generator of items that *source* is, or has behind it.

    A text view (of `@producer`, of `SSE.stream`) is taken over with the contract that it has, so
    that nothing is formatted twice; anything else is encoded with *writers*.

    Raises:
        TypeError: If *source* cannot be iterated, or is a str, bytes or a mapping.
    """
    return behind(source) or Opened(generator_of(source), writers, None)


def behind(view: object) -> Opened | None:
    """Return what is behind a text view, `None` of anything else and of a view that has ended."""
    # A view that was closed gives nothing, even if its source could go on.
    if not _can_go_on(view):
        return None
    taken = _views.get(view)
    return None if taken is None else Opened(*taken, view)


def text_of(opened: Opened) -> Opened:
    """Return what gives the text of *opened*: what its source makes chunks of, if not begun yet.

    Keep *opened* alive, too.
    """
    source, writers, _ = opened
    unread = _texts.get(source) if _can_go_on(source) else None
    return text_of(open_source(unread[0], writers)) if unread else opened


def generator_of(source: object) -> Items:
    """Return *source* as an (async) generator: itself if it is one.

    Raises:
        TypeError: If *source* cannot be iterated, or is a str, bytes or a mapping.
    """
    if isinstance(source, (AsyncGenerator, Generator)):
        return source
    if isinstance(source, AsyncIterable):
        return _each_async(source)
    if isinstance(source, Iterable) and not isinstance(source, (str, bytes, bytearray, Mapping)):
        return _each(source)
    raise TypeError(f"a generator, iterator or iterable is needed, not {source!r}")


def _can_go_on(generator: object) -> TypeGuard[Items]:
    """Tell whether this is a native generator that has not ended."""
    if isinstance(generator, GeneratorType):
        return generator.gi_frame is not None
    return isinstance(generator, AsyncGeneratorType) and generator.ag_frame is not None


def _converted(opened: Opened, *, text: bool) -> Items:
    converted: Items
    if isinstance(opened.source, AsyncGenerator):
        converted = _convert_async(opened, text=text)
    else:
        converted = _convert(opened, text=text)
    # Shown in tracebacks and warnings: "coroutine method 'aclose' of 'reply' was never awaited".
    for name in ("__name__", "__qualname__"):
        setattr(converted, name, getattr(opened.source, name, "boundary"))
    return converted


def _begun(opened: Opened, *, text: bool) -> tuple[Any, Convert]:
    """Return the generator of the items, and what converts them; called for the first item.

    The caller's frame goes on to hold *opened*, and so keeps the views in it alive.
    """
    source, writers, _ = text_of(opened) if text else opened
    return source, writers.text if text else writers.encode


def _convert(opened: Opened, *, text: bool) -> Generator[object, object, object]:
    source, convert = _begun(opened, text=text)
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


async def _convert_async(opened: Opened, *, text: bool) -> AsyncGenerator[object, object]:
    source, convert = _begun(opened, text=text)
    asend = source.asend
    try:
        item = await first(source)
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
                if out_of_reach(source):
                    raise error
                item = await source.athrow(error)
            finally:
                del error  # its traceback holds this frame
    except StopAsyncIteration:
        return


def first(source: AsyncGenerator[object, Any]) -> Awaitable[object]:
    """Start *source* without the event loop's knowledge: what reads it is closed in its place.

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


def out_of_reach(source: AsyncGenerator[object, Any]) -> bool:
    """Tell whether whoever took *source* over has ended it, or is about to.

    Then an error is not thrown in: `athrow` of a generator that has ended returns None (Python 3.10
    to 3.13), and that of one that is just being closed fails with "already running".
    """
    return getattr(source, "ag_frame", source) is None or getattr(source, "ag_running", False)


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
