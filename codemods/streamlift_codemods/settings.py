"""`[tool.streamlift]`, and how the project writes Python (`[tool.ruff]`, `[tool.black]`)."""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from .errors import UsageError
from .rewriting.expressions import Style
from .selection.codes import Codes
from .selection.declined import Declined

if sys.version_info >= (3, 11):
    import tomllib
else:  # the standard library has it from 3.11 on
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .reading.facts import FileFacts

Table: TypeAlias = "dict[str, object]"
DEFAULT_LENGTH = 88  # of black and ruff


@dataclass(frozen=True)
class Setting:
    """One setting of `[tool.streamlift]`.

    Attributes:
        name: Its key.
        kind: What its value is: "globs", "bool", "module" and "class" (dotted names), "path", "keep" (that word),
            or "names" (of functions).
        example: A value, as TOML.
        meaning: What it does, for the documentation.
    """

    name: str
    kind: str
    example: str
    meaning: str

    def is_met_by(self, value: object) -> bool:
        """Return whether *value* may be set."""
        if self.kind == "bool":
            return isinstance(value, bool)
        if self.kind == "keep":
            return value == "keep"
        if self.kind in {"globs", "names"}:
            texts = value if isinstance(value, list) else [None]
            is_name = self.kind == "names"
            return all(
                isinstance(each, str) and each and (":" in each or not is_name) for each in texts
            )
        if not isinstance(value, str) or not value:
            return False
        if self.kind == "class" and "." not in value:
            return False
        return self.kind not in {"module", "class"} or all(
            part.isidentifier() for part in value.split(".")
        )


KINDS = {
    "bool": "neither true nor false",
    "globs": "no list of globs",
    "keep": 'not "keep"',
    "names": "no list of names such as pkg.module:Class.method",
    "module": "no dotted name of a module",
    "class": "no dotted name of a class in a module",
    "path": "no path",
}
"""What a value is that is not of the kind."""

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("include", "globs", '["src/*"]',
                "Globs of the files and folders that are looked at for sites; of the others it is only read who calls what. Without it: all of `PATH`."),
        Setting("exclude", "globs", '["generated/*"]', "Globs of files and folders that are not looked at."),
        Setting("closed-world", "bool", "true",
                "`true`: nothing outside of the project calls its public functions. Then public helpers may be rewritten, and public generators need no decorator if all their calls are known. Off by default."),
        Setting("public-producers", "keep", '"keep"',
                '`"keep"`: the decorators of public producers are there to stay, as in a library. Phase 3 then leaves them, and counts them as done.'),
        Setting("signed-off", "names", '["chat_app.service:reply"]',
                "Public producers that somebody signs for: nothing outside of the project reads their text, as `status --observed` has shown. Phase 3 takes their decorators as `closed-world` lets it take all."),
        Setting("contracts-module", "module", '"chat_app.wire"',
                "The module that holds the wire contracts. Without it: `sse_contracts` in the top package of the file, or the file itself if it is in no package."),
        Setting("chunk-class", "class", '"chat_app.wire.Chunk"',
                "What new code calls a chunk: `StreamingChunk` under another name, or a subclass of it that only adds methods and constants. Its module imports nothing of the project. Files that cannot import it have `StreamingChunk`."),
        Setting("baseline", "path", '".streamlift-baseline.json"',
                "The baseline file, from the folder of `pyproject.toml` on. If it is there, `scan` and `migrate` leave the sites alone that it has."),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What a project says about itself.

    Attributes:
        include: Globs of the files and directories that sites are looked for in; without one, all.
        exclude: Globs of files and directories that are not looked at.
        closed_world: Whether nothing outside the project calls its public functions.
        public_producers: "keep" if the decorators of public producers are there to stay.
        signed_off: The names of the public producers whose text nothing outside of the project reads.
        contracts_module: The dotted module that holds the contracts, instead of the default.
        chunk_class: The dotted name of the project's own class of chunks.
        contracts_in_file: Whether each file holds its own contracts.
        baseline: The baseline file, as a path from the project's root on.
        accepted: How many sites the baseline has under each key; these are left alone.
        codes: Which rules and reasons a run is about.
        declined: The sites that a person wants to be left.
        quote: The quote that its formatter sets; None if it sets none.
        line_length: The line length that its linter or formatter sets; None if neither does.
        is_formatted: Whether a formatter breaks its long lines.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    closed_world: bool = False
    public_producers: str | None = None
    signed_off: tuple[str, ...] = ()
    contracts_module: str | None = None
    chunk_class: str | None = None
    contracts_in_file: bool = False
    baseline: str = ".streamlift-baseline.json"
    accepted: Mapping[str, int] = field(default_factory=dict)
    codes: Codes = field(default_factory=Codes)
    declined: Declined = field(default_factory=Declined)
    quote: str | None = None
    line_length: int | None = None
    is_formatted: bool = False

    @property
    def keeps_public(self) -> bool:
        """Whether the decorators of public producers are there to stay."""
        return self.public_producers == "keep"

    def accepting(self, accepted: Mapping[str, int]) -> Settings:
        """Return these settings with the sites of a baseline, the number of each key."""
        return replace(self, accepted=accepted)

    def about(self, codes: Codes) -> Settings:
        """Return these settings for the sites of *codes* only."""
        return replace(self, codes=codes)

    def declining(self, declined: Declined) -> Settings:
        """Return these settings with the sites that a person wants to be left."""
        return replace(self, declined=declined)

    def as_open_as(self, other: Settings) -> Settings:
        """Return these settings with what *other* says of code outside of the project."""
        return replace(
            self,
            closed_world=other.closed_world,
            public_producers=other.public_producers,
            signed_off=other.signed_off,
        )

    @property
    def is_choosy(self) -> bool:
        """Whether a run is about some of the sites only."""
        return self.codes != Codes() or self.declined != Declined()

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
    ruff, black = _table(tools, "ruff"), _table(tools, "black")
    # https://docs.astral.sh/ruff/configuration/#config-file-discovery
    for name in ("ruff.toml", ".ruff.toml"):
        ruff = _read(root / name) or ruff
    is_formatted = "black" in tools or "format" in ruff
    quotes = {"single": "'", "double": '"'}
    quote = quotes.get(
        str(_table(ruff, "format").get("quote-style")), '"' if is_formatted else None
    )
    length = next(
        (n for n in (ruff.get("line-length"), black.get("line-length")) if isinstance(n, int)), None
    )
    own = _checked(tools.get("streamlift", {}), path)
    return Settings(quote=quote, line_length=length, is_formatted=is_formatted, **own)  # type: ignore[arg-type]  # the kinds were checked


def _checked(own: object, path: Path) -> Table:
    """Return the settings of streamlift by the names of their attributes."""
    if not isinstance(own, dict):
        raise UsageError(f"{path}: streamlift", "is no table", "write [tool.streamlift]")
    for name, value in own.items():
        place = f"{path}: [tool.streamlift] {name}"
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(SETTINGS)}"
            raise UsageError(place, "is no setting", hint)
        setting = SETTINGS[name]
        if not setting.is_met_by(value):
            hint = f"write {name} = {setting.example}"
            raise UsageError(place, f"is {KINDS[setting.kind]}", hint)
    return {
        name.replace("-", "_"): tuple(value) if isinstance(value, list) else value
        for name, value in own.items()
    }


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
