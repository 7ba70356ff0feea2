import copy
import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift.errors import StreamliftError
from streamlift.sse.decoder import (
    Decoder,
    Event,
    EventStreamLimit,
    EventTooLong,
    LineTooLong,
    TooManyDataLines,
)
from tests.runtime.sse_vectors import BIG_VECTORS, VECTORS, Vector


def decode(pieces, decoder=None):
    decoder = decoder or Decoder()
    return [event for piece in pieces for event in decoder.feed(piece)], decoder


def check(vector: Vector, pieces):
    events, decoder = decode(pieces)
    assert (tuple(events), decoder.retry, decoder.last_event_id) == (
        vector.events,
        vector.retry,
        vector.last_event_id,
    )


def two_way_splits(wire):
    return ([wire[:at], wire[at:]] for at in range(len(wire) + 1))


def bytes_of(wire):
    return [wire[at : at + 1] for at in range(len(wire))]


# Vectors


def test_there_are_enough_vectors():
    assert len(VECTORS) >= 70
    assert len({vector.wire for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("vector", [*VECTORS, *BIG_VECTORS], ids=str)
def test_vector_whole(vector):
    check(vector, [vector.wire])


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_vector_byte_by_byte(vector):
    check(vector, bytes_of(vector.wire))


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_vector_at_every_two_way_split(vector):
    for pieces in two_way_splits(vector.wire):
        check(vector, pieces)


@pytest.mark.parametrize("vector", BIG_VECTORS, ids=str)
@pytest.mark.parametrize("size", [1, 1024])
def test_big_vector_in_pieces(vector, size):
    wire = vector.wire
    check(vector, [wire[at : at + size] for at in range(0, len(wire), size)])


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_empty_pieces_change_nothing(vector):
    check(vector, [piece for byte in bytes_of(vector.wire) for piece in (b"", byte, b"")])


# Cuts

LINES = st.sampled_from(
    [
        b"data: a",
        b"data:b",
        b"data",
        b"data: \xc3\xa9\xe6\x9d\xb1",
        b"data: \xf0\x9f",
        b"event: e",
        b"event",
        b"id: 1",
        b"id",
        b"id: \x00",
        b"retry: 3",
        b"retry: x",
        b": ping",
        b"foo",
        b"",
        b"",
        b"\xef\xbb\xbfdata: c",
    ]
)
LINE_ENDINGS = st.sampled_from([b"\n", b"\n", b"\r", b"\r\n"])
STREAMS = st.lists(st.tuples(LINES, LINE_ENDINGS).map(b"".join), max_size=30).map(b"".join)


@st.composite
def cut_streams(draw, streams=STREAMS):
    wire = draw(streams)
    cuts = sorted(draw(st.lists(st.integers(0, len(wire)), max_size=12)))
    return wire, [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]


def reference(wire):
    """The standard's algorithm, written down as it stands there, for a whole stream."""
    text = wire.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    events, retry, last_event_id = [], None, ""
    data = event_type = identifier = ""
    for line in lines:
        if line == "":
            last_event_id = identifier
            if data != "":
                events.append((event_type or "message", data.removesuffix("\n"), last_event_id))
            data = event_type = ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event_type = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            identifier = value
        elif name == "retry" and value and set(value) <= set("0123456789"):
            retry = int(value)
    return events, retry, last_event_id


@given(cut_streams())
def test_any_cut_gives_what_the_standard_says(cut):
    wire, pieces = cut

    events, decoder = decode(pieces)

    assert (events, decoder.retry, decoder.last_event_id) == reference(wire)


@given(cut_streams(st.binary(max_size=60)))
def test_any_bytes_give_what_the_standard_says(cut):
    wire, pieces = cut

    events, decoder = decode(pieces)

    assert (events, decoder.last_event_id) == (reference(wire)[0], reference(wire)[2])


@given(cut_streams(), st.integers(1, 40), st.integers(1, 40), st.integers(1, 3))
def test_limits_do_not_depend_on_the_cut(cut, line_bytes, event_bytes, data_lines):
    def outcome(pieces):
        decoder = Decoder(
            max_line_bytes=line_bytes, max_event_bytes=event_bytes, max_data_lines=data_lines
        )
        events = []
        try:
            for piece in pieces:
                events += decoder.feed(piece)
        except EventStreamLimit as error:
            return events + error.events, type(error), error.maximum
        return events, None, None

    wire, pieces = cut

    assert outcome(pieces) == outcome([wire]) == outcome(bytes_of(wire))


# Connections


def test_close_drops_the_open_event_and_keeps_id_and_retry():
    decoder = Decoder()
    decoder.feed(b"id: 1\nretry: 5\ndata: a\n\nid: 2\ndata: lost\ndata: also lo")
    decoder.close()

    events = decoder.feed(b"\xef\xbb\xbfdata: b\n\n")

    assert events == [Event("message", "b", "1")]
    assert (decoder.last_event_id, decoder.retry) == ("1", 5)


def test_close_forgets_a_cut_line_ending():
    decoder = Decoder()
    decoder.feed(b"data: a\r")
    decoder.close()

    assert decoder.feed(b"\ndata: b\n\n") == [Event("message", "b", "")]


def test_two_decoders_share_nothing():
    wires = "data: é\n\ndata: 東\n\n".encode(), "id: 🚀\ndata: ü\r\n\r\n".encode()
    decoders = Decoder(), Decoder()
    events = [], []
    for at in range(max(map(len, wires))):
        for wire, decoder, seen in zip(wires, decoders, events, strict=True):
            seen.extend(decoder.feed(wire[at : at + 1]))

    assert events == (
        [("message", "é", ""), ("message", "東", "")],
        [("message", "ü", "🚀")],
    )


# Limits


def test_a_line_may_have_the_maximum():
    assert decode([b"data: abcd\n\n"], Decoder(max_line_bytes=10))[0] == [("message", "abcd", "")]


@pytest.mark.parametrize("wire", [b"data: abcde", b"data: abcde\n\n", b":         x", b"\xff" * 11])
def test_a_line_of_more_is_refused(wire):
    for pieces in ([wire], bytes_of(wire)):
        with pytest.raises(LineTooLong, match="a line of more than 10 bytes") as caught:
            decode(pieces, Decoder(max_line_bytes=10))

        assert (caught.value.maximum, caught.value.events) == (10, [])


def test_an_event_may_have_the_maximum():
    decoder = Decoder(max_event_bytes=16)

    assert decode([b"data: a\ndata: b\n\n" * 3], decoder)[0] == [("message", "a\nb", "")] * 3


@pytest.mark.parametrize("extra", [b":", b"data: c\n", b"\xef", b"foo: bar\r\n"])
def test_an_event_of_more_is_refused(extra):
    wire = b"data: a\ndata: b\n" + extra
    for pieces in ([wire], bytes_of(wire), [wire[:9], wire[9:]]):
        with pytest.raises(EventTooLong, match="an event of more than 16 bytes"):
            decode(pieces, Decoder(max_event_bytes=16))


def test_comments_without_end_are_refused():
    with pytest.raises(EventTooLong):
        decode([b": ping\n"] * 1000, Decoder(max_event_bytes=100))


def test_events_and_pings_for_ever_are_not_refused():
    decoder = Decoder(max_line_bytes=10, max_event_bytes=20, max_data_lines=1)

    assert len(decode([b": ping\n\ndata: a\r\r\n\n"] * 1000, decoder)[0]) == 1000


def test_too_many_data_lines_are_refused():
    assert decode([b"data\ndata\n\n"], Decoder(max_data_lines=2))[0] == [("message", "\n", "")]
    with pytest.raises(TooManyDataLines, match="an event of more than 2 data lines"):
        decode([b"data\ndata\ndata\n"], Decoder(max_data_lines=2))


def test_no_event_before_the_limit_is_lost():
    with pytest.raises(EventStreamLimit) as caught:
        Decoder(max_line_bytes=10).feed(b"data: a\n\nevent: e\ndata: b\n\ndata: 12345\n\n")

    assert caught.value.events == [("message", "a", ""), ("e", "b", "")]


def test_after_a_limit_the_decoder_refuses_until_it_is_closed():
    decoder = Decoder(max_line_bytes=10)
    with pytest.raises(LineTooLong):
        decoder.feed(b"data: a\n\ndata: 12345\n\n")

    with pytest.raises(LineTooLong) as caught:
        decoder.feed(b"data: b\n\n")
    assert caught.value.events == []

    decoder.close()
    assert decoder.feed(b"data: b\n\n") == [("message", "b", "")]


def test_none_is_no_limit():
    decoder = Decoder(max_line_bytes=None, max_event_bytes=None, max_data_lines=None)

    assert len(decode([b"data: " + b"x" * 1024] * 4096 + [b"\n\n"], decoder)[0]) == 1


def test_limit_errors_are_values():
    error = LineTooLong(10, [Event("message", "a", "")])

    assert isinstance(error, StreamliftError)
    assert isinstance(error, ValueError)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(twin), str(twin), twin.maximum, twin.events) == (
            LineTooLong,
            str(error),
            error.maximum,
            error.events,
        )


# Time


def seconds_for_a_line_of(megabytes):
    pieces = [b"data: ", *[b"x" * 1024] * (megabytes * 1024), b"\n\n"]
    decoder = Decoder()
    start = time.perf_counter()
    events, _ = decode(pieces, decoder)
    seconds = time.perf_counter() - start
    assert len(events[0].data) == megabytes * 1024 * 1024
    return seconds


def test_time_is_linear_in_the_length_of_a_line():
    times = [(seconds_for_a_line_of(4), seconds_for_a_line_of(8)) for _ in range(5)]
    four, eight = map(min, zip(*times, strict=True))

    # Linear is 0.01 s and 0.02 s; joining at each piece takes 2 s and 8 s.
    assert eight < 3 * four + 0.25
    assert eight < 1.5


def test_time_is_linear_in_the_number_of_lines():
    pieces = [b"data: x\n"] * 90_000
    start = time.perf_counter()
    events, _ = decode([*pieces, b"\n"])

    assert len(events[0].data) == 2 * 90_000 - 1
    assert time.perf_counter() - start < 3
