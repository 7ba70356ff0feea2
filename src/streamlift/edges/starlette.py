"""`SSEResponse`: a stream of chunks as the response of Starlette, FastAPI and what builds on them.

Deliberate differences to `starlette.responses.StreamingResponse`, which it otherwise is:

1. The producer is closed when the stream ends, however it ends, before the response returns and in
   the task that ran it. Starlette leaves a producer whose client has gone to the garbage collector:
   its `finally` runs later, in another task, without its context variables, and an anyio task group
   in it breaks an unrelated task.
2. A text view of ours (`SSE.stream(...)`, a call of a `@producer`) is looked through: chunks are
   taken from its source and encoded here, without a generator in between. The bytes, the messages
   and the errors are those of the view.
3. Without a *media_type* it is `text/event-stream`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterable, Generator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import anyio
import anyio.to_thread
from starlette.responses import StreamingResponse

from streamlift.sse import boundary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.background import BackgroundTask
    from starlette.responses import ContentStream
    from starlette.types import Send

    from streamlift.sse.boundary import Convert

    Close = Callable[[], Awaitable[object]]

__all__ = ["SSEResponse"]


class SSEResponse(StreamingResponse):
    """A response that streams chunks, or text, as Server-Sent Events.

    It adds no header but the content type, no ping, and no error event: an error aborts the
    response, as it did before.

    Args:
        content: `SSE.stream(...)`, or anything that Starlette's own class takes.
        status_code: As in Starlette.
        headers: As in Starlette.
        media_type: As in Starlette; `None` is no content type.
        background: As in Starlette.
        close_limit: Seconds that closing the producer may take. Then it is cancelled, and the
            event loop's exception handler is told.
    """

    media_type: str | None = "text/event-stream"

    def __init__(  # noqa: PLR0913 - Starlette's own, and one
        self,
        content: ContentStream,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = "text/event-stream",
        background: BackgroundTask | None = None,
        *,
        close_limit: float = 5.0,
    ) -> None:
        self._content = content
        self._close_limit = close_limit
        if media_type is None:
            # Or Starlette would take that of the class.
            self.media_type = None
        super().__init__(content, status_code, headers, media_type, background)

    async def stream_response(self, send: Send) -> None:
        """Send the response, then close the producer."""
        body = self.body_iterator
        opened = _behind(body)
        try:
            if opened is None:
                await super().stream_response(send)
            else:
                await self._send_chunks(opened, send)
        finally:
            closers = [_closer(body)]
            if opened is not None:  # which a view that has not begun does not close
                closers.insert(0, opened.source.aclose)
            if self._content is not body:  # a relay took its place
                closers.append(_closer(self._content))
            await self._close(closers)

    async def _send_chunks(self, opened: _Opened, send: Send) -> None:
        source, text = opened
        charset = self.charset
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        async for first in source:
            item = first
            while True:
                try:
                    body = text[item.__class__](item)
                except BaseException as raised:  # noqa: BLE001 - thrown in, as boundary.py does
                    error = raised
                else:
                    if body.__class__ is str or not isinstance(body, (bytes, memoryview)):
                        # What is no text fails here as in Starlette: in the response.
                        body = body.encode(charset)  # type: ignore[attr-defined]
                    await send({"type": "http.response.body", "body": body, "more_body": True})
                    break
                # Outside of the `except` block, or what the producer raises later would get this
                # error as its context.
                try:
                    item = await source.athrow(error)
                except StopAsyncIteration:
                    break
                finally:
                    del error  # its traceback holds this frame
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _close(self, closers: list[Close | None]) -> None:
        with anyio.move_on_after(self._close_limit, shield=True) as scope:
            for close in closers:
                if close is not None:
                    await _closed(close, scope)
        if scope.cancel_called:
            _report(TimeoutError(f"closing a producer took longer than {self._close_limit} s"))


class _Opened(NamedTuple):
    """What is behind a text view of ours: the generator of the chunks, and how they are encoded."""

    source: AsyncGenerator[object, object]
    text: Convert


def _behind(view: object) -> _Opened | None:
    """Return what is behind an async text view of ours, `None` of anything else."""
    opened = boundary.behind(view)
    if opened is None:
        return None
    source, writers, _ = boundary.text_of(opened)
    return _Opened(source, writers.text) if isinstance(source, AsyncGenerator) else None


def _closer(stream: object) -> Close | None:
    """Return what closes *stream*, `None` if nothing does."""
    if isinstance(stream, AsyncIterable):
        aclose: Close | None = getattr(stream, "aclose", None)
        return aclose
    # Only generators: a file has a `close` too, and Starlette leaves it open.
    if isinstance(stream, Generator) and getattr(stream, "gi_frame", stream) is not None:
        # In a thread, as every step of it was. What blocks there cannot be cancelled, only left.
        return partial(anyio.to_thread.run_sync, stream.close, abandon_on_cancel=True)
    return None


async def _closed(close: Close, scope: anyio.CancelScope) -> None:
    """Await *close*; what it raises is reported, and hides no error of the stream."""
    before = _cancelling()
    try:
        await close()
    except asyncio.CancelledError as error:
        # A `finally` that awaits a task it has cancelled raises this too: then nobody cancels us.
        if before is None or _cancelling() != before or scope.cancel_called:
            raise
        _report(error)
    except Exception as error:  # noqa: BLE001 - reported
        _report(error)


def _cancelling() -> int | None:
    """Return how often the current task was asked to cancel, `None` if that cannot be known."""
    # Python 3.10 does not count it; trio has no such task, and another exception.
    with contextlib.suppress(RuntimeError):
        count: Callable[[], int] | None = getattr(asyncio.current_task(), "cancelling", None)
        return count and count()
    return None


def _report(error: BaseException) -> None:
    """Tell the event loop, as it is told of what goes wrong in a generator it closes itself."""
    message = "an error while the producer of a stream was being closed"
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # trio
        logging.getLogger(__name__).error(message, exc_info=error)  # noqa: TRY400 - another error
    else:
        loop.call_exception_handler({"message": message, "exception": error})
