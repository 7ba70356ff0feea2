"""`[tool.streamlift]`, and how the project writes Python (`[tool.ruff]`, `[tool.black]`)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import UsageError
from .expressions import Style

if sys.version_info >= (3, 11):
    import tomllib
else:  # the standard library has it from 3.11 on
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

    from .facts import FileFacts

Table = dict[str, object]
DEFAULT_LENGTH = 88  # of black and ruff
KNOWN = {"exclude", "closed-world", "contracts-module"}


@dataclass(frozen=True)
class Settings:
    """What a project says about itself.

    Attributes:
        exclude: Globs of files and directories that are not looked at.
        closed_world: Whether nothing outside the project calls its public functions.
        contracts_module: The dotted module that holds the contracts, instead of the default.
        contracts_in_file: Whether each file holds its own contracts.
        quote: The quote that its formatter sets; None if it sets none.
        line_length: The line length that its linter or formatter sets; None if neither does.
        is_formatted: Whether a formatter breaks its long lines.
    """

    exclude: tuple[str, ...] = ()
    closed_world: bool = False
    contracts_module: str | None = None
    contracts_in_file: bool = False
    quote: str | None = None
    line_length: int | None = None
    is_formatted: bool = False

    def style_of(self, file: FileFacts) -> Style:
        """Return how *file* is written: by the project's settings, else as most of it is."""
        source = file.source
        length = self.line_length or max(DEFAULT_LENGTH, source.longest_plain_line)
        return Style(self.quote or file.majority_quote, length, source.indent, self.is_formatted)


def read_settings(root: Path) -> Settings:
    """Return the settings of the project at *root*.

    Raises:
        UsageError: If pyproject.toml or ruff.toml cannot be read, or streamlift has an unknown or ill-typed setting.
    """
    path = root / "pyproject.toml"
    tools = _table(_read(path), "tool")
    own, ruff, black = _table(tools, "streamlift"), _table(tools, "ruff"), _table(tools, "black")
    # https://docs.astral.sh/ruff/configuration/#config-file-discovery
    for name in ("ruff.toml", ".ruff.toml"):
        ruff = _read(root / name) or ruff
    for name in own:
        if name not in KNOWN:
            raise UsageError(
                f"{path}: [tool.streamlift] {name}",
                "is no setting",
                f"use one of {', '.join(sorted(KNOWN))}",
            )
    exclude = own.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(pattern, str) for pattern in exclude):
        raise UsageError(
            f"{path}: [tool.streamlift] exclude",
            "is no list of globs",
            'write exclude = ["generated/*"]',
        )
    is_formatted = "black" in tools or "format" in ruff
    module = own.get("contracts-module")
    quotes = {"single": "'", "double": '"'}
    quote = quotes.get(
        str(_table(ruff, "format").get("quote-style")), '"' if is_formatted else None
    )
    length = next(
        (n for n in (ruff.get("line-length"), black.get("line-length")) if isinstance(n, int)), None
    )
    return Settings(
        exclude=tuple(map(str, exclude)),
        closed_world=own.get("closed-world") is True,
        contracts_module=str(module) if module else None,
        quote=quote,
        line_length=length,
        is_formatted=is_formatted,
    )


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            str(path), f"cannot be read ({error})", "fix it, or run from another directory"
        ) from error


def _table(tables: Table, name: str) -> Table:
    table = tables.get(name)
    return table if isinstance(table, dict) else {}
