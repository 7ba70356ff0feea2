"""Which pieces of a file were executed. `traced` runs in a process of its own, on this Python or by hand on another one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from streamlift.testing.tracing.span import Span
from streamlift.testing.tracing.span_tracer import SpanTracer
from streamlift.testing.tracing.tracing_error import TracingError

TRACED = Path(__file__).parent / "traced"

EXECUTED = {
    "import sites": {"class body", "module"},
    "sites.one_line(True)": {"yes"},
    "sites.one_line(False)": {"no"},
    "list(sites.branches(2))": {"done", "more", "quotient"},
    "list(sites.branches(2)) # again": {"done", "more", "quotient"},
    "list(sites.branches(0))": {"done", "error", "few", "quotient"},
    "list(islice(sites.branches(2), 1))": {"more"},
    "sites.Wire.encode(1)": {"helper"},
    "sites.nested([0])": {"comprehension"},
    "sites.nested([1])": {"comprehension", "nested"},
    "sites.lazily([1])": set(),
    "list(sites.lazily([1]))": {"generator expression"},
    "asyncio.run(sites.gathered(1))": {"async", "gathered"},
    "sites.begun = sites.branches(1); next(sites.begun)": {"few"},
    "sites.in_a_thread(sites.begun)": {"done", "quotient"},
    "import late; late.late()": {"late module"},
    "import late; list(late.late())": {"late"},
    "afterwards": set(),
}


BESIDE = pytest.param(
    "beside", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="there is one tracer")
)


@pytest.fixture(scope="module", params=["alone", BESIDE])
def executed(request):
    command = [sys.executable, TRACED, request.param]
    done = subprocess.run(command, capture_output=True, check=True)
    return {step: set(names) for step, names in json.loads(done.stdout).items()}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="instructions have no columns")
def test_it_names_what_each_step_executed_and_nothing_else(executed):
    assert executed == EXECUTED


def test_it_says_whether_it_is_exact():
    asked = (
        "from streamlift.testing.tracing.span_tracer import SpanTracer; print(SpanTracer.is_exact)"
    )
    told = [
        subprocess.run([sys.executable, *options, "-c", asked], capture_output=True, check=True)
        for options in ([], ["-X", "no_debug_ranges"])
    ]

    assert [each.stdout.split() for each in told] == [
        [str(sys.version_info >= (3, 11)).encode()],
        [b"False"],
    ]


def test_it_misses_nothing(executed):
    assert all(names <= executed[step] for step, names in EXECUTED.items())


SPANS = {__file__: [Span(1, 0, 2, 0)]}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="several tools can watch")
def test_another_tracer_is_told():
    def tracer(*_):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with pytest.raises(TracingError, match="traced already"), SpanTracer(SPANS):
            pass
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="there is one tracer")
def test_it_goes_with_other_tools_until_there_are_too_many():
    taken = [number for number in range(6) if sys.monitoring.get_tool(number) is None]
    for number in taken[1:]:
        sys.monitoring.use_tool_id(number, f"tool {number}")
    try:
        with SpanTracer(SPANS), pytest.raises(TracingError, match="too many"), SpanTracer(SPANS):
            pass
    finally:
        for number in taken[1:]:
            sys.monitoring.free_tool_id(number)


def test_nothing_to_watch_is_no_work():
    before = sys.gettrace()
    with SpanTracer({__file__: []}) as tracer:
        assert sys.gettrace() is before
        assert tracer.take() == {}
