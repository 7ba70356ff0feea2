"""What each name of a file means: scopes, bindings and the loads of a name."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Item = TypeVar("Item")
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
ScopeNode: TypeAlias = (
    ast.Module
    | ast.ClassDef
    | FunctionNode
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# The fields that hold no node with a place of its own.
PLAIN_FIELDS = {"ctx", "op", "ops", "id", "attr", "arg", "conversion", "type_comment", "simple"}


@dataclass(frozen=True)
class Binding:
    """One place that gives a name its value.

    Attributes:
        node: The binding statement or expression.
        qualified: What an import binds, such as `json.dumps`; relative imports keep their dots.
        value: The expression that an assignment of this name alone binds.
    """

    node: ast.AST
    qualified: str | None = None
    value: ast.expr | None = None


class Lists(dict[str, list[Item]]):
    """Lists by name; reading one that is not there does not make it, as a `defaultdict` would."""

    def __missing__(self, name: str) -> list[Item]:
        return []


@dataclass(eq=False)
class Scope:
    """A namespace of the file: module, class, function, lambda or comprehension.

    Attributes:
        node: What makes it.
        parent: The scope around it.
        bindings: What binds each of its names.
        outer_names: The names that it declares global or nonlocal.
        global_names: Those that it declares global.
        star_import: The line of the module's last star import, 0 if it has none.
        yields: The `yield` and `yield from` of a generator.
        returns: The `return` of a function.
    """

    node: ScopeNode
    parent: Scope | None
    bindings: Lists[Binding] = field(default_factory=Lists)
    outer_names: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    star_import: int = 0
    yields: list[ast.Yield | ast.YieldFrom] = field(default_factory=list)
    returns: list[ast.Return] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    def owner_of(self, name: str) -> Scope | None:
        """Return the scope whose binding a load of *name* here reaches, None for a builtin."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                module = scope.module
                return module if name in module.bindings else None
            visible = scope is self or not scope.is_class
            if visible and name in scope.bindings:
                return scope
            scope = scope.parent
        return None

    @property
    def module(self) -> Scope:
        """The scope of the file."""
        return self.parent.module if self.parent else self

    def bindings_of(self, name: str) -> list[Binding]:
        """Return every binding that a load of *name* here can see; empty for a builtin."""
        owner = self.owner_of(name)
        return owner.bindings[name] if owner else []

    @property
    def function(self) -> Scope | None:
        """The innermost function scope that holds this one, itself included."""
        scope: Scope | None = self
        while scope is not None and not isinstance(
            scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)
        ):
            scope = scope.parent
        return scope

    @property
    def path(self) -> str:
        """The qualified name without `<locals>`, such as `Chat.stream.generate`."""
        names = []
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.append(scope.node.name)
            scope = scope.parent
        return ".".join(reversed(names))


class ScopeTree(ast.NodeVisitor):
    """The scopes of one module, the parent of each node, and the nodes that are asked for, by kind.

    All of it is collected in one walk, in the order of the text but for what a function says of itself.

    Attributes:
        module: The module's scope.
        scope_of: The scope that each node stands in.
        scope_made_by: The scope that each function, class, lambda and comprehension makes.
        parent_of: The parent of each node.
        name_loads: The loads of each name.
        attribute_loads: The loads of each attribute name.
        strings: Every str and bytes literal.
        outer_strings: Every string but those inside of f-strings.
        functions: Every `def`.
        imports: Every import statement.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(tree, None)
        self.scope_of: dict[ast.AST, Scope] = {}
        self.scope_made_by: dict[ast.AST, Scope] = {}
        self.parent_of: dict[ast.AST, ast.AST] = {}
        self.name_loads: Lists[ast.Name] = Lists()
        self.attribute_loads: Lists[ast.Attribute] = Lists()
        self.strings: list[ast.Constant] = []
        self.outer_strings: list[ast.Constant | ast.JoinedStr] = []
        self.functions: list[FunctionNode] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self._scope = self.module
        self._is_in_f_string = False
        self._declared: list[tuple[Scope, str, Binding]] = []
        self.scope_of[tree] = self.module
        self.generic_visit(tree)
        for scope, name, binding in self._declared:
            (scope.owner_of(name) or self.module).bindings.setdefault(name, []).append(binding)

    def qualified_name(self, node: ast.expr, scope: Scope | None = None) -> str | None:
        """Return the dotted name of the object that *node* certainly is: an import or a builtin.

        *scope* is where *node* stands, if it is not a node of this tree.
        None if the name is bound in any other way, in several ways, or may come from a star import.
        """
        if isinstance(node, ast.Attribute):
            base = self.qualified_name(node.value, scope)
            return f"{base}.{node.attr}" if base else None
        if not isinstance(node, ast.Name):
            return None
        bindings = (scope or self.scope_of[node]).bindings_of(node.id)
        if not bindings:
            return None if self.module.star_import else f"builtins.{node.id}"
        if any(self._may_be_rebound(binding) for binding in bindings):
            return None
        names = {binding.qualified for binding in bindings}
        return names.pop() if len(names) == 1 else None

    def _may_be_rebound(self, binding: Binding) -> bool:
        """Whether a star import of the module comes after *binding*, which stands in the module."""
        last = self.module.star_import
        at_module = self.scope_of.get(binding.node) is self.module
        return bool(last) and at_module and getattr(binding.node, "lineno", 0) < last

    def module_constant(self, name: ast.Name, scope: Scope) -> str | bytes | None:
        """Return the literal that *name*, loaded in *scope*, is: bound once, at module level; else None."""
        owner = scope.owner_of(name.id)
        if owner is not self.module or len(owner.bindings[name.id]) != 1:
            return None
        value = owner.bindings[name.id][0].value
        literal = value.value if isinstance(value, ast.Constant) else None
        return literal if isinstance(literal, (str, bytes)) else None

    def ancestors(self, node: ast.AST) -> list[ast.AST]:
        """Return the nodes around *node*, innermost first."""
        found = []
        while node in self.parent_of:
            node = self.parent_of[node]
            found.append(node)
        return found

    def class_around(self, node: ast.AST) -> Scope | None:
        """Return the scope of the innermost class that *node* stands in."""
        scope: Scope | None = self.scope_of[node]
        while scope is not None and not scope.is_class:
            scope = scope.parent
        return scope

    def strings_ending_in(self, name: str) -> list[ast.Constant]:
        """Return the str literals that are *name*, or a dotted path that ends in it."""
        return self._strings_by_end[name]

    @cached_property
    def _strings_by_end(self) -> Lists[ast.Constant]:
        found: Lists[ast.Constant] = Lists()
        for node in self.strings:
            if isinstance(node.value, str):
                found.setdefault(node.value.rpartition(".")[2], []).append(node)
        return found

    def loads_of(self, name: str, owner: Scope) -> list[ast.Name]:
        """Return the loads of *name* that reach its binding in *owner*."""
        return [
            load for load in self.name_loads[name] if self.scope_of[load].owner_of(name) is owner
        ]

    def generic_visit(self, node: ast.AST) -> None:
        for name in FIELDS[node.__class__]:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                self._enter(value, node)
            elif isinstance(value, list):
                for child in value:
                    if isinstance(child, ast.AST):
                        self._enter(child, node)

    def _enter(self, node: ast.AST, parent: ast.AST) -> None:
        self.parent_of[node] = parent
        self.scope_of[node] = self._scope
        VISITS[node.__class__](self, node)

    def _bind(
        self, name: str, node: ast.AST, qualified: str | None = None, value: ast.expr | None = None
    ) -> None:
        scope = self._scope
        if isinstance(node, ast.NamedExpr):
            while isinstance(scope.node, COMPREHENSIONS) and scope.parent:  # PEP 572
                scope = scope.parent
        binding = Binding(node, qualified, value)
        if name in scope.outer_names:
            self._declared.append((scope, name, binding))  # its owner may be bound further down
        else:
            scope.bindings.setdefault(name, []).append(binding)

    def _inside(self, node: ScopeNode, visit: list[ast.AST]) -> None:
        outer, self._scope = self._scope, Scope(node, self._scope)
        self.scope_made_by[node] = self._scope
        for child in visit:
            self._enter(child, node)
        self._scope = outer

    def _visit_declaration(self, node: ast.Global | ast.Nonlocal) -> None:
        # It precedes every use of its names, or Python refuses the function.
        self._scope.outer_names.update(node.names)
        if isinstance(node, ast.Global) and self._scope is not self.module:
            self._scope.global_names.update(node.names)

    visit_Global = visit_Nonlocal = _visit_declaration  # noqa: N815 - the visitor's own names

    def _visit_function(self, node: FunctionNode) -> None:
        self._bind(node.name, node)
        self.functions.append(node)
        arguments = node.args
        outside = [*node.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)]
        annotations = [a.annotation for a in _parameters(arguments) if a.annotation]
        for child in [*outside, *annotations, *([node.returns] if node.returns else [])]:
            self._enter(child, node)
        parameters: list[ast.AST] = list(_parameters(arguments))
        self._inside(node, [*parameters, *node.body])

    visit_FunctionDef = _visit_function  # noqa: N815 - the visitor's own names
    visit_AsyncFunctionDef = _visit_function  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for child in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self._enter(child, node)
        self._inside(node, [*_parameters(node.args), node.body])

    def visit_arg(self, node: ast.arg) -> None:
        self._bind(node.arg, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bind(node.name, node)
        for child in [*node.decorator_list, *node.bases, *node.keywords]:
            self._enter(child, node)
        self._inside(node, list(node.body))

    def _visit_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        first = node.generators[0]
        self._enter(first.iter, node)
        rest: list[ast.AST] = [first.target, *first.ifs]
        for generator in node.generators[1:]:
            rest += [generator.iter, generator.target, *generator.ifs]
        rest += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._inside(node, rest)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _visit_comprehension  # noqa: N815

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.name_loads.setdefault(node.id, []).append(node)
            return
        parent = self.parent_of[node]
        value = None
        if (
            isinstance(parent, (ast.Assign, ast.NamedExpr, ast.AnnAssign))
            and parent.value is not node
        ):
            value = parent.value
        self._bind(
            node.id, parent if isinstance(parent, (ast.stmt, ast.NamedExpr)) else node, value=value
        )

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.attribute_loads.setdefault(node.attr, []).append(node)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, (str, bytes)):
            self.strings.append(node)
            if not self._is_in_f_string:
                self.outer_strings.append(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        is_outer = not self._is_in_f_string
        if is_outer:
            self.outer_strings.append(node)
        self._is_in_f_string = True
        self.generic_visit(node)
        self._is_in_f_string = not is_outer

    def visit_Yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        self._scope.yields.append(node)
        self.generic_visit(node)

    visit_YieldFrom = visit_Yield  # noqa: N815

    def visit_Return(self, node: ast.Return) -> None:
        self._scope.returns.append(node)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.imports.append(node)
        for alias in node.names:
            if alias.asname:
                self._bind(alias.asname, node, qualified=alias.name)
            else:
                root = alias.name.split(".")[0]
                self._bind(root, node, qualified=root)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.imports.append(node)
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.module.star_import = node.lineno
            else:
                separator = "" if module.endswith(".") else "."
                self._bind(
                    alias.asname or alias.name, node, qualified=f"{module}{separator}{alias.name}"
                )

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name, node)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self._bind(node.name, node)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name, node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._bind(node.rest, node)
        self.generic_visit(node)


# `ast.NodeVisitor` finds them by name for each node anew, which takes most of its time.
CLASSES = [c for c in vars(ast).values() if isinstance(c, type) and issubclass(c, ast.AST)]
VISITS: dict[type[ast.AST], Callable[[ScopeTree, Any], None]] = {
    cls: getattr(ScopeTree, f"visit_{cls.__name__}", ScopeTree.generic_visit) for cls in CLASSES
}
FIELDS = {cls: tuple(name for name in cls._fields if name not in PLAIN_FIELDS) for cls in CLASSES}


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def root_name(node: ast.expr) -> ast.Name | None:
    """Return `a` of `a.b.c`, None if it starts with anything but a name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def last_name(node: ast.expr) -> str | None:
    """Return `c` of `a.b.c`, None of anything but a name or an attribute."""
    return (
        node.id
        if isinstance(node, ast.Name)
        else node.attr
        if isinstance(node, ast.Attribute)
        else None
    )
