"""What an app has sent for requests, without what may differ, and what is told of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from streamlift.testing.differences.recording_difference import (
    RecordingKind,
    recording_differences,
    unseen,
)
from streamlift.testing.redaction import Redactor
from streamlift.testing.steadiness.unsteady import advice

from .outcome import Outcome, headline_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from streamlift.testing.recording import Recording
    from streamlift.testing.redaction import Redaction
    from streamlift.testing.request import Request
    from streamlift.testing.requests.requests_file import RequestsFile

    from ..coverage.site_coverage import SiteCoverage
    from .outcome import Shown, State

UNSTABLE = "two runs of the same code differ"

ERROR = 400
"""The first status that tells a client of an error: https://www.rfc-editor.org/rfc/rfc9110#section-15.5"""


@dataclass(frozen=True)
class Sent:
    """One response, without what may differ.

    Attributes:
        recording: It, with placeholders.
        redacted: What is not compared, a line a redaction.
        misshapen: What should have been replaced, but is of another form, a line a value.
    """

    recording: Recording
    redacted: tuple[str, ...] = ()
    misshapen: tuple[str, ...] = ()

    @classmethod
    def of(cls, recording: Recording, redactions: Sequence[Redaction]) -> Sent:
        """Return *recording* after *redactions*."""
        redactor = Redactor(redactions)
        redacted = redactor.redacted(recording)
        counts = [(each, number) for each, number in redactor.counts.items() if number]
        lines = [f"{_shown(each)}, {_times(number)}" for each, number in counts]
        lines += unseen(recording)
        return cls(redacted, tuple(lines), tuple(map(str, redactor.misshapen)))


@dataclass(frozen=True, kw_only=True)
class AppRun:
    """One run of an app.

    Attributes:
        file: The file with the requests.
        requests: Those that the run is about.
        sent: What came of each, by the name of the request.
        failures: Why there is nothing, by name.
        coverage: Which sites the requests ran through; None if that was not watched.
    """

    file: RequestsFile
    requests: tuple[Request, ...]
    sent: Mapping[str, Sent]
    failures: Mapping[str, str] = field(default_factory=dict)
    coverage: SiteCoverage | None = None

    def outcome(
        self,
        request: Request,
        state: State,
        headline: str = "",
        *,
        differences: Sequence[Shown] = (),
        detail: str = "",
    ) -> Outcome:
        """Return a row about *request*."""
        sent = self.sent.get(request.name)
        times = sent.recording.times if sent else ()
        return Outcome(
            name=request.name,
            state=state,
            headline=headline,
            differences=tuple(differences),
            detail=detail,
            place=str(self.file.path),
            line=self.file.lines[request.name],
            redacted=sent.redacted if sent else (),
            seconds=times[-1] if times else 0.0,
        )

    def refused(self) -> Iterator[str]:
        """Tell of each request that is answered with an error: to be the same then says little of streams."""
        for name, sent in self.sent.items():
            status, ending = sent.recording.status, sent.recording.ending
            if status is None or status >= ERROR:
                why = f" ({ending.error}: {ending.message})" if ending.error else ""
                yield f"{name}: answered with {status or 'no response at all'}{why}"

    def failed(self, request: Request) -> Outcome:
        """Return why there is no response to *request*."""
        problem = self.failures.get(request.name, "it was not recorded")
        headline, _, detail = problem.partition("\n")
        return self.outcome(request, "unknown", headline, detail=detail)

    def compared(self, request: Request, expected: Recording) -> Outcome:
        """Return whether *expected* was sent for *request*; to leave less behind is no difference."""
        sent = self.sent[request.name]
        differences = recording_differences(_tidied(expected, sent.recording), sent.recording)
        if not differences:
            return self.outcome(request, "same")
        if differences[0].kind is RecordingKind.RECORDER:
            return self.outcome(request, "unknown", differences[0].headline)
        return self.outcome(
            request,
            "differs",
            headline_of(differences),
            differences=differences,
            detail="\n".join(sent.misshapen),
        )

    def together_with(self, second: AppRun) -> AppRun:
        """Return this run as one that has left behind what either has, where all else is the same.

        What is left behind at a moment may depend on threads.
        """
        sent = {
            name: _together(each, second.sent[name]) if name in second.sent else each
            for name, each in self.sent.items()
        }
        return replace(self, sent=sent)

    def steadiness(self, request: Request, second: AppRun) -> Outcome:
        """Return whether a *second* run of the same code has sent the same for *request*."""
        if request.name not in self.sent:
            return self.failed(request)
        return self.unstable(request, second) or self.outcome(request, "same")

    def unstable(self, request: Request, second: AppRun) -> Outcome | None:
        """Return what is told if a *second* run of the same code has sent something else for *request*."""
        if request.name not in second.sent:
            return second.failed(request)
        one, other = self.sent[request.name].recording, second.sent[request.name].recording
        differences = recording_differences(one, other)
        if not differences:
            return None
        told = advice(one, other, self.file)
        return self.outcome(
            request,
            "unknown",
            f"{UNSTABLE}: {headline_of(differences)}",
            # What stood in both is told with what helps.
            differences=() if told else differences,
            detail="\n".join(map(str, told)),
        )

    def unsteady_cleanup(self, request: Request, second: AppRun) -> str | None:
        """Return what is told if a *second* run has sent the same for *request*, but left something else behind."""
        if not self.is_steady_but_for_cleanup(request, second):
            return None
        one, other = self.sent[request.name].recording, second.sent[request.name].recording
        differences = recording_differences(one, other)
        if not differences:
            return None
        place = f"{self.file.path}:{self.file.lines[request.name]}"
        return f"{place}: {request.name}: two runs differ in {headline_of(differences)}; what either has left is no difference"

    def is_steady_but_for_cleanup(self, request: Request, second: AppRun) -> bool:
        """Tell whether a *second* run has sent the same for *request*, whatever was left behind."""
        one, other = (each.sent.get(request.name) for each in (self, second))
        if one is None or other is None:
            return False
        return one.recording.without_cleanup() == other.recording.without_cleanup()


def _together(one: Sent, other: Sent) -> Sent:
    left, more = one.recording.cleanup, other.recording.cleanup
    if left is None or more is None:
        return one
    if one.recording.without_cleanup() != other.recording.without_cleanup():
        return one
    return replace(one, recording=replace(one.recording, cleanup=left.together_with(more)))


def _tidied(expected: Recording, actual: Recording) -> Recording:
    """Return *expected* with the cleanup of *actual*, if that has left behind nothing new."""
    old, new = expected.cleanup, actual.cleanup
    is_tidy = old is not None and new is not None and new.is_within(old)
    return replace(expected, cleanup=new) if is_tidy else expected


def _shown(redaction: Redaction) -> str:
    where = redaction.json_path or redaction.pattern
    text = where.pattern.decode(errors="replace") if isinstance(where, re.Pattern) else str(where)
    return f"{redaction.name} ({text})"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
