"""The options of every command."""

from __future__ import annotations

import argparse
import functools
from typing import TYPE_CHECKING, Any, TypeAlias

from . import __version__
from .commands import baseline, explain, gate, migrate, scan, snapshot, status, undo, verify

if TYPE_CHECKING:
    from collections.abc import Iterable

    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

COMMANDS = (scan, migrate, verify, status, baseline, undo, snapshot, gate, explain)


class Parser(argparse.ArgumentParser):
    """Suggests what a person may have meant. Options have to be written out: a new one breaks no script."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the arguments; `run` of them runs the command. What is not known ends the process."""
        options, rest = self.parse_known_args(args, namespace)
        if rest:
            chosen: Parser = getattr(options, "parser", self)
            names = [name for action in chosen._actions for name in action.option_strings]
            chosen.error(f"unrecognized arguments: {' '.join(rest)}{_hint(rest[0], names)}")
        if not hasattr(
            options, "run"
        ):  # argparse would ask for the command before it looks at the options
            getattr(options, "parser", self).error("name a command; --help lists them")
        return options

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += _hint(str(value), map(str, action.choices or ()))
            raise


def _hint(written: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(written.partition("=")[0], [*known], n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


@functools.cache
def parser() -> Parser:
    """Return the parser of the command line; `run` of its result runs the command."""
    root = Parser(
        prog="streamlift", description="Move hand-made Server-Sent Events out of business code."
    )
    root.add_argument("--version", action="version", version=f"streamlift {__version__}")
    commands = root.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    for chosen in commands.choices.values():
        chosen.set_defaults(parser=chosen)
    return root
