"""Which files a run looks at, and which of them can hold hand-made SSE at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UnreadableSource, UsageError
from ..journal.journal_folder import FOLDER
from ..progress import Progress
from .mentions import Mentions, mentions
from .scopes import ScopeTree
from .source import SourceFile, parse_source
from .test_files import TEST_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, KeysView

    from pathspec import GitIgnoreSpec

    from ..errors import ToolFailure
    from ..phases.before_phase_1 import Before

NEVER = {
    ".git",
    ".hg",
    ".svn",
    ".venv",
    "venv",
    "__pycache__",
    "node_modules",
    ".tox",
    ".nox",
    ".eggs",
    FOLDER,
}
PROJECT_MARKS = ("pyproject.toml", "setup.cfg", ".git")
SETUP_SCRIPT = re.compile(rb"\b(?:setuptools|distutils|skbuild)\b")
FIELD_START = rb"""%(field)s(?:(?<=["'}\r\n]%(field)s)|(?<=\\[nr]%(field)s))"""
COMMENT_START = (  # behind a quote that begins a string, not one that ends a key
    rb""":(?:(?<=[\s(,=+\[{:]["']:)|(?<=[\s(,=+\[{:][fFbBrR]["']:)|(?<=[fFbBrR]{2}["']:)|(?<=["']{3}:))"""
)
# What a file with a frame holds: a field name at the start of a string or of a line in it, or a comment frame;
# or chunks already. Each begins with literal text, which is searched for many times as fast as a choice.
SIGNS = (
    *(
        re.compile(FIELD_START % {b"field": name})
        for name in (b"data:", b"event:", b"id:", b"retry:")
    ),
    # The line ends of a comment frame may stand in another string, on one of the next lines.
    re.compile(COMMENT_START + rb"""(?:[^\n]*\n)?[^\n]*\\[nr](?:[^\n]*\n)?[^\n]*\\[nr]"""),
    re.compile(rb""":(?<=["']["']["']:)[^\n]*(?:\\n|\\r|\r?\n){2}"""),
    re.compile(rb"StreamingChunk(?<=\bStreamingChunk)[.(]"),
    re.compile(rb"@\w*producer\("),
)


@dataclass
class Project:
    """The Python files under a project's root.

    Attributes:
        root: What facts come from.
        scanned: What reported paths are relative to.
        files: The files under `root`, by their path relative to `scanned`.
        selected: The names of the files that may be changed.
        overlay: Texts that count instead of what is on disk, by name.
        errors: The files that cannot be read.
        failed: The files that the tool failed on; they are not analysed again.
        progress: Tells how far the work on it is.
        before: What files are read as: they were so before phase 1.
    """

    root: Path
    scanned: Path
    files: dict[str, Path]
    selected: set[str]
    overlay: dict[str, bytes] = field(default_factory=dict)
    errors: list[UnreadableSource] = field(default_factory=list)
    failed: list[ToolFailure] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress, repr=False)
    before: Before | None = None
    _bytes: dict[str, bytes | None] = field(default_factory=dict, repr=False)
    _parsed: dict[str, tuple[SourceFile, ScopeTree]] = field(default_factory=dict, repr=False)
    _mentions: Mentions | None = field(default=None, repr=False)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of *name*, None if they cannot be read; that is reported once."""
        if self.before is not None and name in self.before.texts:
            return self.before.texts[name]
        return self.overlay[name] if name in self.overlay else self._read_from_disk(name)

    def _read_from_disk(self, name: str) -> bytes | None:
        if name not in self._bytes:
            try:
                self._bytes[name] = _read_regular(self.files[name])
            except OSError as error:
                self._bytes[name] = None
                self.errors.append(_unreadable(name, error))
        return self._bytes[name]

    def changed_on_disk(self) -> list[str]:
        """Return the files that do not hold any more what was read of them."""
        return [name for name, raw in self._bytes.items() if raw not in (None, self._now(name))]

    def _now(self, name: str) -> bytes | None:
        try:
            return _read_regular(self.files[name])
        except OSError:
            return None

    def parse(self, name: str) -> tuple[SourceFile, ScopeTree] | None:
        """Return the text and the scopes of *name*, None if it cannot be read; what is on disk is parsed once.

        Raises:
            UnreadableSource: If it cannot be parsed.
        """
        raw = self.read(name)
        if raw is None:
            return None
        if name in self.overlay or (self.before and name in self.before.texts):
            return self._parse(name, raw)
        if name not in self._parsed:
            self._parsed[name] = self._parse(name, raw)
        return self._parsed[name]

    def _parse(self, name: str, raw: bytes) -> tuple[SourceFile, ScopeTree]:
        moved = self.before.moved.get(name) if self.before else None
        source = parse_source(raw, self.path_of(name), name, moved)
        return source, ScopeTree(source.tree)

    @cached_property
    def names(self) -> KeysView[str]:
        """The files, with those that only the overlay has."""
        names = {**self.files, **self.overlay}
        for name in self.before.gone if self.before else ():
            del names[name]
        return names.keys()

    def candidates(self, words: Iterable[str] = ()) -> list[str]:
        """Return the selected files whose bytes may hold a frame, or hold one of *words*."""
        names = [name for name in self.names if name in self.selected or name in self.overlay]
        signs = [*SIGNS, *(re.compile(re.escape(word).encode()) for word in words)]
        return [
            name
            for name in names
            if (raw := self.read(name)) and any(sign.search(raw) for sign in signs)
        ]

    def mentioning(self, words: set[str]) -> dict[str, set[str]]:
        """Return, for each of *words*, the files in whose text it stands as a whole word."""
        return {word: self._mentioning(word) for word in words}

    def _mentioning(self, word: str) -> set[str]:
        if self.before is None:
            texts, gone = self.overlay, set[str]()
        else:
            texts, gone = {**self.overlay, **self.before.texts}, self.before.gone
        changed = {name for name, raw in texts.items() if mentions(raw, word)}
        return (changed | (self._on_disk.of(word) - texts.keys())) - gone

    @property
    def _on_disk(self) -> Mentions:
        if self._mentions is None:
            self._mentions = Mentions(self._read_from_disk, list(self.files))
        return self._mentions

    def matches(self, *patterns: re.Pattern[bytes]) -> bool:
        """Return whether any of *patterns* is found in any file but the tests."""
        return any(
            (raw := self.read(name)) and any(pattern.search(raw) for pattern in patterns)
            for name in self.names
            if not TEST_FILE.search(name)
        )

    def path_of(self, name: str) -> Path:
        """Return where the file *name* is, or would be, on disk."""
        return self.files.get(name, self.scanned / name)

    def as_before(self, before: Before) -> Project:
        """Return the same project with its files read as they were before phase 1."""
        return replace(self, before=before, _mentions=self._on_disk)

    def with_overlay(self, overlay: dict[str, bytes]) -> Project:
        """Return the same project with the texts of *overlay* in place of those on disk."""
        selected = self.selected | set(overlay)
        return Project(
            self.root,
            self.scanned,
            self.files,
            selected,
            {**self.overlay, **overlay},
            failed=self.failed,
            progress=self.progress,
            _bytes=self._bytes,
            _parsed=self._parsed,
            _mentions=self._on_disk,
        )


def open_project(
    paths: list[Path], exclude: Iterable[str] = (), include: Collection[str] = ()
) -> Project:
    """Return the project that *paths* lie in; sites are only looked for in the files to *include*, if any are named.

    Raises:
        UsageError: If a path does not exist or holds no Python file.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(str(path), "does not exist", "name a file or a directory")
    first = paths[0].resolve()
    scanned = first if first.is_dir() else first.parent
    if len(paths) > 1:
        scanned = Path(
            os.path.commonpath([p.resolve() if p.is_dir() else p.resolve().parent for p in paths])
        )
    root = project_root(scanned)
    search = _Search(tuple(exclude))
    selected: dict[str, Path] = {}
    for path in paths:
        for file in search.python_files(path.resolve()):
            selected[_name(file, scanned)] = file
    if not selected:
        raise UsageError(
            " ".join(map(str, paths)), "holds no Python file", "name a directory with Python code"
        )
    named = {path.resolve() for path in paths}
    files = dict(selected)
    if root not in named:
        for file in search.python_files(root):
            files.setdefault(_name(file, scanned), file)
    chosen = {
        name
        for name, file in selected.items()
        if not include or file in named or _is_included(file, root, include)
    }
    errors = [_unreadable(_name(folder, scanned), error) for folder, error in search.unread.items()]
    return Project(root, scanned, files, chosen, errors=errors)


def _unreadable(name: str, error: OSError) -> UnreadableSource:
    problem = f"cannot be read ({error.strerror})"
    remedy = "check that it exists and its permissions"
    return UnreadableSource(name, problem, remedy, "unreadable")


def _name(path: Path, scanned: Path) -> str:
    inside = f"{scanned}{os.sep}"
    shown = str(path)
    shown = shown[len(inside) :] if shown.startswith(inside) else os.path.relpath(path, scanned)
    return shown.replace(os.sep, "/")


def project_root(path: Path) -> Path:
    """Return the nearest folder around *path* that looks like a project, else *path* or its folder."""
    path = path if path.is_dir() else path.parent
    for folder in (path, *path.parents):
        if is_project(folder):
            return folder
    return path


def is_project(folder: Path) -> bool:
    """Return whether *folder* looks like that of a project; a module of a package may be called `setup.py` too."""
    if any((folder / mark).exists() for mark in PROJECT_MARKS):
        return True
    try:
        return SETUP_SCRIPT.search((folder / "setup.py").read_bytes()) is not None
    except OSError:
        return False


class _Search:
    """Finds Python files.

    Args:
        exclude: Globs of files and folders that are passed over.

    Attributes:
        unread: The folders that cannot be read, and why.
    """

    def __init__(self, exclude: tuple[str, ...]) -> None:
        self.exclude = exclude
        self.unread: dict[Path, OSError] = {}

    def python_files(self, path: Path) -> Iterator[Path]:
        """Give the file *path*, or the files in the folder *path* that no `.gitignore` names; no link to a folder is followed."""
        if path.is_file():
            yield path
        else:
            yield from self._walk(path, path, [])

    def _walk(
        self, folder: Path, top: Path, ignores: list[tuple[Path, GitIgnoreSpec]]
    ) -> Iterator[Path]:
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.unread[folder] = error
            return
        if any(entry.name == ".gitignore" for entry in listed):
            ignores = [*ignores, (folder, _read_gitignore(folder / ".gitignore"))]
        for entry in listed:
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory and entry.name in NEVER:
                continue
            if not is_directory and not entry.name.endswith(".py"):
                continue
            path = folder / entry.name
            if _is_ignored(path, is_directory, ignores) or _is_excluded(path, top, self.exclude):
                continue
            if is_directory:
                yield from self._walk(path, top, ignores)
            elif not _is_folder(entry):  # what is neither is reported when it is read
                yield path


def _read_regular(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        raise OSError(errno.EINVAL, "no regular file")
    return path.read_bytes()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _read_gitignore(path: Path) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(
            path.read_text(encoding="utf-8", errors="replace").splitlines()
        )
    except OSError:
        return GitIgnoreSpec.from_lines([])


def _is_ignored(path: Path, is_directory: bool, ignores: list[tuple[Path, GitIgnoreSpec]]) -> bool:
    suffix = "/" if is_directory else ""
    return any(
        spec.match_file(path.relative_to(base).as_posix() + suffix) for base, spec in ignores
    )


def _is_excluded(path: Path, top: Path, exclude: tuple[str, ...]) -> bool:
    return any(path.match(pattern) or path.relative_to(top).match(pattern) for pattern in exclude)


def _is_included(path: Path, root: Path, include: Iterable[str]) -> bool:
    """Whether a glob matches *path*, or a folder around it below *root*."""
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    return any(each.match(pattern) for pattern in include for each in (inside, *inside.parents))
