"""Recordings to begin with, and any recording at all."""

from dataclasses import replace

from hypothesis import strategies as st

from streamlift.testing.recording import Cleanup, Ending, Recording

ANSWER = Recording(
    status=200,
    headers=(
        (b"content-type", b"text/event-stream"),
        (b"x-request-id", b"req-1"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
    ),
    messages=(
        b'data: {"id": "chatcmpl-1", "n": 1, "text": "\\u00e9"}\n\n',
        b'data: {"id": "chatcmpl-1", "n": 2, "text": "x"}\n\n',
        b'data: {"id": "chatcmpl-1", "n": 3, "text": "y"}\n\n',
        b"data: [DONE]\n\n",
        b"",
    ),
    ending=Ending(kind="complete"),
    recorder="asgi",
    cleanup=Cleanup(),
)


def sent(*messages, **facts):
    return replace(ANSWER, messages=messages, **facts)


PIECES = st.sampled_from(
    [b"data: ", b'{"a": 1}', b"\n", b"\r\n", b"\n\n", b"", b"\xff", b"event: x\n", b"[DONE]"]
)
NAMES = st.lists(st.sampled_from(["reply", "Service.stream"]), max_size=2).map(tuple)
ANY = st.builds(
    Recording,
    status=st.none() | st.sampled_from([200, 500]),
    headers=st.lists(
        st.tuples(st.sampled_from([b"a", b"A", b"b"]), st.sampled_from([b"", b"1", b"\xe9"])),
        max_size=4,
    ).map(tuple),
    messages=st.lists(PIECES, max_size=8).map(tuple),
    ending=st.builds(
        Ending,
        kind=st.sampled_from(["complete", "aborted", "disconnected"]),
        error=st.none() | st.sampled_from(["ValueError", "httpx.ReadError"]),
    ),
    recorder=st.sampled_from(["asgi", "wsgi", "socket"]),
    cleanup=st.none()
    | st.builds(
        Cleanup,
        open_generators=NAMES,
        collected_generators=NAMES,
        pending_tasks=NAMES,
        unhandled=NAMES,
    ),
    status_line=st.none() | st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 200"]),
)
