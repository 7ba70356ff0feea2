"""A recording in two files: `NAME.sse`, the body's very bytes, and `NAME.sse.meta`, the rest.

The second one tells what the first one must be, so that a file that was cut, edited or changed
by git is not taken for a stream of the application.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, get_args

from streamlift.errors import StreamliftError

from ..recording import Cleanup, Ending, EndingKind, Recorder, Recording
from .golden_name import folded, name_fault
from .whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BODY = ".sse"
# Not `.json`: syrupy takes each of those in its folders for a snapshot of its JSON extension, and
# deletes it with `--snapshot-update`.
FACTS = ".sse.meta"
FORMAT = 1
UNCOMPARED = {"redactions": (), "origin": None}
"""What a golden says of its making, and not of the response."""

CONFLICT = re.compile(rb"^<<<<<<< ", re.MULTILINE)


class GoldenError(StreamliftError):
    """A golden cannot be read or written, or is not what was recorded.

    Attributes:
        path: The file or the folder.
        reason: What is wrong, and what to do.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class GoldenMissingError(GoldenError):
    """There is no golden of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A recording that was kept.

    Attributes:
        recording: It.
        redactions: Names of the redactions that it went through.
        origin: The commit that it was recorded on, if that is known.
    """

    recording: Recording
    redactions: tuple[str, ...] = ()
    origin: str | None = None


def write_golden(folder: Path, name: str, golden: Golden) -> None:
    """Keep *golden* as the two files of *name*; others of that name are replaced.

    No file is ever half written, and nothing is replaced before both of them are on the disk.

    Raises:
        GoldenError: If no file can have the name, another golden's name is the same to some file
            systems, or the files cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_name(folder, name)
        write_whole(
            {
                folder / f"{name}{BODY}": golden.recording.body,
                folder / f"{name}{FACTS}": facts(golden),
            }
        )
    except OSError as error:
        raise GoldenError(folder, f"{name!r} cannot be written: {_said(error)}") from error


def check_name(folder: Path, name: str) -> None:
    """Make sure that *name* can be written to *folder* and be kept apart from its other goldens.

    Raises:
        GoldenError: If it cannot, here or on another file system.
    """
    if fault := name_fault(name):
        raise GoldenError(folder, f"the name {name!r} {fault}")
    for other in golden_names(folder):
        if other != name and folded(other) == folded(name):
            raise GoldenError(
                folder, f"the names {other!r} and {name!r} are one file to some file systems"
            )


def read_golden(folder: Path, name: str) -> Golden:
    """Return the golden of *name*.

    Raises:
        GoldenMissingError: If there is none.
        GoldenError: If a file is missing, cannot be read, or is not what was recorded.
    """
    body_path, facts_path = folder / f"{name}{BODY}", folder / f"{name}{FACTS}"
    body, text = _read(body_path), _read(facts_path)
    if body is None and text is None:
        raise GoldenMissingError(body_path, "there is no such recording")
    if body is None:
        raise GoldenError(body_path, f"it is missing, but {facts_path.name} is there: restore it")
    if text is None:
        raise GoldenError(
            body_path, f"{facts_path.name} is missing beside it: restore it or record again"
        )
    return golden_of(body, text, body_path, facts_path)


def golden_names(folder: Path) -> tuple[str, ...]:
    """Return the names of all goldens in *folder*, sorted; half of a pair counts.

    Raises:
        GoldenError: If *folder* cannot be read.
    """
    try:
        files = [each.name for each in folder.iterdir()] if folder.exists() else []
    except OSError as error:
        raise GoldenError(folder, f"it cannot be read: {_said(error)}") from error
    return tuple(
        sorted(
            {
                name[: -len(suffix)]
                for name in files
                for suffix in (BODY, FACTS)
                if name.endswith(suffix) and not name.startswith(".")
            }
        )
    )


def remove_golden(folder: Path, name: str) -> None:
    """Remove both files of *name*.

    Raises:
        GoldenError: If one cannot be removed.
    """
    try:
        for suffix in (FACTS, BODY):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise GoldenError(folder, f"{name!r} cannot be removed: {_said(error)}") from error


def facts(golden: Golden) -> bytes:
    """Return the text of the second file: JSON, one fact a line."""
    recording = golden.recording
    body = recording.body
    entries: dict[str, object] = {
        "format": FORMAT,
        "recorder": recording.recorder,
        "status": recording.status,
        "status_line": _text(recording.status_line),
        "headers": [[_text(name), _text(value)] for name, value in recording.headers],
        "ending": {"kind": recording.ending.kind, "error": recording.ending.error},
        "cleanup": None if recording.cleanup is None else asdict(recording.cleanup),
        "messages": [len(message) for message in recording.messages],
        "bytes": len(body),
        "sha256": sha256(body).hexdigest(),
        # What is left of the body whatever is done to its line ends: tells that from an edit.
        "sha256_lf": sha256(with_lf(body)).hexdigest(),
        "redactions": list(golden.redactions),
        "origin": golden.origin,
    }
    lines = (f"  {json.dumps(key)}: {_json(value)}" for key, value in entries.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def same_facts(one: bytes, other: bytes) -> bool:
    """Tell whether two second files say the same of a response."""
    try:
        left, right = ({**json.loads(text), **UNCOMPARED} for text in (one, other))
    except (ValueError, TypeError, RecursionError):
        return False
    return left == right


def golden_of(body: bytes, text: bytes, body_path: Path, facts_path: Path) -> Golden:
    """Return the golden that the contents of its two files are.

    Raises:
        GoldenError: If they are not what was recorded.
    """
    try:
        entries = json.loads(text)
        version = entries["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise GoldenError(facts_path, f"it is {_damage(text, error)}") from None
    if version != FORMAT:
        raise GoldenError(
            facts_path, f"its format is {version!r}, this version of streamlift reads {FORMAT}"
        )
    try:
        _check_body(body, entries, body_path)
        return _golden(body, entries)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise GoldenError(facts_path, f"it is {_damage(text, error)}") from None


def _golden(body: bytes, entries: Mapping[str, Any]) -> Golden:
    ends = list(accumulate(entries["messages"], initial=0))
    if ends[-1] != len(body) or ends != sorted(ends):
        raise ValueError("the sizes of the messages are not those of the body")
    ending, cleanup = entries["ending"], entries["cleanup"]
    if ending["kind"] not in get_args(EndingKind) or entries["recorder"] not in get_args(Recorder):
        raise ValueError("a word that streamlift does not write")
    return Golden(
        recording=Recording(
            status=entries["status"],
            headers=tuple((_raw(name), _raw(value)) for name, value in entries["headers"]),
            messages=tuple(body[begin:end] for begin, end in pairwise(ends)),
            ending=Ending(kind=ending["kind"], error=ending["error"]),
            recorder=entries["recorder"],
            cleanup=None
            if cleanup is None
            else Cleanup(**{key: tuple(names) for key, names in cleanup.items()}),
            status_line=None if entries["status_line"] is None else _raw(entries["status_line"]),
        ),
        redactions=tuple(entries["redactions"]),
        origin=entries["origin"],
    )


def _check_body(body: bytes, entries: Mapping[str, Any], path: Path) -> None:
    """Raise if *body* is not the one that *entries* tell of."""
    if sha256(body).hexdigest() == entries["sha256"]:
        return
    if sha256(with_lf(body)).hexdigest() == entries["sha256_lf"]:
        raise GoldenError(
            path,
            "git (core.autocrlf) or an editor has rewritten its line ends: put '*.sse -text' into "
            ".gitattributes and check the file out again",
        )
    expected: int = entries["bytes"]
    if CONFLICT.search(body):
        reason = "it has conflict markers of git: record again"
    elif len(body) < expected:
        reason = (
            f"it is truncated, {len(body)} bytes of {expected} are left: restore or record again"
        )
    else:
        reason = (
            f"it was edited ({len(body)} bytes, {expected} were recorded), or it and its "
            f"{FACTS} are of different recordings: restore or record again"
        )
    raise GoldenError(path, reason)


def with_lf(body: bytes) -> bytes:
    """Return *body* as git would keep it as a text."""
    return body.replace(b"\r\n", b"\n")


def _text(raw: bytes | None) -> str | None:
    # Latin-1 is what headers are, and takes each byte as it is.
    return None if raw is None else raw.decode("latin-1")


def _raw(text: str) -> bytes:
    return text.encode("latin-1")


def _json(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(f"    {json.dumps(each)}" for each in value) + "\n  ]"
    return json.dumps(value)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GoldenError(path, f"it cannot be read: {_said(error)}") from error


def _damage(text: bytes, error: Exception) -> str:
    """Return what is wrong with the text of the second file."""
    if CONFLICT.search(text):
        return "in conflict: git has left its markers in it; record again"
    said = f"no {error} in it" if isinstance(error, KeyError) else str(error)
    return f"damaged ({said}): restore or record again"


def _said(error: OSError) -> str:
    return error.strerror or str(error)
