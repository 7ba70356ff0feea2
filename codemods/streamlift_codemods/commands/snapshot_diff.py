"""`streamlift snapshot diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..exit_status import status_of_outcomes
from .recording_arguments import add_requests_option
from .report_arguments import add_report_options, report

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands
    from ..snapshots.outcome import Outcome

ADDRESSES = ("http://", "https://")


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    diff = commands.add_parser(
        "diff", help="compare two event streams, two folders of goldens, or two running servers"
    )
    for name in ("old", "new"):
        diff.add_argument(
            name,
            metavar=name.upper(),
            help="a file, a folder, or the address of a server such as https://host:port",
        )
    add_requests_option(diff)
    diff.add_argument(
        "--joined",
        action="store_true",
        help="of servers, do not compare where a body is cut into messages: proxies cut it anew",
    )
    add_report_options(diff)
    diff.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    outcomes = _outcomes(options)
    report("streamlift snapshot diff", outcomes, options)
    return status_of_outcomes(outcomes)


def _outcomes(options: argparse.Namespace) -> list[Outcome]:
    sides = (options.old, options.new)
    if all(side.startswith(ADDRESSES) for side in sides):
        from streamlift.testing.requests.requests_file import read_requests

        from ..snapshots.chosen_requests import chosen_requests
        from ..snapshots.server_diff import server_diff

        file = read_requests(options.requests)
        requests = chosen_requests(file, options.only)
        return server_diff(file, requests, *sides, is_joined=options.joined)
    from ..snapshots.golden_diff import file_diff, folder_diff

    old, new = map(Path, sides)
    for path in (old, new):
        if not path.exists():
            remedy = "name a file, a folder, or the address of a server"
            raise UsageError(str(path), "does not exist", remedy)
    if old.is_dir() and new.is_dir():
        return folder_diff(old, new)
    if old.is_dir() or new.is_dir():
        problem = f"one of {old} and {new} is a folder, the other one is not"
        raise UsageError("snapshot diff", problem, "name two of a kind")
    return [file_diff(old, new)]
