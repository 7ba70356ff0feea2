"""`streamlift snapshot doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exit_status import NOT_ANALYSED, NOTHING_LEFT, SOMETHING_LEFT
from ..terminal import tell
from .recording_arguments import add_goldens_option, add_recording_options, goldens_of, recorder_of

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    doctor = commands.add_parser(
        "doctor",
        help="run the app twice: does it send the same? and look for what would spoil goldens",
    )
    add_recording_options(doctor)
    add_goldens_option(doctor)
    doctor.add_argument(
        "--fix",
        action="store_true",
        help="tell git to leave the goldens as they are: write .gitattributes beside them",
    )
    doctor.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..colours import paint_for_output
    from ..report.advice_report import advice_report
    from ..report.snapshot_report import text_report
    from ..snapshots.git_attributes import text_attribute, write_attributes
    from ..snapshots.golden_faults import golden_faults

    goldens = goldens_of(options)
    recorder = recorder_of(options)
    if options.fix and text_attribute(goldens) not in {"unset", None}:
        goldens.mkdir(parents=True, exist_ok=True)
        tell(f"{write_attributes(goldens)}: written; commit it")
    faults = golden_faults(goldens)
    first, second = recorder.record(), recorder.record_again()
    for request in first.requests:
        if (unsteady := first.unsteady_cleanup(request, second)) is not None:
            tell(unsteady)
    first, second = first.together_with(second), second.together_with(first)
    outcomes = [first.steadiness(request, second) for request in first.requests]
    print("".join(f"{fault.text}\n" for fault in faults), end="")
    print(text_report(outcomes, paint_for_output()), end="")
    print(advice_report(first, second), end="")
    if any(outcome.state == "unknown" for outcome in outcomes):
        return NOT_ANALYSED
    return SOMETHING_LEFT if faults else NOTHING_LEFT
