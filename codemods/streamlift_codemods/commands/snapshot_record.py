"""`streamlift snapshot record`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from ..exit_status import status_of_outcomes
from ..terminal import tell
from .baseline_arguments import is_ci
from .recording_arguments import add_goldens_option, add_recording_options, goldens_of, recorder_of

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    record = commands.add_parser(
        "record", help="run the app, and write down what it sends as goldens"
    )
    add_recording_options(record)
    add_goldens_option(record, "--out")
    record.add_argument(
        "--update",
        action="store_true",
        help="write goldens that differ anew, and remove those that no request is of",
    )
    record.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if is_ci():
        remedy = "record on your machine and commit the goldens, or run streamlift snapshot check"
        raise UsageError("snapshot record", "writes nothing where CI is set", remedy)
    from ..colours import paint_for_output
    from ..report.snapshot_report import text_report
    from ..snapshots.git_attributes import attribute_faults
    from ..snapshots.only_writer import only_writer
    from ..snapshots.origin import origin_of
    from ..snapshots.writing_goldens import write_goldens

    goldens = goldens_of(options)
    recorder = recorder_of(options)
    origin = origin_of(options.directory)
    first, second = recorder.record(), recorder.record_again()
    with only_writer(goldens):
        outcomes = write_goldens(first, second, goldens, origin=origin, update=options.update)
    print(text_report(outcomes, paint_for_output()), end="", flush=True)  # before what is told
    for refused in first.refused():
        tell(refused)
    for fault in attribute_faults(goldens):
        tell(fault.text)
    return status_of_outcomes(outcomes)
