"""What a person is to paste into the requests file, so that two runs of the same code send the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlift.testing.steadiness.unsteady import advice, lines_to_add

if TYPE_CHECKING:
    from ..snapshots.app_run import AppRun


def advice_report(first: AppRun, second: AppRun) -> str:
    """Return the lines that help against the differences of two runs; `""` if there are none."""
    file = first.file
    found = [
        each
        for name, sent in first.sent.items()
        if name in second.sent
        for each in advice(sent.recording, second.sent[name].recording, file)
    ]
    lines = lines_to_add(found, file)
    place = f"add to {file.path}, what sets a value at its top and the tables at its end"
    return f"\n{place}:\n\n{lines}" if lines else ""
