"""The context manager of the user's tests that is put around an application."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from ..recording import RecordingError
from .application import load, traceback_tail

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def entered(place: str, loop: asyncio.AbstractEventLoop) -> Iterator[object]:
    """Enter what the function at *place* makes, for the body of the `with` statement.

    Yields:
        What it gives: the application, or `None`.

    Raises:
        RecordingError: If there is no such function, or it makes no context manager, or that
            cannot be entered.
    """
    make = load(place, "the setup")
    if not callable(make):
        raise RecordingError(f"the setup {place} is no function; name one without parameters")
    with contextlib.ExitStack() as stack:
        try:
            manager: object = make()
            if isinstance(manager, contextlib.AbstractAsyncContextManager):
                manager = _InTask(manager, loop)
            if isinstance(manager, contextlib.AbstractContextManager):
                value = stack.enter_context(manager)
        except (Exception, SystemExit) as error:
            raise RecordingError(
                f"the setup {place}() failed:\n{traceback_tail(error)}\nmend that"
            ) from error
        if not isinstance(manager, contextlib.AbstractContextManager):
            raise RecordingError(
                f"the setup {place}() gives no context manager, but {type(manager).__name__}; "
                "write @contextlib.contextmanager or @contextlib.asynccontextmanager above it"
            )
        yield value


class _InTask(contextlib.AbstractContextManager[object, None]):
    """An asynchronous context manager that is entered and left in one task.

    Cancel scopes and task groups have to be.
    """

    def __init__(
        self,
        manager: contextlib.AbstractAsyncContextManager[object],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._manager = manager
        self._loop = loop
        self._entered: asyncio.Future[object] = loop.create_future()
        self._left = asyncio.Event()

    def __enter__(self) -> object:
        self._task = self._loop.create_task(self._held())
        return self._loop.run_until_complete(self._value())

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._loop.run_until_complete(self._task)

    async def _value(self) -> object:
        await asyncio.wait([self._task, self._entered], return_when=asyncio.FIRST_COMPLETED)
        return self._entered.result() if self._entered.done() else await self._task

    async def _held(self) -> object:
        async with self._manager as value:
            self._entered.set_result(value)
            return await self._left.wait()
