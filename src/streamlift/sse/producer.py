"""`producer`: a boundary on the callee's side, for functions whose callers want text."""

from __future__ import annotations

import functools
import inspect
from types import MethodType
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeGuard, TypeVar, overload

from . import boundary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator

    from streamlift.chunk import StreamingChunk

    from .formatter import SSEFormatter

__all__ = ["producer"]

Arguments = ParamSpec("Arguments")
Send = TypeVar("Send")
Return = TypeVar("Return")
Wire = TypeVar("Wire", bound="str | bytes", covariant=True)  # noqa: PLC0105 - the word of the formatter
Other = TypeVar("Other")
Text = TypeVar("Text", covariant=True)  # noqa: PLC0105 - see Wire
Item = TypeVar("Item", covariant=True)  # noqa: PLC0105


class OneChunk(Protocol[Arguments, Text, Item]):
    """What `producer(SSE)` makes of a function that returns a chunk, for type checkers."""

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Text: ...
    def chunk(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Item: ...


class Decorator(Protocol[Wire]):
    """What `producer(SSE)` is, for type checkers."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # the more exact one comes first
        self, function: Callable[Arguments, Generator[object, Send, Return]], /
    ) -> Callable[Arguments, Generator[Wire, Send, Return]]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, function: Callable[Arguments, Iterator[object]], /
    ) -> Callable[Arguments, Generator[Wire, object, None]]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, function: Callable[Arguments, AsyncIterator[object]], /
    ) -> Callable[Arguments, AsyncGenerator[Wire, None]]: ...
    @overload
    def __call__(
        self, function: Callable[Arguments, StreamingChunk], /
    ) -> OneChunk[Arguments, Wire, StreamingChunk]: ...
    @overload
    def __call__(
        self, function: Callable[Arguments, StreamingChunk | Other], /
    ) -> OneChunk[Arguments, Wire | Other, StreamingChunk | Other]: ...


def producer(contract: SSEFormatter[Wire]) -> Decorator[Wire]:
    """Let callers of a function go on getting text while its body yields, or returns, chunks.

    It is the innermost decorator, but for a class method that returns a chunk: there it stands
    outside of `@classmethod`, which from Python 3.13 on binds nothing but the call. Calls of a generator function return a text view: a native
    generator of the text or bytes of the contract, which `SSE.stream` and `SSE.chunks` look through,
    so a caller that wants chunks gets them. Calls of a plain function return the text of its chunk,
    and `function.chunk(...)` the chunk itself, encoded already: what goes wrong while it is encoded
    is raised at the call in both cases. What is no chunk is returned as it is.

    Apart from its class, what is returned is like the function: its code, defaults, annotations and
    signature; `inspect.isasyncgenfunction` and `isgeneratorfunction` stay true; wrong arguments raise
    at the call; it binds as a method and is pickled by its name.

    Args:
        contract: How the chunks are written.

    Raises:
        TypeError: At decoration, if it is no function, or a coroutine function.
    """

    def decorate(
        function: Callable[..., object] | classmethod[object, ..., object],
    ) -> BehindContract:
        if isinstance(function, classmethod) and _returns(function.__func__):
            return ChunkClassMethod(function.__func__, contract)
        if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
            return Producer(function, contract)
        if _returns(function):
            return ChunkFunction(function, contract)
        raise TypeError(
            f"@producer is for functions that yield or return chunks, as the innermost decorator: {function!r}"
        )

    return decorate  # type: ignore[return-value]  # what it returns is called like the function


def _returns(function: object) -> TypeGuard[Callable[..., object]]:
    """Tell whether *function* may return a chunk when it is called."""
    return inspect.isfunction(function) and not (
        inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
    )


class BehindContract:
    """A function behind its contract; see `producer`."""

    # No annotations in this class: `producer.__annotations__` are the function's.

    def __init__(self, function: Callable[..., object], contract: SSEFormatter[Any]) -> None:
        functools.update_wrapper(self, function)  # type: ignore[arg-type]  # each subclass is called
        self.contract = contract
        self._function = function

    def __getattr__(self, name: str) -> object:
        # The code, the defaults and, since annotations are lazy (Python 3.14), the annotations:
        # `inspect` takes an object that has these for a function.
        return getattr(self.__dict__["_function"], name)

    def __reduce__(self) -> str | tuple[Any, ...]:
        return self._function.__qualname__

    def __repr__(self) -> str:
        return f"<producer {self._function.__qualname__}>"


class Producer(BehindContract):
    """A generator function behind its contract."""

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """Return the text view of one run of the function."""
        return boundary.text_view(self._function(*args, **kwargs), self.contract.writers)

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return self if instance is None else MethodType(self, instance)


class ChunkFunction(BehindContract):
    """A function that returns a chunk, behind its contract."""

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """Return the text of the chunk that the function returns."""
        item = self._function(*args, **kwargs)
        return self.contract.writers.text[item.__class__](item)

    def chunk(self, /, *args: object, **kwargs: object) -> object:
        """Return the chunk that the function returns, encoded."""
        item = self._function(*args, **kwargs)
        return self.contract.writers.encode[item.__class__](item)

    def __get__(self, instance: object, owner: type | None = None) -> object:
        # No MethodType around this object: `chunk` has to be bound, too.
        return self if instance is None else BoundChunkFunction(self, instance)


class ChunkClassMethod(ChunkFunction):
    """A class method that returns a chunk, behind its contract."""

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return BoundChunkFunction(self, type(instance) if owner is None else owner)


class BoundChunkFunction(ChunkFunction):
    """A method that returns a chunk, behind its contract."""

    def __init__(self, function: ChunkFunction, instance: object) -> None:
        super().__init__(MethodType(function._function, instance), function.contract)  # noqa: SLF001 - of the same class

    def __reduce__(self) -> tuple[Any, ...]:
        method = self._function
        return getattr, (method.__self__, method.__name__)  # type: ignore[attr-defined]
