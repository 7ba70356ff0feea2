"""`configure`: what the application says of phase 1, once, at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .flags import FLAGS
from .reports import REPORTER
from .stages import Stage

if TYPE_CHECKING:
    from .reports import OnDivergence


def configure(
    *,
    stage: Stage | str | None = None,
    killed: bool | None = None,
    on_divergence: OnDivergence | None = None,
    fresh_for: float | None = None,
) -> None:
    """Set what is given, and leave the rest as it is; streams that run follow within one frame.

    Args:
        stage: The stage of producers of which neither the environment, a file nor their own
            `begin` says another one.
        killed: Whether every producer serves its old text, whatever else is said.
        on_divergence: Called with each `Divergence` that is reported, in a thread of its own.
        fresh_for: For how many seconds the environment and the file are not looked at again.

    Raises:
        ValueError: If there is no such stage, or *fresh_for* is no such number.
    """
    if fresh_for is not None and not fresh_for >= 0:
        raise ValueError(f"fresh_for is a number of seconds, not {fresh_for!r}")
    if stage is not None:
        FLAGS.default = Stage(stage)
    if killed is not None:
        FLAGS.killed = killed
    if on_divergence is not None:
        REPORTER.on_divergence = on_divergence
    if fresh_for is not None:
        FLAGS.fresh_for = fresh_for
    FLAGS.look_again()
