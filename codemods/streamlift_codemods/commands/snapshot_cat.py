"""`streamlift snapshot cat`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..exit_status import NOTHING_LEFT

if TYPE_CHECKING:
    import argparse

    from ..argument_parser import Commands


def add_to(commands: Commands) -> None:
    """Add the command to the parser."""
    cat = commands.add_parser("cat", help="show an event stream, a frame a paragraph")
    cat.add_argument("file", type=Path, metavar="FILE", help="a golden, or any event stream")
    cat.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamlift.testing.frame_view import frame_view

    from ..colours import paint_for_output

    print(frame_view(options.file.read_bytes(), colour=paint_for_output().is_on), end="")
    return NOTHING_LEFT
