"""What a run is limited to, if that is not everything in the selected files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sites import Site

OTHER = "other-producer"
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Limits:
    """What may be changed.

    Attributes:
        sites: The file, line and column of each site.
        functions: The file and path of each function that may be changed, and each producer whose callers may.
    """

    sites: frozenset[Place]
    functions: frozenset[tuple[str, str]]

    def allow(self, site: Site) -> bool:
        """Return whether *site* may be changed."""
        return place_of(site) in self.sites

    def allow_call(self, of: tuple[str, str], in_: tuple[str, str]) -> bool:
        """Return whether a call of a producer in a function, each a file and a path, may get a boundary."""
        return not self.functions.isdisjoint({of, in_})


def place_of(site: Site) -> Place:
    """Return the file, line and column of *site*."""
    return site.source.name, site.node.lineno, site.node.col_offset
