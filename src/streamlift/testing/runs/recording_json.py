"""Requests and recordings as JSON, from one process to another: no byte is lost on the way."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..recording import Cleanup, Ending, Recording
from ..request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..request import Header

# Latin-1 has one character for each byte, and JSON can say all of them.


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")


def _pairs(headers: Iterable[Header]) -> list[list[str]]:
    return [[_text(name), _text(value)] for name, value in headers]


def _headers(pairs: Iterable[Iterable[str]]) -> tuple[Header, ...]:
    return tuple((_bytes(name), _bytes(value)) for name, value in pairs)


def request_to_json(request: Request) -> dict[str, object]:
    """Return what `request_from_json` makes the same request of."""
    return {
        **asdict(request),
        "headers": _pairs(request.headers),
        "body": _text(request.body),
    }


def request_from_json(value: dict[str, Any]) -> Request:
    """Return the request that *value* was made of."""
    return Request(
        **{**value, "headers": _headers(value["headers"]), "body": _bytes(value["body"])}
    )


def recording_to_json(recording: Recording) -> dict[str, object]:
    """Return what `recording_from_json` makes the same recording of."""
    line = recording.status_line
    return {
        **asdict(recording),
        "headers": _pairs(recording.headers),
        "messages": [_text(message) for message in recording.messages],
        "status_line": None if line is None else _text(line),
    }


def recording_from_json(value: dict[str, Any]) -> Recording:
    """Return the recording that *value* was made of."""
    cleanup, line = value["cleanup"], value["status_line"]
    return Recording(
        **{
            **value,
            "headers": _headers(value["headers"]),
            "messages": tuple(map(_bytes, value["messages"])),
            "ending": Ending(**value["ending"]),
            "cleanup": None
            if cleanup is None
            else Cleanup(**{name: tuple(names) for name, names in cleanup.items()}),
            "status_line": None if line is None else _bytes(line),
            "times": tuple(value["times"]),
        }
    )
