"""Prove that a chunk expression writes what the frame expression wrote.

Both are run with every name and call of the user's replaced by values of ours: what remains is literals,
displays, f-strings, sums, the encoder and the contract that the boundary will really use.
"""

from __future__ import annotations

import ast
import json
import random
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from streamlift import SSEFormatter, StreamingChunk

from ..frames.payload import (
    MODEL_METHODS,
    NamedObject,
    ORJSONCall,
    PlainCall,
    inside_of_str,
    orjson_call,
    plain_dumps,
    plain_options,
)
from ..reading.purity import is_ascii, is_effectless, is_optional_str, is_settled_name, is_str
from .adversaries import ASKED, ROLES, ROUNDS, Witness, orjson_dumps, stand_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType

    from ..reading.scopes import Scope, ScopeTree

SEED = 9  # any: the same run gives the same verdict
TRUSTED_DUMPS = "json.dumps"  # no name that a program could have: a helper's own encoder
OBJECT = "object"  # starts the name of what an encoder is given, which no program could have either
CONTRACT = "contract"
RESULT = "the text"
CONSTRUCTORS = {"of", "raw", "comment", "done"}
RENDERINGS = {"format": format, "str": str}


# What formats the chunk of an expression: the boundary, or the contracts that it names itself, if it is text.
Given: TypeAlias = SSEFormatter | tuple[tuple[str, SSEFormatter], ...]


@dataclass
class NotProved(Exception):
    """A rewrite that is not the same.

    Attributes:
        obligation: Which obligation it fails: `order`, `congruence`, `bytes`.
        detail: What was seen.
    """

    obligation: str
    detail: str


@dataclass
class _Abstract(ast.NodeTransformer):
    """Replaces every expression that is not text, display, encoder or chunk by a hole."""

    tree: ScopeTree
    scope: Scope
    bound: frozenset[str]
    holes: dict[str, int]
    roles: dict[int, str] = field(default_factory=dict)
    effects: list[int] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    assumed: set[str] = field(default_factory=set)
    origins: Mapping[str, str] = field(default_factory=dict)
    locals: set[str] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    contracts: Mapping[str, SSEFormatter] = field(default_factory=dict)
    ours: Mapping[str, int] = field(default_factory=dict)
    is_mute: bool = False

    def statements(self, block: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return statements that build a text, with what they bind as names of ours."""
        return [done for statement in block for done in self._statement(statement)]

    def _statement(self, statement: ast.stmt) -> list[ast.stmt]:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                bound = self.expression(value)
                self.locals.add(name)
                return [_bound(name, bound)]
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                added = self.expression(value)
                return [*self._taken_over([name]), _added(name, added)]
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr=method), args=arguments
                )
            ) if name in self.locals:
                function = ast.Attribute(_loaded(_local(name)), method, ast.Load())
                given = [self.expression(argument) for argument in arguments]
                return [ast.Expr(ast.Call(function, given, []))]
            case ast.If(test=test, body=body, orelse=orelse):
                condition = self._condition(test)
                before = self._taken_over(sorted(_names_bound(statement)))
                then = self.statements(body)
                return [*before, ast.If(condition, then, self.statements(orelse))]
            case ast.For(target=ast.Name(id=name), iter=lines, body=body):
                cut = self.expression(lines)
                before = self._taken_over(sorted(_names_bound(statement)))
                target = ast.Name(_local(name), ast.Store())
                return [*before, ast.For(target, cut, self.statements(body), [])]
        raise NotProved("congruence", f"{ast.unparse(statement)} is not understood")

    def _taken_over(self, names: list[str]) -> list[ast.stmt]:
        """Let each of *names* that only some way binds have the value that it had before."""
        outer = [name for name in names if name not in self.locals]
        bound = [_bound(name, self.expression(_loaded(name))) for name in outer]
        self.locals |= {*outer}
        return bound

    def expression(self, node: ast.expr, role: str = "any") -> ast.expr:
        match node:
            case ast.Constant():
                return node
            case ast.JoinedStr():
                return ast.JoinedStr([self.expression(value) for value in node.values])
            case ast.FormattedValue():
                spec = self.expression(node.format_spec) if node.format_spec else None
                return ast.FormattedValue(self.expression(node.value), node.conversion, spec)
            case ast.BinOp(op=ast.Add()):
                left = self.expression(node.left)
                return ast.BinOp(left, ast.Add(), self.expression(node.right))
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
                return ast.BinOp(node.left, ast.Mod(), self.expression(node.right))
            case ast.Dict():
                return self._dict(node)
            case ast.List() | ast.Tuple() if not any(isinstance(e, ast.Starred) for e in node.elts):
                return type(node)([self.expression(element) for element in node.elts], ast.Load())
            case ast.Call():
                return self._call(node) or self._hole(node, role)
            case ast.NamedExpr(target=ast.Name(id=name)) if name in self.ours:
                bound = self._rendered(node.value, self.ours[name], role)
                self.locals.add(name)
                return ast.NamedExpr(ast.Name(_local(name), ast.Store()), bound)
            case ast.Name(id=name) if name in self.locals:
                return _loaded(_local(name))
            case ast.Name() if (
                constant := self.tree.module_constant(node, self.scope)
            ) is not None:
                return ast.Constant(constant)
        return self._choice(node) or self._hole(node, role)

    def _rendered(self, node: ast.expr, number: int, role: str) -> ast.expr:
        """Return *node*, *number* calls of builtins that make the text of a value, with holes in that."""
        if not number:
            return self.expression(node, role)
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        inside = self._rendered(node.args[0], number - 1, "any")
        return ast.Call(_loaded(f"rendering {node.func.id}"), [inside], [])

    def _choice(self, node: ast.expr) -> ast.expr | None:
        """Return the conditional expression *node*, or a part of one, with holes in it."""
        match node:
            case ast.IfExp():
                test, body = self._condition(node.test), self.expression(node.body)
                return ast.IfExp(test, body, self.expression(node.orelse))
            case ast.BoolOp(op=ast.Or(), values=[ast.Name() as left, ast.Constant() as right]):
                return ast.BoolOp(ast.Or(), [self.expression(left), right])
            case ast.UnaryOp(op=ast.Not()):
                return ast.UnaryOp(ast.Not(), self.expression(node.operand))
            case ast.Compare(
                left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]
            ):
                return ast.Compare(self.expression(left), node.ops, node.comparators)
        return None

    def _condition(self, test: ast.expr) -> ast.expr:
        count = len(self.seen)
        condition = self.expression(test)
        self.asked |= {*self.seen[count:]}
        return condition

    def _dict(self, node: ast.Dict) -> ast.expr:
        keys: list[ast.expr | None] = []
        values = []
        for key, value in zip(node.keys, node.values, strict=True):
            keys.append(self.expression(key) if key is not None else None)
            values.append(self.expression(value, "any" if key is not None else "spread"))
        return ast.Dict(keys, values)

    def _call(self, node: ast.Call) -> ast.expr | None:
        if inside := inside_of_str(node, self.tree, self.scope):
            return ast.Call(_loaded("text"), [self.expression(inside)], [])
        if plain := plain_dumps(node, self.tree, self.scope):
            node = trusted_dumps(plain, self.origins)
        if isinstance(node.func, ast.Name) and node.func.id == TRUSTED_DUMPS:
            value = self.expression(node.args[0])
            call = ast.Call(_loaded("json_dumps"), [value], node.keywords)
            return _only_evaluated(value, "") if self.is_mute else call
        if found := orjson_call(node, self.tree, self.scope):
            call = self._orjson(found)
            return _only_evaluated(call.args[0], b"") if self.is_mute else call
        function = self._function(node)
        if function is None:
            return None
        is_model = isinstance(node.func, ast.Attribute) and node.func.attr in MODEL_METHODS
        if is_model and self.is_mute and isinstance(function, ast.Attribute):
            return _only_evaluated(function.value, "")
        options = plain_options(node, self.tree, self.scope) if is_model else None
        if options is not None:
            keywords = [ast.keyword(name, literal_node(value)) for name, value in options]
            return ast.Call(function, [], keywords)
        arguments = [self.expression(argument) for argument in node.args]
        keywords = [
            ast.keyword(keyword.arg, self.expression(keyword.value)) for keyword in node.keywords
        ]
        return ast.Call(function, arguments, keywords)

    def _orjson(self, call: ORJSONCall) -> ast.Call:
        given = [ast.keyword(name, ast.Constant(text)) for name, text in call.dialect.options]
        given += [_object(named, self.origins) for named in call.dialect.objects]
        return ast.Call(_loaded("orjson_dumps"), [self.expression(call.value)], given)

    def _function(self, node: ast.Call) -> ast.expr | None:
        function = node.func
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            k.arg is None for k in node.keywords
        ):
            return None
        if self.tree.qualified_name(function, self.scope) == "json.dumps":
            return _loaded("json_dumps")
        if isinstance(function, ast.Name) and function.id == "StreamingChunk":
            return _loaded("StreamingChunk")
        if not isinstance(function, ast.Attribute):
            return None
        base = function.value
        is_given = isinstance(base, ast.Name) and base.id in self.contracts
        if is_given and function.attr in {"format_chunk", "format_done"}:
            return ast.Attribute(
                _loaded(f"{CONTRACT} {ast.unparse(base)}"), function.attr, ast.Load()
            )
        if (
            isinstance(base, ast.Name)
            and base.id == "StreamingChunk"
            and function.attr in CONSTRUCTORS
        ):
            return ast.Attribute(_loaded("StreamingChunk"), function.attr, ast.Load())
        if function.attr in MODEL_METHODS and not node.args:
            return ast.Attribute(self.expression(base, "model"), function.attr, ast.Load())
        is_built = isinstance(base, ast.Name) and base.id in self.locals
        is_text = is_built or _is_text(base) or is_str(base, self.tree, self.scope)
        if function.attr == "decode" and isinstance(base, ast.Call):
            is_bytes = orjson_call(base, self.tree, self.scope) is not None
            return ast.Attribute(self.expression(base), "decode", ast.Load()) if is_bytes else None
        if function.attr in {"encode", "split", "splitlines"} and is_text:
            return ast.Attribute(self.expression(base), function.attr, ast.Load())
        if function.attr in {"format", "join"} and isinstance(base, ast.Constant):
            return ast.Attribute(base, function.attr, ast.Load())
        return None

    def _hole(self, node: ast.expr, role: str) -> ast.expr:
        if self.locals & {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}:
            raise NotProved("congruence", f"{ast.unparse(node)} uses what goes")
        index = self.holes.setdefault(ast.dump(node), len(self.holes))
        if role == "any" and is_str(node, self.tree, self.scope):
            role = "exact" if is_str(node, self.tree, self.scope, exact=True) else "str"
            role = "ascii" if is_ascii(node, self.scope) else role
            if isinstance(node, ast.Name):
                self.assumed.add(f"{node.id} is a str by its annotation or assignments")
        elif role == "any" and is_optional_str(node, self.tree, self.scope):
            role = "optional"
            self.assumed.add(f"{ast.unparse(node)} is a str or None by its annotation")
        if any(isinstance(child, ast.Attribute) for child in ast.walk(node)):
            self.assumed.add("reading an attribute has no effect")
        self.roles[index] = role if role == "model" else self.roles.get(index, role)
        self.seen.append(index)
        rebound = isinstance(node, ast.Name) and node.id in self.bound
        if is_settled_name(node, self.tree, self.scope) and not rebound:
            return _loaded(f"hole_{index}")
        if is_effectless(node):  # an effect may change what it is
            return ast.Call(_loaded("read"), [ast.Constant(index), _loaded(f"hole_{index}")], [])
        self.effects.append(index)
        return ast.Call(_loaded("effect"), [ast.Constant(index), _loaded(f"hole_{index}")], [])


def trusted_dumps(plain: PlainCall, origins: Mapping[str, str]) -> ast.Call:
    """Return the call *plain* with names that mean the same in every file.

    Args:
        plain: A call of json.dumps.
        origins: The dotted name of each object that it is given, by its name in the file.
    """
    keywords = [ast.keyword(name, literal_node(value)) for name, value in plain.options]
    keywords += [_object(named, origins) for named in plain.objects]
    return ast.Call(_loaded(TRUSTED_DUMPS), [plain.value], keywords)


def _object(named: NamedObject, origins: Mapping[str, str]) -> ast.keyword:
    name = f"{OBJECT} {named.option} {origins.get(named.origin, named.origin)}"
    return ast.keyword(named.option, _loaded(name))


def prove(  # noqa: PLR0913 - each is a part of the question
    old: ast.expr,
    new: ast.expr,
    contract: SSEFormatter | Mapping[str, SSEFormatter],
    tree: ScopeTree,
    scope: Scope,
    *,
    statements: Sequence[ast.stmt] = (),
    origins: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return how each obligation was met, by name.

    Args:
        old: The frame expression.
        new: The chunk expression that shall take its place.
        contract: The formatter that the boundary will use; those that *new* itself uses, by name, if it is text.
        tree: The names of the file.
        scope: Where both stand.
        statements: What runs before the frame expression, and goes with it.
        origins: The dotted name of each object that a dialect is given, by its name in the file.

    Raises:
        NotProved: If one is not met.
    """
    holes: dict[str, int] = {}
    bound = frozenset(node.target.id for node in ast.walk(old) if isinstance(node, ast.NamedExpr))
    before = _Abstract(tree, scope, bound, holes, origins=origins)
    built = before.statements(statements)
    old_shape = before.expression(old)
    roles = dict(before.roles)
    used = {} if isinstance(contract, SSEFormatter) else contract
    after = _Abstract(tree, scope, bound, holes, roles=roles, origins=origins, contracts=used)
    new_shape = after.expression(new)
    if before.effects != after.effects:
        raise NotProved("order", f"effects {before.effects} became {after.effects}")
    if invented := set(after.seen) - set(before.seen):
        raise NotProved("congruence", f"{len(invented)} expressions are new")
    shapes = _shape_of(built, old_shape), _shape_of([], new_shape)
    asked = frozenset(before.asked | after.asked)
    given: Given = contract if isinstance(contract, SSEFormatter) else tuple(contract.items())
    rounds = _compare(*shapes, given, tuple(roles.items()), asked)
    return _obligations(rounds, before.assumed | after.assumed)


@dataclass(frozen=True)
class Beside:
    """A frame expression with a chunk beside it, which takes what it needs from there.

    Attributes:
        frame: The frame expression; parts of it are bound to names.
        chunk: The chunk expression.
        names: Those names, each with the number of builtins that make the text of the part first.
        statements: What runs before.
        encodes_again: Whether both encode the payload with a function or a method of the user's.
    """

    frame: ast.expr
    chunk: ast.expr
    names: Mapping[str, int]
    statements: Sequence[ast.stmt] = ()
    encodes_again: bool = False


def prove_beside(  # noqa: PLR0913 - each is a part of the question
    old: ast.expr,
    new: Beside,
    contract: SSEFormatter,
    tree: ScopeTree,
    scope: Scope,
    *,
    statements: Sequence[ast.stmt] = (),
    origins: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return how each obligation was met: the frame is the same text as before, and so is that of the chunk.

    An encoder of the user's may tell how often it was called, so the chunk's text is compared with that
    of a frame that was not encoded before.

    Args:
        old: The frame expression.
        new: What shall take its place.
        contract: The formatter that writes the chunk.
        tree: The names of the file.
        scope: Where both stand.
        statements: What runs before the frame expression, and makes a part of it.
        origins: The dotted name of each object that a dialect is given, by its name in the file.

    Raises:
        NotProved: If one is not met.
    """
    holes: dict[str, int] = {}
    bound = frozenset(node.target.id for node in ast.walk(old) if isinstance(node, ast.NamedExpr))
    before = _Abstract(tree, scope, bound, holes, origins=origins)
    old_shape = _shape_of(before.statements(statements), before.expression(old))
    roles = dict(before.roles)

    def abstract(*, is_mute: bool) -> _Abstract:
        return _Abstract(
            tree, scope, bound, holes, roles=roles, origins=origins, ours=new.names, is_mute=is_mute
        )

    off, on = abstract(is_mute=False), abstract(is_mute=new.encodes_again)
    off_shape = _shape_of(off.statements(new.statements), off.expression(new.frame))
    built = on.statements(new.statements)
    built.append(ast.Expr(on.expression(new.frame)))
    on_shape = _shape_of(built, on.expression(new.chunk))
    for after in (off, on):
        if before.effects != after.effects:
            raise NotProved("order", f"effects {before.effects} became {after.effects}")
        if invented := set(after.seen) - set(before.seen):
            raise NotProved("congruence", f"{len(invented)} expressions are new")
    asked = frozenset(before.asked | on.asked)
    rounds = _compare(old_shape, off_shape, (), tuple(roles.items()), asked)
    rounds += _compare(old_shape, on_shape, contract, tuple(roles.items()), asked)
    return _obligations(rounds, before.assumed | on.assumed)


def _obligations(rounds: int, assumed: set[str]) -> dict[str, str]:
    return {
        "order": "proved",
        "congruence": "proved",
        "names": "proved",
        "carrier": "proved",
        "bytes": f"tested ({rounds} rounds of adversarial values)",
        **({"assumed": "; ".join(sorted(assumed))} if assumed else {}),
    }


@dataclass(frozen=True)
class _Shape:
    """An expression of holes; equal to any other that is written alike.

    Attributes:
        dump: The tree as text, which tells equal ones.
        node: The tree.
    """

    dump: str
    node: ast.Module = field(compare=False)

    def compiled(self) -> CodeType:
        return compile(ast.fix_missing_locations(self.node), "<proof>", "exec")


def _shape_of(statements: list[ast.stmt], node: ast.expr) -> _Shape:
    module = ast.Module([*statements, _bound(RESULT, node)], [])
    return _Shape(ast.dump(module), module)


@lru_cache(maxsize=4096)
def _compare(
    old: _Shape,
    new: _Shape,
    contract: Given,
    hole_roles: tuple[tuple[int, str], ...],
    asked: frozenset[int],
) -> int:
    """Compare what both expressions write; the same shapes under the same contract only once."""
    roles = dict(hole_roles)
    old_code, new_code = old.compiled(), new.compiled()
    chosen = _picks(roles, asked)
    for picks in chosen:
        expected, happened = _outcome(old_code, (), roles, picks)
        written, happened_now = _outcome(new_code, contract, roles, picks)
        if expected != written or happened != happened_now:
            raise NotProved("bytes", f"{expected!r} became {written!r}")
    return len(chosen)


def forget() -> None:
    """Forget which shapes are proved already."""
    _compare.cache_clear()


def _picks(roles: dict[int, str], asked: frozenset[int]) -> list[dict[int, int]]:
    """Return which value each hole has in each round.

    Every value reaches every hole, whatever way the conditions that ask *asked* holes go; each hole once
    shows what ran before it, among plain values, and all of them once together; and some rounds are mixed
    at random.
    """
    rounds = max((ROUNDS[role] for role in roles.values()), default=1)
    mixed = random.Random(SEED)  # noqa: S311 - nothing is secret here
    return [
        *({hole: number + hole for hole in roles} for number in range(rounds)),
        *(
            {hole: pick if hole == one else number + hole for hole in roles}
            for one in sorted(asked)
            for pick in ASKED[roles[one]]
            for number in range(rounds)
        ),
        *({hole: int(hole != witness) for hole in roles} for witness in roles),
        dict.fromkeys(roles, 0),
        *({hole: mixed.randrange(rounds) for hole in roles} for _ in range(rounds // 2)),
    ]


Outcome = tuple[object, ...]


def _outcome(
    code: CodeType,
    contract: Given,
    roles: dict[int, str],
    picks: dict[int, int],
) -> tuple[Outcome, list[str]]:
    witness = Witness()

    def read(hole: int, value: object) -> object:
        changed = len(witness.trace)
        return ROLES[roles[hole]](witness, picks[hole] + changed) if changed else value

    names: dict[str, object] = {
        "__builtins__": {},
        "json_dumps": json.dumps,
        "orjson_dumps": orjson_dumps,
        "text": str,
        **{f"rendering {name}": function for name, function in RENDERINGS.items()},
        "StreamingChunk": StreamingChunk,
        "effect": witness.effect,
        "read": read,
        **{f"hole_{hole}": ROLES[role](witness, picks[hole]) for hole, role in roles.items()},
    }
    if isinstance(contract, tuple):
        names |= {f"{CONTRACT} {name}": formatter for name, formatter in contract}
    for name in code.co_names:
        if name.startswith(f"{OBJECT} "):
            _, option, origin = name.split(" ")
            names[name] = stand_in(option, origin)
    try:
        exec(code, names)  # noqa: S102 - without any name of the user's
        value = names[_local(RESULT)]
        text = value if isinstance(contract, tuple) else contract.writers.format(value)  # type: ignore[arg-type]  # refuses what is no chunk
    except Exception as error:  # noqa: BLE001 - whatever the encoder raises has to be the same
        return (type(error), str(error)), witness.trace
    return (type(text), text), witness.trace


def literal_node(value: object) -> ast.expr:
    """Return the literal of *value*."""
    return ast.parse(repr(value), mode="eval").body


def _only_evaluated(value: ast.expr, text: str | bytes) -> ast.expr:
    """Return an expression that evaluates *value* and gives *text*."""
    pair = ast.Tuple([value, ast.Constant(text)], ast.Load())
    return ast.Subscript(pair, ast.Constant(1), ast.Load())


def _loaded(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _local(name: str) -> str:
    return f"local {name}"


def _bound(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(_local(name), ast.Store())], value)


def _added(name: str, value: ast.expr) -> ast.stmt:
    return ast.AugAssign(ast.Name(_local(name), ast.Store()), ast.Add(), value)


def _names_bound(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(op=ast.Add()):
            return _is_text(node.left) or _is_text(node.right)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _is_text(left)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format" | "join")):
            return True
        case (
            ast.Call(func=ast.Attribute(attr="dumps" | "model_dump_json"))
            | ast.Call(func=ast.Name(id="dumps"))
        ):
            return True
    return False
