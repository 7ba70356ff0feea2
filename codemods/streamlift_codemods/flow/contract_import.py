"""How a file gets at the contract of a producer that lives in another file."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ..contracts.contract_home import MODULE, ContractHome, import_of, may_run_as_script
from ..reading.module_header import header_imports, imported_modules
from ..reading.purity import reads_all_names
from ..reading.statement_lines import stands_alone
from .producers import OUR_DECORATOR

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from ..plan import Plan
    from ..reading.chunk_class import ChunkClass
    from ..reading.facts import FileFacts
    from ..reading.resolution import Resolver
    from ..reading.scopes import Scope
    from .producers import Producer


@dataclass(frozen=True)
class Constant:
    """A contract constant.

    Attributes:
        file: The name of the file that defines it.
        module: The dotted module that it is imported from; None if it stands beside its producer.
        name: Its name.
    """

    file: str
    module: str | None = field(compare=False)
    name: str


@dataclass(frozen=True)
class Access:
    """What a file calls a contract constant.

    Attributes:
        name: The name there.
        module: What to import it from, as the file's own imports are spelt; None if it has it.
        original: Its name there.
        beside: The import that it goes beside; None if it goes to those at the top of the file.
    """

    name: str
    module: str | None
    original: str
    beside: ast.ImportFrom | None = None

    @property
    def imported(self) -> str:
        """What the import says: `SSE`, or `SSE as CHAT_SSE`."""
        return self.name if self.name == self.original else f"{self.original} as {self.name}"


def constant_of(producer: Producer, plan: Plan) -> Constant | None:
    """Return the contract constant of *producer*, None if it cannot be named."""
    if producer in plan.contracts:
        home = plan.home_of(producer, producer.file)
        return Constant(home.name, home.module, plan.constant_of(producer, producer.file))
    return constant_of_decorator(producer, plan.finder.resolver)


def constant_of_decorator(producer: Producer, resolver: Resolver) -> Constant | None:
    """Return the contract constant that our decorator of *producer* names, None if it cannot be told."""
    tree = producer.file.tree
    for decorator in producer.node.decorator_list:
        if not isinstance(decorator, ast.Call) or len(decorator.args) != 1:
            continue
        name = decorator.args[0]
        if tree.qualified_name(decorator.func) in OUR_DECORATOR and isinstance(name, ast.Name):
            return bound_constant(name.id, producer.file, resolver)
    return None


def constant_behind(boundary: ast.Call, file: FileFacts, resolver: Resolver) -> Constant | None:
    """Return the contract constant `SSE` of *boundary*, `SSE.stream(...)` in *file*; None if it cannot be told."""
    holder = boundary.func.value if isinstance(boundary.func, ast.Attribute) else None
    if not isinstance(holder, ast.Name):
        return None
    return seen_constant(holder.id, file.tree.scope_of[holder], file, resolver)


def seen_constant(name: str, scope: Scope, file: FileFacts, resolver: Resolver) -> Constant | None:
    """Return the constant that *name* means in *scope* of *file*."""
    owner = scope.owner_of(name)
    return None if owner is None else bound_constant(name, file, resolver, scope=owner)


def bound_constant(
    name: str,
    file: FileFacts,
    resolver: Resolver,
    seen: tuple[FileFacts, ...] = (),
    scope: Scope | None = None,
) -> Constant | None:
    """Return the constant that *file* binds to *name*, through the modules *seen* that pass it on.

    It is bound by the module, or imported by the function *scope*.
    """
    module_scope = file.tree.module
    bindings = (scope or module_scope).bindings.get(name, ())
    if len(bindings) != 1:
        return None
    (binding,) = bindings
    if isinstance(binding.node, ast.Assign):
        return Constant(file.name, None, name) if scope in (None, module_scope) else None
    if not isinstance(binding.node, ast.ImportFrom) or binding.qualified is None:
        return None
    module, _, original = file.absolute(binding.qualified).rpartition(".")
    paths = resolver.modules_of(binding.node, file)
    homes = [resolver.modules.files.get(path.path) for path in paths]
    if len(homes) != 1 or homes[0] is None:
        return None
    home = resolver.facts.load(homes[0])
    passed_on = home.tree.module.bindings.get(original, ()) if home is not None else ()
    if home is not None and [type(each.node) for each in passed_on] == [ast.ImportFrom]:
        return None if home in seen else bound_constant(original, home, resolver, (*seen, file))
    return Constant(homes[0], module, original)


def access_to(
    constant: Constant, file: FileFacts, node: ast.expr, plan: Plan, taken: Container[str] = ()
) -> Access | None:
    """Return how *file* gets at *constant* where its producer *node* is named, None if it cannot without a risk.

    Names that are *taken* are those of other constants there.
    """
    resolver = plan.finder.resolver
    scope = file.tree.scope_of[node]
    beside = _import_of(node, file)
    known = (*_names_in_module(constant, file), *_names_bound_with(beside, constant, file))
    for name in known:
        if seen_constant(name, scope, file, resolver) == constant:
            return Access(name, None, constant.name)
    homes = [home for home in plan.all_homes if home.name in _homes_of(file, plan)]
    others = {name for home in homes if home.name != constant.file for name in home.contracts}
    name = constant.name
    if scope.owner_of(name) is not None or name in others or name in taken:
        if constant.file == file.name:
            return None
        name = _other_name(constant, file)
    for home in homes:
        if home.name == constant.file:
            return Access(name, import_of(home, file), constant.name)
    module = None if file.tree.module.star_import else _at_top(constant, file, resolver)
    if module is not None:
        return Access(name, module, constant.name)
    if beside is not None:
        module = _beside(constant, beside, file, resolver)
    return None if module is None else Access(name, module, constant.name, beside)


def _at_top(constant: Constant, file: FileFacts, resolver: Resolver) -> str | None:
    """Return the module that *file* may import *constant* from while it is loaded."""
    if constant.module is None:
        return _in_header(constant, file, resolver)
    return spelling_of_module(constant.file, constant.module, file, resolver)


def _import_of(node: ast.expr, file: FileFacts) -> ast.ImportFrom | None:
    """Return the import that binds the name *node*, if nothing else does, and nobody sees one more name."""
    tree = file.tree
    owner = tree.scope_of[node].owner_of(node.id) if isinstance(node, ast.Name) else None
    if owner is None or owner.is_class or owner.star_import:
        return None
    if owner is not tree.module and reads_all_names(owner, tree):
        return None
    bindings = owner.bindings[node.id]  # type: ignore[attr-defined]  # a name: it has an owner
    found = bindings[0].node if len(bindings) == 1 else None
    return found if isinstance(found, ast.ImportFrom) and stands_alone(file.source, found) else None


def _names_in_module(constant: Constant, file: FileFacts) -> Iterator[str]:
    """Give the names that the module binds to something that is called as *constant* is."""
    for name, bindings in file.tree.module.bindings.items():
        spelt = {(binding.qualified or name).rpartition(".")[2] for binding in bindings}
        if constant.name in spelt:
            yield name


def _names_bound_with(
    beside: ast.ImportFrom | None, constant: Constant, file: FileFacts
) -> Iterator[str]:
    """Give such names that are bound wherever those of the import *beside* are: by it and by the next one."""
    if beside is None:
        return
    parent = file.tree.parent_of[beside]
    blocks = [getattr(parent, name, ()) for name in ("body", "orelse", "finalbody")]
    for block in blocks:
        if beside in block:
            place = block.index(beside)
            for statement in block[place : place + 2]:
                if isinstance(statement, ast.ImportFrom):
                    same = (each for each in statement.names if each.name == constant.name)
                    yield from (alias.asname or alias.name for alias in same)


def _beside(
    constant: Constant, beside: ast.ImportFrom, file: FileFacts, resolver: Resolver
) -> str | None:
    """Return the module that *constant* may be imported from right after the import *beside*.

    It is loaded by that one, or imports nothing of the project.
    """
    homes = [resolver.modules.files.get(path.path) for path in resolver.modules_of(beside, file)]
    if homes == [constant.file]:
        return "." * beside.level + (beside.module or "")
    if constant.module is None or beside.level or beside.module is None or None in homes:
        return None
    roots = {each.partition(".")[0] for each in (beside.module, constant.module)}
    return constant.module if len(roots) == 1 else None


def _homes_of(file: FileFacts, plan: Plan) -> set[str]:
    """Return the files that hold the contracts of *file*, as far as it has sites."""
    return {file.name, plan.homes[file.name].name} if file.name in plan.homes else set()


def _other_name(constant: Constant, file: FileFacts) -> str:
    """Return a name for *constant* that *file* does not have anywhere, with that of where it lives: `CHAT_SSE`."""
    path = PurePosixPath(constant.file)
    place = path.parent.name if path.stem in {MODULE, "__init__"} else path.stem
    prefix = re.sub(r"\W+", "_", place).strip("_").upper() or "OTHER"
    name = f"{prefix}_{constant.name}" if prefix[0].isalpha() else f"OTHER_{constant.name}"
    names = chain((name,), (f"{name}_{number}" for number in count(2)))
    return next(each for each in names if not re.search(rf"\b{each}\b", file.source.text))


def _in_header(constant: Constant, file: FileFacts, resolver: Resolver) -> str | None:
    """Return the module of *constant*, if *file* imports from it at its top: then the constant is there too."""
    for node in header_imports(file.source.tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name != "*":
            paths = resolver.modules_of(node, file)
            if [resolver.modules.files.get(path.path) for path in paths] == [constant.file]:
                return "." * node.level + (node.module or "")
    return None


def module_of_chunks(own: ChunkClass, file: FileFacts, plan: Plan) -> str | None:
    """Return the module that *file* imports the project's class of chunks from; None if it had better not.

    What the module of the class imports is no part of the project, so that no cycle closes.
    """
    resolver = plan.finder.resolver
    home = plan.facts.load(own.file)
    if home is None or home is file or file.tree.module.star_import:
        return None
    bound = file.tree.module.bindings.get(own.name, ())
    if any(binding.node not in file.source.tree.body for binding in bound):
        return None  # it is there for the type checker only
    for node in home.tree.imports:
        modules = imported_modules(node)
        is_relative = isinstance(node, ast.ImportFrom) and node.level > 0
        if is_relative or any(resolver.modules.absolute(home.name, m.split(".")) for m in modules):
            return None
    if not home.package and home.source.path.parent == file.source.path.parent:
        return own.module
    return spelling_of_module(own.file, own.module, file, resolver)


def spelling_of_module(name: str, module: str, file: FileFacts, resolver: Resolver) -> str | None:
    """Return the module *module*, the file *name*, as *file* spells it, if it imports from that package already."""
    root = module.split(".", maxsplit=1)[0]
    if file.package[:1] == (root,):
        return None if may_run_as_script(file) else import_of(ContractHome(name, module), file)
    imported = [
        each for node in header_imports(file.source.tree) for each in imported_modules(node)
    ]
    ours = [each for each in imported if resolver.modules.absolute(file.name, each.split("."))]
    return module if root in {each.partition(".")[0] for each in ours} else None
