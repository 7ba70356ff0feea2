"""The options of every command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

from . import __version__
from .commands import baseline, explain, migrate, scan, status, undo

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

COMMANDS = (scan, migrate, status, baseline, undo, explain)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; `run` of its result runs the command."""
    root = argparse.ArgumentParser(
        prog="streamlift", description="Move hand-made Server-Sent Events out of business code."
    )
    root.add_argument("--version", action="version", version=f"streamlift {__version__}")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return root
