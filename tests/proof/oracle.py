"""Whether two ways of writing a frame differ: both are run as plain Python on values of this module's own.

It shares nothing with the proof: no abstraction of names, no values, no way of comparing.
"""

import enum
import functools
import json
import warnings
from collections.abc import Callable, Iterator
from types import CodeType

import orjson

from streamlift import SSEFormatter, StreamingChunk
from streamlift.json_dialect import ModelDialect, ORJSONDialect

Outcome = tuple[object, ...]


class Colour(str, enum.Enum):
    """A str whose `format` and `str` are other texts, as with every (str, Enum) of some versions of Python."""

    RED = "red"

    def __format__(self, spec: str) -> str:
        return "Colour.RED"

    def __str__(self) -> str:
        return "RED"


class World:
    """What an expression can see and change: it counts, and it writes down what happens."""

    def __init__(self) -> None:
        self.log: list[object] = []

    def call(self, name: str, value: object, *arguments: object) -> object:
        self.log.append((name, len(arguments)))
        return value


class Box:
    """It renders as what has happened so far."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _rendered(self, way: str) -> str:
        self.world.log.append(way)
        return f"{way} {len(self.world.log)}"

    def __format__(self, spec: str) -> str:
        return self._rendered(f"format {spec}")

    def __str__(self) -> str:
        return self._rendered("str")

    def __repr__(self) -> str:
        return self._rendered("repr")


class Model:
    """A model as pydantic's are: it has its own JSON."""

    def __init__(self, world: World, value: object) -> None:
        self.world = world
        self.value = value

    def model_dump_json(self, **options: object) -> str:
        self.world.log.append("model_dump_json")
        return json.dumps([self.value, options], ensure_ascii=False, separators=(",", ":"))

    def json(self, **options: object) -> object:
        self.world.log.append("json")
        return f"{self.value} {options}" if self.value else None


class OtherJSON:
    """What the name `json` is bound to where it is not the module."""

    def __init__(self, world: World) -> None:
        self.world = world

    def dumps(self, value: object, **_: object) -> str:
        self.world.log.append("dumps")
        return "other"


ANY: tuple[Callable[[World], object], ...] = (
    lambda _: "plain", lambda _: "é 🚀\u2028", lambda _: "two\nlines\r", lambda _: "", lambda _: None, lambda _: 7,
    lambda _: True, lambda _: 0.5, lambda _: float("nan"), lambda _: {"b": 1, "a": {"é": []}}, lambda _: {1: 2, "type": "own"},
    lambda _: {(1, 2): 3}, lambda _: ["[", 1], lambda _: {1, 2}, lambda _: Colour.RED, Box, lambda _: "\ud83d",
)  # fmt: skip
TEXTS = ("word", "", "é\u2028", "two\nlines", Colour.RED, "a longer text")
MAPPINGS: tuple[dict[object, object], ...] = (
    {"x": 1},
    {},
    {"type": "spread", "n": 2},
    {"é": None, 3: 4},
)
MAYBE = (None, *TEXTS)
TURNS = len(ANY) * 2


def _names(world: World, turn: int) -> dict[str, object]:
    def any_of(shift: int) -> object:
        return ANY[(turn + shift * (1 + turn // len(ANY))) % len(ANY)](world)

    def turned() -> int:
        world.log.append("turn")
        names["phase"] = "next"
        return 1

    names = {
        "x": any_of(0),
        "y": any_of(1),
        "box": Box(world),
        "model": Model(world, TEXTS[turn % len(TEXTS)]),
        "items": MAPPINGS[turn % len(MAPPINGS)],
        "f": functools.partial(world.call, "f", any_of(2)),
        "g": functools.partial(world.call, "g", any_of(3)),
        "text": TEXTS[turn % len(TEXTS)],
        "maybe": MAYBE[turn % len(MAYBE)],
        "word": TEXTS[(turn + 1) % len(TEXTS)],
        "phase": "first",
        "turn": turned,
        "StreamingChunk": StreamingChunk,
        "orjson": orjson,
    }
    return names


def _run(
    codes: tuple[CodeType, ...], contract: SSEFormatter | None, turn: int, *, shadowed: bool
) -> Outcome:
    world = World()
    names = _names(world, turn)
    names["json"] = OtherJSON(world) if shadowed else json

    def producer() -> Iterator[object]:
        *before, code = codes
        for statements in before:
            exec(statements, names)
        yield eval(code, names)

    stream = producer() if contract is None else contract.stream(producer())
    try:
        [item] = stream
    except Exception as error:  # noqa: BLE001 - whatever is raised has to be the same
        return type(error).__name__, str(error), world.log
    return type(item).__name__, item, world.log


NAMES = {
    "SSEFormatter": SSEFormatter,
    "ModelDialect": ModelDialect,
    "ORJSONDialect": ORJSONDialect,
    "OPT_SORT_KEYS": orjson.OPT_SORT_KEYS,
    "str": str,
}


@functools.cache
def contract_of(source: str) -> SSEFormatter:
    """Return the formatter that *source* makes."""
    return eval(source, {**NAMES})


def difference(
    old: str, new: str, contract: str, *, statements: str = "", shadowed: bool = False
) -> tuple[Outcome, Outcome] | None:
    """Return what the frame *old* and the chunk *new* give where that is not the same, None if it always is."""
    formatter = contract_of(contract)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a wrong rewrite may compare by `is`
        before, after = (compile(text.strip(), "<oracle>", "eval") for text in (old, new))
    block = compile(statements.strip(), "<oracle>", "exec")
    for turn in range(TURNS):
        expected = _run((block, before), None, turn, shadowed=shadowed)
        found = _run((after,), formatter, turn, shadowed=shadowed)
        if repr(expected) != repr(found):
            return expected, found
    return None
