"""How a command reports outcomes: a format for the output, and a file for a CI service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from ..snapshots.outcome import Outcome

FORMATS = ("text", "github", "json")


def add_report_options(command: argparse.ArgumentParser) -> None:
    """Let *command* take a format and a file."""
    command.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text for people, github for annotations, json for programs",
    )
    command.add_argument(
        "--junit",
        type=Path,
        metavar="FILE",
        help="write the outcome of each request to this file too, as JUnit's XML",
    )


def report(
    suite: str,
    outcomes: Sequence[Outcome],
    options: argparse.Namespace,
    lines: Sequence[str] = (),
    more: Mapping[str, object] | None = None,
) -> None:
    """Write and print what *options* ask for.

    Args:
        suite: What was run.
        outcomes: What came of it.
        options: The command line.
        lines: What people are told besides.
        more: The same for programs.
    """
    from ..colours import paint_for_output
    from ..report import snapshot_report

    if options.junit is not None:
        from ..report.junit_report import junit

        options.junit.parent.mkdir(parents=True, exist_ok=True)
        options.junit.write_text(junit(suite, outcomes), encoding="utf-8", newline="\n")
    if options.format == "json":
        print(snapshot_report.json_report(suite, outcomes, more), end="")
        return
    if options.format == "github":
        text = snapshot_report.github_report(suite, outcomes)
    else:
        text = snapshot_report.text_report(outcomes, paint_for_output())
    print(text + "".join(f"{line}\n" for line in lines), end="")
