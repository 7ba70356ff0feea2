import pytest

from streamlift.testing.syrupy_extension import SSESnapshotExtension


@pytest.fixture
def sse_snapshot(snapshot):
    return snapshot.use_extension(SSESnapshotExtension)


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """A developer may have a real model in the environment."""
    monkeypatch.delenv("STREAMLIFT_EXAMPLE_MODEL", raising=False)
