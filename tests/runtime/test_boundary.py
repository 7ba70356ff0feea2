"""Each sentence of the boundary's semantics; `test_boundary_model.py` has the general law."""

import asyncio
import contextlib
import gc
import sys
import weakref

import pytest

from streamlift import SSEFormatter, StreamingChunk, producer
from streamlift.sse import boundary

SSE = SSEFormatter()
COMPACT = SSEFormatter(separators=(",", ":"))
of = StreamingChunk.of
TYPE_ERROR = "Object of type object is not JSON serializable"


async def listed(source):
    return [item async for item in source]


def views(function):
    """Return the two boundaries around a generator function."""
    return [producer(SSE)(function)(), SSE.stream(function()), SSE.chunks(function())]


def text(item):
    return SSE.format_chunk(item) if isinstance(item, StreamingChunk) else item


# Laziness


def test_nothing_runs_at_the_call():
    started = []

    def produce():
        started.append(1)
        yield of(1)

    async def produce_async():
        started.append(1)
        yield of(1)

    for function in (produce, produce_async):
        views(function)

    assert not started


def test_a_source_that_cannot_be_iterated_is_refused_at_the_call():
    for source in (None, 7, "data: x\n\n", b"", {"a": 1}, of(1)):
        with pytest.raises(TypeError, match="is needed"):
            SSE.stream(source)
        with pytest.raises(TypeError, match="is needed"):
            SSE.chunks(source)


def test_the_next_item_is_not_made_ahead():
    made = []

    def produce():
        for number in range(3):
            made.append(number)
            yield of(number)

    for view in views(produce):
        made.clear()
        next(view)

        assert made == [0]


# Errors of the encoder


def failing(log):
    try:
        yield of(1)
        yield of(object())
        log.append("not reached")
    except TypeError as error:
        yield of({"error": str(error)})
    finally:
        log.append("finally")
    yield of(2)


async def failing_async(log):
    try:
        yield of(1)
        yield of(object())
        log.append("not reached")
    except TypeError as error:
        yield of({"error": str(error)})
    finally:
        log.append("finally")
    yield of(2)


EXPECTED = ["data: 1\n\n", f'data: {{"error": "{TYPE_ERROR}"}}\n\n', "data: 2\n\n"]


def test_an_encode_error_reaches_the_producers_own_except():
    log = []

    for view in views(lambda: (yield from failing(log))):
        assert [text(item) for item in view] == EXPECTED
    assert log == ["finally"] * 3


def test_an_encode_error_reaches_the_async_producers_own_except():
    log = []

    for view in (
        producer(SSE)(failing_async)(log),
        SSE.stream(failing_async(log)),
        SSE.chunks(failing_async(log)),
    ):
        assert [text(item) for item in asyncio.run(listed(view))] == EXPECTED
    assert log == ["finally"] * 3


def test_an_encode_error_that_nobody_catches_reaches_the_caller():
    def produce():
        yield of(object())

    async def produce_async():
        yield of(object())

    for view in views(produce):
        with pytest.raises(TypeError, match=TYPE_ERROR) as caught:
            next(view)
        assert caught.value.__context__ is None
    for view in views(produce_async):
        with pytest.raises(TypeError, match=TYPE_ERROR):
            asyncio.run(listed(view))


def test_a_later_error_does_not_get_the_encode_error_as_its_context():
    def produce():
        with contextlib.suppress(TypeError):
            yield of(object())
        raise LookupError

    for view in views(produce):
        with pytest.raises(LookupError) as caught:
            next(view)

        assert caught.value.__context__ is None


def test_an_encode_error_keeps_no_generator_alive():
    class Marker:
        pass

    def produce(marker):
        with contextlib.suppress(TypeError):
            yield of(object())
        yield of(1)
        del marker

    gc.disable()
    try:
        marker = Marker()
        seen = weakref.ref(marker)
        view = SSE.stream(produce(marker))
        del marker
        next(view)
        del view

        assert seen() is None
    finally:
        gc.enable()


def test_surrogates_fail_in_the_response_if_the_contract_is_text():
    def produce():
        try:
            yield of("\ud800")
        except UnicodeEncodeError:
            yield of("caught")

    utf8 = {"ensure_ascii": False}

    assert list(SSEFormatter(**utf8).stream(produce())) == ['data: "\ud800"\n\n']
    assert list(SSEFormatter(encoding="utf-8", **utf8).stream(produce())) == [b'data: "caught"\n\n']


# The moment of encoding


def test_a_payload_that_is_mutated_after_the_yield_keeps_its_bytes():
    def produce():
        payload = {"n": 1}
        yield of(payload)
        payload["n"] = 2
        yield of(payload)

    for view in views(produce):
        wires = [text(item) for item in list(view)]

        assert wires == ['data: {"n": 1}\n\n', 'data: {"n": 2}\n\n']


def test_chunks_hands_on_the_very_chunk_encoded():
    chunk = of({"a": [1]})
    view = SSE.chunks(iter([chunk]))

    assert next(view) is chunk
    assert chunk.json() == {"a": [1]}


def test_an_encoded_chunk_keeps_its_bytes_through_relays_and_edges():
    inner = SSE.chunks(iter([of({"a": 1})]))
    outer = COMPACT.chunks(item for item in inner)

    assert list(COMPACT.stream(outer)) == ['data: {"a": 1}\n\n']


def test_what_is_no_chunk_passes_untouched():
    things = ["data: x\n\n", b"raw", None, 7, {"a": 1}, object(), StreamingChunk]

    assert list(SSE.stream(iter(things))) == things
    assert list(SSE.chunks(things)) == things


def test_a_mixed_iterator_is_encoded_where_it_holds_chunks():
    async def produce():
        yield "data: old\n\n"
        yield of("new")

    assert list(SSE.stream(["data: old\n\n", of("new")])) == ["data: old\n\n", 'data: "new"\n\n']
    assert asyncio.run(listed(SSE.stream(produce()))) == ["data: old\n\n", 'data: "new"\n\n']


# Forwarding


def echo(log):
    while True:
        try:
            log.append((yield of("item")))
        except LookupError as error:  # noqa: PERF203 - a producer that goes on is the point
            log.append(error)
        except GeneratorExit:
            log.append("closed")
            raise


async def echo_async(log):
    while True:
        try:
            log.append((yield of("item")))
        except LookupError as error:  # noqa: PERF203 - a producer that goes on is the point
            log.append(error)
        except GeneratorExit:
            await asyncio.sleep(0)
            log.append("closed")
            raise


def test_send_throw_and_close_are_forwarded():
    for wrap in (
        SSE.stream,
        SSE.chunks,
        lambda source: producer(SSE)(lambda: (yield from source))(),
    ):
        log = []
        view = wrap(echo(log))
        error = LookupError()

        assert text(next(view)) == 'data: "item"\n\n'
        assert text(view.send("sent")) == 'data: "item"\n\n'
        assert text(view.throw(error)) == 'data: "item"\n\n'
        view.close()
        assert log == ["sent", error, "closed"]


def test_asend_athrow_and_aclose_are_forwarded():
    async def test(view, log):
        error = LookupError()

        assert text(await view.__anext__()) == 'data: "item"\n\n'
        assert text(await view.asend("sent")) == 'data: "item"\n\n'
        assert text(await view.athrow(error)) == 'data: "item"\n\n'
        await view.aclose()
        assert log == ["sent", error, "closed"]

    for wrap in (
        SSE.stream,
        SSE.chunks,
        lambda source: producer(SSE)(echo_async)(source.ag_frame.f_locals["log"]),
    ):
        log = []
        asyncio.run(test(wrap(echo_async(log)), log))


def test_the_return_value_is_handed_on():
    def produce():
        yield of(1)
        return "value"

    def relay(view, got):
        got.append((yield from view))

    for view in views(produce):
        got = []
        list(relay(view, got))

        assert got == ["value"]


def test_a_producer_that_ignores_a_close_is_told_off(monkeypatch):
    def produce():
        with contextlib.suppress(GeneratorExit):
            yield of(1)
        yield of(2)

    async def produce_async():
        with contextlib.suppress(GeneratorExit):
            yield of(1)
        yield of(2)

    # An async generator that ignored its close can only be left to the collector, which says so.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    for view in views(produce):
        next(view)
        with pytest.raises(RuntimeError, match=r"^generator ignored GeneratorExit$"):
            view.close()
        assert list(view) == []
    for view in views(produce_async):
        with pytest.raises(StopIteration):
            view.__anext__().send(None)
        with pytest.raises(RuntimeError, match=r"^async generator ignored GeneratorExit$"):
            view.aclose().send(None)
    del view
    gc.collect()


def test_cancellation_reaches_the_producer_where_it_waits():
    async def test(wrap):
        log = []

        async def produce():
            try:
                yield of(1)
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                log.append("cancelled")
                raise
            finally:
                await asyncio.sleep(0)
                log.append("finally")

        task = asyncio.create_task(listed(wrap(produce)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert log == ["cancelled", "finally"]

    for wrap in (
        lambda produce: producer(SSE)(produce)(),
        lambda produce: SSE.stream(produce()),
        lambda produce: SSE.chunks(produce()),
    ):
        asyncio.run(test(wrap))


# Text views


@producer(COMPACT)
def compact(log=None):
    try:
        yield of({"n": 1})
        yield of({"n": [2]})
        yield of({"n": 3})
        return "value"
    finally:
        if log is not None:
            log.append("finally")


@producer(COMPACT)
async def compact_async(log=None):
    try:
        yield of({"n": 1})
        yield of({"n": [2]})
        yield of({"n": 3})
    finally:
        await asyncio.sleep(0)
        if log is not None:
            log.append("finally")


FRAMES = ['data: {"n":1}\n\n', 'data: {"n":[2]}\n\n', 'data: {"n":3}\n\n']


def test_a_text_view_is_taken_over_with_its_producers_contract():
    assert list(compact()) == FRAMES
    assert list(SSE.stream(compact())) == FRAMES
    assert list(SSE.stream(SSE.stream(compact()))) == FRAMES
    assert [text(chunk) for chunk in SSE.chunks(compact())] == FRAMES
    assert [chunk.json() for chunk in SSE.chunks(SSE.stream(compact()))] == [
        {"n": 1},
        {"n": [2]},
        {"n": 3},
    ]


def test_an_async_text_view_is_taken_over_with_its_producers_contract():
    assert asyncio.run(listed(compact_async())) == FRAMES
    assert asyncio.run(listed(SSE.stream(compact_async()))) == FRAMES
    chunks = asyncio.run(listed(SSE.chunks(SSE.stream(compact_async()))))
    assert [chunk.json()["n"] for chunk in chunks] == [1, [2], 3]


def test_a_started_view_goes_on_where_it_is():
    async def test():
        view = compact_async(log)
        first = await view.__anext__()
        return [first, *[text(item) async for item in SSE.chunks(view)]]

    log = []
    view = compact(log)
    frames = [next(view), *[text(item) for item in SSE.chunks(view)]]

    assert frames == FRAMES
    assert asyncio.run(test()) == FRAMES
    assert log == ["finally", "finally"]
    assert list(view) == []


def test_a_started_async_view_leaves_nothing_for_the_loop_to_close(caplog):
    async def test():
        asyncio.get_running_loop().slow_callback_duration = 60  # a busy machine is no finding
        view = compact_async()
        await view.__anext__()
        await listed(SSE.stream(view))
        del view
        gc.collect()
        return len(asyncio.all_tasks())

    asyncio.run(test(), debug=True)

    assert not [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")]


def test_the_wrapper_keeps_the_view_alive():
    def wrap(log):
        view = compact(log)
        next(view)
        return SSE.chunks(view)

    log = []
    chunks = wrap(log)
    gc.collect()

    assert log == []
    assert [text(chunk) for chunk in chunks] == FRAMES[1:]


def test_a_dropped_view_closes_its_producer():
    for wrap in (lambda view: view, SSE.stream, SSE.chunks):
        log = []
        view = wrap(compact(log))
        next(view)
        del view
        gc.collect()

        assert log == ["finally"]


def test_a_dropped_async_view_closes_its_producer():
    async def test(wrap):
        log = []
        view = wrap(compact_async(log))
        await view.__anext__()
        del view
        gc.collect()
        for _ in range(5):
            await asyncio.sleep(0)
        return log

    for wrap in (lambda view: view, SSE.stream, SSE.chunks):
        assert asyncio.run(test(wrap)) == ["finally"]


def test_a_loop_that_ends_closes_a_producer_once_and_without_a_word(caplog):
    async def test(wrap):
        kept.append(wrap(compact_async(log)))
        await kept[-1].__anext__()

    kept = []
    for wrap in (lambda view: view, SSE.stream, SSE.chunks):
        log = []
        asyncio.run(test(wrap))

        assert log == ["finally"]
    assert not caplog.records


def test_a_view_can_be_closed_after_its_source_was_closed_elsewhere():
    async def test(wrap):
        source = compact_async.__wrapped__()
        view = wrap(source)
        await view.__anext__()
        await source.aclose()
        await view.aclose()
        with pytest.raises(StopAsyncIteration):
            await view.__anext__()

    for wrap in (SSE.stream, SSE.chunks, lambda source: SSE.chunks(SSE.stream(source))):
        asyncio.run(test(wrap))


def test_an_error_that_cannot_reach_the_source_any_more_comes_back():
    async def test(wrap):
        source = compact_async.__wrapped__()
        view = wrap(source)
        await view.__anext__()
        await source.aclose()
        with pytest.raises(LookupError):
            await view.athrow(LookupError())

    for wrap in (SSE.stream, SSE.chunks):
        asyncio.run(test(wrap))


def test_a_view_that_was_closed_gives_nothing():
    async def test():
        view = compact_async()
        await view.aclose()
        return await listed(SSE.stream(view))

    view = compact()
    view.close()

    assert list(SSE.chunks(view)) == []
    assert asyncio.run(test()) == []


def test_a_loop_that_ends_closes_what_was_taken_over_once_and_without_a_word(caplog):
    async def test(again):
        view = compact_async(log)
        kept.append(view)
        await view.__anext__()
        kept.append(again(view))
        await kept[-1].__anext__()

    kept = []
    for again in (SSE.stream, SSE.chunks):
        log = []
        asyncio.run(test(again))

        assert log == ["finally"]
    assert not caplog.records


def test_a_view_that_never_ran_leaves_its_source_to_who_started_it():
    # No code of a generator runs if it is closed before its first item, so a view cannot do more
    # than let go of its source. `SSEResponse` closes the source as well.
    log = []
    source = compact.__wrapped__(log)
    next(source)
    view = SSE.stream(source)
    view.close()
    del view

    assert log == []
    assert next(source).payload == {"n": [2]}
    del source
    gc.collect()
    assert log == ["finally"]


def test_an_async_view_that_never_ran_leaves_its_source_to_who_started_it():
    async def test():
        source = compact_async.__wrapped__(log)
        await source.__anext__()
        view = SSE.stream(source)
        await view.aclose()
        del view
        assert log == []
        assert (await source.__anext__()).payload == {"n": [2]}
        await source.aclose()

    log = []
    asyncio.run(test())

    assert log == ["finally"]


def test_views_leave_nothing_behind():
    gc.collect()
    before = len(boundary._views)
    kept = [compact(), SSE.stream(compact())]
    assert len(boundary._views) == before + 3
    del kept
    gc.collect()

    assert len(boundary._views) == before


def test_a_view_has_the_name_of_its_producer():
    assert compact().__name__ == "compact"
    assert SSE.stream(compact_async()).__qualname__ == "compact_async"


def test_the_return_value_of_a_view_that_is_taken_over():
    view = SSE.stream(compact())
    for _ in FRAMES:
        next(view)
    with pytest.raises(StopIteration) as stop:
        next(view)

    assert stop.value.value == "value"


def test_yield_from_is_transparent_to_a_boundary():
    def inner():
        try:
            yield of(object())
        except TypeError:
            yield of("caught inside")

    def outer():
        yield from inner()

    assert list(SSE.stream(outer())) == ['data: "caught inside"\n\n']


# Chunks that are made of text


class Marked(StreamingChunk):
    pass


def marked(source):
    """Make chunks of text, so that one can see who did."""

    def generate(begin):
        for item in begin():
            yield Marked(item)

    async def generate_async(begin):
        async for item in begin():
            yield Marked(item)

    is_async = hasattr(source, "__aiter__")
    return boundary.over_text(
        generate_async if is_async else generate, boundary.generator_of(source)
    )


def items_of(source):
    return asyncio.run(listed(source)) if hasattr(source, "__aiter__") else list(source)


def each_kind(*items):
    async def produce_async():
        for item in items:
            yield item

    yield (item for item in items)
    yield iter(items)
    yield produce_async()
    yield AsyncItems(items)


THROUGH = 'data: {"type": "text"}\n\n'


def test_whoever_wants_text_gets_the_text_itself():
    for source in each_kind("text", of(1), b"bytes"):
        assert items_of(SSE.stream(marked(source))) == ["text", "data: 1\n\n", b"bytes"]
    for source in each_kind("text"):
        assert items_of(SSE.stream(SSE.stream(marked(source)))) == ["text"]
    for source in each_kind("text"):
        assert items_of(SSE.stream(marked(marked(source)))) == ["text"]


def test_whoever_wants_chunks_gets_the_chunks():
    for source in each_kind("text"):
        assert [type(item) for item in items_of(SSE.chunks(marked(source)))] == [Marked]
    for source in each_kind("text"):
        assert items_of(SSE.stream(SSE.chunks(marked(source)))) == [THROUGH]


def test_the_text_of_a_text_view_is_that_of_its_own_contract():
    assert list(SSE.stream(marked(compact()))) == FRAMES
    assert asyncio.run(listed(SSE.stream(marked(compact_async())))) == FRAMES


def test_chunks_that_have_begun_go_on():
    async def test():
        chunks = marked(AsyncItems(["first", "text"]))
        view = SSE.stream(chunks)  # it has not begun
        await chunks.__anext__()
        return await listed(view)

    chunks = marked(["first", "text"])
    view = SSE.stream(chunks)
    next(chunks)

    assert list(view) == [THROUGH]
    assert asyncio.run(test()) == [THROUGH]


def test_a_view_that_has_taken_the_text_can_be_taken_over():
    async def test(again):
        view = SSE.stream(marked(AsyncItems(["first", "text"])))
        return [await view.__anext__(), *await listed(again(view))]

    for again, rest in ((SSE.stream, "text"), (SSE.chunks, Marked("text"))):
        view = SSE.stream(marked(["first", "text"]))
        assert [next(view), *again(view)] == ["first", rest]
        assert asyncio.run(test(again)) == ["first", rest]


def test_chunks_that_were_closed_give_nothing():
    chunks = marked(["text"])
    chunks.close()

    assert list(SSE.stream(chunks)) == []


def test_the_text_is_driven_as_its_producer_was():
    log = []
    view = SSE.stream(marked(echo(log)))
    error = LookupError()

    assert next(view) == view.send("sent") == view.throw(error) == 'data: "item"\n\n'
    view.close()
    assert log == ["sent", error, "closed"]


def test_the_return_value_of_text_is_handed_on():
    def relay(view):
        got.append((yield from view))

    got = []
    assert list(relay(SSE.stream(marked(compact())))) == FRAMES
    assert got == ["value"]


def test_views_around_text_live_as_long_as_it_is_read():
    def wrap(log):
        view = SSE.stream(marked(compact(log)))
        next(view)
        return SSE.stream(view)

    log = []
    outer = wrap(log)
    assert next(outer) == FRAMES[1]
    gc.collect()

    assert log == []
    assert next(outer) == FRAMES[2]


def test_chunks_that_never_began_are_dropped_without_a_word():
    def dropped(log):
        text = compact(log)
        next(text)
        chunks = marked(text)
        view = SSE.stream(chunks)
        del text, chunks
        return view

    log = []
    view = dropped(log)
    assert next(view) == FRAMES[1]
    gc.collect()
    assert log == []
    del view
    gc.collect()
    assert log == ["finally"]
    assert not boundary._texts


# Iterators that are no generators


class Items:
    def __init__(self, items):
        self.items = iter(items)
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.items)

    def close(self):
        self.closed += 1


class AsyncItems:
    def __init__(self, items):
        self.items = iter(items)
        self.closed = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        for item in self.items:
            return item
        raise StopAsyncIteration

    async def aclose(self):
        self.closed += 1


def test_iterators_are_encoded():
    assert list(SSE.stream(Items([of(1), "x"]))) == ["data: 1\n\n", "x"]
    assert list(SSE.stream([of(1)])) == ["data: 1\n\n"]
    assert asyncio.run(listed(SSE.stream(AsyncItems([of(1), "x"])))) == ["data: 1\n\n", "x"]


def test_an_encode_error_closes_an_iterator_and_reaches_the_caller():
    items = Items([of(object()), of(1)])
    with pytest.raises(TypeError, match=TYPE_ERROR):
        list(SSE.stream(items))

    async_items = AsyncItems([of(object()), of(1)])
    with pytest.raises(TypeError, match=TYPE_ERROR):
        asyncio.run(listed(SSE.stream(async_items)))

    assert items.closed == async_items.closed == 1


def test_an_iterator_without_close_works_too():
    with pytest.raises(TypeError, match=TYPE_ERROR):
        list(SSE.stream(iter([of(object())])))

    view = SSE.stream(iter([of(1), of(2)]))
    next(view)
    view.close()
    assert list(view) == []


def test_closing_a_view_closes_its_iterator():
    async def test():
        view = SSE.chunks(async_items)
        await view.__anext__()
        await view.aclose()

    items, async_items = Items([of(1), of(2)]), AsyncItems([of(1), of(2)])
    view = SSE.chunks(items)
    next(view)
    view.close()
    asyncio.run(test())

    assert items.closed == async_items.closed == 1


def test_an_iterator_is_asked_for_at_the_first_item():
    class Late:
        asked = False

        def __iter__(self):
            self.asked = True
            return iter([of(1)])

    late = Late()
    view = SSE.stream(late)
    assert not late.asked
    assert list(view) == ["data: 1\n\n"]
