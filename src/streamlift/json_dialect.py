"""JSON dialects: which encoder, with which options, turns a payload into text.

Alone responsible for the promise that a dialect gives the bytes, or raises the exception, of the
call that it stands for: `JSONDialect(**options)(payload)` is `json.dumps(payload, **options)`.
"""

from __future__ import annotations

import inspect
import json
from json import encoder as _encoder
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, ClassVar

from .json_shapes import DictWriters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Not there on other implementations of Python, and not in the type stubs.
c_make_encoder: Callable[..., Callable[[object, int], tuple[str, ...]]] | None = getattr(
    _encoder, "c_make_encoder", None
)

__all__ = ["JSONDialect", "ModelDialect", "ORJSONDialect"]


class OptionsValue:
    """A value that is its constructor's options: `==`, `hash`, `repr` and pickle go by them."""

    __slots__ = ("_options",)

    _options: dict[str, object]
    _parameters: ClassVar[Mapping[str, inspect.Parameter]]

    def __init_subclass__(cls) -> None:
        cls._parameters = inspect.signature(cls).parameters

    def _keep(self, options: dict[str, object]) -> None:
        """Remember *options*, without those that have the constructor's default."""
        known = self._parameters
        kept = {
            name: value
            for name, value in options.items()
            if name not in known or not _same(value, known[name].default)
        }
        object.__setattr__(self, "_options", kept)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OptionsValue) or type(other) is not type(self):
            return NotImplemented
        return self._options == other._options

    def __hash__(self) -> int:
        return hash((type(self), _hashable(self._options)))

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={_shown(value)}" for name, value in self._options.items())
        return f"{type(self).__name__}({options})"

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return _rebuilt, (type(self), self._options)


def _rebuilt(cls: Callable[..., object], options: dict[str, object]) -> object:
    return cls(**options)


def _same(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and value == default)


def _hashable(value: object) -> object:
    """Return something hashable that is equal for equal options."""
    if isinstance(value, dict):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    if isinstance(value, (set, list)):
        return frozenset(map(_hashable, value))
    return value


def _shown(value: object) -> str:
    """Return *value* as source text says it: functions and classes by their names."""
    if isinstance(value, (type, FunctionType, BuiltinFunctionType)):
        return value.__qualname__
    return repr(value)


class Dialect(OptionsValue):
    """A callable that turns a payload into text.

    Attributes:
        encode: The same as calling the dialect, without the detour over `__call__`.
    """

    __slots__ = ("encode",)

    encode: Callable[[object], str]

    def __call__(self, payload: object) -> str:
        """Return *payload* as text."""
        return self.encode(payload)


class JSONDialect(Dialect):
    """`json.dumps` with these options, compiled once.

    Attributes:
        quote: The function that writes a plain `str` as a JSON string, else None: with `cls` or
            `indent` only the whole payload can be encoded.
        pieces: The C encoder, without markers, if calling it with (payload, 0) and joining what it
            returns is the same as `encode` unless that raises `RecursionError`; else None.
        dicts: What writes most dicts in less time, but not all; None if there is no such thing.
        one_line: Whether the text surely holds no line ending.
    """

    __slots__ = (
        "dicts",
        "item_separator",
        "key_separator",
        "one_line",
        "pieces",
        "quote",
        "sort_keys",
    )

    quote: Callable[[str], str] | None
    pieces: Callable[[object, int], tuple[str, ...]] | None
    dicts: DictWriters | None
    one_line: bool
    item_separator: str
    key_separator: str
    sort_keys: bool

    def __init__(  # noqa: PLR0913 - the options of json.dumps
        self,
        *,
        ensure_ascii: bool = True,
        separators: tuple[str, str] | None = None,
        indent: int | str | None = None,
        sort_keys: bool = False,
        skipkeys: bool = False,
        allow_nan: bool = True,
        check_circular: bool = True,
        default: Callable[..., object] | None = None,
        cls: type[json.JSONEncoder] | None = None,
    ) -> None:
        if separators is not None:
            item, key = separators
            separators = (item, key)
        options: dict[str, object] = {
            "ensure_ascii": ensure_ascii,
            "separators": separators,
            "indent": indent,
            "sort_keys": sort_keys,
            "skipkeys": skipkeys,
            "allow_nan": allow_nan,
            "check_circular": check_circular,
            "default": default,
            "cls": cls,
        }
        self._keep(options)
        self.sort_keys = sort_keys
        self.item_separator, self.key_separator = separators or (", ", ": ")
        breaks = [c for c in self.item_separator + self.key_separator if c in "\r\n"]
        self.one_line = cls is None and indent is None and not breaks
        self.quote = self.pieces = self.dicts = None
        if cls is not None:
            # An encoder class may keep state or count its instances: one instance a call, as there.
            self.encode = _dumps_with(options)
            return
        del options["cls"]
        plain = json.JSONEncoder(**options)  # type: ignore[arg-type]  # the options as they came
        self.encode = plain.encode
        if indent is None:
            self.quote = (
                _encoder.encode_basestring_ascii if ensure_ascii else _encoder.encode_basestring
            )
            if type(self.item_separator) is type(self.key_separator) is str:
                self.dicts = DictWriters(
                    self.quote, self.item_separator, self.key_separator, sort_keys=sort_keys
                )
            # A `default` may be called only once per object, so nothing may run a second time.
            if default is None and c_make_encoder is not None:
                self.pieces = c_make_encoder(
                    None,
                    plain.default,
                    self.quote,
                    None,
                    plain.key_separator,
                    plain.item_separator,
                    plain.sort_keys,
                    plain.skipkeys,
                    plain.allow_nan,
                )
                self.encode = _compiled(plain, self.pieces)


def _dumps_with(options: dict[str, object]) -> Callable[[object], str]:
    def encode(payload: object) -> str:
        return json.dumps(payload, **options)  # type: ignore[arg-type]  # the options as they came

    return encode


def _compiled(
    plain: json.JSONEncoder, pieces: Callable[[object, int], tuple[str, ...]]
) -> Callable[[object], str]:
    """Return `plain.encode`, with the C encoder made once and not at each call.

    `JSONEncoder.iterencode` makes it anew because it holds the markers, by which a circular payload
    is found. Markers must not be shared between calls: threads and re-entrant calls would see each
    other's, and an error leaves stale ones behind. Without markers a circular payload ends in a
    `RecursionError`, and then the plain encoder is asked for its own error.
    """
    join = "".join
    encode_again = plain.encode

    def encode(payload: object) -> str:
        try:
            return join(pieces(payload, 0))
        except RecursionError:
            pass  # asked again outside of this block: its error has no context there either
        return encode_again(payload)

    return encode


class ModelDialect(Dialect):
    """A pydantic model writes itself: `payload.model_dump_json(**options)`.

    Args:
        method: The model's method; "json" for pydantic 1.
        options: Its keyword arguments.
    """

    __slots__ = ()

    def __init__(self, *, method: str = "model_dump_json", **options: object) -> None:
        self._keep({"method": method, **options})

        def encode(payload: object) -> str:
            text: str = getattr(payload, method)(**options)
            return text

        self.encode = encode


class ORJSONDialect(Dialect):
    """`orjson.dumps(payload, default, option).decode()`; orjson is imported at the first call.

    Args:
        option: The sum of orjson's `OPT_` flags.
        default: As for `orjson.dumps`.
    """

    __slots__ = ()

    def __init__(
        self, *, option: int | None = None, default: Callable[..., object] | None = None
    ) -> None:
        self._keep({"option": option, "default": default})
        dumps: Callable[..., bytes] | None = None

        def encode(payload: object) -> str:
            nonlocal dumps
            if dumps is None:
                import orjson

                dumps = orjson.dumps
            return dumps(payload, default=default, option=option).decode()

        self.encode = encode
