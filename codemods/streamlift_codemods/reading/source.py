"""One Python file as text that can be given back byte for byte, with spans in it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import UnreadableSource
from .literals import LINE_END, Span, scan
from .newer_grammar import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .moved_text import MovedText

STRING_START = re.compile(r"""[rbuRBUfF]{0,2}(["'])(?!\1\1)""")
UNBREAKABLE = re.compile(r"""["'#]""")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SourceFile:
    """A file that was read, decoded and parsed.

    Attributes:
        path: Where it lies.
        name: The path relative to the scanned root, with forward slashes.
        raw: Its bytes.
        text: The decoded text without a byte order mark; line ends as they are.
        encoding: The codec that gives `raw` back from `text`.
        tree: The syntax tree of `text`.
        moved: Where the text stands on disk, if it is not what is there.
    """

    path: Path
    name: str
    raw: bytes
    text: str
    encoding: str
    tree: ast.Module = field(repr=False, compare=False)
    moved: MovedText | None = field(default=None, repr=False, compare=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]

    @cached_property
    def newline(self) -> str:
        """The file's first line end, which new lines take."""
        match = LINE_END.search(self.text)
        return match.group() if match else "\n"

    @cached_property
    def indent(self) -> str:
        """One step of the file's indentation."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                outer, inner = (self.indentation(self.span(n).start) for n in (node, node.body[0]))
                if inner.startswith(outer) and inner != outer:
                    return inner.removeprefix(outer)
        return "    "

    @cached_property
    def longest_plain_line(self) -> int:
        """The length of the longest line without a string or a comment, which formatters cannot break."""
        lines = LINE_END.split(self.text)
        return max((len(line) for line in lines if not UNBREAKABLE.search(line)), default=0)

    def majority_quote(self, strings: Iterable[ast.expr]) -> str:
        """Return the quote of most of *strings*, as far as they are plain."""
        counted = {"'": 0, '"': 0}
        for node in strings:
            opening = STRING_START.match(self.text, self.offset(node.lineno, node.col_offset))
            if opening:
                counted[opening[1]] += 1
        return "'" if counted["'"] > counted['"'] else '"'

    def offset(self, line: int, column: int) -> int:
        """Return the text offset of an `ast` position (line 1-based, column in UTF-8 bytes)."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        text = self.text[start:end]
        if text.isascii():
            return start + column
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return the span of *node*, without parentheses around it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return Span(
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """Return the source text of *node*."""
        start, end = self.span(node)
        return self.text[start:end]

    def line_of(self, offset: int) -> int:
        """Return the 1-based line that holds the character at *offset*."""
        return bisect_right(self._line_starts, offset)

    def column_of(self, offset: int) -> int:
        """Return the 1-based column of the character at *offset*, in characters."""
        return offset - self.line_start(offset) + 1

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of *offset* starts."""
        return self._line_starts[self.line_of(offset) - 1]

    def line_text(self, line: int) -> str:
        """Return line *line* (1-based) without its line end."""
        start = self._line_starts[line - 1]
        match = LINE_END.search(self.text, start)
        return self.text[start : match.start() if match else len(self.text)]

    def indentation(self, offset: int) -> str:
        """Return the white space at the start of the line of *offset*."""
        line = self.line_text(self.line_of(offset))
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    def with_parentheses(self, span: Span) -> Span:
        """Widen *span* over the parentheses that hold nothing but it and white space."""
        start, end = span
        while True:
            left, right = start - 1, end
            while left >= 0 and self.text[left] in " \t\r\n\f":
                left -= 1
            while right < len(self.text) and self.text[right] in " \t\r\n\f":
                right += 1
            closed = right < len(self.text) and self.text[right] == ")"
            if left < 0 or self.text[left] != "(" or not closed or self._is_call(left):
                return Span(start, end)
            start, end = left, right + 1

    def _is_call(self, parenthesis: int) -> bool:
        end = parenthesis
        while end and self.text[end - 1] in " \t":
            end -= 1
        start = end
        while start and (self.text[start - 1].isalnum() or self.text[start - 1] == "_"):
            start -= 1
        if start == end:
            return self.text[max(end - 1, 0) : end] in {")", "]", '"', "'"}
        return self.text[start:end] not in {
            "yield",
            "return",
            "await",
            "from",
            "in",
            "else",
            "and",
            "or",
            "not",
            "if",
        }

    def on_disk(self, span: Span) -> tuple[SourceFile, Span]:
        """Return the file as it is on disk, and where *span* stands in it."""
        return (self, span) if self.moved is None else (self.moved.whole, self.moved.span(span))

    def line_on_disk(self, node: ast.AST) -> int:
        """Return the line at which *node* starts on disk; 1 for the module."""
        if not isinstance(node, (ast.expr, ast.stmt)) or self.moved is None:
            return int(getattr(node, "lineno", 1))
        source, (start, _) = self.on_disk(self.span(node))
        return source.line_of(start)

    def is_beside(self, node: ast.expr) -> bool:
        """Return whether *node* is, or is a part of, a frame that has a chunk beside it on disk."""
        return self.moved is not None and self.moved.is_beside(self.span(node))

    def encode(self, text: str) -> bytes:
        """Return the bytes of *text* in this file's encoding, with its byte order mark."""
        mark = BOM if self.raw.startswith(BOM) else b""
        return mark + text.encode(self.encoding)


def comments_in(text: str) -> list[str]:
    """Return the comments of *text*, a piece of source, those inside of f-strings included."""
    if "#" not in text:
        return []
    try:
        return [text[slice(*span)] for span in scan(text).comments]
    except SyntaxError:
        return ["unreadable"]


def parse_source(raw: bytes, path: Path, name: str, moved: MovedText | None = None) -> SourceFile:
    """Parse *raw*, the bytes of the file *name*, or what they are read as.

    Raises:
        UnreadableSource: If they cannot be decoded, parsed or given back whole.
    """
    text, encoding = _decode(raw, name)
    tree = _parse(text, name)
    source = SourceFile(path, name, raw, text, encoding, tree, moved)
    if source.encode(text) != raw:
        raise UnreadableSource(
            name, "does not survive decoding and encoding", "save it as UTF-8", "not-lossless"
        )
    return source


def _decode(raw: bytes, name: str) -> tuple[str, str]:
    body = raw.removeprefix(BOM)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        return body.decode(encoding.removesuffix("-sig")), encoding.removesuffix("-sig")
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        problem = f"is not valid text ({error})"
        raise UnreadableSource(
            name, problem, "fix the coding line or save it as UTF-8", "encoding"
        ) from error


def _parse(text: str, name: str) -> ast.Module:
    try:
        return parse_module(text)
    except SyntaxError as error:
        line = error.lineno or 0
        raise UnreadableSource(
            f"{name}:{line}",
            f"cannot be parsed ({error.msg})",
            "fix the syntax, or run on a newer Python",
            "syntax-error",
            line,
        ) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableSource(
            name, "is nested too deeply to be parsed", "split the expression", "too-deep"
        ) from error
    except ValueError as error:
        raise UnreadableSource(
            name, f"cannot be parsed ({error})", "remove the null bytes", "null-bytes"
        ) from error
