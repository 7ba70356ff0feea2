"""An event stream cut into frames, without loss: the frames and the tail join to the input.

A frame is the text of one event, or of comments alone: the line endings before its first line, its
lines, and the blank line that ends it. A further blank line opens the next frame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, AnyStr, Final, Generic

# end-of-line = ( cr lf / cr / lf ); the lookahead keeps CRLF whole: its halves make no blank line.
# https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
_END_OF_LINE: Final = r"(?:\n|\r\n|\r(?!\n))"
_BLANK_LINE: Final = rf"{_END_OF_LINE}(?:\r\n|\n|\r)"
FRAME: Final = rf"[\r\n]*(?:[^\r\n]+{_END_OF_LINE})+(?:\r\n|\n|\r)"
# The same where no line ends in a carriage return: three times faster.
_LF_FRAME: Final = r"\n*[^\n]+\n(?:[^\n]+\n)*\n"


@dataclass(slots=True)
class Frame(Generic[AnyStr]):
    """One frame.

    Attributes:
        raw: Its text as it came, with every line ending.
    """

    raw: AnyStr


class _Alphabet(Generic[AnyStr]):
    """What the framer looks for, in the type of its input."""

    __slots__ = ("blank_line", "cr", "crlf", "empty", "frame", "lf", "lf_frame")

    empty: AnyStr
    crlf: AnyStr
    cr: AnyStr
    lf: AnyStr
    blank_line: re.Pattern[AnyStr]
    frame: re.Pattern[AnyStr]
    lf_frame: re.Pattern[AnyStr]

    def __init__(self, empty: AnyStr, crlf: AnyStr, *patterns: AnyStr) -> None:
        self.empty = empty
        self.crlf = crlf
        self.cr = crlf[:1]
        self.lf = crlf[1:]
        self.blank_line, self.frame, self.lf_frame = map(re.compile, patterns)


_TEXT: Final = _Alphabet("", "\r\n", _BLANK_LINE, FRAME, _LF_FRAME)
_BYTES: Final = _Alphabet(
    b"", b"\r\n", *(pattern.encode() for pattern in (_BLANK_LINE, FRAME, _LF_FRAME))
)


class Framer(Generic[AnyStr]):
    """An incremental framer of one event stream, of str or of bytes.

    However the input is cut, the frames are the same, but for one case: a frame that ends in a
    carriage return is complete, so a line feed that follows in the next piece opens the next frame
    (and is the tail if the stream ends there). Time is linear in the input.
    """

    __slots__ = ("_alphabet", "_has_lines", "_line_ending", "_open")

    def __init__(self) -> None:
        self._alphabet: _Alphabet[AnyStr] | None = None
        self._begin()

    def _begin(self) -> None:
        self._open: list[AnyStr] = []
        # Whether the open frame has more than line endings; the line ending that it stops at.
        self._has_lines = False
        self._line_ending: AnyStr | None = None

    @property
    def tail(self) -> AnyStr | None:
        """The text of the open frame, never empty; None if no frame is open."""
        if self._alphabet is None or not self._open:
            return None
        empty: AnyStr = self._alphabet.empty
        return empty.join(self._open)

    @property
    def is_open(self) -> bool:
        """Whether a frame has begun that a blank line will end."""
        return bool(self._open) or self._has_lines

    def drain(self) -> AnyStr | None:
        """Return the tail and let go of it: of an open frame, only the rest is still to come."""
        tail = self.tail
        self._open = []
        return tail

    def close(self) -> AnyStr | None:
        """Return the tail, and begin anew as at the start of a stream."""
        tail = self.tail
        self._begin()
        return tail

    def feed(self, piece: AnyStr) -> list[Frame[AnyStr]]:
        """Return the frames that *piece* completes, in order.

        Raises:
            TypeError: If *piece* is str and an earlier one was bytes, or the other way round.
        """
        alphabet = self._alphabet
        if alphabet is None:
            alphabet = self._alphabet = _alphabet_of(piece)
        window, seen = piece, 0
        if self._line_ending is not None:
            # The next character may make a blank line of it.
            window, seen = self._line_ending + piece, len(self._line_ending)
        raws = self._complete(window, seen, alphabet)
        end = seen + sum(map(len, raws))
        if raws:
            self._open.append(raws[0])
            raws[0] = alphabet.empty.join(self._open)
            self._begin()
        if end != len(window):
            self._keep(window[end:], alphabet)
        return [Frame(raw) for raw in raws]

    def _complete(self, window: AnyStr, start: int, alphabet: _Alphabet[AnyStr]) -> list[AnyStr]:
        """Return the texts of the frames that end in *window*, the first one from *start* on."""
        last = _end_of_last_blank_line(window, alphabet)
        if not last:
            return []
        raws = []
        if self._has_lines and (blank_line := alphabet.blank_line.search(window)):
            raws.append(window[start : blank_line.end()])
            start = blank_line.end()
        # The search ends where the last frame does: behind that, each character would be a start
        # tried in vain, in quadratic time.
        last_line = len(window[:last].rstrip(alphabet.crlf))
        if last_line > start and (blank_line := alphabet.blank_line.match(window, last_line)):
            frame = alphabet.frame if alphabet.cr in window else alphabet.lf_frame
            raws += frame.findall(window, start, blank_line.end())
        return raws

    def _keep(self, rest: AnyStr, alphabet: _Alphabet[AnyStr]) -> None:
        """Add *rest*, which completes no frame, to the open frame."""
        self._open.append(rest)
        self._has_lines = self._has_lines or bool(rest.strip(alphabet.crlf))
        if self._has_lines and rest.endswith((alphabet.cr, alphabet.lf)):
            self._line_ending = rest[-1:]
        else:
            self._line_ending = None


def _alphabet_of(piece: str | bytes) -> Any:
    return _TEXT if isinstance(piece, str) else _BYTES


def _end_of_last_blank_line(window: AnyStr, alphabet: _Alphabet[AnyStr]) -> int:
    """Return where the last two line endings in a row end, 0 if there are none."""
    cr, lf = alphabet.cr, alphabet.lf
    end = window.rfind(lf + lf) + 2
    if cr in window:
        for before in (cr, lf):
            pair = window.rfind(before + cr) + 2
            # The second line ending may be a CRLF.
            end = max(end, pair + window.startswith(lf, pair) if pair > 1 else 0)
    return end if end > 1 else 0
