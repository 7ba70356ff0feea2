"""Which chunks can be encoded a second time without running anything of the user's.

The old text of a site was made already. Encoders such as `default=` may count, and a payload may be
readable only once; so a shadow that encoded again could change what the client gets.
"""

from __future__ import annotations

import marshal
from functools import partial
from json import JSONEncoder
from types import MethodDescriptorType, WrapperDescriptorType
from typing import TYPE_CHECKING, NamedTuple

from streamlift import JSONDialect, ORJSONDialect, SSEFormatter
from streamlift.chunk import CommentChunk, DoneChunk, PayloadChunk, RawChunk, StreamingChunk
from streamlift.sse.framing import Framing
from streamlift.sse.writers import compile_plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from streamlift.sse.writer_source import Write

    Contract: TypeAlias = SSEFormatter[str] | SSEFormatter[bytes]

OPAQUE_ENCODER = "opaque-encoder"
OPAQUE_PAYLOAD = "opaque-payload"

KNOWN_CONTRACTS = 256
"""Writers that are kept ready; this is only a cache."""

LARGEST = 10_000
"""Values in a payload that are looked at one by one; if it has more, it is opaque."""


class NotComparable(Exception):
    """The text of a chunk cannot be made without running something of the user's.

    Attributes:
        reason: "opaque-encoder": the contract would call it. "opaque-payload": the standard encoder
            would, a method of the payload.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TransparentWriters(NamedTuple):
    """What writes a chunk of a contract if nothing of the user's runs for it.

    What the contract hands to `default=` is handed to nobody: the text is the same if that is never
    called, and there is none if it would be.

    Attributes:
        quick: For most chunks; it returns None for the others.
        careful: For all; it raises `NotComparable` if something of the user's would have to run.
    """

    quick: Callable[[StreamingChunk], str | bytes | None]
    careful: Write

    def write(self, chunk: StreamingChunk) -> str | bytes:
        """Return the text of *chunk* in the quickest way."""
        text = self.quick(chunk)
        return self.careful(chunk) if text is None else text


def transparent_writers(contract: Contract) -> TransparentWriters:
    """Return the writers of *contract*."""
    transparent = _without_user_code(contract)
    if transparent is None:
        careful = partial(_write_without_payload, contract.writers.format)
        return TransparentWriters(lambda _: None, careful)
    framing = Framing(*(getattr(transparent, name) for name in Framing._fields))
    return TransparentWriters(
        compile_plain(framing, transparent.dialect),
        _careful_writer(contract, transparent, exact=_needs_exact_classes(transparent)),
    )


def _write_without_payload(write: Write, chunk: StreamingChunk) -> str | bytes:
    if not _is_written(chunk):
        raise NotComparable(OPAQUE_ENCODER)
    return write(chunk)


def _needs_exact_classes(contract: Contract) -> bool:
    """Whether nearly any method of a value may run: `__format__`, `__lt__`, `__len__`, ...

    So it is where the event is read from the payload, where keys are sorted, and where the encoder is
    not the one in C.
    """
    dialect = contract.dialect
    return (
        contract.event is not None
        or not isinstance(dialect, JSONDialect)
        or dialect.sort_keys
        or dialect.pieces is None
    )


def _careful_writer(contract: Contract, transparent: Contract, *, exact: bool) -> Write:
    write_any, write_payload = contract.writers.format, transparent.writers.format
    hooks = transparent is not contract

    def write(chunk: StreamingChunk) -> str | bytes:
        if _is_written(chunk):
            return write_any(chunk)
        payload = chunk.payload if isinstance(chunk, PayloadChunk) else _values(chunk)
        try:
            # Quick, and only for the very classes that are built in: a subclass is an error.
            marshal.dumps(payload, 2)  # type: ignore[arg-type]
        except ValueError:
            if exact or not _is_plain(payload):
                raise NotComparable(OPAQUE_ENCODER if hooks else OPAQUE_PAYLOAD) from None
        try:
            return write_payload(chunk)
        except TypeError:
            if hooks:
                raise NotComparable(OPAQUE_ENCODER) from None
            raise

    return write


_WITHOUT_PAYLOAD = frozenset({RawChunk, CommentChunk, DoneChunk})


def _is_written(chunk: StreamingChunk) -> bool:
    """Whether no encoder is needed for *chunk*."""
    return type(chunk) in _WITHOUT_PAYLOAD or getattr(chunk, "_wire", None) is not None


def _values(chunk: StreamingChunk) -> tuple[object, ...]:
    return chunk.type, chunk.role, chunk.content, chunk.tool_call_id


def _without_user_code(contract: Contract) -> Contract | None:
    """Return a contract that writes the same where *contract* runs nothing of the user's."""
    dialect = contract.dialect
    if contract.frame is not None:
        return None
    if type(dialect) is ORJSONDialect:
        new: JSONDialect | ORJSONDialect = ORJSONDialect(**_without_hooks(dialect))  # type: ignore[arg-type]  # its own options
    elif type(dialect) is JSONDialect:
        cls = dialect._options.get("cls")  # noqa: SLF001 - of this distribution
        if not (cls is None or _only_adds_default(cls)):
            return None
        new = JSONDialect(**_without_hooks(dialect))  # type: ignore[arg-type]
    else:
        return None
    if new == dialect:
        return contract
    options = {
        name: value
        for name, value in contract._options.items()  # noqa: SLF001 - of this distribution
        if name not in JSONDialect._parameters  # noqa: SLF001
    }
    return SSEFormatter(**{**options, "dialect": new})  # type: ignore[call-overload, no-any-return]


def _without_hooks(dialect: JSONDialect | ORJSONDialect) -> dict[str, object]:
    options = dialect._options  # noqa: SLF001 - of this distribution
    return {name: value for name, value in options.items() if name not in ("default", "cls")}


def _only_adds_default(cls: object) -> bool:
    """Whether the encoder class *cls* is the standard one but for what it cannot encode."""
    if not isinstance(cls, type) or not issubclass(cls, JSONEncoder):
        return False
    changed = {
        name for base in cls.__mro__[: cls.__mro__.index(JSONEncoder)] for name in vars(base)
    }
    return type(cls) is type and changed <= _HARMLESS


_HARMLESS = {
    "default",
    "__module__",
    "__qualname__",
    "__doc__",
    "__firstlineno__",
    "__static_attributes__",
    "__annotations__",
}


def _is_plain(payload: object) -> bool:
    """Whether the encoder in C takes *payload* without running a method of it."""
    pending = [payload]
    for seen, value in enumerate(pending):  # it grows
        # Not `isinstance`, which may ask the value for its class.
        cls = type(value)
        if seen == LARGEST:
            return False
        if issubclass(cls, dict):
            if not _has_builtin_items(value):
                return False
            pending += dict.keys(value)  # type: ignore[arg-type]  # it is one
            pending += dict.values(value)  # type: ignore[arg-type]
        elif issubclass(cls, (list, tuple)):
            if not isinstance(cls.__iter__, WrapperDescriptorType):
                return False
            pending += iter(value)  # type: ignore[call-overload]  # it is one
        elif value is not None and not issubclass(cls, (str, int, float)):
            return False
    return True


def _has_builtin_items(value: object) -> bool:
    """Whether `value.items()`, which the encoder calls for a subclass of dict, runs no Python."""
    cls = type(value)
    return (
        isinstance(cls.__getattribute__, WrapperDescriptorType)
        and isinstance(getattr(cls, "items", None), MethodDescriptorType)
        and "items" not in getattr(value, "__dict__", ())
    )


def writers_of(contract: Contract) -> TransparentWriters:
    """Return the writers of *contract*, made once."""
    # By identity: to compare contracts takes longer than to write a frame.
    known = _writers.get(id(contract))
    if known is None:
        if len(_writers) >= KNOWN_CONTRACTS:
            _writers.clear()
        known = _writers[id(contract)] = contract, transparent_writers(contract)
    return known[1]


# With the contract, so that no other one gets its identity.
_writers: dict[int, tuple[Contract, TransparentWriters]] = {}
