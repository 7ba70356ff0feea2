"""Paths as services want them that show a report beside the repository: from the current folder on."""

from __future__ import annotations

from pathlib import Path


def path_from_here(path: Path) -> str:
    """Return *path* from the current folder on, with forward slashes; whole, if it is not below."""
    here = Path.cwd().resolve()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
