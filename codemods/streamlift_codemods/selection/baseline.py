"""The baseline: the sites that were there when a team began, so that only new ones fail.

The file has one entry a line, in order, and each line ends alike: two branches that take out different entries
merge. An entry stays as it is until its site is gone.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import ToolError, UsageError
from ..frames.fingerprint import key_of, path_from
from ..journal.durable import put, store
from ..limits import IGNORED
from .left_alone import FINDINGS, LEFT_BY_THE_TOOL

if TYPE_CHECKING:
    from pathlib import Path

    from ..frames.sites import Site
    from ..plan import Plan

NAME = ".streamlift-baseline.json"
SCHEMA = 1
SHOWN = 60


@dataclass(frozen=True)
class Entry:
    """Equal sites of one function.

    Attributes:
        count: How many there are.
        source: The start of their source, for those who read the file.
    """

    count: int
    source: str


@dataclass(frozen=True)
class Baseline:
    """What a baseline file says.

    Attributes:
        entries: The entries, by the key of their sites.
    """

    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text of the file."""
        lines = [
            f"{_json(key)}: {_json(vars(self.entries[key]))},\n" for key in sorted(self.entries)
        ]
        return f'{{\n{"".join(lines)}"schema": {SCHEMA}\n}}\n'

    @property
    def counts(self) -> dict[str, int]:
        """How many sites each key accepts."""
        return {key: entry.count for key, entry in self.entries.items()}

    def minus(self, other: Baseline) -> int:
        """Return how many sites it accepts that *other* does not."""
        return sum((Counter(self.counts) - Counter(other.counts)).values())

    def with_sites_of(self, plan: Plan) -> Baseline:
        """Return the baseline that accepts every site of *plan*; entries of other files stay."""
        found: dict[str, Entry] = {}
        for site in plan.sites:
            if site.verdict in {*FINDINGS, "baselined"}:
                key = key_of(site, plan.facts.project.root)
                count = found[key].count + 1 if key in found else 1
                found[key] = Entry(count, _shown(site.shown))
        return Baseline({**self._elsewhere(plan), **found})

    def tightened(self, plan: Plan) -> Baseline:
        """Return the baseline without what is gone from the files of *plan*."""
        there = sites_met(plan)
        kept = {
            key: Entry(min(entry.count, there[key]), entry.source)
            for key, entry in self.entries.items()
            if there[key]
        }
        return Baseline({**self._elsewhere(plan), **kept})

    def _elsewhere(self, plan: Plan) -> dict[str, Entry]:
        """Return the entries of the files that *plan* does not look at, or cannot read."""
        project = plan.facts.project
        broken = {error.place.split(":")[0] for error in plan.facts.errors}
        seen = {
            path_from(project.root, project.path_of(name)) for name in project.selected - broken
        }
        unseen = {path_from(project.root, path) for path in project.files.values()} - seen
        unseen |= {path_from(project.root, project.path_of(name)) for name in broken}
        return {
            key: entry for key, entry in self.entries.items() if key.partition("::")[0] in unseen
        }


def read_baseline(path: Path) -> Baseline:
    """Return what the file *path* says.

    Raises:
        UsageError: If it is no baseline of this version.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        schema = rows.pop("schema")
        entries = {key: Entry(int(row["count"]), str(row["source"])) for key, row in rows.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        remedy = "write it again: streamlift baseline"
        raise UsageError(str(path), f"is no baseline ({error})", remedy) from error
    if schema != SCHEMA:
        raise UsageError(str(path), f"has schema {schema}, not {SCHEMA}", "update streamlift")
    return Baseline(entries)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Let the file *path* say *baseline*, in one step. It is no run that `undo` takes back.

    Raises:
        ToolError: If it cannot be written.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}.new")
    try:
        store(beside, baseline.text.encode(), like=target if target.exists() else None)
        put(beside, target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        problem = f"cannot be written ({error.strerror})"
        raise ToolError(str(path), problem, "make room for it or make it writable") from error


def sites_met(plan: Plan) -> Counter[str]:
    """Return how many sites there are under each key.

    If the baseline is followed, it was looked at before anything was left alone: what calls a helper that is left
    alone may be found to be a site no more.
    """
    root = plan.facts.project.root
    if plan.settings.accepted:
        return plan.accepted
    return Counter(key_of(site, root) for site in plan.sites if _is_left(site))


def _is_left(site: Site) -> bool:
    """Whether *site* stays after the run, and no other list has it: what is automatic is new, or migrated now."""
    is_out_of_reach = site.verdict == "suppressed" and site.reason not in {IGNORED, "test-code"}
    return is_out_of_reach or site.verdict in {"baselined", *LEFT_BY_THE_TOOL}


def _shown(source: str) -> str:
    text = " ".join(source.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
