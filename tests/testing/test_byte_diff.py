import json
import random
import subprocess
import sys

import pytest

from streamlift.testing.differences.byte_diff import Kind, difference, split_frames

ONE, TWO, THREE, DONE = (
    b'data: {"id": 1}\n\n',
    b'data: {"id": 2}\n\n',
    b'data: {"id": 3}\n\n',
    b"data: [DONE]\n\n",
)
STREAM = ONE + TWO + THREE + DONE


def frame(payload, **options):
    return b"data: " + json.dumps(payload, **options).encode() + b"\n\n"


def test_equal_streams_have_no_difference():
    assert difference(STREAM, STREAM) is None
    assert difference(b"", b"") is None


@pytest.mark.parametrize(
    ("expected", "actual", "kind", "field", "path"),
    [
        (frame({"a": 1, "b": 2}), frame({"b": 2, "a": 1}), "key order", "data", "$"),
        (
            frame({"x": [{"a": 1, "b": 2}]}),
            frame({"x": [{"b": 2, "a": 1}]}),
            "key order",
            "data",
            "$.x[0]",
        ),
        (frame({"a": 1}), frame({"a": 1}, separators=(",", ":")), "separators", "data", "$.a"),
        (frame([1, 2]), frame([1, 2], separators=(",", ":")), "separators", "data", "$[1]"),
        (frame({"a": "é"}), frame({"a": "é"}, ensure_ascii=False), "escapes", "data", "$.a"),
        (frame({"é": 1}), frame({"é": 1}, ensure_ascii=False), "escapes", "data", "$.é"),
        (
            frame({"a": "\u2028"}),
            frame({"a": "\u2028"}, ensure_ascii=False),
            "escapes",
            "data",
            "$.a",
        ),
        (frame({"a": 1}), frame({"a": 1.0}), "number form", "data", "$.a"),
        (b"data: 1e2\n\n", b"data: 100\n\n", "number form", "data", "$"),
        (frame({"a": 1, "b": 2}), frame({"a": 1}), "missing field", "data", "$.b"),
        (frame({"a": 1, "b": 2}), frame({"b": 2}), "missing field", "data", "$.a"),
        (frame({"a": 1}), frame({}), "missing field", "data", "$.a"),
        (frame({"a": 1}), frame({"a": 1, "b": None}), "extra field", "data", "$.b"),
        (frame({"x": {}}), frame({"x": {"a b": None}}), "extra field", "data", '$.x["a b"]'),
        (frame({"a": 1}), frame({"b": 1}), "missing field", "data", "$.a"),
        (frame({"a": "x"}), frame({"a": "y"}), "value", "data", "$.a"),
        (frame({"a": [1, 2]}), frame({"a": [1]}), "value", "data", "$.a[0]"),
        (frame({"a": float("nan")}), frame({"a": None}), "value", "data", "$.a"),
        (frame({"a": True}), frame({"a": 1}), "value", "data", "$.a"),
        (frame({"a": 1}), frame({"a": "1"}), "value", "data", "$.a"),
        (
            b'data: {"a": [<n#1>, 2]}\n\n',
            b'data: {"a": [<n#1>,2]}\n\n',
            "separators",
            "data",
            "$.a[1]",
        ),
        (b'data: {"a": <n#1>}\n\n', b'data: {"a": 17}\n\n', "value", "data", "$.a"),
        (b'data: {"a": <n#1>}\n\n', b"data: {}\n\n", "missing field", "data", "$.a"),
        (b'data: {"a": 1, "a": 2}\n\n', b'data: {"a": 1}\n\n', "missing field", "data", "$"),
        (b'data: {"a": 1}\n\n', b'data: {"a": 1, "a": 2}\n\n', "extra field", "data", "$"),
        (
            b'data: {"a": {"x": 1}, "a": 2}\n\n',
            b'data: {"a": {"y": 1}, "a": 2}\n\n',
            "value",
            "data",
            "$.a",
        ),
        (b"\xef\xbb\xbfdata: 1\n\n", b"data: 1\n\n", "framing", None, ""),
        (b"data: token\n\n", b"data: Token\n\n", "value", "data", ""),
        (b"data: ab\n\n", b"data: abc\n\n", "value", "data", ""),
        (b'data: {"a": 1}\n\n', b"data: {'a': 1}\n\n", "value", "data", ""),
        (b"event: a\ndata: 1\n\n", b"event: b\ndata: 1\n\n", "value", "event", ""),
        (b": ping\n\n", b": pong\n\n", "value", "", ""),
        (b"data: x\n\n", b"data:x\n\n", "framing", "data", ""),
        (b"event: a\ndata: 1\n\n", b"data: 1\nevent: a\n\n", "framing", "event", ""),
        (b"id: 1\ndata: 1\n\n", b"data: 1\n\n", "missing field", "id", ""),
        (b"data: 1\n\n", b"event: a\ndata: 1\n\n", "extra field", "event", ""),
        (b"data: 1\n\n", b"data: 1\nid: 1\n\n", "extra field", "id", ""),
        (b"data: 1\nid: 1\n\n", b"data: 1\n\n", "missing field", "id", ""),
        (b"data: 1\ndata: 2\n\n", b"data: 1\n\n", "missing field", "data", ""),
        (b"data: 1\n\n", b"data: 1\r\n\r\n", "line ending", "data", ""),
        (b"data: 1\r\r", b"data: 1\n\n", "line ending", "data", ""),
        (b"data: 1\n\n", b"data: 1\n\n\n", "terminator", None, ""),
        (b"data: 1\n\ndata: 2\n\n", b"data: 1\n\n\ndata: 2\n\n", "terminator", None, ""),
        (b"data: 1\n\n", b"data: 1\n", "terminator", None, ""),
        (b"data: 1\n\n", b"data: 1", "terminator", None, ""),
        (b"data: 1\n\ndata: 2\n\n", b"data: 1\ndata: 2\n\n", "terminator", None, ""),
        (b"data: 1\ndata: 2\n\n", b"data: 1\n\ndata: 2\n\n", "terminator", None, ""),
        (STREAM, ONE + TWO, "truncation", None, ""),
        (STREAM, STREAM[:40], "truncation", None, ""),
        (STREAM, b"", "truncation", None, ""),
        (STREAM, STREAM + b"data: x\n\n", "extra frames", None, ""),
        (b"", STREAM, "extra frames", None, ""),
        (STREAM, b": ping\n\n" + STREAM, "extra frames", None, ""),
        (STREAM, STREAM + b"data: [DONE]\n\n", "duplicate", None, ""),
        (STREAM, ONE + STREAM, "duplicate", None, ""),
        (STREAM, ONE + TWO + DONE, "missing frames", None, ""),
        (STREAM, TWO + ONE + THREE + DONE, "order of frames", None, ""),
    ],
)
def test_names_the_kind(expected, actual, kind, field, path):
    found = difference(expected, actual)

    assert (str(found.kind), found.field, found.path) == (kind, field, path)


@pytest.mark.parametrize(
    ("expected", "actual", "offset", "frame_number"),
    [
        (b"abc", b"abd", 2, 0),
        (STREAM, STREAM.replace(b"2", b"4"), 30, 1),
        (STREAM, STREAM[:-1], len(STREAM) - 1, 3),
        (STREAM, STREAM + b":\n\n", len(STREAM), 4),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", b"data: a\r\n\r\ndata: c\r\n\r\n", 17, 1),
    ],
)
def test_finds_the_first_byte_and_its_frame(expected, actual, offset, frame_number):
    found = difference(expected, actual)

    assert (found.offset, found.frame) == (offset, frame_number)


def test_a_changed_token_among_equal_ones_is_a_change_and_no_shift():
    tokens = [frame({"t": "a"})] * 5

    found = difference(b"".join(tokens), b"".join([tokens[0], frame({"t": "b"}), *tokens[2:]]))

    assert (found.kind, found.frame) == (Kind.VALUE, 1)


def test_frames_join_to_the_stream():
    chooser = random.Random(1)
    for _ in range(500):
        stream = b"".join(chooser.choices([b"\r", b"\n", b"\r\n", b"data: x", b":", b"\n\n"], k=12))

        assert b"".join(split_frames(stream)) == stream


def test_never_fails_and_always_points_at_the_first_byte():
    chooser = random.Random(2)
    pieces = [
        b"data: ",
        b'{"a": 1}',
        b'{"a":',
        b"[1, 2]",
        b"\n",
        b"\n\n",
        b"\r\n",
        b": c",
        b"\xff",
        "é".encode(),
        b"id",
        b'"',
        b"\\",
    ]
    for _ in range(3000):
        left, right = (b"".join(chooser.choices(pieces, k=chooser.randrange(12))) for _ in "12")
        found = difference(left, right)
        if found is None:
            assert left == right
            continue
        at = found.offset

        assert left[:at] == right[:at]
        assert left[at : at + 1] != right[at : at + 1]
        assert found.render(colour=True)


def test_shows_frames_marks_and_a_caret():
    changed = STREAM.replace(b'{"id": 2}', b'{"id":2}')

    assert str(difference(STREAM, changed)).splitlines() == [
        "first difference: separators, byte 29, frame 1, data $.id (expected 65 bytes in 4 frames, actual 64 in 4)",
        "  = 1 frame the same [0..0]",
        '  - [1] data: {"id": 2}␊',
        "                    ^",
        "  -     ␊",
        '  + [1] data: {"id":2}␊',
        "                    ^",
        "  +     ␊",
        "  = 2 frames the same [2..3]",
    ]


def test_shows_what_is_missing_at_the_end():
    assert str(difference(STREAM, ONE)).splitlines()[1:] == [
        "  = 1 frame the same [0..0]",
        '  - [1] data: {"id": 2}␊',
        "        ^",
        "  -     ␊",
        '  - [2] data: {"id": 3}␊',
        "  -     ␊",
        "  - [3] data: [DONE]␊",
        "  -     ␊",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"a\r", "a␍"),
        (b"a\tb", "a␉b"),
        ("a\u2028b".encode(), "a⟨U+2028⟩b"),
        ("e\u0301".encode(), "e⟨U+0301⟩"),
        (b"a\xffb", "a⟨FF⟩b"),
        (b"a\0b", "a⟨U+0000⟩b"),
        (b"\\u2028", "\\u2028"),
    ],
)
def test_shows_what_cannot_be_seen(text, shown):
    assert f"  - [0] data: {shown}\n" in difference(b"data: " + text, b"data: !!").render() + "\n"


def test_the_caret_stands_under_wide_characters_and_never_inside_one():
    lines = str(difference("data: 漢é".encode(), "data: 漢è".encode())).splitlines()

    # Two columns for the wide one; é and è share their first byte, and the caret is below them.
    assert lines[2] == " " * len("  - [0] data: ") + "  ^"


def test_cuts_long_lines_around_the_difference():
    text = b"x" * 5000
    first = difference(b"data: " + text + b"a" + text, b"data: " + text + b"b" + text).render(
        width=40
    )
    line, caret = first.splitlines()[1:3]

    assert len(line) < 60
    assert line[caret.index("^")] == "a"
    assert (line[8], line[-1]) == ("…", "…")


def test_stops_after_so_many_frames():
    expected, actual = (b"".join(frame({side: n}) for n in range(1000)) for side in "ab")
    lines = difference(expected, actual).render(frames=2).splitlines()

    assert lines[-1] == "  ... more frames differ"
    assert sum(line.startswith("  - [") for line in lines) == 2


def test_says_how_much_was_not_compared():
    tail = b"".join(frame({"n": n}) for n in range(1000))

    assert (
        difference(ONE + tail, TWO + tail).render().splitlines()[-1]
        == "  ... 801 more frames not compared"
    )


def test_plain_text_has_no_colours_and_coloured_text_the_same_words():
    found = difference(ONE, TWO)
    coloured = found.render(colour=True)

    assert "\x1b" not in found.render()
    assert "\x1b[31m  - [0] data" in coloured
    assert "\x1b[32m  + [0] data" in coloured


def test_a_long_stream_with_a_late_difference_is_quick():
    tokens = b"".join(frame({"n": n}) for n in range(50_000))

    assert difference(tokens, tokens[:-3] + b"!\n\n").frame == 49_999


def test_imports_the_standard_library_only():
    code = (
        "import sys; import streamlift.testing.differences.byte_diff, streamlift.testing.recorders.asgi_recorder, "
        "streamlift.testing.recorders.socket_recorder; "
        "print({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout

    others = {name for name in eval(loaded) if not name.startswith("_sysconfigdata_")}
    assert others <= {"__main__", "streamlift", *_site_packages()}


def _site_packages():
    """Names that `site` itself loads at start-up: path files of editable installs and the like."""
    code = "import sys; print({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    return eval(
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout
    )
