"""A copy of a tree, migrated as `streamlift migrate --write` does it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..journal.journal_folder import FOLDER
from ..journal.writing import write_changes
from ..reading.project import open_project, project_root
from ..run import run, run_finish
from ..selection.baseline import read_baseline
from ..selection.left_alone import LEFT_BY_THE_TOOL
from ..settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from ..plan import Plan
    from ..reading.project import Project
    from ..settings import Settings


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
    project, settings = opened_tree(paths)
    first = SEPARATE if phase == FINISH else phase
    plan, changes = run(project, settings, phase=first)
    write_changes(project, changes, "streamlift gate")
    changed = {*changes}
    if phase == FINISH:
        project, settings = opened_tree(paths)
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


def opened_tree(paths: list[Path]) -> tuple[Project, Settings]:
    """Return the project that *paths* are of, and its settings with its baseline."""
    settings = read_settings(project_root(paths[0].resolve()))
    project = open_project(paths, settings.exclude, settings.include)
    baseline = project.root / settings.baseline
    if baseline.exists():
        settings = settings.accepting(read_baseline(baseline).counts)
    return project, settings


def plan_of(paths: list[Path]) -> Plan:
    """Return what is known of the code in *paths*."""
    project, settings = opened_tree(paths)
    return run(project, settings, phase=None)[0]
