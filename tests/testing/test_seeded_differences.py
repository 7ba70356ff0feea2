"""A stream of any payloads with one fault of a known class: the differ names that class."""

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from streamlift.testing.differences.byte_diff import Kind, difference

FEW = settings(max_examples=30, deadline=None)

KEYS = st.text(st.sampled_from('abé"\\ .'), min_size=1, max_size=4)
LEAVES = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.text('aé\u2028\n"\\/ {}[],:', max_size=6)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
OPTIONS = st.sampled_from([{}, {"ensure_ascii": False}, {"separators": (",", ":")}])


@st.composite
def streams(draw):
    """Return payloads, each unlike the others, and how they are encoded."""
    count = draw(st.integers(1, 5))
    return [{"n": number, "x": draw(VALUES)} for number in range(count)], draw(OPTIONS)


def encoded(payload, options):
    return b"data: " + json.dumps(payload, **options).encode() + b"\n\n"


def joined(payloads, options):
    return b"".join(encoded(each, options) for each in payloads)


def containers(value, kind):
    """Yield all objects or arrays in *value*, with their paths."""
    found = [("$", value)]
    while found:
        path, each = found.pop()
        if isinstance(each, kind):
            yield path, each
        if isinstance(each, dict):
            found += [(path + step(key), item) for key, item in each.items()]
        elif isinstance(each, list):
            found += [(f"{path}[{index}]", item) for index, item in enumerate(each)]


def step(key):
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"


def changed(payload, container, new):
    """Return *payload* with *new* in the place of *container*, which is found by identity."""
    if payload is container:
        return new
    if isinstance(payload, dict):
        return {key: changed(each, container, new) for key, each in payload.items()}
    if isinstance(payload, list):
        return [changed(each, container, new) for each in payload]
    return payload


def found_in(stream, at, other, options):
    payloads = list(stream)
    payloads[at] = other
    return difference(joined(stream, options), joined(payloads, options))


@FEW
@given(st.data(), streams())
def test_inside_an_object(data, stream):
    payloads, options = stream
    at = data.draw(st.integers(0, len(payloads) - 1))
    path, target = data.draw(st.sampled_from(list(containers(payloads[at], dict))))
    keys = list(target)
    fault = data.draw(st.sampled_from(["order", "missing", "extra"]))
    if fault == "order":
        other = dict(data.draw(st.permutations(list(target.items()))))
        assume(list(other) != keys)
        expected = (Kind.KEY_ORDER, path)
    elif fault == "missing":
        assume(keys)
        gone = data.draw(st.sampled_from(keys))
        other = {key: each for key, each in target.items() if key != gone}
        expected = (Kind.MISSING_FIELD, path + step(gone))
    else:
        place = data.draw(st.integers(0, len(keys)))
        items = list(target.items())
        other = dict([*items[:place], ("new", data.draw(LEAVES)), *items[place:]])
        expected = (Kind.EXTRA_FIELD, f"{path}.new")
    found = found_in(payloads, at, changed(payloads[at], target, other), options)

    assert (found.kind, found.path, found.frame, found.field) == (*expected, at, "data")


@FEW
@given(st.data(), streams(), st.sampled_from(["separators", "escapes"]))
def test_in_the_writing(data, stream, fault):
    payloads, options = stream
    at = data.draw(st.integers(0, len(payloads) - 1))
    if fault == "separators":
        other = {**options, "separators": data.draw(st.sampled_from([(",", ": "), (", ", ":")]))}
        kind = Kind.SEPARATORS
    else:
        other = {**options, "ensure_ascii": not options.get("ensure_ascii", True)}
        kind = Kind.ESCAPES
    frames = [encoded(each, options) for each in payloads]
    frames[at] = encoded(payloads[at], other)
    found = difference(joined(payloads, options), b"".join(frames))

    assert found is None or (found.kind, found.frame) == (kind, at)


@FEW
@given(st.data(), streams())
def test_in_the_form_of_a_number(data, stream):
    payloads, options = stream
    at = data.draw(st.integers(0, len(payloads) - 1))
    found = found_in(payloads, at, {**payloads[at], "n": float(at)}, options)

    assert (found.kind, found.path, found.frame) == (Kind.NUMBER_FORM, "$.n", at)


@FEW
@given(st.data(), streams())
def test_in_a_value(data, stream):
    payloads, options = stream
    at = data.draw(st.integers(0, len(payloads) - 1))
    old, other = data.draw(LEAVES), data.draw(LEAVES)
    assume((type(old), old) != (type(other), other))
    payloads[at]["x"] = old
    found = found_in(payloads, at, {**payloads[at], "x": other}, options)

    assert (found.kind, found.path, found.frame) == (Kind.VALUE, "$.x", at)


FRAMES = {
    "framing": lambda frames, at: [*frames[:at], b"data:" + frames[at][6:], *frames[at + 1 :]],
    "line ending": lambda frames, at: [
        *frames[:at],
        *(frame.replace(b"\n", b"\r\n") for frame in frames[at:]),
    ],
    "terminator": lambda frames, at: [*frames[:at], frames[at][:-1], *frames[at + 1 :]],
    "truncation": lambda frames, at: [*frames[:at], frames[at][: len(frames[at]) // 2]],
    "missing frames": lambda frames, at: frames[:at] + frames[at + 1 :],
    "extra frames": lambda frames, at: [*frames[:at], b": ping\n\n", *frames[at:]],
    "duplicate": lambda frames, at: [*frames[: at + 1], *frames[at:]],
    "order of frames": lambda frames, at: [
        *frames[:at],
        *frames[at : at + 2][::-1],
        *frames[at + 2 :],
    ],
}


@FEW
@given(st.data(), streams(), st.sampled_from(sorted(FRAMES)))
def test_in_the_frames(data, stream, fault):
    payloads, options = stream
    frames = [encoded(each, options) for each in payloads]
    # The last frame cannot be missing from the middle, nor change places with the next one.
    last = len(frames) - (2 if fault in ("missing frames", "order of frames") else 1)
    assume(last >= 0)
    at = data.draw(st.integers(0, last))
    other = FRAMES[fault](frames, at)
    found = difference(b"".join(frames), b"".join(other))

    assert (str(found.kind), found.frame) == (fault, at + (fault == "duplicate"))
