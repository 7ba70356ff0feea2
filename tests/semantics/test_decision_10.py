"""Decision 10: a shadow never encodes the user's state twice."""

import json
from collections import Counter

import pytest

from streamlift import ModelDialect, SSEFormatter, StreamingChunk, producer
from streamlift_legacy import Stage, begin, flush
from streamlift_legacy.observed import TALLIES
from tests.semantics.old_and_new import seen

of = StreamingChunk.of


def counting():
    """Return an encoder for the unknown that counts its calls: opaque, and not repeatable."""
    calls = []

    def default(value):
        calls.append(value)
        return f"call {len(calls)}"

    return default, calls


def stream(default):
    for _ in range(2):
        yield f"data: {json.dumps({'at': object()}, default=default)}\n\n"


def shadowed(contract, default):
    """Serve the old text and compare it with the new one: the obvious shadow."""
    for _ in range(2):
        payload = {"at": object()}
        old = f"data: {json.dumps(payload, default=default)}\n\n"
        new = contract.format_chunk(of(payload))
        yield old, old == new


# The obvious alternative


def test_a_shadow_that_encodes_again_changes_what_is_served():
    default, calls = counting()
    assert seen(stream(default)) == ['data: {"at": "call 1"}\n\n', 'data: {"at": "call 2"}\n\n']
    assert len(calls) == 2

    default, calls = counting()
    served = seen(shadowed(SSEFormatter(default=default), default))

    assert served == [
        ('data: {"at": "call 1"}\n\n', False),
        ('data: {"at": "call 3"}\n\n', False),
    ]
    assert len(calls) == 4


def test_a_payload_that_can_be_read_once_is_served_empty_by_a_shadow_that_goes_first():
    contract = SSEFormatter(default=list)

    def shadow_first():
        payload = {"rows": iter([1, 2])}
        contract.format_chunk(of(payload))
        yield f"data: {json.dumps(payload, default=list)}\n\n"

    assert json.dumps({"rows": iter([1, 2])}, default=list) == '{"rows": [1, 2]}'
    assert seen(shadow_first()) == ['data: {"rows": []}\n\n']


# What there is: whatever reads a chunk, it is encoded once


def test_a_chunk_is_encoded_once_however_many_read_it():
    default, calls = counting()
    contract = SSEFormatter(default=default)

    @producer(contract)
    def reply():
        yield of({"at": object()})

    chunks = list(contract.chunks(reply()))
    texts = [*contract.stream(chunks), *contract.stream(chunks), contract.format_chunk(chunks[0])]

    assert texts == ['data: {"at": "call 1"}\n\n'] * 3
    assert chunks[0].json() == {"at": "call 1"}
    assert len(calls) == 1


def test_a_model_is_dumped_once():
    class Model:
        dumps = 0

        def model_dump_json(self):
            self.dumps += 1
            return f'{{"dumps":{self.dumps}}}'

    model = Model()
    contract = SSEFormatter(dialect=ModelDialect())

    relayed = contract.chunks(contract.chunks(iter([of(model)])))

    assert list(contract.stream(relayed)) == ['data: {"dumps":1}\n\n']
    assert model.dumps == 1


# The shadow itself


def both(contract, old, payload, stage=Stage.SHADOW):
    """Return what is served of a site, and what is counted."""

    def produce():
        wire = begin(contract, stage=stage)
        yield wire.either(old, wire.on and of(payload))

    before = counted(produce)
    served = seen(produce())
    assert flush(10)  # what is reported belongs to this test
    return served, counted(produce) - before


def counted(producer):
    tally = TALLIES[f"{__name__}:{producer.__qualname__.replace('.<locals>', '')}"]
    counts = Counter(tally.counts.values_by_name()) + Counter(tally.inconclusive.values_by_name())
    return Counter({name: n for name, n in counts.items() if not name.endswith("_streams")})


def test_the_shadow_does_not_run_an_opaque_encoder():
    default, calls = counting()
    contract = SSEFormatter(default=default)

    def shadowed_stream():
        wire = begin(contract, stage=Stage.SHADOW)
        for _ in range(2):
            yield wire.either(
                f"data: {json.dumps(v0 := {'at': object()}, default=default)}\n\n",
                wire.on and of(v0),
            )

    assert seen(shadowed_stream()) == [
        'data: {"at": "call 1"}\n\n',
        'data: {"at": "call 2"}\n\n',
    ]
    assert len(calls) == 2


class Model:
    def model_dump_json(self):
        raise AssertionError


class Items(dict):
    def items(self):
        raise AssertionError


class Encoder(json.JSONEncoder):
    def encode(self, o):
        raise AssertionError


def frame(payload):
    raise AssertionError


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
@pytest.mark.parametrize(
    ("contract", "payload", "reason"),
    [
        (SSEFormatter(default=list), [iter([1])], "opaque-encoder"),
        (SSEFormatter(dialect=ModelDialect()), Model(), "opaque-encoder"),
        (SSEFormatter(cls=Encoder), {}, "opaque-encoder"),
        (SSEFormatter(frame=frame), {}, "opaque-encoder"),
        (SSEFormatter(), {"a": Items(b=1)}, "opaque-payload"),
    ],
    ids=["default", "model", "cls", "frame", "dict"],
)
def test_what_may_run_the_users_code_is_not_compared_and_the_old_text_served(
    stage, contract, payload, reason
):
    assert both(contract, "data: old\n\n", payload, stage) == (["data: old\n\n"], {reason: 1})


def test_a_site_whose_encoder_is_not_needed_is_compared():
    contract = SSEFormatter(default=str)

    assert both(contract, 'data: {"a": 1}\n\n', {"a": 1})[1] == {"match": 1}
    assert both(contract, 'data: {"a":1}\n\n', {"a": 1})[1] == {"mismatch": 1}
