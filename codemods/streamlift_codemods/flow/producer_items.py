"""What a producer yields: how its chunks are made and written, and whether anything else is among them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..contracts.read_contract import contract_of
from .item_uses import Items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..contracts.contract import Contract
    from ..plan import Plan
    from ..reading.facts import FileFacts
    from .contract_import import Constant
    from .producers import Producer

KINDS = {"of", "raw", "comment", "done"}


def items_of(producer: Producer, constant: Constant, plan: Plan) -> Items | None:
    """Return what *producer*, whose contract is *constant*, yields; None if its contract cannot be read."""
    if producer in plan.contracts:
        home = plan.home_of(producer, producer.file)
        contract = home.contracts[constant.name]
        kinds = {_kind_of_site(producer, site, plan) for site in producer.reached}
        return Items(contract, frozenset(kinds), not producer.yields_other_things)
    read = _read(constant, plan)
    if read is None:
        return None
    known = [_kind_of_yield(value, producer) for value in _yielded(producer)]
    return Items(read, frozenset(known), "unknown" not in known)


def _read(constant: Constant, plan: Plan) -> Contract | None:
    for home in plan.all_homes:
        if home.name == constant.file and constant.name in home.contracts:
            return home.contracts[constant.name]  # its file may not be there yet
    return contract_of(constant, plan.facts)


def _kind_of_site(producer: Producer, site: object, plan: Plan) -> str:
    expression = plan.expressions.get(site)  # type: ignore[call-overload]
    if expression is None or plan.contracts[site] != plan.contracts[producer]:  # type: ignore[index]
        return "unknown"
    return _kind(ast.parse(expression.strip(), mode="eval").body, producer.file)


def _kind_of_yield(value: ast.expr | None, producer: Producer) -> str:
    tree = producer.file.tree
    function = value.func if isinstance(value, ast.Call) else None
    name = function.value if isinstance(function, ast.Attribute) else function
    ours = name is not None and producer.file.is_chunk(tree.qualified_name(name))
    return _kind(value, producer.file) if ours and value is not None else "unknown"


def _kind(value: ast.expr, file: FileFacts) -> str:
    """Return how the chunk expression *value* makes its chunk."""
    match value:
        case ast.Call(func=ast.Attribute(attr="encoded"), args=[inside]):
            return _kind(inside, file)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
            name in file.chunk_names
        ):
            plain = len(value.args) <= 1 and not value.keywords
            return attr if attr in KINDS and plain else "fields"
        case ast.Call(func=ast.Name(id=name)) if name in file.chunk_names:
            return "typed"
    return "unknown"


def _yielded(producer: Producer) -> Iterator[ast.expr | None]:
    for node in producer.scope.yields:
        yield node.value if isinstance(node, ast.Yield) else None
