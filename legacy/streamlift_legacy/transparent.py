"""Which chunks can be encoded a second time without running anything of the user's.

The old text of a site was made already. Encoders such as `default=` may count, and a payload may be
readable only once; so a shadow that encoded again could change what the client gets.
"""

from __future__ import annotations

import marshal
from collections import OrderedDict
from json import JSONEncoder
from typing import TYPE_CHECKING

from streamlift import JSONDialect, ORJSONDialect, SSEFormatter
from streamlift.chunk import CommentChunk, DoneChunk, PayloadChunk, RawChunk, StreamingChunk

if TYPE_CHECKING:
    from typing import TypeAlias

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


class TransparentWriter:
    """Writes the chunks of a contract where nothing of the user's runs for it.

    What the contract hands to `default=` is handed to nobody: the text is the same if that is
    never called, and there is none if it would be.
    """

    __slots__ = ("_exact", "_format", "_format_payload", "contract")

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._format = contract.writers.format
        transparent = _without_user_code(contract)
        self._format_payload = None if transparent is None else transparent.writers.format
        dialect = contract.dialect
        # There even `__format__` and `__lt__` of a value may run, or orjson reads its attributes.
        self._exact = (
            contract.event is not None or not isinstance(dialect, JSONDialect) or dialect.sort_keys
        )

    def write(self, chunk: StreamingChunk) -> str | bytes:
        """Return the text of *chunk*.

        Raises:
            NotComparable: If something of the user's would have to run.
        """
        kind = chunk.__class__
        payload: object
        if kind is PayloadChunk and chunk._wire is None:  # noqa: SLF001 - a chunk of ours
            payload = chunk.payload  # type: ignore[attr-defined]  # of the line above
        elif kind in _WITHOUT_PAYLOAD or getattr(chunk, "_wire", None) is not None:
            return self._format(chunk)
        else:
            payload = chunk.payload if isinstance(chunk, PayloadChunk) else _values(chunk)
        if self._format_payload is None:
            raise NotComparable(OPAQUE_ENCODER)
        hooks = self._format_payload is not self._format
        try:
            _dump(payload, 2)  # type: ignore[arg-type]  # if not, it raises; this format is the fastest
        except ValueError:
            if self._exact or not _is_plain(payload):
                raise NotComparable(OPAQUE_ENCODER if hooks else OPAQUE_PAYLOAD) from None
        try:
            return self._format_payload(chunk)
        except TypeError:
            if hooks:
                raise NotComparable(OPAQUE_ENCODER) from None
            raise


# In C, and only for the very classes that are built in: a subclass is an error.
_dump = marshal.dumps
_WITHOUT_PAYLOAD = frozenset({RawChunk, CommentChunk, DoneChunk})


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
    """Whether `json` encodes *payload* without running a method of it."""
    pending = [payload]
    for seen, value in enumerate(pending):  # it grows
        # `isinstance` may ask the value for its class.
        cls = type(value)
        if seen == LARGEST:
            return False
        if issubclass(cls, dict):
            if not _has_plain_items(value):
                return False
            pending += dict.keys(value)  # type: ignore[arg-type]  # it is one
            pending += dict.values(value)  # type: ignore[arg-type]
        elif issubclass(cls, list):
            pending += list.__iter__(value)  # type: ignore[arg-type]
        elif issubclass(cls, tuple):
            pending += tuple.__iter__(value)  # type: ignore[arg-type]
        elif value is not None and not issubclass(cls, (str, int, float)):
            return False
    return True


def _has_plain_items(value: object) -> bool:
    """Whether `value.items()`, which `json` calls for a subclass of dict, is that of dict."""
    cls = type(value)
    return (
        cls.__getattribute__ in (dict.__getattribute__, OrderedDict.__getattribute__)
        and getattr(cls, "items", None) in (dict.items, OrderedDict.items)
        and "items" not in getattr(value, "__dict__", ())
    )


def writer_of(contract: Contract) -> TransparentWriter:
    """Return the writer of *contract*, made once."""
    # By identity: to compare contracts takes longer than to write a frame.
    writer = _writers.get(id(contract))
    if writer is None:
        if len(_writers) >= KNOWN_CONTRACTS:
            _writers.clear()
        writer = _writers[id(contract)] = TransparentWriter(contract)
    return writer


_writers: dict[int, TransparentWriter] = {}
