"""What a frame carries, apart from how it is written: the payload, the event, the id."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..contracts.contract import Need
from ..reading.fragment import Fragment, parse_fragment
from ..reading.purity import (
    is_constant_display,
    is_effectless,
    is_optional_str,
    is_settled_name,
    is_str,
    reads_names,
    tested_name,
)
from ..reading.scopes import root_name
from ..reading.source import comments_in
from ..reading.statements import (
    Assignment,
    assignment_before,
    assignment_before_statement,
    bindings_before,
    bound_by,
    runs_before,
    runs_first,
)
from ..rewriting.imports import stands_alone
from .frame_text import Text
from .payload import (
    EncoderCall,
    decoded_orjson,
    inside_of_str,
    plain_dumps,
    read_encoder_call,
    spelling_of,
)

if TYPE_CHECKING:
    from ..reading.scopes import Scope, ScopeTree
    from .frame_text import Frame, Option
    from .read_text import Hole
    from .sites import Site

SENTINEL = re.compile(
    r"\[(?:done|end|stop|eos|eof|finish|finished|complete|completed)\]", re.IGNORECASE
)
INLINED = (ast.Name, ast.Attribute)
TYPED_KEYS = ("type", "role", "content", "tool_call_id")


class Lines(NamedTuple):
    """The text of each line that is not data; None where the frame has no such line."""

    event: Text[Hole] | None = None
    id: Text[Hole] | None = None
    retry: Text[Hole] | None = None


@dataclass(frozen=True)
class Content:
    """A frame as data.

    Attributes:
        kind: `payload` (a value that an encoder turns into JSON), `constant` (JSON text), `done`, `comment`, `raw`.
        text: The text of the data field or the comment.
        call: The encoder call of a `payload`.
        serialised: The statement before the site that makes the JSON text, if one does.
        lines: The other lines of the frame.
        origins: The dotted name of each object of the dialect, by its name in the file.
        options: Under which condition each line is there that is not always.
        choice: The conditional expression of a `choice`, which encodes in one of two ways.
        arms: Its two branches, each as a frame of its own; the frames of a text of `several`.
        bindings: The statements that bind the text of each arm of a `choice`, if no expression is the choice.
        is_bound_early: Whether anything may run between these and the frame.
    """

    kind: Literal["payload", "constant", "done", "comment", "raw", "choice", "several"]
    text: Text[Hole]
    call: EncoderCall | None = None
    serialised: Assignment | None = None
    lines: Lines = field(default_factory=Lines)
    origins: dict[str, str] = field(default_factory=dict)
    options: dict[str, Option[Hole]] = field(default_factory=dict)
    choice: Fragment | None = None
    arms: tuple[Arm, ...] = ()
    bindings: tuple[ast.Assign, ...] = ()
    is_bound_early: bool = False

    @property
    def is_inlined(self) -> bool:
        """Whether the statement that serialises goes, and its plain value stands in the chunk itself."""
        value = self.call.value.node if self.call is not None else None
        return self.serialised is not None and (bool(self.arms) or isinstance(value, INLINED))

    @property
    def is_constant(self) -> bool:
        """Whether the frame is the same whenever it is written, and that cannot fail."""
        texts = [line for line in self.lines if line is not None]
        if self.options or self.arms or any(text.literal is None for text in texts):
            return False
        if self.call is None:
            return self.text.literal is not None and self.text.literal.isascii()
        named = self.call.dialect.objects or self.call.dialect.encoder != "json"
        return not named and self.serialised is None and is_constant_display(self.call.value.node)


@dataclass(eq=False)
class Arm:
    """One of the frames that an expression has: a branch of a choice, or a part of a text of several.

    Attributes:
        content: What it carries.
        need: What it asks of its contract.
    """

    content: Content
    need: Need


def content_of(site: Site, tree: ScopeTree, *, trusts_json: bool = True) -> Content | None:
    """Return what *site* carries, None if its frame has no data and is no comment.

    Unless *trusts_json*, the text of json.dumps stays as it is made: the project patches it.
    """
    assert site.frame is not None
    content = _always_there(site, site.frame, tree, trusts_json=trusts_json)
    return replace(content, options=site.frame.options) if content is not None else None


def several_of(site: Site, tree: ScopeTree, *, trusts_json: bool = True) -> Content | None:
    """Return what *site*, whose text is several frames, carries; None if one of them has no data."""
    arms = []
    for frame in site.frames:
        content = _always_there(site, frame, tree, trusts_json=trusts_json)
        if content is None:
            return None
        named = content.call is not None and content.call.dialect.objects
        if content.serialised is not None or content.arms or named:
            content = Content("raw", content.text, lines=content.lines)
        arms.append(Arm(content, need_of(site, content, tree, frame)))
    assert site.text is not None
    return Content("several", site.text, arms=tuple(arms)) if arms else None


def _always_there(
    site: Site, frame: Frame[Hole], tree: ScopeTree, *, trusts_json: bool
) -> Content | None:
    """Return what *site* carries, whatever lines are not always there."""
    if frame.comment is not None:
        return Content("comment", frame.comment)
    data = frame.value("data")
    if data is None:
        return None
    lines = Lines(frame.value("event"), frame.value("id"), frame.value("retry"))
    if data.literal is not None:
        kind: Literal["done", "constant", "raw"] = "constant" if _is_json(data.literal) else "raw"
        if SENTINEL.fullmatch(data.literal) and len(frame.fields) == 1:
            kind = "done"
        return Content(kind, data, lines=lines)
    hole = data.only_hole
    if hole is not None and hole.is_plain and trusts_json:
        call = read_encoder_call(hole.value, tree, site.scope)
        may_fail = call is not None and hole.is_concatenated and call.dialect.may_give_anything
        bound = is_bound_by_now(hole.value.node, site.node, tree, site.scope)
        if call is not None and bound and not may_fail:
            return Content("payload", data, call, lines=lines)
        found = _serialised_before(hole.value, site, tree)
        settled = not frame.options and all(_is_settled(line, site, tree) for line in lines if line)
        if found and settled:
            return Content("payload", data, found[0], found[1], lines)
        whole = Content("choice", data, lines=lines, options=frame.options)
        choice = _choice(hole, whole, site, tree) or _bound_in_several_ways(hole, whole, site, tree)
        if choice is not None:
            return choice
    return Content("raw", data, lines=lines)


def need_of(
    site: Site, content: Content, tree: ScopeTree, frame: Frame[Hole] | None = None
) -> Need:
    """Return what *site*, or the one *frame* of it, asks of its contract."""
    frame = frame or site.frame
    assert frame is not None
    lines = [*content.lines, content.text if content.kind in {"raw", "comment"} else None]
    anything = content.call is not None and content.call.dialect.may_give_anything
    return Need(
        dialect=content.call.dialect if content.call else None,
        spelling=spelling_of(content.text.literal) if content.kind == "constant" else None,
        space=frame.space,
        terminator=frame.terminator,
        encoding="utf-8" if site.is_bytes else None,
        order=frame.order,
        event_repeats_type=_event_repeats_type(content, tree, site.scope),
        sentinel=content.text.literal if content.kind == "done" else None,
        verbatim=anything or any(line is not None and line.holes for line in lines),
    )


def typed_keys(content: Content) -> tuple[str, tuple[str, ...]] | None:
    """Return the literal type and the ordered keys of a payload that fits the typed fields of a chunk."""
    display = content.call.value.node if content.call else None
    if (
        not isinstance(display, ast.Dict)
        or content.serialised
        or content.lines.id
        or content.lines.retry
    ):
        return None
    keys = [key.value if isinstance(key, ast.Constant) else None for key in display.keys]
    if (
        "type" not in keys
        or len(set(keys)) < len(keys)
        or any(key not in TYPED_KEYS for key in keys)
    ):
        return None
    kind = display.values[keys.index("type")]
    if not isinstance(kind, ast.Constant) or not isinstance(kind.value, str):
        return None
    return kind.value, tuple(str(key) for key in keys)


def type_of_payload(display: ast.expr) -> ast.expr | None:
    """Return the expression under the key `type` of a dict display that has it once and no spread."""
    if not isinstance(display, ast.Dict) or None in display.keys:
        return None
    keys = [key.value if isinstance(key, ast.Constant) else key for key in display.keys]
    if any(isinstance(key, ast.AST) for key in keys) or keys.count("type") != 1:
        return None
    return display.values[keys.index("type")]


def display_of(payload: ast.expr, tree: ScopeTree, scope: Scope) -> ast.expr:
    """Return the display that *payload* certainly is, else *payload* itself.

    A name is looked through if it is bound once, and only ever encoded: then nothing can change its value.
    """
    if not isinstance(payload, ast.Name) or scope.owner_of(payload.id) is not scope:
        return payload
    bindings = scope.bindings_of(payload.id)
    value = bindings[0].value if len(bindings) == 1 else None
    encoded = all(_is_encoded(load, tree) for load in tree.loads_of(payload.id, scope))
    return value if isinstance(value, ast.Dict) and encoded else payload


def _is_encoded(load: ast.Name, tree: ScopeTree) -> bool:
    call = tree.parent_of[load]
    plain = plain_dumps(call, tree, tree.scope_of[load]) if isinstance(call, ast.Call) else None
    return plain is not None and plain.value is load and not plain.objects


def _event_repeats_type(content: Content, tree: ScopeTree, scope: Scope) -> bool | None:
    if content.kind in {"comment", "done", "raw", "choice"}:
        return None
    if "event" in content.options:
        return False
    event = content.lines.event
    if content.kind == "constant":
        value = json.loads(content.text.literal or "null")
        has_type = isinstance(value, dict) and "type" in value
        return (event is not None and event.literal == value["type"]) if has_type else None
    assert content.call is not None
    value_of_type = type_of_payload(display_of(content.call.value.node, tree, scope))
    if event is None or value_of_type is None:
        return False
    if isinstance(value_of_type, ast.Constant):
        return event.literal == value_of_type.value
    if not isinstance(content.call.value.node, ast.Dict):
        return False
    hole = event.only_hole
    same = (
        hole is not None and hole.is_plain and ast.dump(hole.value.node) == ast.dump(value_of_type)
    )
    return (
        same
        and is_effectless(value_of_type)
        and (
            hole is not None and (not hole.is_concatenated or is_str(hole.value.node, tree, scope))
        )
    )


def _choice(hole: Hole, whole: Content, site: Site, tree: ScopeTree) -> Content | None:
    """Return *whole* with the arms of the conditional expression that its data *hole* is, or was bound to right before.

    The condition then runs before the other lines are rendered, so these must be settled.
    """
    binding = _binding_before(hole.value, site, tree)
    choice = hole.value
    if binding is not None:
        assert binding.value is not None
        choice = parse_fragment(site.source.segment(binding.value))
    node = choice.node
    settled = not whole.options or all(map(_is_test_of_name, whole.options.values()))
    settled = settled and all(
        _is_settled_for_good(line, site, tree, optional=name in whole.options)
        for name, line in whole.lines._asdict().items()
        if line
    )
    if not isinstance(node, ast.IfExp) or not settled or "#" in choice.text:
        return None
    in_place = binding is None and site.building is None and not any(whole.lines)
    if any(isinstance(child, (ast.NamedExpr, ast.Await)) for child in ast.walk(node)) and not (
        in_place and _binds_in_test_only(node)
    ):
        return None
    if binding is not None and not stands_alone(site.source, binding):
        return None
    arms = []
    for branch in (node.body, node.orelse):
        value = choice.part(branch)
        call = read_encoder_call(value, tree, site.scope)
        if call is not None and (call.dialect.objects or call.dialect.may_give_anything):
            return None
        if isinstance(branch, ast.IfExp):
            return None
        if not is_bound_by_now(branch, site.node, tree, site.scope):
            return None
        is_moved = binding is not None or site.building is not None
        field_text = hole.field if not is_moved else f"{{{value.text}}}" * bool(hole.field)
        text = Text((replace(hole, value=value, field=field_text),))
        kind: Literal["payload", "raw"] = "payload" if call is not None else "raw"
        content = Content(kind, text, call, lines=whole.lines, options=whole.options)
        arms.append(Arm(content, need_of(site, content, tree)))
    if all(arm.content.call is None for arm in arms):
        return None
    return replace(whole, serialised=binding, choice=choice, arms=tuple(arms))


def _binds_in_test_only(choice: ast.IfExp) -> bool:
    branches = [child for side in (choice.body, choice.orelse) for child in ast.walk(side)]
    binds = any(isinstance(child, (ast.NamedExpr, ast.Await)) for child in branches)
    return not binds and not any(isinstance(child, ast.Await) for child in ast.walk(choice.test))


def _bound_in_several_ways(
    hole: Hole, whole: Content, site: Site, tree: ScopeTree
) -> Content | None:
    """Return *whole* with an arm for each statement that binds the name that its data *hole* is.

    These make the chunk then, so nothing but the frame may see the text, and its other lines are constant.
    """
    lines = [line for line in whole.lines if line is not None]
    constant = not whole.options and all(line.literal is not None for line in lines)
    load = _only_load(hole.value.node, site, tree)
    if load is None or not constant or site.building is not None:
        return None
    bindings = [binding.node for binding in site.scope.bindings[load.id]]
    statements = [
        node
        for node in bindings
        if isinstance(node, ast.Assign)
        and bound_by(node) == load.id
        and tree.scope_of[node] is site.scope
    ]
    at_once = bindings_before(load, tree) == {*statements} and runs_first(site.node, tree)
    at_once = at_once and not isinstance(tree.parent_of[site.node], ast.IfExp)
    arms = [
        arm
        for statement in statements
        if (arm := _bound_arm(hole, whole, statement, site, tree)) is not None
        and (at_once or (_is_str_for_good(arm, site, tree) and not site.is_bytes))
    ]
    if len(arms) < len(bindings) or all(arm.content.call is None for arm in arms):
        return None
    return replace(whole, arms=tuple(arms), bindings=tuple(statements), is_bound_early=not at_once)


def _is_str_for_good(arm: Arm, site: Site, tree: ScopeTree) -> bool:
    """Whether the text of *arm* certainly is a str, which is the same whenever it is rendered."""
    call = arm.content.call
    if call is not None:
        return not call.dialect.may_give_anything
    [hole] = arm.content.text.holes
    return is_str(hole.value.node, tree, site.scope, exact=True)


def _only_load(name: ast.expr, site: Site, tree: ScopeTree) -> ast.Name | None:
    """Return the load of *name*, a local of the function, if it stands in *site* and there is no other use."""
    owner = site.scope.owner_of(name.id) if isinstance(name, ast.Name) else None
    if not isinstance(name, ast.Name) or owner is not site.scope or owner.function is not owner:
        return None
    loads = tree.loads_of(name.id, owner)
    alone = len(loads) == 1 and site.node in tree.ancestors(loads[0])
    deleted = any(
        isinstance(node, ast.Name) and node.id == name.id and isinstance(node.ctx, ast.Del)
        for node in ast.walk(owner.node)
    )
    return loads[0] if alone and not deleted and not reads_names(owner, tree) else None


def _bound_arm(
    hole: Hole, whole: Content, statement: ast.Assign, site: Site, tree: ScopeTree
) -> Arm | None:
    """Return the frame of what *statement* binds; None if that cannot be told."""
    source = site.source.segment(statement.value)
    value = parse_fragment(source)
    call = read_encoder_call(value, tree, site.scope)
    if comments_in(source) or any(isinstance(n, ast.NamedExpr) for n in ast.walk(value.node)):
        return None
    if (
        call is None
        and hole.is_concatenated
        and not is_str(value.node, tree, site.scope, exact=True)
    ):
        return None
    if call is not None:
        may_fail = hole.is_concatenated and call.dialect.may_give_anything
        bound = is_bound_by_now(value.node, statement, tree, site.scope)
        if call.dialect.objects or may_fail or not bound:
            return None
    field_text = f"{{{value.text}}}" if call is None and hole.field else ""
    text = Text((replace(hole, value=value, field=field_text),))
    content = Content("payload" if call is not None else "raw", text, call, lines=whole.lines)
    return Arm(content, need_of(site, content, tree))


def _is_settled_for_good(line: Text[Hole], site: Site, tree: ScopeTree, *, optional: bool) -> bool:
    return all(
        is_settled_name(hole.value.node, tree, site.scope)
        and (
            is_str(hole.value.node, tree, site.scope)
            or (optional and is_optional_str(hole.value.node, tree, site.scope))
        )
        for hole in line.holes
    )


def _is_test_of_name(option: Option[Hole]) -> bool:
    """Whether the condition only asks a name that the line shows whether it is there."""
    return tested_name(option.condition.value.node) in {
        hole.value.node.id for hole in option.text.holes if isinstance(hole.value.node, ast.Name)
    }


def _binding_before(value: Fragment, site: Site, tree: ScopeTree) -> Assignment | None:
    """Return the statement right before the site that binds the name *value*.

    Only if each load of the name stands right behind a binding of it in the same block: then no other
    code sees the text, and nothing runs between the old place of the encoding and the new one.
    """
    name = value.node
    statement = site.carrier.statement
    conditional = isinstance(tree.parent_of[site.node], ast.IfExp)
    if not isinstance(name, ast.Name) or statement is None or conditional:
        return None
    owner = site.scope.owner_of(name.id)
    if owner is None or owner.function is not owner or owner is not site.scope:
        return None
    loads = tree.loads_of(name.id, owner)
    before = [assignment_before(load, name.id, tree) for load in loads]
    alone = None not in before and len(set(before)) == len(before)
    alone = alone and _only_assigned(owner, name.id) and not reads_names(site.scope, tree)
    if not alone or not runs_first(site.node, tree):
        return None
    return assignment_before_statement(statement, name.id, tree)


def _serialised_before(
    value: Fragment, site: Site, tree: ScopeTree
) -> tuple[EncoderCall, Assignment] | None:
    """Return the encoder call that the statement right before the site binds to the name *value*."""
    binding = _binding_before(value, site, tree)
    if binding is None:
        return None
    assert binding.value is not None
    text = site.source.segment(binding.value)
    call = read_encoder_call(parse_fragment(text), tree, site.scope)
    if (
        call is None
        or comments_in(text) != comments_in(call.value.text)
        or (isinstance(binding, ast.AnnAssign) and not isinstance(call.value.node, INLINED))
    ):
        return None  # an annotation that stays would no longer be true
    return call, binding


def is_bound_by_now(call: ast.expr, place: ast.AST, tree: ScopeTree, scope: Scope) -> bool:
    """Whether the encoder that *call* names is certainly bound when *place* is reached.

    An import in a function binds its name for the whole function, and only once it has run.
    """
    if isinstance(call, ast.Call) and (inside := inside_of_str(call, tree, scope)):
        call = inside
    if isinstance(call, ast.Call) and decoded_orjson(call, tree, scope) is not None:
        assert isinstance(call.func, ast.Attribute)
        return is_bound_by_now(call.func.value, place, tree, scope)
    root = root_name(call.func if isinstance(call, ast.Call) else call)
    owner = scope.owner_of(root.id) if root is not None else None
    if root is None or owner is None or owner is tree.module:
        return True
    bindings = [binding.node for binding in owner.bindings[root.id]]
    imports = [node for node in bindings if isinstance(node, (ast.Import, ast.ImportFrom))]
    return not imports or any(runs_before(node, place, tree) for node in imports)


def _is_settled(line: Text[Hole], site: Site, tree: ScopeTree) -> bool:
    """Whether the line can be rendered before the payload is encoded: it has no effect and cannot fail."""
    return all(
        is_effectless(h.value.node) and is_str(h.value.node, tree, site.scope) for h in line.holes
    )


def _only_assigned(owner: Scope, name: str) -> bool:
    return all(
        isinstance(binding.node, (ast.Assign, ast.AnnAssign)) for binding in owner.bindings[name]
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
