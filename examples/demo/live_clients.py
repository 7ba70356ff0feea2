"""Clients that read one stream each, all at once, and tell how far they are."""

import http.client
from collections.abc import Sequence
from threading import Condition, Thread

from .tool import DemoError

PATIENCE = 30.0
"""Seconds to wait for a client."""


class LiveClient(Thread):
    """Reads one response, line by line.

    Attributes:
        body: What it has read up to now.
        failure: What went wrong.
    """

    def __init__(self, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self.body = b""
        self.failure: Exception | None = None
        self._port, self._path = port, path
        self._progress = Condition()
        self.start()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("GET", self._path)
            response = connection.getresponse()
            while line := response.readline():
                with self._progress:
                    self.body += line
                    self._progress.notify_all()
        except (OSError, http.client.HTTPException) as failure:
            self.failure = failure
        finally:
            connection.close()

    def wait_for(self, frames: int) -> None:
        """Wait until it has read so many more frames, or its stream has ended."""
        with self._progress:
            goal = self.body.count(b"\n\n") + frames
            self._progress.wait_for(
                lambda: self.body.count(b"\n\n") >= goal or not self.is_alive(), PATIENCE
            )


def bodies(clients: Sequence[LiveClient]) -> list[bytes]:
    """Return what each of *clients* has read when its stream has ended.

    Raises:
        DemoError: If one of them failed, or goes on reading.
    """
    for client in clients:
        client.join(PATIENCE)
        if client.failure is not None or client.is_alive():
            raise DemoError(
                f"a client got no whole answer: {client.failure or 'it takes too long'}"
            )
    return [client.body for client in clients]
