"""What a person reads of differences between two runs of the same code, and what to paste where."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from streamlift.testing.unsteady import advice, lines_to_add

if TYPE_CHECKING:
    from pathlib import Path

    from streamlift.testing.requests_file import RequestsFile

    from ..snapshots.app_run import AppRun


def advice_report(first: AppRun, second: AppRun, file: RequestsFile) -> str:
    """Return what helps against the differences of two runs, a line each; `""` if there are none."""
    found = {
        request.name: advice(
            first.sent[request.name].recording, second.sent[request.name].recording, file
        )
        for request in first.requests
        if request.name in first.sent and request.name in second.sent
    }
    lines = [f"{name}: {each}\n" for name, advices in found.items() for each in advices]
    return "".join(lines) + _to_add(
        file.path, lines_to_add(itertools.chain.from_iterable(found.values()), file)
    )


def _to_add(path: Path, lines: str) -> str:
    return (
        f"\nadd to {path}, what sets a value at its top and the tables at its end:\n\n{lines}"
        if lines
        else ""
    )
