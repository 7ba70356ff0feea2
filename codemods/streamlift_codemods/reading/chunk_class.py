"""The project's own name for chunks (`chunk-class`): our class under another name, or a subclass that only adds to it.

Its file is read, not imported. `of`, `raw`, `comment` and `done` are static methods of ours, which make chunks of ours
whatever they are called on; so it is enough that nothing of the subclass takes their place, or that of the constructor.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlift import StreamingChunk

from ..errors import UsageError
from ..frames.sites import CHUNK, CHUNK_ORIGIN
from .facts import module_of

if TYPE_CHECKING:
    from .facts import FileFacts, ProjectFacts
    from .project import Project
    from .scopes import Binding

TAKEN = {*dir(StreamingChunk)}


@dataclass(frozen=True)
class ChunkClass:
    """What a project calls a chunk.

    Attributes:
        module: The dotted module that has it.
        name: Its name there.
        file: The file of the module.
        is_ours: Whether it is our class itself, and no subclass.
    """

    module: str
    name: str
    file: str
    is_ours: bool

    def is_named_by(self, qualified: str | None, file: FileFacts) -> bool:
        """Return whether *qualified*, as an import of *file* spells it, is this class."""
        return qualified is not None and file.absolute(qualified) == f"{self.module}.{self.name}"


def read_chunk_class(dotted: str, facts: ProjectFacts) -> ChunkClass:
    """Return the class that *dotted*, the value of the setting, is the name of.

    Raises:
        UsageError: If it is not there, or might make other chunks than ours.
    """
    module, _, name = dotted.rpartition(".")
    found = _file_of(module, facts.project)
    file = facts.load(found) if found is not None else None
    if file is None:
        raise _refused(dotted, "is in no module that can be read", "name it package.module.Class")
    bindings = file.tree.module.bindings.get(name, [])
    if len(bindings) != 1 or file.tree.module.star_import:
        raise _refused(dotted, f"is not bound once in {file.name}", "bind it once, at the top")
    [binding] = bindings
    if _is_our_class(binding, file):
        return ChunkClass(module, name, file.name, is_ours=True)
    if not isinstance(binding.node, ast.ClassDef):
        raise _refused(dotted, f"is no class of {file.name}", "name the module that defines it")
    _check(binding.node, dotted, file)
    return ChunkClass(module, name, file.name, is_ours=False)


def _file_of(module: str, project: Project) -> str | None:
    path = module.replace(".", "/")
    ends = (f"/{path}.py", f"/{path}/__init__.py")
    near = [name for name in project.names if f"/{name}".endswith(ends) or name.startswith("..")]
    found = [name for name in near if module_of(project.path_of(name)) == module]
    return found[0] if len(found) == 1 else None


def _is_our_class(binding: Binding, file: FileFacts) -> bool:
    """Whether *binding* is an import of our class, or another name for it."""
    if binding.qualified is not None:
        return binding.qualified in CHUNK_ORIGIN
    return binding.value is not None and file.tree.qualified_name(binding.value) in CHUNK_ORIGIN


def _check(node: ast.ClassDef, dotted: str, file: FileFacts) -> None:
    if node not in file.source.tree.body:
        raise _refused(dotted, "is not defined at the top of its module", "move it there")
    bases = [file.tree.qualified_name(base) for base in node.bases]
    if len(bases) != 1 or bases[0] not in CHUNK_ORIGIN:
        raise _refused(
            dotted, f"has another base than {CHUNK}", f"let it inherit from {CHUNK} only"
        )
    if node.keywords or node.decorator_list:
        problem = "has a decorator or a metaclass, which may make another constructor"
        raise _refused(dotted, problem, "take it away; what it adds can be methods")
    if node.name == CHUNK:
        raise _refused(dotted, "has the name of the class that it inherits from", "rename it")
    for statement in node.body:
        found = _problem_of(statement)
        if found is not None:
            line = f"line {statement.lineno} of {file.name}"
            raise _refused(dotted, f"{found} ({line})", "let it only add methods and constants")


def _problem_of(statement: ast.stmt) -> str | None:
    """Return what *statement* of the class may change about the chunks, None if it certainly changes nothing."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return None
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            names = [name]
        case ast.Assign(targets=[ast.Name(id="__slots__")], value=ast.Tuple(elts=[])):
            return None
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
            names = [name]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant()):
            names = [name]
        case _:
            return "does something that cannot be told"
    taken = [name for name in names if name in TAKEN or name.startswith("__")]
    return f"replaces {taken[0]}" if taken else None


def _refused(dotted: str, problem: str, remedy: str) -> UsageError:
    return UsageError(f'[tool.streamlift] chunk-class = "{dotted}"', problem, remedy)
