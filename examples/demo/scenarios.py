"""What the clients of the example do: the demo and the tests send the same requests."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """One request to the chat app.

    Attributes:
        name: What the scenario shows.
        method: The HTTP method.
        path: The path and the query.
        body: The JSON body, or empty.
        leaves_after: The client closes the connection after so many messages; `None`: it stays.
    """

    name: str
    method: str
    path: str
    body: bytes = b""
    leaves_after: int | None = None


def _chat(name: str, scenario: str, leaves_after: int | None = None) -> Scenario:
    body = {"session_id": "demo", "message": "오늘 날씨 어때? 🙂", "scenario": scenario}
    return Scenario(name, "POST", "/chat/stream", json.dumps(body).encode(), leaves_after)


CHATS = (
    _chat("normal", "normal"),
    _chat("tool call", "tool_call"),
    _chat("error in mid-stream", "error"),
    _chat("empty content", "empty"),
    _chat("client leaves", "slow", leaves_after=3),
)
"""Conversations with the model; each leaves its rows in the history."""

READS = (
    Scenario("replay of the session", "GET", "/sessions/demo/replay"),
    Scenario("heartbeat", "GET", "/heartbeat?count=3"),
    Scenario("history (no stream)", "GET", "/sessions/demo/messages"),
    Scenario("health (no stream)", "GET", "/health"),
)
"""Requests that change nothing."""

SCENARIOS = CHATS + READS
