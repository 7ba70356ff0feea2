"""`streamlift explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exit_status import NOTHING_LEFT

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    explain = commands.add_parser(
        "explain", help="say what a rule or a reason means, and what to do"
    )
    explain.add_argument(
        "code", metavar="CODE", help="a code from a report, such as SL101 or carrier-queue"
    )
    explain.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..report.explanation import explain

    print(explain(options.code), end="")
    return NOTHING_LEFT
