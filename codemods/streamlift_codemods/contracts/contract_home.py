"""Where contracts live: one generated module a package, or below the imports of a lone script."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from ..reading.facts import is_inside_package
from ..reading.module_header import imported_modules
from ..reading.source import parse_source
from ..reading.statement_lines import after_statement
from ..rewriting.edits import CONSTANT, Edit, apply_edits, insert
from ..rewriting.edits import replace as replace_span
from ..rewriting.expressions import laid_out
from ..rewriting.imports import (
    DEFINITIONS,
    NewImport,
    add_imports,
    blank_lines_before,
    end_of_imports,
)
from .contract import CLASSES
from .read_contract import read_contract

if TYPE_CHECKING:
    from collections import Counter

    from ..reading.facts import FileFacts, ProjectFacts
    from ..reading.project import Project
    from ..reading.source import SourceFile
    from ..rewriting.expressions import Style
    from ..settings import Settings
    from .contract import Contract

MODULE = "sse_contracts"
STATEMENT = rb"^(?:\xef\xbb\xbf)?\s*"  # a file may begin with a byte order mark
RELATIVE_IMPORT = re.compile(STATEMENT + rb"from\s+\.", re.MULTILINE)
HEADER = '"""How this package\'s event streams are written on the wire: one constant a wire contract."""\n\n'


@dataclass(eq=False)
class ContractHome:
    """A file that holds contract constants.

    Attributes:
        name: The file, relative to the scanned root.
        module: The dotted module that others import from; None if the constants stand in the file that uses them.
        existing: The contracts that the file has already, by name.
        contracts: The contracts that it shall have, by name.
        reserved: The names that are bound there already.
        is_beside_encoder: Whether the file is one of the project's own, with an object that the contracts name.
    """

    name: str
    module: str | None
    existing: dict[str, Contract] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    is_beside_encoder: bool = False

    @property
    def is_generated(self) -> bool:
        """Whether the file holds contracts and nothing else."""
        return self.module is not None and not self.is_beside_encoder

    def assign_names(self, used: Counter[Contract], taken: set[str]) -> None:
        """Name the contracts of *used*: what is there keeps its name, the most used other one is `SSE`.

        None of *taken* is used.
        """
        self.contracts = dict(self.existing)
        for core, _ in sorted(used.items(), key=lambda item: (-item[1], item[0].source())):
            if self.name_of(core) is None:
                self.contracts[self._free_name(core, taken | self.reserved)] = core

    def name_of(self, core: Contract) -> str | None:
        """Return the constant whose contract has the core *core*."""
        return next(
            (name for name, contract in self.contracts.items() if contract.core == core.core), None
        )

    def widen(self, name: str, keys: dict[str, tuple[str, ...]], *, verbatim: bool) -> None:
        """Let the contract *name* write the typed chunks of *keys*, and holes with line ends if *verbatim*."""
        contract = self.contracts[name]
        merged = tuple(sorted((dict(contract.keys) | keys).items()))
        self.contracts[name] = replace(
            contract, keys=merged, strict=contract.strict and not verbatim
        )

    def _free_name(self, core: Contract, taken: set[str]) -> str:
        suffix = core.suffix
        numbered = (f"SSE_{suffix}_{number}" for number in count(2))
        names = chain(("SSE", f"SSE_{suffix}"), numbered)
        return next(name for name in names if name not in self.contracts and name not in taken)


def home_of(file: FileFacts, facts: ProjectFacts, settings: Settings) -> ContractHome:
    """Return where the contracts of *file* live."""
    if settings.contracts_in_file:
        return _with_existing(ContractHome(file.name, None), facts)
    if module := settings.contracts_module:
        path = f"{module.replace('.', '/')}.py"
        name = next((name for name in facts.project.names if name.endswith(path)), path)
        return _with_existing(ContractHome(name, module), facts)
    if not file.package or may_run_as_script(file) or not _is_imported_as_package(file, facts):
        return _with_existing(ContractHome(file.name, None), facts)
    package = file.source.path.resolve().parents[len(file.package) - 1]
    beside = Path(os.path.relpath(package / f"{MODULE}.py", facts.project.scanned)).as_posix()
    return _with_existing(ContractHome(beside, f"{file.package[0]}.{MODULE}"), facts)


def home_beside(encoder: FileFacts, facts: ProjectFacts) -> ContractHome:
    """Return the file *encoder* as the home of the contracts that name an object of it."""
    return _with_existing(ContractHome(encoder.name, encoder.module, is_beside_encoder=True), facts)


def import_of(home: ContractHome, file: FileFacts) -> str | None:
    """Return the module that *file* imports the contracts from, as its own imports are spelt.

    Without one of its own package: relative, because that may lie in a namespace package.
    https://peps.python.org/pep-0420/
    """
    if home.module is None or home.name == file.name:
        return None
    if not file.package or file.package[0] != home.module.partition(".")[0]:
        return home.module
    folder = file.source.path.parents[len(file.package) - 1]
    spelt = (_is_relative(node) for node in file.tree.imports if _is_within(node, folder))
    if next(spelt, True):  # as the first one
        return "." * len(file.package) + home.module.split(".", 1)[1]
    return home.module


def file_with_contracts(home: ContractHome, facts: ProjectFacts, style: Style) -> bytes:
    """Return the bytes of the file of *home* with its contracts, and with what a person wrote in it kept."""
    raw = facts.project.read(home.name) if home.name in facts.project.names else None
    raw = raw if raw is not None else HEADER.encode()
    source = parse_source(raw, facts.project.path_of(home.name), home.name)
    constants = constant_edits(home, source, style)
    if not constants:
        return raw
    wanted = [NewImport(module, tuple(names)) for module, names in needed_imports(home).items()]
    imports = add_imports(source, wanted, set(), style.line_length)
    return source.encode(apply_edits(source.text, [*imports, *constants], source.newline))


def needed_imports(home: ContractHome) -> dict[str, set[str]]:
    """Return the names that the constants of *home* take from other modules, by module."""
    needed = {"streamlift": {"SSEFormatter"}}
    for contract in home.contracts.values():
        if contract.dialect.encoder in CLASSES:
            needed["streamlift"].add(CLASSES[contract.dialect.encoder])
        if contract.dialect.flags:
            needed.setdefault("orjson", set()).update(contract.dialect.flags)
        for named in contract.dialect.objects:
            module, _, name = named.origin.rpartition(".")
            if named.home is None and module != "builtins":
                needed.setdefault(module, set()).add(name)
    return needed


def constant_edits(
    home: ContractHome, source: SourceFile, style: Style, *, pads: bool = True
) -> list[Edit]:
    """Return the edits that give *source* the constants of *home*, with blank lines around if it *pads*."""
    edits = []
    new: dict[ast.stmt | None, list[str]] = {}
    for name, contract in home.contracts.items():
        line = _constant(name, contract, style)
        if name not in home.existing:
            new.setdefault(_named_last(contract, source), []).append(line)
        elif home.existing[name] != contract:
            edits.append(replace_span(source.span(_assignment(source, name)), line))
    for definition, lines in new.items():
        edits.append(_new_constants(home, source, lines, definition, pads=pads))
    return edits


def _named_last(contract: Contract, source: SourceFile) -> ast.stmt | None:
    """Return the last definition of *source* that *contract* names."""
    names = {named.text for named in contract.dialect.objects if named.home == source.name}
    found = [n for n in source.tree.body if isinstance(n, DEFINITIONS) and n.name in names]
    return found[-1] if found else None


def _new_constants(
    home: ContractHome,
    source: SourceFile,
    lines: list[str],
    definition: ast.stmt | None,
    *,
    pads: bool,
) -> Edit:
    block = "\n".join(lines) + "\n"
    ended = not source.text or source.text.endswith(("\n", "\r"))
    if definition is not None:
        offset = after_statement(source, definition)
        if ended or offset < len(source.text):
            return insert(offset, f"\n\n{block}", CONSTANT)
        return insert(offset, f"\n\n\n{block[:-1]}", CONSTANT)
    if home.is_generated:
        gap = "" if home.existing or not source.tree.body[1:] else "\n"
        added = f"{gap}{block}" if ended else f"\n{gap}{block[:-1]}"
        return insert(len(source.text), added, CONSTANT)
    offset = end_of_imports(source)
    is_first = all(source.span(statement).end > offset for statement in source.tree.body)
    lead = "" if is_first else "\n"
    behind = blank_lines_before(source, offset) if pads or not lead else ""
    return insert(offset, lead + block + behind, CONSTANT)


def _constant(name: str, contract: Contract, style: Style) -> str:
    prefix = f"{name} = "
    return prefix + laid_out(contract.source(), "", len(prefix), 0, style)


def _assignment(source: SourceFile, name: str) -> ast.Assign:
    for node in source.tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == name
        ):
            return node
    raise LookupError(name)


def _with_existing(home: ContractHome, facts: ProjectFacts) -> ContractHome:
    file = facts.load(home.name) if home.name in facts.project.names else None
    home.reserved = set(file.tree.module.bindings) if file else set()
    for node in file.source.tree.body if file else ():
        if file and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            contract = read_contract(node.value, file, facts)
            if contract is not None:
                home.existing[node.targets[0].id] = contract
    return home


def may_run_as_script(file: FileFacts) -> bool:
    """Return whether the file may run where its package cannot be imported: it says so, or changes or relies on the path."""
    nodes = file.tree.imports
    if any(isinstance(node, ast.ImportFrom) and node.level for node in nodes):
        return False
    folder = file.source.path.parent
    modules = [module for node in nodes for module in imported_modules(node)]
    roots = {module.split(".")[0] for module in modules} - {file.package[0]}
    bare = any((folder / f"{root}.py").exists() for root in roots)
    paths = file.tree.attribute_loads.get("path", [])
    changes_path = any(file.tree.qualified_name(node) == "sys.path" for node in paths)
    is_main = any(node.value == "__main__" for node in file.tree.strings)
    return bare or changes_path or is_main


def _is_imported_as_package(file: FileFacts, facts: ProjectFacts) -> bool:
    """Whether something imports the package of *file* by its name, or a module of it imports relatively."""
    folder = file.source.path.parents[len(file.package) - 1]
    if folder not in facts.imported:
        facts.imported[folder] = _is_imported(folder, file.package[0], facts.project)
    return facts.imported[folder]


def _is_imported(folder: Path, root: str, project: Project) -> bool:
    absolute = re.compile(STATEMENT + rb"(?:from|import)\s+" + root.encode() + rb"\b", re.MULTILINE)
    for name in project.names:
        raw = project.read(name) or b""
        if absolute.search(raw):
            return True
        if RELATIVE_IMPORT.search(raw) and folder in project.path_of(name).parents:
            return True
    return False


def _is_relative(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.level > 0


def _is_within(node: ast.Import | ast.ImportFrom, folder: Path) -> bool:
    """Whether *node* imports a module of the package in *folder*; another one may have the same name."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
        alone = folder.name in names and not is_inside_package(folder)
        return alone or any(_lies_in(folder, name) for name in names)
    module = node.module or ""
    submodules = [f"{module}.{alias.name}" for alias in node.names]
    return node.level > 0 or any(_lies_in(folder, name) for name in (module, *submodules))


def _lies_in(folder: Path, module: str) -> bool:
    root, *parts = module.split(".")
    place = folder.joinpath(*parts)
    is_there = place.is_dir() or place.parent.joinpath(f"{place.name}.py").exists()
    return root == folder.name and bool(parts) and is_there
