"""Read a contract constant back from a file that has it already."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..frames.payload import OBJECT_OPTIONS, Dialect, NamedObject, named_object, option_text
from .contract import CLASSES, Contract
from .encoder_objects import settled_dialect

if TYPE_CHECKING:
    from ..flow.contract_import import Constant
    from ..reading.facts import FileFacts, ProjectFacts

NOT_WRITTEN_BY_US = {None, "frame"}


def read_contract(node: ast.expr, file: FileFacts, facts: ProjectFacts) -> Contract | None:
    """Return the contract that the call *node* in *file* makes, None if it is none of ours."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    if node.func.id != "SSEFormatter":
        return None
    contract, options = Contract(), []
    objects: list[NamedObject | None] = []
    for keyword in node.keywords:
        if keyword.arg in NOT_WRITTEN_BY_US:
            return None
        if keyword.arg in OBJECT_OPTIONS:
            tree = file.tree
            objects.append(named_object(str(keyword.arg), keyword.value, tree, tree.module))
        elif keyword.arg == "dialect" and isinstance(keyword.value, ast.Call):
            contract = replace(contract, dialect=_dialect(keyword.value, file, facts))
        else:
            try:
                value = ast.literal_eval(keyword.value)
            except ValueError:
                return None
            changed = _with(contract, str(keyword.arg), value)
            contract = changed or contract
            options += [] if changed else [(str(keyword.arg), option_text(value))]
    if not options and not objects:
        return contract
    kept = tuple(sorted(option for option in options if option != ("ensure_ascii", "True")))
    known = tuple(named for named in objects if named is not None)
    found = Dialect("json", kept, tuple(sorted(known, key=str)))
    dialect = settled_dialect(found, file, node.lineno, facts)
    return replace(contract, dialect=dialect) if dialect and len(known) == len(objects) else None


def contract_of(constant: Constant, facts: ProjectFacts) -> Contract | None:
    """Return the contract that *constant* is, None if it cannot be read."""
    file = facts.load(constant.file) if constant.file in facts.project.names else None
    bindings = file.tree.module.bindings.get(constant.name, []) if file else []
    value = bindings[0].value if len(bindings) == 1 else None
    return read_contract(value, file, facts) if file and value is not None else None


def _with(contract: Contract, name: str, value: Any) -> Contract | None:
    """Return *contract* with the option *name*, None if that is one of its dialect."""
    match name:
        case "event":
            return replace(contract, event_is_type=value == "type")
        case "fields":
            return replace(contract, order=value)
        case "keys":
            return replace(contract, keys=tuple(sorted(value.items())))
        case "space" | "terminator" | "encoding" | "strict" | "sentinel":
            return replace(contract, **{name: value})
    return None


def _dialect(call: ast.Call, file: FileFacts, facts: ProjectFacts) -> Dialect:
    if not isinstance(call.func, ast.Name) or call.func.id != CLASSES["orjson"]:
        return _model_dialect(call)
    flags = [(k.arg, ast.unparse(k.value)) for k in call.keywords if k.arg == "option"]
    tree = file.tree
    objects = [
        named
        for k in call.keywords
        if k.arg == "default" and (named := named_object(k.arg, k.value, tree, tree.module))
    ]
    found = Dialect("orjson", tuple(flags), tuple(objects))
    return settled_dialect(found, file, call.lineno, facts) or found


def _model_dialect(call: ast.Call) -> Dialect:
    options = []
    for keyword in call.keywords:
        try:
            text = option_text(ast.literal_eval(keyword.value))
        except ValueError:
            text = ast.unparse(keyword.value)
        options.append((str(keyword.arg), text))
    return Dialect("model", tuple(options))
