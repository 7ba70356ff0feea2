"""Whether editors leave the bytes of goldens alone: https://spec.editorconfig.org."""

from __future__ import annotations

import re
from configparser import Error, RawConfigParser
from typing import TYPE_CHECKING

from .fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = ".editorconfig"
HARMLESS = {"unset", "false"}
HARMFUL = ("insert_final_newline", "trim_trailing_whitespace", "end_of_line", "charset")
SNIPPET = """\
[*.sse]
charset = unset
end_of_line = unset
insert_final_newline = false
trim_trailing_whitespace = false"""
SAMPLE = "golden.sse"

ALTERNATIVES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def editor_faults(folder: Path) -> list[Fault]:
    """Return what editors would change in the goldens in *folder*."""
    found = [
        (path, settings)
        for path in _files(folder.resolve())
        for settings in [_settings(path, folder)]
    ]
    said: dict[str, tuple[Path, str]] = {}
    for path, settings in reversed(found):  # the nearest file has the last word
        said |= {name: (path, value) for name, value in settings.items()}
    harmful = [name for name in HARMFUL if name in said and said[name][1] not in HARMLESS]
    if not harmful:
        return []
    place = said[harmful[0]][0]
    problem = f"editors change goldens when they save them ({', '.join(harmful)})"
    return [Fault(str(place), problem, "add these lines", SNIPPET)]


def _files(folder: Path) -> Iterator[Path]:
    """Give the files that count in *folder*, the nearest first."""
    for each in (folder, *folder.parents):
        path = each / NAME
        if path.is_file():
            yield path
            if _parsed(path).get("root", "root", fallback="").lower() == "true":
                return


def _settings(path: Path, folder: Path) -> Mapping[str, str]:
    """Return what *path* says of a golden in *folder*."""
    name = (folder.resolve() / SAMPLE).relative_to(path.parent.resolve()).as_posix()
    parsed = _parsed(path)
    settings: dict[str, str] = {}
    for section in parsed.sections():
        if section != "root" and _fits(section, name):
            settings |= {key: value.lower() for key, value in parsed.items(section)}
    return settings


def _parsed(path: Path) -> RawConfigParser:
    """Return the sections of *path*; what stands before the first one is in `root`."""
    parser = RawConfigParser(strict=False, delimiters=("=",), inline_comment_prefixes=(" ;", " #"))
    try:
        parser.read_string(f"[root]\n{path.read_text(encoding='utf-8-sig')}")
    except (Error, OSError, UnicodeDecodeError):
        return RawConfigParser()  # an editor would not follow it either
    return parser


def _fits(glob: str, name: str) -> bool:
    """Tell whether the section *glob* is about the file *name*, a path from its folder on."""
    if match := ALTERNATIVES.search(glob):
        return any(
            _fits(glob[: match.start()] + each + glob[match.end() :], name)
            for each in match[1].split(",")
        )
    if "/" not in glob:
        glob = f"**/{glob}"
    pattern = ""
    for part in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|.", glob.removeprefix("/")):
        if part.startswith("[") and len(part) > 1:
            pattern += part.replace("[!", "[^")
        else:
            pattern += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(
                part, re.escape(part)
            )
    return re.fullmatch(pattern, name) is not None
