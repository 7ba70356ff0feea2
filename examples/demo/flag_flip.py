"""Flip the flag of phase 1 while clients are reading: off, shadow, live, and back."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from streamlift.testing.recorders.socket_recorder import Server
from streamlift_legacy.flags import FRESH_FOR

from .app_under_test import serve_app
from .live_clients import LiveClient, bodies

FLIPS = {
    "off": "* = off",
    "shadow": "* = shadow",
    "live": "chat_app.controller:heartbeats = live",
    "off again, the kill switch": "* = off",
}
"""What the file of stages says, one after the other."""

CLIENTS = 3
"""Clients that begin at each stage; those of the stages before are still reading."""

FRAMES = 25
"""Frames of one stream: a comment, and the heartbeats."""

HEARTBEATS = f"/heartbeat?count={FRAMES - 1}&interval=0.05"

A_MOMENT = 4
"""Frames: longer than a producer takes to see that the file has changed."""


@dataclass(frozen=True)
class Flip:
    """What the clients saw.

    Attributes:
        same: Of each stage: how many clients that began there read the bytes of Pattern 1.
        counts: What the app observed of its producer.
    """

    same: dict[str, int]
    counts: dict[str, int]

    @property
    def good(self) -> bool:
        """Whether all read the same, and the stages, the kill switch too, were what the file said."""
        compared = self.counts.get("match", 0)
        return (
            set(self.same.values()) == {CLIENTS}
            and self.counts
            == {"match": compared, "shadow_streams": CLIENTS, "live_streams": CLIENTS}
            # The last flip came while some of these streams were running.
            and 0 < compared < 2 * CLIENTS * FRAMES
        )


class Flags:
    """An app in phase 1 on a server, and its file of stages."""

    def __init__(self, server: Server, stages: Path) -> None:
        self.server = server
        self._stages = stages

    def flip(self) -> Flip:
        """Flip the flag while clients are reading."""
        expected = self.server.record(HEARTBEATS).body
        clients: dict[str, list[LiveClient]] = {}
        for stage, text in FLIPS.items():
            self._stages.write_text(f"{text}\n")
            for reading in chain.from_iterable(clients.values()):
                reading.wait_for(A_MOMENT)
            clients[stage] = [LiveClient(self.server.port, HEARTBEATS) for _ in range(CLIENTS)]
            for begun in clients[stage]:
                begun.wait_for(A_MOMENT)
        same = {stage: bodies(begun).count(expected) for stage, begun in clients.items()}
        producers = json.loads(self.server.record("/observations").body)["producers"]
        return Flip(same, producers.get("chat_app.controller:heartbeats", {}))

    def set(self, text: str) -> None:
        """Say *text* in the file, and wait until the app has seen it."""
        self._stages.write_text(text)
        time.sleep(2 * FRESH_FOR)


@contextmanager
def served_with_flags(app: Path) -> Iterator[Flags]:
    """Serve *app*, with an endpoint more at which operators look at what was observed."""
    stages = app.parent / "stages"
    stages.write_text("")
    (app.parent / "operated.py").write_text(OPERATED)
    variables = {"STREAMLIFT_STAGES_FILE": str(stages)}
    with serve_app(app, "operated:create_app", variables) as server:
        yield Flags(server, stages)


OPERATED = """\
from chat_app.app import create_app as create
from streamlift_legacy import observations


def create_app():
    app = create()
    app.get("/observations")(observations)
    return app
"""
