"""What an expression is, in the whole project: which function, class, module, or object of which class.

Nothing is run. What cannot be told is `UNKNOWN`, and that is said wherever there is a doubt: names that are
bound in several ways have several meanings, a declared class stands for its subclasses too.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .module_paths import ModulePaths
from .scopes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .facts import FileFacts, ProjectFacts
    from .scopes import Binding, FunctionNode, Scope


@dataclass(frozen=True)
class Function:
    """A function or method of the project."""

    file: FileFacts
    node: FunctionNode

    @property
    def scope(self) -> Scope:
        return self.file.tree.scope_made_by[self.node]


@dataclass(frozen=True)
class Class:
    """A class of the project."""

    file: FileFacts
    node: ast.ClassDef

    @property
    def scope(self) -> Scope:
        return self.file.tree.scope_made_by[self.node]


@dataclass(frozen=True)
class Instance:
    """An object of a class of the project, or unless `exact` of a subclass."""

    of: Class
    exact: bool


@dataclass(frozen=True)
class Module:
    """A module or namespace package of the project, by its path; see `ModulePaths`."""

    path: str


@dataclass(frozen=True)
class Foreign:
    """What is not the project's: its dotted name, or the name of its class with `()`."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """What cannot be told."""


UNKNOWN = Unknown()
Object: TypeAlias = Function | Class | Instance | Module | Foreign | Unknown
Meaning: TypeAlias = frozenset[Object]
NOTHING: Meaning = frozenset()
DOUBT: Meaning = frozenset({UNKNOWN})

ANYTHING = {"typing.Any", "builtins.object", "typing_extensions.Any"}
SELF = {"typing.Self", "typing_extensions.Self"}
DEPENDS = {"fastapi.Depends", "fastapi.params.Depends", "fastapi.Security"}
CAST = {"typing.cast"}
TRANSPARENT = {f"{home}.{name}" for home in ("typing", "typing_extensions") for name in ("Annotated", "Optional", "Union", "Final", "ClassVar")}  # fmt: skip
PROTOCOL = {"typing.Protocol", "typing_extensions.Protocol"}
PROPERTIES = {"builtins.property", "functools.cached_property"}
CLASS_METHODS = {"__new__", "__init_subclass__", "__class_getitem__"}
GIVES_ANYTHING = {"builtins.getattr", "builtins.vars", "builtins.globals", "builtins.next", "builtins.eval"}  # fmt: skip


Ancestry: TypeAlias = tuple[Class | Foreign | Unknown, ...]


@dataclass(frozen=True)
class _Overriding:
    """The methods of one name.

    Attributes:
        below: Those of each class and of those that inherit from it.
        doubtful: The ancestries of their classes that cannot be told to the end.
    """

    below: dict[Class, set[Function]]
    doubtful: list[Ancestry]

    def meaning_below(self, of: Class) -> Meaning:
        """Return what an object that is declared as *of* may have under the name."""
        found: Meaning = frozenset(self.below.get(of, ()))
        return found | DOUBT if any(of not in each for each in self.doubtful) else found


class Resolver:
    """Tells what expressions are.

    Args:
        facts: What is known of the project; files are loaded as they are needed.
    """

    def __init__(self, facts: ProjectFacts) -> None:
        self.facts = facts
        self.modules = ModulePaths(facts.project)
        self._known: dict[ast.AST, Meaning] = {}
        self._open: set[object] = set()
        self._cuts = 0  # how often a question came back to itself
        self._ancestries: dict[Class, Ancestry] = {}
        self._methods: dict[str, list[tuple[Function, Class]]] = {}
        self._overriding: dict[str, _Overriding] = {}
        self._mentions: dict[str, set[str]] = {}

    def look_up(self, words: set[str]) -> None:
        """Find the files in which each of *words* stands, in one pass."""
        new = {word for word in words if word not in self._mentions}
        self._mentions |= self.facts.project.mentioning(new)

    def files_with(self, word: str) -> set[str]:
        """Return the names of the files in which *word* stands."""
        self.look_up({word})
        return self._mentions[word]

    def meaning(self, node: ast.expr, file: FileFacts, scope: Scope | None = None) -> Meaning:
        """Return what *node* in *file* may be.

        *scope* is where it stands, if it is not a node of the file's tree.
        """
        if node in self._known:
            return self._known[node]
        if node in self._open:
            return self._cut()
        self._open.add(node)
        try:
            found = self._meaning(node, file, scope or file.tree.scope_of[node])
        finally:
            self._open.discard(node)
        self._known[node] = found
        return found

    def _cut(self) -> Meaning:
        self._cuts += 1
        return DOUBT

    def _meaning(self, node: ast.expr, file: FileFacts, scope: Scope) -> Meaning:
        match node:
            case ast.Name():
                return self._name(node.id, file, file.tree.scope_of.get(node, scope))
            case ast.Attribute():
                return _union(
                    self.member(each, node.attr) for each in self.meaning(node.value, file, scope)
                )
            case ast.Call():
                return self._super(node, file, scope) or self._call(node, file, scope)
            case ast.Await() | ast.NamedExpr():
                return self.meaning(node.value, file, scope)
            case ast.IfExp():
                return self.meaning(node.body, file, scope) | self.meaning(node.orelse, file, scope)
            case ast.BoolOp():
                return _union(self.meaning(value, file, scope) for value in node.values)
            case ast.BinOp(op=ast.BitOr()):
                return self.meaning(node.left, file, scope) | self.meaning(node.right, file, scope)
            case ast.Subscript():
                return self._subscript(node, file, scope)
            case ast.Constant(value=None):
                return NOTHING
            case (
                ast.Constant() | ast.JoinedStr() | ast.List() | ast.Dict() | ast.Set() | ast.Tuple()
            ):
                return frozenset({Foreign("literal")})
        return DOUBT

    # Names

    def _name(self, name: str, file: FileFacts, scope: Scope) -> Meaning:
        owner = scope.owner_of(name)
        if owner is None:
            return self._from_stars(name, file) or frozenset({Foreign(f"builtins.{name}")})
        found = self.bound(name, owner, file)
        return found | self._from_stars(name, file) if owner is file.tree.module else found

    def bound(self, name: str, owner: Scope, file: FileFacts) -> Meaning:
        """Return what *name* is bound to in the scope *owner* of *file*."""
        return _union(self._binding(name, each, owner, file) for each in owner.bindings[name])

    def _from_stars(self, name: str, file: FileFacts) -> Meaning:
        """Return what star imports of *file* may bind *name* to."""
        if not file.tree.module.star_import or name.startswith("_"):
            return NOTHING
        found: Meaning = NOTHING
        for node in file.tree.imports:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                modules = self.modules_of(node, file)
                found |= _union(self._in_module(m.path, name) or NOTHING for m in modules)
                found |= NOTHING if modules else DOUBT
        return found

    def _binding(self, name: str, binding: Binding, owner: Scope, file: FileFacts) -> Meaning:
        key = (name, binding)
        if key in self._open:
            return self._cut()
        self._open.add(key)
        try:
            return self._what_is_bound(binding, owner, file)
        finally:
            self._open.discard(key)

    def _what_is_bound(self, binding: Binding, owner: Scope, file: FileFacts) -> Meaning:
        node = binding.node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return frozenset({Function(file, node)})
            case ast.ClassDef():
                return frozenset({Class(file, node)})
            case ast.Import():
                return self._import(binding, node, file)
            case ast.ImportFrom():
                return self._import_from(binding.qualified or "", file)
            case ast.arg():
                return self._parameter(node, owner, file)
            case ast.AnnAssign():
                return self._declared(node.annotation, file, owner)
        return DOUBT if binding.value is None else self.meaning(binding.value, file, owner)

    # Imports

    def _modules(self, level: int, parts: list[str], file: FileFacts) -> list[Module]:
        parts = [part for part in parts if part]
        if level:
            path = self.modules.relative(file.name, level, parts)
            return [Module(path)] if self.modules.has(path) else []
        return [Module(path) for path in self.modules.absolute(file.name, parts)]

    def modules_of(self, node: ast.ImportFrom, file: FileFacts) -> list[Module]:
        """Return every module of the project that *node* in *file* may import from."""
        return self._modules(node.level, (node.module or "").split("."), file)

    def _import(self, binding: Binding, node: ast.Import, file: FileFacts) -> Meaning:
        qualified = binding.qualified or ""
        found: set[Object] = set()
        for alias in node.names:
            parts = alias.name.split(".")
            if alias.asname and alias.name == qualified:
                found.update(self._modules(0, parts, file))
            elif not alias.asname and parts[0] == qualified:
                ends = self._modules(0, parts, file)
                found.update(Module(_up(module.path, len(parts) - 1)) for module in ends)
        return frozenset(found) or frozenset({Foreign(qualified)})

    def _import_from(self, qualified: str, file: FileFacts) -> Meaning:
        level = len(qualified) - len(qualified.lstrip("."))
        *parts, name = qualified[level:].split(".")
        if not level and not parts:
            return DOUBT
        modules = self._modules(level, parts, file)
        if not modules:
            return frozenset({Foreign(qualified)})
        found = [self._in_module(module.path, name) for module in modules]
        return _union(each for each in found if each is not None) or DOUBT

    def _in_module(self, path: str, name: str) -> Meaning | None:
        """Return what the module at *path* has under *name*, None if it has no such name."""
        if path in self.modules.files:
            file = self.facts.load(self.modules.files[path])
            if file is None or "__getattr__" in file.tree.module.bindings:
                return DOUBT
            if name in file.tree.module.bindings:
                return self.bound(name, file.tree.module, file) | self._from_stars(name, file)
            if found := self._from_stars(name, file):
                return found
        below = f"{path}/{name}" if path else name
        return frozenset({Module(below)}) if self.modules.has(below) else None

    # Members

    def member(self, holder: Object, name: str) -> Meaning:
        """Return what `holder.name` may be."""
        match holder:
            case Module(path):
                found = self._in_module(path, name)
                return DOUBT if found is None else found
            case Class():
                return self._inherited(self.ancestry(holder), name) | self._overrides(holder, name)
            case Instance(of, exact):
                own = self._of_instance(of, name)
                return own if exact else own | self._overrides(of, name)
            case Foreign(dotted):
                return frozenset({Foreign(f"{dotted}.{name}")})
            case Function():
                return frozenset({Foreign("function")})
        return DOUBT

    def ancestry(self, of: Class) -> Ancestry:
        """Return *of* and its base classes, nearest first."""
        known = self._ancestries.get(of)
        if known is None:
            cuts = self._cuts
            known = self._ancestry(of)
            if self._cuts == cuts:  # else it may be told better another time
                self._ancestries[of] = known
        return known

    def _ancestry(self, of: Class) -> Ancestry:
        found: dict[Class | Foreign | Unknown, None] = {of: None}
        outer = of.file.tree.scope_of[of.node]
        for base in of.node.bases:
            for meaning in sorted(self.meaning(base, of.file, outer), key=_order):
                if isinstance(meaning, Class) and meaning not in found:
                    found |= dict.fromkeys(self.ancestry(meaning))
                elif isinstance(meaning, Foreign):
                    found[meaning] = None
                elif not isinstance(meaning, Class):
                    found[UNKNOWN] = None
        return tuple(found)

    def _inherited(self, ancestry: Ancestry, name: str) -> Meaning:
        doubt = NOTHING
        for each in ancestry:
            if isinstance(each, Class) and name in each.scope.bindings:
                return self.bound(name, each.scope, each.file) | doubt
            if each is UNKNOWN:
                doubt = DOUBT
        return doubt or frozenset({Foreign("attribute")})

    def _of_instance(self, of: Class, name: str) -> Meaning:
        ancestry = self.ancestry(of)
        stored = _union(self._stored(each, name) for each in ancestry if isinstance(each, Class))
        if stored and not any(isinstance(c, Class) and name in c.scope.bindings for c in ancestry):
            return stored
        found = self._inherited(ancestry, name)
        return stored | _union(
            self._result(each) if isinstance(each, Function) and _is_property(each) else {each}
            for each in found
        )

    def _stored(self, of: Class, name: str) -> Meaning:
        """Return what the methods of the class put in `self.name`."""
        tree = of.file.tree
        found: Meaning = NOTHING
        for node in tree.attribute_loads.get(name, ()):
            if isinstance(node.ctx, ast.Load) or tree.class_around(node) is not of.scope:
                continue
            parent = tree.parent_of[node]
            if isinstance(parent, ast.AnnAssign):
                found |= self._declared(parent.annotation, of.file, tree.scope_of[node])
            elif isinstance(parent, ast.Assign) and node in parent.targets:
                found |= self.meaning(parent.value, of.file)
            else:
                found |= DOUBT
        return found

    def _overrides(self, of: Class, name: str) -> Meaning:
        """Return the methods *name* of the classes that may stand where *of* is declared."""
        if any(isinstance(each, Foreign) and each.name in PROTOCOL for each in self.ancestry(of)):
            return self._implementations(of, name)
        known = self._overriding.get(name)
        if known is None:
            cuts = self._cuts
            known = self._methods_by_ancestor(name)
            if self._cuts == cuts:
                self._overriding[name] = known
        return known.meaning_below(of)

    def _implementations(self, protocol: Class, name: str) -> Meaning:
        found: set[Object] = set()
        for method, owner in self.methods(name):
            ancestry = self.ancestry(owner)
            if protocol in ancestry or self._has_all(ancestry, protocol):
                found.add(method)
            elif UNKNOWN in ancestry:
                found.add(UNKNOWN)
        return frozenset(found)

    def _methods_by_ancestor(self, name: str) -> _Overriding:
        found = _Overriding({}, [])
        for method, owner in self.methods(name):
            ancestry = self.ancestry(owner)
            for each in ancestry:
                if isinstance(each, Class):
                    found.below.setdefault(each, set()).add(method)
            if UNKNOWN in ancestry:
                found.doubtful.append(ancestry)
        return found

    def _has_all(self, ancestry: Ancestry, protocol: Class) -> bool:
        names = {node.name for node in protocol.node.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}  # fmt: skip
        defined = {name for each in ancestry if isinstance(each, Class) for name in each.scope.bindings}  # fmt: skip
        return names <= defined

    def methods(self, name: str) -> list[tuple[Function, Class]]:
        """Return the methods of that name in the project, with their classes."""
        if name not in self._methods:
            self._methods[name] = self._find_methods(name)
        return self._methods[name]

    def _find_methods(self, name: str) -> list[tuple[Function, Class]]:
        found = []
        # To parse a file costs far more than to see that it defines nothing of that name.
        head = re.compile(rb"def[\s\\]+" + (name.encode() if name.isascii() else b""))
        for other in sorted(self.files_with(name)):
            raw = self.facts.project.read(other)
            file = self.facts.load(other) if raw and head.search(raw) else None
            for node in file.tree.functions if file else ():
                assert file is not None
                around = file.tree.scope_of[node].node
                if node.name == name and isinstance(around, ast.ClassDef):
                    found.append((Function(file, node), Class(file, around)))
        return found

    # Objects

    def _parameter(self, node: ast.arg, owner: Scope, file: FileFacts) -> Meaning:
        function = owner.node
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return DOUBT
        arguments = function.args
        if node in (arguments.vararg, arguments.kwarg):
            return frozenset({Foreign("arguments")})
        around = file.tree.scope_of[function]
        positional = [*arguments.posonlyargs, *arguments.args]
        if around.is_class and positional and node is positional[0]:
            first = self._first_parameter(function, around, file)
            if first is not None:
                return first
        if node.annotation is not None:
            declared = self._declared(node.annotation, file, around)
            if declared != DOUBT:
                return declared
        default = _default_of(node, function)
        return self.meaning(default, file, around) if isinstance(default, ast.Call) else DOUBT

    def _first_parameter(
        self, function: FunctionNode, around: Scope, file: FileFacts
    ) -> Meaning | None:
        assert isinstance(around.node, ast.ClassDef)
        of = Class(file, around.node)
        decorators = {file.tree.qualified_name(each) for each in function.decorator_list}
        if "builtins.staticmethod" in decorators:
            return None
        of_class = "builtins.classmethod" in decorators or function.name in CLASS_METHODS
        return frozenset({of if of_class else Instance(of, exact=False)})

    def _declared(self, annotation: ast.expr, file: FileFacts, scope: Scope) -> Meaning:
        """Return what a name with *annotation* holds."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value.strip(), mode="eval").body
            except (SyntaxError, ValueError):
                return DOUBT
        found: set[Object] = set()
        for each in self.meaning(annotation, file, scope):
            match each:
                case Class():
                    found.add(Instance(each, exact=False))
                case Foreign(name) if name in SELF:
                    found.add(_self_type(scope, file))
                case Foreign(name) if name not in ANYTHING:
                    found.add(Foreign(f"{name}()"))
                case _:
                    found.add(UNKNOWN)
        return frozenset(found)

    def _subscript(self, node: ast.Subscript, file: FileFacts, scope: Scope) -> Meaning:
        base = self.meaning(node.value, file, scope)
        names = {each.name for each in base if isinstance(each, Foreign)}
        if names & TRANSPARENT:
            inside = node.slice
            several = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            shown = several if names & {"typing.Union"} else several[:1]
            return _union(self._shown(each, file, scope) for each in shown)
        classes = frozenset(each for each in base if isinstance(each, Class))
        if classes == base:
            return classes
        generic = bool(names) and all(isinstance(each, Foreign) for each in base)
        return frozenset({Foreign(name) for name in names}) if generic else DOUBT

    def _shown(self, node: ast.expr, file: FileFacts, scope: Scope) -> Meaning:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError):
                return DOUBT
        return self.meaning(node, file, scope)

    def _super(self, node: ast.Call, file: FileFacts, scope: Scope) -> Meaning:
        """Return the object that `super()` is: one of the next class."""
        around = scope
        while around.parent is not None and not around.is_class:
            around = around.parent
        own = around.node
        if last_name(node.func) != "super" or node.args or not isinstance(own, ast.ClassDef):
            return NOTHING
        bases = self.ancestry(Class(file, own))[1:]
        nearest = next((each for each in bases if isinstance(each, Class)), None)
        if nearest is None or UNKNOWN in bases:
            return DOUBT if UNKNOWN in bases else frozenset({Foreign("super()")})
        return frozenset({Instance(nearest, exact=True)})

    def _call(self, node: ast.Call, file: FileFacts, scope: Scope) -> Meaning:
        return _union(
            self._called(each, node, file, scope) for each in self.meaning(node.func, file, scope)
        )

    def _called(self, function: Object, node: ast.Call, file: FileFacts, scope: Scope) -> Meaning:
        match function:
            case Class():
                return frozenset({Instance(function, exact=True)})
            case Function():
                return self._result(function)
            case Foreign(name) if name in DEPENDS and node.args:
                provider = self.meaning(node.args[0], file, scope)
                return _union(self._provided(each, node, file, scope) for each in provider)
            case Foreign(name) if name in CAST and node.args:
                return self._declared(node.args[0], file, scope)
            case Foreign(name):
                last = name.rsplit(".", 1)[-1]
                builtin = name.startswith("builtins.") and name not in GIVES_ANYTHING
                is_class = last[:1].isupper() and not last.isupper()
                return frozenset({Foreign(f"{name}()")}) if builtin or is_class else DOUBT
        return DOUBT

    def _provided(self, provider: Object, node: ast.Call, file: FileFacts, scope: Scope) -> Meaning:
        """Return what FastAPI hands to a parameter: what *provider* returns, or yields."""
        if not isinstance(provider, Function):
            return self._called(provider, node, file, scope)
        yields = [each for each in provider.scope.yields if isinstance(each, ast.Yield)]
        values = [each.value for each in yields if each.value is not None]
        return _union(self.meaning(value, provider.file) for value in values) or self._result(
            provider
        )

    def _result(self, function: Function) -> Meaning:
        """Return what a call of *function* gives; of a coroutine function, what awaiting it gives."""
        if function in self._open:
            return self._cut()
        self._open.add(function)
        try:
            return self._returned(function)
        finally:
            self._open.discard(function)

    def _returned(self, function: Function) -> Meaning:
        file, node = function.file, function.node
        if function.scope.yields:
            return frozenset({Foreign("generator")})
        if node.returns is not None:
            declared = self._declared(node.returns, file, file.tree.scope_of[node])
            if declared != DOUBT:
                return declared
        values = [each.value for each in function.scope.returns if each.value]
        return _union(self.meaning(value, file) for value in values)


def _order(meaning: Object) -> tuple[str, ...]:
    """Return what puts meanings in the same order in each run."""
    if isinstance(meaning, Class):
        return "Class", meaning.file.name, f"{meaning.node.lineno:9}"
    return type(meaning).__name__, getattr(meaning, "name", "")


def _union(meanings: Iterable[Iterable[Object]]) -> Meaning:
    return frozenset(each for meaning in meanings for each in meaning)


def _self_type(scope: Scope, file: FileFacts) -> Object:
    around = scope if scope.is_class else scope.parent
    own = around.node if around is not None else None
    return Instance(Class(file, own), exact=False) if isinstance(own, ast.ClassDef) else UNKNOWN


def _up(path: str, steps: int) -> str:
    return "/".join(path.split("/")[: len(path.split("/")) - steps])


def _is_property(function: Function) -> bool:
    tree = function.file.tree
    return any(tree.qualified_name(each) in PROPERTIES for each in function.node.decorator_list)


def _default_of(parameter: ast.arg, function: FunctionNode) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    defaults = dict(zip(with_default, arguments.defaults, strict=True))
    keyword_only = dict(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    return {**defaults, **keyword_only}.get(parameter)
