"""Whether the hooks of pre-commit leave the bytes of goldens alone: https://pre-commit.com/#filtering-files-with-types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

NAME = ".pre-commit-config.yaml"
HARMFUL = {"end-of-file-fixer", "trailing-whitespace", "mixed-line-ending"}
"""An event stream ends with an empty line, may have blanks at line ends, and line ends of any kind."""

REMEDY = "add this line to each of them"
SNIPPET = r"exclude: \.sse$"


def hook_faults(top: Path, names: Sequence[str]) -> list[Fault]:
    r"""Return the hooks of the repository at *top* that would change goldens.

    Args:
        top: The top folder of the repository.
        names: The goldens, as paths from there on with forward slashes.
    """
    path = top / NAME
    if not path.is_file():
        return []
    harmful = [hook for hook in _hooks(_read(path), names) if hook in HARMFUL]
    if not harmful:
        return []
    problem = f"the hooks {', '.join(dict.fromkeys(harmful))} change goldens"
    return [Fault(str(path), problem, REMEDY, SNIPPET)]


def _hooks(config: Mapping[str, object], names: Sequence[str]) -> Iterator[str]:
    """Give the id of each hook of *config* that one of *names* goes to."""
    mine = [name for name in names if _is_chosen(config, name)]
    for repository in _tables(config.get("repos")):
        for hook in _tables(repository.get("hooks")):
            if any(_is_chosen(hook, name) for name in mine):
                yield str(hook.get("id"))


def _is_chosen(table: Mapping[str, object], name: str) -> bool:
    """Tell whether `files` and `exclude` of *table* let *name* through."""
    files, exclude = str(table.get("files", "")), str(table.get("exclude", "^$"))
    try:
        return bool(re.search(files, name)) and not re.search(exclude, name)
    except re.error:  # pre-commit would not start
        return False


def _tables(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _read(path: Path) -> Mapping[str, object]:
    try:
        import yaml
    except ModuleNotFoundError:  # what LibCST brings along on Python 3.13
        import yaml_ft as yaml
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}  # pre-commit would not start
    return config if isinstance(config, dict) else {}
