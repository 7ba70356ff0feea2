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
    cat.add_argument(
        "--no-numbers",
        dest="numbers",
        action="store_false",
        help="without the numbers of the frames, as `git diff` wants it of a textconv",
    )
    cat.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamlift.testing.differences.frame_view import frame_view

    from ..colours import paint_for_output

    stream, is_coloured = options.file.read_bytes(), paint_for_output().is_on
    print(frame_view(stream, colour=is_coloured, numbers=options.numbers), end="")
    return NOTHING_LEFT
