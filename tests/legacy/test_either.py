"""Both forms of a site: what is served, at each stage, whatever the new form does."""

import asyncio
import json
from asyncio import CancelledError
from concurrent.futures import ThreadPoolExecutor

import pytest

from streamlift import SSEFormatter, StreamingChunk
from streamlift_legacy import Stage, begin, configure, observations

SSE = SSEFormatter(ensure_ascii=False)
SSE_BYTES = SSEFormatter(ensure_ascii=False, encoding="utf-8")
OTHER = SSEFormatter(separators=(",", ":"))

STAGES = pytest.mark.parametrize("stage", Stage)


def counted():
    """Return what was counted, of the one producer that there is."""
    [seen] = observations()["producers"].values()
    left_out = "first_divergence", "shadow_streams", "live_streams"
    return {name: n for name, n in seen.items() if name not in left_out and n}


def frame(payload):
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"


def stream(contract, stage, payloads=({"n": 1}, ["é"]), written=frame):
    wire = begin(contract, stage=stage)
    for payload in payloads:
        yield wire.either(written(v0 := payload), wire.on and StreamingChunk.of(v0))


FRAMES = ['data: {"n": 1}\n\n', 'data: ["é"]\n\n']


@STAGES
def test_equal_texts_are_served_at_every_stage(stage):
    assert list(stream(SSE, stage)) == FRAMES


@STAGES
def test_bytes_stay_bytes(stage):
    def written(payload):
        return frame(payload).encode()

    assert list(stream(SSE_BYTES, stage, written=written)) == [text.encode() for text in FRAMES]


def test_a_producer_is_off_unless_something_says_another_stage():
    def produce():
        wire = begin(SSE)
        yield wire.either("data: 1\n\n", wire.on and StreamingChunk.of(made.append(1)))

    made = []
    assert list(produce()) == ["data: 1\n\n"]
    assert made == []
    assert observations()["producers"] == {}


def test_streams_and_their_texts_are_counted():
    for stage in ("shadow", "live", "live", "off"):
        list(stream(SSE, stage))

    [seen] = observations()["producers"].values()
    assert seen == {"shadow_streams": 1, "live_streams": 2, "match": 6}


@pytest.mark.parametrize(
    ("stage", "served"), [("shadow", '{"n": 1}'), ("live", '{"n":1}')], ids=["shadow", "live"]
)
def test_only_live_serves_a_text_that_differs(stage, served):
    assert list(stream(OTHER, stage, [{"n": 1}])) == [f"data: {served}\n\n"]
    assert counted() == {"mismatch": 1}


class RaisesError(Exception):
    pass


class Subclass(str):
    __slots__ = ()


class Fails(StreamingChunk):
    @property
    def type(self):
        raise RaisesError


def fails():
    return Fails.__new__(Fails)


@pytest.mark.parametrize(
    "new",
    [fails(), None, True, "data: x\n\n", object(), StreamingChunk],
    ids=lambda new: type(new).__name__,
)
@pytest.mark.parametrize("stage", ["shadow", "live"])
def test_what_is_no_chunk_is_counted_and_the_old_text_served(stage, new):
    def produce():
        wire = begin(SSE, stage=stage)
        yield wire.either("data: old\n\n", wire.on and new)
        yield wire.either("data: 1\n\n", wire.on and StreamingChunk.of(1))

    assert list(produce()) == ["data: old\n\n", "data: 1\n\n"]
    assert counted() == {"error": 1, "match": 1}


@pytest.mark.parametrize(
    "old", [b"data: 1\n\n", None, Subclass("data: 1\n\n")], ids=lambda old: type(old).__name__
)
@pytest.mark.parametrize("stage", ["shadow", "live"])
def test_a_text_of_another_type_is_never_served(stage, old):
    assert next(stream(SSE, stage, [1], lambda _: old)) is old
    assert counted() == {
        "inconclusive_streams": 1,
        "inconclusive": {"other-type": 1},
    }


@STAGES
@pytest.mark.parametrize("contract", [None, "SSE"])
def test_what_is_no_contract_hurts_nobody(stage, contract):
    assert list(stream(contract, stage)) == FRAMES


@STAGES
def test_an_unknown_stage_in_code_is_off(stage):
    configure(stage=stage)

    assert list(stream(OTHER, "sahdow")) == FRAMES


@pytest.mark.parametrize("error", [KeyboardInterrupt, CancelledError, SystemExit, GeneratorExit])
@pytest.mark.parametrize("stage", ["shadow", "live"])
def test_what_ends_a_task_or_a_process_passes_through(stage, error):
    class Ends(StreamingChunk):
        @property
        def type(self):
            raise error

    def produce():
        wire = begin(SSE, stage=stage)
        yield wire.either("data: 1\n\n", wire.on and Ends.__new__(Ends))

    with pytest.raises(error):
        next(produce())


def test_a_site_may_have_a_contract_of_its_own():
    def produce():
        wire = begin(SSE, stage="live")
        yield wire.either('data: {"n":1}\n\n', wire.on and StreamingChunk.of({"n": 1}), OTHER)
        yield wire.either('data: {"n": 1}\n\n', wire.on and StreamingChunk.of({"n": 1}))

    list(produce())
    assert counted() == {"match": 2}


def test_a_change_of_the_payload_after_its_site_does_not_matter():
    payload = {"n": 1}

    def produce():
        wire = begin(SSE, stage="live")
        for _ in range(2):
            yield wire.either(frame(payload), wire.on and StreamingChunk.of(payload))
            payload["n"] += 1

    assert list(produce()) == ['data: {"n": 1}\n\n', 'data: {"n": 2}\n\n']
    assert counted() == {"match": 2}


@STAGES
def test_it_works_wherever_a_frame_is_made(stage):
    async def generate():
        wire = begin(SSE, stage=stage)
        yield wire.either(frame(1), wire.on and StreamingChunk.of(1))

    async def put(queue):
        wire = begin(SSE, stage=stage)
        await queue.put(wire.either(frame(2), wire.on and StreamingChunk.of(2)))

    def helper(payload):
        wire = begin(SSE, stage=stage)
        return wire.either(frame(v0 := payload), wire.on and StreamingChunk.of(v0))

    async def run():
        queue = asyncio.Queue()
        await put(queue)
        return [*[text async for text in generate()], queue.get_nowait(), helper(3)]

    assert asyncio.run(run()) == ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]


def test_nothing_is_lost_between_threads_or_tasks():
    """Each item in another thread, all streams at once."""

    async def generate():
        wire = begin(SSE, stage="live")
        for n in range(50):
            await asyncio.sleep(0)
            yield wire.either(frame(n), wire.on and StreamingChunk.of(n))

    async def tasks():
        return await asyncio.gather(*[joined(generate()) for _ in range(10)])

    async def joined(source):
        return "".join([text async for text in source])

    expected = "".join(map(frame, range(50)))
    with ThreadPoolExecutor(8) as pool:
        sync = [stream(SSE, "live", range(50)) for _ in range(20)]
        rounds = [list(pool.map(next, sync)) for _ in range(50)]
        texts = ["".join(parts) for parts in zip(*rounds, strict=True)]

    assert texts == [expected] * 20
    assert asyncio.run(tasks()) == [expected] * 10
    assert sum(seen["match"] for seen in observations()["producers"].values()) == 1500


class Reply:
    def stream(self):
        wire = begin(SSE, stage="shadow")
        yield wire.either("data: 1\n\n", wire.on and StreamingChunk.of(1))

    @staticmethod
    def nested():
        def inner():
            return (yield from Reply.stream(None))

        def own():
            wire = begin(SSE, stage="shadow")
            return wire.either("data: 1\n\n", wire.on and StreamingChunk.of(1))

        return inner, own


def test_a_producer_has_the_name_that_the_tool_gives_it():
    inner, own = Reply.nested()
    list(inner())
    own()

    assert [*observations()["producers"]] == [
        f"{__name__}:Reply.nested.own",
        f"{__name__}:Reply.stream",
    ]
