r"""The productions of the event-stream format, each with the rule it implements.

Two traps of the standard library stay out of this package: `str.splitlines` splits at eight
characters that end no line of an event stream (U+2028, `\x0b`, ...), and `int` accepts what the
standard ignores (`+5`, `1_000`, Arabic digits) and raises on very long numbers.
"""

from __future__ import annotations

import re
from typing import Final

# end-of-line = ( cr lf / cr / lf )
# https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
LINE_ENDING: Final = re.compile(r"\r\n|\n|\r")

# The standard's words: "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark".
# https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
BOM: Final = b"\xef\xbb\xbf"

# "If event type buffer is not an empty string, then set the type of event to event type buffer";
# the type it has without one.
# https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
DEFAULT_TYPE: Final = "message"

_MAX_RETRY_DIGITS: Final = 18


def field(line: str) -> tuple[str, str]:
    """Return the name and the value of one line that is not blank.

    A comment has the empty name. A line without a colon is a name with an empty value. Exactly one
    space after the colon is dropped.
    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    """
    name, _, value = line.partition(":")
    return name, value[1:] if value[:1] == " " else value


def reconnection_time(value: str) -> int | None:
    """Return the milliseconds of a `retry` field, None if the field is to be ignored.

    "If the field value consists of only ASCII digits, then interpret the field value as an integer
    in base ten". A time of more than 18 digits (30 million years) is ignored, as browsers ignore
    what overflows their integer.
    https://html.spec.whatwg.org/multipage/server-sent-events.html#processField
    """
    if not (value.isascii() and value.isdigit()):
        return None
    digits = value.lstrip("0")
    return int(digits or "0") if len(digits) <= _MAX_RETRY_DIGITS else None
