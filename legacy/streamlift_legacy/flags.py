"""Where the rules come from: the environment, a file that it names, and the code."""

from __future__ import annotations

import os
from time import monotonic
from typing import NamedTuple

from .background import BACKGROUND
from .patient_reader import PatientReader
from .stages import Rules, Stage, read_patterns

KILL = "STREAMLIFT_KILL"
STAGE = "STREAMLIFT_STAGE"
STAGES_FILE = "STREAMLIFT_STAGES_FILE"

FRESH_FOR = 0.1
"""Seconds: what the environment and the file said counts as long as this."""

_NO = ("", "0", "false", "no", "off")


class _Seen(NamedTuple):
    """All that the rules are made of."""

    killed: bool
    stage: str
    file: str | None
    default: Stage | None


class Flags:
    """The rules of this process.

    Attributes:
        rules: The rules; another object as soon as one of them is another.
        due: When to look again, as `time.monotonic` tells it.
    """

    __slots__ = (
        "_reader",
        "_reader_path",
        "_seen",
        "default",
        "due",
        "fresh_for",
        "killed",
        "rules",
    )

    def __init__(self) -> None:
        self.default: Stage | None = None
        self.killed = False
        self.fresh_for = FRESH_FOR
        self.rules = Rules()
        self.due = 0.0
        self._seen: _Seen | None = None
        self._reader: PatientReader | None = None
        self._reader_path = ""

    def look_again(self) -> None:
        """Make the rules again if something that they come from has changed."""
        seen = _Seen(
            self.killed or os.environ.get(KILL, "").strip().lower() not in _NO,
            os.environ.get(STAGE, ""),
            self._file(os.environ.get(STAGES_FILE, "")),
            self.default,
        )
        if seen != self._seen:
            # First of all, since it may fail: then the next frame tries again.
            self.rules = _rules(seen)
            self._seen = seen
        # Not before: who comes in the meantime would go on with the rules as they were.
        self.due = monotonic() + self.fresh_for

    def forget_reader(self) -> None:
        """Begin anew with the file: a forked child has no thread that still reads it."""
        self._reader = None

    def _file(self, path: str) -> str | None:
        if not path:
            return ""
        if self._reader is None or path != self._reader_path:
            self._reader, self._reader_path = PatientReader(path), path
        try:
            return self._reader.read()
        except Exception:  # noqa: BLE001 - such as: no thread can be started
            return None


def _rules(seen: _Seen) -> Rules:
    patterns, problems = read_patterns(seen.stage)
    if seen.file is None:
        patterns.append(("*", Stage.OFF))
        problems.append(STAGES_FILE)
    else:
        of_file, in_file = read_patterns(seen.file)
        patterns += of_file
        problems += in_file
    for problem in problems:
        BACKGROUND.tell("stages: %s cannot be read, and counts as off", problem)
    return Rules(killed=seen.killed, patterns=patterns, default=seen.default)


FLAGS = Flags()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=FLAGS.forget_reader)
