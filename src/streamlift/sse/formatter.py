"""`SSEFormatter`: an instance is a wire contract, everything needed to write exact bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Generic, Literal, TypedDict, overload

from streamlift.chunk import ConstructedChunk, Encodable, StreamingChunk
from streamlift.json_dialect import JSONDialect, OptionsValue

from . import boundary
from .framing import Framing
from .writers import TYPED_KEYS, Writers, compile_writers

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        Callable,
        Generator,
        Iterable,
        Mapping,
    )
    from typing import NoReturn

    from typing_extensions import TypeVar, Unpack

    Wire = TypeVar("Wire", bound="str | bytes", default=str)
    Return = TypeVar("Return")
else:
    from typing import TypeVar

    Wire = TypeVar("Wire", bound="str | bytes")  # a default needs Python 3.13

__all__ = ["SSEFormatter", "format_as_sse"]

FIELDS = ("event", "id", "retry", "data")


class ContractOptions(TypedDict, total=False):
    """The options of a contract, but for `encoding`, on which the type of the wire depends."""

    ensure_ascii: bool
    separators: tuple[str, str] | None
    indent: int | str | None
    sort_keys: bool
    skipkeys: bool
    allow_nan: bool
    check_circular: bool
    default: Callable[..., object] | None
    cls: type[json.JSONEncoder] | None
    dialect: Callable[..., str] | None
    event: Literal["type"] | None
    keys: Mapping[str, tuple[str, ...]] | None
    fields: tuple[str, ...]
    space: bool
    terminator: str
    sentinel: str
    strict: bool
    frame: Callable[..., str | bytes] | None


def _format_chunk(chunk: StreamingChunk) -> str:
    """Return the frame of *chunk*; on the class: of its `to_dict()`, in plain UTF-8."""
    if getattr(chunk, "_wire", None) is not None or isinstance(chunk, ConstructedChunk):
        return _PLAIN.format_chunk(chunk)
    return f"data: {json.dumps(chunk.to_dict(), ensure_ascii=False)}\n\n"


def _format_done() -> str:
    """Return the frame of the sentinel; on the class: of `[DONE]`."""
    return "data: [DONE]\n\n"


# Methods that are compiled for each instance, and plain functions on the class. These are no data
# descriptors, so on an instance the function in its `__dict__` comes first.
class _FormatChunk:
    @overload
    def __get__(self, instance: None, owner: type) -> Callable[[StreamingChunk], str]: ...
    @overload
    def __get__(
        self, instance: SSEFormatter[Wire], owner: type
    ) -> Callable[[StreamingChunk], Wire]: ...
    def __get__(self, instance: object, owner: type) -> object:
        return _format_chunk


class _FormatDone:
    @overload
    def __get__(self, instance: None, owner: type) -> Callable[[], str]: ...
    @overload
    def __get__(self, instance: SSEFormatter[Wire], owner: type) -> Callable[[], Wire]: ...
    def __get__(self, instance: object, owner: type) -> object:
        return _format_done


class SSEFormatter(OptionsValue, Generic[Wire]):
    r"""How one producer's frames are written, to the byte; usually a constant named `SSE`.

    Contracts are immutable, compare by their options, and can be pickled if those can. On the class
    itself, `SSEFormatter.format_chunk(chunk)` and `SSEFormatter.format_done()` write the plain
    form: `data: ` and the JSON of `chunk.to_dict()`.

    A typed chunk whose type is not in *keys* has the fields that are not None, in the order type,
    role, content, tool_call_id.

    Args:
        ensure_ascii: This one and the next eight: as for `json.dumps`.
        separators: See `json.dumps`.
        indent: See `json.dumps`.
        sort_keys: See `json.dumps`.
        skipkeys: See `json.dumps`.
        allow_nan: See `json.dumps`.
        check_circular: See `json.dumps`.
        default: See `json.dumps`.
        cls: See `json.dumps`.
        dialect: What turns a payload into text instead: `ModelDialect(...)`, `ORJSONDialect(...)`,
            any callable.
        event: "type": the event line repeats the payload's type.
        keys: For typed chunks: type -> ordered wire keys, out of type, role, content, tool_call_id.
            Every key is always there: None is written as null.
        fields: The fields in their order on the wire; absent ones are left out.
        space: Whether a space follows the colon.
        terminator: What ends a frame: the end of its last line and the blank line. Its line ending
            is used inside the frame too.
        sentinel: The data of `StreamingChunk.done()`.
        encoding: None: frames are str, and the response encodes them. Else they are bytes.
        strict: Whether text that would break the frame is refused (`UnframeableField`) or, in data
            and comments, spread over several lines. False, for contracts recovered from old code:
            text goes out as it is.
        frame: The project's own function that writes the whole frame of a payload.

    Raises:
        TypeError: If *dialect* is given together with options of `json.dumps`.
        ValueError: If *event*, *keys* or *fields* name something else than they may.
    """

    format_chunk = _FormatChunk()
    format_done = _FormatDone()

    dialect: Callable[..., str]
    event: Literal["type"] | None
    keys: Mapping[str, tuple[str, ...]]
    fields: tuple[str, ...]
    space: bool
    terminator: str
    sentinel: str
    encoding: str | None
    strict: bool
    frame: Callable[..., str | bytes] | None
    writers: Writers

    @overload
    def __init__(
        self: SSEFormatter[str], *, encoding: None = None, **options: Unpack[ContractOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: SSEFormatter[bytes], *, encoding: str, **options: Unpack[ContractOptions]
    ) -> None: ...
    def __init__(  # noqa: PLR0913 - a contract says everything, and by name
        self,
        *,
        ensure_ascii: bool = True,
        separators: tuple[str, str] | None = None,
        indent: int | str | None = None,
        sort_keys: bool = False,
        skipkeys: bool = False,
        allow_nan: bool = True,
        check_circular: bool = True,
        default: Callable[..., object] | None = None,
        cls: type[json.JSONEncoder] | None = None,
        dialect: Callable[..., str] | None = None,
        event: Literal["type"] | None = None,
        keys: Mapping[str, tuple[str, ...]] | None = None,
        fields: tuple[str, ...] = FIELDS,
        space: bool = True,
        terminator: str = "\n\n",
        sentinel: str = "[DONE]",
        encoding: str | None = None,
        strict: bool = True,
        frame: Callable[..., str | bytes] | None = None,
    ) -> None:
        json_dialect = JSONDialect(
            ensure_ascii=ensure_ascii,
            separators=separators,
            indent=indent,
            sort_keys=sort_keys,
            skipkeys=skipkeys,
            allow_nan=allow_nan,
            check_circular=check_circular,
            default=default,
            cls=cls,
        )
        if dialect is not None and json_dialect != _DEFAULT_DIALECT:
            raise TypeError("a dialect has its own options: give it, or those of json.dumps")
        _check(event, keys, fields)
        if keys is not None:
            keys = {kind: tuple(names) for kind, names in keys.items()}
        framing = Framing(
            event, keys or {}, tuple(fields), space, terminator, sentinel, encoding, strict, frame
        )
        used = dialect or json_dialect
        writers = compile_writers(framing, used)
        self._keep(
            {
                **json_dialect._options,  # noqa: SLF001 - of the same family
                "dialect": dialect,
                "event": event,
                "keys": keys,
                "fields": tuple(fields),
                "space": space,
                "terminator": terminator,
                "sentinel": sentinel,
                "encoding": encoding,
                "strict": strict,
                "frame": frame,
            }
        )
        self.__dict__.update(
            framing._asdict(),
            dialect=used,
            writers=writers,
            format_chunk=writers.format,
            format_done=lambda: writers.done,
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a wire contract is immutable: make another one to change {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a wire contract is immutable: {name} cannot be deleted")

    @overload
    def stream(  # type: ignore[overload-overlap]  # the more exact one comes first
        self, source: Generator[object, object, Return]
    ) -> Generator[Wire, object, Return]: ...
    @overload
    def stream(self, source: AsyncIterable[object]) -> AsyncGenerator[Wire, None]: ...
    @overload
    def stream(self, source: Iterable[object]) -> Generator[Wire, object, None]: ...
    def stream(self, source: AsyncIterable[object] | Iterable[object]) -> object:
        """Return a generator of the text (or bytes) of *source*, async if that is async.

        Chunks are encoded one by one, each before the producer goes on; what is no chunk passes
        untouched. A text view is taken over with its own contract.
        """
        return boundary.text_view(source, self.writers)

    @overload
    def chunks(  # type: ignore[overload-overlap]  # the more exact one comes first
        self, source: Generator[object, object, Return]
    ) -> Generator[StreamingChunk, object, Return]: ...
    @overload
    def chunks(self, source: AsyncIterable[object]) -> AsyncGenerator[StreamingChunk, None]: ...
    @overload
    def chunks(self, source: Iterable[object]) -> Generator[StreamingChunk, object, None]: ...
    def chunks(self, source: AsyncIterable[object] | Iterable[object]) -> object:
        """Return a generator of the items of *source* as they are, the chunks encoded.

        For relays, history, and code that reads what was sent: see `StreamingChunk.json`.
        """
        return boundary.chunk_view(source, self.writers)

    def encoded(self, chunk: StreamingChunk) -> StreamingChunk:
        """Encode *chunk* now, for a queue or a callback, and return it."""
        slot: Encodable = chunk
        slot._wire = self.writers.format(chunk)  # noqa: SLF001 - a chunk of ours
        return chunk


def _check(event: object, keys: Mapping[str, object] | None, fields: tuple[str, ...]) -> None:
    if event not in (None, "type"):
        raise ValueError(f'event is None or "type", not {event!r}')
    if sorted(fields) != sorted(FIELDS):
        raise ValueError(f"fields are {FIELDS} in the order of the wire, not {fields!r}")
    for kind, names in (keys or {}).items():
        if not isinstance(names, (tuple, list)) or not set(names) <= set(TYPED_KEYS):
            raise ValueError(f"keys of {kind!r} are out of {TYPED_KEYS}, not {names!r}")


def format_as_sse(chunk: StreamingChunk) -> str:
    """Return the frame of a chat message: of the role and the content of *chunk*, and no more."""
    return f"data: {json.dumps({'role': chunk.role, 'content': chunk.content})}\n\n"


_DEFAULT_DIALECT = JSONDialect()
_PLAIN = SSEFormatter(ensure_ascii=False)
