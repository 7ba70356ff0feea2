"""Text with holes <-> the fields of an event stream. Pure: nothing here knows Python syntax.

The grammar is that of https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

HoleT = TypeVar("HoleT")

FIELD_LINE = re.compile(r"(data|event|id|retry):( ?)(.*)", re.DOTALL)
COMMENT_LINE = re.compile(r":( ?)(.*)", re.DOTALL)
LINE_END = re.compile(r"\r\n|\r|\n")
TERMINATOR = re.compile(r"(?:\r\n|\r|\n)*\Z")
WITH_BLANK_LINE = re.compile(r".+?(?:(?:\r\n|\r|\n){2}|\Z)", re.DOTALL)
FIELD_AT_LINE_START = re.compile(r"(?:\A|[\r\n])(?:data|event|id|retry):")
FIRST_PRIVATE = (
    0xF0000  # each hole is one character of the Supplementary Private Use Area while lines are cut
)


@dataclass(frozen=True)
class Text(Generic[HoleT]):
    """Literal text and holes in the order in which they are written.

    Attributes:
        parts: Literal strings, holes and options; no two literals stand side by side. The values of
            fields have no options any more.
    """

    parts: tuple[str | HoleT | Option[HoleT], ...]

    @property
    def plain(self) -> list[str | HoleT]:
        """The parts of a text without options."""
        return [part for part in self.parts if not isinstance(part, Option)]

    @property
    def holes(self) -> list[HoleT]:
        return [part for part in self.parts if not isinstance(part, (str, Option))]

    @property
    def literal(self) -> str | None:
        """The text if nothing of it depends on a value."""
        literals = [part for part in self.parts if isinstance(part, str)]
        return "".join(literals) if len(literals) == len(self.parts) else None

    @property
    def only_hole(self) -> HoleT | None:
        """The hole, if the text is one hole and nothing else."""
        return self.holes[0] if len(self.parts) == 1 and self.holes else None

    def __add__(self, other: Text[HoleT]) -> Text[HoleT]:
        return make_text([*self.parts, *other.parts])

    def after(self, start: Text[HoleT]) -> Text[HoleT] | None:
        """Return what follows *start*, None if the text does not start with it."""
        if not start.parts:
            return self
        *whole, last = start.parts
        count = len(whole)
        here = self.parts[count] if count < len(self.parts) else ""
        rest = self.parts[count + 1 :]
        if self.parts[:count] != tuple(whole):
            return None
        if isinstance(last, str) and isinstance(here, str) and here.startswith(last):
            return make_text([here[len(last) :], *rest])
        return make_text([*rest]) if here == last else None

    def before(self, end: Text[HoleT]) -> Text[HoleT] | None:
        """Return what stands before *end*, None if the text does not end with it."""
        reversed_rest = _mirrored(self).after(_mirrored(end))
        return _mirrored(reversed_rest) if reversed_rest is not None else None


@dataclass(frozen=True)
class Option(Generic[HoleT]):
    """A part of a text that is there only if a value is true.

    Attributes:
        condition: The value.
        text: The part.
        is_negated: Whether it is there if the value is false.
    """

    condition: HoleT
    text: Text[HoleT]
    is_negated: bool = False


def _mirrored(text: Text[HoleT]) -> Text[HoleT]:
    """Return *text* from its end to its start, so that its start can be cut off."""
    return Text(tuple(part[::-1] if isinstance(part, str) else part for part in text.parts[::-1]))


def make_text(parts: Iterable[str | HoleT | Option[HoleT]]) -> Text[HoleT]:
    """Return the text of *parts* with neighbouring literals joined and empty ones dropped."""
    joined: list[str | HoleT | Option[HoleT]] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return Text(tuple(joined))


@dataclass(frozen=True)
class Field(Generic[HoleT]):
    """One field line.

    Attributes:
        name: `data`, `event`, `id` or `retry`.
        value: What follows the colon and the blank.
        space: Whether one blank follows the colon.
        option: Under which condition the line is there, if it is not always.
    """

    name: str
    value: Text[HoleT]
    space: bool
    option: Option[HoleT] | None = None


@dataclass(frozen=True)
class Frame(Generic[HoleT]):
    """What one piece of text says in the event stream.

    Attributes:
        fields: The field lines in order; empty for a comment.
        comment: The text of a comment that stands alone.
        space: Whether a blank follows the colons; None where no colon tells.
        terminator: The line ends after the last line.
    """

    fields: tuple[Field[HoleT], ...]
    comment: Text[HoleT] | None
    space: bool | None
    terminator: str

    def value(self, name: str) -> Text[HoleT] | None:
        """Return the value of the field *name*."""
        return next((field.value for field in self.fields if field.name == name), None)

    @property
    def options(self) -> dict[str, Option[HoleT]]:
        """The condition of each field that is not always there."""
        return {field.name: field.option for field in self.fields if field.option is not None}

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


@dataclass
class NotAFrame(Exception):
    """Text that cannot be read as exactly one frame.

    Attributes:
        reason: A public reason code.
        is_site: Whether it still is hand-made SSE text, which a person has to move.
    """

    reason: str
    is_site: bool


def parse_frame(text: Text[HoleT]) -> Frame[HoleT]:
    """Read *text* as one frame.

    Raises:
        NotAFrame: If it is none, or several, or one that no contract can write.
    """
    text, options = _unfolded(text)
    holes = text.holes
    flat = _flatten(text)
    end = TERMINATOR.search(flat)
    assert end is not None
    lines = LINE_END.split(flat[: end.start()])
    terminator = end.group()
    if not lines[0] and any(FIELD_LINE.match(line) for line in lines):
        raise NotAFrame("leading-line-end", is_site=True)
    if not FIELD_LINE.match(lines[0]) and not COMMENT_LINE.match(lines[0]):
        later = any(FIELD_LINE.match(line.lstrip(_private(holes))) for line in lines)
        starts_with_hole = bool(lines[0]) and lines[0][0] in _private(holes)
        raise NotAFrame(
            "opaque-line" if starts_with_hole else "not-a-field",
            starts_with_hole and later and bool(terminator),
        )
    if "" in lines:
        raise NotAFrame("several-frames", is_site=True)
    if not _is_terminated(terminator):
        split = bool(terminator) or len(lines) > 1
        raise NotAFrame("split-frame" if terminator else "no-terminator", is_site=split)
    return _frame(lines, terminator, holes, options)


def parse_frames(text: Text[HoleT]) -> list[Frame[HoleT]]:
    """Read *text* as one frame, or as several, each of which ends with one blank line.

    Raises:
        NotAFrame: If a part of it is none.
    """
    try:
        return [parse_frame(text)]
    except NotAFrame as error:
        if error.reason != "several-frames" or len(text.plain) < len(text.parts):
            raise
    holes = text.holes
    pieces = WITH_BLANK_LINE.findall(_flatten(text))
    return [parse_frame(_unflatten(piece, holes)) for piece in pieces]


def _unfolded(text: Text[HoleT]) -> tuple[Text[HoleT], dict[int, Option[HoleT]]]:
    """Return *text* with each option in it, and which lines these are.

    Raises:
        NotAFrame: If one is not made of whole lines.
    """
    parts: list[str | HoleT | Option[HoleT]] = []
    options: dict[int, Option[HoleT]] = {}
    for part in _moved_to_line_starts(text).parts:
        if not isinstance(part, Option):
            parts.append(part)
            continue
        if any(isinstance(inside, Option) for inside in part.text.parts):
            raise NotAFrame("optional-text", is_site=True)
        first = _count_lines(parts)
        parts += part.text.parts
        options |= dict.fromkeys(range(first, _count_lines(parts)), part)
    return make_text(parts), options


def _moved_to_line_starts(text: Text[HoleT]) -> Text[HoleT]:
    r"""Return *text* with each option that starts with a line end before another one moved behind that.

    `\n` + line, perhaps, and then `\n`, is the same as `\n`, and then line + `\n`, perhaps.
    """
    moved: Text[HoleT] = Text(())
    for part in reversed(text.parts):
        inside = part.text if isinstance(part, Option) else None
        follows = moved.parts[0] if moved.parts else None
        line = inside.after(Text(("\n",))) if inside is not None else None
        if isinstance(part, Option) and line is not None and isinstance(follows, str):
            behind = moved.after(Text(("\n",)))
            if behind is not None and line.parts:
                option = replace(part, text=line + Text(("\n",)))
                moved = make_text(["\n", option, *behind.parts])
                continue
        moved = make_text([part, *moved.parts])
    return moved


def _count_lines(parts: list[str | HoleT | Option[HoleT]]) -> int:
    written = "".join(part if isinstance(part, str) else "\0" for part in parts)
    if written and not written.endswith("\n"):
        raise NotAFrame("optional-text", is_site=True)
    return len(LINE_END.findall(written))


def _frame(
    lines: list[str], terminator: str, holes: list[HoleT], options: dict[int, Option[HoleT]]
) -> Frame[HoleT]:
    if any(number >= len(lines) for number in options):
        raise NotAFrame("optional-text", is_site=True)
    fields: list[Field[HoleT]] = []
    comments: list[tuple[bool, str]] = []
    for number, line in enumerate(lines):
        option = options.get(number)
        if match := FIELD_LINE.match(line):
            name, space, value = match.groups()
            if option is not None and name == "data":
                raise NotAFrame("optional-text", is_site=True)
            fields.append(Field(name, _unflatten(value, holes), bool(space), option))
        elif option is not None:
            raise NotAFrame("optional-text", is_site=True)
        elif match := COMMENT_LINE.match(line):
            comments.append((bool(match[1]), match[2]))
        else:
            opaque = line[0] in _private(holes)
            is_site = opaque or any(field.name == "data" for field in fields)
            raise NotAFrame("opaque-line" if opaque else "unknown-field", is_site)
    if comments and (fields or len(comments) > 1):
        raise NotAFrame("comment-in-frame", is_site=True)
    if len({field.name for field in fields}) < len(fields):
        raise NotAFrame("repeated-field", is_site=True)
    spaces = {field.space for field in fields} | {
        space for space, value in comments if space or value
    }
    if len(spaces) > 1:
        raise NotAFrame("mixed-blanks", is_site=True)
    comment = _unflatten(comments[0][1], holes) if comments else None
    return Frame(tuple(fields), comment, spaces.pop() if spaces else None, terminator)


def _is_terminated(terminator: str) -> bool:
    return len(LINE_END.findall(terminator)) > 1


def _private(holes: list[HoleT]) -> str:
    return "".join(chr(FIRST_PRIVATE + index) for index in range(len(holes))) or "\0"


def _flatten(text: Text[HoleT]) -> str:
    index = iter(range(len(text.parts)))
    flat = []
    for part in text.parts:
        if not isinstance(part, str):
            flat.append(chr(FIRST_PRIVATE + next(index)))
        elif any(ord(character) >= FIRST_PRIVATE for character in part):
            raise NotAFrame("private-use-character", is_site=False)
        else:
            flat.append(part)
    return "".join(flat)


def _unflatten(flat: str, holes: list[HoleT]) -> Text[HoleT]:
    parts: list[str | HoleT | Option[HoleT]] = []
    for character in flat:
        if ord(character) >= FIRST_PRIVATE:
            parts.append(holes[ord(character) - FIRST_PRIVATE])
        else:
            parts.append(character)
    return make_text(parts)
