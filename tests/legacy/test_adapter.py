import asyncio
import contextlib
import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlift import SSEFormatter, StreamingChunk, UnframeableField
from streamlift_legacy import AdaptedChunk, UnrecoverableDialect, adapt

SSE = SSEFormatter()
OTHER_CONTRACT = SSEFormatter(ensure_ascii=False, terminator="\r\n\r\n", encoding="utf-8")


class BoomError(Exception):
    pass


def iter_of(source):
    yield from source


async def relay_async(source):
    async for item in source:
        yield item


def run(source):
    """Return the items of a sync or async iterable, and the error that ended it."""

    async def collect():
        items = []
        try:
            async for item in source:
                items.append(item)  # noqa: PERF401 - the items before the error count
        except BoomError as error:
            return items, error
        return items, None

    if hasattr(source, "__aiter__"):
        return asyncio.run(collect())
    items = []
    try:
        for item in source:
            items.append(item)  # noqa: PERF402 - as above
    except BoomError as error:
        return items, error
    return items, None


def generator(items, *, is_async, error=None):
    def sync_source():
        yield from items
        if error is not None:
            raise error

    async def async_source():
        for item in items:
            yield item
        if error is not None:
            raise error

    return async_source() if is_async else sync_source()


def chunks_of(*items):
    return run(adapt(iter(items)))[0]


def wires_of(*items):
    return [SSE.format_chunk(chunk) for chunk in chunks_of(*items)]


def one(frame):
    (chunk,) = chunks_of(frame)
    return chunk


def joined(items):
    """Return runs of text as bytes, and what stands between them as it is."""
    runs = [b""]
    for item in items:
        if isinstance(item, (str, bytes)):
            runs[-1] += item.encode("utf-8", "surrogatepass") if isinstance(item, str) else item
        else:
            runs += [item, b""]
    return runs


# Nothing is lost

PIECES = st.sampled_from(
    [
        'data: {"type": "token", "content": "é"}',
        "data: [DONE]",
        "data:x",
        "data",
        "event: e",
        "id: 1",
        "retry: 5",
        ": ping",
        "foo: bar",
        "no event stream",
        "d",
        "",
        "\ud83d",
    ]
)
LINES = st.tuples(PIECES, st.sampled_from(["\n", "\n\n", "\r", "\r\n", "\r\n\r\n", ""])).map(
    "".join
)
TEXTS = st.lists(LINES, max_size=12).map("".join)
OBJECTS = st.sampled_from([None, 0, {"type": "message"}, ("a", 1), StreamingChunk.done()])


@st.composite
def legacy_items(draw):
    text = draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    kind = draw(st.sampled_from(["str", "bytes", "mixed"]))
    items = [
        piece.encode("utf-8", "surrogatepass")
        if kind == "bytes" or (kind == "mixed" and draw(st.booleans()))
        else piece
        for piece in pieces
    ]
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), draw(OBJECTS))
    return items


@given(legacy_items(), st.booleans(), st.booleans(), st.sampled_from([SSE, OTHER_CONTRACT]))
def test_joined_output_is_joined_input(items, is_async, fails, contract):
    error = BoomError() if fails else None

    adapted, raised = run(adapt(generator(items, is_async=is_async, error=error)))

    assert raised is error
    texts = [contract.format_chunk(x) if isinstance(x, AdaptedChunk) else x for x in adapted]
    assert joined(texts) == joined(items)
    kinds = {type(x) for x in items if isinstance(x, (str, bytes))}
    assert {type(x) for x in texts if isinstance(x, (str, bytes))} <= kinds


@given(legacy_items(), st.booleans(), st.booleans())
def test_the_boundary_sends_the_same_text(items, is_async, fails):
    items = [item for item in items if not isinstance(item, StreamingChunk)]
    error = BoomError() if fails else None

    adapted = adapt(generator(items, is_async=is_async, error=error))
    # A relay hides the adapter from the boundary.
    sent, raised = run(SSE.stream(relay_async(adapted) if is_async else iter_of(adapted)))

    assert raised is error
    assert joined(sent) == joined(items)


@given(legacy_items(), st.booleans(), st.booleans())
def test_an_adapter_that_nobody_has_begun_is_no_detour_for_text(items, is_async, fails):
    items = [item for item in items if not isinstance(item, StreamingChunk)]
    error = BoomError() if fails else None

    sent, raised = run(SSE.stream(adapt(generator(items, is_async=is_async, error=error))))

    assert raised is error
    assert len(sent) == len(items)
    assert all(one is other for one, other in zip(sent, items, strict=True))


def test_chunks_are_adapted_even_through_a_text_view():
    for view in (adapt(["data: a\n\ndata: b\n\n"]), SSE.stream(adapt(["data: a\n\ndata: b\n\n"]))):
        assert [type(chunk) for chunk in SSE.chunks(view)] == [AdaptedChunk] * 2


@given(st.lists(PIECES.filter(bool), min_size=1, max_size=4), st.sampled_from(["\n", "\r", "\r\n"]))
def test_an_item_of_one_frame_is_one_chunk(lines, line_ending):
    frame = line_ending.join([*lines, "", ""])
    bytes_frame = frame.encode("utf-8", "surrogatepass")

    for item in (frame, bytes_frame):
        chunks = chunks_of(item, item)
        assert [SSE.format_chunk(chunk) for chunk in chunks] == [item, item]
        assert all(SSE.format_chunk(chunk) is item for chunk in chunks)


# Cuts


def test_an_item_of_several_frames_is_several_chunks():
    assert wires_of("data: a\n\ndata: b\n\n") == ["data: a\n\n", "data: b\n\n"]


def test_a_frame_in_several_items_is_one_chunk():
    assert wires_of("id: 1\n", "event: e\n", "data: a", "\n", "\n") == [
        "id: 1\nevent: e\ndata: a\n\n"
    ]
    assert wires_of(b"data: a\r\n\r", b"\ndata: b\r\n\r\n") == [
        b"data: a\r\n\r",
        b"\ndata: b\r\n\r\n",
    ]


@pytest.mark.parametrize(
    "item", ["", "\n", "\r\n", ": ping\n", ": ping\n\n", ":\n", "\n\n", b": ping\n"]
)
def test_pings_do_not_wait(item):
    async def source():
        yield item
        await asyncio.Event().wait()

    async def first():
        async with asyncio.timeout(1) if hasattr(asyncio, "timeout") else _no_limit():
            return await anext(adapt(source()))

    assert SSE.format_chunk(asyncio.run(first())) is item


class _no_limit:  # noqa: N801 - stands for asyncio.timeout of Python 3.11
    async def __aenter__(self): ...
    async def __aexit__(self, *_): ...


def test_blank_lines_stay_with_their_item():
    assert wires_of("data: a\n\n\n", "\ndata: b\n\n\n\n") == ["data: a\n\n\n", "\ndata: b\n\n\n\n"]


def test_an_unterminated_end_is_a_chunk():
    chunk = chunks_of("data: a\n\n", 'data: {"type": "x"}\n')[1]

    assert SSE.format_chunk(chunk) == 'data: {"type": "x"}\n'
    assert (chunk.type, chunk.content) == ("message", None)
    with pytest.raises(UnrecoverableDialect, match="is not a whole frame"):
        chunk.replace(content="x")


def test_other_objects_stay_in_place():
    done = StreamingChunk.done()

    items = chunks_of("data: a\n\n", None, "data:", 1, " b\n\ndata: c\n\n", done)

    assert [x if x is None or x == 1 else SSE.format_chunk(x) for x in items] == [
        "data: a\n\n", None, "data:", 1, " b\n\n", "data: c\n\n", "data: [DONE]\n\n",
    ]  # fmt: skip
    assert items[-1] is done
    assert [items[at].type for at in (2, 4, 5)] == ["message"] * 3


def test_text_that_is_no_event_stream_does_not_wait():
    source = adapt(iter(["Hel", "lo", "\n\n", "data: a\n\n"]))

    assert SSE.format_chunk(next(source)) == "Hel"
    assert SSE.format_chunk(next(source)) == "lo"
    assert SSE.format_chunk(next(source)) == "\n\n"
    assert next(source).type == "message"


@pytest.mark.parametrize("start", ["d", "data", "eve", "id:", "retry: 1", "\n", "data\n"])
def test_the_start_of_a_field_waits(start):
    rest = "ata: x\n\n" if start == "d" else "\n\n"
    if start == "\n":
        assert wires_of("\n", "data: x\n\n") == ["\n", "data: x\n\n"]
    else:
        assert wires_of(start, rest) == [start + rest]


@pytest.mark.parametrize("is_bytes", [False, True])
def test_a_change_of_type_inside_a_frame_loses_nothing(is_bytes):
    items = ["data: a", b"b\n", b"\ndata: c\n\n", "data: d\n\n"]
    if is_bytes:
        items = [x.encode() if isinstance(x, str) else x.decode() for x in items]

    assert joined(wires_of(*items)) == joined(items)
    assert [type(wire) for wire in wires_of(*items)][-1] is type(items[-1])


def test_subclasses_of_str_are_kept():
    class Markup(str):
        __slots__ = ()

    frame = Markup("data: a\n\n")

    assert wires_of(frame)[0] is frame


def test_lone_surrogates_stay_text():
    assert wires_of("data: \ud83d\n\n") == ["data: \ud83d\n\n"]


@pytest.mark.parametrize("source", ["data: a\n\n", b"", {}, 1, None])
def test_what_cannot_be_a_stream_is_refused(source):
    with pytest.raises(TypeError, match="is needed, not"):
        adapt(source)


# A generator around a generator


def recorded(*, is_async):
    """Return a source that answers errors and sent values, and the record of what reached it."""
    log = []

    def sync_source():
        try:
            for frame in ("data: a\n\ndata: b\n\n", "data: c\n\n"):
                try:
                    log.append((yield frame))
                except BoomError:  # noqa: PERF203 - the source under test
                    log.append("boom")
                    yield "data: error\n\n"
        finally:
            log.append("closed")
        return "result"

    async def async_source():
        try:
            for frame in ("data: a\n\ndata: b\n\n", "data: c\n\n"):
                try:
                    log.append((yield frame))
                except BoomError:  # noqa: PERF203 - the source under test
                    log.append("boom")
                    yield "data: error\n\n"
        finally:
            log.append("closed")

    return (async_source if is_async else sync_source)(), log


def test_nothing_runs_at_the_call():
    class Source:
        def __iter__(self):
            raise BoomError

    adapted = adapt(Source())

    with pytest.raises(BoomError):
        next(adapted)


def test_sync_methods_reach_the_source():
    source, log = recorded(is_async=False)
    adapted = adapt(source)
    assert SSE.format_chunk(next(adapted)) == "data: a\n\n"
    # The error reaches the source at once; what was already yielded comes first.
    assert SSE.format_chunk(adapted.throw(BoomError())) == "data: b\n\n"
    assert log == ["boom"]
    assert SSE.format_chunk(next(adapted)) == "data: error\n\n"
    assert SSE.format_chunk(next(adapted)) == "data: c\n\n"
    with pytest.raises(StopIteration) as stop:
        adapted.send("hello")
    assert log == ["boom", "hello", "closed"]
    assert stop.value.value == "result"


def test_async_methods_reach_the_source():
    async def check():
        source, log = recorded(is_async=True)
        adapted = adapt(source)
        assert SSE.format_chunk(await anext(adapted)) == "data: a\n\n"
        assert SSE.format_chunk(await adapted.athrow(BoomError())) == "data: b\n\n"
        assert log == ["boom"]
        assert SSE.format_chunk(await anext(adapted)) == "data: error\n\n"
        assert SSE.format_chunk(await anext(adapted)) == "data: c\n\n"
        with pytest.raises(StopAsyncIteration):
            await adapted.asend("hello")
        assert log == ["boom", "hello", "closed"]

    asyncio.run(check())


@pytest.mark.parametrize("cut", ["data: a\n\n", "data: a"])
def test_close_reaches_the_source(cut):
    async def check():
        source, log = recorded(is_async=True)
        adapted = adapt(source)
        await anext(adapted)
        await adapted.aclose()
        assert log == ["closed"]

    source, log = recorded(is_async=False)
    adapted = adapt(source)
    next(adapted)
    adapted.close()
    assert log == ["closed"]
    asyncio.run(check())


def test_nothing_is_handed_on_at_a_close():
    def source():
        with contextlib.suppress(GeneratorExit):
            yield "data: a\n\ndata: b"

    async def source_async():
        with contextlib.suppress(GeneratorExit):
            yield "data: a\n\ndata: b"

    async def check():
        adapted = adapt(source_async())
        await adapted.__anext__()
        await adapted.aclose()

    adapted = adapt(source())
    next(adapted)
    adapted.close()
    asyncio.run(check())


def test_a_source_that_was_closed_elsewhere_ends_the_adapter():
    async def check(end):
        source, log = recorded(is_async=True)
        adapted = adapt(source)
        await adapted.__anext__()
        await source.aclose()
        await end(adapted)
        assert log == ["closed"]

    async def thrown(adapted):
        assert SSE.format_chunk(await anext(adapted)) == "data: b\n\n"
        with pytest.raises(BoomError):
            await adapted.athrow(BoomError())

    asyncio.run(check(lambda adapted: adapted.aclose()))
    asyncio.run(check(thrown))


def test_a_loop_that_ends_closes_the_source_once_and_without_a_word(caplog):
    async def source(log):
        try:
            yield "data: a\n\n"
        finally:
            await asyncio.sleep(0)
            log.append("closed")

    async def check(wrap):
        kept.append(wrap(adapt(source(log))))
        await kept[-1].__anext__()

    kept = []
    for wrap in (lambda adapted: adapted, SSE.stream, SSE.chunks):
        log = []
        asyncio.run(check(wrap))

        assert log == ["closed"]
    assert not caplog.records


def test_an_error_that_is_not_caught_comes_back_after_the_open_frame():
    def source():
        yield "data: a"
        yield None
        yield "b"

    error = BoomError()
    adapted = adapt(source())
    assert [SSE.format_chunk(next(adapted)), next(adapted)] == ["data: a", None]
    assert SSE.format_chunk(next(adapted)) == "b"
    with pytest.raises(BoomError) as caught:
        adapted.throw(error)
    assert caught.value is error


def test_a_source_that_ignores_its_end_is_reported():
    def source():
        while True:
            with contextlib.suppress(GeneratorExit):
                yield "data: a\n\n"

    ignoring = source()
    adapted = adapt(ignoring)
    next(adapted)
    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        adapted.close()
    with pytest.raises(BoomError):
        ignoring.throw(BoomError())


def test_iterators_without_throw_are_closed():
    class Source:
        closed = 0

        def __iter__(self):
            return self

        def __next__(self):
            return "data: a\n\n"

        def close(self):
            self.closed += 1

    source = Source()
    adapted = adapt(source)
    next(adapted)
    with pytest.raises(BoomError):
        adapted.throw(BoomError())
    assert source.closed == 1


def test_async_iterators_without_athrow_are_closed():
    class Source:
        closed = 0

        def __aiter__(self):
            return self

        async def __anext__(self):
            return "data: a\n\n"

        async def aclose(self):
            self.closed += 1

    async def check():
        source = Source()
        adapted = adapt(source)
        await anext(adapted)
        with pytest.raises(BoomError):
            await adapted.athrow(BoomError())
        assert source.closed == 1

    asyncio.run(check())


def test_a_cancelled_source_ends_at_once():
    async def source():
        yield "data: a"
        await asyncio.Event().wait()

    async def check():
        task = asyncio.ensure_future(anext(adapt(source())))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(check())


# The view


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ('data: {"type": "token"}\n\n', "token"),
        ('event: e\ndata: {"type": "token"}\n\n', "token"),
        ('event: e\ndata: {"type": 1}\n\n', "e"),
        ("data: {}\n\n", "message"),
        ("data: text\n\n", "message"),
        ("data: [DONE]\n\n", "done"),
        ("data:[DONE]\r\n\r\n", "done"),
        (": ping\n\n", "comment"),
        ("\n", "comment"),
        ("id: 1\n\n", "comment"),
        ("event: end\n\n", "end"),
        ('\ufeffdata: {"type": "first"}\n\n', "first"),
    ],
)
def test_type(frame, kind):
    assert (one(frame).type, one(frame.encode()).type) == (kind, kind)


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_fields(ending):
    payload = {"type": "token", "role": "assistant", "content": "é", "tool_call_id": None}
    lines = ["id: 7", "event:e", "retry: 5", ": note", f"data: {json.dumps(payload)}", "", ""]

    chunk = one(ending.join(lines))

    assert isinstance(chunk, StreamingChunk)
    assert (chunk.type, chunk.role, chunk.content, chunk.tool_call_id, chunk.metadata) == (
        "token", "assistant", "é", None, None,
    )  # fmt: skip
    assert (chunk.id, chunk.event, chunk.retry) == ("7", "e", "5")
    assert chunk.json() == chunk.to_dict() == payload
    assert chunk.json() is not chunk.json()


def test_values_that_are_no_text_are_not_shown():
    chunk = one('data: {"role": 1, "content": ["a"]}\n\n')

    assert (chunk.role, chunk.content) == (None, None)


def test_json_over_several_data_lines():
    assert one('data: {"a":\ndata: 1}\n\n').json() == {"a": 1}


def test_what_is_no_json_says_so():
    with pytest.raises(json.JSONDecodeError):
        one("data: [DONE]\n\n").json()
    with pytest.raises(json.JSONDecodeError):
        one(": ping\n\n").json()


@pytest.mark.parametrize(
    "name", ["type", "role", "content", "tool_call_id", "event", "id", "retry"]
)
def test_fields_cannot_be_set(name):
    with pytest.raises(AttributeError):
        setattr(one("data: {}\n\n"), name, "x")


def test_chunks_are_values():
    frame = 'event: e\ndata: {"a": 1}\n\n'
    chunk = one(frame)

    assert chunk == one(frame)
    assert chunk != one(frame.encode())
    assert chunk != StreamingChunk.of({"a": 1}, event="e")
    assert repr(chunk) == f"AdaptedChunk({frame!r})"
    assert chunk.type == "e"
    for twin in (pickle.loads(pickle.dumps(chunk)), copy.copy(chunk), copy.deepcopy(chunk)):
        assert (twin, SSE.format_chunk(twin)) == (chunk, frame)
    fragment = chunks_of("data: a")[0]
    assert repr(pickle.loads(pickle.dumps(fragment))) == "FragmentChunk('data: a')"


# Changes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
LAYOUTS = st.sampled_from(
    [
        "data: {}\n\n",
        "data:{}\r\n\r\n",
        "id: 1\r: note\rdata: {}\r\r",
        "\ndata: {}\nevent: e\nfoo\n\n\n",
    ]
)
OPTIONS = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([(", ", ": "), (",", ":"), (",", ": ")]),
        "sort_keys": st.booleans(),
    }
)


@given(LAYOUTS, OPTIONS, JSON, JSON, st.booleans())
def test_a_change_is_written_as_the_code_would_or_refused(layout, options, before, after, as_bytes):
    def frame(payload):
        text = layout.replace("{}", json.dumps(payload, **options))
        return text.encode("utf-8", "surrogatepass") if as_bytes else text

    chunk = one(frame(before))
    try:
        changed = chunk.replace(payload=after)
    except (UnrecoverableDialect, UnicodeEncodeError):
        return

    assert SSE.format_chunk(changed) == frame(after)


@pytest.mark.parametrize(
    ("frame", "changes", "changed"),
    [
        ('data: {"type": "token", "content": "a"}\n\n', {"content": "b"},
         'data: {"type": "token", "content": "b"}\n\n'),
        ('data:{"type":"é","content":"a"}\r\n\r\n', {"content": "ü"},
         'data:{"type":"é","content":"ü"}\r\n\r\n'),
        ('data: {"type": "\\u00e9", "content": "a"}\n\n', {"content": "ü"},
         'data: {"type": "\\u00e9", "content": "\\u00fc"}\n\n'),
        ('id: 1\nevent: e\ndata: {"content": "a"}\n\n', {"event": "f", "id": 2},
         'id: 2\nevent: f\ndata: {"content": "a"}\n\n'),
        ('event: a\ndata: {"type": "a", "x": 1}\n\n', {"type": "b", "event": "b"},
         'event: b\ndata: {"type": "b", "x": 1}\n\n'),
        ('event: a\ndata: {"type": "b", "x": 1}\n\n', {"type": "c"},
         'event: a\ndata: {"type": "c", "x": 1}\n\n'),
        ('data: {"b": 1, "a": 2}\n\n', {"content": "x"}, 'data: {"b": 1, "a": 2, "content": "x"}\n\n'),
        ('data: "a"\n\n', {"payload": "b"}, 'data: "b"\n\n'),
        ("data: text\nid:1\n\n", {"id": "2"}, "data: text\nid:2\n\n"),
        ('\ufeffdata: {"content": "a"}\n\n', {"content": "b"}, '\ufeffdata: {"content": "b"}\n\n'),
    ],
)  # fmt: skip
def test_replace(frame, changes, changed):
    chunk = one(frame)

    for wire, expected in ((frame, changed), (frame.encode(), changed.encode())):
        result = one(wire).replace(**changes)
        assert isinstance(result, AdaptedChunk)
        assert SSE.format_chunk(result) == OTHER_CONTRACT.format_chunk(result) == expected
    assert SSE.format_chunk(chunk) == frame


@pytest.mark.parametrize(
    ("frame", "changes", "reason"),
    [
        ('data: {"a": 1}\n\n', {"payload": {"a": "é"}}, "fits several options of json.dumps"),
        ('data: {"a": 1}\n\n', {"content": "x"}, "fits several options"),
        ('data: {"a": 1, "type": 2}\n\n', {"content": "x"}, "fits several options"),
        ('data: {"a" : 1}\n\n', {"payload": {}}, "json.dumps would write in another way"),
        ('data: {"a": 1, "a": 1}\n\n', {"payload": {}}, "in another way"),
        ('data: {"a": 1e0}\n\n', {"payload": {}}, "in another way"),
        (f"data: {'9' * 5000}\n\n", {"payload": 1}, "has data that is not JSON|another way"),
        ("data: [DONE]\n\n", {"content": "x"}, "has data that is not JSON"),
        ("data: [1]\n\n", {"content": "x"}, "a payload without keys, so no 'content'"),
        ('data: {"a":\ndata: 1}\n\n', {"payload": 1}, "has 2 data lines"),
        (": ping\n\n", {"payload": 1}, "has no data lines"),
        ("data\n\n", {"payload": 1}, "has a data line without a colon"),
        ('data: {"a": 1}\n\n', {"event": "x"}, "has no event lines"),
        ('event: a\ndata: {"type": "a"}\n\n', {"type": "b"}, "may repeat its type as event"),
    ],
)
def test_replace_refuses_to_guess(frame, changes, reason):
    with pytest.raises(UnrecoverableDialect, match=reason) as caught:
        one(frame).replace(**changes)

    assert caught.value.wire == frame
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_replace_refuses_what_is_not_utf_8():
    with pytest.raises(UnrecoverableDialect, match="is not UTF-8"):
        one(b'data: {"a": "\xff"}\n\n').replace(payload=1)


def test_replace_refuses_what_breaks_the_frame():
    with pytest.raises(UnframeableField, match="must not hold a line ending"):
        one("event: a\ndata: {}\n\n").replace(event="a\ndata: b")
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        one("data: {}\n\n").replace(colour=1)
    with pytest.raises(TypeError, match="not JSON serializable"):
        one('data: {"a": "é", "b": 1}\n\n').replace(payload=object())


def test_replace_without_changes_is_the_chunk():
    chunk, fragment = chunks_of("data: {}\n\n", "data")

    assert chunk.replace() is chunk
    assert fragment.replace() is fragment
