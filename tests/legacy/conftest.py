import pytest

from streamlift_legacy.background import BACKGROUND
from streamlift_legacy.flags import FLAGS, Flags
from streamlift_legacy.observed import TALLIES
from streamlift_legacy.reports import REPORTER


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch):
    """Let each test find the shim as a new process does, but for flags that count at once."""
    for name in Flags.__slots__:
        monkeypatch.setattr(FLAGS, name, getattr(Flags(), name))
    FLAGS.fresh_for = 0.0
    monkeypatch.setattr(REPORTER, "on_divergence", None)
    REPORTER._next.clear()
    TALLIES.clear()
    yield
    assert BACKGROUND.flush(10)
