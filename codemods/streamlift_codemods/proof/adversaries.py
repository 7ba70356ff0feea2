"""Values that tell two ways of writing a frame apart. All of them are ours; nothing of the user's runs."""

from __future__ import annotations

import enum
import json
from functools import cache
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable


class _Text(str):
    """A str whose three renderings differ from its content."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"str:{super().__str__()}"

    def __format__(self, spec: str) -> str:
        return f"format:{super().__str__()}:{spec}"

    def __repr__(self) -> str:
        return f"repr:{super().__str__()}"


class _Whole(int):
    def __repr__(self) -> str:
        return "whole"


class _Real(float):
    def __repr__(self) -> str:
        return "real"


class _Mapping(dict[object, object]):
    def items(self) -> object:  # type: ignore[override]  # what json.dumps asks, unlike dict's own
        return [("from", "items")]


class _Word(str, enum.Enum):
    FIRST = "first"


class _Number(enum.IntEnum):
    ONE = 1


class Witness:
    """Whatever was run or rendered, in order, and objects whose text tells how often that was.

    Attributes:
        trace: The effects so far.
        latest: The one that was made last, which the stand-ins of functions tell their calls.
    """

    latest: ClassVar[Witness]

    def __init__(self) -> None:
        self.trace: list[str] = []
        Witness.latest = self

    def effect(self, hole: int, value: object) -> object:
        """Record that the expression of *hole* has run."""
        self.trace.append(f"hole {hole}")
        return value

    def probe(self) -> object:
        """Return an object whose text depends on what ran before it was rendered."""
        return _Probe(self)


class _Probe:
    def __init__(self, witness: Witness) -> None:
        self.witness = witness

    def __format__(self, spec: str) -> str:
        self.witness.trace.append("format")
        return f"<format {len(self.witness.trace)} {spec}>"

    def __bool__(self) -> bool:
        self.witness.trace.append("bool")
        return True

    def __str__(self) -> str:  # `default=str` runs it while the payload is encoded
        self.witness.trace.append("str")
        return f"<str {len(self.witness.trace)}>"

    def __repr__(self) -> str:
        self.witness.trace.append("repr")
        return f"<repr {len(self.witness.trace)}>"


class _Model:
    """Stands in for a pydantic model: its JSON names the method and the options that were asked for."""

    def __init__(self, witness: Witness, text: object) -> None:
        self.witness = witness
        self.text = text

    def model_dump_json(self, **options: object) -> str:
        self.witness.trace.append("model_dump_json")
        return json.dumps(
            [repr(self.text), sorted(options.items())], ensure_ascii=False, default=_shown
        )

    def json(self, **options: object) -> object:
        """Return what any method of this name may return: text or not."""
        self.witness.trace.append("json")
        known = self.text if isinstance(self.text, (str, list)) else None
        return self.text if known is None else f"json {options} {known!r}"

    def to_json(self, **options: object) -> object:
        """Return something else than `json` does."""
        return (
            [self.json(**options)] if isinstance(self.text, bool) else f"to_{self.json(**options)}"
        )


def _shown(value: object) -> str:
    """Return the same text for equal values: two equal sets may have different orders."""
    return f"set {sorted(map(repr, value))}" if isinstance(value, set) else repr(value)


# What has no state and no effect of its own may stand for itself.
REAL: dict[str, object] = {
    "builtins.str": str, "builtins.repr": repr, "builtins.list": list, "json.JSONEncoder": json.JSONEncoder,
}  # fmt: skip


def orjson_dumps(payload: object, default: object = None, option: str | None = None) -> bytes:
    """Return what stands for the bytes of orjson, which need not be installed here: its own, and told apart by options."""
    text = json.dumps(
        {"orjson": option, "payload": payload},
        ensure_ascii=False,
        separators=(",", ":"),
        default=default,  # type: ignore[arg-type]  # None, or a function
    )
    return text.encode()


def orjson_dialect(
    *, default: object = None, option: frozenset[str] | None = None
) -> Callable[[object], str]:
    """Return what stands for `ORJSONDialect`; *option* has the names of the flags."""
    flags = " | ".join(sorted(option)) if option else None
    return lambda payload: orjson_dumps(payload, default=default, option=flags).decode()


@cache
def stand_in(option: str, origin: str) -> object:
    """Return what stands for the function or class *origin*, given as `default=` or `cls=`.

    Its calls are effects, and what it returns tells its name and how many effects came before.
    """

    def default(value: object) -> str:
        trace = Witness.latest.trace
        trace.append(origin)
        return f"{origin} {len(trace)} {type(value).__name__}"

    class Encoder(json.JSONEncoder):
        def default(self, o: object) -> str:
            return default(o)

    return REAL.get(origin, Encoder if option == "cls" else default)


def _circular() -> object:
    loop: list[object] = []
    loop.append({"again": loop})
    return loop


STRINGS: list[str] = [
    "plain", "", "한국어 🚀 é", "\u2028\u2029\x85\x0b\x0c\x1c", "a\nb\r\nc\rd", "\ud83d lone", "\x00", "data: [DONE]\n\n",
    '"quoted" \\ {brace} %s', "</script>\x7f",
]  # fmt: skip
OTHERS: list[object] = [
    None, True, 0, 1, -1, 2**70, 1.0, 1e300, -0.0, float("nan"), float("inf"), [], {}, (), [1, [2, {"a": None}]],
    {"b": 1, "a": 2}, {2: "int", None: "none", True: "bool", 1.5: "float"}, {"é": "ü", "type": "of-value"}, (1, "t"),
    {"_sample": 1}, _Text("sub"), _Whole(7), _Real(1.5), _Mapping(a=1), _Word.FIRST, _Number.ONE, b"bytes", {1, 2}, object,
    {(1, 2): "tuple key"}, _circular(),
]  # fmt: skip
ASCII = [text for text in STRINGS if text.isascii()]
WORDS: list[object] = [*STRINGS, _Text("sub"), _Word.FIRST]
MAPPINGS: list[object] = [
    {(1, 2): "tuple key"},
    {},
    {"type": "spread", "x": 1},
    {"content": "é"},
    {1: 2},
    {"b": {"nested": []}},
    _Mapping(a=1),
]
ANYTHING: list[object] = [*STRINGS, *OTHERS]


def _anything(witness: Witness, n: int) -> object:
    place = n % (1 + len(ANYTHING))
    return ANYTHING[place - 1] if place else witness.probe()


ROLES: dict[str, Callable[[Witness, int], object]] = {
    "any": _anything,
    "str": lambda _, n: WORDS[n % len(WORDS)],
    "optional": lambda _, n: [None, *WORDS][n % (1 + len(WORDS))],
    "exact": lambda _, n: STRINGS[n % len(STRINGS)],
    "ascii": lambda _, n: ASCII[n % len(ASCII)],
    "spread": lambda _, n: MAPPINGS[n % len(MAPPINGS)],
    "model": lambda witness, n: _Model(witness, [*STRINGS, *OTHERS[:8]][n % (len(STRINGS) + 8)]),
}
ROUNDS = {
    "any": 1 + len(ANYTHING),
    "str": len(WORDS),
    "optional": 1 + len(WORDS),
    "exact": len(STRINGS),
    "ascii": len(ASCII),
    "spread": len(MAPPINGS),
    "model": len(STRINGS) + 8,
}
# Which values are, in this order, something, None and empty: what a condition may ask.
ASKED = {
    "any": (1, 1 + len(STRINGS), 2),
    "str": (0, 1),
    "optional": (1, 0, 2),
    "exact": (0, 1),
    "ascii": (0, 1),
    "spread": (2, 1),
    "model": (0,),
}
