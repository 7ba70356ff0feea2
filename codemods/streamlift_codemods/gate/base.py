"""What a gate starts from: a commit, a folder, or the working tree as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from streamlift.testing.runs.application import file_of

from ..errors import UsageError
from ..reading.project import NEVER, project_root
from .commit_tree import commit_of, write_commit
from .folder_tree import copy_files, copy_tree, files_below
from .git import git, names_in, top_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamlift.testing.requests.requests_file import RequestsFile

SHORT = 10


@dataclass(frozen=True)
class WorkingTree:
    """The person's tree, which is only read.

    Attributes:
        top: Its top folder: that of git, else that of the project.
        directory: The folder that the app is run in, from the top on.
        is_repository: Whether it is under git.
    """

    top: Path
    directory: Path
    is_repository: bool

    @classmethod
    def around(cls, directory: Path) -> WorkingTree:
        """Return the tree that *directory* lies in."""
        here = directory.resolve()
        if not here.is_dir():
            raise UsageError(
                f"--directory {directory}", "is no folder", "name the folder of the app"
            )
        repository = top_of(here)
        top = repository or project_root(here)
        return cls(top, here.relative_to(top), repository is not None)

    def __str__(self) -> str:
        return "the working tree"

    def named(self, place: str | None, requests: Path) -> Path | None:
        """Return the file of this tree that *place* names beside the *requests*, from the top on; None if it names none."""
        file = file_of(place, requests)
        return file.relative_to(self.top) if file and file.is_relative_to(self.top) else None

    def ignored(self) -> list[str]:
        """Return what is here and in no copy, because git ignores it; no environments and caches."""
        if not self.is_repository:
            return []
        asked = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return [
            name
            for name in names_in(git(self.top, *asked))
            if NEVER.isdisjoint(Path(name).parts) and not (self.top / name / "pyvenv.cfg").exists()
        ]

    def write(self, target: Path) -> Iterator[str]:
        """Write the tree as it is now to *target*.

        Yields:
            What is missing there, a sentence each.
        """
        copy_tree(self.top, target)
        yield from ()


@dataclass(frozen=True)
class Commit:
    """A commit of the repository.

    Attributes:
        top: The top folder of the repository.
        commit: Its hash.
        name: What the person calls it.
    """

    top: Path
    commit: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.commit[:SHORT]})"

    def write(self, target: Path) -> Iterator[str]:
        """Write the tree to *target*; give what is missing there, a sentence each."""
        yield from write_commit(self.top, self.commit, target)

    @property
    def is_the_working_tree(self) -> bool:
        """Whether the working tree is the same: nothing is compared then but the app with itself."""
        changed = git(self.top, "diff", "--name-only", "-z", self.commit)
        return not (changed or git(self.top, "ls-files", "-z", "--others", "--exclude-standard"))


@dataclass(frozen=True)
class Folder:
    """A folder with the old code, which stands for the top folder of the tree.

    Attributes:
        path: The folder.
    """

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def write(self, target: Path) -> Iterator[str]:
        """Write it to *target*."""
        copy_tree(self.path.resolve(), target)
        yield from ()


def base_of(tree: WorkingTree, named: str) -> Commit | Folder:
    """Return what `--base` *named* of *tree*.

    Raises:
        UsageError: If that is neither a commit nor a folder.
    """
    path = Path(named)
    if not tree.is_repository:
        if path.is_dir():
            return Folder(path)
        remedy = "without git, name a folder with the old code"
        raise UsageError(f"--base {named}", "is no folder", remedy)
    try:
        return Commit(tree.top, commit_of(tree.top, named), named)
    except UsageError:
        if path.is_dir():
            return Folder(path)
        raise


def add_what_is_not_committed(
    tree: WorkingTree, file: RequestsFile, target: Path, app: Path | None = None
) -> Sequence[str]:
    """Copy what the requests need of the working tree to *target*, and return what a person is told of that.

    That is what `also` names, and if they are not there yet the module of `setup` and the file that the *app* is in.
    """
    here = tree.top / tree.directory
    told = []
    for pattern in file.also:
        found = [path for path in here.glob(pattern) if path.is_relative_to(tree.top)]
        if not found:
            told.append(f"also: {pattern} names nothing in {here}")
        for path in found:
            names = files_below(path) if path.is_dir() and not path.is_symlink() else [""]
            start = path.relative_to(tree.top)
            copy_files(tree.top, [str(start / name) for name in names], target)
    if app is not None and not (target / app).exists():
        copy_files(tree.top, [str(app)], target)
        told.append(f"{app}, which app names, is not there: that of the working tree is used")
    if file.setup is not None:
        name = _setup_module(file.setup, here, file.import_from)
        if name is not None and not (target / tree.directory / name).exists():
            copy_files(tree.top, [str(tree.directory / name)], target)
            told.append(
                f"{name}, which setup names, is not there: that of the working tree is used"
            )
    return told


def _setup_module(setup: str, here: Path, others: Sequence[str]) -> str | None:
    """Return the file of the module of *setup*, from the folder of the app on."""
    inside = Path(*setup.partition(":")[0].split("."))
    for folder in (".", "src", *others):
        for name in (Path(folder, inside.with_suffix(".py")), Path(folder, inside, "__init__.py")):
            if (here / name).is_file():
                return str(name)
    return None
