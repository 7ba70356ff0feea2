"""`adapt`: old generators of event-stream text become generators of chunks, without loss.

What the chunks format to, joined, is what the old generator yielded, joined: whatever it yields,
wherever it cuts it, and if it raises. Deliberately:

1. An item that is one frame becomes one chunk, and the chunk's wire is the very item. So does an
   item of comment lines alone, of line endings alone, or an empty one: pings do not wait.
2. An item of several frames becomes several chunks.
3. A frame in several items becomes one chunk, when its last part comes. If anything else comes in
   between (no text; bytes after str), the part that has come is handed on before it, as a fragment.
4. Text that opens no frame (no line of an event stream) is handed on at once, as a fragment, and so
   is what follows it up to the next frame.
5. At the end, and before an `Exception` of the source goes on, an open frame is handed on as a
   fragment. At a cancellation or a `close` it is not: nobody would read it.
6. `send`, `throw` and `close` (`asend`, `athrow`, `aclose`) reach the source; an error that is
   thrown in between two chunks of one item reaches it at once, and the rest of the item comes
   before what the source does then. A return value reaches the caller.
7. Whoever wants nothing but text (`SSE.stream`, `SSEResponse`) takes the source itself, as long as
   no chunk has been asked for: its items as they are, and no cost.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, overload

from streamlift.sse import boundary
from streamlift.sse.framer import FRAME, Framer

from .adapted_chunk import AdaptedChunk, FragmentChunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Generator, Iterable

Item = TypeVar("Item")
Return = TypeVar("Return")

# What can stand at the start of an open frame: a comment or a field that clients know, or the first
# letters of one.
# https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
_FIELDS: Final = ("data", "event", "id", "retry")
_CUT_NAMES: Final = "|".join(name[:end] for name in _FIELDS for end in range(1, len(name)))
_OPENS_FRAME: Final = re.compile(
    rf"[\r\n]*(?::|(?:{'|'.join(_FIELDS)})(?:[:\r\n]|\Z)|(?:{_CUT_NAMES})\Z|\Z)"
)
_ONE_FRAME: Final = re.compile(FRAME).fullmatch
_ONE_BYTES_FRAME: Final = re.compile(FRAME.encode()).fullmatch
# Lines that dispatch nothing and end nothing, so need not wait for a blank line.
_COMMENTS: Final = re.compile(r"(?:(?::[^\r\n]*)?(?:\r\n|\n|\r))+")


@overload
def adapt(source: AsyncIterable[str | bytes]) -> AsyncGenerator[AdaptedChunk, object]: ...
@overload
def adapt(source: AsyncIterable[Item]) -> AsyncGenerator[AdaptedChunk | Item, object]: ...
@overload
def adapt(
    source: Generator[str | bytes, NoReturn, Return],
) -> Generator[AdaptedChunk, object, Return]: ...
@overload
def adapt(source: Iterable[str | bytes]) -> Generator[AdaptedChunk, object, object]: ...
@overload
def adapt(
    source: Generator[Item, NoReturn, Return],
) -> Generator[AdaptedChunk | Item, object, Return]: ...
@overload
def adapt(source: Iterable[Item]) -> Generator[AdaptedChunk | Item, object, object]: ...
def adapt(source: object) -> object:
    """Return a generator of the chunks in the text of *source*, async if that is async.

    Each chunk formats to its own frame of that text, under any contract; its fields are read from
    the frame. Items that are neither str nor bytes are handed on as they are. Nothing of *source*
    runs before the first item is asked for. The module says what happens to the cuts.

    Raises:
        TypeError: If *source* cannot be iterated, or is a str, bytes or a mapping.
    """
    text = boundary.generator_of(source)
    generate = _adapt_async if isinstance(text, AsyncGenerator) else _adapt
    return boundary.over_text(generate, text)  # type: ignore[arg-type]  # the one for this text


def _adapt(
    begin: Callable[[], Generator[object, object, object]],
) -> Generator[object, object, object]:
    source = begin()
    reframer = _Reframer()
    take, ready = reframer.take, reframer.ready
    try:
        item = next(source)
        while True:
            take(item)
            error = sent = None
            while ready:
                try:
                    sent = yield ready.popleft()
                except BaseException as raised:  # noqa: BLE001, PERF203 - handed on, whatever it is
                    error = raised
                    break
            # Outside of the `except` block, or what the source raises later would get this error
            # as its context.
            if error is None:
                item = source.send(sent)
                continue
            try:
                if isinstance(error, GeneratorExit):
                    source.close()
                    raise error
                item = source.throw(error)
            finally:
                del error  # its traceback holds this frame
    except StopIteration as stop:
        result = stop.value
    except Exception:
        reframer.end()
        yield from ready
        raise
    reframer.end()
    yield from ready
    return result


async def _adapt_async(
    begin: Callable[[], AsyncGenerator[object, object]],
) -> AsyncGenerator[object, object]:
    # As `_adapt`.
    source = begin()
    reframer = _Reframer()
    take, ready = reframer.take, reframer.ready
    try:
        item = await boundary.first(source)
        while True:
            take(item)
            error = sent = None
            while ready:
                try:
                    sent = yield ready.popleft()
                except BaseException as raised:  # noqa: BLE001, PERF203 - handed on, whatever it is
                    error = raised
                    break
            if error is None:
                item = await source.asend(sent)
                continue
            try:
                if boundary.out_of_reach(source):
                    raise error
                if isinstance(error, GeneratorExit):
                    await source.aclose()
                    raise error
                item = await source.athrow(error)
            finally:
                del error
    except StopAsyncIteration:
        pass
    except Exception:
        reframer.end()
        for chunk in ready:
            yield chunk
        raise
    reframer.end()
    for chunk in ready:
        yield chunk


class _Reframer:
    """Cuts the text items of one source into chunks.

    Attributes:
        ready: The chunks that are to be handed on.
    """

    def __init__(self) -> None:
        self.ready: deque[object] = deque()
        self._kind: type[str | bytes] = str
        self._framer: Framer[Any] = Framer()
        # Whether no frame is open; whether a part of the open one has been handed on.
        self._idle = True
        self._torn = False

    def take(self, item: object) -> None:
        """Make the chunks that *item* completes ready; an item that is no text, as it is."""
        # Nearly every item is a frame of one line that ends in line feeds: looked at without more
        # ado, then with the whole grammar.
        if type(item) is str:
            if self._idle and (
                (item.find("\n") == len(item) - 2 and item[-1] == "\n" and "\r" not in item)
                or _ONE_FRAME(item)
            ):
                self.ready.append(AdaptedChunk(item))
                return
        elif (type(item) is bytes and self._idle) and (
            (item.find(b"\n") == len(item) - 2 and item[-1:] == b"\n" and b"\r" not in item)
            or _ONE_BYTES_FRAME(item)
        ):
            self.ready.append(AdaptedChunk(item))
            return
        if not isinstance(item, (str, bytes)):
            self._tear()
            self.ready.append(item)
            return
        kind = str if isinstance(item, str) else bytes
        if kind is not self._kind:
            self._tear()
            self._kind, self._framer = kind, Framer()
        if item:
            self._cut(item)
        else:
            self.ready.append(AdaptedChunk(item))

    def end(self) -> None:
        """Make ready what is left when the source has ended."""
        self._torn = False
        self._tear()

    def _tear(self) -> None:
        """Make the part of the open frame ready that has come, if any."""
        self._torn = self._torn or self._framer.is_open
        part = self._framer.drain()
        if part is not None:
            self.ready.append(FragmentChunk(part))

    def _cut(self, item: str | bytes) -> None:
        """Make the chunks ready that a text completes."""
        framer, ready = self._framer, self.ready
        was_idle = self._idle
        wires = [frame.raw for frame in framer.feed(item)]
        began = was_idle or bool(wires)
        if self._torn and wires:
            ready.append(FragmentChunk(wires.pop(0)))
            self._torn = False
        tail = framer.tail if began else None
        if tail:
            text = tail if isinstance(tail, str) else tail.decode("latin-1")
            if wires and not text.strip("\r\n"):
                wires[-1] += framer.close()
            elif _COMMENTS.fullmatch(text):
                wires.append(framer.close())
            elif not _OPENS_FRAME.match(text):
                self._torn = True
        self._idle = not framer.is_open
        if was_idle and self._idle and len(wires) == 1:
            wires = [item]  # the very object, should it be of a subclass
        ready.extend(map(AdaptedChunk, wires))
        if self._torn:
            self._tear()
