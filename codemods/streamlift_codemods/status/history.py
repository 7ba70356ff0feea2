"""The history of a burn-down: a line of JSON a day, which a team may commit."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..journal.durable import store

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from .burn_down import BurnDown

Entry = dict[str, object]
KEYS = ("pattern_1", "phase_1", "phase_2", "finished", "helper_calls", "shim", "decorators")
LATER = {"helper_calls"}  # not in the histories of the first version


def entry_of(found: BurnDown, day: date) -> Entry:
    """Return the line of *day*."""
    counts = {**asdict(found.total), "shim": len(found.finish.shim), "decorators": found.decorators}
    return {"date": day.isoformat(), **counts}


def with_entry(path: Path, entry: Entry) -> list[Entry]:
    """Write *entry* to the history *path*, in the place of that of the same day, and return all of them.

    Raises:
        UsageError: If the file holds anything else.
    """
    earlier = [each for each in _read(path) if each["date"] != entry["date"]]
    entries = [*earlier, entry]
    text = "".join(f"{json.dumps(each)}\n" for each in entries)
    store(path, text.encode(), path if path.exists() else None)
    return entries


def _read(path: Path) -> list[Entry]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line.strip()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(
            str(path), f"cannot be read ({error.strerror})", "check its permissions"
        ) from error
    except ValueError:
        entries = [None]
    if not all(
        isinstance(each, dict) and {"date", *KEYS} - LATER <= each.keys() for each in entries
    ):
        raise UsageError(str(path), "holds something else than a history", "name another file")
    return entries
