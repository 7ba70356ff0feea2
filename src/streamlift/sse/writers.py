"""From a wire contract to the functions that write its frames.

The functions of the hot path are generated as source and compiled once per contract, as
`dataclasses` does, so that a frame is one f-string with nothing left to decide at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from streamlift.chunk import (
    CommentChunk,
    DoneChunk,
    Encodable,
    PayloadChunk,
    PayloadWithFieldsChunk,
    RawChunk,
    StreamingChunk,
)
from streamlift.errors import UnframeableField
from streamlift.json_dialect import Dialect, JSONDialect
from streamlift.json_shapes import CHANGED
from streamlift.template import literal

from .grammar import LINE_ENDING
from .writer_source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .framing import Framing
    from .writer_source import Write

TYPED_KEYS = ("type", "role", "content", "tool_call_id")


class ByClass(dict[type, "Write"]):
    """The writer of each class of chunks; subclasses of the user are written like their base."""

    def __init__(self, writers: dict[type, Write], other: Callable[[type], Write]) -> None:
        super().__init__(writers)
        self._other = other

    def __missing__(self, cls: type) -> Write:
        for base in cls.__mro__[1:]:
            if base in self and issubclass(base, StreamingChunk):
                write = self[cls] = _of_subclass(self[base])
                return write
        return self._other(cls)


def _of_subclass(write: Write) -> Write:
    def write_subclass(chunk: StreamingChunk) -> str | bytes:
        slot: Encodable = chunk
        # The generated `__init__` of a dataclass that inherits from ours does not set the slot.
        if not hasattr(chunk, "_wire"):
            slot._wire = None  # noqa: SLF001 - a chunk of ours
        return write(chunk)

    return write_subclass


def _refuse(cls: type) -> Write:
    raise TypeError(f"a StreamingChunk is needed, not {cls.__name__}")


def _pass_on(_: type) -> Write:
    return _same


def _same(item: StreamingChunk) -> str | bytes:
    return item  # type: ignore[return-value]  # whatever is no chunk passes a boundary untouched


class Writers(NamedTuple):
    """The functions of a contract.

    The tables are looked up with the class of an item and give the function for the item.

    Attributes:
        format: chunk -> wire; `TypeError` for anything else.
        text: Table: chunk -> wire; anything else -> itself.
        encode: Table: chunk -> the same chunk, which now holds its wire; anything else -> itself.
        done: The wire of the sentinel.
    """

    format: Write
    text: Mapping[type, Callable[[object], object]]
    encode: Mapping[type, Callable[[object], object]]
    done: str | bytes


def compile_writers(framing: Framing, dialect: Callable[..., str]) -> Writers:
    """Return the functions that write the frames of a contract."""
    sentinel = framing.label("data") + framing.data(framing.sentinel) + framing.terminator
    done = sentinel if framing.encoding is None else sentinel.encode(framing.encoding)
    sources: dict[type, Source] = {
        StreamingChunk: _typed(framing, dialect),
        PayloadChunk: _payload(framing, dialect, fields=False),
        PayloadWithFieldsChunk: _payload(framing, dialect, fields=True),
        RawChunk: _raw(framing),
        CommentChunk: _comment(framing),
        DoneChunk: _done(framing),
    }
    writers = {cls: source.compile() for cls, source in sources.items()}
    storing = {cls: _storing(write) for cls, write in writers.items()}
    untouched: dict[type, Write] = {str: _same, bytes: _same}
    return Writers(
        _format(framing, sources, ByClass(writers, _refuse)),
        ByClass({**writers, **untouched}, _pass_on),  # type: ignore[arg-type]  # takes any item
        ByClass({**storing, **untouched}, _pass_on),  # type: ignore[arg-type]  # takes any item
        done,
    )


def compile_plain(
    framing: Framing, dialect: Callable[..., str]
) -> Callable[[StreamingChunk], str | bytes | None]:
    """Return what writes the payload chunks for which surely nothing of the user's runs.

    It returns None for others, and for some of those too.
    """
    source = Source(framing)
    source.line("cls = type(chunk)")
    for cls, fields in ((PayloadChunk, False), (PayloadWithFieldsChunk, True)):
        source.names[cls.__name__] = cls
        source.line(f"if cls is {cls.__name__}:")
        source.include(_plain(framing, dialect, fields=fields))
    source.line("return None")
    return source.compile()


def _format(framing: Framing, sources: Mapping[type, Source], by_class: ByClass) -> Write:
    """Return the writer for any chunk, in which the usual kinds cost no further call."""
    source = Source(framing)
    source.names["by_class"] = by_class
    source.line("cls = chunk.__class__")
    for cls in (StreamingChunk, PayloadChunk, PayloadWithFieldsChunk):
        source.names[cls.__name__] = cls
        source.line(f"if cls is {cls.__name__}:")
        source.include(sources[cls])
    source.line("return by_class[cls](chunk)")
    return source.compile()


def _storing(write: Write) -> Write:
    def encode(chunk: StreamingChunk) -> StreamingChunk:
        slot: Encodable = chunk
        slot._wire = write(chunk)  # noqa: SLF001 - a chunk of ours
        return chunk

    return encode  # type: ignore[return-value]  # stands in the table of items, see Writers.encode


def _done(framing: Framing) -> Source:
    source = Source(framing, reuse=True)
    source.returns(literal(framing.label("data") + framing.data(framing.sentinel)))
    return source


def _comment(framing: Framing) -> Source:
    source = Source(framing, reuse=True)
    source.names["comment"] = framing.comment
    source.returns("{comment(chunk.text)}")
    return source


def _raw(framing: Framing) -> Source:
    source = Source(framing, reuse=True)
    source.fields(data="chunk.text")
    return source


def _payload(framing: Framing, dialect: Callable[..., str], *, fields: bool) -> Source:
    source = _plain(framing, dialect, fields=fields)
    if framing.frame is not None:
        source.names["delegate"] = _delegate(framing, framing.frame)
        source.line("return delegate(chunk)")
        return source
    source.names["encode"] = dialect.encode if isinstance(dialect, Dialect) else dialect
    repeat = framing.event is not None
    if fields or repeat or not (isinstance(dialect, JSONDialect) and dialect.one_line):
        source.line("payload = chunk.payload")
        source.fields(data="encode(payload)", one_line=_one_line(dialect), repeat=repeat)
        return source
    if dialect.pieces is not None:
        # `encode` without the call; it comes to its own end if the payload is too deep for this.
        source.names.update(pieces=dialect.pieces, join="".join)
        source.line("try:")
        source.frame("{join(pieces(chunk.payload, 0))}", indent="    ")
        source.line("except RecursionError: pass")
    source.frame("{encode(chunk.payload)}")
    return source


def _plain(framing: Framing, dialect: Callable[..., str], *, fields: bool) -> Source:
    """Return the writer of payloads that need no encoder; its source goes on for the others."""
    source = Source(framing, reuse=True)
    if framing.frame is not None or not isinstance(dialect, JSONDialect) or dialect.dicts is None:
        return source
    repeat = framing.event is not None
    whole = dialect.one_line and not fields and not repeat
    source.names["CHANGED"] = CHANGED
    source.line("payload = chunk.payload")
    source.line("if type(payload) is dict:")
    if whole:
        source.names["frames"] = dialect.dicts.framed(
            framing.label("data"), framing.terminator, framing.encoding
        )
        source.line("    try:")
        source.line("        frame = frames[len(payload)](payload)")
        source.line("        if frame is not None: return frame")
        source.line("    except CHANGED: pass")
        return source
    source.names["dicts"] = dialect.dicts
    source.line("    try: data = dicts[len(payload)](payload)")
    source.line("    except CHANGED: data = None")
    source.line("    if data is not None:")
    written = Source(framing)
    written.fields(data="data", one_line=dialect.one_line, repeat=repeat)
    source.include(written, indent=" " * 8)
    return source


def _one_line(dialect: Callable[..., str]) -> bool:
    return isinstance(dialect, JSONDialect) and dialect.one_line


def _delegate(
    framing: Framing, frame: Callable[..., str | bytes]
) -> Callable[[PayloadChunk], str | bytes]:
    encoding = framing.encoding

    def delegate(chunk: PayloadChunk) -> str | bytes:
        for name in ("event", "id", "retry"):
            value = getattr(chunk, name)
            if value is not None:
                raise UnframeableField(name, value, "cannot be given: frame= has the payload only")
        wire = frame(chunk.payload)
        return wire if encoding is None or isinstance(wire, bytes) else wire.encode(encoding)

    return delegate


def _typed(framing: Framing, dialect: Callable[..., str]) -> Source:
    """Return the writer of typed chunks, unrolled for the types that have keys.

    It leaves to `write_any` what does not consist of plain strings and None.
    """
    source = Source(framing, reuse=True)
    source.names["write_any"] = _any_typed(framing, dialect)
    if isinstance(dialect, JSONDialect) and dialect.quote is not None and dialect.one_line:
        source.names["quote"] = dialect.quote
        source.line("kind = chunk.type")
        source.line("if kind.__class__ is not str: return write_any(chunk)")
        for kind, names in framing.keys.items():
            if kind.__class__ is str:
                source.line(f"if kind == {kind!r}:")
                source.include(_with_keys(framing, dialect, kind, names))
        source.include(_without_keys(framing, dialect), indent="")
    else:
        source.line("return write_any(chunk)")
    return source


def _any_typed(framing: Framing, dialect: Callable[..., str]) -> Write:
    keys = framing.keys
    source = Source(framing)
    source.names["encode"] = dialect.encode if isinstance(dialect, Dialect) else dialect
    source.fields(data="encode(chunk.payload)", one_line=_one_line(dialect))
    write = source.compile()

    def write_any(chunk: StreamingChunk) -> str | bytes:
        kind: object = chunk.type
        names = keys.get(kind) if isinstance(kind, str) else None
        values = {name: getattr(chunk, name) for name in (TYPED_KEYS if names is None else names)}
        if names is None:
            values = {name: value for name, value in values.items() if value is not None}
        return write(StreamingChunk.of(values, event=kind if framing.event else None))

    return write_any


def _with_keys(framing: Framing, dialect: JSONDialect, kind: str, names: tuple[str, ...]) -> Source:
    source = Source(framing)
    if not names or (framing.event and framing.strict and LINE_ENDING.search(kind)):
        source.line("return write_any(chunk)")
        return source
    for name in names:
        if name != "type":
            source.line(f"{name} = chunk.{name}")
            source.line(f"if {name}.__class__ is str: {name} = quote({name})")
            source.line(f"elif {name} is None: {name} = 'null'")
            source.line("else: return write_any(chunk)")
    template = ""
    for name in sorted(names) if dialect.sort_keys else names:
        template += literal(dialect.item_separator if template else "{")
        template += literal(dialect.encode(name) + dialect.key_separator)
        template += literal(dialect.encode(kind)) if name == "type" else f"{{{name}}}"
    source.frame(template + "}}", event=literal(kind) if framing.event else None)
    return source


def _without_keys(framing: Framing, dialect: JSONDialect) -> Source:
    source = Source(framing)
    if dialect.sort_keys:
        source.line("return write_any(chunk)")
        return source
    if framing.event and framing.strict:
        source.line(r"if '\n' in kind or '\r' in kind: return write_any(chunk)")
    template = literal("{" + dialect.encode("type") + dialect.key_separator) + "{quote(kind)}"
    for name in TYPED_KEYS[1:]:
        label = dialect.item_separator + dialect.encode(name) + dialect.key_separator
        source.line(f"{name} = chunk.{name}")
        source.line(f"if {name} is None: {name} = ''")
        source.line(f"elif {name}.__class__ is str: {name} = {label!r} + quote({name})")
        source.line("else: return write_any(chunk)")
        template += f"{{{name}}}"
    source.frame(template + "}}", event="{kind}" if framing.event else None)
    return source
