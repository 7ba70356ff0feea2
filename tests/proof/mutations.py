"""Ways to make a right rewrite wrong: each returns what it makes of one rewrite."""

import ast
import copy
from collections.abc import Callable, Iterable, Iterator

from tests.proof.rewrites import Rewrite

Detail = tuple[str, ast.expr]
Replace = Callable[[ast.expr], Iterable[Detail]]


class _Put(ast.NodeTransformer):
    def __init__(self, target: ast.AST, other: ast.AST) -> None:
        self.target = target
        self.other = other

    def visit(self, node: ast.AST) -> ast.AST:
        return self.other if node is self.target else self.generic_visit(node)


def _parsed(expression: str) -> ast.Expression:
    return ast.parse(expression.strip(), mode="eval")


def _changed(expression: str, change: Replace) -> Iterator[tuple[str, str]]:
    """Return *expression* with one of its nodes changed, for each node and change."""
    for number, original in enumerate(ast.walk(_parsed(expression))):
        if not isinstance(original, ast.expr):
            continue
        for detail, other in change(original):
            tree = _parsed(expression)
            target = [*ast.walk(tree)][number]
            changed = ast.fix_missing_locations(_Put(target, copy.deepcopy(other)).visit(tree))
            yield detail, ast.unparse(changed)


def _with(node: ast.expr, **fields: object) -> ast.expr:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _swapped(values: list, first: int) -> list:
    return [*values[:first], values[first + 1], values[first], *values[first + 2 :]]


def _without(values: list, index: int) -> list:
    return [*values[:index], *values[index + 1 :]]


def _constant(value: object) -> ast.Constant:
    return ast.Constant(value)


def _text(node: ast.expr) -> str:
    return ast.unparse(node)


# Keys and values of a payload


def keys_dropped(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Dict):
        for index, key in enumerate(node.keys):
            other = _with(
                node, keys=_without(node.keys, index), values=_without(node.values, index)
            )
            yield f"without {_text(key) if key else 'spread'}", other


def keys_added(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Dict):
        yield (
            "None at the end",
            _with(
                node, keys=[*node.keys, _constant("more")], values=[*node.values, _constant(None)]
            ),
        )
        yield (
            "at the start",
            _with(node, keys=[_constant("more"), *node.keys], values=[_constant(""), *node.values]),
        )


def keys_renamed(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Dict):
        for index, key in enumerate(node.keys):
            if isinstance(key, ast.Constant):
                renamed = [
                    *node.keys[:index],
                    _constant(key.value.title() + "_"),
                    *node.keys[index + 1 :],
                ]
                yield key.value, _with(node, keys=renamed)


def keys_in_other_order(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Dict):
        for index in range(len(node.keys) - 1):
            keys, values = _swapped(node.keys, index), _swapped(node.values, index)
            yield f"{index} and {index + 1}", _with(node, keys=keys, values=values)


def values_swapped(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, (ast.Dict, ast.Call)):
        values = node.values if isinstance(node, ast.Dict) else node.keywords
        for index in range(len(values) - 1):
            if isinstance(node, ast.Dict):
                if None not in node.keys[index : index + 2]:
                    yield f"{index} and {index + 1}", _with(node, values=_swapped(values, index))
            else:
                names = [keyword.arg for keyword in values]
                swapped = [keyword.value for keyword in _swapped(values, index)]
                pairs = [
                    ast.keyword(name, value) for name, value in zip(names, swapped, strict=True)
                ]
                yield f"{names[index]} and {names[index + 1]}", _with(node, keywords=pairs)


def holes_swapped(node: ast.expr) -> Iterator[Detail]:
    others = {
        "x": "y",
        "y": "x",
        "text": "word",
        "f": "g",
        "g": "f",
        "model": "x",
        "items": "x",
        "box": "x",
    }
    if isinstance(node, ast.Name) and node.id in others:
        yield f"{others[node.id]} for {node.id}", ast.Name(others[node.id], ast.Load())


def values_changed(node: ast.expr) -> Iterator[Detail]:
    holes = {"x", "y", "text", "model"}
    if isinstance(node, ast.Name) and node.id in holes:
        name = node.id
        for template in (
            "None",
            "''",
            "json.dumps({})",
            "f'{{{}}}'",
            "[{}]",
            "{} or ''",
            "{}.strip()",
            "''.join({})",
        ):
            changed = template.format(name)
            yield f"{changed} for {name}", _parsed(changed).body


def constants_changed(node: ast.expr) -> Iterator[Detail]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    others: dict[type, list[object]] = {
        str: [f"{value}.", f"{value} ", f"{value}".upper(), f"{value}\u2028", f"\\u00e9{value}"],
        bool: [not value, int(bool(value))],
        int: [float(value) if isinstance(value, int) else 0, bool(value), str(value)],
        type(None): ["", "null", 0],
    }
    for other in others.get(type(value), ()):
        if repr(other) != repr(value):
            yield f"{other!a} for {value!a}", _constant(other)


# Effects


def effects_changed(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in "fg":
        call = _text(node)
        yield f"{call} dropped", _constant(None)
        yield f"{call} twice", _parsed(f"({call}, {call})[1]").body
        yield f"{call} late", _parsed(f"lambda: {call}").body
        yield f"{call} with another argument", _parsed(f"{call[:-1].rstrip('x')}y)").body
        yield f"{call} only if true", _parsed(f"x and {call}").body


def payload_run_twice(node: ast.expr) -> Iterator[Detail]:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "of"
        and node.args
    ):
        payload = _text(node.args[0])
        if "(" in payload:
            yield (
                "as event",
                _parsed(f"StreamingChunk.of({payload}, event=({payload}) and None)").body,
            )


def arguments_in_other_order(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Call):
        for index in range(len(node.keywords) - 1):
            names = f"{node.keywords[index].arg} and {node.keywords[index + 1].arg}"
            yield names, _with(node, keywords=_swapped(node.keywords, index))


# Fields of the frame


def fields_dropped(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}", _with(node, keywords=_without(node.keywords, index))


def fields_renamed(node: ast.expr) -> Iterator[Detail]:
    names = {"event": ("id", "retry"), "id": ("event", "retry"), "retry": ("id",), "content": ("role", "metadata"),
             "role": ("tool_call_id",)}  # fmt: skip
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords):
            for other in names.get(str(keyword.arg), ()):
                if other not in {keyword.arg for keyword in node.keywords}:
                    keywords = [*node.keywords]
                    keywords[index] = ast.keyword(other, keyword.value)
                    yield f"{other} for {keyword.arg}", _with(node, keywords=keywords)


def fields_added(node: ast.expr) -> Iterator[Detail]:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"of", "raw"}
    ):
        for name, value in (("event", "message"), ("event", ""), ("id", 0), ("retry", 1)):
            if name not in {keyword.arg for keyword in node.keywords}:
                yield (
                    f"{name}={value!r}",
                    _with(node, keywords=[*node.keywords, ast.keyword(name, _constant(value))]),
                )


def constructors_changed(node: ast.expr) -> Iterator[Detail]:
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "StreamingChunk"
    ):
        for other in sorted({"of", "raw", "comment", "done"} - {node.attr}):
            yield f"{other} for {node.attr}", _with(node, attr=other)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "StreamingChunk"
    ):
        pairs = ", ".join(
            f"{keyword.arg!r}: {_text(keyword.value)}" for keyword in reversed(node.keywords)
        )
        yield "of, keys reversed", _parsed(f"StreamingChunk.of({{{pairs}}})").body


# Text with holes


def conversions_changed(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.JoinedStr):
        for index, field in enumerate(node.values):
            if isinstance(field, ast.FormattedValue):
                for name, code in (("none", -1), ("r", ord("r")), ("s", ord("s")), ("a", ord("a"))):
                    if code != field.conversion:
                        values = [*node.values]
                        values[index] = ast.FormattedValue(field.value, code, field.format_spec)
                        yield (
                            f"{name} for {chr(field.conversion) if field.conversion > 0 else 'none'}",
                            _with(node, values=values),
                        )


def specifications_changed(node: ast.expr) -> Iterator[Detail]:
    if isinstance(node, ast.JoinedStr):
        for index, field in enumerate(node.values):
            if isinstance(field, ast.FormattedValue):
                for spec in (None, ">9", "<4"):
                    values = [*node.values]
                    changed = None if spec is None else ast.JoinedStr([_constant(spec)])
                    values[index] = ast.FormattedValue(field.value, field.conversion, changed)
                    yield f"{spec}", _with(node, values=values)


def rendering_changed(node: ast.expr) -> Iterator[Detail]:
    if (
        isinstance(node, ast.JoinedStr)
        and len(node.values) == 1
        and isinstance(node.values[0], ast.FormattedValue)
    ):
        yield "value for text", node.values[0].value
        yield "sum for text", ast.BinOp(_constant(""), ast.Add(), node.values[0].value)
    if isinstance(node, ast.BinOp):
        yield "left side alone", node.left
        yield "right side alone", node.right
        yield "sides swapped", ast.BinOp(node.right, ast.Add(), node.left)
        yield (
            "f-string for the sum",
            _parsed('f"{' + _text(node.left) + "}{" + _text(node.right) + '}"').body,
        )


def conditions_changed(node: ast.expr) -> Iterator[Detail]:
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "other way round", _with(node, body=orelse, orelse=body)
            yield "always", body
            yield "never", orelse
            yield "asked twice", _with(node, test=ast.BoolOp(ast.And(), [test, test]))
        case ast.BoolOp(values=[first, second]):
            yield "first", first
            yield "second", second
        case ast.Compare(left=left):
            yield "truth", left


NEW: dict[str, Replace] = {
    "condition": conditions_changed,
    "key dropped": keys_dropped,
    "key added": keys_added,
    "key renamed": keys_renamed,
    "key order": keys_in_other_order,
    "values swapped": values_swapped,
    "hole": holes_swapped,
    "value": values_changed,
    "constant": constants_changed,
    "effect": effects_changed,
    "payload twice": payload_run_twice,
    "argument order": arguments_in_other_order,
    "argument dropped": fields_dropped,
    "argument renamed": fields_renamed,
    "field added": fields_added,
    "constructor": constructors_changed,
    "conversion": conversions_changed,
    "specification": specifications_changed,
    "rendering": rendering_changed,
}
# Changes of the frame's own text: what was right for the one is wrong for the other.
OLD_TEXT = (
    ("no blank", "data: ", "data:"),
    ("two blanks", "data: ", "data:  "),
    ("tab", "data: ", "data:\\t"),
    ("event without blank", "event: ", "event:"),
    ("no terminator", r"\n\n", ""),
    ("half a terminator", r"\n\n", r"\n"),
    ("long terminator", r"\n\n", r"\n\n\n"),
    ("CRLF terminator", r"\n\n", r"\r\n\r\n"),
    ("CR terminator", r"\n\n", r"\r\r"),
    ("escaped terminator", r"\n\n", r"\\n\\n"),
    ("blank before the end", r"\n\n", r" \n\n"),
    ("LF for CRLF", r"\r\n", r"\n"),
    ("CRLF between lines", r"\ndata", r"\r\ndata"),
    ("upper case", "data:", "Data:"),
    ("blank before the colon", "data:", "data :"),
    ("byte order mark", "data:", r"\ufeffdata:"),
    ("other field", "event:", "id:"),
    ("other field", "id:", "event:"),
    ("other field", "retry:", "id:"),
    ("event dropped", r"event: done\n", ""),
    ("other event", "event: done", "event: Done"),
    ("other event", "event: token", "event: tokens"),
    ("other event", "event: ping", "event: pong"),
    ("other sentinel", "[DONE]", "[END]"),
    ("other sentinel", "[DONE]", "[DONE] "),
    ("other comment", ": keep-alive", ": keepalive"),
    ("comment without blank", ": keep-alive", ":keep-alive"),
    ("comment after data", r": keep-alive\n\n", r"data\n: keep-alive\n\n"),
    ("tight JSON", '"type": "ping"', '"type":"ping"'),
    ("escaped JSON", '"é"', r'"\\u00e9"'),
    ("repr for JSON", "{json.dumps(", "{repr("),
    ("str for JSON", "{json.dumps(", "{str("),
    ("ASCII for UTF-8", ", ensure_ascii=False", ""),
    ("no separators", ", separators=(',', ':')", ""),
    ("other separators", "separators=(',', ':')", "separators=(', ', ':')"),
    ("unsorted", ", sort_keys=True", ""),
    ("NaN allowed", "allow_nan=False, ", ""),
    ("keys not skipped", ", skipkeys=True", ""),
    ("options of the model", "exclude_none=True", "by_alias=True"),
    ("no options of the model", "exclude_none=True", ""),
    ("text for bytes", ".encode()", ""),
    ("other encoding", ".encode()", ".encode('utf-16')"),
    ("other encoding", ".encode()", ".encode('ascii', 'ignore')"),
    ("surrogates pass", ".encode()", ".encode('utf-8', 'surrogatepass')"),
)  # fmt: skip
ENCODERS = ("json.dumps({})", "str({})", "{}.strip()", "{}.replace('/', '')", "repr({})")
OLD_OPTIONS = ("ensure_ascii=False", "indent=1", "separators=(',', ':')", "sort_keys=True", "skipkeys=True",
               "allow_nan=False", "default=str", "cls=None and x")  # fmt: skip
CONTRACT_OPTIONS = (
    "ensure_ascii=False", "ensure_ascii=True", "separators=(',', ':')", "separators=(', ', ':')", "indent=0", "sort_keys=True",
    "skipkeys=True", "allow_nan=False", "default=str", "dialect=ModelDialect()", "dialect=ModelDialect(exclude_none=False)",
    "dialect=str", 'event="type"', "event=None", 'fields=("data", "event", "id", "retry")', 'fields=("id", "event", "retry", "data")',
    "space=False", "space=True", 'terminator="\\n"', 'terminator="\\n\\n\\n"', 'terminator="\\r\\n\\r\\n"', 'terminator="\\r\\r"',
    'sentinel="[END]"', 'encoding="utf-8"', "encoding=None", "strict=True", "strict=False", "keys=None",
    'keys={"token": ("content", "type"), "call": ("type", "role", "content", "tool_call_id")}',
    'keys={"token": ("type",), "call": ("type", "role")}', 'keys={"token": ("type", "content", "role")}',
    "frame=repr",
)  # fmt: skip


def of_new(right: Rewrite) -> Iterator[Rewrite]:
    for operator, change in NEW.items():
        for detail, new in _changed(right.new, change):
            yield right.but(f"{operator}, {detail}", new=new)


def of_old_text(right: Rewrite) -> Iterator[Rewrite]:
    for operator, before, after in OLD_TEXT:
        for field in ("old", "statements"):
            text = getattr(right, field)
            if 'b"' in text and "\\u" in after:
                continue  # bytes have no such escape
            if before in text and not (before in {"data:", "data: "} and "\\ufeff" in text):
                yield right.but(f"frame, {operator}", **{field: text.replace(before, after)})


def of_old_options(right: Rewrite) -> Iterator[Rewrite]:
    for option in OLD_OPTIONS:
        name = option.partition("=")[0]

        def with_option(node: ast.expr, option: str = option, name: str = name) -> Iterator[Detail]:
            is_dumps = isinstance(node, ast.Call) and _text(node.func) == "json.dumps"
            if is_dumps and name not in {keyword.arg for keyword in node.keywords}:
                yield option, _parsed(f"{_text(node)[:-1]}, {option})").body

        for detail, old in _changed(right.old, with_option):
            yield right.but(f"dialect, {detail}", old=old)


def of_old_encoders(right: Rewrite) -> Iterator[Rewrite]:
    """Put something around the encoder: the text is encoded twice, or changed."""

    def around(node: ast.expr) -> Iterator[Detail]:
        if isinstance(node, ast.Call) and _text(node.func) == "json.dumps":
            for template in ENCODERS:
                yield template.format("..."), _parsed(template.format(_text(node))).body

    for detail, old in _changed(right.old, around):
        yield right.but(f"encoder, {detail}", old=old)


def of_contract(right: Rewrite) -> Iterator[Rewrite]:
    call = _parsed(right.contract).body
    assert isinstance(call, ast.Call)
    for option in CONTRACT_OPTIONS:
        [added] = _parsed(f"call({option})").body.keywords
        kept = [keyword for keyword in call.keywords if keyword.arg != added.arg]
        if added.arg == "dialect":
            options = {
                "ensure_ascii",
                "separators",
                "sort_keys",
                "skipkeys",
                "allow_nan",
                "default",
            }
            kept = [keyword for keyword in kept if keyword.arg not in options]
        elif "dialect" in {keyword.arg for keyword in kept} and added.arg in {
            "ensure_ascii", "separators", "indent", "sort_keys", "skipkeys", "allow_nan", "default"}:  # fmt: skip
            continue
        yield right.but(f"contract, {option}", contract=_text(_with(call, keywords=[*kept, added])))


def of_names(right: Rewrite) -> Iterator[Rewrite]:
    if "json.dumps" in right.old:
        yield right.but("names, json is a parameter", parameters=f"{right.parameters}, json=None")
        yield right.but("names, json is another module", imports="import other as json")
        yield right.but("names, json is imported from another", imports="from other import json")
        yield right.but(
            "names, json may be another module",
            imports="try:\n    import other as json\nexcept ImportError:\n    import json",
        )
        yield right.but("names, json is assigned", imports="import json\njson = json.JSONEncoder()")
        yield right.but("names, json is a class", imports="class json:\n    dumps = str")
        yield right.but("names, json is deleted", imports="import json\ndel json")
        yield right.but("names, json comes with a star", imports="import json\nfrom other import *")


def mutants(right: Rewrite) -> Iterator[Rewrite]:
    """Return every change of *right* that is still Python."""
    for change in (of_new, of_old_text, of_old_options, of_old_encoders, of_contract, of_names):
        seen = {(right.old, right.new, right.contract, right.imports, right.parameters)}
        for mutant in change(right):
            key = (mutant.old, mutant.new, mutant.contract, mutant.imports, mutant.parameters)
            if key not in seen or mutant.statements != right.statements:
                seen.add(key)
                yield mutant
