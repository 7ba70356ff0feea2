"""A bar for those who wait: on a terminal, once a run has taken its time."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rich.progress import Progress as Bar

Item = TypeVar("Item")
PATIENCE = 1.0
INTERVAL = 0.1


class Progress:
    """How far a run is. The bar stands beside the report, on standard error, and goes away in the end.

    Args:
        is_shown: Whether somebody may see it.
    """

    def __init__(self, *, is_shown: bool = False) -> None:
        self._next = time.monotonic() + PATIENCE if is_shown else math.inf
        self._bar: Bar | None = None

    def over(self, items: Collection[Item], work: str) -> Iterator[Item]:
        """Give each of *items*, which *work* is done on."""
        for number, item in enumerate(items):
            self.at(number, len(items), work)
            yield item

    def at(self, number: int, total: int, work: str) -> None:
        """Tell that *work* comes to the one with this *number* of *total* things, from 0 on."""
        if self._next < math.inf and time.monotonic() >= self._next:
            self._show(work, number, total)

    def close(self) -> None:
        """Take the bar away, before something else is shown."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, work: str, number: int, total: int) -> None:
        try:
            from rich.console import Console
            from rich.progress import Progress as Bar
        except ModuleNotFoundError:  # it is a part of an extra
            self._next = math.inf
            return
        if self._bar is None:
            self._bar = Bar(console=Console(stderr=True), transient=True, auto_refresh=False)
            self._bar.add_task("")
            self._bar.start()
        [task] = self._bar.task_ids
        self._bar.update(task, description=work, completed=number, total=total, refresh=True)
        self._next = time.monotonic() + INTERVAL
