"""The pytest plugin: the fixture `sse_snapshot`.

    def test_chat(sse_snapshot):
        assert sse_snapshot == recording_of(app, "/chat", json={"message": "hi"})

The first run with `--snapshot-update` writes `__snapshots__/<module>/test_chat.sse`, the body, and
`test_chat.sse.meta`, the rest; from then on each run compares with them.

pytest loads this module in every session of an environment that has streamlift: what is only for
tests that use the fixture is imported there.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import Any

    from .goldens.sse_snapshot import Failure, SSESnapshot

COLOUR = "streamlift_colour"
REFUSED = (
    "CI is set, so --snapshot-update is refused for tests with sse_snapshot: record where somebody "
    "reads what was recorded, and commit that"
)


@pytest.fixture
def sse_snapshot(request: pytest.FixtureRequest) -> SSESnapshot:
    """The golden of this test: equal to the recording, or the bytes, that were kept for it."""
    session = getattr(request.config, "_syrupy", None)
    if session is None:
        pytest.fail("sse_snapshot needs syrupy: pip install 'streamlift[testing]'", pytrace=False)
    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

    from .goldens.sse_snapshot import Pair, SSESnapshot
    from .goldens.syrupy_pair import BodyExtension, FactsExtension

    option = request.config.option
    options = {"update_snapshots": option.update_snapshots}
    if hasattr(option, "update_new_snapshots_only"):  # from syrupy 5.5 on
        options["update_new_snapshots_only"] = option.update_new_snapshots_only
    # Not from the fixture `snapshot`: other plugins have one of that name.
    body, facts = (
        SnapshotAssertion(
            session=session,
            extension_class=extension,
            test_location=PyTestLocation(request.node),
            **options,
        )
        for extension in (BodyExtension, FactsExtension)
    )

    def tell(failure: Failure) -> None:
        text = failure.shown(colour=_colour(request.config))
        request.node.add_report_section("call", "sse_snapshot", text)

    return SSESnapshot(Pair(body, facts), tell)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to write goldens in CI, where nobody reads what is written.

    Raises:
        pytest.UsageError: If `CI` is set, goldens would be written, and tests have some.
    """
    if (
        os.environ.get("CI", "").lower() in {"", "0", "false"}
        or not _may_write(config)
        or not any("sse_snapshot" in getattr(item, "fixturenames", ()) for item in items)
    ):
        return
    # At the end of the session syrupy would remove what no test has used.
    config.option.update_snapshots = False
    output = getattr(config, "workeroutput", None)
    if output is None:
        raise pytest.UsageError(REFUSED)
    # An error here would be a crash of this worker of xdist: its controller raises.
    output[REFUSED] = True
    items.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Refuse what a worker of xdist has refused.

    Raises:
        pytest.UsageError: If it has.
    """
    if REFUSED in getattr(node, "workeroutput", ()):
        node.config.option.update_snapshots = False
        raise pytest.UsageError(REFUSED)


def _may_write(config: pytest.Config) -> bool:
    names = ("update_snapshots", "update_new_snapshots_only")
    return any(getattr(config.option, name, False) for name in names)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say in a few lines what differs; the section `sse_snapshot` of the report shows it."""
    module = sys.modules.get(f"{__package__}.goldens.sse_snapshot")
    if module is None or op != "==":
        return None
    for side in (left, right):
        if isinstance(side, module.SSESnapshot) and side.failure is not None:
            first, *more = side.failure.lines
            return [f"{side!r}: {first}", *more]
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist whether the terminal, which it does not see, has colours."""
    node.workerinput[COLOUR] = _colour(node.config)


def _colour(config: pytest.Config) -> bool:
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        return bool(worker.get(COLOUR, False))
    return bool(config.get_terminal_writer().hasmarkup)
