"""What can be said about an expression without running it: effects, order, and whether it is a str."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import Scope, ScopeTree

EFFECTLESS = (
    ast.Constant, ast.Name, ast.Attribute, ast.Dict, ast.List, ast.Tuple, ast.JoinedStr, ast.FormattedValue,
    ast.expr_context,
)  # fmt: skip
STR_FUNCTIONS = {
    "builtins.str",
    "builtins.repr",
    "builtins.ascii",
    "builtins.chr",
    "builtins.hex",
    "json.dumps",
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SOURCE_TELLERS = re.compile(r"^(?:traceback|inspect|linecache|faulthandler)\.|^sys\._getframe")
STR_METHODS = {"model_dump_json", "isoformat", "hexdigest"}


def is_effectless(node: ast.AST) -> bool:
    """Return whether evaluating *node* runs nothing but names, attributes, literals and displays.

    Attribute access counts as effectless: an assumption, reported as such.
    """
    return all(isinstance(child, EFFECTLESS) for child in ast.walk(node))


def is_constant_display(node: ast.AST) -> bool:
    """Return whether *node* is a literal that JSON can write, of nothing but ASCII text."""
    match node:
        case ast.Dict(keys=keys, values=values):
            named = all(isinstance(k, ast.Constant) and isinstance(k.value, str) for k in keys)
            return named and all(map(is_constant_display, [*filter(None, keys), *values]))
        case ast.List(elts=elements):
            return all(map(is_constant_display, elements))
        case ast.Constant(value=str() as text):
            return text.isascii()
        case ast.Constant(value=bool() | int() | None):
            return True
    return False


def tells_source(node: ast.AST, tree: ScopeTree, scope: Scope) -> bool:
    """Return whether *node*, standing in *scope*, may tell line numbers or stack frames of the source itself."""
    names = [
        tree.qualified_name(child, tree.scope_of.get(child, scope))
        for child in ast.walk(node)
        if isinstance(child, (ast.Name, ast.Attribute))
    ]
    return any(name and SOURCE_TELLERS.match(name) for name in names)


def reads_names(scope: Scope, tree: ScopeTree) -> bool:
    """Return whether the function may look at its own variables by name."""
    return any(
        tree.scope_of[load].function is scope and tree.qualified_name(load) == f"builtins.{name}"
        for name in ("locals", "vars", "eval", "exec", "dir")
        for load in tree.name_loads.get(name, ())
    )


def reads_all_names(scope: Scope, tree: ScopeTree) -> bool:
    """Return whether the function may see variables that it does not name: `"x" in locals()` names one."""
    return reads_names(scope, tree) and not all(
        _asks_for_one(load, tree)
        for name in ("locals", "vars", "eval", "exec", "dir")
        for load in tree.name_loads.get(name, ())
        if tree.scope_of[load].function is scope
    )


def _asks_for_one(load: ast.Name, tree: ScopeTree) -> bool:
    """Whether *load* is called for the names in order to look at one that is written there."""
    call = tree.parent_of[load]
    if load.id not in {"locals", "dir"} or not isinstance(call, ast.Call) or call.args:
        return False
    match tree.parent_of[call]:
        case ast.Compare(left=ast.Constant(), ops=[ast.In() | ast.NotIn()]):
            return True
        case ast.Subscript(slice=ast.Constant(), ctx=ast.Load()):
            return True
        case ast.Attribute(attr="get") as method:
            match tree.parent_of[method]:
                case ast.Call(func=function, args=[ast.Constant(), *_]):
                    return function is method
    return False


def is_str(node: ast.expr, tree: ScopeTree, scope: Scope, *, exact: bool = False) -> bool:
    """Return whether *node* certainly is a str: by construction or, unless *exact*, by its annotation.

    What an annotation promises may be a subclass, such as a `(str, Enum)`, which `format()` and `+` show
    differently.
    """
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        return isinstance(node, ast.JoinedStr) or isinstance(node.value, str)
    if isinstance(node, ast.Call):
        by_method = isinstance(node.func, ast.Attribute) and node.func.attr in STR_METHODS
        return by_method or tree.qualified_name(node.func, scope) in STR_FUNCTIONS
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return all(is_str(side, tree, scope, exact=exact) for side in (node.left, node.right))
    if isinstance(node, ast.IfExp):
        return all(is_str(side, tree, scope, exact=exact) for side in (node.body, node.orelse))
    if isinstance(node, ast.Name):
        return _is_str_name(node.id, tree, scope, exact=exact)
    return False


def is_ascii(node: ast.expr, scope: Scope) -> bool:
    """Return whether *node* is one of some literals of plain ASCII, or a name that is never bound to anything else."""
    match node:
        case ast.Constant(value=str() as text):
            return text.isascii()
        case ast.IfExp(body=body, orelse=orelse):
            return is_ascii(body, scope) and is_ascii(orelse, scope)
        case ast.Name(id=name):
            owner = scope.owner_of(name)
            bindings = owner.bindings[name] if owner is not None else []
            assigned = [isinstance(b.node, (ast.Assign, ast.AnnAssign)) for b in bindings]
            values = [binding.value for binding in bindings]
            return (
                bool(values)
                and all(assigned)
                and all(
                    isinstance(value, (ast.Constant, ast.IfExp)) and is_ascii(value, scope)
                    for value in values
                )
            )
    return False


def is_optional_str(node: ast.expr, tree: ScopeTree, scope: Scope) -> bool:
    """Return whether *node* is the name of a parameter that is a str or None by its annotation."""
    owner = scope.owner_of(node.id) if isinstance(node, ast.Name) else None
    if owner is None or not isinstance(node, ast.Name):
        return False
    bindings = [binding.node for binding in owner.bindings[node.id]]
    if len(bindings) != 1 or not isinstance(bindings[0], ast.arg):
        return False
    annotation = bindings[0].annotation
    arguments = owner.node.args if isinstance(owner.node, FUNCTIONS) else None
    if (
        annotation is None
        or arguments is None
        or bindings[0] in {arguments.vararg, arguments.kwarg}
    ):
        return False
    return ast.unparse(annotation) in {"str", "str | None", "None | str"} or (
        isinstance(annotation, ast.Subscript)
        and tree.qualified_name(annotation.value) == "typing.Optional"
        and ast.unparse(annotation.slice) == "str"
    )


def tested_name(test: ast.expr) -> str | None:
    """Return the name that *test* asks whether it is true, or not None."""
    match test:
        case ast.Name(id=name):
            return name
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]
        ):
            return name
    return None


def is_settled_name(name: ast.expr, tree: ScopeTree, scope: Scope) -> bool:
    """Return whether *name* is a name that no call can bind again: no nested function and no walrus does."""
    owner = scope.owner_of(name.id) if isinstance(name, ast.Name) else None
    if owner is None or not isinstance(name, ast.Name):
        return False
    bindings = owner.bindings[name.id]
    if owner.function is not owner and not isinstance(owner.node, ast.Lambda):
        return owner is tree.module and len(bindings) == 1
    inside = all(tree.scope_of.get(binding.node, owner) is owner for binding in bindings)
    return inside and not any(isinstance(binding.node, ast.NamedExpr) for binding in bindings)


def _is_str_name(name: str, tree: ScopeTree, scope: Scope, *, exact: bool) -> bool:
    owner = scope.owner_of(name)
    if owner is None:
        return False
    for binding in owner.bindings[name]:
        if isinstance(binding.node, ast.arg):
            if exact or not _is_str_parameter(binding.node, owner):
                return False
        elif (
            binding.value is None
            or isinstance(binding.node, ast.AugAssign)
            or _mentions(binding.value, name)
        ) or not is_str(binding.value, tree, owner, exact=exact):
            return False
    return True


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(child, ast.Name) and child.id == name for child in ast.walk(node))


def _is_str_parameter(argument: ast.arg, owner: Scope) -> bool:
    if not (isinstance(argument.annotation, ast.Name) and argument.annotation.id == "str"):
        return False
    function = owner.node
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(
        zip(
            positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True
        )
    )
    defaults |= {
        a: d
        for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if d is not None
    }
    default = defaults.get(argument)
    is_plain = argument is not arguments.vararg and argument is not arguments.kwarg
    return is_plain and (
        default is None or (isinstance(default, ast.Constant) and isinstance(default.value, str))
    )
