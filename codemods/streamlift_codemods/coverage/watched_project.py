"""The project whose sites are watched, as its own settings and baseline have it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..reading.project import open_project, project_root
from ..run import run
from ..selection.baseline import read_baseline
from ..settings import read_settings
from .traced_site import TracedSites, traced_sites

if TYPE_CHECKING:
    from pathlib import Path

    from ..reading.project import Project
    from ..settings import Settings


def opened_quietly(paths: list[Path]) -> tuple[Project, Settings]:
    """Return the project that *paths* are of, and its settings with its baseline."""
    settings = read_settings(project_root(paths[0].resolve()))
    project = open_project(paths, settings.exclude, settings.include)
    baseline = project.root / settings.baseline
    if baseline.exists():
        settings = settings.accepting(read_baseline(baseline).counts)
    return project, settings


def sites_in(paths: list[Path], directory: Path, setup: Path | None = None) -> TracedSites:
    """Return the sites in *paths*, for an app that is run in *directory*; none if there is no Python file.

    What stands in the file *setup* is no part of the app: it takes the place of what answers to that.
    """
    there = [path for path in paths if path.exists()]
    if not there:
        return TracedSites()
    project, settings = opened_quietly(there)
    here = directory.resolve()
    found = traced_sites(run(project, settings, phase=None)[0], here)
    return replace(
        found, sites=tuple(each for each in found.sites if (here / each.path).resolve() != setup)
    )
