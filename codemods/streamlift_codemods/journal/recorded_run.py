"""What one run writes: all of its files or none, and what they were before."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import ToolError, listed
from .durable import copy_access, put, stand_in, store, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORD = "run.json"


class Change(NamedTuple):
    """What becomes of a file.

    Attributes:
        before: What it held when the tool read it; None if there was none.
        after: What it shall hold.
    """

    before: bytes | None
    after: bytes


class WriteError(ToolError):
    """A file could not be written; every file is as it was before the run."""


class Edited(ToolError):
    """A file is not as the tool left it or read it; no file was touched."""


@dataclass(frozen=True)
class RecordedFile:
    """One file of a run.

    Attributes:
        target: Where it is.
        old: The digest of what it held; None if there was none.
        new: The digest of what it holds after the run.
        stored_old: What it held, until that is put back.
        stored_new: What it shall hold, until that is put in its place.
        linked: The file itself, if it has other names: hard links.
    """

    target: Path
    old: str | None
    new: str
    stored_old: Path
    stored_new: Path
    linked: Path

    @property
    def state(self) -> Literal["old", "new", "edited"]:
        """What it holds now."""
        found = _digest_of(self.target)
        return "new" if found == self.new else "old" if found == self.old else "edited"

    @property
    def was_written(self) -> bool:
        """Whether the run has put the new text in its place; somebody may have edited it since."""
        return self.state == "new" or not self.stored_new.exists()

    def write(self) -> None:
        """Put what it shall hold in its place.

        Raises:
            Edited: If it does not hold what the tool has read.
        """
        if self.state == "edited":
            raise Edited(
                str(self.target), "was changed meanwhile", "nothing was written, run again"
            )
        if self.state == "old":
            put(self.stored_new, self.target)

    def restore(self) -> None:
        """Put what it held back, with the mode that it has now; the file itself, if it has other names.

        Raises:
            Edited: If it does not hold what the tool has written.
        """
        if self.state != "new":
            remedy = "take the edit back, and run: streamlift undo"
            raise Edited(str(self.target), "was changed meanwhile", remedy)
        if self.old is None:
            self.target.unlink()
            return
        # Unless somebody has edited it since, under another name.
        old = self.linked if _digest_of(self.linked) == self.old else self.stored_old
        copy_access(self.target, old)
        put(old, self.target)


class RecordedRun:
    """A run whose files are recorded in a folder.

    Args:
        folder: The folder of the record.
        root: What its paths are relative to.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root

    @classmethod
    def record(
        cls, folder: Path, root: Path, changes: dict[Path, Change], command: str
    ) -> RecordedRun:
        """Store in *folder*, which is made, what *changes* need to be made and to be taken back.

        Raises:
            WriteError: If that is impossible, or one of the files could not be written.
            Edited: If a file does not hold what the tool has read.
        """
        folder.mkdir()
        files = []
        for number, (target, change) in enumerate(changes.items()):
            with _writing(target):
                _check_access(target)
                like = target if change.before is not None else None
                store(folder / f"{number}.new", change.after, like)
                if change.before is not None:
                    store(folder / f"{number}.old", change.before, like)
                    _keep_link(target, folder / f"{number}.link")
            path = os.path.relpath(target, root).replace(os.sep, "/")
            old = None if change.before is None else _digest(change.before)
            files.append({"path": path, "old": old, "new": _digest(change.after)})
        made = [os.path.relpath(each, root).replace(os.sep, "/") for each in _missing(changes)]
        record = {
            "schema": 1,
            "command": command,
            "time": time.time(),
            "folders": made,
            "files": files,
        }
        with _writing(folder):
            store(folder / RECORD, json.dumps(record, indent=1).encode())
            sync_folder(folder)
        run = cls(folder, root)
        for file in run.files:
            if file.state != "old":
                raise Edited(
                    str(file.target),
                    "is not what the tool has read",
                    "nothing was written, run again",
                )
        return run

    @cached_property
    def _record(self) -> dict[str, object]:
        path = self.folder / RECORD
        try:
            record = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ToolError(
                str(path), f"cannot be read ({error})", f"use git, and remove {self.folder}"
            ) from error
        assert isinstance(record, dict)
        return record

    @property
    def command(self) -> str:
        """The command line of the run."""
        return str(self._record["command"])

    @property
    def time(self) -> str:
        """When the run wrote, in local time, to the minute."""
        seconds = self._record["time"]
        assert isinstance(seconds, float)
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))

    @property
    def files(self) -> list[RecordedFile]:
        """The files of the run, in the order in which they are written."""
        rows = self._record["files"]
        assert isinstance(rows, list)
        return [
            RecordedFile(
                self.root / row["path"],
                row["old"],
                row["new"],
                self.folder / f"{number}.old",
                self.folder / f"{number}.new",
                self.folder / f"{number}.link",
            )
            for number, row in enumerate(rows)
        ]

    @property
    def _made(self) -> list[Path]:
        """The folders that the run makes, outermost first."""
        paths = self._record["folders"]
        assert isinstance(paths, list)
        return [self.root / path for path in paths]

    def name_of(self, file: RecordedFile) -> str:
        """Return the path of *file* as a person is told it."""
        return os.path.relpath(file.target, self.root).replace(os.sep, "/")

    def write(self) -> None:
        """Write the files that are not written yet.

        Raises:
            WriteError: If one of them cannot be written.
            Edited: If one of them does not hold what the tool has read.
        """
        for folder in self._made:
            with _writing(folder):
                folder.mkdir(exist_ok=True)
        for file in self.files:
            with _writing(file.target):
                file.write()
        for folder in {file.target.parent for file in self.files}:
            sync_folder(folder)

    def check_can_go_on(self) -> None:
        """Check that what is not written yet can be.

        Raises:
            Edited: If that is not so.
        """
        for file in self.files:
            name = str(file.target)
            if file.state == "edited" and not file.was_written:
                raise Edited(
                    name, "was edited since", "take the edit back, or run: streamlift undo"
                )
            if file.state == "old" and not file.stored_new.exists():
                raise Edited(name, "was taken back already", "run: streamlift undo")

    def check_can_be_taken_back(self) -> None:
        """Check that no file was edited since it was written.

        Raises:
            Edited: If one was.
        """
        edited = [file for file in self.files if file.state == "edited" and file.was_written]
        if edited:
            names = listed([*map(self.name_of, edited)])
            stored = listed([str(file.stored_old) for file in edited if file.old is not None])
            remedy = f"the old text is in {stored}" if stored else "remove it by hand"
            raise Edited(names, "edited since the run, so nothing was restored", remedy)

    def take_back(self) -> list[RecordedFile]:
        """Let every file be as it was before the run, and return those that were not.

        Raises:
            Edited: If a file was edited since.
            OSError: If the disk or the permissions forbid it; it can be tried again.
        """
        self.check_can_be_taken_back()
        written = [file for file in reversed(self.files) if file.state == "new"]
        for file in written:
            file.restore()
        for file in self.files:
            stand_in(file.target).unlink(missing_ok=True)
        for folder in reversed(self._made):
            _remove_if_empty(folder)
        for folder in {file.target.parent for file in written}:
            sync_folder(folder)
        return written[::-1]


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _digest_of(path: Path) -> str | None:
    try:
        return _digest(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _keep_link(target: Path, linked: Path) -> None:
    """Give *target* one more name, if it has several: what replaces it is another file."""
    if target.stat().st_nlink > 1:
        with contextlib.suppress(OSError):  # on another file system, or one without them
            os.link(target, linked)


def _missing(changes: dict[Path, Change]) -> list[Path]:
    """Return the folders that have to be made, outermost first."""
    folders = {folder for target in changes for folder in target.parents if not folder.exists()}
    return sorted(folders, key=lambda folder: len(folder.parts))


def _remove_if_empty(folder: Path) -> None:
    """Remove *folder*, which the run has made, unless somebody has put something into it."""
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT}:
            raise


def _check_access(target: Path) -> None:
    """Refuse what the person has made read-only, though a file can be put in its place."""
    folder = next(folder for folder in target.parents if folder.exists())
    for path in (target, folder):
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError(
            str(target),
            f"cannot be written ({error.strerror})",
            "nothing was changed; make room for it or make it writable, and run again",
        ) from error
