"""Reads a file for somebody who cannot wait for it."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread
from time import monotonic

PATIENCE = 0.05
"""Seconds: a local file takes well under one thousandth of this."""

LONGEST = 1 << 20
"""Bytes that are read of a file."""


class PatientReader:
    """Reads one file, each time in a thread of its own.

    A named pipe, or a network that is away, can hold a reader for ever. Then the one thread stays
    there, and what was read last goes on being true.

    Attributes:
        text: What was read last: "" if there is no such file, None if it cannot be read, or could
            not be until now.
    """

    def __init__(self, path: str) -> None:
        self.text: str | None = None
        self._path = Path(path)
        self._reading: tuple[Event, float] | None = None

    def read(self) -> str | None:
        """Return the text of the file, or what was read last if that takes too long."""
        reading = self._reading
        if reading is None:
            done = Event()
            thread = Thread(target=self._read, args=(done,), name="streamlift-stages", daemon=True)
            reading = self._reading = done, monotonic() + PATIENCE
            try:
                thread.start()
            except RuntimeError:  # no thread can be started
                self._reading = None
                raise
        # Who comes while somebody else reads waits for the same text.
        done, until = reading
        done.wait(max(0.0, until - monotonic()))
        return self.text

    def _read(self, done: Event) -> None:
        try:
            with self._path.open("rb") as file:
                self.text = file.read(LONGEST).decode("utf-8-sig")
        except FileNotFoundError:
            self.text = ""
        except (OSError, ValueError):
            self.text = None
        finally:
            self._reading = None
            done.set()
