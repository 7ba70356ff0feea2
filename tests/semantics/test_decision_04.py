"""Decision 4: a helper that formats is converted, or goes on running; it is not copied out blindly."""

import json

from streamlift import SSEFormatter, StreamingChunk
from tests.semantics.old_and_new import program, rewritten, seen

of = StreamingChunk.of

FALLBACK = r"""
import json


def {name}(event):
    try:
        return f"data: {{json.dumps(event)}}\n\n"
    except TypeError:
        return f"data: {{json.dumps({{'text': str(event)}})}}\n\n"


def stream(events):
    for event in events:
        yield {name}(event)
"""
PUBLIC = FALLBACK.format(name="format_event")
PRIVATE = FALLBACK.format(name="_format_event")
EVENTS = [{"n": 1}, ("a", {2})]
FRAMES = ['data: {"n": 1}\n\n', 'data: {"text": "(\'a\', {2})"}\n\n']

# The obvious alternative: the helper's text is put in at each call, and its other paths are lost

DISSOLVED = r"""
from streamlift import SSEFormatter, StreamingChunk, producer

SSE = SSEFormatter(ensure_ascii=True)


@producer(SSE)
def stream(events):
    for event in events:
        yield StreamingChunk.of(event)
"""


def test_a_helper_dissolved_at_its_calls_loses_its_fallback():
    assert seen(program(PUBLIC).stream(EVENTS)) == FRAMES

    lost = seen(program(DISSOLVED).stream(EVENTS))

    assert lost == [*FRAMES[:1], repr(TypeError("Object of type set is not JSON serializable"))]


# Convert


def test_a_private_helper_is_converted_with_its_fallback(tmp_path):
    new = rewritten(PRIVATE, tmp_path)

    assert "return SSE.encoded(StreamingChunk.of(event))" in new
    assert "yield _format_event(event)" in new
    assert seen(program(new).stream(EVENTS)) == FRAMES


TWO_USES = r"""
import json


def _format(event):
    return f"data: {json.dumps(event)}\n\n"


def stream(events, sent):
    for event in events:
        yield _format(event)
        sent.append(_format(event).encode())
"""


def test_a_helper_whose_text_is_used_elsewhere_is_not_converted(tmp_path):
    converted = TWO_USES.replace('f"data: {json.dumps(event)}\\n\\n"', "StreamingChunk.of(event)")
    assert converted != TWO_USES
    lost = seen(program(converted, StreamingChunk=StreamingChunk).stream([1], []))
    assert "AttributeError" in lost[-1]

    sent = []
    new = program(rewritten(TWO_USES, tmp_path))
    assert seen(new.stream([1], sent)) == ["data: 1\n\n"]
    assert sent == [b"data: 1\n\n"]


# Delegate


def numbering():
    """Return a helper with an effect, as one that journals each frame."""
    numbers = []

    def format_event(event):
        numbers.append(len(numbers))
        return f"id: {numbers[-1]}\ndata: {json.dumps(event)}\n\n"

    return format_event, numbers


def mutating(hand_out):
    event = {"n": 0}
    for n in range(2):
        event["n"] = n
        yield hand_out(event)


def test_a_delegate_runs_once_a_chunk_before_the_producer_goes_on():
    frames = ['id: 0\ndata: {"n": 0}\n\n', 'id: 1\ndata: {"n": 1}\n\n']
    old_helper, old_numbers = numbering()
    assert list(mutating(old_helper)) == frames
    helper, numbers = numbering()
    contract = SSEFormatter(frame=helper)

    relayed = list(contract.chunks(mutating(of)))

    assert list(contract.stream(relayed)) == frames
    assert numbers == old_numbers == [0, 1]


def test_a_helper_called_at_the_edge_writes_other_frames():
    helper, _ = numbering()

    late = [helper(chunk.payload) for chunk in list(mutating(of))]

    assert late == ['id: 0\ndata: {"n": 1}\n\n', 'id: 1\ndata: {"n": 1}\n\n']


def test_a_public_helper_goes_on_returning_text(tmp_path):
    new = rewritten(PUBLIC, tmp_path)

    assert program(new).format_event({"n": 1}) == FRAMES[0]
    assert seen(program(new).stream(EVENTS)) == FRAMES


def test_the_calls_of_a_public_helper_ask_it_for_the_chunk(tmp_path):
    new = rewritten(PUBLIC, tmp_path)

    assert "yield format_event.chunk(event)" in new
    assert "frame=" not in new
    assert seen(program(new).stream(EVENTS)) == FRAMES
