"""Stand-ins for everything that a function uses and that is not its own: they answer whatever is asked.

What they answer depends on a seed, on where they come from and on how often they were asked, never on
the run: two functions that ask the same questions in the same order get the same answers. Calls and
renderings are written down.
"""

import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from streamlift import SSEFormatter, StreamingChunk

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
CALLS = 600
TURNS = 60


class TooLong(BaseException):
    """The function asks on and on, so the run ends here."""


@dataclass(frozen=True)
class Temper:
    """How the stand-ins of one run answer.

    Attributes:
        seed: Tells runs apart.
        truth: How many of a hundred yes-or-no questions are answered with yes.
        errors: How many of a hundred calls raise.
        plain: How many of a hundred values are plain JSON values, not stand-ins.
        fails_at: Which of the calls and iterations raises in any case; 0: none.
        odd: How many of a hundred values are no str, so that JSON does not know them.
        longest: The most items that an iteration gives.
    """

    seed: int
    truth: int = 50
    errors: int = 0
    plain: int = 0
    odd: int = 0
    longest: int = 2
    fails_at: int = 0


class World:
    """The surroundings of one run.

    Args:
        temper: How it answers.
        contract: How a chunk that goes out is written.
    """

    def __init__(self, temper: Temper, contract: SSEFormatter | None = None) -> None:
        self.temper = temper
        self.contract = contract
        self.log: list[str] = []
        self.asked: dict[str, int] = {}
        self.methods: dict[str, Callable[..., object]] = {}
        self.generators: dict[str, Callable[..., object]] = {}
        self.classes: dict[str, type] = {}
        self.turns = 0
        self.calls = 0

    def note(self, what: str) -> None:
        self.log.append(ADDRESS.sub("", what))
        if len(self.log) > CALLS:
            raise TooLong

    def turn(self) -> None:
        """Count one turn of a loop."""
        self.turns += 1
        if self.turns > TURNS:
            raise TooLong

    def number(self, question: str, below: int) -> int:
        """Return a number that the seed, the question and how often it was asked decide."""
        times = self.asked[question] = self.asked.get(question, 0) + 1
        return zlib.crc32(f"{self.temper.seed} {question} {times}".encode()) % 9973 % below

    def says_yes(self, question: str) -> bool:
        return self.number(question, 100) < self.temper.truth

    def fails(self, path: str) -> bool:
        """Return whether the call or iteration at *path* raises."""
        self.calls += 1
        return (
            self.calls == self.temper.fails_at
            or self.number(f"error {path}", 100) < self.temper.errors
        )

    def error(self, path: str) -> Exception:
        """Return what goes wrong at *path*: any of the common errors, or of those that the file catches."""
        known = [kind for _, kind in sorted(self.classes.items()) if issubclass(kind, Exception)]
        kinds = [*ERRORS, *known, *known]
        return kinds[self.number(f"which {path}", len(kinds))](f"of {path}")

    def value(self, path: str) -> object:
        """Return what a call, an item or an iteration gives."""
        if path.endswith(TEXT_CALLS):
            return f"text of {path}"
        number = self.number(f"kind {path}", 100)
        if number < self.temper.odd:
            return Odd(self, path)
        if number < self.temper.odd + self.temper.plain:
            return PLAIN[self.number(f"plain {path}", len(PLAIN))]()
        return Word(self, path)

    def stand_in(self, path: str) -> "Word":
        return Word(self, path)

    def given(self, arguments: tuple[object, ...], named: dict[str, object]) -> str:
        """Return the arguments of a call as text."""
        values = [shown(value, self.contract) for value in arguments]
        values += [f"{name}={shown(value, self.contract)}" for name, value in named.items()]
        return ", ".join(values)

    def generator(self, name: str, *, later: bool) -> Callable[..., object]:
        """Return a generator function: what a boundary is put around has to be one."""

        def called(*arguments: object, **named: object) -> object:
            self.note(f"{name}({self.given(arguments, named)})")
            source = self.stand_in(f"{name}()")
            return source._later_items() if later else source._items()

        return called


PLAIN: tuple[Callable[[], object], ...] = (
    lambda: None, lambda: "", lambda: 0, lambda: 1.5, lambda: True, lambda: "한국어 🚀 é\u2028", lambda: "two\nlines\r",
    dict, lambda: {"type": "é", "b": [1, None], "a": {"content": "x"}}, lambda: ["one", {"two": 2}], lambda: "data: [DONE]\n\n",
    lambda: {1: 2}, lambda: "plain", lambda: "\ud83d", lambda: {1, 2}, lambda: float("nan"),
)  # fmt: skip
# Calls that give nothing but a plain str, whatever they are called on.
TEXT_CALLS = (".model_dump_json()", ".isoformat()", ".hexdigest()", ".dumps()", ".join()", ".hex()")


def shown(value: object, contract: SSEFormatter | None = None) -> str:
    """Return a text of *value* that is the same in both runs: of a chunk, its frame under *contract*."""
    if isinstance(value, StreamingChunk):
        return repr((contract or SSEFormatter).format_chunk(value))
    if isinstance(value, Answers):
        return f"<{value.path_of_stand_in}>"
    if isinstance(value, (str, bytes, int, float, type(None))):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, BaseException):
        return f"{type(value).__name__}({value})"
    return type(value).__name__


class Answers:
    """The answers of a stand-in, whatever type it also is."""

    _world: World
    path_of_stand_in: str

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._child(name)

    def _child(self, name: str) -> object:
        path = f"{self.path_of_stand_in}.{name}"
        known = self._world.classes.get(path) or self._world.classes.get(name)
        if known is not None:
            return known
        if name in self._world.methods:
            return self._world.methods[name]
        kept = self.__dict__.get("_kept")
        if kept is None:
            kept = self.__dict__["_kept"] = {}
        if name not in kept:
            kept[name] = self._world.stand_in(path)
        return kept[name]

    def __setattr__(self, name: str, value: object) -> None:
        self._world.note(f"{self.path_of_stand_in}.{name} = {shown(value)}")
        object.__setattr__(self, name, value)

    def __call__(self, /, *arguments: object, **named: object) -> object:
        path = self.path_of_stand_in
        self._world.note(f"{path}({self._world.given(arguments, named)})")
        if self._world.fails(path):
            raise self._world.error(path)
        return self._world.value(f"{path}()")

    def __await__(self) -> Iterator[object]:
        self._world.note(f"await {self.path_of_stand_in}")
        return self._world.value(f"{self.path_of_stand_in}.awaited")
        yield

    def _items(self) -> Iterator[object]:
        path = self.path_of_stand_in
        for number in range(len(self)):
            self._world.note(f"next {path} {number}")
            yield self._world.value(f"{path}[{number}]")
        if self._world.fails(path):
            raise self._world.error(path)

    def __iter__(self) -> Iterator[object]:
        return self._items()

    async def _later_items(self) -> AsyncIterator[object]:
        for item in self._items():
            yield item

    def __aiter__(self) -> AsyncIterator[object]:
        return self._later_items()

    def __next__(self) -> object:
        if not self._world.says_yes(f"next {self.path_of_stand_in}"):
            raise StopIteration
        return self._world.value(f"{self.path_of_stand_in}[]")

    async def __anext__(self) -> object:
        if not self._world.says_yes(f"next {self.path_of_stand_in}"):
            raise StopAsyncIteration
        return self._world.value(f"{self.path_of_stand_in}[]")

    def __getitem__(self, key: object) -> object:
        return self._world.value(f"{self.path_of_stand_in}[{shown(key)}]")

    def __setitem__(self, key: object, value: object) -> None:
        self._world.note(f"{self.path_of_stand_in}[{shown(key)}] = {shown(value)}")

    def __delitem__(self, key: object) -> None:
        self._world.note(f"del {self.path_of_stand_in}[{shown(key)}]")

    def __contains__(self, item: object) -> bool:
        return self._world.says_yes(f"{shown(item)} in {self.path_of_stand_in}")

    def __bool__(self) -> bool:
        return self._world.says_yes(f"bool {self.path_of_stand_in}")

    def __len__(self) -> int:
        length = self.__dict__.get("_length")
        if length is None:  # as long as it says: `bytearray.extend` of CPython relies on it
            length = self._world.number(
                f"length {self.path_of_stand_in}", self._world.temper.longest + 1
            )
            self.__dict__["_length"] = length
        return length

    def __int__(self) -> int:
        return self._world.number(f"int {self.path_of_stand_in}", 5)

    __index__ = __int__

    def __float__(self) -> float:
        return self._world.number(f"float {self.path_of_stand_in}", 9) / 2

    def _compared(self, other: object) -> bool:
        return self._world.says_yes(f"{self.path_of_stand_in} compared with {shown(other)}")

    __lt__ = __le__ = __gt__ = __ge__ = _compared

    def __eq__(self, other: object) -> bool:
        return self is other or self._compared(other)

    def __ne__(self, other: object) -> bool:
        return self is not other and self._compared(other)

    def __hash__(self) -> int:
        return hash(self.path_of_stand_in)

    def _calculated(self, other: object) -> object:
        return self._world.stand_in(f"({self.path_of_stand_in} and {shown(other)})")

    def __add__(self, other: object) -> object:
        return (
            str.__add__(self, other)
            if isinstance(self, str) and isinstance(other, str)
            else self._calculated(other)
        )

    def __radd__(self, other: object) -> object:
        return [*other, *self] if isinstance(other, list) else self._calculated(other)

    __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _calculated
    __floordiv__ = __pow__ = __and__ = __or__ = __ror__ = __xor__ = __rmod__ = _calculated

    def __enter__(self) -> object:
        self._world.note(f"enter {self.path_of_stand_in}")
        return self._world.stand_in(f"{self.path_of_stand_in}.entered")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._world.note(f"exit {self.path_of_stand_in} {kind.__name__ if kind else None}")
        return False

    async def __aenter__(self) -> object:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return self.__exit__(kind)

    def __instancecheck__(self, instance: object) -> bool:
        return self._world.says_yes(f"{shown(instance)} is a {self.path_of_stand_in}")

    def __subclasscheck__(self, other: type) -> bool:
        return self._world.says_yes(f"{other.__name__} below {self.path_of_stand_in}")

    def __format__(self, spec: str) -> str:
        self._world.note(f"format {self.path_of_stand_in} {spec}")
        return f"{self.path_of_stand_in} as {spec}"

    def __str__(self) -> str:
        self._world.note(f"str {self.path_of_stand_in}")
        return f"{self.path_of_stand_in} as str"

    def __repr__(self) -> str:
        self._world.note(f"repr {self.path_of_stand_in}")
        return f"{self.path_of_stand_in} as repr"


ERRORS = (RuntimeError, ValueError, KeyError, TimeoutError, TypeError)
# Methods of str whose names are also common names of fields.
FIELDS_TOO = {"index", "count", "title", "format", "join"}


class Word(Answers, str):  # noqa: SLOT000 - it keeps what was asked of it
    """A stand-in that is also a str, so JSON and sums know it."""

    def __new__(cls, world: World, path: str):
        self = str.__new__(cls, f"é:{path}")
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "path_of_stand_in", path)
        return self

    def __getattribute__(self, name: str) -> object:
        if name in FIELDS_TOO or name in object.__getattribute__(self, "_world").methods:
            return object.__getattribute__(self, "_child")(name)
        return str.__getattribute__(self, name)


class Odd(Answers):
    """A stand-in that is nothing else."""

    def __init__(self, world: World, path: str) -> None:
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "path_of_stand_in", path)
