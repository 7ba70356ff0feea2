"""Compare what two running servers send: the deployment before a change, and the one after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from streamlift.testing.recorders.socket_recorder import record_at
from streamlift.testing.recording import RecordingError

from .app_run import AppRun, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlift.testing.recording import Recording
    from streamlift.testing.request import Request
    from streamlift.testing.requests.requests_file import RequestsFile

    from .outcome import Outcome

DATE = "the header date"


def server_diff(
    file: RequestsFile, requests: Sequence[Request], old: str, new: str, *, is_joined: bool
) -> list[Outcome]:
    """Return an outcome for each of *requests*: whether the servers *old* and *new* answer it in the same way.

    Args:
        file: The file that they are of.
        requests: What is sent, to one server and then to the other.
        old: The address of a server.
        new: That of another one.
        is_joined: Whether it is left out where a body is cut into messages.
    """
    answers = {
        request.name: [_answer(url, request, file, is_joined=is_joined) for url in (old, new)]
        for request in requests
    }
    run = AppRun(
        file=file,
        requests=tuple(requests),
        sent={name: new for name, (_, new) in answers.items() if isinstance(new, Sent)},
        failures={
            name: "\n".join(each for each in both if isinstance(each, str))
            for name, both in answers.items()
        },
    )
    return [_outcome(run, request, answers[request.name][0]) for request in requests]


def _outcome(run: AppRun, request: Request, expected: Sent | str) -> Outcome:
    if isinstance(expected, str) or request.name not in run.sent:
        return run.failed(request)
    return run.compared(request, expected.recording)


def _answer(url: str, request: Request, file: RequestsFile, *, is_joined: bool) -> Sent | str:
    """Return what the server at *url* sends for *request*, or why that cannot be told."""
    try:
        recording = _undated(record_at(url, request))
    except RecordingError as error:
        return str(error)
    if is_joined:
        recording = replace(recording, messages=(recording.body,))
    sent = Sent.of(recording, file.redactions)
    return replace(sent, redacted=(DATE, *sent.redacted))


def _undated(recording: Recording) -> Recording:
    """Return *recording* without the time in its headers, which is that of the request."""
    headers = tuple(
        (name, b"<date>" if name.lower() == b"date" else value) for name, value in recording.headers
    )
    return replace(recording, headers=headers)
