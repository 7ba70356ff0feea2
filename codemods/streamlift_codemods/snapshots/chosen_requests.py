"""Which of the requests of a file a run is about."""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..errors import UsageError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlift.testing.request import Request
    from streamlift.testing.requests.requests_file import RequestsFile


def chosen_requests(file: RequestsFile, only: Sequence[str]) -> tuple[Request, ...]:
    """Return the requests of *file* with the names *only*, which may be patterns; without one, all.

    Raises:
        UsageError: If one of them is that of no request.
    """
    if not only:
        return file.requests
    chosen = set()
    for pattern in only:
        names = [each.name for each in file.requests if _fits(each.name, pattern)]
        if not names:
            raise UsageError(
                f"--only {pattern}", f"{file.path} has no such request", _near(pattern, file)
            )
        chosen |= {*names}
    return tuple(each for each in file.requests if each.name in chosen)


def needed_requests(file: RequestsFile, chosen: Sequence[Request]) -> tuple[Request, ...]:
    """Return what has to be sent so that *chosen* find the application as they do in a run of all."""
    if file.fresh:
        return tuple(chosen)
    last = max(file.requests.index(each) for each in chosen)
    return file.requests[: last + 1]


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def _near(pattern: str, file: RequestsFile) -> str:
    names = [each.name for each in file.requests]
    near = difflib.get_close_matches(pattern, names, n=1)
    return f"did you mean {near[0]}?" if near else f"it has {listed(names)}"
