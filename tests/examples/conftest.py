import pytest


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """A developer may have a real model in the environment."""
    monkeypatch.delenv("STREAMLIFT_EXAMPLE_MODEL", raising=False)
