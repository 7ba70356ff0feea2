"""`producer`: a boundary on the callee's side, for producers whose callers want text."""

from __future__ import annotations

import functools
import inspect
from types import MethodType
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, overload

from . import boundary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator

    from .formatter import SSEFormatter

__all__ = ["producer"]

Arguments = ParamSpec("Arguments")
Send = TypeVar("Send")
Return = TypeVar("Return")
Wire = TypeVar("Wire", bound="str | bytes", covariant=True)  # noqa: PLC0105 - the word of the formatter


class Decorator(Protocol[Wire]):
    """What `producer(SSE)` is, for type checkers."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # the more exact one comes first
        self, function: Callable[Arguments, Generator[object, Send, Return]], /
    ) -> Callable[Arguments, Generator[Wire, Send, Return]]: ...
    @overload
    def __call__(
        self, function: Callable[Arguments, Iterator[object]], /
    ) -> Callable[Arguments, Generator[Wire, object, None]]: ...
    @overload
    def __call__(
        self, function: Callable[Arguments, AsyncIterator[object]], /
    ) -> Callable[Arguments, AsyncGenerator[Wire, None]]: ...


def producer(contract: SSEFormatter[Wire]) -> Decorator[Wire]:
    """Let callers of a generator function go on getting text while its body yields chunks.

    It is the innermost decorator. Calls return a text view: a native generator of the text or bytes
    of the contract, which `SSE.stream` and `SSE.chunks` look through, so a caller that wants chunks
    gets them. Apart from its class, what is returned is like the function: its code, defaults,
    annotations and signature; `inspect.isasyncgenfunction` and `isgeneratorfunction` stay true;
    wrong arguments raise at the call; it binds as a method and is pickled by its name.

    Args:
        contract: How the chunks are written.

    Raises:
        TypeError: At decoration, if the function is no (async) generator function.
    """

    def decorate(function: Callable[..., object]) -> Producer:
        return Producer(function, contract)

    return decorate  # type: ignore[return-value]  # a Producer is called like the function


class Producer:
    """A generator function behind its contract; see `producer`."""

    # No annotations in this class: `producer.__annotations__` are the function's.

    def __init__(self, function: Callable[..., object], contract: SSEFormatter[Any]) -> None:
        if not (inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function)):
            raise TypeError(
                f"@producer is for functions with a yield, as the innermost decorator: {function!r}"
            )
        functools.update_wrapper(self, function)
        self.contract = contract
        self._function = function

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """Return the text view of one run of the function."""
        return boundary.text_view(self._function(*args, **kwargs), self.contract.writers)

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return self if instance is None else MethodType(self, instance)

    def __getattr__(self, name: str) -> object:
        # The code, the defaults and, since annotations are lazy (Python 3.14), the annotations:
        # `inspect` takes an object that has these for a function.
        return getattr(self.__dict__["_function"], name)

    def __reduce__(self) -> str:
        return self._function.__qualname__

    def __repr__(self) -> str:
        return f"<producer {self._function.__qualname__}>"
