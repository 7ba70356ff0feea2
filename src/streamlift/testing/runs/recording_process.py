"""The process that an application is recorded in; `recording_job` starts it.

It is told what to do in a file of JSON, and writes what it has seen to another one, a line at a
time, so that nothing is lost when it is killed:

    {"began": "a request's name", "executed": what was executed since the last one has ended}
    {"ended": "its name", "recording": {...}, "executed": {"a file": [[1, 0, 1, 5], ...]}}
    {"unrecorded": "its name", "problem": "what a person is told"}
    {"failed": "what a person is told"}
    {"done": true, "is_exact": true, "observations": what streamlift_legacy has counted}
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast
from weakref import WeakSet

from ..recorders.asgi_lifespan import lifespan
from ..recorders.asgi_recorder import record_request
from ..recorders.loopback_server import serving
from ..recorders.wsgi_recorder import record_wsgi
from ..recording import Recording, RecordingError
from ..tracing.span import Span
from ..tracing.span_tracer import SpanTracer
from ..tracing.tracing_error import TracingError
from .application import Protocol, check_origin, load, made_by, protocol_of
from .copied_tree import CopiedTree
from .determinism import determined
from .recording_json import recording_to_json, request_from_json
from .setup_context import entered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..recorders.asgi_recorder import Application as ASGIApplication
    from ..recorders.wsgi_recorder import Application as WSGIApplication
    from ..request import Request

SETTLE = 0.5
"""Seconds that what a request has started may go on before the next request is sent."""

SETTLE_AGAIN = 0.05
"""The same, if all of it is of coroutines of which a task has lasted before."""

DUMP_AFTER = 0.5
"""Seconds after a time limit until the log is told where every thread is."""

LOG = 2
"""What is written to here is in the log, whatever the application puts in the place of `sys.stderr`."""


def main(job: str, answers: str) -> None:
    """Do the job of the file *job*, and write the answers to the file *answers*."""
    with Path(answers).open("w", encoding="utf-8") as output:
        process = _Process(json.loads(Path(job).read_text(encoding="utf-8")), output)
        try:
            process.run()
        except (RecordingError, TracingError) as error:
            process.say(failed=str(error))
            sys.exit(1)
        process.say(done=True, is_exact=SpanTracer.is_exact, observations=_observations())


class _Process:
    """One run of the requests of a job."""

    def __init__(self, job: dict[str, Any], output: TextIO) -> None:
        self._job = job
        self._process = os.getpid()
        self._output = output
        self._requests = [request_from_json(each) for each in job["requests"]]
        self._directory = Path(job["directory"]).resolve()
        self._folders = [
            self._directory,
            *((self._directory / each).resolve() for each in ["src", *job["import_from"]]),
        ]
        self._tracer = SpanTracer(
            {path: [Span(*each) for each in spans] for path, spans in job["traced"].items()}
        )
        copied = job["copied"]
        self._copied = None if copied is None else CopiedTree(*map(Path, copied))
        self._lasting: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._lasting_coroutines: set[str] = set()

    def say(self, **answer: object) -> None:
        """Write one line, unless this is a copy of the process that the application has made."""
        if os.getpid() != self._process:
            return
        self._output.write(json.dumps(answer) + "\n")
        self._output.flush()

    def run(self) -> None:
        """Start the application, record each request, and stop it."""
        sys.argv[:] = ["streamlift"]
        if self._copied is not None:
            self._copied.lead_imports()
        sys.path[:0] = [str(each) for each in self._folders if each.is_dir()]
        clock, seed = self._job["clock"], self._job["seed"]
        faulthandler.dump_traceback_later(self._job["start_limit"] + DUMP_AFTER, file=LOG)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            with (
                self._tracer,
                determined(clock and datetime.fromisoformat(clock), seed) as self._reset,
            ):
                setup = self._job["setup"]
                with entered(setup, loop) if setup else contextlib.nullcontext() as given:
                    app, protocol = self._application(given, loop)
                    self._record(app, protocol, loop)
                if self._copied is not None:  # not before: much is imported late
                    self._copied.check_imports()
        finally:
            faulthandler.cancel_dump_traceback_later()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _application(
        self, given: object, loop: asyncio.AbstractEventLoop
    ) -> tuple[object, Protocol]:
        """Return the application, and how it is called."""
        place, app = self._job["app"], given
        what = f"what the setup {self._job['setup']} gives (nothing, if it makes no application)"
        if app is None:
            if place is None:
                raise RecordingError(f"{what} is nothing, and nothing else names the application")
            app, what = load(place, "the application"), place
            if self._job["factory"]:
                app = made_by(app, place, loop)
        check_origin(place if given is None else None, self._folders)
        wanted = self._job["interface"]
        if wanted in {"asgi", "wsgi"}:
            return app, wanted
        return app, protocol_of(app, what)

    def _record(self, app: object, protocol: Protocol, loop: asyncio.AbstractEventLoop) -> None:
        # The collector comes by between requests only: what it finds during one, and so what is
        # left open at its end, would depend on how many objects there were before.
        gc.collect()
        gc.freeze()
        gc.disable()
        if self._job["interface"] == "server" or protocol == "aiohttp":
            loop.run_until_complete(self._record_served(app, protocol))
        elif protocol == "asgi":
            loop.run_until_complete(self._record_asgi(cast("ASGIApplication", app)))
        else:
            # No event loop runs: frameworks start their own for what is asynchronous.
            self._record_wsgi(cast("WSGIApplication", app))

    async def _record_asgi(self, app: ASGIApplication) -> None:
        async with lifespan(app, time_limit=self._job["start_limit"]) as state:
            self._lasting.update(asyncio.all_tasks())
            for request in self._requests:
                with self._watched(request) as keep:
                    keep(await record_request(app, request, state=state))
                await self._settled()

    def _record_wsgi(self, app: WSGIApplication) -> None:
        for request in self._requests:
            with self._watched(request) as keep:
                keep(record_wsgi(app, request))

    async def _record_served(self, app: object, protocol: Protocol) -> None:
        async with serving(app, protocol) as server:
            for request in self._requests:
                with self._watched(request) as keep:
                    keep(await server.record(request))
                    await server.quiet()
                gc.collect()

    @contextlib.contextmanager
    def _watched(self, request: Request) -> Iterator[Callable[[Recording], None]]:
        """Say that *request* begins, and, when it has ended, what was kept of it."""
        self.say(began=request.name, executed=_listed(self._tracer.take()))
        faulthandler.dump_traceback_later(request.time_limit + DUMP_AFTER, file=LOG)
        kept: list[Recording] = []
        self._reset(request.name)
        self._tracer.take()
        try:
            yield kept.append
        except RecordingError as error:
            self.say(unrecorded=request.name, problem=str(error))
        executed = _listed(self._tracer.take())
        faulthandler.cancel_dump_traceback_later()
        for recording in kept:
            self.say(ended=request.name, recording=recording_to_json(recording), executed=executed)

    async def _settled(self) -> None:
        """Let what the request has started come to its end, unless it has shown that it lasts."""
        gc.collect()
        await asyncio.sleep(0)  # asynchronous generators that were found are closed in tasks
        if tasks := asyncio.all_tasks() - set(self._lasting):
            is_known = {_coroutine(each) for each in tasks} <= self._lasting_coroutines
            timeout = SETTLE_AGAIN if is_known else SETTLE
            _, pending = await asyncio.wait(tasks, timeout=timeout)
            self._lasting.update(pending)
            self._lasting_coroutines.update(map(_coroutine, pending))


def _coroutine(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    return getattr(coroutine, "__qualname__", type(coroutine).__qualname__)


def _listed(executed: Mapping[str, frozenset[Span]]) -> dict[str, list[Span]]:
    return {path: sorted(spans) for path, spans in executed.items()}


def _observations() -> object:
    """Return what the shim of phase 1 has counted, if the application uses it."""
    legacy = sys.modules.get("streamlift_legacy")
    return None if legacy is None else legacy.observations()
