"""The runs that wrote, one upon the other, so that each can be taken back.

The journal is the folder `.streamlift` of the project; git does not see it. A run is recorded in `preparing`. From the
moment that this is called `unfinished`, files may be replaced; when all are, it goes to `runs`. To take a run back, it
becomes `unfinished` again. Each step is the renaming of a folder, so a process that is killed leaves one of these states.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from ..errors import ToolError, UsageError
from .durable import store, sync_folder
from .journal_folder import FOLDER
from .lock import locked
from .recorded_run import RecordedRun, WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .recorded_run import Change, RecordedFile

KEPT = 20


class UnfinishedRun(ToolError):
    """A run was interrupted in a way that left some of its files written."""


class Journal:
    """The journal of a project.

    Args:
        root: The folder of the project.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER

    @property
    def unfinished(self) -> RecordedRun | None:
        """The run that was interrupted, if there is one."""
        folder = self.folder / "unfinished"
        return RecordedRun(folder, self.root) if folder.exists() else None

    @property
    def runs(self) -> list[RecordedRun]:
        """The runs that can be taken back, the last one first."""
        numbers = [int(path.name) for path in self.folder.glob("runs/*") if path.name.isdecimal()]
        return [RecordedRun(self._place(number), self.root) for number in sorted(numbers)[::-1]]

    def _place(self, number: int) -> Path:
        return self.folder / "runs" / f"{number:06d}"

    def refuse_unfinished(self) -> None:
        """Raise UnfinishedRun if there is one."""
        run = self.unfinished
        if run is not None:
            written = sum(file.state == "new" for file in run.files)
            raise UnfinishedRun(
                str(self.root),
                f"holds an unfinished run ({written} of {len(run.files)} files written: {run.command})",
                "streamlift undo takes it back, streamlift resume writes the rest",
            )

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the journal for the body of the `with` statement; an empty one goes away in the end.

        Raises:
            AnotherWriter: If another process holds it.
        """
        try:
            with locked(self.folder):
                try:
                    self._sweep()
                    ignore = self.folder / ".gitignore"
                    if not ignore.exists():
                        store(ignore, b"*\n")
                    yield
                finally:
                    self._sweep()
                    self._tidy()
        except OSError as error:
            place = error.filename or self.folder
            problem = f"cannot be written ({error.strerror})"
            remedy = "nothing was changed; make room for it or make it writable, and run again"
            raise WriteError(str(place), problem, remedy) from error
        finally:
            with contextlib.suppress(OSError):  # it is not empty
                self.folder.rmdir()

    def write(self, changes: dict[Path, Change], command: str) -> None:
        """Make *changes*, all of them or none, and record them as the work of *command*.

        The keys are files, not links to them. A file keeps its mode.

        Raises:
            WriteError: If one of them cannot be written.
            Edited: If one of them does not hold what the tool has read.
            UnfinishedRun: If a run before was interrupted.
        """
        self.refuse_unfinished()
        run = RecordedRun.record(self.folder / "preparing", self.root, changes, command)
        with self._all_or_none():
            self._finish(self._renamed(run, self.folder / "unfinished"))

    def resume(self) -> RecordedRun:
        """Write the rest of the run that was interrupted.

        Raises:
            UsageError: If there is none.
            Edited: If a file was edited since.
            WriteError: If a file cannot be written.
        """
        run = self.unfinished
        if run is None:
            raise UsageError(str(self.root), "holds no unfinished run", "there is nothing to do")
        run.check_can_go_on()
        with self._all_or_none():
            return self._finish(run)

    def undo(self) -> tuple[RecordedRun, list[RecordedFile]]:
        """Take the last run back, or the one that was interrupted; return it, and the files that it had written.

        Raises:
            UsageError: If there is none.
            Edited: If a file was edited since; no file was touched.
        """
        run = self.last
        run.check_can_be_taken_back()
        if self.unfinished is None:
            run = self._renamed(run, self.folder / "unfinished")
        return run, self._take_back(run)

    @property
    def last(self) -> RecordedRun:
        """The run that `undo` takes back.

        Raises:
            UsageError: If there is none.
        """
        found = self.unfinished or next(iter(self.runs), None)
        if found is None:
            raise UsageError(
                str(self.root),
                "no run is recorded here",
                "name the folder that was migrated, or use git",
            )
        return found

    def _finish(self, run: RecordedRun) -> RecordedRun:
        run.write()
        last = int(self.runs[0].folder.name) if self.runs else 0
        return self._renamed(run, self._place(last + 1))

    @contextlib.contextmanager
    def _all_or_none(self) -> Iterator[None]:
        """Take the run back if anything goes wrong in the body of the `with` statement."""
        try:
            yield
        except BaseException:
            if self.unfinished is not None:
                self._take_back(self.unfinished)
            raise
        with contextlib.suppress(OSError):  # the next run will try again
            for run in self.runs[KEPT:]:
                self._drop(run)

    def _take_back(self, run: RecordedRun) -> list[RecordedFile]:
        try:
            files = run.take_back()
            self._drop(run)
        except OSError as error:
            raise UnfinishedRun(
                str(self.root),
                f"could not be taken back to what it was ({error.strerror})",
                "make room for it or make it writable, and run: streamlift undo",
            ) from error
        return files

    def _renamed(self, run: RecordedRun, folder: Path) -> RecordedRun:
        folder.parent.mkdir(exist_ok=True)
        run.folder.rename(folder)
        sync_folder(folder.parent)
        return RecordedRun(folder, self.root)

    def _drop(self, run: RecordedRun) -> None:
        run.folder.rename(self.folder / "discarded")
        self._sweep()

    def _sweep(self) -> None:
        """Take away what is of no use: records that were not completed, and those of runs that were taken back."""
        for name in ("preparing", "discarded"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def _tidy(self) -> None:
        """Leave no empty journal."""
        with contextlib.suppress(OSError):
            (self.folder / "runs").rmdir()
        with contextlib.suppress(OSError):
            if {path.name for path in self.folder.iterdir()} <= {".gitignore", "lock"}:
                shutil.rmtree(self.folder)
