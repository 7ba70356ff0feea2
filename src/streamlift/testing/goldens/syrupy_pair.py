"""The two files of a golden as two snapshots of syrupy, so that its reports know both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .golden import BODY, FACTS, same_facts
from .syrupy_extension import SSESnapshotExtension

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.location import PyTestLocation


class Body(bytes):
    """A body that is written together with the file of its facts.

    Attributes:
        facts: The text of that file, `None` if there is none.
    """

    facts: bytes | None = None


class BodyExtension(SSESnapshotExtension):
    """The `.sse` file; it takes the other one along, so that they are never of two recordings."""

    def serialize(self, data: Any, **_: object) -> bytes:
        """Return *data*, which is a `Body`."""
        assert isinstance(data, Body)  # noqa: S101 - for the type checker
        return data

    @classmethod
    def _files(cls, path: Path, data: bytes) -> dict[Path, bytes]:
        facts = getattr(data, "facts", None)
        return {path: data} if facts is None else {path: data, facts_path(path): facts}


class FactsExtension(SSESnapshotExtension):
    """The `.sse.meta` file."""

    file_extension = FACTS[1:]
    _file_extension = file_extension

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        """Tell whether both say the same of the response."""
        return same_facts(serialized_data, snapshot_data)

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        """Return whether this test owns this file: whether it owns the one beside it."""
        beside = snapshot_location.removesuffix(FACTS) + BODY
        return super().matches_test_location(test_location=test_location, snapshot_location=beside)


def facts_path(body: Path) -> Path:
    """Return the second file that belongs to the first."""
    return body.with_name(body.name.removesuffix(BODY) + FACTS)
