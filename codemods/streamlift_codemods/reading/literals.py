"""Where the strings and comments of a piece of source are, and the replacement fields of its f-strings.

The grammar of f-strings is that of PEP 701, on every host; what older Pythons can read is a part of it.
https://docs.python.org/3/reference/lexical_analysis.html#f-strings
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

# Python's own line ends; str.splitlines() also cuts at form feeds, U+2028 and others.
# https://docs.python.org/3/reference/lexical_analysis.html#physical-lines
LINE_END = re.compile(r"\r\n|\r|\n")
TOKEN = re.compile(
    r"""(?P<blank>[ \t\f\r\n]+ | \\(?:\r\n|\r|\n))
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>(?P<prefix>[rR][bBfF]?|[bBfF][rR]?|[uU])?(?P<quote>'''|\"""|'|"))
    | (?P<word>\w+)
    | (?P<operator>[=!<>]=|[^\\])""",
    re.VERBOSE,
)
STRING_END = {
    "'": re.compile(r"[^\\'\r\n]*(?:\\(?:\r\n|.)[^\\'\r\n]*)*'", re.DOTALL),
    '"': re.compile(r'[^\\"\r\n]*(?:\\(?:\r\n|.)[^\\"\r\n]*)*"', re.DOTALL),
    "'''": re.compile(r"[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'''", re.DOTALL),
    '"""': re.compile(r'[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*"""', re.DOTALL),
}
ESCAPE = re.compile(r"\\(?:N\{[^}]*\}|\r\n|[^{}])", re.DOTALL)
RAW_ESCAPE = re.compile(r"\\(?:\r\n|[^{}])", re.DOTALL)
PLAIN = re.compile(r"""[^\\{}"'\r\n]+""")
CONVERSION = re.compile(r"!([rsa])[ \t\f\r\n]*(?=[:}])")
BLANKS = re.compile(r"[ \t\f\r\n]*")
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Span(NamedTuple):
    """A half-open range of characters of a text."""

    start: int
    end: int


@dataclass(frozen=True)
class Field:
    """A replacement field.

    Attributes:
        span: The whole of it, braces included.
        value: The expression, without the blanks and comments around it.
        equal: The text that `=` makes of the expression; "" without one.
        conversion: What `!` names: "r", "s", "a" or "".
        spec: The parts of the format specification; None without one.
        spec_start: Where its colon stands.
        strings: The strings in the expression.
        has_comment: Whether there are comments in it.
    """

    span: Span
    value: Span
    equal: str
    conversion: str
    spec: tuple[Span | Field, ...] | None
    spec_start: int
    strings: tuple[Literal, ...]
    has_comment: bool

    @property
    def shown_by(self) -> str:
        """The conversion that applies: without one, and without a specification, `=` shows the `repr()`."""
        return "r" if self.equal and not self.conversion and self.spec is None else self.conversion


@dataclass(frozen=True)
class Literal:
    """One string literal.

    Attributes:
        span: The whole of it.
        prefix: The letters before its quotes, in lower case.
        quote: The quotes that delimit it.
        parts: The text and the replacement fields of an f-string, in order; of another string its whole text.
    """

    span: Span
    prefix: str
    quote: str
    parts: tuple[Span | Field, ...]

    @property
    def is_formatted(self) -> bool:
        return "f" in self.prefix

    @property
    def is_raw(self) -> bool:
        return "r" in self.prefix

    @property
    def fields(self) -> list[Field]:
        return [part for part in self.parts if isinstance(part, Field)]


@dataclass(frozen=True)
class Scanned:
    """The strings and comments of a piece of source.

    Attributes:
        strings: The strings that are written side by side, as one each; none that stand inside of f-strings.
        comments: Where the comments are, those inside of f-strings included, in order.
        words: Where the words outside of strings are, in order.
        is_only_strings: Whether nothing but strings, comments and parentheses is there.
    """

    strings: list[list[Literal]]
    comments: list[Span]
    words: list[Span]
    is_only_strings: bool


def needs_pep_701(text: str) -> bool:
    """Return whether *text* has an f-string that Python before 3.12 may not be able to read."""
    if "{" not in text:
        return False
    groups = scan(text).strings
    return any(_is_newer(literal, text) for group in groups for literal in group)


def _is_newer(literal: Literal, text: str) -> bool:
    return any(_is_newer_field(field, literal, text) for field in literal.fields)


def _is_newer_field(field: Field, literal: Literal, text: str) -> bool:
    whole, value = text[slice(*field.span)], text[slice(*field.value)]
    breaks = len(literal.quote) == 1 and LINE_END.search(whole) is not None
    inner = [part for part in field.spec or () if isinstance(part, Field)]
    return (
        breaks
        or field.has_comment
        or literal.quote in whole
        or "\\" in value
        or any(_is_newer(string, text) for string in field.strings)
        or any(part.spec or _is_newer_field(part, literal, text) for part in inner)
    )


def scan(text: str) -> Scanned:
    """Return the strings and comments of *text*, a piece of source that this or a newer Python can read.

    Raises:
        SyntaxError: If it is certainly no such text.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[Span] = []

    def scan(self) -> Scanned:
        groups: list[list[Literal]] = []
        words: list[Span] = []
        at = depth = 0
        beside = False
        only_strings = True
        while at < len(self.text):
            token = self._token(at)
            at = token.end()
            if token["string"]:
                literal = self._string(token)
                at = literal.span.end
                if not beside:
                    groups.append([])
                groups[-1].append(literal)
                beside = True
            elif token["comment"]:
                self.comments.append(Span(*token.span()))
            elif token["blank"]:
                ends_statement = (
                    not depth and token.group()[0] != "\\" and LINE_END.search(token.group())
                )
                beside = beside and not ends_statement
            else:
                beside = False
                words += [Span(*token.span())] if token["word"] else []
                depth += (token.group() in CLOSING) - (token.group() in CLOSING.values())
                only_strings = only_strings and token.group() in {"(", ")"}
        return Scanned(groups, self.comments, words, only_strings)

    def _token(self, at: int) -> re.Match[str]:
        token = TOKEN.match(self.text, at)
        if token is None:
            raise SyntaxError("neither a token nor the end of the field")
        return token

    def _string(self, opening: re.Match[str]) -> Literal:
        prefix, quote = (opening["prefix"] or "").lower(), opening["quote"]
        if "f" in prefix:
            parts, end = self._parts(opening.end(), quote, is_raw="r" in prefix, in_spec=False)
            return Literal(Span(opening.start(), end + len(quote)), prefix, quote, parts)
        closing = STRING_END[quote].match(self.text, opening.end())
        if closing is None:
            raise SyntaxError("unterminated string")
        body = Span(opening.end(), closing.end() - len(quote))
        return Literal(Span(opening.start(), closing.end()), prefix, quote, (body,))

    def _parts(
        self, at: int, quote: str, *, is_raw: bool, in_spec: bool
    ) -> tuple[tuple[Span | Field, ...], int]:
        """Return the parts of an f-string or a format specification from *at* on, and where it ends."""
        parts: list[Span | Field] = []
        start = at
        while not self._ends(at, quote, in_spec=in_spec):
            character = self.text[at : at + 1]
            doubled = not in_spec and self.text[at : at + 2] in {"{{", "}}"}
            if character == "{" and not doubled:
                parts += [Span(start, at)] if at > start else []
                field = self._field(at, quote, is_raw=is_raw)
                parts.append(field)
                start = at = field.span.end
            else:
                at = self._after_text(at, quote, is_raw=is_raw, is_doubled=doubled)
        parts += [Span(start, at)] if at > start else []
        return tuple(parts), at

    def _ends(self, at: int, quote: str, *, in_spec: bool) -> bool:
        closed = self.text.startswith(quote, at)
        if in_spec and closed:
            raise SyntaxError("the string ends in a format specification")
        return self.text[at : at + 1] == "}" if in_spec else closed

    def _after_text(self, at: int, quote: str, *, is_raw: bool, is_doubled: bool) -> int:
        """Return where the next part of literal text ends that starts at *at*."""
        if is_doubled:
            return at + 2
        if plain := PLAIN.match(self.text, at):
            return plain.end()
        character = self.text[at : at + 1]
        if character == "\\":
            escape = (RAW_ESCAPE if is_raw else ESCAPE).match(self.text, at)
            return escape.end() if escape else at + 1  # what follows is a brace
        many_lines = len(quote) > 1
        if character in {"'", '"'} or (many_lines and character in {"\r", "\n"}):
            return at + 1
        raise SyntaxError("unterminated string, or a single closing brace in it")

    def _field(self, start: int, quote: str, *, is_raw: bool) -> Field:
        value, end, strings, has_comment = self._expression(start + 1)
        equal, at = "", end
        if self.text[at] == "=":
            at = self._after_blanks(at + 1)
            equal = self.text[start + 1 : at]
            # From 3.12 on the text ends at the first exclamation mark, and its escapes are undone.
            if has_comment or {"!", "\\"} & {*equal}:
                raise SyntaxError("a field whose text depends on the version of Python")
        conversion = CONVERSION.match(self.text, at)
        if conversion is not None:
            at = conversion.end()
        spec, spec_start = None, at
        if self.text[at : at + 1] == ":":
            spec, at = self._parts(at + 1, quote, is_raw=is_raw, in_spec=True)
        if self.text[at : at + 1] != "}":
            raise SyntaxError("a field that does not end")
        return Field(
            span=Span(start, at + 1),
            value=value,
            equal=equal,
            conversion=conversion[1] if conversion else "",
            spec=spec,
            spec_start=spec_start,
            strings=strings,
            has_comment=has_comment,
        )

    def _expression(self, at: int) -> tuple[Span, int, tuple[Literal, ...], bool]:
        """Return the expression from *at* on, where its field goes on, its strings, and whether it has comments."""
        first = last = -1
        open_brackets: list[str] = []
        strings: list[Literal] = []
        comments = len(self.comments)
        while True:
            token = self._token(at)
            text = token.group()
            if not open_brackets and text in {"}", ":", "!", "="}:
                break
            at = token.end()
            if token["comment"]:
                self.comments.append(Span(*token.span()))
                continue
            if token["blank"]:
                continue
            first = token.start() if first < 0 else first
            if token["string"]:
                strings.append(self._string(token))
                at = strings[-1].span.end
            elif text in CLOSING:
                open_brackets.append(CLOSING[text])
            elif text in CLOSING.values() and (not open_brackets or open_brackets.pop() != text):
                raise SyntaxError("brackets do not match")
            last = at
        if first < 0:
            raise SyntaxError("a field without an expression")
        return Span(first, last), at, tuple(strings), len(self.comments) > comments

    def _after_blanks(self, at: int) -> int:
        blanks = BLANKS.match(self.text, at)
        assert blanks is not None
        return blanks.end()
