"""Conformance vectors of the event-stream format: bytes, and what a conforming parser makes of them.

The groups are our own reading of https://html.spec.whatwg.org/multipage/server-sent-events.html;
where a group has the subject of a web-platform-test (`eventsource/format-*`), its name says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vector:
    """One stream and its events, each as (type, data, last event ID)."""

    name: str
    wire: bytes
    events: tuple[tuple[str, str, str], ...]
    retry: int | None = None
    last_event_id: str = ""

    def __str__(self) -> str:
        return self.name


def _messages(*data: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(("message", text, "") for text in data)


BOM = b"\xef\xbb\xbf"
REPLACED = "\ufffd"

GROUPS: dict[str, list[Vector]] = {
    "1 byte order mark": [
        Vector(
            "format-bom: only the first",
            BOM + b"data:1\n\n" + BOM + b"data:2\n\ndata:3\n\n",
            _messages("1", "3"),
        ),
        Vector(
            "format-bom-2: two at the start",
            BOM + BOM + b"data:1\n\ndata:2\n\n",
            _messages("2"),
        ),
        Vector("alone", BOM, ()),
        Vector("before a blank line", BOM + b"\ndata: 1\n\n", _messages("1")),
        Vector("half of one is two bad bytes", BOM[:2] + b"data: 1\n\ndata: 2\n\n", _messages("2")),
        Vector("not after a blank line", b"\n" + BOM + b"data: 1\n\ndata: 2\n\n", _messages("2")),
        Vector("kept in a value", b"data: " + BOM + b"x\n\n", _messages("\ufeffx")),
    ],
    "2 fields without a colon": [
        Vector("data", b"data\n\n", _messages("")),
        Vector("data twice", b"data\ndata\n\n", _messages("\n")),
        Vector(
            "format-field-data",
            b"data:\n\ndata\ndata\n\ndata:test\n\n",
            _messages("", "\n", "test"),
        ),
        Vector("id resets", b"id: 1\nid\ndata: a\n\n", _messages("a")),
        Vector("event resets", b"event: x\nevent\ndata: a\n\n", _messages("a")),
        Vector("retry is empty", b"retry: 5\nretry\n\n", (), retry=5),
    ],
    "3 what is not terminated": [
        Vector("an event", b"data: a\n\ndata: b\n", _messages("a")),
        Vector("a line", b"data: a\n\ndata: b", _messages("a")),
        Vector(
            "format-data-before-final-empty-line",
            b"retry:1000\ndata:test1\n\nid:test\ndata:test2",
            _messages("test1"),
            retry=1000,
        ),
        Vector("an id without its blank line", b"id: 1\ndata: a\n", ()),
        Vector("a retry counts at its line ending", b"retry: 7\n", (), retry=7),
        Vector("nothing at all", b"", ()),
    ],
    "4 line endings": [
        Vector("LF", b"data: a\n\n", _messages("a")),
        Vector("CR", b"data: a\r\r", _messages("a")),
        Vector("CRLF", b"data: a\r\n\r\n", _messages("a")),
        Vector(
            "format-newlines", b"data:test\r\ndata\ndata:test\r\n\r\n", _messages("test\n\ntest")
        ),
        Vector("LF CR are two", b"data: a\n\rdata: b\n\r", _messages("a", "b")),
        Vector("CR LF LF are two", b"data: a\r\n\ndata: b\r\n\n", _messages("a", "b")),
        Vector("CR CR LF are two", b"data: a\r\r\ndata: b\r\r\n", _messages("a", "b")),
        Vector("each in one event", b"data: a\rdata: b\ndata: c\r\n\r", _messages("a\nb\nc")),
        Vector("blank lines alone", b"\n\r\r\n\n\r\n", ()),
    ],
    "5 inside CRLF": [
        Vector("two lines", b"data: a\r\ndata: b\r\n\r\n", _messages("a\nb")),
        Vector("many events", b"data: a\r\n\r\n" * 3, _messages("a", "a", "a")),
        Vector("never a blank line", b"event: e\r\ndata: a\r\n\r\n", (("e", "a", ""),)),
        Vector(
            "an id then data",
            b"id: 1\r\n\r\ndata: a\r\n\r\n",
            (("message", "a", "1"),),
            last_event_id="1",
        ),
    ],
    "6 UTF-8": [
        Vector("two to four bytes", "data: é東🚀\n\n".encode(), _messages("é東🚀")),
        Vector("format-utf-8", "data:ok…\n\n".encode(), _messages("ok…")),
        Vector("a lone lead byte", b"data: \xc3\n\n", _messages(REPLACED)),
        Vector("a cut sequence", b"data: \xf0\x9f\x9ax\n\n", _messages(REPLACED + "x")),
        Vector("a lone continuation", b"data: a\x80b\n\n", _messages(f"a{REPLACED}b")),
        Vector("an overlong form", b"data: \xc0\xaf\n\n", _messages(REPLACED * 2)),
        Vector("a surrogate", b"data: \xed\xa0\x80\n\n", _messages(REPLACED * 3)),
        Vector("beyond the last plane", b"data: \xf5\x80\n\n", _messages(REPLACED * 2)),
        Vector("in an event type", b"event: \xff\ndata: a\n\n", ((REPLACED, "a", ""),)),
        Vector("in a field name", b"data\xff: a\n\ndata: b\n\n", _messages("b")),
    ],
    "7 NULL": [
        Vector("format-field-id-null", b"id: \x00\ndata: a\n\n", _messages("a")),
        Vector(
            "the id before it stays",
            b"id: 1\nid: 2\x00\ndata: a\n\n",
            (("message", "a", "1"),),
            last_event_id="1",
        ),
        Vector("format-null-character: data", b"data: \x00a\n\n", _messages("\x00a")),
        Vector(
            "format-field-parsing",
            b"data:\x00\ndata:  2\rData:1\ndata\x00:2\ndata:1\r\x00data:4\nda-ta:3\rdata_5\n"
            b"data:3\rdata:\r\n data:32\ndata:4\n\n",
            _messages("\x00\n 2\n1\n3\n\n4"),
        ),
        Vector("in an event type", b"event: a\x00b\ndata: a\n\n", (("a\x00b", "a", ""),)),
    ],
    "8 last event ID": [
        Vector(
            "persists",
            b"id: 7\ndata: a\n\ndata: b\n\n",
            (("message", "a", "7"), ("message", "b", "7")),
            last_event_id="7",
        ),
        Vector(
            "from a block without data",
            b"id: 7\n\ndata: b\n\n",
            (("message", "b", "7"),),
            last_event_id="7",
        ),
        Vector(
            "an empty one resets",
            b"id: 7\ndata: a\n\nid\ndata: b\n\nid:\ndata: c\n\n",
            (("message", "a", "7"), ("message", "b", ""), ("message", "c", "")),
        ),
        Vector(
            "the last of a block",
            b"id: 1\nid: 2\ndata: a\n\n",
            (("message", "a", "2"),),
            last_event_id="2",
        ),
        Vector(
            "not ASCII", "id: …\ndata: a\n\n".encode(), (("message", "a", "…"),), last_event_id="…"
        ),
        Vector(
            "a space is kept",
            b"id:  1 \ndata: a\n\n",
            (("message", "a", " 1 "),),
            last_event_id=" 1 ",
        ),
    ],
    "9 blocks without data": [
        Vector("event only", b"event: x\n\ndata: a\n\n", _messages("a")),
        Vector("retry only", b"retry: 3\n\ndata: a\n\n", _messages("a"), retry=3),
        Vector("comment only", b": x\n\ndata: a\n\n", _messages("a")),
        Vector("format-field-event-empty", b"event: \ndata:data\n\n", _messages("data")),
        Vector("unknown field only", b"foo: x\n\n", ()),
    ],
    "10 pings after an id": [
        Vector(
            "one event",
            b"id: 1\ndata: a\n\n: ping\n\n\n\n",
            (("message", "a", "1"),),
            last_event_id="1",
        ),
        Vector("pings between", b": ping\n\ndata: a\n\n: ping\n\ndata: b\n\n", _messages("a", "b")),
    ],
    "11 reconnection time": [
        Vector("format-field-retry", b"retry:03000\ndata:x\n\n", _messages("x"), retry=3000),
        Vector(
            "format-field-retry-bogus",
            b"retry:3000\nretry:1000x\ndata:x\n\n",
            _messages("x"),
            retry=3000,
        ),
        *(
            Vector(f"ignored: {value!r}", b"retry:" + value + b"\n\n", ())
            for value in (
                b"",
                b"+5",
                b"-1",
                b"1_000",
                b"  7",
                b"7 ",
                b"1.5",
                b"1e3",
                b"0x10",
                b"\x00",
            )
        ),
        Vector("ignored: Arabic digits", "retry: ٣\n\n".encode(), ()),
        Vector("ignored: a superscript", "retry: ²\n\n".encode(), ()),
        Vector("zero", b"retry: 0\n\n", (), retry=0),
        Vector("5,000 digits", b"retry: 5\nretry: " + b"9" * 5000 + b"\n\n", (), retry=5),
        Vector("5,000 zeros", b"retry: " + b"0" * 5000 + b"8\n\n", (), retry=8),
    ],
    "12 spaces": [
        Vector(
            "format-leading-space",
            b"data:\ttest\rdata: \ndata:test\n\n",
            _messages("\ttest\n\ntest"),
        ),
        Vector("the second is kept", b"data:  a\n\n", _messages(" a")),
        Vector("the last is kept", b"data: a \n\n", _messages("a ")),
        Vector("none", b"data:a\n\n", _messages("a")),
        Vector("a colon in the value", b"data:: a: b\n\n", _messages(": a: b")),
        Vector("in an event type", b"event:  x \ndata: a\n\n", ((" x ", "a", ""),)),
    ],
    "13 characters that end no line": [
        Vector(
            "in data",
            "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei\n\n".encode(),
            _messages("a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei"),
        ),
        Vector("at the end", "data: a\u2028\n\n".encode(), _messages("a\u2028")),
    ],
    "14 comments": [
        Vector(
            "format-comments",
            b"data:1\r:\x00\n:\r\ndata:2\n:"
            + b"x" * 2048
            + b"\rdata:3\n:data:fail\r:"
            + b"y" * 2048
            + b"\ndata:4\n\n",
            _messages("1\n2\n3\n4"),
        ),
        Vector("a colon alone", b":\n\ndata: a\n\n", _messages("a")),
        Vector("a field in one", b": data: a\n\n", ()),
    ],
    "15 names": [
        Vector("upper case", b"DATA: a\nData: b\ndata: c\n\n", _messages("c")),
        Vector("a space after", b"data : a\ndata: b\n\n", _messages("b")),
        Vector("a space before", b" data: a\ndata: b\n\n", _messages("b")),
        Vector(
            "format-field-unknown",
            b"data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
            _messages("test\n\ntest"),
        ),
        Vector("longer", b"dataset: a\nids: 1\nevents: x\ndata: b\n\n", _messages("b")),
    ],
    "16 event type": [
        Vector(
            "format-field-event",
            b"event:test\ndata:x\n\ndata:x\n\n",
            (("test", "x", ""), ("message", "x", "")),
        ),
        Vector("the last wins", b"event: a\nevent: b\ndata: x\n\n", (("b", "x", ""),)),
        Vector("empty resets", b"event: a\nevent:\ndata: x\n\n", _messages("x")),
        Vector("after the data", b"data: x\nevent: a\n\n", (("a", "x", ""),)),
        Vector(
            "with other lines",
            b"event: a\ndata: x\ndata: y\nid: 3\n\n",
            (("a", "x\ny", "3"),),
            last_event_id="3",
        ),
        Vector(
            "not handed on",
            b"event: a\n\nevent: b\ndata: x\n\ndata: y\n\n",
            (("b", "x", ""), ("message", "y", "")),
        ),
    ],
    "19 as seen": [
        Vector("OpenAI", b'data: {"a": 1}\n\ndata: [DONE]\n\n', _messages('{"a": 1}', "[DONE]")),
        Vector(
            "Anthropic",
            b'event: ping\ndata: {"type": "ping"}\n\nevent: message_stop\ndata: {}\n\n',
            (("ping", '{"type": "ping"}', ""), ("message_stop", "{}", "")),
        ),
        Vector("OpenRouter", b": OPENROUTER PROCESSING\n\ndata: {}\n\n", _messages("{}")),
        Vector(
            "LangServe", b"event: data\r\ndata: {}\r\n\r\nevent: end\r\n\r\n", (("data", "{}", ""),)
        ),
        Vector(
            "MCP priming",
            b"id: c1\r\ndata: \r\nretry: 500\r\n\r\n",
            (("message", "", "c1"),),
            retry=500,
            last_event_id="c1",
        ),
        Vector(
            "sse-starlette",
            b": ping - 2026-11-23 01:23:07+00:00\r\n\r\ndata: a\r\n\r\n",
            _messages("a"),
        ),
        Vector(
            "the standard's stocks",
            b"data: YHOO\ndata: +2\ndata: 10\n\n",
            _messages("YHOO\n+2\n10"),
        ),
        Vector(
            "the standard's four blocks",
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            (
                ("message", "first event", "1"),
                ("message", "second event", ""),
                ("message", " third event", ""),
            ),
        ),
        Vector(
            "the standard's two and a half", b"data\n\ndata\ndata\n\ndata:", _messages("", "\n")
        ),
        Vector("the standard's space", b"data:test\n\ndata: test\n\n", _messages("test", "test")),
        Vector("indented JSON breaks", b'data: {\n  "a": 1\n}\n\n', _messages("{")),
    ],
}

# Too long for every split: run whole and in pieces.
BIG_GROUPS: dict[str, list[Vector]] = {
    "17 size": [
        Vector(
            "a line of 1 MB", b"data: " + b"x" * 1_000_000 + b"\n\n", _messages("x" * 1_000_000)
        ),
        Vector(
            "10,000 data lines", b"data: x\n" * 10_000 + b"\n", _messages("\n".join("x" * 10_000))
        ),
    ],
}

# Groups 18 (limits) and 20 (two decoders at once) are no vectors: see test_decoder.py.

VECTORS = [vector for vectors in GROUPS.values() for vector in vectors]
BIG_VECTORS = [vector for vectors in BIG_GROUPS.values() for vector in vectors]
