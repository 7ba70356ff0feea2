"""What is compressed is compared by what it says."""

import gzip
import zlib
from dataclasses import replace

import pytest

from streamlift.testing.differences.content_coding import decoded
from streamlift.testing.differences.recording_difference import recording_differences
from streamlift.testing.steadiness.unsteady import advice

from .recordings import ANSWER, sent
from .test_unsteady import BARE

TEXT = ANSWER.body
OTHER = TEXT.replace(b"\\u00e9", "é".encode())


def compressed(coding, *messages):
    return replace(sent(*messages), headers=((b"Content-Encoding", coding),))


@pytest.mark.parametrize(
    ("coding", "compress"),
    [(b"gzip", gzip.compress), (b"GZIP", gzip.compress), (b"deflate", zlib.compress)],
)
def test_a_difference_is_one_of_what_is_said(coding, compress):
    old, new = (compressed(coding, compress(each)) for each in (TEXT, OTHER))

    headline = recording_differences(old, new)[0].headline

    assert (
        headline
        == f"body: {coding.decode().lower()}, undone: escapes, byte 44, frame 0, data $.text"
    )


def test_other_bytes_for_the_same_text_are_a_difference_and_told_as_that():
    old = compressed(b"gzip", gzip.compress(TEXT, mtime=1))
    new = compressed(b"gzip", gzip.compress(TEXT[:9], mtime=2), gzip.compress(TEXT[9:], mtime=2))

    found = recording_differences(old, new)[0].headline
    (told,) = advice(old, replace(new, messages=(new.body,)), BARE)

    assert found.startswith("body: gzip, undone: the same text, compressed to other bytes")
    assert told.remedy == "leave accept-encoding out of the request"


def test_what_cannot_be_read_here_is_compared_as_it_is():
    cut = compressed(b"gzip", gzip.compress(TEXT)[:40])

    assert TEXT.startswith(decoded(cut))
    for unread in (compressed(b"br", TEXT), compressed(b"gzip", TEXT), ANSWER):
        assert decoded(unread) is None
    assert (
        recording_differences(compressed(b"br", TEXT), compressed(b"br", OTHER))[0].body.offset
        == 44
    )
