"""An application that streams what it is told: the same again, or with one fault."""

import json
from dataclasses import dataclass, replace

from streamlift.testing.recording_of import recording_of

KEPT = []


def frame(number, *, of=None, data="data: ", **options):
    payload = {"n": number, "text": "é", "at": 1.5, **(of or {"of": {"a": 1, "b": 2}})}
    return data + json.dumps(payload, **options) + "\n\n"


@dataclass(frozen=True)
class Application:
    """An ASGI application.

    Attributes:
        status: Of its response.
        headers: Of its response.
        frames: What its producer yields; an exception is raised.
        cut: How many frames make a message.
        closes: Whether it closes its producer, which has not ended.
    """

    status: int = 200
    headers: tuple = ((b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"))
    frames: tuple = (*map(frame, range(4)), "data: [DONE]\n\n")
    cut: int = 1
    closes: bool = True

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError
        start = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        await send(start)
        producer = self.producer()
        try:
            for at in range(0, len(self.frames), self.cut):
                frames = [await anext(producer) for _ in self.frames[at : at + self.cut]]
                body = "".join(frames).encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            if self.closes:
                await producer.aclose()
            KEPT.append(producer)
        await send({"type": "http.response.body", "body": b""})

    async def producer(self):
        for each in self.frames:
            if isinstance(each, Exception):
                raise each
            yield each

    def sent(self):
        """Return what it sends."""
        return recording_of(self)

    def with_frame(self, at, *frames):
        """Return the same application with *frames* in the place of one."""
        return replace(self, frames=(*self.frames[:at], *frames, *self.frames[at + 1 :]))


PLAIN = Application()
BROKEN = PLAIN.with_frame(2, ValueError("on purpose"))
ENDED = replace(PLAIN, frames=PLAIN.frames[:2])
KIND, CACHE = PLAIN.headers

FAULTS = {
    # What is recorded first, what then, and what differs.
    "clean end": (BROKEN, ENDED, ["ending: complete instead of aborted (ValueError)", "message boundaries: 3 instead of 2 messages, the first that is cut in another way is [2] with 0 bytes instead of [2] with none"]),
    "abort": (ENDED, BROKEN, ["ending: aborted (ValueError) instead of complete", "message boundaries: 2 instead of 3 messages, the first that is cut in another way is [2] with none instead of [2] with 0 bytes"]),
    "exception": (BROKEN, PLAIN.with_frame(2, OSError("on purpose")), ["ending: aborted (OSError) instead of aborted (ValueError)"]),
    "escapes": (PLAIN, PLAIN.with_frame(1, frame(1, ensure_ascii=False)), ["body: escapes, byte 93, frame 1, data $.text"]),
    "key order": (PLAIN, PLAIN.with_frame(1, frame(1, of={"of": {"b": 2, "a": 1}})), ["body: key order, byte 121, frame 1, data $.of"]),
    "separators": (PLAIN, PLAIN.with_frame(1, frame(1, separators=(",", ": "))), ["body: separators, byte 83, frame 1, data $.n"]),
    "number form": (PLAIN, PLAIN.with_frame(1, frame(1.0)), ["body: number form, byte 82, frame 1, data $.n"]),
    "missing field": (PLAIN, PLAIN.with_frame(1, frame(1, of={"of": {"a": 1}})), ["body: missing field, byte 126, frame 1, data $.of.b"]),
    "extra field": (PLAIN, PLAIN.with_frame(1, frame(1, of={"of": {"a": 1, "b": 2, "c": 3}})), ["body: extra field, byte 134, frame 1, data $.of.c"]),
    "value": (PLAIN, PLAIN.with_frame(1, frame(7)), ["body: value, byte 81, frame 1, data $.n"]),
    "framing": (PLAIN, PLAIN.with_frame(1, frame(1, data="data:")), ["body: framing, byte 74, frame 1, data"]),
    "lost frame": (PLAIN, PLAIN.with_frame(1), ["body: missing frames, byte 81, frame 1"]),
    "extra frame": (PLAIN, PLAIN.with_frame(1, ": ping\n\n", frame(1)), ["body: extra frames, byte 69, frame 1"]),
    "duplicate": (PLAIN, PLAIN.with_frame(1, frame(1), frame(1)), ["body: duplicate, byte 150, frame 2"]),
    "order": (PLAIN, PLAIN.with_frame(1, frame(2)).with_frame(2, frame(1)), ["body: order of frames, byte 81, frame 1"]),
    "CRLF": (PLAIN, replace(PLAIN, frames=tuple(each.replace("\n", "\r\n") for each in PLAIN.frames)), ["body: line ending, byte 67, frame 0, data"]),
    "no blank line": (PLAIN, PLAIN.with_frame(4, "data: [DONE]\n"), ["body: terminator, byte 289, frame 4"]),
    "cut short": (PLAIN, PLAIN.with_frame(4, "data: [DO"), ["body: truncation, byte 285, frame 4"]),
    "status": (PLAIN, replace(PLAIN, status=202), ["status: 202 instead of 200"]),
    "changed header": (PLAIN, replace(PLAIN, headers=(KIND, (CACHE[0], b"no-store"))), ["changed header: cache-control: 'no-store' instead of 'no-cache'"]),
    "missing header": (PLAIN, replace(PLAIN, headers=(KIND,)), ["missing header: cache-control: 'no-cache'"]),
    "extra header": (PLAIN, replace(PLAIN, headers=(KIND, CACHE, (b"x-a", b"b"))), ["extra header: x-a: 'b'"]),
    "header order": (PLAIN, replace(PLAIN, headers=(CACHE, KIND)), ["order of headers: cache-control: 'no-cache' where content-type: 'text/event-stream' stood"]),
    "boundaries": (PLAIN, replace(PLAIN, cut=2), ["message boundaries: 4 instead of 6 messages, the first that is cut in another way is [0] with 138 bytes instead of [0] with 69 bytes"]),
    "cleanup": (PLAIN, replace(PLAIN, closes=False), ["cleanup: generators left open: Application.producer instead of none"]),
}  # fmt: skip
