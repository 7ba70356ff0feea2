"""Writes JSON of plain data in less time than the encoder in C: one f-string for each shape.

The *shape* of a dict is its keys, in their order. A program has few of them, since most of its dicts
are made by displays in its code. What is written here consists of the very built-in classes: nothing
of the user's runs for it, and whoever gets None may ask the encoder for all of it.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from .template import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    # Of str, or of bytes where whole frames are written so; or None.
    WriteDict: TypeAlias = Callable[[dict[object, object]], Any]

MOST_KEYS = 16
"""Of a dict. Beyond each of these numbers, the encoder in C is left to it."""

MOST_SHAPES = 16
"""Of the dicts with one number of keys."""

MOST_ITEMS = 16
"""Of a list."""

UNKNOWN = 64
"""Dicts of one length that are not known, before one is learnt: to learn takes as long as to encode many."""

LONGEST_CONSTANT = 64
"""Characters of a value that is remembered, because the code may have it as a constant."""

CHANGED = (LookupError, ValueError, RuntimeError)
"""What a writer may end in: another thread changes the dict, there are too many levels or digits."""


class DictWriters(dict[int, "WriteDict"]):
    """Writers of dicts, by the number of keys; they return None for what they do not know.

    Args:
        quote: Writes a str as a JSON string.
        item_separator: As for `json.JSONEncoder`, like the next two.
        key_separator: See there.
        sort_keys: See there.
    """

    def __init__(
        self,
        quote: Callable[[str], str],
        item_separator: str,
        key_separator: str,
        *,
        sort_keys: bool,
    ) -> None:
        super().__init__()
        self._options = quote, item_separator, key_separator, sort_keys
        self._inner = self
        self._value = _value_writer(self, quote, item_separator)
        self._before = self._after = self._encode = ""
        self._unknown: dict[int, int] = {}
        self._examples: dict[int, tuple[dict[Any, object], ...]] = {}

    def framed(self, before: str, after: str, encoding: str | None) -> DictWriters:
        """Return writers of whole frames: with text around the JSON, as bytes if there is an *encoding*."""
        quote, item_separator, key_separator, sort_keys = self._options
        framed = DictWriters(quote, item_separator, key_separator, sort_keys=sort_keys)
        framed._inner, framed._value = self, self._value
        framed._before, framed._after = before, after
        framed._encode = "" if encoding is None else f".encode({encoding!r})"
        return framed

    def __missing__(self, length: int) -> WriteDict:
        return self._learn if length <= MOST_KEYS else _unknown

    def _learn(self, payload: dict[object, object]) -> Any:
        """Write *payload* with a writer that knows its shape too, if there is room for it."""
        length = len(payload)
        self._unknown[length] = unknown = self._unknown.get(length, 0) + 1
        known = self._examples.get(length, ())
        if (
            unknown <= UNKNOWN
            or len(known) == MOST_SHAPES
            or not all(type(key) is str for key in payload)
        ):
            return None
        example = {key: _example(value) for key, value in payload.items()}
        # In one step, since other threads learn too.
        self._examples[length] = examples = (*known, example)
        write = self[length] = self._compiled(examples)
        return write(payload)

    def _compiled(self, examples: tuple[dict[Any, object], ...]) -> WriteDict:
        """Return the writer of dicts that have the very keys of one of the *examples*.

        To compare keys could run a method of theirs, and would take longer. No other thread runs
        while the dict is taken apart, so its items are those of one moment.
        """
        quote = self._options[0]
        every = range(len(examples[0]))
        names: dict[str, object] = {
            "quote": quote,
            "value": self._value,
            "dicts": self._inner,
            "learn": self._learn,
        }
        lines = [f"[{', '.join(f'k{n}' for n in every)}] = payload"]
        for number, example in enumerate(examples):
            # The last keys differ more often than the first ones.
            same = " and ".join(f"k{n} is key{number}_{n}" for n in reversed(every))
            lines.append(f"if {same or True}:")
            lines += [f"    v{n} = payload[k{n}]" for n in every]
            for n, (key, seen) in enumerate(example.items()):
                names[f"key{number}_{n}"] = key
                if type(seen) is str:
                    names[f"seen{number}_{n}"], names[f"text{number}_{n}"] = seen, quote(seen)
                expression = _EXPRESSIONS[type(seen)].format(value=f"v{n}", place=f"{number}_{n}")
                lines += [f"    v{n} = {expression}", f"    if v{n} is None: return None"]
            lines.append(f"    return f{self._template([*example])!r}{self._encode}")
        lines.append("return learn(payload)")
        exec("def write(payload):\n    " + "\n    ".join(lines), names)  # noqa: S102 - literals made by repr()
        write: WriteDict = names["write"]  # type: ignore[assignment]  # made by the line above
        return write

    def _template(self, keys: list[str]) -> str:
        quote, item_separator, key_separator, sort_keys = self._options
        order = sorted(range(len(keys)), key=keys.__getitem__) if sort_keys else range(len(keys))
        items = [literal(quote(keys[n]) + key_separator) + f"{{v{n}}}" for n in order]
        joined = "{{" + literal(item_separator).join(items) + "}}"
        return literal(self._before) + joined + literal(self._after)


_EXPRESSIONS = {
    # Most texts that an object is made with again and again are constants of the code.
    str: "text{place} if {value} is seen{place} else quote({value}) if type({value}) is str else value({value})",
    int: "{value} if type({value}) is int else value({value})",
    type(None): "'null' if {value} is None else value({value})",
    dict: "dicts[len({value})]({value}) if type({value}) is dict else value({value})",
    object: "value({value})",
}


def _example(value: object) -> object:
    """Return something for which the same expression is best, without the data in *value*."""
    cls = type(value)
    if cls is str:
        return value if len(value) <= LONGEST_CONSTANT else ""  # type: ignore[arg-type]  # it is one
    return cls() if cls in _EXPRESSIONS else object()


def _value_writer(
    dicts: DictWriters, quote: Callable[[str], str], separator: str
) -> Callable[[object], str | None]:
    def write(value: Any) -> str | None:
        cls = type(value)
        if cls is str:
            return quote(value)
        if cls is dict:
            text: str | None = dicts[len(value)](value)
            return text
        if cls is list or cls is tuple:
            if len(value) > MOST_ITEMS:
                return None
            if len(value) == 1:
                [value] = value
                text = dicts[len(value)](value) if type(value) is dict else write(value)
                return None if text is None else f"[{text}]"
            texts = [write(item) for item in value]
            return None if None in texts else f"[{separator.join(texts)}]"  # type: ignore[arg-type]  # no None
        if cls is float:
            return float.__repr__(value) if isfinite(value) else None
        if cls is int:
            return int.__repr__(value)
        return _CONSTANTS[value] if value is None or cls is bool else None

    return write


_CONSTANTS = {None: "null", False: "false", True: "true"}


def _unknown(_: dict[object, object]) -> None:
    return None
