r"""Phase 1: both forms of a site side by side, one of them served.

`begin` stands at the top of what makes frames, `either` at each of its sites:

    wire = begin(SSE)
    yield wire.either(f"data: {json.dumps(v0 := {...})}\n\n", wire.on and StreamingChunk.of(v0))
"""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from .background import BACKGROUND
from .divergence import Divergence
from .flags import FLAGS
from .observed import TALLIES
from .producer_name import producer_name
from .reports import REPORTER
from .stages import Stage
from .transparent import NotComparable, writers_of

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from streamlift import StreamingChunk

    from .stages import Rules
    from .transparent import Contract

Text = TypeVar("Text")

OTHER_TYPE = "other-type"

KNOWN = 4096
"""Decisions that are kept ready; this is only a cache."""


class Wire:
    """What `begin` returns: one run of a producer; of this class if it is off.

    Attributes:
        on: Whether the chunk of a site is needed.
    """

    __slots__ = ("on",)

    def __init__(self) -> None:
        self.on = False

    def either(
        self,
        old: Text,
        new: StreamingChunk | bool,  # noqa: ARG002 - see `ComparingWire`
        contract: Contract | None = None,  # noqa: ARG002
    ) -> Text:
        """Return the text of a site, of the type of the old one.

        What stands in the place of *new* runs in the producer's own frame, before this: it must not
        raise, nor run anything of the user's again.

        Args:
            old: The text that the old expression has made.
            new: The chunk, if the wire is on: `wire.on and StreamingChunk.of(...)`.
            contract: The contract of this site, if it is not that of `begin`.
        """
        return old


OFF = Wire()


class Decision:
    """What was decided of the runs of a producer, and what they need.

    Attributes:
        code: The producer's code.
        name: Its name: `package.module:Class.method`.
        contract: What its chunks are written with.
        own: The stage in its own code.
        rules: What decided.
        off: Whether that is its stage.
        live: Whether the new text is served.
        tally: What was seen of it.
        runs: Counts its runs.
        matches: Counts the texts that are the same.
        quick: Writes most chunks; see `TransparentWriters`.
        careful: Writes the others.
    """

    __slots__ = (
        "careful",
        "code",
        "contract",
        "live",
        "matches",
        "name",
        "off",
        "own",
        "quick",
        "rules",
        "runs",
        "tally",
    )

    def __init__(
        self,
        code: CodeType,
        name: str,
        contract: Contract,
        own: Stage | str | None,
        rules: Rules,
    ) -> None:
        self.code = code
        self.name = name
        self.contract = contract
        self.own = own
        self.rules = rules
        stage = rules.stage_of(name, None if own is None else Stage(own))
        # A member of an enumeration is slow to read in some versions of Python.
        self.off, self.live = stage is Stage.OFF, stage is Stage.LIVE

    def prepare(self) -> None:
        """Add what a run needs that is not off."""
        self.quick, self.careful = writers_of(self.contract)
        self.tally = tally = TALLIES[self.name]
        self.runs = tally.counts["live_streams" if self.live else "shadow_streams"].counter
        self.matches = tally.counts["match"].counter


class ComparingWire(Wire):
    """One run of a producer that is not off; `begin` makes it, without a call of its class.

    Attributes:
        decision: How it began, or what was decided since.
        frame: The last text, counted from 0.
        inconclusive: There as soon as a text could not be compared.
    """

    __slots__ = ("decision", "frame", "inconclusive")

    decision: Decision
    frame: int
    inconclusive: bool

    def either(
        self, old: Text, new: StreamingChunk | bool, contract: Contract | None = None
    ) -> Text:
        if new is False:
            return old
        try:
            self.frame += 1
            if monotonic() >= FLAGS.due:
                FLAGS.look_again()
            decision = self.decision
            if FLAGS.rules is not decision.rules:
                decision = self._go_back()
            text: object
            if contract is None:
                text = decision.quick(new)  # type: ignore[arg-type]  # it may be anything
                if text is None:
                    text = decision.careful(new)  # type: ignore[arg-type]
            else:
                text = writers_of(contract).write(new)  # type: ignore[arg-type]
            if type(text) is type(old) and text == old:
                next(decision.matches)
                return old
        except Exception as error:  # noqa: BLE001 - nothing of the new form may touch the stream
            text = error
        return self._other(old, text)

    def _go_back(self) -> Decision:
        """Follow the rules, but never to a stage that is further on: that is decided at begin."""
        before = self.decision
        now = Decision(before.code, before.name, before.contract, before.own, FLAGS.rules)
        now.prepare()
        now.live = now.live and before.live
        self.on = self.on and not now.off
        self.decision = now
        return now

    def _other(self, old: Text, new: object) -> Text:
        """Return the text of a site whose new form is not the old one, or an error."""
        served = old
        try:
            tally = self.decision.tally
            if isinstance(new, NotComparable):
                self._inconclusive(new.reason)
            elif isinstance(new, Exception):
                tally.counts["error"].add()
                self._report(type(new).__name__, None)
            elif type(new) is not type(old):
                self._inconclusive(OTHER_TYPE)
            else:
                if self.decision.live:
                    served = new
                tally.counts["mismatch"].add()
                self._report("", (old, new))  # type: ignore[arg-type]  # both are text
        except Exception as error:  # noqa: BLE001 - as above
            _failed(error)
        return served

    def _inconclusive(self, reason: str) -> None:
        tally = self.decision.tally
        tally.inconclusive[reason].add()
        if not hasattr(self, "inconclusive"):
            self.inconclusive = True
            tally.counts["inconclusive_streams"].add()

    def _report(self, error: str, texts: tuple[str | bytes, str | bytes] | None) -> None:
        decision = self.decision
        stage = Stage.LIVE if decision.live else Stage.SHADOW
        line = _getframe(3).f_lineno  # of the site
        found = Divergence(
            producer=decision.name, line=line, stage=stage, frame=self.frame, error=error
        )
        REPORTER.report(found, decision.tally, texts)


def begin(contract: Contract, stage: Stage | str | None = None) -> Wire:
    """Return the wire of one run of the function that calls this; its stage is decided now.

    It works in generators, sync and async, in coroutines, and in functions that return or send a
    frame. Nothing is kept in the context, and whatever fails, the old text is served.

    Args:
        contract: What the chunks of its sites are written with.
        stage: Its stage, if neither the environment nor a file says another one.
    """
    try:
        if monotonic() >= FLAGS.due:
            FLAGS.look_again()
        rules = FLAGS.rules
        if rules.all_off and (stage is None or rules.killed):
            return OFF
        frame = _getframe(1)
        decision = _decisions.get(id(frame.f_code))
        if (
            decision is None
            or decision.rules is not rules
            or decision.contract is not contract
            or decision.own is not stage
        ):
            decision = _decide(frame, contract, stage, rules)
        if decision.off:
            return OFF
        # A call of the class would take as long as all of this.
        wire = _new(ComparingWire)
        wire.on = True
        wire.decision = decision
        wire.frame = -1
        next(decision.runs)
    except Exception as error:  # noqa: BLE001 - the stream is served all the same
        _failed(error)
        return OFF
    return wire


_new = object.__new__
_getframe = sys._getframe  # noqa: SLF001 - the only way to ask who calls

# By identity: code is compared by its content, that of two modules may be equal.
_decisions: dict[int, Decision] = {}

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_decisions.clear)  # they know the counters of the parent


def _decide(
    frame: FrameType, contract: Contract, own: Stage | str | None, rules: Rules
) -> Decision:
    decision = Decision(frame.f_code, producer_name(frame), contract, own, rules)
    if not decision.off:
        decision.prepare()
    if len(_decisions) >= KNOWN:
        _decisions.clear()
    _decisions[id(frame.f_code)] = decision
    return decision


_told: set[str] = set()


def _failed(error: Exception) -> None:
    """Tell, once, that the shim itself failed."""
    try:
        kind = type(error).__name__
        if kind not in _told:
            _told.add(kind)
            BACKGROUND.tell("the old text is served, since the comparison ended in %s", kind)
    except Exception:  # noqa: BLE001, S110 - memory may be short, too, or the stack
        pass
