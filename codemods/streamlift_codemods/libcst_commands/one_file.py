"""What the commands have in common: LibCST hands over one file at a time, and writes no other.

https://libcst.readthedocs.io/en/latest/codemods_tutorial.html
"""

from __future__ import annotations

from abc import ABC
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import libcst
from libcst.codemod import CodemodCommand, SkipFile

from ..reading.project import open_project, project_root
from ..run import run
from ..settings import read_settings


class OneFileCommand(CodemodCommand, ABC):
    """Rewrite the sites of one file that are proved to be identical; its contracts stand in the file itself."""

    PHASE: ClassVar[int]

    def transform_module_impl(self, tree: libcst.Module) -> libcst.Module:
        """Return *tree* after the phase.

        Raises:
            SkipFile: If LibCST cannot give the file back whole, or it cannot be analysed.
        """
        path = Path(self.context.filename or "module.py")
        raw = tree.bytes
        if path.exists() and path.read_bytes() != raw:
            raise SkipFile("not-lossless: LibCST does not give this file back byte for byte")
        settings = replace(read_settings(project_root(path.resolve())), contracts_in_file=True)
        project = open_project([path], settings.exclude)
        (name,) = project.selected
        plan, changed = run(project.with_overlay({name: raw}), settings, phase=self.PHASE)
        for error in plan.facts.errors:
            if error.place.split(":")[0] == name:
                raise SkipFile(str(error))
        for site in plan.sites:
            if site.verdict in {"review", "refused"}:
                self.warn(f"{name}:{site.line}: {site.verdict} ({site.reason})")
        return libcst.parse_module(changed[name]) if name in changed else tree
