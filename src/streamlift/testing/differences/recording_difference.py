"""Everything in which two recordings differ, each with a name, a line and a picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING

from .byte_diff import Difference, difference
from .common_bytes import common_beginning, common_end
from .content_coding import coding_of, decoded
from .visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..recording import Cleanup, Header, Recording

SHOWN = 100
"""Characters of a value that a headline shows, and of a message that a picture shows."""

LEFT_BEHIND = {
    "open_generators": "generators left open",
    "collected_generators": "generators left to the garbage collector",
    "pending_tasks": "tasks left running",
    "unhandled": "unhandled exceptions",
}


class RecordingKind(str, Enum):
    """What differs."""

    RECORDER = "recorder"
    STATUS = "status"
    CHANGED_HEADER = "changed header"
    MISSING_HEADER = "missing header"
    EXTRA_HEADER = "extra header"
    HEADER_ORDER = "order of headers"
    BOUNDARIES = "message boundaries"
    BODY = "body"
    ENDING = "ending"
    CLEANUP = "cleanup"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingDifference:
    """One thing in which two recordings differ.

    Attributes:
        kind: What it is.
        headline: It in one line.
        details: More lines, for people.
        body: For the kind `body`: where, of what class, and the picture.
    """

    kind: RecordingKind
    headline: str
    details: tuple[str, ...] = ()
    body: Difference | None = None

    def __str__(self) -> str:
        return self.render()

    def render(self, *, colour: bool = False, frames: int = 3, width: int = 120) -> str:
        """Return the headline, and below it what there is to see.

        Args:
            colour: With ANSI colours.
            frames: Of a body, stop after this many differing frames.
            width: Of a body, show at most this many characters of a line.
        """
        if self.body is not None:
            return self.body.render(colour=colour, frames=frames, width=width)
        return "\n".join((self.headline, *(_painted(line, colour=colour) for line in self.details)))


def recording_differences(
    expected: Recording, actual: Recording
) -> tuple[RecordingDifference, ...]:
    """Return all that differs: nothing, if and only if the two are equal.

    What a recorder cannot see does not count as equal: recordings of two recorders differ in that.
    Two of the same recorder are compared in all that it sees; `unseen` says what that leaves out.
    """
    return (
        *_recorder(expected, actual),
        *_status(expected, actual),
        *_headers(expected.headers, actual.headers),
        *_body(expected, actual),
        *_ending(expected, actual),
        *_boundaries(expected.messages, actual.messages),
        *_cleanup(expected.cleanup, actual.cleanup),
    )


def unseen(recording: Recording) -> tuple[str, ...]:
    """Return what no comparison with *recording* can tell, in words."""
    facts = []
    if recording.recorder == "socket":
        facts.append("the type of an exception")
    if recording.cleanup is None:
        facts.append("cleanup")
    return tuple(facts)


def _difference(kind: RecordingKind, text: str, *details: str) -> RecordingDifference:
    return RecordingDifference(kind=kind, headline=f"{kind}: {text}", details=details)


def _recorder(expected: Recording, actual: Recording) -> Iterator[RecordingDifference]:
    if expected.recorder != actual.recorder:
        yield _difference(
            RecordingKind.RECORDER,
            f"recorded by {actual.recorder} and not by {expected.recorder}, which sees other "
            "headers, messages and endings: record both in the same way",
        )


def _status(expected: Recording, actual: Recording) -> Iterator[RecordingDifference]:
    if expected.status != actual.status:
        old, new = (
            "no response" if each.status is None else each.status for each in (expected, actual)
        )
        yield _difference(RecordingKind.STATUS, f"{new} instead of {old}")
    elif expected.status_line != actual.status_line:
        old, new = (
            "no line" if each.status_line is None else _short(each.status_line)
            for each in (expected, actual)
        )
        yield _difference(RecordingKind.STATUS, f"the line {new} instead of {old}")


def _headers(expected: Sequence[Header], actual: Sequence[Header]) -> Iterator[RecordingDifference]:
    names = dict.fromkeys(name.lower() for name, _ in (*expected, *actual))
    for name in names:
        old, new = (
            [each for each in side if each[0].lower() == name] for side in (expected, actual)
        )
        yield from _header(old, new)
    kept = Counter(expected) & Counter(actual)
    before, after = ([each for each in side if each in kept] for side in (expected, actual))
    if before != after and Counter(before) == Counter(after):
        one, other = next(pair for pair in zip(before, after, strict=True) if pair[0] != pair[1])
        yield _difference(
            RecordingKind.HEADER_ORDER, f"{_header_text(other)} where {_header_text(one)} stood"
        )


def _header(old: list[Header], new: list[Header]) -> Iterator[RecordingDifference]:
    """Yield what differs in all headers of one name."""
    if Counter(old) == Counter(new):
        return
    kept = Counter(old) & Counter(new)
    gone, come = (list((Counter(side) - kept).elements()) for side in (old, new))
    for one, other in zip(gone, come, strict=False):
        if one[1] == other[1]:
            text = f"{_name(one)} is written {_name(other)}"
        else:
            text = f"{_name(one)}: {_short(other[1])} instead of {_short(one[1])}"
        yield _difference(RecordingKind.CHANGED_HEADER, text)
    for one in gone[len(come) :]:
        yield _difference(RecordingKind.MISSING_HEADER, _header_text(one))
    for other in come[len(gone) :]:
        yield _difference(RecordingKind.EXTRA_HEADER, _header_text(other))


def _body(expected: Recording, actual: Recording) -> Iterator[RecordingDifference]:
    if expected.body == actual.body:
        return
    coding, bodies = "", (expected.body, actual.body)
    texts = decoded(expected), decoded(actual)
    if texts[0] is not None and texts[1] is not None:
        coding, bodies = f"{coding_of(actual)}, undone: ", (texts[0], texts[1])
    found = difference(*bodies)
    if found is None:
        yield _difference(
            RecordingKind.BODY,
            f"{coding}the same text, compressed to other bytes; to compare the text only, leave "
            "accept-encoding out of the request",
        )
    else:
        yield RecordingDifference(
            kind=RecordingKind.BODY, headline=f"body: {coding}{found.headline}", body=found
        )


def _boundaries(
    expected: Sequence[bytes], actual: Sequence[bytes]
) -> Iterator[RecordingDifference]:
    """Yield where the body is cut into messages in another way.

    Where the bodies differ, before and behind what differs; in it, there is nothing to compare.
    """
    cut = _first_other_cut(expected, actual)
    if cut is None:
        return
    old, new = cut
    yield _difference(
        RecordingKind.BOUNDARIES,
        f"{len(actual)} instead of {len(expected)} messages, the first that is cut in another way "
        f"is [{new}] with {_bytes(actual, new)} instead of [{old}] with {_bytes(expected, old)}",
        *(
            f"  - [{index}] {_excerpt(expected[index])}"
            for index in (old, old + 1)
            if index < len(expected)
        ),
        *(
            f"  + [{index}] {_excerpt(actual[index])}"
            for index in (new, new + 1)
            if index < len(actual)
        ),
    )


def _first_other_cut(expected: Sequence[bytes], actual: Sequence[bytes]) -> tuple[int, int] | None:
    """Return the first message of each side that begins or ends in another place."""
    left, right = b"".join(expected), b"".join(actual)
    ends = [list(accumulate(map(len, side))) for side in (expected, actual)]
    if left == right:
        at = _first_other(*ends)
        return None if at is None else (at, at)
    before = common_beginning(left, right)
    at = _first_other(*([end for end in side if end < before] for side in ends))
    if at is not None:
        return at, at
    behind = common_end(left[before:], right[before:])
    at = _first_other(
        *(
            [rest for end in reversed(side) if (rest := size - end) < behind]
            for side, size in zip(ends, (len(left), len(right)), strict=True)
        )
    )
    # Both end with the end of a message, so there is one that ends where the other side's does.
    return None if at is None else (len(expected) - at, len(actual) - at)


def _first_other(left: list[int], right: list[int]) -> int | None:
    """Return the index where two lists first differ."""
    pairs = enumerate(zip_longest(left, right))
    return next((index for index, (one, other) in pairs if one != other), None)


def _ending(expected: Recording, actual: Recording) -> Iterator[RecordingDifference]:
    if expected.ending != actual.ending:
        yield _difference(RecordingKind.ENDING, f"{actual.ending} instead of {expected.ending}")


def _cleanup(expected: Cleanup | None, actual: Cleanup | None) -> Iterator[RecordingDifference]:
    if expected is None or actual is None:
        if expected is not actual:
            which = "first" if expected is None else "second"
            yield _difference(
                RecordingKind.CLEANUP, f"the {which} recording cannot tell what was left behind"
            )
        return
    for name, what in LEFT_BEHIND.items():
        old, new = getattr(expected, name), getattr(actual, name)
        if old != new:
            yield _difference(
                RecordingKind.CLEANUP,
                f"{what}: {', '.join(new) or 'none'} instead of {', '.join(old) or 'none'}",
            )


def _header_text(header: Header) -> str:
    return f"{_name(header)}: {_short(header[1])}"


def _name(header: Header) -> str:
    return visible(header[0])


def _short(value: bytes) -> str:
    text = visible(value)
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _bytes(messages: Sequence[bytes], index: int) -> str:
    return "none" if index >= len(messages) else f"{len(messages[index])} bytes"


def _excerpt(message: bytes) -> str:
    text = visible(message)
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}…{text[-SHOWN // 2 :]}"


def _painted(line: str, *, colour: bool) -> str:
    code = {"-": "31", "+": "32"}.get(line.lstrip()[:1]) if colour else None
    return line if code is None else f"\x1b[{code}m{line}\x1b[0m"
