"""Where an import goes, by isort's default profile, and which import nothing uses any more."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reading.literals import LINE_END, Span
from ..reading.module_header import ImportNode, header_imports, is_docstring_first
from ..reading.statement_lines import after_statement, stands_alone
from .edits import FIRST_PARTY, FUTURE, LOCAL, STANDARD_LIBRARY, THIRD_PARTY, Edit, insert, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..reading.scopes import ScopeTree
    from ..reading.source import SourceFile

BLANK_LINE = re.compile(r"[ \t]*(?:\r\n|\r|\n)")
IMPORT_HEAD = re.compile(r"(?:from\s+\S+\s+)?import\s+")
AS = " as "
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class NewImport:
    """A `from module import names` that a file needs.

    Attributes:
        module: The module, with leading dots if relative.
        names: The names, in any order; `name as other` if the file calls it so.
    """

    module: str
    names: tuple[str, ...]

    def statement(self) -> str:
        return f"from {self.module} import {', '.join(sorted(self.names, key=_name_key))}"


def add_imports(
    source: SourceFile, wanted: list[NewImport], first_party: set[str], style_length: int
) -> list[Edit]:
    """Return the edits that make the names of *wanted* available in *source*.

    Args:
        source: The file.
        wanted: At most one entry a module.
        first_party: The top-level names of the project's own modules.
        style_length: The longest line that the file allows.
    """
    block = header_imports(source.tree)
    edits = []
    absent: dict[int, list[str]] = {}
    has_star = any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in block)
    for new in sorted(_apart(wanted), key=lambda new: _module_key(new.module)):
        existing = _existing(block, new.module)
        have = {_spelt(alias) for alias in existing.names} if existing else set()
        missing = NewImport(new.module, tuple(name for name in new.names if name not in have))
        section = _section(new.module, first_party)
        if not missing.names:
            continue
        is_renamed = AS in missing.names[0]
        if existing and _is_plain(existing) and not is_renamed:
            whole = NewImport(new.module, (*map(_spelt, existing.names), *missing.names))
            edits.append(replace(source.span(existing), _wrapped(whole, style_length)))
        elif has_star:  # one that comes later might hide our names
            text = _wrapped(missing, style_length) + "\n"
            edits.append(insert(after_statement(source, block[-1]), text, section))
        elif existing and is_renamed:
            before = source.line_start(source.span(existing).start)
            edits.append(insert(before, _wrapped(missing, style_length) + "\n", section))
        elif any(_node_section(node, first_party) == section for node in block):
            edits.append(_insertion(source, missing, block, first_party, style_length))
        else:
            absent.setdefault(section, []).append(_wrapped(missing, style_length) + "\n")
    for section, lines in absent.items():
        edits.append(_new_section(source, section, "".join(lines), block, first_party))
    return edits


def imports_beside(
    source: SourceFile, statement: ast.ImportFrom, wanted: list[NewImport]
) -> Iterator[Edit]:
    """Give the edits that make the names of *wanted* available wherever those of *statement* are."""
    indentation = source.indentation(source.span(statement).start)
    for new in _apart(wanted):
        if (
            new.module == _node_module(statement)
            and _is_plain(statement)
            and AS not in new.names[0]
        ):
            whole = NewImport(new.module, (*map(_spelt, statement.names), *new.names))
            yield replace(source.span(statement), whole.statement())
        else:
            text = f"{indentation}{new.statement()}\n"
            yield insert(after_statement(source, statement), text, LOCAL)


def _apart(wanted: list[NewImport]) -> Iterator[NewImport]:
    """Give each name that the file calls otherwise a statement of its own, as isort does."""
    for new in wanted:
        plain = tuple(name for name in new.names if AS not in name)
        if plain:
            yield NewImport(new.module, plain)
        for name in sorted({*new.names} - {*plain}):
            yield NewImport(new.module, (name,))


def _is_plain(node: ast.ImportFrom) -> bool:
    return node.lineno == node.end_lineno and not any(alias.asname for alias in node.names)


def blank_lines_before(source: SourceFile, offset: int) -> str:
    """Return the blank lines that are missing between *offset* and the statement that follows."""
    rest = source.text[offset:]
    code = len(rest) - len(rest.lstrip("\r\n \t\f"))
    following = (s for s in source.tree.body if source.span(s).end > offset)
    defines = isinstance(next(following, None), DEFINITIONS)
    return "\n" * max(0, (2 if defines else 1) - len(LINE_END.findall(rest[:code])))


def end_of_header(source: SourceFile) -> int:
    """Return the offset of the line after the header imports, or after the docstring, or the first line of code."""
    block = header_imports(source.tree)
    return _after(source, block[-1] if block else None)


def end_of_imports(source: SourceFile) -> int:
    """Return the offset of the line after the last import before the first definition, or that of the header."""
    block = header_imports(source.tree)
    last: ast.stmt | None = block[-1] if block else None
    for statement in source.tree.body:
        if isinstance(statement, DEFINITIONS):
            break
        nested = ast.walk(statement) if isinstance(statement, (ast.If, ast.Try)) else [statement]
        is_later = last is None or statement.lineno > last.lineno
        if is_later and any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in nested):
            last = statement
    return _after(source, last)


def _after(source: SourceFile, last: ast.stmt | None) -> int:
    body = source.tree.body
    if last is None and is_docstring_first(source.tree):
        last = body[0]
    if last is not None:
        return after_statement(source, last)
    return source.line_start(source.span(body[0]).start) if body else len(source.text)


def remove_names(source: SourceFile, statement: ImportNode, names: set[str]) -> list[Edit]:
    """Return the edits that take the bindings *names* out of the import *statement*; none if that is not simple."""
    span = source.span(statement)
    kept = [alias for alias in statement.names if _bound(alias) not in names]
    if not kept:
        lines = Span(source.line_start(span.start), after_statement(source, statement))
        alone = stands_alone(source, statement)
        return [replace(_with_blank_lines(source, lines), "")] if alone else []
    text = source.text[span.start : span.end]
    head = IMPORT_HEAD.match(text)
    if statement.lineno == statement.end_lineno and "(" not in text and head is not None:
        return [replace(span, f"{head.group()}{', '.join(map(_spelt, kept))}")]
    removed = [alias for alias in statement.names if _bound(alias) in names]
    return [edit for alias in removed if (edit := _without_line(source, alias)) is not None]


def _without_line(source: SourceFile, alias: ast.alias) -> Edit | None:
    """Return the edit that takes the line of *alias* away, if nothing else stands in it."""
    line = source.line_text(alias.lineno)
    if line.strip() != f"{_spelt(alias)},":
        return None
    start = source.offset(alias.lineno, 0)
    return replace(Span(start, start + len(line) + len(source.newline)), "")


def _with_blank_lines(source: SourceFile, lines: Span) -> Span:
    """Take the blank lines on one side of *lines* in, those that are fewer, if what stands before ends in one.

    All behind them go where what stands before them is only comments.
    """
    before = LINE_END.split(source.text[: lines.start])
    comments_only = all(not line.strip() or line.lstrip().startswith("#") for line in before)
    above = next((n for n, line in enumerate(reversed(before[:-1])) if line.strip(" \t")), 0)
    end, below = lines.end, 0
    while blank := BLANK_LINE.match(source.text, end):
        end, below = blank.end(), below + 1
    if comments_only or 0 < below <= above:
        return Span(lines.start, end)
    if above and above < below:
        first = source.line_of(lines.start) - above
        return Span(source.offset(first, 0), lines.end)
    return lines


def binding_statement(tree: ScopeTree, name: str) -> ImportNode | None:
    """Return the one import at module level that binds *name*."""
    bindings = tree.module.bindings.get(name, [])
    node = bindings[0].node if len(bindings) == 1 else None
    at_top = node is not None and tree.parent_of[node] is tree.module.node
    return node if isinstance(node, (ast.Import, ast.ImportFrom)) and at_top else None


def _spelt(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.split(".")[0]


def _existing(block: list[ImportNode], module: str) -> ast.ImportFrom | None:
    for node in block:
        if isinstance(node, ast.ImportFrom) and "." * node.level + (node.module or "") == module:
            return node
    return None


def _insertion(
    source: SourceFile,
    new: NewImport,
    block: list[ImportNode],
    first_party: set[str],
    style_length: int,
) -> Edit:
    text = _wrapped(new, style_length) + "\n"
    section = _section(new.module, first_party)
    key = (True, _module_key(new.module))
    same = [node for node in block if _node_section(node, first_party) == section]
    before = [node for node in same if _node_key(node) < key]
    if before:
        return insert(after_statement(source, before[-1]), text, section)
    return insert(source.line_start(source.span(same[0]).start), text, section)


def _new_section(
    source: SourceFile, section: int, text: str, block: list[ImportNode], first_party: set[str]
) -> Edit:
    """Return the edit that makes a section of imports that the file does not have."""
    earlier = [node for node in block if _node_section(node, first_party) < section]
    if earlier:
        return insert(after_statement(source, earlier[-1]), "\n" + text, section)
    if block:
        return insert(source.line_start(source.span(block[0]).start), text + "\n", section)
    lead = "\n" if is_docstring_first(source.tree) else ""
    return insert(end_of_header(source), f"{lead}{text}" if lead else f"{text}\n", section)


def _section(module: str, first_party: set[str]) -> int:
    root = module.split(".", maxsplit=1)[0]
    if module.startswith("."):
        return LOCAL
    if root == "__future__":
        return FUTURE
    if root in sys.stdlib_module_names:
        return STANDARD_LIBRARY
    return FIRST_PARTY if root in first_party else THIRD_PARTY


def _node_section(node: ImportNode, first_party: set[str]) -> int:
    return _section(_node_module(node), first_party)


def _node_module(node: ImportNode) -> str:
    if isinstance(node, ast.ImportFrom):
        return "." * node.level + (node.module or "")
    return node.names[0].name


def _node_key(node: ImportNode) -> tuple[bool, tuple[int, str]]:
    return isinstance(node, ast.ImportFrom), _module_key(_node_module(node))


def _module_key(module: str) -> tuple[int, str]:
    # isort puts `from .. import` before `from . import`.
    dots = len(module) - len(module.lstrip("."))
    return -dots, module.lower()


def _name_key(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


def _wrapped(new: NewImport, style_length: int) -> str:
    line = new.statement()
    if len(line) <= style_length:
        return line
    names = "".join(f"    {name},\n" for name in sorted(new.names, key=_name_key))
    return f"from {new.module} import (\n{names})"
