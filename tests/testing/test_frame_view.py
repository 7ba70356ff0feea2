import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift.testing.differences.frame_view import frame_view

STREAM = b'data: {"a": 1}\n\nevent: x\r\ndata: \xff\xc3\xa9\r\n\r\n' + b": \n\n" * 9 + b"data: end"


def test_frames_are_numbered_and_what_cannot_be_seen_is_shown():
    lines = frame_view(STREAM).splitlines()

    assert lines[:6] == [
        '[0]  data: {"a": 1}␊',
        "     ␊",
        "[1]  event: x␍␊",
        "     data: ⟨FF⟩é␍␊",
        "     ␍␊",
        "[2]  : ␊",
    ]
    assert lines[-1] == "[11] data: end"
    assert frame_view(STREAM, numbers=False).splitlines() == [line[5:] for line in lines]
    assert frame_view(b"") == ""


def test_colours_add_nothing_else():
    assert re.sub(r"\x1b\[\d+m", "", frame_view(STREAM, colour=True)) == frame_view(STREAM)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"data: x", b"\xff", b"\0"])).map(b"".join))
def test_every_line_of_the_stream_is_a_line_of_the_view(stream):
    shown = frame_view(stream, numbers=False)
    lines = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", stream)

    assert len(shown.splitlines()) == len(lines)
    for mark, raw in (("␍", b"\r"), ("␊", b"\n"), ("⟨FF⟩", b"\xff"), ("⟨U+0000⟩", b"\0")):
        assert shown.count(mark) == stream.count(raw)


@pytest.mark.parametrize("text", ["␊", "⟨FF⟩"])
def test_characters_of_its_own_are_no_secret(text):
    assert frame_view(f"data: {text}".encode(), numbers=False) == f"data: {text}\n"
