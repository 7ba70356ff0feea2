"""Tests that compare the frames of a producer with literal text, and the same test of its chunks.

Two chunks may be equal where their texts are not (`1 == True`, another order of keys), and the other way round
(a tuple is written like a list). So both comparisons are run on what each `yield` of the producer makes of
adversarial values, near the expected ones: they have to agree on all of it.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlift import StreamingChunk

from ..frames.sites import CHUNK, CHUNK_ORIGIN
from ..proof.adversaries import MAPPINGS, OTHERS, STRINGS
from ..reading.source import comments_in
from ..reading.test_files import TEST_FILE
from ..rewriting.expressions import string_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlift import SSEFormatter

    from ..contracts.contract import Contract
    from ..flow.boundary_calls import BoundaryCall
    from ..flow.producers import Producer
    from ..reading.facts import FileFacts
    from ..rewriting.expressions import Style

TYPED = ("type", "role", "content", "tool_call_id")
NEAR: tuple[object, ...] = (
    True,
    False,
    0,
    1,
    1.0,
    None,
    "",
    "1",
    (),
    [],
    {},
    {1: 1},
    {"1": 1},
    float("nan"),
)


@dataclass(frozen=True)
class FrameTest:
    """A comparison of all frames of a call with literal ones.

    Attributes:
        call: The call of the producer.
        frames: The literal frames.
        chunks: What stands in their place.
    """

    call: BoundaryCall
    frames: tuple[ast.Constant, ...]
    chunks: tuple[str, ...]


@dataclass(frozen=True)
class TextTest:
    """A call in a test that goes on getting text.

    Attributes:
        producer: What is called.
        call: The call, around which the contract gives the text.
        reason: Why it is no test of chunks.
    """

    producer: Producer
    call: BoundaryCall
    reason: str


def is_in_test(call: BoundaryCall) -> bool:
    """Whether *call* stands in a file of tests."""
    return bool(TEST_FILE.search(call.file.name))


def frame_test(
    call: BoundaryCall, producer: Producer, contract: Contract | None, style: Style
) -> FrameTest | TextTest:
    """Return how the test that *call* of *producer* stands in is one of chunks, or why it is none for certain."""
    file = call.file
    frames = _expected(call.call, file) if producer.is_generator else None
    if frames is None or any(comments_in(file.source.segment(each)) for each in frames):
        return TextTest(producer, call, "text-test")
    if not _is_free(call):
        return TextTest(producer, call, "chunk-name-taken")
    shapes = _shapes(producer)
    if shapes is None or contract is None or not _is_plain(contract):
        return TextTest(producer, call, "unread-chunks")
    formatter = contract.build()
    chunks = [_chunk_of(str(frame.value), shapes, formatter, style) for frame in frames]
    found = tuple(chunk for chunk in chunks if chunk is not None)
    if len(found) < len(frames):
        return TextTest(producer, call, "other-equality")
    return FrameTest(call, tuple(frames), found)


def _is_plain(contract: Contract) -> bool:
    dialect = contract.dialect
    return dialect.encoder == "json" and not dialect.objects and not contract.encoding


def _is_free(call: BoundaryCall) -> bool:
    """Whether the name of the chunk means ours, or nothing yet, where *call* stands."""
    file = call.file
    if file.tree.scope_of[call.call].owner_of(CHUNK) not in {None, file.tree.module}:
        return False
    return not file.is_taken(CHUNK) and not file.tree.module.star_import


def _expected(call: ast.Call, file: FileFacts) -> list[ast.Constant] | None:
    """Return the literal frames that all items of *call* are compared with, if nothing else is done with them."""
    whole = _collected(call, file)
    parent = file.tree.parent_of[whole] if whole is not None else None
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        whole = _only_load(parent.targets[0], file)
        parent = file.tree.parent_of[whole] if whole is not None else None
    match parent:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.List(elts=elements)]) if left is whole:  # fmt: skip
            frames = [
                e for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)
            ]
            is_test = isinstance(file.tree.parent_of[parent], ast.Assert)
            return frames if is_test and len(frames) == len(elements) else None
    return None


def _collected(call: ast.Call, file: FileFacts) -> ast.expr | None:
    """Return the list of all items of *call*: `list(call)`, `[*call]`, or a comprehension that copies them."""
    parent = file.tree.parent_of[call]
    match parent:
        case ast.Call(func=ast.Name(id="list"), args=[_], keywords=[]):
            return parent if file.tree.qualified_name(parent.func) == "builtins.list" else None
        case ast.Starred():
            display = file.tree.parent_of[parent]
            is_alone = isinstance(display, ast.List) and len(display.elts) == 1
            return display if is_alone and isinstance(display, ast.List) else None
        case ast.ListComp(elt=ast.Name(id=name), generators=[each]) if each.iter is call:
            copies = isinstance(each.target, ast.Name) and each.target.id == name
            return parent if copies and not each.ifs else None
    return None


def _only_load(target: ast.expr, file: FileFacts) -> ast.expr | None:
    """Return the one load of the variable *target*, which is bound once."""
    if not isinstance(target, ast.Name):
        return None
    scope = file.tree.scope_of[target]
    loads = file.tree.loads_of(target.id, scope)
    is_local = scope.function is scope and len(scope.bindings[target.id]) == 1
    return loads[0] if is_local and len(loads) == 1 else None


# What a producer yields


@dataclass(frozen=True)
class _Shape:
    """How one `yield` makes its chunk: of constants, and of values that are not known.

    Attributes:
        kind: `of`, `typed` or `done`.
        values: The value of each key; the constant, or None of what is not known.
    """

    kind: str
    values: tuple[tuple[str, ast.Constant | None], ...] = ()

    def made(self, values: dict[str, object]) -> StreamingChunk:
        """Return the chunk with *values* for what is not known."""
        known = {key: values[key] if node is None else node.value for key, node in self.values}
        if self.kind == "done":
            return StreamingChunk.done()
        return StreamingChunk.of(known) if self.kind == "of" else StreamingChunk(**known)  # type: ignore[arg-type]

    @property
    def open(self) -> list[str]:
        """The keys whose values are not known."""
        return [key for key, node in self.values if node is None]


def _shapes(producer: Producer) -> list[_Shape] | None:
    """Return how each `yield` of *producer* makes its chunk, None if that cannot be told of one."""
    values = [node.value for node in producer.scope.yields if isinstance(node, ast.Yield)]
    shapes = [_shape(value, producer.file) for value in values]
    known = [shape for shape in shapes if shape is not None]
    return known if len(known) == len(producer.scope.yields) else None


def _shape(value: ast.expr | None, file: FileFacts) -> _Shape | None:
    function = value.func if isinstance(value, ast.Call) else None
    made = function.value if isinstance(function, ast.Attribute) else function
    if (
        not isinstance(value, ast.Call)
        or made is None
        or file.tree.qualified_name(made) not in CHUNK_ORIGIN
    ):
        return None
    match value:
        case ast.Call(func=ast.Attribute(attr="done"), args=[], keywords=[]):
            return _Shape("done")
        case ast.Call(func=ast.Attribute(attr="of"), args=[ast.Dict() as payload], keywords=[]):
            return _shape_of_payload(payload)
        case ast.Call(func=ast.Name(), args=[], keywords=keywords):
            given = tuple((str(word.arg), _constant(word.value)) for word in keywords)
            names = {name for name, _ in given}
            return _Shape("typed", given) if {"type"} <= names <= {*TYPED} else None
    return None


def _shape_of_payload(payload: ast.Dict) -> _Shape | None:
    constants = [key.value for key in payload.keys if isinstance(key, ast.Constant)]
    keys = [key for key in constants if isinstance(key, str)]
    if not len(keys) == len(payload.keys) == len(set(keys)):
        return None
    return _Shape("of", tuple(zip(keys, map(_constant, payload.values), strict=True)))


def _constant(node: ast.expr) -> ast.Constant | None:
    return node if isinstance(node, ast.Constant) else None


# The chunk of a frame, and the proof


def _chunk_of(
    frame: str, shapes: list[_Shape], formatter: SSEFormatter, style: Style
) -> str | None:
    """Return the expression of the chunk that is expected where *frame* was."""
    for source in _candidates(frame, shapes, style):
        chunk = _evaluated(source)
        if formatter.format_chunk(chunk) == frame and _agree(frame, chunk, shapes, formatter):
            return source
    return None


def _candidates(frame: str, shapes: list[_Shape], style: Style) -> Iterator[str]:
    kinds = {shape.kind for shape in shapes}
    if "done" in kinds:
        yield f"{CHUNK}.done()"
    try:
        payload = json.loads(frame.partition("data:")[2])
    except ValueError:
        return
    if not isinstance(payload, dict):
        return
    written = {key: _written(value, style) for key, value in payload.items()}
    if "typed" in kinds and {"type"} <= payload.keys() <= {*TYPED}:
        yield f"{CHUNK}({', '.join(f'{key}={value}' for key, value in written.items())})"
    if "of" in kinds:
        items = ", ".join(
            f"{string_literal(key, style)}: {value}" for key, value in written.items()
        )
        yield f"{CHUNK}.of({{{items}}})"


def _written(value: object, style: Style) -> str:
    if isinstance(value, str):
        return string_literal(value, style)
    if isinstance(value, list):
        return f"[{', '.join(_written(each, style) for each in value)}]"
    if isinstance(value, dict):
        items = [f"{_written(key, style)}: {_written(each, style)}" for key, each in value.items()]
        return f"{{{', '.join(items)}}}"
    return repr(value)


def _evaluated(source: str) -> StreamingChunk:
    made = eval(source, {"__builtins__": {}, CHUNK: StreamingChunk})  # noqa: S307 - literals of ours
    assert isinstance(made, StreamingChunk)
    return made


def _agree(
    frame: str, expected: StreamingChunk, shapes: list[_Shape], formatter: SSEFormatter
) -> bool:
    """Whether both comparisons have the same answer for whatever *shapes* may make."""
    for shape in shapes:
        if any(isinstance(_values_of(expected).get(key), (list, dict)) for key in shape.open):
            return False  # what equals it, and what is written like it, has no end
        for chunk in _near(shape, expected):
            try:
                text = formatter.format_chunk(chunk)
            except Exception:  # noqa: BLE001, S112 - the test would fail before it compares
                continue
            if (text == frame) != (chunk == expected):
                return False
    return True


def _near(shape: _Shape, expected: StreamingChunk) -> Iterator[StreamingChunk]:
    """Give what *shape* makes of the expected values, and of each other value in the place of one of them."""
    wanted = _values_of(expected)
    base = {key: wanted.get(key) for key in shape.open}
    yield shape.made(base)
    for key in shape.open:
        for value in (*NEAR, *STRINGS, *OTHERS, *MAPPINGS, *_alike(wanted.get(key))):
            yield shape.made({**base, key: value})


def _values_of(chunk: StreamingChunk) -> dict[str, object]:
    payload = getattr(chunk, "payload", None)
    if isinstance(payload, dict):
        return payload
    return {name: getattr(chunk, name, None) for name in TYPED}


def _alike(value: object) -> Iterator[object]:
    """Give values that may equal *value*, or be written as it is, and are not it."""
    match value:
        case bool():
            yield int(value)
        case int() | float():
            yield from (float(value), value == 1, str(value))
