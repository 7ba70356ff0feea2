"""A copy of a tree, migrated as `streamlift migrate --write` does it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..coverage.watched_project import opened_quietly
from ..journal.journal_folder import FOLDER
from ..journal.writing import write_changes
from ..run import run, run_finish
from ..selection.left_alone import LEFT_BY_THE_TOOL

if TYPE_CHECKING:
    from pathlib import Path


PHASES = INTRODUCE, SEPARATE, FINISH = (1, 2, 3)


@dataclass(frozen=True)
class Migrated:
    """What a phase did with a tree.

    Attributes:
        phase: The phase.
        rewritten: How many sites it rewrote.
        left: How many it left.
        files: How many files it changed.
        errors: What it could not analyse.
    """

    phase: int
    rewritten: int
    left: int
    files: int
    errors: tuple[str, ...] = ()


def migrate_tree(paths: list[Path], phase: int) -> Migrated:
    """Take the code in *paths* to *phase*; the third one comes after the second."""
    project, settings = opened_quietly(paths)
    first = SEPARATE if phase == FINISH else phase
    plan, changes = run(project, settings, phase=first)
    write_changes(project, changes, "streamlift gate")
    changed = {*changes}
    if phase == FINISH:
        project, settings = opened_quietly(paths)
        _, finished = run_finish(project, settings)
        write_changes(project, finished, "streamlift gate")
        changed |= {*finished}
    shutil.rmtree(project.root / FOLDER, ignore_errors=True)  # nobody takes this back
    return Migrated(
        phase,
        sum(site.verdict == "auto" for site in plan.sites),
        sum(site.verdict in LEFT_BY_THE_TOOL for site in plan.sites),
        len(changed),
        tuple(map(str, plan.facts.errors)),
    )
