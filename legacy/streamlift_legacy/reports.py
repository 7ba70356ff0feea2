"""Tells about divergences: to the log, and to the function that `configure` was given."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from .background import BACKGROUND, LOGGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from .divergence import Divergence
    from .observed import Tally

    OnDivergence = Callable[[Divergence], object]

EVERY = 60.0
"""Seconds between two reports of the same site; all of them are counted."""

SITES = 4096
"""Sites of which that is remembered."""

LONGEST = 1 << 16
"""Characters of a text that are kept until it is reported."""


class Reporter:
    """Reports divergences, of each site the first one and then one a minute.

    Attributes:
        on_divergence: The user's function. It runs in a thread of ours, so it may do what it likes.
    """

    def __init__(self) -> None:
        self.on_divergence: OnDivergence | None = None
        self._next: dict[tuple[str, int], float] = {}

    def report(
        self, found: Divergence, tally: Tally, texts: tuple[str | bytes, str | bytes] | None
    ) -> None:
        """Report *found* soon, if it is the turn of its site; where *texts* differ is added then."""
        now = monotonic()
        site = found.producer, found.line
        if now < self._next.get(site, 0.0):
            return
        if len(self._next) >= SITES:
            self._next.clear()
        self._next[site] = now + EVERY
        if texts is not None:
            texts = texts[0][:LONGEST], texts[1][:LONGEST]
        BACKGROUND.run_later(partial(self._report, found, tally, texts))

    def _report(
        self, found: Divergence, tally: Tally, texts: tuple[str | bytes, str | bytes] | None
    ) -> None:
        if texts is not None:
            found = found.at(*texts)
        if tally.first is None:
            tally.first = found
        try:
            LOGGER.warning("%s", found)
        finally:
            if self.on_divergence is not None:
                self.on_divergence(found)


REPORTER = Reporter()
