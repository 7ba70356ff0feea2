"""What would spoil the goldens of a folder: git, editors, hooks; and what is spoilt already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlift.testing.goldens.golden import BODY, GoldenError, golden_names, read_golden

from .commit_hooks import hook_faults
from .editor_config import editor_faults
from .fault import Fault
from .git_attributes import attribute_faults, top_of

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = "golden"


def golden_faults(goldens: Path) -> list[Fault]:
    """Return all that is wrong with the folder *goldens*, and with what is in it."""
    top = top_of(goldens) or goldens.resolve().parent
    names = [*golden_names(goldens)] or [SAMPLE]
    paths = [(goldens.resolve() / f"{name}{BODY}").relative_to(top).as_posix() for name in names]
    return [
        *attribute_faults(goldens),
        *editor_faults(goldens),
        *hook_faults(top, paths),
        *_spoilt(goldens),
    ]


def _spoilt(goldens: Path) -> list[Fault]:
    return [fault for name in golden_names(goldens) if (fault := _fault_of(goldens, name))]


def _fault_of(goldens: Path, name: str) -> Fault | None:
    try:
        read_golden(goldens, name)
    except GoldenError as error:
        return Fault(str(error.path), error.reason, "")
    return None
