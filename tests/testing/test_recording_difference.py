from dataclasses import replace

import pytest
from hypothesis import given

from streamlift.testing.differences.recording_difference import recording_differences, unseen
from streamlift.testing.recording import Cleanup, Ending

from .recordings import ANSWER, ANY, sent

ONE, TWO, THREE, DONE, END = ANSWER.messages


def headers(*pairs):
    return replace(ANSWER, headers=pairs)


def ending(kind, error=None):
    return replace(ANSWER, ending=Ending(kind=kind, error=error))


KIND, IDENTIFIER, FIRST, SECOND = ANSWER.headers


@pytest.mark.parametrize(
    ("actual", "headlines"),
    [
        (replace(ANSWER, status=500), ["status: 500 instead of 200"]),
        (replace(ANSWER, status=None), ["status: no response instead of 200"]),
        (
            replace(ANSWER, status_line=b"HTTP/1.1 200 Fine"),
            ["status: the line 'HTTP/1.1 200 Fine' instead of no line"],
        ),
        (
            headers((b"content-type", b"text/plain"), IDENTIFIER, FIRST, SECOND),
            ["changed header: content-type: 'text/plain' instead of 'text/event-stream'"],
        ),
        (
            headers((b"Content-Type", KIND[1]), IDENTIFIER, FIRST, SECOND),
            ["changed header: content-type is written Content-Type"],
        ),
        (headers(KIND, FIRST, SECOND), ["missing header: x-request-id: 'req-1'"]),
        (headers(KIND, IDENTIFIER, FIRST), ["missing header: set-cookie: 'b=2'"]),
        (headers(*ANSWER.headers, FIRST), ["extra header: set-cookie: 'a=1'"]),
        (
            headers(KIND, IDENTIFIER, SECOND, FIRST),
            ["order of headers: set-cookie: 'b=2' where set-cookie: 'a=1' stood"],
        ),
        (
            headers(FIRST, SECOND, KIND, (b"x-request-id", b"req-2")),
            [
                "changed header: x-request-id: 'req-2' instead of 'req-1'",
                "order of headers: set-cookie: 'a=1' where content-type: 'text/event-stream' stood",
            ],
        ),
        (
            sent(ONE, TWO + THREE, DONE, END),
            [
                (
                    "message boundaries: 4 instead of 5 messages, the first that is cut in another way "
                    "is [1] with 98 bytes instead of [1] with 49 bytes"
                )
            ],
        ),
        (
            sent(ONE, TWO, THREE, DONE),
            [
                (
                    "message boundaries: 4 instead of 5 messages, the first that is cut in another way "
                    "is [4] with none instead of [4] with 0 bytes"
                )
            ],
        ),
        (
            sent(ONE, TWO.replace(b'"x"', b'"xx"'), THREE, DONE, END),
            ["body: value, byte 99, frame 1, data $.text"],
        ),
        (
            sent(ONE, TWO.replace(b'"x"', b'"xx"'), THREE + DONE, END),
            [
                "body: value, byte 99, frame 1, data $.text",
                (
                    "message boundaries: 4 instead of 5 messages, the first that is cut in another way "
                    "is [2] with 63 bytes instead of [3] with 14 bytes"
                ),
            ],
        ),
        (
            sent(ONE + TWO.replace(b'"x"', b'"xx"'), THREE, DONE, END),
            [
                "body: value, byte 99, frame 1, data $.text",
                (
                    "message boundaries: 4 instead of 5 messages, the first that is cut in another way "
                    "is [0] with 104 bytes instead of [0] with 54 bytes"
                ),
            ],
        ),
        (sent(ONE, THREE, DONE, END), ["body: missing frames, byte 86, frame 1"]),
        (sent(ONE, TWO, TWO, THREE, DONE, END), ["body: duplicate, byte 135, frame 2"]),
        (
            sent(ONE, TWO, ending=Ending(kind="aborted", error="ValueError")),
            [
                "body: truncation, byte 103, frame 2",
                "ending: aborted (ValueError) instead of complete",
            ],
        ),
        (ending("complete", "ValueError"), ["ending: complete (ValueError) instead of complete"]),
        (
            replace(
                ANSWER, cleanup=Cleanup(open_generators=("reply",), unhandled=("OSError", "X"))
            ),
            [
                "cleanup: generators left open: reply instead of none",
                "cleanup: unhandled exceptions: OSError, X instead of none",
            ],
        ),
        (
            replace(ANSWER, cleanup=None),
            ["cleanup: the second recording cannot tell what was left behind"],
        ),
        (
            replace(ANSWER, recorder="socket"),
            [
                (
                    "recorder: recorded by socket and not by asgi, which sees other headers, messages "
                    "and endings: record both in the same way"
                )
            ],
        ),
    ],
)
def test_each_difference_is_named(actual, headlines):
    assert [each.headline for each in recording_differences(ANSWER, actual)] == headlines


@given(ANY, ANY)
def test_nothing_differs_if_and_only_if_they_are_equal(expected, actual):
    found = recording_differences(expected, actual)

    assert recording_differences(expected, expected) == ()
    assert (found == ()) is (expected == actual)
    for each in found:
        assert "\n" not in each.headline
        assert each.render(colour=True)


def test_a_picture_shows_both_messages():
    (found,) = recording_differences(sent(ONE, TWO), sent(ONE + TWO))

    assert found.render().splitlines()[1:] == [
        '  - [0] data: {"id": "chatcmpl-1", "n": 1, "text": "\\u00e9"}␊␊',
        '  - [1] data: {"id": "chatcmpl-1", "n": 2, "text": "x"}␊␊',
        '  + [0] data: {"id": "chatcmpl-1", "n": 1, "text": "\\u00e9…␊data: {"id": "chatcmpl-1", "n": 2, "text": "x"}␊␊',
    ]
    assert "\x1b[31m  - [0]" in found.render(colour=True)


def test_the_picture_of_a_body_is_that_of_its_difference():
    (found,) = recording_differences(
        ANSWER, sent(ONE.replace(b"\\u00e9", "é".encode()), *ANSWER.messages[1:])
    )

    assert found.render() == found.body.render()
    assert found.headline == "body: escapes, byte 44, frame 0, data $.text"


def test_what_cannot_be_seen_is_said():
    assert unseen(ANSWER) == ()
    assert unseen(replace(ANSWER, recorder="socket", cleanup=None)) == (
        "the type of an exception",
        "cleanup",
    )


@pytest.mark.parametrize(
    ("before", "after", "is_nothing_new"),
    [
        (Cleanup(open_generators=("a",)), Cleanup(), True),
        (
            Cleanup(open_generators=("held", "holder")),
            Cleanup(collected_generators=("held",), pending_tasks=("async_generator_athrow",)),
            True,
        ),
        (Cleanup(open_generators=("a",)), Cleanup(collected_generators=("a", "a")), False),
        (Cleanup(), Cleanup(collected_generators=("a",)), False),
        (Cleanup(collected_generators=("a",)), Cleanup(open_generators=("a",)), False),
        (Cleanup(), Cleanup(pending_tasks=("async_generator_athrow",)), False),
        (Cleanup(), Cleanup(unhandled=("OSError",)), False),
    ],
)
def test_what_was_left_open_may_be_collected(
    before: Cleanup, after: Cleanup, is_nothing_new: bool
) -> None:
    """An edge that closes its producer frees what that has held: the collector finds it earlier than before."""
    assert after.is_within(before) is is_nothing_new
