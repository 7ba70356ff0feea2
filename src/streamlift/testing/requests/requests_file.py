"""`requests.toml`: which requests are recorded, and how the application is started for them."""

from __future__ import annotations

import base64
import binascii
import difflib
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from streamlift.errors import StreamliftError

from ..goldens.golden_name import folded, name_fault
from ..redaction import Redaction, RedactionError
from ..request import Header, Request, file_stem
from .requests_keys import KEYS, KINDS, REDACT_KEYS, REQUEST_KEYS, Interface, Key, json_body
from .toml_lines import KeyPath, line_of, toml_lines

if sys.version_info >= (3, 11):
    import tomllib
else:  # the standard library has it from 3.11 on
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

# https://www.rfc-editor.org/rfc/rfc9110#name-tokens
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
URL_PATH = re.compile(r"/[!-~]*")
LINE_IN_MESSAGE = re.compile(r" ?\(at line (\d+), column \d+\)")


class RequestsFileError(StreamliftError):
    """A file of requests that cannot be followed.

    Attributes:
        path: The file.
        line: The line in it, from 1.
        problem: What is the matter.
        remedy: What a person can do.
    """

    def __init__(self, path: Path, line: int, problem: str, remedy: str) -> None:
        super().__init__(f"{path}:{line}: {problem}; {remedy}")
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsFile:
    """What a file of requests says.

    Attributes:
        path: The file.
        app: Where the application is, `module:attribute`.
        factory: Whether that is a function that makes it.
        interface: How it is called; `None`: found out.
        setup: Where a context manager is that is entered before the application is imported.
        import_from: Folders that modules are imported from, beside the tree and its `src`.
        environment: Variables added to those of this process.
        clock: The time that the application sees, standing still; `None`: the time that it is.
        seed: What its random bytes and numbers are made of; `None`: they are random.
        fresh: Whether each request has a process of its own.
        start_limit: Seconds until the application must have started.
        also: Files that git ignores, or globs of them, that a copy of the tree needs.
        requests: In the order sent.
        redactions: What of a response may differ.
        lines: The line of each request by its name.
    """

    path: Path
    app: str | None = None
    factory: bool = False
    interface: Interface | None = None
    setup: str | None = None
    import_from: tuple[str, ...] = ()
    environment: Mapping[str, str]
    clock: datetime | None = None
    seed: int | None = None
    fresh: bool = False
    start_limit: float = 60.0
    also: tuple[str, ...] = ()
    requests: tuple[Request, ...]
    redactions: tuple[Redaction, ...] = ()
    lines: Mapping[str, int]


BODIES = ("json", "text", "form", "body-file", "body-base64")
BODY_TYPES = {
    "json": b"application/json",
    "text": b"text/plain; charset=utf-8",
    "form": b"application/x-www-form-urlencoded",
}


def read_requests(path: Path) -> RequestsFile:
    """Return what the file at *path* says.

    Raises:
        RequestsFileError: If it cannot be read, or followed to the letter.
    """
    return _Reader(path).read()


class _Table:
    """One table of the document, each value of which is of its kind."""

    def __init__(self, reader: _Reader, place: KeyPath, value: dict[str, object]) -> None:
        self._reader = reader
        self._place = place
        self._value = value

    def checked(self, keys: Mapping[str, Key]) -> _Table:
        """Return this table, once every key of it is known and has a value of its kind."""
        for name, value in self._value.items():
            if name not in keys:
                near = difflib.get_close_matches(name, keys, n=1)
                known = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
                raise self.error(name, f"{name} is no key that can stand here", known)
            (fits, wanted), example = KINDS[keys[name].kind], keys[name].example
            if not fits(value):
                hint = example if example.startswith("[[") else f"{name} = {example}"
                raise self.error(name, f"{name} is not {wanted}", f"write {hint}")
        return self

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def get(self, name: str, default: object = None) -> object:
        """Return the value of *name*."""
        return self._value.get(name, default)

    def text(self, name: str) -> str | None:
        """Return the value of *name*, which is a text."""
        return cast("str | None", self._value.get(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the value of *name*, which is a list of texts."""
        return tuple(cast("list[str]", self._value.get(name, [])))

    def error(self, name: str, problem: str, remedy: str) -> RequestsFileError:
        """Return what is told of the key *name*."""
        return self._reader.error((*self._place, name), problem, remedy)

    def tables(self, name: str, keys: Mapping[str, Key]) -> Iterator[_Table]:
        """Yield the tables of an array of tables."""
        for index, value in enumerate(cast("list[dict[str, object]]", self.get(name, []))):
            yield _Table(self._reader, (*self._place, name, index), value).checked(keys)


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: Mapping[KeyPath, int] = {}

    def error(self, place: KeyPath, problem: str, remedy: str) -> RequestsFileError:
        """Return what is told of one place of the document."""
        return RequestsFileError(self._path, line_of(place, self._lines), problem, remedy)

    def read(self) -> RequestsFile:
        """Return the value."""
        table = _Table(self, (), self._document()).checked(KEYS)
        requests, lines = self._requests(table)
        return RequestsFile(
            path=self._path,
            app=table.text("app"),
            factory=bool(table.get("factory")),
            interface=cast("Interface | None", table.get("interface")),
            setup=table.text("setup"),
            import_from=table.texts("import-from"),
            environment=cast("dict[str, str]", table.get("environment", {})),
            clock=cast("datetime | None", table.get("clock")),
            seed=cast("int | None", table.get("seed")),
            fresh=bool(table.get("fresh")),
            start_limit=cast("float", table.get("start-limit", 60.0)),
            also=table.texts("also"),
            requests=requests,
            redactions=self._redactions(table),
            lines=lines,
        )

    def _document(self) -> dict[str, object]:
        try:
            text = self._path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            problem = f"cannot be read ({error.strerror or error})"
            raise self.error((), problem, "name a file of requests") from error
        except UnicodeDecodeError as error:
            raise self.error((), "is not in UTF-8", "save it in UTF-8") from error
        # TOML knows no CR but in CRLF; tomllib reads both as LF.
        text = text.replace("\r\n", "\n")
        try:
            document: dict[str, object] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            where = LINE_IN_MESSAGE.search(str(error))
            line = int(where[1]) if where else 1 + text.count("\n")
            problem = f"is no TOML ({LINE_IN_MESSAGE.sub('', str(error))})"
            raise RequestsFileError(self._path, line, problem, "mend that line") from error
        self._lines = toml_lines(text)
        return document

    def _requests(self, table: _Table) -> tuple[tuple[Request, ...], dict[str, int]]:
        requests: list[Request] = []
        lines: dict[str, int] = {}
        stems: dict[str, Request] = {}
        for each in table.tables("request", REQUEST_KEYS):
            name = each.text("name")
            if name is None:
                raise each.error("name", "a request has no name", 'write name = "..."')
            stem = folded(file_stem(name))
            if fault := name_fault(stem):
                problem = f"no file can be named after {name!r}: {stem!r} {fault}"
                raise each.error("name", problem, "give the request another name")
            if stem in stems:
                other = stems[stem].name
                problem = (
                    f"the name {name!r} is used twice"
                    if other == name
                    else f"the names {other!r} and {name!r} are the same for a file"
                )
                raise each.error("name", f"{problem} (line {lines[other]})", "change one of them")
            requests.append(self._request(name, each, table))
            stems[stem] = requests[-1]
            lines[name] = each.error("name", "", "").line
        if not requests:
            raise self.error((), "has no requests", "write at least one [[request]]")
        return tuple(requests), lines

    def _request(self, name: str, table: _Table, document: _Table) -> Request:
        method, path = table.text("method") or "GET", table.text("path") or "/"
        if not TOKEN.fullmatch(method) or method != method.upper():
            raise table.error(
                "method", f"{method!r} is no method of HTTP", f"write {method.upper()}"
            )
        if not URL_PATH.fullmatch(path):
            encoded = quote(path, safe="/?&=%:@!$'()*+,;~")
            if not encoded.startswith("/"):
                encoded = f"/{encoded}"
            raise table.error("path", f"{path!r} is no path of a URL", f'write path = "{encoded}"')
        body, kind = self._body(table)
        limit = cast("int | None", table.get("disconnect-in-body"))
        if limit is not None and limit > len(body):
            problem = f"the body has {len(body)} bytes only"
            raise table.error("disconnect-in-body", problem, "name no more")
        return Request(
            name=name,
            path=path,
            method=method,
            headers=_with_defaults(_headers(table), _headers(document), kind),
            body=body,
            piece_size=cast("int | None", table.get("piece-size")),
            disconnect_in_body=limit,
            disconnect_after=cast("int | None", table.get("disconnect-after")),
            time_limit=cast("float", table.get("time-limit", document.get("time-limit", 30.0))),
            watch_cleanup=bool(table.get("cleanup", document.get("cleanup", True))),
        )

    def _body(self, table: _Table) -> tuple[bytes, bytes | None]:
        """Return the body, and its type if that follows from how it is written."""
        given = [key for key in BODIES if key in table]
        if len(given) > 1:
            raise table.error(
                given[1], f"{given[0]} and {given[1]} are both the body", "write one of them"
            )
        if not given:
            return b"", None
        (key,) = given
        return self._encoded(key, table), BODY_TYPES.get(key)

    def _encoded(self, key: str, table: _Table) -> bytes:
        value = table.get(key)
        if key == "json":
            return cast("bytes", json_body(value))
        if key == "form":
            return urlencode(cast("dict[str, object]", value), doseq=True).encode("ascii")
        text = cast("str", value)
        if key == "body-base64":
            try:
                return base64.b64decode(text, validate=True)
            except binascii.Error as error:
                raise table.error(key, f"{key} is no Base64", "encode it again") from error
        if key == "body-file":
            file = self._path.parent / text
            try:
                return file.read_bytes()
            except OSError as error:
                problem = f"{file} cannot be read ({error.strerror or error})"
                raise table.error(
                    key, problem, "name a file, from this file's folder on"
                ) from error
        return text.encode()

    def _redactions(self, table: _Table) -> tuple[Redaction, ...]:
        redactions: dict[str, Redaction] = {}
        for each in table.tables("redact", REDACT_KEYS):
            name = each.text("name")
            if name is None:
                raise each.error("name", "a redaction has no name", 'write name = "..."')
            if name in redactions:
                raise each.error("name", f"the name {name!r} is used twice", "change one of them")
            try:
                redactions[name] = Redaction(
                    name=name,
                    pattern=each.text("pattern"),
                    json_path=each.text("json-path"),
                    shape=each.text("shape"),
                )
            except RedactionError as error:
                raise each.error("", str(error), "mend it") from error
        return tuple(redactions.values())


def _headers(table: _Table) -> list[Header]:
    headers = []
    for name, value in cast("dict[str, str | list[str]]", table.get("headers", {})).items():
        if not TOKEN.fullmatch(name):
            raise table.error("headers", f"{name!r} is no name of a header", "change it")
        for text in [value] if isinstance(value, str) else value:
            if not VALUE.fullmatch(text):
                problem = f"the value of {name} holds what no header can"
                raise table.error("headers", problem, "write it in Latin-1, without line ends")
            headers.append((name.lower().encode("ascii"), text.encode("latin-1")))
    return headers


def _with_defaults(
    own: list[Header], defaults: list[Header], content_type: bytes | None
) -> tuple[Header, ...]:
    """Return *own* after those of *defaults* whose names it does not have."""
    names = {name for name, _ in own}
    if content_type is not None and b"content-type" not in dict(defaults):
        defaults = [(b"content-type", content_type), *defaults]
    return (*(header for header in defaults if header[0] not in names), *own)
