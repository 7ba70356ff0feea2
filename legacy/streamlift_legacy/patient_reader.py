"""Reads a file for somebody who cannot wait for it."""

from __future__ import annotations

import _thread
from pathlib import Path
from time import monotonic

PATIENCE = 0.05
"""Seconds: a local file takes well under one thousandth of this."""

LONGEST = 1 << 16
"""Bytes of a file; a longer one cannot be read."""


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
        self._reading: tuple[_thread.LockType, float] | None = None

    def read(self) -> str | None:
        """Return the text of the file, or what was read last if that takes too long.

        Neither `threading.Thread` nor `threading.Event`: both have locks inside, and whoever is
        interrupted there, by a signal or the collector, and comes here again would wait for itself.

        Raises:
            RuntimeError: If no thread can be started.
        """
        reading = self._reading
        if reading is None:
            done = _thread.allocate_lock()
            done.acquire()
            reading = self._reading = done, monotonic() + PATIENCE
            try:
                _thread.start_new_thread(self._read, (done,))
            except BaseException:
                self._reading = None
                raise
        # Who comes while somebody else reads waits for the same text.
        done, until = reading
        if done.acquire(timeout=max(0.0, until - monotonic())):
            done.release()
        return self.text

    def _read(self, done: _thread.LockType) -> None:
        try:
            with self._path.open("rb") as file:
                content = file.read(LONGEST + 1)
            self.text = content.decode("utf-8-sig") if len(content) <= LONGEST else None
        except FileNotFoundError:
            self.text = ""
        except Exception:  # noqa: BLE001 - nobody would see it
            self.text = None
        finally:
            self._reading = None
            done.release()
