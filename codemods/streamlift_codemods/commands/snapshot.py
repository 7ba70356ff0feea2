"""`streamlift snapshot`: the commands that record what an app sends, and compare it. They run the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import snapshot_cat, snapshot_check, snapshot_diff, snapshot_doctor, snapshot_record

if TYPE_CHECKING:
    from ..argument_parser import Commands

COMMANDS = (snapshot_record, snapshot_check, snapshot_diff, snapshot_cat, snapshot_doctor)


def add_to(commands: Commands) -> None:
    """Add the commands to the parser."""
    snapshot = commands.add_parser(
        "snapshot", help="record what an app sends, and check that it still does; runs the app"
    )
    below = snapshot.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(below)
    for chosen in below.choices.values():
        chosen.set_defaults(parser=chosen)
    snapshot.set_defaults(parser=snapshot)
