"""Recognise the encoder call in a data hole: which value, in which JSON dialect."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .fragment import Fragment
    from .scopes import Scope, ScopeTree

JSON_OPTIONS = (
    "skipkeys",
    "ensure_ascii",
    "check_circular",
    "allow_nan",
    "sort_keys",
    "indent",
    "separators",
)
MODEL_METHODS = {"model_dump_json"}


@dataclass(frozen=True)
class Dialect:
    """How a payload becomes text: one encoder and its options.

    Attributes:
        encoder: `json` for json.dumps, else the method of a pydantic model.
        options: The options that differ from the encoder's defaults, by name, as source text.
    """

    encoder: Literal["json", "model_dump_json"] = "json"
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class EncoderCall:
    """A call that turns one value into JSON text.

    Attributes:
        value: The expression that is encoded.
        dialect: How.
    """

    value: Fragment
    dialect: Dialect


def read_encoder_call(fragment: Fragment, tree: ScopeTree, scope: Scope) -> EncoderCall | None:
    """Return what the call *fragment* encodes, None if it is no call that a contract can write."""
    call = fragment.node
    if not isinstance(call, ast.Call):
        return None
    if tree.qualified_name(call.func, scope) == "json.dumps":
        return _json_dumps(fragment, call)
    if isinstance(call.func, ast.Attribute) and call.func.attr in MODEL_METHODS and not call.args:
        return _model_dump(fragment, call, call.func)
    return None


def _json_dumps(fragment: Fragment, call: ast.Call) -> EncoderCall | None:
    if len(call.args) != 1 or isinstance(call.args[0], ast.Starred):
        return None
    options = _constant_options(call.keywords)
    if options is None or any(name not in JSON_OPTIONS for name, _ in options):
        return None
    kept = tuple(sorted((name, text) for name, text in options if not _is_default(name, text)))
    return EncoderCall(fragment.part(call.args[0]), Dialect("json", kept))


def _model_dump(fragment: Fragment, call: ast.Call, function: ast.Attribute) -> EncoderCall | None:
    options = _constant_options(call.keywords)
    if options is None:
        return None
    return EncoderCall(
        fragment.part(function.value), Dialect("model_dump_json", tuple(sorted(options)))
    )


def _constant_options(keywords: list[ast.keyword]) -> list[tuple[str, str]] | None:
    options = []
    for keyword in keywords:
        if keyword.arg is None:
            return None
        try:
            value = ast.literal_eval(keyword.value)
        except ValueError:
            return None
        options.append((keyword.arg, _double_quoted(value)))
    return options


def _double_quoted(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_double_quoted, value)) + ")"
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
    }
    return defaults[name] == text
