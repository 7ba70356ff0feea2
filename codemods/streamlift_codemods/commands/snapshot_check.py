"""`streamlift snapshot check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..exit_status import status_of_outcomes
from .coverage_arguments import add_least_coverage_option
from .recording_arguments import add_goldens_option, add_recording_options, goldens_of, recorder_of
from .report_arguments import add_report_options, report

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands

SUITE = "streamlift snapshot"


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    check = commands.add_parser(
        "check", help="run the app, and compare what it sends with the goldens"
    )
    add_recording_options(check)
    add_goldens_option(check)
    add_report_options(check)
    check.add_argument(
        "--received",
        type=Path,
        metavar="DIR",
        help="write what was sent in the place of what was expected to this folder, as goldens",
    )
    check.add_argument(
        "--coverage",
        action="store_true",
        help="watch which sites the requests run through, and tell; so does --min-coverage",
    )
    add_least_coverage_option(check)
    check.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    goldens = goldens_of(options)
    if not goldens.is_dir():
        problem = "is no folder" if goldens.exists() else "does not exist"
        remedy = "record the goldens first: streamlift snapshot record"
        raise UsageError(str(goldens), problem, remedy)
    received: Path | None = options.received
    if received is not None and received.resolve() == goldens.resolve():
        remedy = "name another folder, or run streamlift snapshot record --update"
        raise UsageError(f"--received {received}", "the goldens are there", remedy)
    from streamlift.testing.recording import RecordingError

    from ..report.coverage_report import told_of
    from ..snapshots.checking import check, nothing_recorded
    from ..snapshots.coverage_outcome import with_coverage
    from ..snapshots.writing_goldens import keep_received

    recorder = recorder_of(options)
    if options.coverage or options.min_coverage:
        from dataclasses import replace

        from streamlift.testing.runs.application import file_of

        from ..coverage.watched_project import sites_in

        setup = file_of(recorder.file.setup, recorder.file.path)
        traced = sites_in([options.directory], options.directory, setup)
        recorder = replace(recorder, traced=traced)
    try:
        run = recorder.record()
    except RecordingError as error:  # a CI service has its report all the same
        outcomes = [nothing_recorded(error, recorder.file.path)]
        report(SUITE, outcomes, options)
        return status_of_outcomes(outcomes)
    outcomes = check(run, goldens, recorder.record_again)
    outcomes = with_coverage(outcomes, run.coverage, options.min_coverage, options.requests)
    lines, more = told_of(run.coverage)
    report(SUITE, outcomes, options, lines, more)
    if received is not None:
        keep_received(run, outcomes, received)
    return status_of_outcomes(outcomes)
