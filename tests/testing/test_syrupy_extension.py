import pytest
from syrupy.extensions.base import AbstractSyrupyExtension

pytest_plugins = ("pytester",)

if not hasattr(AbstractSyrupyExtension, "matches_test_location"):
    # Before syrupy 7 an extension cannot say which test a file with a changed name belongs to.
    pytestmark = pytest.mark.filterwarnings(r"ignore:\s*Can not relate")

HEADER = """
import pytest
from streamlift.testing.goldens.syrupy_extension import SSESnapshotExtension

@pytest.fixture
def sse_snapshot(snapshot):
    return snapshot.use_extension(SSESnapshotExtension)

"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run syrupy's pytest on one test module, in this process."""
    # In a worker of xdist, syrupy leaves what is unused to the controller.
    for variable in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(variable, raising=False)
    # Each run imports its plugins again, and others than syrupy take seconds for that.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source, *options):
        pytester.makepyfile(test_module=HEADER + source)
        return pytester.runpytest_inprocess(
            *("-p", "no:cacheprovider"), *("-p", "syrupy"), *options
        )

    return run


def files(pytester):
    return {each.name: each.read_bytes() for each in pytester.path.rglob("*.sse")}


def one_test(stream):
    return f"def test_stream(sse_snapshot):\n    assert {stream!r} == sse_snapshot\n"


def test_a_snapshot_is_a_file_of_the_very_bytes(run, pytester):
    stream = b"\xef\xbb\xbfdata: a\r\n\r\ndata: \xff\x00\n\n\rdata: [DONE]"
    run(one_test(stream), "--snapshot-update").assert_outcomes(passed=1)

    assert files(pytester) == {"test_stream.sse": stream}
    run(one_test(stream)).assert_outcomes(passed=1)


def test_a_missing_snapshot_fails_and_is_not_written(run, pytester):
    run(one_test(b"data: a\n\n")).assert_outcomes(failed=1)

    assert files(pytester) == {}


def test_a_difference_of_line_ends_fails(run):
    run(one_test(b"data: a\r\n\r\n"), "--snapshot-update")

    run(one_test(b"data: a\n\n")).assert_outcomes(failed=1)


def test_a_difference_is_shown_frame_by_frame(run):
    run(one_test(b'data: 1\n\ndata: {"a": 1}\n\ndata: 3\n\n'), "--snapshot-update")
    result = run(one_test(b'data: 1\n\ndata: {"a":1}\n\ndata: 3\n\n'))

    result.stdout.fnmatch_lines(
        [
            "*separators*frame 1*",
            "*= 1 frame the same*",
            '*- ?1? data: {"a": 1}*',
            '*+ ?1? data: {"a":1}*',
        ]
    )


@pytest.mark.parametrize(
    "ids", [["a/b", "ab"], ["a:b", "a*b"], ["x" * 230 + "1" * 40, "x" * 230 + "1" * 39 + "2"]]
)
def test_two_tests_never_share_a_file(run, pytester, ids):
    source = f"""
@pytest.mark.parametrize("name", {ids!r})
def test_stream(sse_snapshot, name):
    assert name.encode() == sse_snapshot
"""
    run(source, "--snapshot-update").assert_outcomes(passed=2)

    run(source).assert_outcomes(passed=2)
    assert sorted(files(pytester).values()) == sorted(name.encode() for name in ids)
    assert all(len(name) <= 255 for name in files(pytester))


def test_a_changed_name_is_not_taken_for_unused(run, pytester):
    source = """
@pytest.mark.parametrize("name", ["a/b", "ab"])
def test_stream(sse_snapshot, name):
    assert b"data: a" == sse_snapshot
    assert b"data: b" == sse_snapshot(name="body")
"""
    run(source, "--snapshot-update")
    before = files(pytester)
    run(source, "--snapshot-update", "test_module.py::test_stream[ab]").assert_outcomes(passed=1)

    assert files(pytester) == before
    assert len(before) == 4
    run(source.replace('"a/b", ', ""), "--snapshot-update")
    assert set(files(pytester)) == {"test_stream[ab].sse", "test_stream[ab][body].sse"}


def test_an_ordinary_name_has_no_digest(run, pytester):
    source = """
@pytest.mark.parametrize("name", ["tool call"])
def test_stream(sse_snapshot, name):
    assert b"data: a" == sse_snapshot(name="body")
"""
    run(source, "--snapshot-update")

    assert set(files(pytester)) == {"test_stream[tool call][body].sse"}


@pytest.mark.parametrize(
    "assertion",
    [
        "assert 'data: text' == sse_snapshot",
        "assert b'data: a' == sse_snapshot(include=lambda **_: True)",
        "assert b'data: a' == sse_snapshot(exclude=lambda **_: True)",
    ],
)
def test_what_is_not_all_the_bytes_is_refused(run, pytester, assertion):
    source = f"def test_stream(sse_snapshot):\n    {assertion}\n"
    result = run(source, "--snapshot-update")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TypeError*"])
    assert files(pytester) == {}
