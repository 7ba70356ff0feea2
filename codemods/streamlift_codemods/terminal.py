"""What a person sees beside the report: one line for each thing that went wrong."""

from __future__ import annotations

import contextlib
import os
import sys


def tell(line: str) -> None:
    """Print *line* beside the report."""
    print(f"streamlift: {line}", file=sys.stderr)


def show(text: str) -> None:
    """Print *text*, which belongs to a question, beside the report."""
    print(text, end="", file=sys.stderr, flush=True)


def answer(question: str) -> str | None:
    """Return the line that is given to *question*, on a terminal or by a pipe; None if there is none any more."""
    show(question)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        show("\n")  # nobody has pressed the key that ends the line
    return line or None


def is_watched() -> bool:
    """Return whether what is shown beside the report may move."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def trace(error: Exception, *, is_asked_for: bool) -> None:
    """Show where *error* was raised, if the command line or the environment asks for it."""
    if is_asked_for or os.environ.get("STREAMLIFT_DEBUG"):
        import traceback

        traceback.print_exception(error)


def drop_output() -> None:
    """Let what is still to be written to the output go nowhere, or the interpreter would fail when it ends."""
    with contextlib.suppress(OSError):  # what takes the place of the output may be no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
