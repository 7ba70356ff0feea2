"""Replace values that are another one in each run, byte span by byte span.

Nothing is parsed and written again: all other bytes stay as they were sent, and so do the
boundaries of the messages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import accumulate, count
from typing import TYPE_CHECKING, NamedTuple, cast

from streamlift.errors import StreamliftError

from .differences.json_span import ByteSpan, JSONPath, frame_spans
from .differences.placeholder import NAME
from .differences.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .recording import Recording


class RedactionError(StreamliftError, ValueError):
    """A redaction that says nothing, or two things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    r"""Which values are replaced by `<name#1>`, `<name#2>`, ...

    The same value gets the same number, in the whole recording: that two ids are equal, or are
    not, is still compared.

        Redaction(name="id", json_path="$.id", shape=r"chatcmpl-\w{29}")
        Redaction(name="date", pattern=r"\d{4}-\d\d-\d\d")

    Attributes:
        name: What the placeholder says.
        pattern: A regular expression (compiled, once it is here), over the body's bytes and over
            each value of a header. The value is its group, or all of it if it has none.
        json_path: Where the value stands in the data of each frame, or in a body that is JSON:
            `$.id`, `$.choices[*].id`, `$["a b"][0]`. Of a string the quotes stay; an id that has
            become `null` or empty is not replaced.
        shape: A regular expression that the whole value has to match. A value that does not is
            left as it is, so that a changed form of an id is a difference.
    """

    name: str
    pattern: str | bytes | re.Pattern[bytes] | None = None
    json_path: str | None = None
    shape: str | bytes | re.Pattern[bytes] | None = None
    _path: JSONPath | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise self._error("a name is a letter, then letters, digits, '_', '-', '.'")
        if (self.pattern is None) == (self.json_path is None):
            raise self._error("it needs either a pattern or a json path")
        pattern, shape = self._compiled("pattern"), self._compiled("shape")
        if pattern is not None and pattern.groups > 1:
            raise self._error(
                f"the pattern has {pattern.groups} groups, and one of them at most can be the value; "
                "write the others as (?:...)"
            )
        try:
            path = None if self.json_path is None else JSONPath.parse(self.json_path)
        except ValueError as error:
            raise self._error(str(error)) from None
        for name, value in (("pattern", pattern), ("shape", shape), ("_path", path)):
            object.__setattr__(self, name, value)

    def _compiled(self, name: str) -> re.Pattern[bytes] | None:
        given: str | bytes | re.Pattern[bytes] | None = getattr(self, name)
        if given is None or isinstance(given, re.Pattern):
            return given
        try:
            return re.compile(given.encode() if isinstance(given, str) else given)
        except re.error as error:
            raise self._error(f"the {name} is no regular expression ({error})") from None

    def _error(self, reason: str) -> RedactionError:
        return RedactionError(f"redaction {self.name!r}: {reason}")

    @property
    def what(self) -> str:
        """What it finds, for people."""
        if self.json_path is not None:
            return self.json_path
        return _source(self.pattern)

    def in_body(self, body: bytes) -> Iterator[tuple[ByteSpan, ...]]:
        """Yield each value of *body* as the spans that it stands in: one a line of its frame."""
        if self._path is not None:
            yield from frame_spans(body, self._path)
        else:
            for span in self.in_text(body):
                yield (span,)

    def in_text(self, text: bytes) -> Iterator[ByteSpan]:
        """Yield the values in *text* that the pattern finds."""
        pattern = cast("re.Pattern[bytes] | None", self.pattern)
        if pattern is not None:
            for match in pattern.finditer(text):
                begin, end = match.span(pattern.groups)
                if begin < end:
                    yield ByteSpan(begin, end)

    def takes(self, value: bytes) -> bool:
        """Tell whether *value* has the shape."""
        shape = cast("re.Pattern[bytes] | None", self.shape)
        return shape is None or shape.fullmatch(value) is not None


def _source(pattern: object) -> str:
    return visible(cast("re.Pattern[bytes]", pattern).pattern)


class Misshapen(NamedTuple):
    """A value that a redaction found and left, because it has another shape."""

    redaction: Redaction
    value: bytes

    def __str__(self) -> str:
        return (
            f"{self.redaction.name}: '{visible(self.value)}' is not of the shape "
            f"'{_source(self.redaction.shape)}'"
        )


class Redactor:
    """Redacts recordings, and knows what its rules have done.

    Where the values of two rules overlap, the one of the earlier rule is replaced and that of
    the later one is not. Text that is a placeholder of a rule already is left as it is.
    """

    def __init__(self, redactions: Iterable[Redaction]) -> None:
        self._redactions = tuple(redactions)
        self._misshapen: list[Misshapen] = []
        self._counts: dict[Redaction, int] = dict.fromkeys(self._redactions, 0)

    @property
    def counts(self) -> dict[Redaction, int]:
        """How many values each rule has replaced so far: none is a rule that does nothing."""
        return dict(self._counts)

    @property
    def misshapen(self) -> tuple[Misshapen, ...]:
        """The values that were left so far."""
        return tuple(self._misshapen)

    def redacted(self, recording: Recording) -> Recording:
        """Return *recording* with placeholders in its body and in the values of its headers."""
        if not self._redactions:
            return recording
        numbers = _Numbers(
            self._redactions, (*(value for _, value in recording.headers), recording.body)
        )
        headers = tuple(
            (name, b"".join(self._pieces(value, (len(value),), numbers, in_body=False)))
            for name, value in recording.headers
        )
        ends = tuple(accumulate(map(len, recording.messages)))
        messages = tuple(self._pieces(recording.body, ends, numbers, in_body=True))
        return replace(recording, headers=headers, messages=messages)

    def _pieces(
        self, text: bytes, ends: Sequence[int], numbers: _Numbers, *, in_body: bool
    ) -> Iterator[bytes]:
        """Yield *text* with placeholders, cut where it was cut.

        A value that lies over a cut counts to the piece that it begins in.
        """
        spans = sorted(self._replacements(text, numbers, in_body=in_body))
        at, index = 0, 0
        for end in ends:
            piece = []
            while index < len(spans) and spans[index][0].begin < end:
                span, placeholder = spans[index]
                piece += [text[at : span.begin], placeholder]
                at, index = span.end, index + 1
            if at < end:
                piece.append(text[at:end])
                at = end
            yield b"".join(piece)

    def _replacements(
        self, text: bytes, numbers: _Numbers, *, in_body: bool
    ) -> Iterator[tuple[ByteSpan, bytes]]:
        taken = bytearray(len(text))
        for match in numbers.placeholder.finditer(text):
            taken[match.start() : match.end()] = b"\1" * len(match[0])
        found: list[tuple[tuple[ByteSpan, ...], Redaction]] = []
        for redaction in self._redactions:
            places = redaction.in_body(text) if in_body else ((s,) for s in redaction.in_text(text))
            for spans in places:
                if any(taken.find(1, *span) >= 0 for span in spans):
                    continue
                value = b"\n".join(text[span.begin : span.end] for span in spans)
                if redaction.takes(value):
                    for begin, end in spans:
                        taken[begin:end] = b"\1" * (end - begin)
                    found.append((spans, redaction))
                else:
                    self._misshapen.append(Misshapen(redaction, value))
        for spans, redaction in sorted(found, key=lambda each: each[0]):
            self._counts[redaction] += 1
            value = b"\n".join(text[span.begin : span.end] for span in spans)
            yield spans[0], numbers.of(redaction.name, value)
            yield from ((span, b"") for span in spans[1:])


class _Numbers:
    """Which value of which name has which number."""

    def __init__(self, redactions: Iterable[Redaction], texts: Iterable[bytes]) -> None:
        names = b"|".join(sorted({re.escape(each.name).encode() for each in redactions}))
        self.placeholder = re.compile(rb"<(%s)#([1-9]\d*)>" % names)
        # A number that stands there already means a value that is not known any more.
        self._used = {match[0] for text in texts for match in self.placeholder.finditer(text)}
        self._known: dict[tuple[str, bytes], bytes] = {}
        self._counters: dict[str, count[int]] = defaultdict(lambda: count(1))

    def of(self, name: str, value: bytes) -> bytes:
        """Return the placeholder of *value*."""
        if (name, value) not in self._known:
            candidates = (b"<%s#%d>" % (name.encode(), number) for number in self._counters[name])
            self._known[name, value] = next(each for each in candidates if each not in self._used)
        return self._known[name, value]


def redacted(recording: Recording, redactions: Iterable[Redaction]) -> Recording:
    """Return *recording* with a placeholder for each value that *redactions* find."""
    return Redactor(redactions).redacted(recording)
