"""Reads a file for somebody who cannot wait for it."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

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
        self._reading: Event | None = None

    def read(self) -> str | None:
        """Return the text of the file, or what was read last if that takes too long."""
        if self._reading is None:
            self._reading = done = Event()
            Thread(target=self._read, args=(done,), name="streamlift-stages", daemon=True).start()
            done.wait(PATIENCE)
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
