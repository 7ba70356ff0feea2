"""Run an app, in a process of its own, and keep what it sends."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from streamlift.testing.runs.recording_job import RecordingJob, run_job

from ..coverage.site_coverage import site_coverage
from ..coverage.traced_site import traced_spans
from ..progress import Progress
from ..terminal import is_watched
from .app_run import AppRun, Sent
from .chosen_requests import needed_requests
from .termination import cleaning_up

if TYPE_CHECKING:
    from pathlib import Path

    from streamlift.testing.request import Request
    from streamlift.testing.requests.requests_file import RequestsFile
    from streamlift.testing.requests.requests_keys import Interface
    from streamlift.testing.runs.recording_job import RecordingRun

    from ..coverage.traced_site import TracedSites

WORK = "Recording requests"

HASH_SEEDS = (0, 1)
"""Of the first run and the second one: what depends on the order of a set differs between them."""


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Runs one app.

    Attributes:
        file: The requests, and how the app is started.
        requests: Those that a run is about.
        app: Where the app is; None: where the file says.
        directory: The folder that it is run in and imported from.
        python: The interpreter; None: this one.
        interface: How it is called; None: as the file says, or as what it is.
        traced: The sites that are watched; None: none are.
    """

    file: RequestsFile
    requests: tuple[Request, ...]
    app: str | None = None
    directory: Path
    python: str | None = None
    interface: Interface | None = None
    traced: TracedSites | None = None

    @property
    def job(self) -> RecordingJob:
        """What is to be recorded."""
        return RecordingJob(
            file=replace(self.file, requests=needed_requests(self.file, self.requests)),
            app=self.app,
            directory=self.directory,
            python=sys.executable if self.python is None else self.python,
            hash_seed=HASH_SEEDS[0],
            interface=self.interface,
            traced=traced_spans(self.traced.sites if self.traced else ()),
        )

    def record(self) -> AppRun:
        """Run the app and return what it has sent.

        Raises:
            StreamliftError: If nothing can be recorded.
        """
        return self._run(self.job)

    def record_again(self) -> AppRun:
        """Do the same once more, with another order in sets."""
        return self._run(replace(self.job, hash_seed=HASH_SEEDS[1]))

    def _run(self, job: RecordingJob) -> AppRun:
        with cleaning_up():
            return self.kept(watched(job))

    def kept(self, run: RecordingRun) -> AppRun:
        """Return what is compared of *run*."""
        return AppRun(
            file=self.file,
            requests=self.requests,
            sent={
                name: Sent.of(recording, self.file.redactions)
                for name, recording in run.recordings.items()
            },
            failures=run.failures,
            coverage=None
            if self.traced is None
            else site_coverage(
                self.traced, run.executed, run.executed_between, is_exact=run.is_exact
            ),
        )


def watched(job: RecordingJob) -> RecordingRun:
    """Do *job*, and show a person who waits how far it is."""
    progress = Progress(is_shown=is_watched())
    requests = job.file.requests
    numbers = {request.name: number for number, request in enumerate(requests)}
    try:
        return run_job(job, lambda name: progress.at(numbers[name], len(requests), WORK))
    finally:
        progress.close()
