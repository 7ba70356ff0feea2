"""The sites that a person does not want to be changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..frames.fingerprint import key_of
from ..limits import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ..frames.sites import Site
    from ..limits import Place


@dataclass(frozen=True)
class Declined:
    """Sites that were declined, known by their code, so that they are found again where lines have moved.

    Attributes:
        answers: For each key, whether the sites that have it were declined, in order.
    """

    answers: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, declined: Iterable[Site], sites: Iterable[Site], root: Path) -> Declined:
        """Return *declined* of all *sites*, in order, of a project at *root*."""
        places = set(map(place_of, declined))
        groups = _by_key(sites, root) if places else {}
        answers = {key: tuple(place in places for place in group) for key, group in groups.items()}
        return cls({key: flags for key, flags in answers.items() if any(flags)})

    def among(self, sites: Iterable[Site], root: Path) -> set[Place]:
        """Return where those of *sites* are, in order, that were declined."""
        found: set[Place] = set()
        for key, group in (_by_key(sites, root) if self.answers else {}).items():
            flags = self.answers.get(key, ())
            if len(group) == len(flags):
                found |= {place for place, flag in zip(group, flags, strict=True) if flag}
            else:  # the others have been changed, and have another key now
                found |= set(group[: sum(flags)])
        return found


def _by_key(sites: Iterable[Site], root: Path) -> dict[str, list[Place]]:
    groups: dict[str, list[Place]] = defaultdict(list)
    for site in sites:
        groups[key_of(site, root)].append(place_of(site))
    return groups
