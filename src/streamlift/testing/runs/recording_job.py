"""Record the requests of a file, in a process of its own that cannot hurt this one."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..recording import RecordingError, RecordingTimeoutError
from ..requests.requests_file import RequestsFileError
from ..tracing.span import Span
from .application import file_of
from .recording_json import recording_from_json, request_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..recording import Recording
    from ..request import Request
    from ..requests.requests_file import RequestsFile
    from ..requests.requests_keys import Interface
    from .copied_tree import CopiedTree

    Executed = Mapping[str, frozenset[Span]]

POLL = 0.01
"""Seconds between two looks at the process."""

GRACE = 5.0
"""Seconds after a time limit until the process is killed: it should have said more by then."""

STOP_LIMIT = 10.0
"""Seconds that the application has for its end."""

EXIT_LIMIT = 3.0
"""Seconds that its process has then; threads that go on are no reason to wait longer."""

LOG_TAIL = 4000
"""Characters of the log that an error message quotes."""

PACKAGES = ("streamlift", "streamlift_legacy", "streamlift.testing")
"""Those that may have to be taken from here."""

# An application is run with the versions that it has; but what records it has to be that which
# reads the recordings.
BOOTSTRAP = """\
import importlib.util, json, sys
if sys.version_info < (3, 10):
    sys.exit("recording needs Python 3.10 or newer")
places, job, answers = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
class Here:
    def __init__(self, *names):
        self.names = names
    def find_spec(self, name, path=None, target=None):
        if name in self.names and name in places:
            return importlib.util.spec_from_file_location(
                name, places[name] + "/__init__.py", submodule_search_locations=[places[name]]
            )
sys.meta_path.insert(0, Here("streamlift.testing"))
sys.meta_path.append(Here("streamlift", "streamlift_legacy"))
sys.path[:] = [folder for folder in sys.path if folder]
from streamlift.testing.runs.recording_process import main
main(job, answers)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingJob:
    """What is recorded, and where.

    Attributes:
        file: The requests, and how the application is started.
        app: Where the application is; wins over that of the file.
        directory: The tree: the working directory, and the first place it is imported from.
        python: The interpreter.
        environment: Variables added to those of this process and of the file.
        hash_seed: The seed of `hash`, unless the environment of the file has one; by it the order
            of sets differs from run to run. `None`: a random one.
        traced: Spans of files, by their paths from the directory on, that are looked at: was this
            expression executed?
        interface: How the application is called; wins over that of the file.
        copied: Of what the tree is a copy: what would be imported from there is imported from here.
    """

    file: RequestsFile
    app: str | None = None
    directory: Path = Path()
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)
    hash_seed: int | None = None
    traced: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    interface: Interface | None = None
    copied: CopiedTree | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRun:
    """What was recorded.

    Attributes:
        recordings: By the name of the request, in the order sent.
        failures: Why there is no recording, by the name of the request. After one that the process
            did not outlive, a new process goes on with the rest.
        executed: The spans that each request ran through, by its name and their file.
        executed_between: The spans that were executed while no request was recorded: by the
            import and the start of the application, by what a request had started.
        is_exact: Whether that is told by instructions; before Python 3.11 it is by lines.
        observations: What `streamlift_legacy.observations()` gave in the end, for each process that
            has used it.
        log: What the process has printed.
    """

    recordings: Mapping[str, Recording]
    failures: Mapping[str, str]
    executed: Mapping[str, Mapping[str, frozenset[Span]]]
    executed_between: Mapping[str, frozenset[Span]]
    is_exact: bool
    observations: tuple[Mapping[str, Any], ...]
    log: str


def run_job(
    job: RecordingJob, on_request: Callable[[str], object] = lambda _: None
) -> RecordingRun:
    """Return what the application answers to each request.

    Args:
        job: What is recorded, and where.
        on_request: Called with the name of each request when it begins.

    Raises:
        RequestsFileError: If nothing says where the application is.
        RecordingError: If it cannot be started or stopped; quotes the end of the log.
    """
    file = job.file
    if (job.app or file.app or file.setup) is None:
        remedy = 'write app = "module:attribute" at its top, or give --app'
        raise RequestsFileError(file.path, 1, "names no application", remedy)
    groups = [(request,) for request in file.requests] if file.fresh else [file.requests]
    runs: list[RecordingRun] = []
    for requests in groups:
        left: Sequence[Request] = requests
        while left:
            run = _Run(job, left, on_request)
            runs.append(run.result())
            left = run.left
    return RecordingRun(
        recordings={name: each for run in runs for name, each in run.recordings.items()},
        failures={name: each for run in runs for name, each in run.failures.items()},
        executed={name: each for run in runs for name, each in run.executed.items()},
        executed_between=_together(run.executed_between for run in runs),
        is_exact=all(run.is_exact for run in runs),
        observations=tuple(each for run in runs for each in run.observations),
        log="".join(run.log for run in runs),
    )


class _Run:
    """One process."""

    def __init__(
        self, job: RecordingJob, requests: Sequence[Request], on_request: Callable[[str], object]
    ) -> None:
        self._job = job
        self._on_request = on_request
        self._requests = {request.name: request for request in requests}
        self._recordings: dict[str, Recording] = {}
        self._failures: dict[str, str] = {}
        self._executed: dict[str, Executed] = {}
        self._between: list[Executed] = []
        self._last: dict[str, Any] = {}
        self._now = "the start of the application"
        self._limit = job.file.start_limit
        self._latest: str | None = None
        self._has_failed = False
        self._is_done = False

    def result(self) -> RecordingRun:
        """Run it, and return what it has seen."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "job").write_text(json.dumps(self._told()), encoding="utf-8")
            (folder / "answers").touch()
            with self._process(folder) as process:
                try:
                    self._listen(process, folder)
                except RecordingError as error:
                    if self._latest is None or self._has_failed:
                        raise
                    self._recordings.pop(self._latest, None)
                    self._failures[self._latest] = str(error)
            log = _log(folder)
        observations = self._last.get("observations")
        return RecordingRun(
            recordings=self._recordings,
            failures=self._failures,
            executed=self._executed,
            executed_between=_together(self._between),
            is_exact=self._last.get("is_exact", True),
            observations=() if observations is None else (observations,),
            log=log,
        )

    @property
    def left(self) -> list[Request]:
        """The requests that it did not come to."""
        if self._is_done:
            return []
        seen = {*self._recordings, *self._failures}
        return [each for name, each in self._requests.items() if name not in seen]

    def _told(self) -> dict[str, object]:
        job, file = self._job, self._job.file
        return {
            "app": _located(job.app or file.app, file.path),
            "factory": file.factory,
            "interface": job.interface or file.interface,
            "setup": _located(file.setup, file.path),
            "directory": str(job.directory.resolve()),
            "import_from": file.import_from,
            "clock": file.clock and file.clock.isoformat(),
            "seed": file.seed,
            "start_limit": file.start_limit,
            "requests": [request_to_json(each) for each in self._requests.values()],
            "traced": job.traced,
            "copied": job.copied and [str(each) for each in job.copied],
        }

    @contextlib.contextmanager
    def _process(self, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        job = self._job
        hash_seed = {} if job.hash_seed is None else {"PYTHONHASHSEED": str(job.hash_seed)}
        arguments = [json.dumps(_places()), str(folder / "job"), str(folder / "answers")]
        with (folder / "log").open("wb") as output:
            try:
                process = subprocess.Popen(  # noqa: S603 - the user's own application
                    [_interpreter(job.python), "-c", BOOTSTRAP, *arguments],
                    cwd=job.directory,
                    env={
                        **os.environ,
                        "PYTHONUNBUFFERED": "1",
                        # Code that changes within a second may have the size that it had before.
                        "PYTHONDONTWRITEBYTECODE": "1",
                        **hash_seed,
                        **job.file.environment,
                        **job.environment,
                    },
                    stdin=subprocess.DEVNULL,
                    # A file, not a pipe: a pipe that nobody reads stops one that prints much.
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    # A group of its own, so that what it has started can be killed with it.
                    start_new_session=True,
                )
            except OSError as error:
                raise RecordingError(
                    f"{job.python} cannot be started in {job.directory} "
                    f"({error.strerror or error}); name an interpreter (--python) and a folder "
                    "(--directory) that are there"
                ) from error
        try:
            yield process
        finally:
            _kill(process)

    def _listen(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        """Take the answers of *process* until it has said all, or its time is over."""
        deadline = self._deadline()
        with (folder / "answers").open(encoding="utf-8") as answers:
            begun = ""
            while not self._is_done:
                # Asked before the reading: what it wrote last is there by then.
                has_ended = process.poll() is not None
                *lines, begun = (begun + answers.read()).split("\n")
                for line in lines:
                    self._take(json.loads(line), folder)
                    deadline = self._deadline()
                if lines:
                    continue
                if has_ended:
                    raise RecordingError(
                        f"the process ended with status {process.returncode} during {self._now}:\n"
                        f"{_tail(folder)}"
                    )
                if time.monotonic() > deadline:
                    raise RecordingTimeoutError(
                        f"{self._now} took longer than {self._limit} s; the end of the log says "
                        f"where:\n{_tail(folder)}"
                    )
                time.sleep(POLL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(EXIT_LIMIT)

    def _deadline(self) -> float:
        return time.monotonic() + self._limit + GRACE

    def _take(self, answer: dict[str, Any], folder: Path) -> None:
        """Take one answer."""
        if "failed" in answer:
            self._has_failed = True
            raise RecordingError(f"{answer['failed']}{_said(folder)}")
        if "done" in answer:
            self._is_done, self._last = True, answer
        if "began" in answer:
            self._now = self._latest = answer["began"]
            self._on_request(self._now)
            self._between.append(_executed(answer))
            self._limit = self._requests[self._now].time_limit
        if "unrecorded" in answer:
            self._failures[answer["unrecorded"]] = answer["problem"]
            self._now, self._limit = f"what follows {answer['unrecorded']}", STOP_LIMIT
        if "ended" in answer:
            name = answer["ended"]
            self._recordings[name] = recording_from_json(answer["recording"])
            self._executed[name] = _executed(answer)
            self._now, self._limit = f"what follows {name}", STOP_LIMIT


def _executed(answer: dict[str, Any]) -> Executed:
    return {
        path: frozenset(Span(*each) for each in spans) for path, spans in answer["executed"].items()
    }


def _together(executed: Iterable[Executed]) -> Executed:
    found: dict[str, frozenset[Span]] = {}
    for each in executed:
        for path, spans in each.items():
            found[path] = found.get(path, frozenset()) | spans
    return found


def _located(place: str | None, requests: Path) -> str | None:
    """Return *place* with the whole path of its file, if it is in one that is named from that of the *requests* on."""
    file = file_of(place, requests)
    return place if place is None or file is None else f"{file}:{place.rpartition(':')[2]}"


def _interpreter(python: str) -> str:
    """Return *python* as it is found from another folder; no link of a virtual environment is followed."""
    return str(Path(python).absolute()) if os.sep in python else python


def _places() -> dict[str, str]:
    """Return the folder of each of our packages that is there."""
    specs = {name: importlib.util.find_spec(name) for name in PACKAGES}
    return {
        name: str(Path(spec.origin).parent)
        for name, spec in specs.items()
        if spec is not None and spec.origin is not None
    }


def _log(folder: Path) -> str:
    return (folder / "log").read_text(encoding="utf-8", errors="replace")


def _tail(folder: Path) -> str:
    return _log(folder)[-LOG_TAIL:].strip() or "(the log is empty)"


def _said(folder: Path) -> str:
    """Return the end of the log as a part of an error message."""
    log = _log(folder)[-LOG_TAIL:].strip()
    return f"\nthe end of the log:\n{log}" if log else ""


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform != "win32":  # also what it has left running: the group outlives it
            os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
    process.wait()
