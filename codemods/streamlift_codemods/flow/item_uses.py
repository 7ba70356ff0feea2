"""What a loop does with the items of a producer, and how the same is said of chunks.

A test of the text becomes a test of the chunk only where the contract makes both the same for every chunk that
the producer can yield; the pair is then run on adversarial chunks. A test that looks anywhere in the frame
never does: what a model writes may hold any text.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from streamlift import StreamingChunk

from ..frames.carriers import LOGGING_METHODS
from ..proof.adversaries import MAPPINGS, OTHERS, STRINGS
from ..reading.scopes import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..contracts.contract import Contract
    from ..reading.facts import FileFacts

FACTUAL = frozenset({"of", "typed", "done"})
PREFIX = "data: "
DONE = "data: [DONE]\n\n"
STRIPS = {"strip", "rstrip"}
NOT_TEXT = {"builtins.bytes", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.int", "builtins.float", "builtins.bytearray"}  # fmt: skip


@dataclass(frozen=True)
class Items:
    """What a producer yields.

    Attributes:
        contract: How its chunks are written.
        kinds: How its chunks are made: `of`, `typed`, `done`, `raw`, `comment`, or `unknown`.
        are_chunks: Whether nothing else is among them.
    """

    contract: Contract
    kinds: frozenset[str]
    are_chunks: bool

    @property
    def are_plain_data(self) -> bool:
        """Whether each of them is one `data: ` line of JSON, or the sentinel."""
        contract = self.contract
        plain = contract.space and contract.encoding is None and not contract.event_is_type
        unix = contract.terminator == "\n\n" and "indent" not in dict(contract.dialect.options)
        return self.are_chunks and plain and unix and self.kinds <= FACTUAL


@dataclass(frozen=True)
class Use:
    """One use of an item.

    Attributes:
        node: The expression that is written anew.
        text: Its new text; `{SSE}` stands for the contract.
        is_parsing: Whether it read the text of the frame.
    """

    node: ast.expr
    text: str
    is_parsing: bool = False


@dataclass
class NeedsText(Exception):
    """A use that has no equal for chunks.

    Attributes:
        reason: A public reason code.
    """

    reason: str


def rewritten_use(load: ast.Name, items: Items, file: FileFacts) -> Use | None:
    """Return what becomes of *load*, a load of an item that is not passed on; None if it may stay.

    Raises:
        NeedsText: If it needs the text.
    """
    tree = file.tree
    parent = tree.parent_of[load]
    if _is_truth_test(load, file):
        return None
    match parent:
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]) if left is load:  # fmt: skip
            return None
        case ast.Call(args=[first, kinds]) if first is load and _is_builtin(parent, "isinstance", file):  # fmt: skip
            return _isinstance(kinds, items, file)
    for node in _around(load, file):
        for text in _facts(node, load, file):
            if not items.are_plain_data:
                raise NeedsText("relay-facts")
            if not _is_same(_closed(node, load, file), text, items.contract, items.kinds):
                raise NeedsText("relay-text")
            return Use(node, text.replace("ITEM", load.id), is_parsing=True)
    if _is_kept_text(load, file):
        if not items.are_chunks or items.contract.encoding is not None:
            raise NeedsText("relay-facts")
        return Use(load, f"{{SSE}}.format_chunk({load.id})")
    raise NeedsText("relay-text")


def _is_truth_test(load: ast.Name, file: FileFacts) -> bool:
    child: ast.AST = load
    parent = file.tree.parent_of[load]
    while isinstance(parent, ast.BoolOp) or (
        isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
    ):
        child, parent = parent, file.tree.parent_of[parent]
    return isinstance(parent, (ast.If, ast.While, ast.IfExp)) and parent.test is child


def _is_builtin(call: ast.Call, name: str, file: FileFacts) -> bool:
    return not call.keywords and file.tree.qualified_name(call.func) == f"builtins.{name}"


def _isinstance(kinds: ast.expr, items: Items, file: FileFacts) -> Use | None:
    """Return the classes of an `isinstance` test that let chunks in where they let text in."""
    names = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    known = {node: file.tree.qualified_name(node) for node in names}
    texts = [node for node, name in known.items() if name == "builtins.str"]
    if any(name not in NOT_TEXT | {"builtins.str"} for name in known.values()):
        raise NeedsText("relay-text")
    if items.contract.encoding is not None:
        raise NeedsText("relay-facts")
    if not texts:
        return None
    both = "str, StreamingChunk" if isinstance(kinds, ast.Tuple) else "(str, StreamingChunk)"
    return Use(texts[0], "StreamingChunk" if items.are_chunks else both, is_parsing=True)


def _around(load: ast.Name, file: FileFacts) -> Iterator[ast.expr]:
    """Give the expressions around *load*, innermost first."""
    node = file.tree.parent_of[load]
    while isinstance(node, ast.expr):
        yield node
        node = file.tree.parent_of[node]


def _facts(node: ast.expr, load: ast.Name, file: FileFacts) -> Iterator[str]:
    """Give what *node*, a test or reading of the text of *load*, is on a chunk `ITEM`."""
    match node:
        case ast.Call(func=function, args=[argument], keywords=[]) if file.tree.qualified_name(
            function
        ) == "json.loads" and _is_data(argument, load):
            yield "ITEM.json()"
        case ast.Call(func=ast.Attribute(value=text, attr="startswith"), args=[ast.Constant(value=str() as start)]):  # fmt: skip
            if text is load and start and PREFIX.startswith(start):
                yield "isinstance(ITEM, StreamingChunk)"
            elif text is load and start in {DONE, DONE.rstrip()}:
                yield "ITEM == StreamingChunk.done()"
        case ast.Call(func=ast.Attribute(value=text, attr="endswith"), args=[ast.Constant(value=str() as end)]):  # fmt: skip
            whole = DONE.rstrip() if _strips(text, load) else DONE
            is_item = text is load or _strips(text, load)
            if is_item and "[DONE]" in end and whole.endswith(end):
                yield "ITEM == StreamingChunk.done()"
        case ast.Compare(left=text, ops=[ast.Eq() | ast.NotEq() as op], comparators=[ast.Constant(value=str() as other)]):  # fmt: skip
            if other == (DONE.rstrip() if _strips(text, load) else DONE) and _item_of(text) is load:
                yield f"ITEM {'==' if isinstance(op, ast.Eq) else '!='} StreamingChunk.done()"


def _strips(node: ast.expr, load: ast.Name) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=text, attr=attr), args=[], keywords=[]):
            return attr in STRIPS and text is load
    return False


def _item_of(node: ast.expr) -> ast.expr:
    return node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node  # fmt: skip


def _is_data(node: ast.expr, load: ast.Name) -> bool:
    """Whether *node* is the text of *load* behind `data:`, in a form that cuts nothing else off."""
    match node:
        case ast.Subscript(value=text, slice=ast.Slice(lower=ast.Constant(value=5 | 6), upper=None, step=None)):  # fmt: skip
            return text is load or _strips(text, load)
        case ast.Call(func=ast.Attribute(value=text, attr="removeprefix"), args=[ast.Constant(value="data: " | "data:")]):  # fmt: skip
            return text is load or _strips(text, load)
        case ast.Call(func=ast.Attribute(value=inner, attr=attr), args=[], keywords=[]):
            return attr in STRIPS and _is_data(inner, load)
    return False


def _is_kept_text(load: ast.Name, file: FileFacts) -> bool:
    """Whether the text is kept as a whole: added to other text, collected, or logged."""
    match file.tree.parent_of[load]:
        case ast.AugAssign(op=ast.Add(), value=value):
            return value is load
        case ast.Call(func=ast.Attribute(attr=attr), args=arguments):
            return load in arguments and (attr == "append" or attr in LOGGING_METHODS)
    return False


# The proof


def _closed(node: ast.expr, load: ast.Name, file: FileFacts) -> str:
    """Return *node* as an expression of nothing but `ITEM` and what the proof knows."""
    text = ast.parse(file.source.segment(node), mode="eval").body
    return ast.unparse(_Closing(load.id).visit(text))


class _Closing(ast.NodeTransformer):
    def __init__(self, item: str) -> None:
        self.item = item

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if last_name(node.func) == "loads":
            node.func = ast.Name("loads", ast.Load())
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name("ITEM", ast.Load()) if node.id == self.item else node


@lru_cache(maxsize=1024)
def _is_same(old: str, new: str, contract: Contract, kinds: frozenset[str]) -> bool:
    """Whether *old* on the text of every chunk is *new* on the chunk: value, exception and its message."""
    formatter = contract.build()
    for chunk in _chunks(kinds, contract):
        try:
            text = formatter.format_chunk(formatter.encoded(chunk))
        except Exception:  # noqa: BLE001, S112 - it never reaches the loop
            continue
        if _outcome(old, text) != _outcome(new, chunk):
            return False
    return True


def _chunks(kinds: frozenset[str], contract: Contract) -> Iterator[StreamingChunk]:
    texts = [*STRINGS, DONE, "[DONE]", "data: ", "x\n\ndata: [DONE]", "DONE]"]
    if "done" in kinds:
        yield StreamingChunk.done()
    if "of" in kinds:
        for value in (*texts, *OTHERS, *MAPPINGS):
            yield StreamingChunk.of(value)
            yield StreamingChunk.of({"type": value, "content": value})
            yield StreamingChunk.of([value])
    if "typed" in kinds:
        for kind in (*dict(contract.keys), *texts):
            for text in (*texts, None):
                yield StreamingChunk(type=kind, role=text, content=text, tool_call_id=text)


def _outcome(expression: str, item: object) -> tuple[str, ...]:
    names = {
        "__builtins__": {},
        "ITEM": item,
        "loads": json.loads,
        "isinstance": isinstance,
        "StreamingChunk": StreamingChunk,
    }
    try:
        value = eval(expression, names)  # noqa: S307 - an expression without any name of the user's
    except Exception as error:  # noqa: BLE001 - it has to be the same
        return type(error).__name__, str(error)
    return type(value).__name__, repr(value)
