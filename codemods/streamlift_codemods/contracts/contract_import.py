"""How a file gets at the contract of a producer that lives in another file."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..flow.producers import OUR_DECORATOR
from ..rewriting.imports import header_imports, imported_modules
from .contract_home import ContractHome, import_of, may_run_as_script

if TYPE_CHECKING:
    from ..flow.producers import Producer
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from ..reading.resolution import Resolver
    from ..reading.scopes import Scope
    from .chunk_class import ChunkClass


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
        name: The name.
        module: What to import it from, as the file's own imports are spelt; None if it has it.
    """

    name: str
    module: str | None


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
    is_global = file.tree.scope_of[holder].owner_of(holder.id) is file.tree.module
    return bound_constant(holder.id, file, resolver) if is_global else None


def bound_constant(
    name: str, file: FileFacts, resolver: Resolver, seen: tuple[FileFacts, ...] = ()
) -> Constant | None:
    """Return the constant that the module *file* binds to *name*, through the modules *seen* that pass it on."""
    bindings = file.tree.module.bindings.get(name, ())
    if len(bindings) != 1:
        return None
    (binding,) = bindings
    if isinstance(binding.node, ast.Assign):
        return Constant(file.name, None, name)
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


def access_to(constant: Constant, file: FileFacts, scope: Scope, plan: Plan) -> Access | None:
    """Return how *file* gets at *constant* in *scope*, None if it cannot without a risk."""
    resolver = plan.finder.resolver
    for name, bindings in file.tree.module.bindings.items():
        spelt = {(binding.qualified or name).rpartition(".")[2] for binding in bindings}
        if constant.name in spelt and bound_constant(name, file, resolver) == constant:
            visible = scope.owner_of(name) is file.tree.module
            return Access(name, None) if visible else None
    if scope.owner_of(constant.name) is not None:
        return None
    for home in plan.all_homes if file.name in plan.homes else ():
        if home.name == constant.file and home.name in {file.name, plan.homes[file.name].name}:
            return Access(constant.name, import_of(home, file))
    if file.tree.module.star_import:
        return None
    module = (
        _beside(constant, file, resolver)
        if constant.module is None
        else spelling_of_module(constant.file, constant.module, file, resolver)
    )
    return None if module is None else Access(constant.name, module)


def _beside(constant: Constant, file: FileFacts, resolver: Resolver) -> str | None:
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
