"""The keys of `requests.toml`: what each may hold, and what it does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

Interface = Literal["asgi", "wsgi", "server"]

ATTRIBUTE = re.compile(r"(\w+(\.\w+)*|.+\.py):\w+(\.\w+)*")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table.

    Attributes:
        kind: A key of `KINDS`.
        example: A value, as TOML.
        meaning: What it does, for the documentation.
    """

    kind: str
    example: str
    meaning: str


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_text_table(value: object, *, repeated: bool) -> bool:
    return isinstance(value, dict) and all(
        isinstance(each, str)
        or (repeated and isinstance(each, list) and all(isinstance(one, str) for one in each))
        for each in value.values()
    )


def json_body(value: object) -> bytes | None:
    """Return *value* as a body of JSON, `None` if JSON cannot say it."""
    try:
        return json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()
    except (TypeError, ValueError):
        return None


KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "text": (_is_text, "a text"),
    "any text": (lambda value: isinstance(value, str), "a text"),
    "attribute": (
        lambda value: isinstance(value, str) and ATTRIBUTE.fullmatch(value) is not None,
        "of the form `module:attribute` or `path/to/file.py:attribute`",
    ),
    "interface": (
        lambda value: value in get_args(Interface),
        f"one of {', '.join(map(json.dumps, get_args(Interface)))}",
    ),
    "truth": (lambda value: isinstance(value, bool), "true or false"),
    "integer": (
        lambda value: isinstance(value, int) and not isinstance(value, bool),
        "a whole number",
    ),
    "count": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        "a whole number, 0 or more",
    ),
    "size": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
        "a whole number, 1 or more",
    ),
    "seconds": (
        lambda value: _is_number(value) and 0 < cast("float", value) < float("inf"),
        "a number of seconds, more than 0",
    ),
    "time": (
        lambda value: isinstance(value, datetime) and value.tzinfo is not None,
        "a date and time with its offset, like 2026-01-01T00:00:00Z, without quotes",
    ),
    "texts": (_is_texts, "a list of texts"),
    "variables": (lambda value: _is_text_table(value, repeated=False), "a table of texts"),
    "headers": (
        lambda value: _is_text_table(value, repeated=True),
        "a table of texts, or of lists of them where a name comes more than once",
    ),
    "json": (lambda value: json_body(value) is not None, "what JSON can say: no dates and times"),
    "tables": (
        lambda value: isinstance(value, list) and all(isinstance(each, dict) for each in value),
        "tables, each with its own double brackets",
    ),
}
"""Which values each kind of key can have, and what a person is told that it has to be."""

KEYS: dict[str, Key] = {
    "app": Key("attribute", '"shop.main:app"', "Where the application is; `--app` wins. It may stand in a file that is no part of the tree, `path/to/file.py:app`, from this file's folder on."),
    "factory": Key("truth", "true", "`app` is a function without parameters, async or not, that makes the application."),
    "interface": Key("interface", '"asgi"', 'How it is called: `"asgi"` and `"wsgi"` directly, `"server"` through a real server on a loopback socket (uvicorn; waitress for WSGI). Without it: found out, and called directly; an application of aiohttp by its own server, on a socket.'),
    "setup": Key("attribute", '"tests.offline:models"', "A function without parameters that gives a context manager, sync or async; in a module, or as `path/to/file.py:models`, from this file's folder on. It is entered before the application is imported and left after the last request. It may put fake models in place. If it gives something, that is the application."),
    "import-from": Key("texts", '["backend"]', "Folders of the tree that modules are imported from, beside the tree itself and its `src`."),
    "environment": Key("variables", '{ OPENAI_API_KEY = "test" }', "Variables that the application sees, beside those that are there."),
    "clock": Key("time", "2026-01-01T00:00:00Z", "The time that the application sees, standing still. Needs `time-machine`."),
    "seed": Key("integer", "0", "What random numbers, random bytes and UUIDs are made of, anew for each request."),
    "fresh": Key("truth", "true", "Each request has a process of its own, so that none sees what those before it left."),
    "start-limit": Key("seconds", "120", "Seconds until the application must have started. Without it: 60."),
    "time-limit": Key("seconds", "10", "Seconds for each request that has none of its own. Without it: 30."),
    "cleanup": Key("truth", "false", "`false`: what the application has left behind when it returns is compared for no request that does not say otherwise."),
    "headers": Key("headers", '{ authorization = "Bearer test" }', "Headers of every request that does not set them itself."),
    "also": Key("texts", '["web/dist", "*.onnx"]', "Files and folders that git ignores, but which the application needs, or globs of them, from the folder of the application on: `streamlift gate` copies them into both trees."),
    "request": Key("tables", "[[request]]", "The requests, sent in this order."),
    "redact": Key("tables", "[[redact]]", "What of a response may differ."),
}  # fmt: skip
"""The keys of the document."""

REQUEST_KEYS: dict[str, Key] = {
    "name": Key("text", '"chat, normal"', "Names the golden. Needed; no two names may be the same, in capitals or not, once all but letters, digits, `.`, `-` and `_` is a `-`."),
    "method": Key("text", '"POST"', "Without it: GET."),
    "path": Key("text", '"/chat?lang=en"', "Path and query, percent-encoded. Without it: `/`."),
    "headers": Key("headers", '{ cookie = "a=b" }', "Headers beside those of every request. `content-length` and, for some bodies, `content-type` are added if they are not there."),
    "json": Key("json", '{ message = "hi" }', "The body, as JSON without spaces."),
    "text": Key("any text", '"hi"', "The body, in UTF-8."),
    "form": Key("headers", '{ message = "hi" }', "The body, as a form in a web page sends it."),
    "body-file": Key("text", '"photo.bin"', "The file that holds the body, from this file's folder on."),
    "body-base64": Key("any text", '"AP8="', "The body, in Base64."),
    "piece-size": Key("size", "1024", "The body is sent in pieces of so many bytes; on a socket in chunks."),
    "disconnect-in-body": Key("count", "10", "The client goes away after so many bytes of the body."),
    "disconnect-after": Key("count", "3", "The client goes away after so many messages of the response."),
    "time-limit": Key("seconds", "5", "Seconds for everything."),
    "cleanup": Key("truth", "false", "`false`: what the application has left behind when it returns is not compared. Where threads race with a client who goes away, it may be something else each time."),
}  # fmt: skip
"""The keys of a `[[request]]`."""

REDACT_KEYS: dict[str, Key] = {
    "name": Key("text", '"id"', "Names the placeholder `<id#1>`. Needed."),
    "pattern": Key("text", "'\"id\": \"([^\"]+)\"'", "A regular expression that finds what may differ; if it has a group, that is the first one. This or `json-path` is needed."),
    "json-path": Key("text", '"$.choices[*].id"', "Where it is in the JSON of the data of each frame, or of the whole body."),
    "shape": Key("text", "'chatcmpl-[A-Za-z0-9]{29}'", "A regular expression that it has to match in full; else the response differs."),
}  # fmt: skip
"""The keys of a `[[redact]]`."""
