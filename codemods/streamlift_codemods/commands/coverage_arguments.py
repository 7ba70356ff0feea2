"""How much of the sites the requests of a command have to run through."""

from __future__ import annotations

import argparse

WHOLE = 100


def add_least_coverage_option(command: argparse.ArgumentParser) -> None:
    """Let *command* take how much has to be covered."""
    command.add_argument(
        "--min-coverage",
        type=_percent,
        default=0.0,
        metavar="PERCENT",
        help="fail if the requests run through less of the sites than this",
    )


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= WHOLE:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to {WHOLE}")
    return value
