"""The source text of one writer, and how it becomes a function."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from streamlift.template import literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from streamlift.chunk import StreamingChunk

    from .framing import Framing

Write: TypeAlias = "Callable[[StreamingChunk], str | bytes]"


# Where `Framing.check` has to be asked, as a test without a call.
_SUSPECT = {
    "event": r"'\n' in event or '\r' in event",
    "id": r"'\n' in id or '\r' in id or '\0' in id",
    "retry": "True",
}


class Source:
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
            self.line("if chunk._wire is not None: return chunk._wire")

    def line(self, statement: str) -> None:
        self._lines.append(statement)

    def include(self, other: Source, *, indent: str = "    ") -> None:
        """Continue with the statements of *other*."""
        self.names.update(other.names)
        self._lines += [indent + line for line in other._lines]

    def frame(self, data: str, *, event: str | None = None, indent: str = "") -> None:
        """Return a frame of these two templates."""
        framing = self.framing
        values = {"event": event, "data": data}
        written = [
            literal(framing.label(name)) + value
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
            label = literal(framing.label(name))
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
        self.line(f"{indent}return f{template + literal(framing.terminator)!r}{encode}")

    def compile(self) -> Write:
        text = "def write(chunk):\n" + "\n".join(f"    {line}" for line in self._lines)
        names = dict(self.names)
        exec(_code(text), names)  # noqa: S102 - names of this module, and literals made by repr()
        write: Write = names["write"]  # type: ignore[assignment]  # made by the line above
        return write


@lru_cache(maxsize=256)
def _code(text: str) -> CodeType:
    """Compile *text*: the writers of one contract are, but for a few, those of every other."""
    return compile(text, "<streamlift writer>", "exec")
