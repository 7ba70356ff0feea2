"""What the fixture `sse_snapshot` gives: a value that equals what was recorded before."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..differences.recording_difference import RecordingDifference, recording_differences, unseen
from ..recording import Ending, Recording
from ..redaction import Redactor
from .golden import (
    BODY,
    Golden,
    GoldenError,
    GoldenMissingError,
    check_name,
    facts,
    read_golden,
    with_lf,
)
from .syrupy_pair import Body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from syrupy.assertion import AssertionResult, SnapshotAssertion

    from ..redaction import Redaction

LINE_ENDS = (
    "only line ends differ: if git (core.autocrlf) or an editor has rewritten those of the file, put "
    "'*.sse -text' into .gitattributes and check it out again"
)


MISSING = "nothing is recorded yet: pytest --snapshot-update does it; read what it writes"
AGAIN = (
    "this test has compared something else with it before: give each a name, or make them steady"
)
UNTIDY = "its facts are not as they were written: record again"


class RedactionWarning(UserWarning):
    """A redaction has found nothing, or has left a value because of its shape."""


@dataclass(frozen=True)
class Failure:
    """Why a comparison was false.

    Attributes:
        reason: It as a clause.
        differences: What differs.
        notes: What else there is to know, such as what was not compared.
    """

    reason: str
    differences: tuple[RecordingDifference, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """It in short."""
        return (self.reason, *(each.headline for each in self.differences), *self.notes)

    def shown(self, *, colour: bool) -> str:
        """Return it in full."""
        pictures = (each.render(colour=colour) for each in self.differences)
        return "\n".join((self.reason, *self.notes, *pictures))


@dataclass
class Pair:
    """The two snapshots that syrupy has for one test.

    Attributes:
        body: Of the `.sse` file.
        facts: Of the `.sse.meta` file.
        compared: The bodies that were compared by now.
    """

    body: SnapshotAssertion
    facts: SnapshotAssertion
    compared: set[Path] = field(default_factory=set)


class SSESnapshot:
    """A golden of a test: `assert sse_snapshot == recording`.

    A recording is compared in all that it tells, and kept as a body and its facts. Bytes are
    compared and kept as a body only.
    """

    def __init__(
        self,
        pair: Pair,
        tell: Callable[[Failure], None],
        *,
        name: str | None = None,
        redactions: tuple[Redaction, ...] = (),
    ) -> None:
        self._pair = pair
        self._tell = tell
        self._name = name
        self._redactions = redactions
        self.failure: Failure | None = None
        """Why the comparison before was false."""

    def __call__(self, *, name: str | None = None, redact: Iterable[Redaction] = ()) -> SSESnapshot:
        """Return the golden for one of several comparisons, or one with redactions.

        Args:
            name: Names the files, beside the test; without it, they are counted.
            redact: What is replaced in the recording before it is compared or kept, after what is
                replaced already.
        """
        return SSESnapshot(
            self._pair,
            self._tell,
            name=name or self._name,
            redactions=(*self._redactions, *redact),
        )

    def __repr__(self) -> str:
        return "sse_snapshot" if self._name is None else f"sse_snapshot(name={self._name!r})"

    __hash__ = None  # type: ignore[assignment]  # what it equals changes

    def __eq__(self, sent: object) -> bool:
        """Compare *sent* with the golden, or keep it with `--snapshot-update`.

        Raises:
            TypeError: If it is neither a recording nor bytes.
        """
        comparison = _Comparison(sent, self._redactions, self._pair, self._name)
        self.failure = comparison.failure()
        if self.failure is None:
            for line in comparison.doubts():
                warnings.warn(line, RedactionWarning, stacklevel=2)
            return True
        self._tell(self.failure)
        return False


class _Comparison:
    """One comparison of what was sent with a golden, through syrupy, which keeps the accounts."""

    def __init__(
        self,
        sent: object,
        redactions: tuple[Redaction, ...],
        pair: Pair,
        name: str | None,
    ) -> None:
        body = pair.body
        self._redactor = Redactor(redactions)
        self._recording = self._redactor.redacted(_as_recording(sent))
        # Each of the two counts its own comparisons, and one of bytes is of the first only.
        index = name or body.num_executions
        location = body.extension.get_location(test_location=body.test_location, index=index)
        self._path = Path(location)
        self._refusal = _refusal(self._path) if body.update_snapshots else None
        data = Body(self._recording.body)
        if isinstance(sent, Recording):
            names = tuple(dict.fromkeys(each.name for each in redactions))
            data.facts = facts(Golden(recording=self._recording, redactions=names))
        # What was written a moment ago is not overwritten: the same code has sent two things.
        self._is_again = body.update_snapshots and self._path in pair.compared
        pair.compared.add(self._path)
        may_write = self._refusal is None and not self._is_again
        self._body = _compared(body, data, index, may_write=may_write)
        self._facts = (
            None
            if data.facts is None
            else _compared(pair.facts, data.facts, index, may_write=may_write)
        )

    def failure(self) -> Failure | None:
        """Return why the two are not the same."""
        if self._body.success and (self._facts is None or self._facts.success):
            return None
        notes = [*self._unchecked(), *self.doubts()]
        try:
            expected = self._expected()
        except GoldenError as error:
            return Failure(str(error), notes=tuple(notes))
        differences = recording_differences(expected, self._recording)
        old, new = expected.body, self._recording.body
        if old != new and with_lf(old) == with_lf(new):
            notes.insert(0, LINE_ENDS)
        if self._is_again:
            notes.insert(0, AGAIN)
        if not differences:
            notes.insert(0, UNTIDY)
        reason = f"it is not what {shown_path(self._path)} holds"
        return Failure(reason, differences, tuple(notes))

    def doubts(self) -> Iterator[str]:
        """Yield what the redactions should have done and have not."""
        for redaction, count in self._redactor.counts.items():
            if not count:
                yield f"the redaction {redaction.name} ({redaction.what}) has found nothing"
        for value in self._redactor.misshapen:
            yield f"not redacted: {value}"

    def _unchecked(self) -> Iterator[str]:
        """Yield what the comparison does not see."""
        for redaction, count in self._redactor.counts.items():
            if count:
                values = "1 value" if count == 1 else f"{count} values"
                yield f"not compared: {redaction.name} ({redaction.what}), {values}"
        if self._facts is None:
            yield "not compared: anything but the body"
        else:
            for fact in unseen(self._recording):
                yield f"not seen in this recording: {fact}"

    def _expected(self) -> Recording:
        """Return what was recorded.

        Raises:
            GoldenError: If that cannot be said, or what is new could not be written.
        """
        if self._refusal is not None:
            raise self._refusal
        for result in (self._body, self._facts):
            if result is not None and result.exception is not None:
                raise _as_golden_error(result.exception, Path(result.snapshot_location))
        body = cast("bytes | None", self._body.recalled_data)
        if body is None and self._facts is None:
            raise GoldenError(self._path, MISSING)
        if self._facts is None:
            return _as_recording(body)
        try:
            return read_golden(self._path.parent, self._path.name.removesuffix(BODY)).recording
        except GoldenMissingError:
            raise GoldenError(self._path, MISSING) from None


def _as_recording(sent: object) -> Recording:
    if isinstance(sent, Recording):
        return sent
    if not isinstance(sent, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"sse_snapshot is compared with a Recording or with bytes, not {type(sent).__name__}"
        )
    return Recording(
        status=None,
        headers=(),
        messages=(bytes(sent),),
        ending=Ending(kind="complete"),
        recorder="asgi",
    )


def _compared(
    assertion: SnapshotAssertion, data: bytes, index: str | int, *, may_write: bool
) -> AssertionResult:
    """Compare *data* with one snapshot, or write it; return syrupy's account of that."""
    execution, update = assertion.num_executions, assertion.update_snapshots
    assertion.update_snapshots = update and may_write
    try:
        with warnings.catch_warnings():
            # Before version 7 an extension cannot say that a name with a digest is the test's.
            warnings.filterwarnings("ignore", r"\s*Can not relate snapshot")
            _ = assertion(name=cast("str", index)) == data
            if not getattr(assertion.extension, "write_immediately", False):
                # Before version 6 syrupy writes at the end of the session, where errors are crashes.
                assertion.session.flush_snapshot_write_queue()
    finally:
        assertion.update_snapshots = update
    return assertion.executions[execution]


def _refusal(path: Path) -> GoldenError | None:
    """Return why *path* cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_name(path.parent, path.name.removesuffix(BODY))
        tempfile.TemporaryFile(dir=path.parent).close()
    except GoldenError as error:
        return error
    except OSError as error:
        return GoldenError(path, f"it cannot be written: {error.strerror or error}")
    return None


def _as_golden_error(error: Exception, path: Path) -> GoldenError:
    if isinstance(error, GoldenError):
        return error
    if isinstance(error, OSError):
        return GoldenError(path, f"it cannot be read or written: {error.strerror or error}")
    return GoldenError(path, f"{type(error).__name__}: {error}")


def shown_path(path: Path) -> str:
    """Return *path* from the working directory on, if it is below that."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
