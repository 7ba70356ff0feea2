"""Record an application of this process, in one call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .asgi_lifespan import lifespan
from .asgi_recorder import record_request

if TYPE_CHECKING:
    from .asgi_recorder import Application
    from .recording import Recording
    from .request import Request


def record(app: Application, request: Request) -> Recording:
    """Return what *app* sends for *request*; it is started before and stopped after that.

    In a test that runs in an event loop: `await record_request(app, request)`.

    Args:
        app: An ASGI application.
        request: The request.

    Raises:
        RecordingError: If *app* cannot be started, or does not end in time.
    """

    async def talk() -> Recording:
        async with lifespan(app) as state:
            return await record_request(app, request, state=state)

    return asyncio.run(talk())
