"""Write Python expressions: the project's quotes, the line length, one argument a line."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.fragment import Fragment, parse_fragment
from ..reading.literals import scan

if TYPE_CHECKING:
    from ..frames.frame_text import Text
    from ..frames.read_text import Hole

ESCAPE = re.compile(r"\\.", re.DOTALL)
ESCAPE_OR_QUOTE = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"')}


@dataclass(frozen=True)
class Style:
    """How a file writes Python.

    Attributes:
        quote: The quote of its strings.
        line_length: The longest line that it allows.
        indent: One step of its indentation.
        is_formatted: Whether a formatter breaks the lines that are longer.
    """

    quote: str = '"'
    line_length: int = 88
    indent: str = "    "
    is_formatted: bool = False


@dataclass
class NotWritable(Exception):
    """An expression that cannot be written down without changing what it means.

    Attributes:
        reason: A public reason code.
    """

    reason: str


def string_literal(value: str, style: Style) -> str:
    """Return a literal of *value* in the project's quotes."""
    text = repr(value)
    other = "'" if style.quote == '"' else '"'
    if text[0] == style.quote or style.quote in text:
        return text
    assert text[0] == other
    return style.quote + text[1:-1] + style.quote


def text_expression(text: Text[Hole], style: Style) -> str:
    """Return an expression for *text*: a literal, an f-string of its parts, or the sum that it was.

    Raises:
        NotWritable: If the quotes of the parts collide, or f-strings and sums are mixed.
    """
    if text.literal is not None:
        return string_literal(text.literal, style)
    if any(hole.is_concatenated for hole in text.holes):
        return _sum(text, style)
    fields = "".join(hole.field for hole in text.holes)
    quote = next((q for q in (style.quote, "'", '"') if q not in fields), None)
    if quote is None or "\n" in fields or "\r" in fields:
        raise NotWritable("quotes-in-field")
    parts = [
        part.field if not isinstance(part, str) else _escaped(part, quote) for part in text.plain
    ]
    return f"f{quote}{''.join(parts)}{quote}"


def _sum(text: Text[Hole], style: Style) -> str:
    if not all(hole.is_concatenated for hole in text.holes):
        raise NotWritable("mixed-concatenation")
    terms = [
        string_literal(part, style) if isinstance(part, str) else _operand(part.value)
        for part in text.plain
    ]
    if len(terms) == 1:
        terms.insert(0, style.quote * 2)  # what is no str raises TypeError, as before
    return " + ".join(terms)


def _operand(fragment: Fragment) -> str:
    tight = isinstance(
        fragment.node,
        (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.JoinedStr),
    )
    return fragment.text if tight else f"({fragment.text})"


def _escaped(literal: str, quote: str) -> str:
    # With a double quote in the text, repr() delimits it by single quotes and escapes only those.
    body = repr(literal + '"')[1:-2].replace("{", "{{").replace("}", "}}")
    unescaped = ESCAPE.sub(lambda match: "'" if match.group() == "\\'" else match.group(), body)
    return ESCAPE_OR_QUOTE[quote].sub(
        lambda match: "\\" + quote if match.group() == quote else match.group(), unescaped
    )


def requoted(fragment: Fragment, style: Style) -> str:
    """Return the text of *fragment*, which stood inside an f-string, in the project's own quotes."""
    text = fragment.text
    pieces = []
    end = 0
    for literal in (literal for group in scan(text).strings for literal in group):
        start, stop = literal.span.start + len(literal.prefix), literal.span.end
        body = text[start + 1 : stop - 1]
        if (
            not literal.is_formatted
            and len(literal.quote) == 1
            and not {style.quote, "\\"} & {*body}
        ):
            pieces += [text[end:start], style.quote, body, style.quote]
            end = stop
    return "".join([*pieces, text[end:]])


def dedented(text: str, indentation: str) -> str:
    """Return *text* with its later lines moved left, so that the last one stands under *indentation*."""
    first, *later = text.split("\n")
    if not later or '"""' in text or "'''" in text or "\\\n" in text:
        return text
    extra = len(later[-1]) - len(later[-1].lstrip()) - len(indentation)
    cut = later[-1][:extra] if extra > 0 else ""
    if not cut or not all(line.startswith(cut) or not line.strip() for line in later):
        return text
    return "\n".join([first, *(line[len(cut) :] if line.strip() else line for line in later)])


def laid_out(  # noqa: PLR0913 - the place is said by four numbers
    text: str, indentation: str, before: int, after: int, style: Style, *, replaced: int = 0
) -> str:
    """Return *text* broken into lines if one line is too short for it, as ruff and black break them.

    Args:
        text: An expression.
        indentation: The white space that its statement starts with.
        before: The characters before it on its first line.
        after: The characters behind it on its last line.
        style: The file's style.
        replaced: The length of the longest line that it replaces. Where no formatter is in use, a
            line may be as long as that.
    """
    longest = style.line_length if style.is_formatted else max(style.line_length, replaced)
    if "\n" in text or "\r" in text or before + len(text) + after <= longest:
        return text
    return _exploded(parse_fragment(text), indentation, style)


def _exploded(fragment: Fragment, indentation: str, style: Style) -> str:
    node = fragment.node
    if isinstance(node, ast.Call) and (node.args or node.keywords):
        opening = fragment.part(node.func).text + "("
        items = [("", fragment.part(argument)) for argument in node.args]
        items += [
            (f"{keyword.arg}=" if keyword.arg else "**", fragment.part(keyword.value))
            for keyword in node.keywords
        ]
        return _listed(opening, items, ")", indentation, style)
    if isinstance(node, ast.Dict) and node.keys:
        items = []
        for key, value in zip(node.keys, node.values, strict=True):
            items.append((f"{fragment.part(key).text}: " if key else "**", fragment.part(value)))
        return _listed("{", items, "}", indentation, style)
    if isinstance(node, ast.IfExp):
        deeper = indentation + style.indent
        then, test, otherwise = (
            laid_out(fragment.part(part).text, deeper, len(deeper) + len(word), 0, style)
            for word, part in (("", node.body), ("if ", node.test), ("else ", node.orelse))
        )
        lines = ["(", f"{deeper}{then}", f"{deeper}if {test}", f"{deeper}else {otherwise}"]
        return "\n".join([*lines, f"{indentation})"])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _listed_sum(fragment, node, indentation, style)
    if (
        isinstance(node, ast.List)
        and node.elts
        and not any(isinstance(e, ast.Starred) for e in node.elts)
    ):
        return _listed(
            "[", [("", fragment.part(element)) for element in node.elts], "]", indentation, style
        )
    return fragment.text


def _listed_sum(fragment: Fragment, node: ast.BinOp, indentation: str, style: Style) -> str:
    terms: list[ast.expr] = [node.right]
    left = node.left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        terms.insert(0, left.right)
        left = left.left
    deeper = indentation + style.indent
    lines = [f"{deeper}{laid_out(fragment.part(left).text, deeper, len(deeper), 0, style)}"]
    for term in terms:
        text = laid_out(fragment.part(term).text, deeper, len(deeper) + 2, 0, style)
        lines.append(f"{deeper}+ {text}")
    return "\n".join(["(", *lines, f"{indentation})"])


def _listed(
    opening: str, items: list[tuple[str, Fragment]], closing: str, indentation: str, style: Style
) -> str:
    deeper = indentation + style.indent
    together = ", ".join(prefix + item.text for prefix, item in items)
    if len(deeper) + len(together) <= style.line_length:
        return "\n".join([opening, deeper + together, indentation + closing])
    comma = "," if len(items) > 1 else ""
    lines = [opening]
    for prefix, item in items:
        text = item.text
        if len(deeper) + len(prefix) + len(text) + len(comma) > style.line_length:
            text = _exploded(item, deeper, style)
        lines.append(f"{deeper}{prefix}{text}{comma}")
    return "\n".join([*lines, indentation + closing])
