"""Dissolve a helper at its calls: what the helper says, with the arguments put in.

A public or shared helper has to go on returning text, for callers that nobody can see. Each call that is
yielded becomes a chunk of its own; the helper stays as it is.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..frames.content import Content, Lines
from ..frames.frame_text import Text
from ..frames.payload import EncoderCall, plain_dumps
from ..frames.read_text import Hole
from ..proof.prove import trusted_dumps
from ..reading.fragment import Fragment, parse_fragment
from ..reading.module_header import is_docstring
from ..reading.purity import is_effectless, is_str
from ..reading.statements import bound_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..frames.sites import Site
    from ..reading.facts import FileFacts
    from ..reading.scopes import FunctionNode


@dataclass(frozen=True)
class Dissolved:
    """A call of a helper as the frame that it is.

    Attributes:
        content: What the frame carries.
        original: The expression that the helper evaluates, with the arguments in it.
    """

    content: Content
    original: ast.expr


def dissolve(
    call: Site, caller: FileFacts, returned: Site, content: Content, home: FileFacts
) -> Dissolved | None:
    """Return *call* as a frame of its own, None if the helper does more than write its arguments down.

    Args:
        call: The call.
        caller: The file that it stands in.
        returned: The site that the helper returns.
        content: What that site carries.
        home: The file of the helper.
    """
    function = returned.scope.node
    alone = home.tree.scope_of[function] is home.tree.module
    if not isinstance(function, ast.FunctionDef) or not alone:
        return None  # a method may be overridden
    if not _only_returns(function, returned, content):
        return None
    arguments = _arguments(call, function, home)
    if arguments is None:
        return None
    lines = [_line(line, arguments, call, caller) for line in content.lines]
    if any(
        before is not None and after is None
        for before, after in zip(content.lines, lines, strict=True)
    ):
        return None
    inner = content.call
    if inner is not None and inner.dialect.encoder == "orjson":
        return None  # the caller's file need not have it
    used = _names_of(content)
    if any(
        name not in used and not isinstance(value.node, ast.Constant)
        for name, value in arguments.items()
    ):
        return None  # it is evaluated all the same
    original = _original(returned, content, arguments, home)
    if inner is None:
        literal = content.text.literal is not None
        return (
            Dissolved(Content(content.kind, content.text, lines=Lines(*lines)), original)
            if literal
            else None
        )
    if not isinstance(inner.value.node, ast.Name) or inner.value.node.id not in arguments:
        return None
    value = arguments[inner.value.node.id]
    text = Text((Hole(value),))
    return Dissolved(
        Content(
            "payload",
            text,
            EncoderCall(value, inner.dialect),
            lines=Lines(*lines),
            origins=content.origins,
        ),
        original,
    )


def _names_of(content: Content) -> set[str]:
    """Return the names of the parameters that reach the frame."""
    values = [hole.value.node for line in content.lines if line for hole in line.holes]
    if content.call is not None:
        values.append(content.call.value.node)
    return {value.id for value in values if isinstance(value, ast.Name)}


def _only_returns(function: ast.FunctionDef, returned: Site, content: Content) -> bool:
    body = [statement for statement in function.body if not is_docstring(statement)]
    if content.serialised is not None and body and body[0] is content.serialised:
        body = body[1:]
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    return value is returned.node and not function.decorator_list


def _arguments(call: Site, function: FunctionNode, home: FileFacts) -> dict[str, Fragment] | None:
    """Return the expression of each parameter, None if the call is not plain."""
    node, parameters = call.node, function.args
    assert isinstance(node, ast.Call)
    if parameters.vararg or parameters.kwarg or any(isinstance(a, ast.Starred) for a in node.args):
        return None
    names = [parameter.arg for parameter in [*parameters.posonlyargs, *parameters.args]]
    by_name = {parameter.arg for parameter in [*parameters.args, *parameters.kwonlyargs]}
    allowed = {*names, *by_name}
    given: dict[str, ast.expr] = dict(zip(names, node.args, strict=False))
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg not in by_name or keyword.arg in given:
            return None
        given[keyword.arg] = keyword.value
    if len(node.args) > len(names):
        return None
    found = {name: parse_fragment(call.source.segment(value)) for name, value in given.items()}
    defaults = dict(
        zip(names[len(names) - len(parameters.defaults) :], parameters.defaults, strict=True)
    )
    defaults |= {
        a.arg: d for a, d in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True) if d
    }
    for name in allowed - set(found):
        default = defaults.get(name)
        if not isinstance(default, ast.Constant):
            return None
        found[name] = parse_fragment(home.source.segment(default))
    return found


def _line(
    line: Text[Hole] | None, arguments: dict[str, Fragment], call: Site, caller: FileFacts
) -> Text[Hole] | None:
    """Return *line* with its argument put in, None if there is none or the argument may not be a str."""
    hole = line.only_hole if line is not None else None
    if line is None or line.literal is not None or hole is None:
        return line if line is None or line.literal is not None else None
    name = hole.value.node
    value = arguments.get(name.id) if hole.is_plain and isinstance(name, ast.Name) else None
    if (
        value is None
        or not is_effectless(value.node)
        or not is_str(value.node, caller.tree, call.scope)
    ):
        return None
    if isinstance(value.node, ast.Constant):
        return Text((str(value.node.value),))
    return Text((Hole(value, field=f"{{{value.text}}}"),))


def _original(
    returned: Site, content: Content, arguments: dict[str, Fragment], home: FileFacts
) -> ast.expr:
    expression = returned.fragment.node
    names = {name: fragment.node for name, fragment in arguments.items()}
    if content.serialised is not None:
        name = bound_by(content.serialised)
        assert name is not None
        assert content.serialised.value is not None
        value = parse_fragment(returned.source.segment(content.serialised.value)).node
        expression = _PutIn({name: value}, returned, home, content.origins).visit(expression)
    put_in = _PutIn(names, returned, home, content.origins).visit(expression)
    assert isinstance(put_in, ast.expr)
    return put_in


class _PutIn(ast.NodeTransformer):
    """Puts expressions in the place of names, and makes the helper's own encoder known everywhere."""

    def __init__(
        self,
        names: dict[str, ast.expr],
        returned: Site,
        home: FileFacts,
        origins: Mapping[str, str],
    ) -> None:
        self.names = names
        self.origins = origins
        self.returned = returned
        self.home = home

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if plain := plain_dumps(node, self.home.tree, self.returned.scope):
            return trusted_dumps(plain._replace(value=self.visit(plain.value)), self.origins)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.names[node.id]) if node.id in self.names else node
