"""Keep event streams as raw `.sse` files with syrupy, 4.9 and newer.

The fixture `sse_snapshot` of the pytest plugin uses it; by itself it keeps bytes:

    def test_stream(snapshot):
        assert recording.body == snapshot.use_extension(SSESnapshotExtension)

Deliberate differences from `SingleFileSnapshotExtension`:

1. A mismatch is shown frame by frame; there it is one line, the `repr` of all bytes.
2. Two tests never share a file. There, `test[a/b]` and `test[ab]` overwrite each other.
3. `include` and `exclude` raise. There, they are ignored in silence; so is, here too, `matcher`:
   syrupy always hands one over.
4. A file is written as a whole or not at all.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syrupy.extensions.base import AbstractSyrupyExtension
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from ..differences.byte_diff import difference
from .golden import BODY, FACTS, check_name
from .whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.location import PyTestLocation

NAME_LIMIT = 255 - len(FACTS)
"""Characters of a file name before its extensions."""

DIGEST_LENGTH = len("-0123abcd")


class SSESnapshotExtension(SingleFileSnapshotExtension):
    """One file of raw bytes a snapshot."""

    # Binary: in text mode, and in syrupy's default Amber files, a stream of CRLF frames equals
    # one of LF frames.
    _write_mode = WriteMode.BINARY
    file_extension = BODY[1:]
    # The name that syrupy 4 reads.
    _file_extension = file_extension

    def serialize(
        self, data: Any, *, exclude: object = None, include: object = None, matcher: object = None
    ) -> bytes:
        """Return *data*, which is bytes already.

        Raises:
            TypeError: If it is not, or if less than all bytes are asked for.
        """
        del matcher
        if exclude is not None or include is not None:
            raise TypeError("a stream is compared byte by byte: it has no properties to leave out")
        return memoryview(data).tobytes()

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: int | str = 0) -> str:
        """Return the file's name: the test's id, with a digest if it had to be changed."""
        wanted = AbstractSyrupyExtension.get_snapshot_name(test_location=test_location, index=index)
        return _file_name(
            wanted, super().get_snapshot_name(test_location=test_location, index=index)
        )

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        """Return whether this test owns this file, also if the name was changed.

        Asked by syrupy 7; older ones warn when such a file is written.
        """
        if super().matches_test_location(
            test_location=test_location, snapshot_location=snapshot_location
        ):
            return True
        path = Path(snapshot_location)
        possible = super().get_snapshot_name(test_location=test_location)
        index = path.stem[len(possible) : -DIGEST_LENGTH]
        return (
            path.stem == _file_name(f"{test_location.snapshot_name}{index}", possible + index)
            and path.parent.name == test_location.basename
            and test_location.matches_snapshot_site(snapshot_location)
        )

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: Any, **_: object) -> None:
        """Write the one snapshot that *snapshot_collection* has.

        Raises:
            GoldenError: If its name is, to some file systems, that of another file.
            OSError: If it cannot be written.
        """
        path = Path(snapshot_collection.location)
        (snapshot,) = snapshot_collection
        check_name(path.parent, path.name.removesuffix(f".{cls.file_extension}"))
        write_whole(cls._files(path, snapshot.data))

    # The name that syrupy 4 calls.
    _write_snapshot_collection = write_snapshot_collection

    @classmethod
    def _files(cls, path: Path, data: bytes) -> dict[Path, bytes]:
        return {path: data}

    def diff_lines(self, serialized_data: Any, snapshot_data: Any) -> Iterator[str]:
        """Yield the picture of the first difference, frame by frame."""
        # Without a snapshot syrupy asks for the difference from an empty text.
        found = difference(expected=snapshot_data or b"", actual=serialized_data)
        if found is not None:
            yield from found.render().splitlines()


def _file_name(wanted: str, possible: str) -> str:
    if possible == wanted and len(wanted) <= NAME_LIMIT:
        return wanted
    digest = f"-{sha256(wanted.encode()).hexdigest()[:8]}"
    return possible[: NAME_LIMIT - DIGEST_LENGTH] + digest
