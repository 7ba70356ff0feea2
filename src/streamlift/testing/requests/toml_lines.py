"""The lines of the keys of a TOML document: a parser that is asked for values does not say them."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if sys.version_info >= (3, 11):
    import tomllib
else:  # the standard library has it from 3.11 on
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KeyPath = tuple[str | int, ...]
"""Keys, and the indices of tables in arrays, from the document on: `("request", 0, "path")`."""

# https://toml.io/en/v1.0.0#string
TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")'
    r"|'''.*?'''(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|.",
    re.DOTALL,
)
HEADER = re.compile(r"\[\[?(.*?)\]\]?", re.DOTALL)


def toml_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the 1-based line of each table and of each key in one, first come.

    Args:
        text: A TOML document that has been read without an error.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for line, statement in _statements(text):
        if statement.startswith("["):
            header = HEADER.fullmatch(statement)
            keys = _keys(header[1]) if header else ()
            table = _in_arrays(keys[:-1], counts) + keys[-1:]
            if statement.startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, line)
            continue
        keys = _keys(statement)
        for end in range(1, len(keys) + 1):
            lines.setdefault(table + keys[:end], line)
    return lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Return the line of *path*, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _in_arrays(keys: KeyPath, counts: Mapping[KeyPath, int]) -> KeyPath:
    """Return *keys* with the index of the last table of each array that they lead through."""
    path: KeyPath = ()
    for key in keys:
        path = (*path, key)
        if path in counts:
            path = (*path, counts[path])
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each table's header, and of each key in a table."""
    line, depth, start, kept, in_value = 1, 0, 1, "", False
    for lexeme in (match[0] for match in TOKEN.finditer(text)):
        if lexeme == "\n" and not (depth and in_value):
            if kept and not in_value:
                yield start, kept.strip()
            kept, in_value, depth = "", False, 0
        elif lexeme == "=" and not in_value and not kept.startswith("["):
            yield start, kept.strip()
            kept, in_value = "", True
        elif in_value:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(lexeme, 0)
        elif not lexeme.startswith("#") and (kept or not lexeme.isspace()):
            start = start if kept else line
            kept += lexeme
        line += lexeme.count("\n")


def _keys(dotted: str) -> tuple[str, ...]:
    """Return the keys of a dotted key, without their quotes."""
    table: object = tomllib.loads(f"{dotted} = 0")
    keys = []
    while isinstance(table, dict):
        (key, table), *_ = table.items()
        keys.append(key)
    return tuple(keys)
