"""Take migrated functions out of their files, run old and new among stand-ins, and compare all that can be seen.

Run as a program on the folder of one package, it prints what it saw as JSON. The package is not
imported: each function runs alone, and every name that is not its own is a stand-in.
"""

import ast
import asyncio
import builtins
import contextlib
import functools
import inspect
import json
import sys
import time
import types
import warnings
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

import orjson

import streamlift
from streamlift import SSEFormatter, StreamingChunk
from streamlift.json_dialect import ModelDialect, ORJSONDialect
from streamlift_codemods.phases.separate import separate
from streamlift_codemods.plan import Plan, make_plan
from streamlift_codemods.reading.project import open_project
from streamlift_codemods.settings import read_settings
from tests.corpus.stand_ins import Answers, Temper, TooLong, World, shown

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
ITEMS = 30
# The first ones are for the plain way through; the later ones take branches, give odd values, and fail.
TEMPERS = (
    Temper(1, truth=50), Temper(2, truth=85), Temper(3, truth=15), Temper(4, truth=50, plain=25),
    Temper(5, truth=50, errors=8), Temper(6, truth=60, odd=10), Temper(7, truth=40, plain=40, longest=4),
    *(
        Temper(seed, (20, 35, 50, 65, 80, 95)[seed % 6], (0, 0, 5, 30)[seed % 4], (0, 20, 0)[seed % 3], (0, 0, 0, 12)[seed % 4], 1 + seed % 4)
        for seed in range(8, 64)
    ),
    # Long chains of questions are passed only by a no to nearly each of them.
    *(Temper(seed, 6 + seed % 3 * 6, (0, 10)[seed % 2], longest=6) for seed in range(64, 80)),
    *(Temper(80 + number, (50, 75, 25)[number % 3], fails_at=1 + number % 24) for number in range(72)),
)  # fmt: skip
AT_LEAST = 10
MODULES = {"json": json, "orjson": orjson, "contextlib": contextlib, "types": types}
UNSAFE = {"open", "print", "input", "exec", "eval", "compile", "breakpoint", "exit", "quit", "super", "help", "globals", "locals",
          "vars", "__import__", "id", "memoryview", "copyright", "credits", "license"}  # fmt: skip


class Caught(Exception):
    """An exception class of the package: it takes what it is given."""

    def __init__(self, *arguments: object, **_: object) -> None:
        super().__init__(*arguments)


@dataclass
class Result:
    """What was seen of one package.

    Attributes:
        package: The name of its folder.
        migrated: How many sites were rewritten.
        executed: The sites that ran, by file and line.
        missed: The sites that did not.
        differences: Where old and new differ.
        broken: Functions that could not be taken out, and why.
        runs: How often a pair was run.
        items: How many items were compared.
        errors: How many runs ended with an exception.
        seconds: How long it took: planning, running.
    """

    package: str
    migrated: int = 0
    executed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    runs: int = 0
    items: int = 0
    errors: int = 0
    seconds: list[float] = field(default_factory=list)


# Taking a function out of its file


class _Marks(ast.NodeTransformer):
    """Marks where sites are evaluated and loops turn, and takes off what belongs to the module."""

    def __init__(self, sites: dict[tuple[int, int, int | None, int | None], str]) -> None:
        self.sites = sites

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        # Before Python 3.12 the literal parts have the position of the whole string.
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                part.value = self.visit(part.value)
        return node

    def visit(self, node: ast.AST) -> ast.AST:
        changed = super().visit(node)
        if isinstance(node, ast.expr):
            place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
            name = self.sites.get(place)
            if name is not None:
                assert isinstance(changed, ast.expr)
                return ast.copy_location(_call("_site", ast.Constant(name), changed), node)
        if isinstance(changed, (ast.For, ast.AsyncFor, ast.While)):
            changed.body.insert(0, ast.copy_location(ast.Expr(_call("_turn")), changed.body[0]))
        if isinstance(changed, (ast.FunctionDef, ast.AsyncFunctionDef)):
            changed.returns = None
            changed.decorator_list = [d for d in changed.decorator_list if _is_producer(d)]
        if isinstance(changed, ast.arg) and not (
            isinstance(changed.annotation, ast.Name) and changed.annotation.id == "str"
        ):
            changed.annotation = None
        match changed:
            case ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[other]):
                negated = isinstance(changed.ops[0], ast.IsNot)
                changed = ast.copy_location(
                    _call("_is", changed.left, other, ast.Constant(negated)), changed
                )
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[other]):
                negated = isinstance(changed.ops[0], ast.NotIn)
                changed = ast.copy_location(
                    _call("_in", changed.left, other, ast.Constant(negated)), changed
                )
            case ast.Assign(targets=[ast.Tuple(elts=parts)]) if not _is_starred(parts):
                changed.value = ast.copy_location(
                    _call("_unpacked", ast.Constant(len(parts)), changed.value), changed.value
                )
            case (
                ast.For(target=ast.Tuple(elts=parts))
                | ast.AsyncFor(target=ast.Tuple(elts=parts))
                | ast.comprehension(target=ast.Tuple(elts=parts))
            ) if not _is_starred(parts):
                name = (
                    "_later_rows"
                    if isinstance(changed, ast.AsyncFor) or getattr(changed, "is_async", 0)
                    else "_rows"
                )
                changed.iter = ast.copy_location(
                    _call(name, ast.Constant(len(parts)), changed.iter), changed.iter
                )
        return changed


def _is_starred(parts: list[ast.expr]) -> bool:
    return any(isinstance(part, ast.Starred) for part in parts)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [*arguments], [])


def _is_producer(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "producer"
    )


def _functions(tree: ast.Module) -> dict[str, FunctionNode]:
    """Return every function by its path; a number tells namesakes apart."""
    found: dict[str, FunctionNode] = {}

    def visit(node: ast.AST, path: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = own = f"{path}{child.name}"
                number = 1
                while name in found:
                    number += 1
                    name = f"{own}#{number}"
                if not isinstance(child, ast.ClassDef):
                    found[name] = child
                visit(child, f"{name}.")
            else:
                visit(child, path)

    visit(tree, "")
    return found


def _loaded(node: ast.AST) -> set[str]:
    names = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
    for child in ast.walk(node):
        if isinstance(child, (ast.Global, ast.Nonlocal)):
            names |= set(child.names)
    return names


def _compiled(function: FunctionNode, name: str) -> types.CodeType:
    _free_outer_names(function)
    function.name = "function_of_the_package"
    tree = ast.fix_missing_locations(ast.Module([function], []))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(tree, name, "exec", dont_inherit=True)


def _free_outer_names(function: FunctionNode) -> None:
    """Let what is bound by a function around this one be a global name: that function is not there."""
    bound: set[str] = set()
    for scope in ast.walk(function):
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = [*_own_nodes(scope)]
            bound |= {node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg)} | (
                {
                    node.id
                    for node in own
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                }
                - {name for node in own if isinstance(node, ast.Nonlocal) for name in node.names}
            )
    for node in ast.walk(function):
        if isinstance(node, ast.Nonlocal) and not set(node.names) & bound:
            node.__class__ = ast.Global


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _own_nodes(child)


def _classes(tree: ast.AST) -> dict[str, type]:
    """Return an exception class for each name or dotted path that is caught or raised, and a class for each that is matched."""
    found: dict[str, type] = {}
    for node in ast.walk(tree):
        caught: list[ast.expr | None] = []
        if isinstance(node, ast.ExceptHandler):
            caught = [*node.type.elts] if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Raise):
            caught = [node.exc.func if isinstance(node.exc, ast.Call) else node.exc]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = [*node.args]
        for expression in caught:
            if isinstance(expression, (ast.Name, ast.Attribute)):
                path = ast.unparse(expression)
                last = path.rsplit(".", 1)[-1]
                if last[:1].isupper() and not hasattr(builtins, path):
                    base = (
                        getattr(asyncio, last, None) if path.startswith("asyncio.") else Exception
                    )
                    found[path] = (
                        base
                        if isinstance(base, type) and base is not Exception
                        else type(last, (Caught,), {})
                    )
        if isinstance(node, ast.MatchClass):
            found[ast.unparse(node.cls)] = type("Matched", (), {})
    return found


def _constants(tree: ast.Module, contracts: dict[str, object]) -> dict[str, object]:
    """Return the module's own names of plain values, and of frames that *contracts* give."""
    found: dict[str, object] = {}
    known = {**contracts, "StreamingChunk": StreamingChunk}
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                plain = _unmarked(value)
                with contextlib.suppress(ValueError, TypeError, SyntaxError):
                    found[name] = (
                        eval(ast.unparse(plain), dict(known))
                        if _is_given(plain, contracts)
                        else ast.literal_eval(plain)
                    )
    return found


def _unmarked(value: ast.expr) -> ast.expr:
    match value:
        case ast.Call(func=ast.Name(id="_site"), args=[_, marked]):
            return marked
    return value


def _is_given(value: ast.expr, contracts: dict[str, object]) -> bool:
    match value:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="format_chunk" | "format_done")
        ):
            return name in contracts
    return False


def _formatters(tree: ast.Module, name: str, changes: dict[str, bytes]) -> dict[str, object]:
    """Return the contracts that the new file *name* makes or imports, read from the new texts themselves.

    One that names an object of the package is left out: there is none.
    """
    made: dict[str, object] = {}
    for node in ast.walk(tree):
        home = _imported_file(node, name, changes) if isinstance(node, ast.ImportFrom) else None
        if home is not None:
            found = _contracts(ast.parse(changes[home]))
            names = {alias.name for alias in node.names}
            made |= {each: found[each] for each in found if each in names}
    return made | _contracts(tree)


def _imported_file(node: ast.ImportFrom, name: str, changes: dict[str, bytes]) -> str | None:
    """Return the changed file that *node* in the file *name* imports from; None if there is none."""
    module = f"{(node.module or '').replace('.', '/')}.py"
    if node.level:
        return next((each for each in changes if each == _beside(name, node.level, module)), None)
    return next((each for each in changes if f"/{each}".endswith(f"/{module}")), None)


def _beside(name: str, level: int, module: str) -> str:
    return (PurePosixPath(name).parents[level - 1] / module).as_posix()


def _contracts(tree: ast.Module) -> dict[str, object]:
    names = {
        "SSEFormatter": SSEFormatter,
        "ModelDialect": ModelDialect,
        "ORJSONDialect": ORJSONDialect,
    }
    made: dict[str, object] = {}
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="SSEFormatter")) as call,
            ):
                with contextlib.suppress(NameError):
                    made[name] = eval(ast.unparse(call), dict(names))
    return made


@dataclass
class Taken:
    """A function, compiled alone.

    Attributes:
        code: Makes the function.
        names: What it loads.
        node: Its definition.
    """

    code: types.CodeType
    names: set[str]
    node: FunctionNode


@dataclass
class Side:
    """One form of a file: its functions and constants.

    Attributes:
        tree: The file.
        contracts: Its contracts; none on the old side.
        responses: What the responses of ours stand for, by name.
        borrowed: The contracts of the file of each function that stands in another one.
        reached: The sites that have run.
    """

    tree: ast.Module
    contracts: dict[str, object]
    responses: dict[str, str] = field(default_factory=dict)
    borrowed: dict[str, dict[str, object]] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.functions = _functions(self.tree)
        self.constants = _constants(self.tree, self.contracts)
        self.classes = _classes(self.tree)
        self.taken: dict[str, Taken] = {}

    def take(self, path: str) -> Taken:
        if path not in self.taken:
            node = self.functions[path]
            names = _loaded(node)
            self.taken[path] = Taken(_compiled(node, path), names, node)
        return self.taken[path]

    def function(self, path: str, helpers: dict[str, str], world: World) -> types.FunctionType:
        """Return the function at *path*, its helpers with it, in a namespace of stand-ins."""
        taken = self.take(path)
        names: dict[str, object] = {"__builtins__": _safe_builtins(world), "__name__": "isolated"}
        names |= {
            "_site": lambda name, value: (self.reached.add(name), value)[1],
            "_turn": world.turn,
            **_questions(world),
        }
        contracts = {**self.contracts, **self.borrowed.get(path, {})}
        known = {**self.constants, **contracts, "json": json, "orjson": orjson, "StreamingChunk": StreamingChunk,
                 "producer": streamlift.producer, "SSEFormatter": SSEFormatter, **world.generators,
                 **{ours: world.stand_in(theirs) for ours, theirs in self.responses.items()}}  # fmt: skip
        for name in taken.names:
            if name in names or (hasattr(builtins, name) and name not in UNSAFE):
                continue
            if name in helpers:
                continue
            names[name] = (
                known[name] if name in known else self.classes.get(name) or world.stand_in(name)
            )
        for name, helper in helpers.items():
            if name in taken.names and helper != path:
                names[name] = self.function(
                    helper, {n: h for n, h in helpers.items() if h != helper}, world
                )
        exec(taken.code, names)
        return names["function_of_the_package"]


def _questions(world: World) -> dict[str, object]:
    """Return what stands in the place of identity and unpacking, which no stand-in can answer itself."""

    def is_same(left: object, right: object, negated: bool) -> bool:
        asked = isinstance(right, Answers) or isinstance(left, Answers)
        rarely = 2 if right is None else 1  # most values are there
        question = f"{shown(left)} is {shown(right)}"
        same = left is right or (
            asked and world.says_yes(question) and world.number(question, rarely) == 0
        )
        return same is not negated

    def is_in(item: object, container: object, negated: bool) -> bool:
        by_hash = isinstance(item, Answers) and isinstance(container, (set, frozenset, dict))
        found = item in container or (
            by_hash and world.says_yes(f"{shown(item)} in {type(container).__name__}")
        )
        return found is not negated

    def is_instance(value: object, kinds: object) -> bool:
        return (
            world.says_yes(f"kind of {shown(value)}")
            if isinstance(value, Answers)
            else isinstance(value, kinds)
        )

    def unpacked(parts: int, value: object) -> object:
        return (
            [world.value(f"{value.path_of_stand_in}[{n}]") for n in range(parts)]
            if isinstance(value, Answers)
            else value
        )

    def rows(parts: int, source: Iterable[object]) -> Iterator[object]:
        return (unpacked(parts, row) for row in source)

    async def later_rows(parts: int, source: AsyncIterable[object]) -> AsyncIterator[object]:
        async for row in source:
            yield unpacked(parts, row)

    return {
        "_is": is_same,
        "_in": is_in,
        "isinstance": is_instance,
        "_unpacked": unpacked,
        "_rows": rows,
        "_later_rows": later_rows,
    }


def _safe_builtins(world: World) -> dict[str, object]:
    safe = {name: value for name, value in vars(builtins).items() if name not in UNSAFE}

    def imported(
        name: str,
        _globals: object = None,
        _locals: object = None,
        names: object = (),
        level: int = 0,
    ) -> object:
        top = name if names else name.partition(".")[0]
        return (
            MODULES.get(top) if not level and top in MODULES else world.stand_in(top or "package")
        )

    return {**safe, **{name: world.stand_in(name) for name in UNSAFE}, "__import__": imported}


# Running it


@dataclass
class Seen:
    """What a consumer and the surroundings saw of one run.

    Attributes:
        items: The items, as text.
        end: How it ended.
        log: What happened around it.
    """

    items: list[str]
    end: str
    log: list[str]


def _observe(function: types.FunctionType, world: World, boundary: SSEFormatter | None) -> Seen:
    plain = getattr(function, "__wrapped__", function)
    names = [*inspect.signature(plain).parameters.values()]
    given = {p.name: _argument(p, world) for p in names}
    positional = [
        given[p.name] for p in names if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}
    ]
    named = {p.name: given[p.name] for p in names if p.kind is p.KEYWORD_ONLY}
    items: list[str] = []
    try:
        end = asyncio.run(
            _run(functools.partial(function, *positional, **named), boundary, items, _manner(world))
        )
    except TooLong:
        end = "too long"
    except BaseException as error:  # noqa: BLE001 - whatever ends it has to be the same
        end = f"{type(error).__name__}: {_message(error)}"
    return Seen(items, end, [*world.log])


def _manner(world: World) -> str:
    """Return what the consumer does: most read on, some throw something in or go away."""
    return {5: "throw", 6: "close"}.get(world.temper.seed % 7, "read")


def _argument(parameter: inspect.Parameter, world: World) -> object:
    plain = isinstance(parameter.default, (str, int, float, type(None)))
    if plain and world.says_yes(f"default of {parameter.name}"):
        return parameter.default
    # What is annotated as a str is one and nothing else: the tool may rely on that, and says so.
    return (
        f"text of {parameter.name}"
        if parameter.annotation in {str, "str"}
        else world.stand_in(parameter.name)
    )


def _message(error: BaseException) -> str:
    return shown(error.args[0]) if len(error.args) == 1 else shown(error.args)


async def _run(call, boundary, items, manner) -> str:
    result = call()
    if inspect.iscoroutine(result):
        result = await result
    if not inspect.isasyncgen(result) and not inspect.isgenerator(result):
        return f"returned {_item(result, boundary)}"
    plain = not hasattr(call.func, "__wrapped__")
    stream = boundary.stream(result) if boundary is not None and plain else result
    later = inspect.isasyncgen(stream)
    most = 2 if manner == "close" else ITEMS
    step = stream.__anext__ if later else stream.__next__
    try:
        while len(items) < most:
            item = step()
            items.append(_item(await item if later else item, boundary))
            step = stream.__anext__ if later else stream.__next__
            if manner == "throw" and len(items) == 1:
                step = functools.partial(
                    stream.athrow if later else stream.throw, KeyError("thrown in")
                )
    except StopIteration as stop:
        return f"end {_item(stop.value, boundary)}"
    except StopAsyncIteration:
        return "end"
    finally:
        if later:
            await stream.aclose()
        else:
            stream.close()
    return "end"


def _item(value: object, boundary: SSEFormatter | None) -> str:
    if isinstance(value, StreamingChunk):
        assert boundary is not None
        return repr(boundary.format_chunk(value))
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}[{', '.join(_item(part, boundary) for part in value)}]"
    return shown(value)


# A package


def _name_of(site) -> str:
    return f"{site.source.name}:{site.node.lineno}:{site.node.col_offset}"


def _innermost(functions: dict[str, FunctionNode], node: ast.expr) -> str | None:
    around = [
        (function.lineno, path)
        for path, function in functions.items()
        if (function.lineno, function.col_offset) < (node.lineno, node.col_offset)
        and (function.end_lineno, function.end_col_offset) >= (node.end_lineno, node.end_col_offset)
    ]
    return max(around)[1] if around else None


def drive(folder: Path, rewrite: Callable[[Plan], dict[str, bytes]] = separate) -> Result:
    """Migrate the package in *folder*, in memory, by *rewrite*, and compare its functions before and after."""
    started = time.perf_counter()
    settings = read_settings(folder)
    plan = make_plan(open_project([folder], settings.exclude), settings)
    changes = rewrite(plan)
    result = Result(folder.name)
    planned = time.perf_counter()
    by_file: dict[str, list] = {}
    for site in plan.sites:
        if site.verdict == "auto" and site.source.name in changes:
            by_file.setdefault(site.source.name, []).append(site)
    for name, sites in by_file.items():
        _File(plan, changes, name, sites, result).compare()
    result.seconds = [round(planned - started, 2), round(time.perf_counter() - planned, 2)]
    return result


class _File:
    def __init__(
        self, plan: Plan, changes: dict[str, bytes], name: str, sites: list, result: Result
    ) -> None:
        self.plan = plan
        self.name = name
        self.sites = {_name_of(site): site for site in sites}
        self.result = result
        old_tree = ast.parse(
            plan.facts.files[name].source.encode(plan.facts.files[name].source.text)
        )
        new_tree = ast.parse(changes[name])
        places = {
            (s.node.lineno, s.node.col_offset, s.node.end_lineno, s.node.end_col_offset): n
            for n, s in self.sites.items()
        }
        functions = _functions(old_tree)
        self.paths: dict[str, list[str]] = {}
        for site_name, site in self.sites.items():
            path = _innermost(functions, site.node)
            self.paths.setdefault(path or "", []).append(site_name)
        self.helpers = {
            function.name: path
            for path, function in functions.items()
            for site in sites
            if site.helper is not None
            and (function.lineno, function.name) == (site.helper.lineno, site.helper.name)
        }
        self.methods = {
            name
            for name, path in self.helpers.items()
            if functions[path].args.args[:1] and functions[path].args.args[0].arg in {"self", "cls"}
        }
        self.old = Side(_Marks(places).visit(old_tree), {})
        self.new = Side(_Marks({}).visit(new_tree), _formatters(new_tree, name, changes))
        self.new.responses = {
            caller.edge.swap[1]: ast.unparse(caller.edge.responses[0].func)
            for caller in self._callers()
            if caller.edge is not None and caller.edge.swap is not None
        }
        self.generators = self._generators()
        self.attributes: set[str] = set()
        local = {id(node) for node in ast.walk(plan.facts.files[name].source.tree)}
        for site in sites:
            if site.helper is not None and id(site.helper) not in local:
                self._borrow(site, changes)

    def _generators(self) -> dict[str, bool]:
        """Return the names of the producers that get a boundary at their calls in this file, and whether they are asynchronous."""
        return {
            _last_name(caller.call.func): isinstance(producer.node, ast.AsyncFunctionDef)
            for caller, producer in self._callers().items()
        }

    def _callers(self):
        """Return the calls of this file that get a boundary, with their producers."""
        producers = self.plan.all_producers
        pairs = [(caller, producer) for producer in producers for caller in producer.callers]
        return {caller: producer for caller, producer in pairs if caller.file.name == self.name}

    def _borrow(self, site, changes: dict[str, bytes]) -> None:
        """Take the helper of *site* from the file that it stands in, before and after."""
        home = next(
            file
            for file in self.plan.facts.files.values()
            if any(node is site.helper for node in ast.walk(file.source.tree))
        )
        before = home.source.encode(home.source.text)
        called = site.node.func
        name = called.id if isinstance(called, ast.Name) else called.attr
        owner = site.scope.owner_of(name)
        if isinstance(called, ast.Attribute) or (owner is not None and owner.function is not None):
            self.attributes.add(name)  # an import in a function takes it out of a stand-in
        for side, raw in ((self.old, before), (self.new, changes.get(home.name, before))):
            tree = ast.parse(raw)
            contracts = _formatters(tree, home.name, changes) if side is self.new else {}
            other = Side(_Marks({}).visit(tree), contracts)
            side.borrowed[f"{home.name}:{site.helper.name}"] = contracts
            path = next(
                path for path, node in other.functions.items() if node.name == site.helper.name
            )
            self.helpers[name] = f"{home.name}:{path}"
            side.functions[self.helpers[name]] = other.functions[path]
            side.constants = {**other.constants, **side.constants}
        for inner in home.sites:
            calls_on = inner.kind == "helper-call" and inner.scope.node is site.helper
            if calls_on and inner.helper is not site.helper and inner.verdict == "auto":
                self._borrow(inner, changes)

    def compare(self) -> None:
        self.result.migrated += len(self.sites)
        for path, names in self.paths.items():
            if not path:  # it runs with the module
                continue
            if path not in self.new.functions:
                self.result.broken.append(f"{self.name}: {path}: not found in the new file")
                continue
            try:
                self._compare_function(path, set(names))
            except SyntaxError as error:
                self.result.broken.append(f"{self.name}: {path}: {error}")
        for name in self.sites:
            (self.result.executed if name in self.old.reached else self.result.missed).append(name)

    def _boundary(self, path: str, names: set[str]) -> SSEFormatter | None:
        """Return the contract that the boundary of the function has; None if it names what is not there."""
        file = self.plan.facts.files[self.name]
        for producer in self.plan.producers:
            if producer.file is file and producer.node.lineno == self.old.functions[path].lineno:
                return self.new.contracts.get(self.plan.constant_of(producer, file))
        for name in names:
            site = self.sites[name]
            if site.kind == "frame":
                return self.new.contracts.get(self.plan.constant_of(self._part(site), file))
        for site in self.sites.values():
            if site.kind == "frame" and site.scope.node in {self.sites[n].helper for n in names}:
                return self.new.contracts.get(self.plan.constant_of(self._part(site), file))
        return next(iter(self.new.contracts.values()), None)

    def _part(self, site):
        return self.plan.parts_of(site)[0][0]

    def _compare_function(self, path: str, names: set[str]) -> None:
        boundary = self._boundary(path, names)
        if boundary is None:
            return
        for number, temper in enumerate(TEMPERS):
            if number >= AT_LEAST and names <= self.old.reached:
                break
            old, new = (self._seen(side, path, temper, boundary) for side in (self.old, self.new))
            self.result.runs += 1
            self.result.items += len(old.items)
            self.result.errors += not old.end.startswith(("end", "returned", "too long"))
            if "too long" in {old.end, new.end}:  # the rest of the log is cut anywhere
                shortest = min(len(old.items), len(new.items))
                old.items, new.items = old.items[:shortest], new.items[:shortest]
                old.log = new.log = []
            if old != new:
                self.result.differences.append(_described(f"{self.name}: {path}", temper, old, new))
                break

    def _seen(self, side: Side, path: str, temper: Temper, boundary: SSEFormatter) -> Seen:
        world = World(temper, boundary)
        world.classes = side.classes
        functions = {
            name: helper for name, helper in self.helpers.items() if name not in self.methods
        }
        for name in self.methods:
            function = side.function(self.helpers[name], functions, world)
            world.methods[name] = lambda *a, _function=function, **k: _function(
                world.stand_in("self"), *a, **k
            )
        for name, later in self.generators.items():
            world.methods[name] = world.generators[name] = world.generator(name, later=later)
        for name in self.attributes:
            world.methods[name] = side.function(self.helpers[name], {}, world)
        function = side.function(path, {n: h for n, h in functions.items() if h != path}, world)
        return _observe(function, world, boundary if side is self.new else None)


def _last_name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _described(where: str, temper: Temper, old: Seen, new: Seen) -> str:
    rows = [f"{where} {temper}"]
    for name in ("items", "log"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            first = next(
                (
                    i
                    for i, pair in enumerate(zip(before, after, strict=False))
                    if pair[0] != pair[1]
                ),
                min(len(before), len(after)),
            )
            rows.append(
                f"  {name} {first}: {before[first : first + 2]} became {after[first : first + 2]}"
            )
    if old.end != new.end:
        rows.append(f"  end: {old.end} became {new.end}")
    return "\n".join(rows)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.write(json.dumps(asdict(drive(Path(sys.argv[1])))))
