"""From a wire contract to the functions that write its frames.

The functions of the hot path are generated as source and compiled once per contract, as
`dataclasses` does, so that a frame is one f-string with nothing left to decide at run time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from streamlift.chunk import (
    LINE_ENDING,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Write: TypeAlias = "Callable[[StreamingChunk], str | bytes]"

TYPED_KEYS = ("type", "role", "content", "tool_call_id")


class Framing(NamedTuple):
    """What a contract says apart from its JSON dialect."""

    event: str | None
    keys: Mapping[str, tuple[str, ...]]
    fields: tuple[str, ...]
    space: bool
    terminator: str
    sentinel: str
    encoding: str | None
    strict: bool
    frame: Callable[..., str | bytes] | None

    @property
    def line_ending(self) -> str:
        """The line ending that goes with the terminator."""
        if self.terminator.endswith("\r\n"):
            return "\r\n"
        return self.terminator[-1] if self.terminator.endswith(("\n", "\r")) else "\n"

    def label(self, name: str) -> str:
        """Return what stands before the value of field *name*; of a comment, if it is empty."""
        return f"{name}: " if self.space else f"{name}:"

    def data(self, text: str) -> str:
        """Return the value of the data field: of several data lines if strict."""
        if self.strict and ("\n" in text or "\r" in text):
            return f"{self.line_ending}{self.label('data')}".join(LINE_ENDING.split(text))
        return text

    def comment(self, text: str) -> str:
        """Return the lines of a comment."""
        lines = LINE_ENDING.split(text) if self.strict else [text]
        return self.line_ending.join(self.label("") + line if line else ":" for line in lines)

    def check(self, name: str, value: str) -> None:
        """Refuse a *value* that field *name* cannot carry.

        https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

        Raises:
            UnframeableField: If event or id holds a line ending, id a NULL, or retry is not made
                of ASCII digits only.
        """
        if "\n" in value or "\r" in value:
            raise UnframeableField(name, value, "must not hold a line ending")
        if name == "id" and "\0" in value:
            raise UnframeableField(name, value, "must not hold a NULL: clients ignore such an id")
        if name == "retry" and not _ASCII_DIGITS(value):
            raise UnframeableField(name, value, "must be ASCII digits: milliseconds")


_ASCII_DIGITS = re.compile(r"[0-9]+").fullmatch


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
    sources: dict[type, _Source] = {
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


def _format(framing: Framing, sources: Mapping[type, _Source], by_class: ByClass) -> Write:
    """Return the writer for any chunk, in which the usual kinds cost no further call."""
    source = _Source(framing)
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


def _done(framing: Framing) -> _Source:
    source = _Source(framing, reuse=True)
    source.returns(_literal(framing.label("data") + framing.data(framing.sentinel)))
    return source


def _comment(framing: Framing) -> _Source:
    source = _Source(framing, reuse=True)
    source.names["comment"] = framing.comment
    source.returns("{comment(chunk.text)}")
    return source


def _raw(framing: Framing) -> _Source:
    source = _Source(framing, reuse=True)
    source.fields(data="chunk.text")
    return source


def _payload(framing: Framing, dialect: Callable[..., str], *, fields: bool) -> _Source:
    source = _Source(framing, reuse=True)
    if framing.frame is not None:
        source.names["delegate"] = _delegate(framing, framing.frame)
        source.line("return delegate(chunk)")
        return source
    source.names["encode"] = dialect.encode if isinstance(dialect, Dialect) else dialect
    source.line("payload = chunk.payload")
    data = "encode(payload)"
    repeat = framing.event is not None
    if fields or repeat or not (isinstance(dialect, JSONDialect) and dialect.one_line):
        source.fields(data=data, one_line=_one_line(dialect), repeat=repeat)
        return source
    if dialect.pieces is not None:
        # `encode` without the call; it comes to its own end if the payload is too deep for this.
        source.names.update(pieces=dialect.pieces, join="".join)
        source.line("try:")
        source.frame("{join(pieces(payload, 0))}", indent="    ")
        source.line("except RecursionError: pass")
    source.frame(f"{{{data}}}")
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


def _typed(framing: Framing, dialect: Callable[..., str]) -> _Source:
    """Return the writer of typed chunks, unrolled for the types that have keys.

    It leaves to `write_any` what does not consist of plain strings and None.
    """
    source = _Source(framing, reuse=True)
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
    source = _Source(framing)
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


def _with_keys(
    framing: Framing, dialect: JSONDialect, kind: str, names: tuple[str, ...]
) -> _Source:
    source = _Source(framing)
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
        template += _literal(dialect.item_separator if template else "{")
        template += _literal(dialect.encode(name) + dialect.key_separator)
        template += _literal(dialect.encode(kind)) if name == "type" else f"{{{name}}}"
    source.frame(template + "}}", event=_literal(kind) if framing.event else None)
    return source


def _without_keys(framing: Framing, dialect: JSONDialect) -> _Source:
    source = _Source(framing)
    if dialect.sort_keys:
        source.line("return write_any(chunk)")
        return source
    if framing.event and framing.strict:
        source.line(r"if '\n' in kind or '\r' in kind: return write_any(chunk)")
    template = _literal("{" + dialect.encode("type") + dialect.key_separator) + "{quote(kind)}"
    for name in TYPED_KEYS[1:]:
        label = dialect.item_separator + dialect.encode(name) + dialect.key_separator
        source.line(f"{name} = chunk.{name}")
        source.line(f"if {name} is None: {name} = ''")
        source.line(f"elif {name}.__class__ is str: {name} = {label!r} + quote({name})")
        source.line("else: return write_any(chunk)")
        template += f"{{{name}}}"
    source.frame(template + "}}", event="{kind}" if framing.event else None)
    return source


def _literal(text: str) -> str:
    """Return *text* as it stands in the template of an f-string."""
    return text.replace("{", "{{").replace("}", "}}")


# Where `Framing.check` has to be asked, as a test without a call.
_SUSPECT = {
    "event": r"'\n' in event or '\r' in event",
    "id": r"'\n' in id or '\r' in id or '\0' in id",
    "retry": "True",
}


class _Source:
    """The source of one writer: statements about `chunk` that end in the return of its wire.

    A *template* is the text between the quotes of an f-string, before escapes: literal text with
    doubled braces; names and calls, without quotes or backslashes, in single ones.

    Args:
        framing: How the frame is written.
        reuse: Whether a chunk that already has a wire keeps it.
    """

    def __init__(self, framing: Framing, *, reuse: bool = False) -> None:
        self.framing = framing
        self.names: dict[str, object] = {"check": framing.check, "several": framing.data}
        self._lines: list[str] = []
        if reuse:
            self.line("stored = chunk._wire")
            self.line("if stored is not None: return stored")

    def line(self, statement: str) -> None:
        self._lines.append(statement)

    def include(self, other: _Source, *, indent: str = "    ") -> None:
        """Continue with the statements of *other*."""
        self.names.update(other.names)
        self._lines += [indent + line for line in other._lines]

    def frame(self, data: str, *, event: str | None = None, indent: str = "") -> None:
        """Return a frame of these two templates."""
        framing = self.framing
        values = {"event": event, "data": data}
        written = [
            _literal(framing.label(name)) + value
            for name in framing.fields
            if (value := values.get(name)) is not None
        ]
        self.returns(framing.line_ending.join(written), indent=indent)

    def fields(self, *, data: str, one_line: bool = False, repeat: bool = False) -> None:
        """Return a frame of the chunk's fields, evaluated in their order on the wire.

        Args:
            data: The expression of the data.
            one_line: Whether it holds no line ending for sure.
            repeat: Whether the event line repeats the payload's type, if there is one.
        """
        framing = self.framing
        template = ""
        ending_before, ending_after = "", framing.line_ending
        for name in framing.fields:
            label = _literal(framing.label(name))
            if name == "data":
                self.line(f"data = {data}")
                if framing.strict and not one_line:
                    self.line(r"if '\n' in data or '\r' in data: data = several(data)")
                template += f"{label}{{data}}"
                ending_before, ending_after = framing.line_ending, ""
                continue
            self.line(f"{name} = chunk.{name}")
            if name == "event" and repeat:
                self.line("if event is None and isinstance(payload, dict) and 'type' in payload:")
                self.line("    event = payload['type']")
                self.line("    if event.__class__ is not str: event = format(event, '')")
            self.line(f"if {name} is None: {name} = ''")
            self.line("else:")
            if framing.strict:
                self.line(f"    if {_SUSPECT[name]}: check({name!r}, {name})")
            written = f"{ending_before}{label}{{{name}}}{ending_after}"
            self.line(f"    {name} = f{written!r}")
            template += f"{{{name}}}"
        self.returns(template)

    def returns(self, template: str, *, indent: str = "") -> None:
        """Return this text with the terminator, in the contract's encoding."""
        framing = self.framing
        encode = "" if framing.encoding is None else f".encode({framing.encoding!r})"
        self.line(f"{indent}return f{template + _literal(framing.terminator)!r}{encode}")

    def compile(self) -> Write:
        text = "def write(chunk):\n" + "\n".join(f"    {line}" for line in self._lines)
        names = dict(self.names)
        # Nothing but names of this module and literals made by repr() gets into the text.
        exec(compile(text, "<streamlift writer>", "exec"), names)  # noqa: S102
        write: Write = names["write"]  # type: ignore[assignment]  # made by the line above
        return write
