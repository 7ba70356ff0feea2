"""Compare two goldens, or all of two folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlift.testing.differences.byte_diff import difference
from streamlift.testing.differences.recording_difference import recording_differences
from streamlift.testing.goldens.golden import BODY, FACTS, GoldenError, golden_names, read_golden

from .outcome import Outcome, headline_of

if TYPE_CHECKING:
    from pathlib import Path

    from streamlift.testing.recording import Recording


def folder_diff(old: Path, new: Path) -> list[Outcome]:
    """Return an outcome for each golden of either folder."""
    names = {folder: golden_names(folder) for folder in (old, new)}
    return [
        _golden_diff(name, old, new)
        if name in names[old] and name in names[new]
        else _only_in(name, old if name in names[old] else new)
        for name in sorted({*names[old], *names[new]})
    ]


def file_diff(old: Path, new: Path) -> Outcome:
    """Return whether two files hold the same.

    If both are goldens all that was recorded is compared, else their bytes.
    """
    if all(_is_golden(path) for path in (old, new)):
        return _compared(old, new, new.name.removesuffix(BODY))
    found = difference(old.read_bytes(), new.read_bytes())
    if found is None:
        return Outcome(name=new.name, state="same")
    return Outcome(
        name=new.name,
        state="differs",
        headline=found.headline,
        differences=(found,),
        place=str(new),
    )


def _is_golden(path: Path) -> bool:
    return path.name.endswith(BODY) and path.with_name(_stem(path) + FACTS).exists()


def _stem(path: Path) -> str:
    return path.name.removesuffix(BODY)


def _golden_diff(name: str, old: Path, new: Path) -> Outcome:
    return _compared(old / f"{name}{BODY}", new / f"{name}{BODY}", name)


def _compared(old: Path, new: Path, name: str) -> Outcome:
    try:
        expected, actual = _recording(old), _recording(new)
    except GoldenError as error:
        return Outcome(name=name, state="unknown", headline=str(error), place=str(error.path))
    differences = recording_differences(expected, actual)
    if not differences:
        return Outcome(name=name, state="same")
    return Outcome(
        name=name,
        state="differs",
        headline=headline_of(differences),
        differences=differences,
        place=str(new),
    )


def _recording(path: Path) -> Recording:
    return read_golden(path.parent, _stem(path)).recording


def _only_in(name: str, folder: Path) -> Outcome:
    place = folder / f"{name}{BODY}"
    return Outcome(name=name, state="differs", headline=f"it is only in {folder}", place=str(place))
