import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift.sse.decoder import Decoder
from streamlift.sse.framer import Framer
from tests.runtime.sse_vectors import BIG_VECTORS, VECTORS
from tests.runtime.test_decoder import bytes_of, cut_streams, decode, two_way_splits


def frame(pieces):
    framer = Framer()
    return [frame.raw for piece in pieces for frame in framer.feed(piece)], framer.tail


def check(wire, pieces):
    raws, tail = frame(pieces)

    assert b"".join(raws) + (tail or b"") == wire
    decoder, whole = Decoder(), []
    for raw in raws:
        events = decoder.feed(raw)
        assert len(events) <= 1
        whole += events
    decoder.feed(tail or b"")
    assert (whole, decoder.retry) == (decode([wire])[0], decode([wire])[1].retry)


@pytest.mark.parametrize("vector", [*VECTORS, *BIG_VECTORS], ids=str)
def test_vector_whole(vector):
    check(vector.wire, [vector.wire])


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_vector_byte_by_byte_and_at_every_two_way_split(vector):
    check(vector.wire, bytes_of(vector.wire))
    for pieces in two_way_splits(vector.wire):
        check(vector.wire, pieces)


@given(cut_streams())
def test_any_cut_is_lossless(cut):
    check(*cut)


@given(cut_streams(st.text("ab:\r\n ", max_size=60).map(str.encode)))
def test_any_line_endings_are_lossless(cut):
    check(*cut)


@given(cut_streams(st.text("d:\n", max_size=60).map(str.encode)))
def test_without_carriage_returns_the_cut_does_not_matter(cut):
    wire, pieces = cut

    assert frame(pieces) == frame([wire])


@given(cut_streams())
def test_str_is_framed_as_bytes_are(cut):
    _, pieces = cut
    raws, tail = frame([piece.decode("latin-1") for piece in pieces])

    assert ([raw.encode("latin-1") for raw in raws], tail and tail.encode("latin-1")) == frame(
        pieces
    )


@pytest.mark.parametrize(
    ("wire", "frames", "tail"),
    [
        ("data: a\n\ndata: b\n\n", ["data: a\n\n", "data: b\n\n"], None),
        ("data: a\n\n\ndata: b\n\n", ["data: a\n\n", "\ndata: b\n\n"], None),
        ("data: a\r\n\r\ndata: b\r\r", ["data: a\r\n\r\n", "data: b\r\r"], None),
        ("data: a\r\n\ndata: b\n\r\n\n", ["data: a\r\n\n", "data: b\n\r\n"], "\n"),
        ("id: 1\nevent: e\ndata: a\n\nda", ["id: 1\nevent: e\ndata: a\n\n"], "da"),
        (": ping\n\n\n\n", [": ping\n\n"], "\n\n"),
        ("\n\r\n", [], "\n\r\n"),
        ("data: \ud83d\n\n", ["data: \ud83d\n\n"], None),
    ],
)
def test_frames(wire, frames, tail):
    assert frame([wire]) == (frames, tail)


def test_a_carriage_return_ends_a_frame_at_once():
    framer = Framer()

    assert [found.raw for found in framer.feed(b"data: a\r\n\r")] == [b"data: a\r\n\r"]
    assert framer.feed(b"\n") == []
    assert [found.raw for found in framer.feed(b"data: b\n\n")] == [b"\ndata: b\n\n"]


def test_close_returns_the_tail_and_begins_anew():
    framer = Framer()
    framer.feed("data: a\n")

    assert (framer.close(), framer.tail, framer.close()) == ("data: a\n", None, None)
    assert [found.raw for found in framer.feed("\ndata: b\n\n")] == ["\ndata: b\n\n"]


def test_str_and_bytes_do_not_mix():
    framer = Framer()
    framer.feed("data: a\n")

    with pytest.raises(TypeError):
        framer.feed(b"\n")


@pytest.mark.parametrize("piece", [b"x" * 1024, b"data: x\n", b"\n", b"\r", b"data: x\r\n"])
def test_time_is_linear(piece):
    def seconds(count):
        framer = Framer()
        start = time.perf_counter()
        for _ in range(count):
            framer.feed(piece)
        framer.feed(b"x\n\n")
        return time.perf_counter() - start

    # A join at each piece would take 20 s and more.
    assert seconds(32_000) < 1.5


@pytest.mark.parametrize(
    "wire", [b"data: x\n" * 500_000, b"x" * 4_000_000 + b"\r", b"\r\n" * 500_000]
)
def test_time_is_linear_in_one_piece(wire):
    start = time.perf_counter()

    assert len(frame([b"data: a\n\n" + wire])[0]) == 1
    assert time.perf_counter() - start < 1.5
