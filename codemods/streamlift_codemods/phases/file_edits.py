"""What the phases have in common: the edits of one file, the imports that these need, and its contracts."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from ..contracts.contract_home import constant_edits, import_of, needed_imports
from ..errors import REPORT, ToolFailure, UnreadableSource, working_on
from ..flow.contract_import import module_of_chunks
from ..frames.sites import CHUNK
from ..reading.literals import scan
from ..rewriting.edits import Edit, EditConflict, apply_edits, replace
from ..rewriting.expressions import laid_out
from ..rewriting.imports import NewImport, add_imports, imports_beside
from .named_chunks import written_with

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from ..flow.contract_import import Access
    from ..flow.producers import Producer
    from ..frames.content import Arm
    from ..frames.sites import Site
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.literals import Span


@contextlib.contextmanager
def rewriting(name: str) -> Iterator[None]:
    """Say of whatever goes wrong in the body of the `with` statement that the file *name* cannot be rewritten.

    Raises:
        ToolFailure: In the place of any exception that is no report to a person already.
    """
    with working_on(name):
        try:
            yield
        except (EditConflict, UnreadableSource) as error:
            problem = f"could not be rewritten ({error})"
            raise ToolFailure(name, problem, REPORT, "rewriting-failed") from error


class FileEdits:
    """The edits of one file.

    `pads` says whether contracts that stand in it get blank lines that the file has not.

    Args:
        plan: The plan of the run.
        file: The file.

    Attributes:
        edits: The edits so far.
        imports: The names that these need, by module.
        is_final: Whether what is written is there to stay.
    """

    is_final = True

    pads = True

    def __init__(self, plan: Plan, file: FileFacts) -> None:
        self.plan = plan
        self.file = file
        self.source = file.source
        self.style = plan.settings.style_of(file)
        self.edits: list[Edit] = []
        self.imports: dict[str, set[str]] = defaultdict(set)
        self._local_imports: dict[ast.ImportFrom, dict[str, set[str]]] = defaultdict(
            lambda: defaultdict(set)
        )

    def applied(self) -> str:
        """Return the text of the file with the edits made, which the plan remembers."""
        self.plan.edits[self.file.name] = self.edits
        return apply_edits(self.source.text, self.edits, self.source.newline)

    def laid_out(self, span: Span, expression: str) -> Edit:
        """Return the edit that puts *expression* in the place of *span*, in several lines if need be."""
        first, last = self.source.line_of(span.start), self.source.line_of(span.end)
        lines = [self.source.line_text(line) for line in range(first, last + 1)]
        before = lines[0][: span.start - self.source.line_start(span.start)].lstrip("\f")
        text = laid_out(
            expression,
            self.source.indentation(span.start).lstrip("\f"),
            len(before),
            self.source.line_start(span.end) + len(lines[-1]) - span.end,
            self.style,
            replaced=max(len(line.lstrip("\f")) for line in lines),
        )
        return replace(span, text)

    def use_contract(self, user: Site | Arm | Producer) -> None:
        """Import the contract of *user*, unless it stands in this file."""
        module = import_of(self.plan.home_of(user, self.file), self.file)
        if module is not None:
            self.imports[module].add(self.plan.constant_of(user, self.file))

    def import_contract(self, access: Access) -> None:
        """Import the contract that *access* tells of, unless it is there."""
        if access.module is not None:
            imports = self.imports if access.beside is None else self._local_imports[access.beside]
            imports[access.module].add(access.imported)

    def add_imports(self) -> None:
        """Add the edits that import what is needed, and those of the contracts that stand in this file."""
        self._use_own_chunk()
        homes = [home for home in self.plan.all_homes if home.name == self.file.name]
        for home in homes:
            for module, names in needed_imports(home).items():
                self.imports[module] |= names
        wanted = [NewImport(module, tuple(names)) for module, names in self.imports.items()]
        first_party = {self.file.package[0]} if self.file.package else set()
        added = add_imports(self.source, wanted, first_party, self.style.line_length)
        for statement, imports in self._local_imports.items():
            wanted = [NewImport(module, tuple(names)) for module, names in imports.items()]
            added += imports_beside(self.source, statement, wanted)
        for home in homes:
            added += constant_edits(home, self.source, self.style, pads=self.pads)
        self.edits += added

    def _use_own_chunk(self) -> None:
        """Write the project's own name for chunks where the edits have ours, if the file can import it."""
        own = self.plan.facts.own_chunk if self.is_final else None
        if own is None or CHUNK not in self.imports["streamlift"]:
            return
        module = module_of_chunks(own, self.file, self.plan)
        if module is None:
            return
        scanned = [(edit, scan(edit.text).words) for edit in self.edits]
        self.edits = [
            dataclasses.replace(edit, text=written_with(own, edit.text, words))
            for edit, words in scanned
        ]
        if own.name == CHUNK or all(CHUNK not in edit.text for edit in self.edits):
            self.imports["streamlift"].discard(CHUNK)
        self.imports[module].add(own.name)
