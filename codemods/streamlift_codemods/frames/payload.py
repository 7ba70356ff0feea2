"""Recognise the encoder call in a data hole: which value, in which JSON dialect."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from ..reading.fragment import Fragment
    from ..reading.scopes import Scope, ScopeTree

JSON_OPTIONS = (
    "skipkeys",
    "ensure_ascii",
    "check_circular",
    "allow_nan",
    "sort_keys",
    "indent",
    "separators",
)
OBJECT_OPTIONS = ("default", "cls")
ORJSON_OPTIONS = {"default", "option"}
CERTAIN_METHOD = "model_dump_json"
MODEL_METHODS = {CERTAIN_METHOD, "json", "to_json"}
PARTIAL = "functools.partial"
ORJSON_DUMPS = "orjson.dumps"
COMPACT, LETTERS = ("separators", '(",", ":")'), ("ensure_ascii", "False")
SPELLINGS = ((), (COMPACT,), (LETTERS,), (LETTERS, COMPACT))  # how people write constant JSON
# With these the text has line ends, which a contract would have to know of.
ORJSON_WITH_LINE_ENDS = {"OPT_INDENT_2", "OPT_APPEND_NEWLINE"}


@dataclass(frozen=True)
class NamedObject:
    """A function or class of the program that a dialect hands to its encoder.

    Attributes:
        option: The option that it is given for.
        text: The name that the contract has for it.
        origin: The dotted name of the object; until that is known, the name as the file spells it,
            with `THIS_FILE` for what the file itself defines.
        home: The file of the project that defines it; None for a builtin and for what is installed.
    """

    option: str
    text: str
    origin: str
    home: str | None = None


THIS_FILE = "<file>"


@dataclass(frozen=True)
class Dialect:
    """How a payload becomes text: one encoder and its options.

    Attributes:
        encoder: `json` for json.dumps, `orjson` for orjson.dumps, `model` for a method of the payload itself.
        options: The options that differ from the encoder's defaults, by name, as source text.
        objects: The options that are functions or classes.
    """

    encoder: Literal["json", "orjson", "model"] = "json"
    options: tuple[tuple[str, str], ...] = ()
    objects: tuple[NamedObject, ...] = ()

    @property
    def home(self) -> str | None:
        """The file of the project that a contract with this dialect has to stand in."""
        return next((named.home for named in self.objects if named.home), None)

    @property
    def flags(self) -> list[str]:
        """The names of the flags of orjson that are set."""
        text = dict(self.options).get("option", "") if self.encoder == "orjson" else ""
        return text.split(" | ") if text else []

    @property
    def may_give_anything(self) -> bool:
        """Whether the encoder may return something else than a str."""
        return self.encoder == "model" and "method" in dict(self.options)


@dataclass(frozen=True)
class EncoderCall:
    """A call that turns one value into JSON text.

    Attributes:
        value: The expression that is encoded.
        dialect: How.
    """

    value: Fragment
    dialect: Dialect


def spelling_of(text: str | None) -> Dialect | None:
    """Return the dialect that writes the JSON *text* if one with other blanks or letters does; None for the default one."""
    value = json.loads(text or "null")
    for options in SPELLINGS:
        known = {name: ast.literal_eval(source) for name, source in options}
        if json.dumps(value, **known) == text:
            return Dialect(options=options) if options else None
    return None


class PlainCall(NamedTuple):
    """A call of json.dumps as it would be written without aliases, partials and constants.

    Attributes:
        value: What is encoded.
        options: The options, literals put in for constants.
        objects: The options that are functions or classes.
    """

    value: ast.expr
    options: list[tuple[str, object]]
    objects: list[NamedObject]


@dataclass
class _NotPlain(Exception):
    """A call with an option that no contract can hold."""


@dataclass
class _Options:
    """The options that are collected from a call, and from the partials that it goes through."""

    literals: dict[str, object] = field(default_factory=dict)
    objects: dict[str, NamedObject] = field(default_factory=dict)

    def add(self, keywords: list[ast.keyword], tree: ScopeTree, scope: Scope) -> None:
        for name, value in _spread(keywords, tree, scope):
            self.literals.pop(name, None)
            self.objects.pop(name, None)
            named = named_object(name, value, tree, scope) if name in OBJECT_OPTIONS else None
            if named is not None:
                self.objects[name] = named
            else:
                self.literals[name] = literal_of(value, tree, scope)


def read_encoder_call(fragment: Fragment, tree: ScopeTree, scope: Scope) -> EncoderCall | None:
    """Return what the call *fragment* encodes, None if it is no call that a contract can write."""
    call = fragment.node
    if not isinstance(call, ast.Call):
        return None
    if inside := inside_of_str(call, tree, scope):
        return read_encoder_call(fragment.part(inside), tree, scope)
    if found := decoded_orjson(call, tree, scope):
        return EncoderCall(fragment.part(found.value), found.dialect)
    if plain := plain_dumps(call, tree, scope):
        options = [(name, option_text(v)) for name, v in plain.options]
        kept = tuple(sorted((n, text) for n, text in options if not _is_default(n, text)))
        return EncoderCall(
            fragment.part(plain.value), Dialect("json", kept, tuple(sorted(plain.objects, key=str)))
        )
    if isinstance(call.func, ast.Attribute) and call.func.attr in MODEL_METHODS and not call.args:
        return _model_dump(fragment, call, call.func, tree, scope)
    return None


class ORJSONCall(NamedTuple):
    """A call of orjson.dumps.

    Attributes:
        value: What is encoded.
        dialect: How.
    """

    value: ast.expr
    dialect: Dialect


def decoded_orjson(call: ast.Call, tree: ScopeTree, scope: Scope) -> ORJSONCall | None:
    """Return the call in `orjson.dumps(...).decode()`, None if *call* is anything else."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Call() as inside, attr="decode"),
            args=[] | [ast.Constant(value="utf-8" | "utf8")],
            keywords=[],
        ):
            return orjson_call(inside, tree, scope)
    return None


def orjson_call(call: ast.Call, tree: ScopeTree, scope: Scope) -> ORJSONCall | None:
    """Return the call of orjson.dumps that *call* is, None if it is none that a contract can write."""
    if tree.qualified_name(call.func, scope) != ORJSON_DUMPS or not call.args:
        return None
    value, *more = call.args
    given = dict(zip(("default", "option"), more, strict=False))
    given |= {keyword.arg or "": keyword.value for keyword in call.keywords}
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    if starred or len(more) + len(call.keywords) > len(given) or not given.keys() <= ORJSON_OPTIONS:
        return None
    given = {name: node for name, node in given.items() if not _is_none(node)}
    named = named_object("default", given["default"], tree, scope) if "default" in given else None
    flags = orjson_flags(given["option"], tree, scope) if "option" in given else []
    if ("default" in given and named is None) or flags is None:
        return None
    options = (("option", " | ".join(sorted(flags))),) if flags else ()
    return ORJSONCall(value, Dialect("orjson", options, (named,) if named else ()))


def orjson_flags(node: ast.expr, tree: ScopeTree, scope: Scope) -> list[str] | None:
    """Return the names of the flags whose sum *node* is, None if one is not known, or makes line ends."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = (orjson_flags(side, tree, scope) for side in (node.left, node.right))
        return None if left is None or right is None else [*left, *right]
    bound = _bound_at_import(node, tree, scope)
    if bound is not None:
        return orjson_flags(bound, tree, tree.module)
    module, _, name = (tree.qualified_name(node, scope) or "").rpartition(".")
    known = module == "orjson" and name.startswith("OPT_") and name not in ORJSON_WITH_LINE_ENDS
    hidden = any(one.qualified != f"orjson.{name}" for one in tree.module.bindings.get(name, ()))
    return [name] if known and not hidden else None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def plain_dumps(call: ast.Call, tree: ScopeTree, scope: Scope) -> PlainCall | None:
    """Return the call of json.dumps that *call* is, through aliases and partials; None if it is none."""
    options = _Options()
    try:
        if not _is_dumps(call.func, tree, scope, options):
            return None
        options.add([k for k in call.keywords if k.arg != "obj"], tree, scope)
    except _NotPlain:
        return None
    values = [*call.args, *(k.value for k in call.keywords if k.arg == "obj")]
    names = {*options.literals, *options.objects}
    if len(values) != 1 or isinstance(values[0], ast.Starred):
        return None
    if not names <= {*JSON_OPTIONS, *OBJECT_OPTIONS}:
        return None
    if any(options.literals.pop(name, None) is not None for name in OBJECT_OPTIONS):
        return None
    return PlainCall(values[0], list(options.literals.items()), list(options.objects.values()))


def inside_of_str(call: ast.Call, tree: ScopeTree, scope: Scope) -> ast.Call | None:
    """Return the encoder call in `str(...)`, which changes nothing: its text is a str already."""
    inside = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if not isinstance(inside, ast.Call) or tree.qualified_name(call.func, scope) != "builtins.str":
        return None
    is_model = isinstance(inside.func, ast.Attribute) and inside.func.attr == CERTAIN_METHOD
    return inside if is_model or plain_dumps(inside, tree, scope) else None


def literal_of(node: ast.expr, tree: ScopeTree, scope: Scope) -> object:
    """Return the immutable value that *node* certainly has: a literal, or a constant of the module."""
    bound = _bound_at_import(node, tree, scope)
    try:
        value: object = ast.literal_eval(node if bound is None else bound)
    except (ValueError, TypeError) as error:
        raise _NotPlain from error
    if bound is not None and not isinstance(value, (str, int, float, tuple, type(None))):
        raise _NotPlain
    return value


def _is_dumps(function: ast.expr, tree: ScopeTree, scope: Scope, options: _Options) -> bool:
    if tree.qualified_name(function, scope) == "json.dumps":
        return True
    bound = _bound_at_import(function, tree, scope)
    if isinstance(bound, ast.Call) and tree.qualified_name(bound.func) == PARTIAL:
        if len(bound.args) != 1 or not _is_dumps(bound.args[0], tree, tree.module, options):
            return False
        options.add(bound.keywords, tree, tree.module)
        return True
    return bound is not None and _is_dumps(bound, tree, tree.module, options)


def _bound_at_import(node: ast.expr, tree: ScopeTree, scope: Scope) -> ast.expr | None:
    """Return the value of the name *node* if the module binds it, once, in a statement of its own."""
    if not isinstance(node, ast.Name) or scope.owner_of(node.id) is not tree.module:
        return None
    bindings = tree.module.bindings[node.id]
    binding = bindings[0] if len(bindings) == 1 else None
    if binding is None or not isinstance(binding.node, (ast.Assign, ast.AnnAssign)):
        return None
    at_top = tree.parent_of[binding.node] is tree.module.node
    may_be_hidden = tree.module.star_import > binding.node.lineno
    return binding.value if at_top and not may_be_hidden else None


def _spread(
    keywords: list[ast.keyword], tree: ScopeTree, scope: Scope
) -> list[tuple[str, ast.expr]]:
    found: list[tuple[str, ast.expr]] = []
    for keyword in keywords:
        if keyword.arg is not None:
            found.append((keyword.arg, keyword.value))
            continue
        display = keyword.value
        if isinstance(display, ast.Name):
            display = _options_constant(display, tree, scope)
        if not isinstance(display, ast.Dict):
            raise _NotPlain
        for key, value in zip(display.keys, display.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise _NotPlain
            found.append((key.value, value))
    return found


def _options_constant(name: ast.Name, tree: ScopeTree, scope: Scope) -> ast.expr:
    """Return the display of a module's dict of options that is never used but by `**`."""
    bound = _bound_at_import(name, tree, scope)
    loads = tree.loads_of(name.id, tree.module)
    parents = [tree.parent_of[load] for load in loads]
    only_spread = all(isinstance(node, ast.keyword) and node.arg is None for node in parents)
    if bound is None or not only_spread or name.id in tree.attribute_loads:
        raise _NotPlain
    return bound


def named_object(option: str, node: ast.expr, tree: ScopeTree, scope: Scope) -> NamedObject | None:
    """Return the function or class *node* if the module has it from its import on."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return None
    owner = scope.owner_of(root.id)
    if owner is None:
        qualified = tree.qualified_name(node, scope)
        return NamedObject(option, qualified[9:], qualified) if qualified else None
    bindings = owner.bindings[root.id]
    if owner is not tree.module or len(bindings) != 1:
        return None
    statement = bindings[0].node
    if tree.parent_of.get(statement) is not tree.module.node:
        return None
    qualified = tree.qualified_name(node, scope)
    if qualified is not None:
        name = qualified.rsplit(".", 1)[-1]
        is_free = name == root.id if node is root else name not in tree.module.bindings
        return NamedObject(option, name, qualified) if is_free else None
    defined = isinstance(statement, (ast.FunctionDef, ast.ClassDef)) and node is root
    hidden = tree.module.star_import > getattr(statement, "lineno", 0)
    return (
        NamedObject(option, root.id, f"{THIS_FILE}.{root.id}") if defined and not hidden else None
    )


def plain_options(call: ast.Call, tree: ScopeTree, scope: Scope) -> list[tuple[str, object]] | None:
    """Return the options of *call* with literals put in for constants, None if one is no literal."""
    options = _Options()
    try:
        options.add(call.keywords, tree, scope)
    except _NotPlain:
        return None
    return None if options.objects else list(options.literals.items())


def _model_dump(
    fragment: Fragment, call: ast.Call, function: ast.Attribute, tree: ScopeTree, scope: Scope
) -> EncoderCall | None:
    options = plain_options(call, tree, scope)
    if options is None or "method" in dict(options):
        return None
    texts = [(name, option_text(value)) for name, value in options]
    if function.attr == CERTAIN_METHOD:
        texts.sort()
    else:  # a method of the user's may see their order
        texts.insert(0, ("method", f'"{function.attr}"'))
    return EncoderCall(fragment.part(function.value), Dialect("model", tuple(texts)))


def option_text(value: object) -> str:
    """Return the source text of an option's *value*, the same for equal ones."""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(option_text, value)) + ("," * (len(value) == 1)) + ")"
    if isinstance(value, (set, frozenset)) and value:
        return "{" + ", ".join(sorted(map(option_text, value))) + "}"
    if isinstance(value, dict):
        items = (f"{option_text(k)}: {option_text(v)}" for k, v in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, str) and '"' not in value:
        return '"' + repr(value)[1:-1] + '"'
    return repr(value)


def _is_default(name: str, text: str) -> bool:
    defaults = {
        "ensure_ascii": "True",
        "check_circular": "True",
        "allow_nan": "True",
        "skipkeys": "False",
        "sort_keys": "False",
        "indent": "None",
        "separators": "None",
        "default": "None",
        "cls": "None",
    }
    return defaults[name] == text
