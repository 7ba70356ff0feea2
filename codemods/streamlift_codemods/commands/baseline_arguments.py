"""The baseline file that a command goes by."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError
from ..terminal import tell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from ..journal.recorded_run import Change
    from ..plan import Plan
    from ..reading.project import Project
    from ..selection.baseline import Baseline
    from ..settings import Settings


class BaselineFile(NamedTuple):
    """A baseline, and where it stands.

    Attributes:
        path: The file.
        baseline: What it says; nothing if it is not there.
        is_followed: Whether its sites are left alone.
    """

    path: Path
    baseline: Baseline
    is_followed: bool = True

    @property
    def accepted(self) -> Mapping[str, int]:
        return self.baseline.counts if self.is_followed else {}

    def tightened(self, plan: Plan) -> dict[Path, Change]:
        """Return what becomes of the file, if something of it is gone from the files of *plan*."""
        from ..journal.recorded_run import Change

        baseline = self.baseline.tightened(plan)
        if baseline == self.baseline:
            return {}
        return {self.path.resolve(): Change(self.path.read_bytes(), baseline.text.encode())}

    def tell_of_change(self) -> None:
        """Say that entries were dropped."""
        tell(f"{self.path}: sites that are gone were taken out; commit it")


def add_baseline_option(command: argparse.ArgumentParser) -> None:
    """Let *command* take the name of a baseline file."""
    command.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="the baseline; without it, what the settings name, or .streamlift-baseline.json",
    )


def add_baseline_options(command: argparse.ArgumentParser) -> None:
    """Let *command* follow a baseline file, or not."""
    add_baseline_option(command)
    command.add_argument(
        "--ignore-baseline", action="store_true", help="as if there were no baseline"
    )


def baseline_file(
    options: argparse.Namespace, project: Project, settings: Settings, *, is_new: bool = False
) -> BaselineFile:
    """Return the baseline that *options* name, or the settings.

    Raises:
        UsageError: If the file that is named is not there, unless it *is new*; or is no baseline.
    """
    from ..selection.baseline import Baseline, read_baseline

    named: Path | None = options.baseline
    path = named or project.root / settings.baseline
    if not path.exists():
        if named is not None and not is_new:
            raise UsageError(str(path), "does not exist", "write it: streamlift baseline")
        return BaselineFile(path, Baseline())
    is_followed = not getattr(options, "ignore_baseline", False)
    return BaselineFile(path, read_baseline(path), is_followed)


def is_ci() -> bool:
    """Return whether the run is one of continuous integration, which every service tells so."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}
