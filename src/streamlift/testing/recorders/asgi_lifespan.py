"""Start and stop an ASGI application as servers do.

https://asgi.readthedocs.io/en/latest/specs/lifespan.html
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from ..recording import RecordingError, RecordingTimeoutError, exception_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .asgi_recorder import Application, Message

LOG = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def lifespan(
    app: Application, *, time_limit: float = 60.0, stop_limit: float = 5.0
) -> AsyncIterator[dict[str, object]]:
    """Have *app* started for the body of the `async with` statement; yield its state.

    An application that knows no lifespan is not started, and has an empty state. What goes wrong
    when it stops is logged: the recordings are complete by then.

    Args:
        app: The application. It is started and stopped in one task of its own.
        time_limit: Seconds that the start may take.
        stop_limit: Seconds that the stop may take.

    Raises:
        RecordingError: If it says that it could not start.
        RecordingTimeoutError: If it has not started within *time_limit*.
    """
    talk = _Talk()
    task = asyncio.ensure_future(talk.held(app))
    try:
        await _start(talk, task, time_limit)
        yield talk.state
        await _stop(talk, task, stop_limit)
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=stop_limit)


async def _start(talk: _Talk, task: asyncio.Task[None], limit: float) -> None:
    talk.say("lifespan.startup")
    await talk.answered(task, limit)
    if talk.answer is None and not task.done():
        raise RecordingTimeoutError(
            f"the application has not started within {limit} s; "
            "give it longer (start-limit), or take what it waits for out of its start (setup)"
        )
    if talk.answer == "lifespan.startup.failed":
        raise RecordingError(
            f"the application could not start:\n{talk.message.strip()}\n"
            "mend that, or put something else in its place (setup, environment)"
        )
    if talk.answer is None and talk.error is not None:
        LOG.info("no lifespan: %s", exception_name(talk.error))


async def _stop(talk: _Talk, task: asyncio.Task[None], limit: float) -> None:
    if task.done():
        return
    talk.say("lifespan.shutdown")
    await talk.answered(task, limit)
    if talk.answer != "lifespan.shutdown.complete":
        LOG.warning(
            "the application did not stop well: %s", talk.message or talk.error or "no answer"
        )


class _Talk:
    """What the server and the application say to each other.

    Attributes:
        state: What the application shares with its requests.
        answer: The type of the answer to what was said last.
        message: The text of that answer.
        error: What left the application.
    """

    def __init__(self) -> None:
        self.state: dict[str, object] = {}
        self.answer: str | None = None
        self.message = ""
        self.error: BaseException | None = None
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._heard = asyncio.Event()

    async def held(self, app: Application) -> None:
        """Run the application until it returns."""
        asgi = {"version": "3.0", "spec_version": "2.0"}
        scope: Message = {"type": "lifespan", "asgi": asgi, "state": self.state}
        try:
            await app(scope, self._said.get, self._send)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - what it raises means that it knows no lifespan
            self.error = error

    def say(self, kind: str) -> None:
        """Send the application a message."""
        self.answer, self.message = None, ""
        self._heard.clear()
        self._said.put_nowait({"type": kind})

    async def answered(self, task: asyncio.Task[None], limit: float) -> None:
        """Wait until the application has answered or returned, no longer than *limit*."""
        heard = asyncio.ensure_future(self._heard.wait())
        try:
            await asyncio.wait({heard, task}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            heard.cancel()

    async def _send(self, message: Message) -> None:
        self.answer = str(message["type"])
        self.message = str(message.get("message", ""))
        self._heard.set()
