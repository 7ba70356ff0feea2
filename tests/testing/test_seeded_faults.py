"""Each fault of an application is caught and named; the application unchanged gives no alarm."""

import pytest

from streamlift.testing.differences.recording_difference import recording_differences

from .faulty_app import FAULTS

pytest_plugins = ("pytester",)

RECORDED, FAULTY = (
    f"""
import pytest
from tests.testing.faulty_app import FAULTS

@pytest.mark.parametrize("name", FAULTS)
def test_fault(sse_snapshot, name):
    assert sse_snapshot == FAULTS[name][{which}].sent()
"""
    for which in (0, 1)
)

REPEATED = """
import asyncio, itertools, tempfile
from examples.demo.scenarios import CHATS
from examples.pattern1.app import create_app
from streamlift.testing.recording_of import recordings_of
from streamlift.testing.redaction import Redaction
from streamlift.testing.request import Request

CHAT = CHATS[1]
REQUEST = Request(
    name="chat",
    method=CHAT.method,
    path=CHAT.path,
    headers=((b"content-type", b"application/json"),),
    body=CHAT.body,
)

def test_repeats(sse_snapshot, tmp_path):
    for number in range({count}):
        (recording,) = recordings_of(create_app(tmp_path / f"{{number}}"), [REQUEST])
        assert len(recording.messages) > 5
        assert sse_snapshot(name="chat") == recording
"""


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named(name):
    expected, actual, headlines = FAULTS[name]

    found = recording_differences(expected.sent(), actual.sent())
    assert [each.headline for each in found] == headlines


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source, *options):
        pytester.makepyfile(test_module=source)
        return pytester.runpytest_inprocess("-p", "syrupy", "-p", "streamlift", *options)

    return run


def test_the_plugin_names_each_fault(run):
    run(RECORDED, "--snapshot-update").assert_outcomes(passed=len(FAULTS))
    run(RECORDED).assert_outcomes(passed=len(FAULTS))
    failed = run(FAULTY)

    failed.assert_outcomes(failed=len(FAULTS))
    told = {line.removeprefix("E").strip() for line in failed.outlines}
    assert {line for _, _, headlines in FAULTS.values() for line in headlines} <= told


@pytest.mark.parametrize("count", [20, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_an_unchanged_application_gives_no_alarm(run, count):
    source = REPEATED.format(count=count)
    run(source.replace(f"range({count})", "range(1)"), "--snapshot-update")

    run(source).assert_outcomes(passed=1)
