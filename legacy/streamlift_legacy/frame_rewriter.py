"""Changes of a frame of old code, written as that code would have written them, or refused."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, TypedDict

from streamlift.errors import StreamliftError, UnframeableField
from streamlift.sse.grammar import LINE_ENDING, field

if TYPE_CHECKING:
    from collections.abc import Mapping

PAYLOAD_KEYS = ("type", "role", "content", "tool_call_id")

_LINES = re.compile(f"({LINE_ENDING.pattern})")


class _Options(TypedDict):
    ensure_ascii: bool
    separators: tuple[str, str]
    sort_keys: bool


# Every combination that gives one line: a frame that two of them fit leaves it open which it was.
_DIALECTS = [
    _Options(ensure_ascii=ensure_ascii, separators=(item, key), sort_keys=sort_keys)
    for ensure_ascii, item, key, sort_keys in itertools.product(
        (True, False), (", ", ","), (": ", ":"), (False, True)
    )
]


class UnrecoverableDialect(StreamliftError, ValueError):
    """A frame does not tell how its code would have written a change.

    Make a new chunk instead (`StreamingChunk.of`), under a contract that says how it is written.

    Attributes:
        wire: The frame.
        reason: What it does not tell.
    """

    def __init__(self, wire: str | bytes, reason: str) -> None:
        super().__init__(f"{wire!r}: {reason}")
        self.wire = wire
        self.reason = reason

    def __reduce__(self) -> tuple[type[UnrecoverableDialect], tuple[str | bytes, str]]:
        return type(self), (self.wire, self.reason)


class FrameRewriter:
    """The lines of one frame: values can be set, every other character stays."""

    def __init__(self, wire: str | bytes) -> None:
        self._wire = wire
        try:
            text = wire if isinstance(wire, str) else wire.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnrecoverableDialect(wire, "is not UTF-8") from error
        # Lines at even places, the line endings after them at odd ones.
        self._parts = _LINES.split(text)

    def wire(self) -> str | bytes:
        """Return the frame as it is now, of the type that it had."""
        text = "".join(self._parts)
        return text if isinstance(self._wire, str) else text.encode()

    def set_field(self, name: str, value: str) -> None:
        """Set a field that the frame has.

        Raises:
            UnframeableField: If the value holds a line ending.
            UnrecoverableDialect: If the frame has no such field, or several.
        """
        if LINE_ENDING.search(value):
            raise UnframeableField(name, value, "must not hold a line ending")
        place, start = self._find(name)
        self._parts[place] = self._parts[place][:start] + value

    def change_payload(self, changes: Mapping[str, object], *, may_be_event: bool) -> None:
        """Set the payload or some of its keys.

        Args:
            changes: As for `AdaptedChunk.replace`.
            may_be_event: Whether the event line may be a copy of the payload's type.
        """
        place, start = self._find("data")
        data = self._parts[place][start:]
        try:
            before = json.loads(data)
        except (ValueError, RecursionError):
            raise self._unrecoverable("has data that is not JSON") from None
        after = changes.get("payload", before)
        keys = {name: changes[name] for name in PAYLOAD_KEYS if name in changes}
        if keys:
            if not isinstance(after, dict):
                raise self._unrecoverable(f"has a payload without keys, so no {min(keys)!r}")
            after = {**after, **keys}
        if may_be_event:
            self._check_event(_kind(before), _kind(after))
        self._parts[place] = self._parts[place][:start] + self._encode(after, before, data)

    def _find(self, name: str) -> tuple[int, int]:
        """Return the place of the only line of a field, and where its value starts."""
        places = [
            (place, len(line) - len(value))
            for place, line in enumerate(self._parts)
            if place % 2 == 0 and line
            for label, value in [field(line.removeprefix("\ufeff"))]
            if label == name
        ]
        if len(places) != 1:
            raise self._unrecoverable(f"has {len(places) or 'no'} {name} lines")
        place, start = places[0]
        if ":" not in self._parts[place]:
            raise self._unrecoverable(f"has a {name} line without a colon")
        return place, start

    def _check_event(self, before: str | None, after: str | None) -> None:
        """Refuse to guess whether the event line would follow a change of the payload's type."""
        for place in range(0, len(self._parts), 2):
            if before != after and field(self._parts[place]) == ("event", before):
                raise self._unrecoverable("may repeat its type as event: give event= too")

    def _encode(self, after: object, before: object, data: str) -> str:
        """Return the JSON of *after* with the options that turn *before* into *data*."""
        texts = {
            json.dumps(after, **options) for options in _DIALECTS if _dumps(before, options) == data
        }
        if not texts:
            raise self._unrecoverable("has data that json.dumps would write in another way")
        if len(texts) > 1:
            raise self._unrecoverable(
                "fits several options of json.dumps, which write the change differently: "
                + " or ".join(sorted(texts))
            )
        return texts.pop()

    def _unrecoverable(self, reason: str) -> UnrecoverableDialect:
        return UnrecoverableDialect(self._wire, reason)


def _kind(payload: object) -> str | None:
    kind = payload.get("type") if isinstance(payload, dict) else None
    return kind if isinstance(kind, str) else None


def _dumps(payload: object, options: _Options) -> str | None:
    try:
        return json.dumps(payload, **options)
    except (ValueError, RecursionError):  # more digits, or deeper, than it writes
        return None
