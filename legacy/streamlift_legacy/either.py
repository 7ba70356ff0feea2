r"""Phase 1: both forms of a site side by side, one of them served.

`begin` stands at the top of what makes frames, `either` at each of its sites:

    wire = begin(SSE)
    yield wire.either(f"data: {json.dumps(v0 := {...})}\n\n", wire.on and StreamingChunk.of(v0))
"""

from __future__ import annotations

import sys
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from .background import BACKGROUND
from .divergence import Divergence
from .flags import FLAGS
from .observed import TALLIES
from .producer_name import producer_name
from .reports import REPORTER
from .stages import Stage
from .transparent import NotComparable, writer_of

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from streamlift import StreamingChunk

    from .stages import Rules
    from .transparent import Contract

Text = TypeVar("Text")

OTHER_TYPE = "other-type"

KNOWN = 4096
"""Producers that are kept ready; this is only a cache."""


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


class Decision(NamedTuple):
    """The stage of a producer, with the rules and the stage in its own code that it comes from."""

    rules: Rules
    own: Stage | str | None
    stage: Stage


class Producer:
    """What is known of the code of a producer.

    Attributes:
        code: Its code.
        name: Its name: `package.module:Class.method`.
    """

    __slots__ = ("_decision", "code", "name")

    def __init__(self, frame: FrameType) -> None:
        self.code: CodeType = frame.f_code
        self.name = producer_name(frame)
        self._decision: Decision | None = None

    def decide(self, rules: Rules, own: Stage | str | None) -> Decision:
        """Return its stage by *rules*, if its own code says *own*."""
        decision = self._decision
        if decision is None or decision.rules is not rules or decision.own is not own:
            stage = rules.stage_of(self.name, None if own is None else Stage(own))
            self._decision = decision = Decision(rules, own, stage)
        return decision


class ComparingWire(Wire):
    """One run of a producer that is not off."""

    __slots__ = (
        "_conclusive",
        "_frame",
        "_match",
        "_own",
        "_producer",
        "_rules",
        "_served",
        "_tally",
        "_write",
    )

    def __init__(self, producer: Producer, decision: Decision, contract: Contract) -> None:
        self.on = True
        self._producer = producer
        self._rules, self._own, stage = decision
        self._served = served = stage is Stage.LIVE
        self._write = writer_of(contract)
        self._tally = tally = TALLIES[producer.name]
        self._match = tally.counts["match"].add
        self._conclusive = True
        self._frame = -1
        tally.counts["live_streams" if served else "shadow_streams"].add()

    def either(
        self, old: Text, new: StreamingChunk | bool, contract: Contract | None = None
    ) -> Text:
        if new is False:
            return old
        try:
            self._frame += 1
            if monotonic() >= FLAGS.due:
                FLAGS.look_again()
            if FLAGS.rules is not self._rules:
                self._go_back()
            write = self._write if contract is None else writer_of(contract)
            text: object = write(new)  # type: ignore[arg-type]  # it may be anything
            if text.__class__ is old.__class__ and text == old:
                self._match()
                return old
        except Exception as error:  # noqa: BLE001 - nothing of the new form may touch the stream
            text = error
        return self._other(old, text)

    def _go_back(self) -> None:
        """Follow the rules, but never to a stage that is further on: that is decided at begin."""
        self._rules = FLAGS.rules
        stage = self._producer.decide(self._rules, self._own).stage
        self.on = self.on and stage is not Stage.OFF
        self._served = self._served and stage is Stage.LIVE

    def _other(self, old: Text, new: object) -> Text:
        """Return the text of a site whose new form is not the old one, or an error."""
        served = old
        try:
            tally = self._tally
            if isinstance(new, NotComparable):
                self._inconclusive(new.reason)
            elif isinstance(new, Exception):
                tally.counts["error"].add()
                self._report(type(new).__name__, None)
            elif new.__class__ is not old.__class__:
                self._inconclusive(OTHER_TYPE)
            else:
                if self._served:
                    served = new
                tally.counts["mismatch"].add()
                self._report("", (old, new))  # type: ignore[arg-type]  # both are text
        except Exception as error:  # noqa: BLE001 - as above
            _failed(error)
        return served

    def _inconclusive(self, reason: str) -> None:
        tally = self._tally
        tally.inconclusive[reason].add()
        if self._conclusive:
            self._conclusive = False
            tally.counts["inconclusive_streams"].add()

    def _report(self, error: str, texts: tuple[str | bytes, str | bytes] | None) -> None:
        producer = self._producer
        stage = Stage.LIVE if self._served else Stage.SHADOW
        line = sys._getframe(3).f_lineno  # noqa: SLF001 - of the site
        found = Divergence(
            producer=producer.name, line=line, stage=stage, frame=self._frame, error=error
        )
        REPORTER.report(found, self._tally, texts)


def begin(contract: Contract, *, stage: Stage | str | None = None) -> Wire:
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
        frame = sys._getframe(1)  # noqa: SLF001 - the only way to ask who calls
        producer = _producers.get(id(frame.f_code))
        if producer is None:
            producer = _new_producer(frame)
        decision = producer.decide(rules, stage)
        if decision.stage is Stage.OFF:
            return OFF
        return ComparingWire(producer, decision, contract)
    except Exception as error:  # noqa: BLE001 - the stream is served all the same
        _failed(error)
        return OFF


# By identity: code is compared by its content, that of two modules may be equal.
_producers: dict[int, Producer] = {}


def _new_producer(frame: FrameType) -> Producer:
    if len(_producers) >= KNOWN:
        _producers.clear()
    producer = _producers[id(frame.f_code)] = Producer(frame)
    return producer


_told: set[str] = set()


def _failed(error: Exception) -> None:
    """Tell, once, that the shim itself failed."""
    kind = type(error).__name__
    if kind not in _told:
        _told.add(kind)
        with suppress(Exception):  # memory may be short, too
            BACKGROUND.tell("the old text is served, since the comparison ended in %s", kind)
