"""The wire contract as a value: what a producer needs, the constant that says it, and its name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from streamlift import SSEFormatter
from streamlift.json_dialect import ModelDialect

from ..frames.need import CLIENT_LINE_END
from ..frames.payload import Dialect
from ..proof.adversaries import orjson_dialect, stand_in

if TYPE_CHECKING:
    from ..frames.need import Need

DEFAULT_ORDER = ("event", "id", "retry", "data")
SENTINEL = "[DONE]"
CLASSES = {"model": "ModelDialect", "orjson": "ORJSONDialect"}


@dataclass(frozen=True)
class Contract:
    """One `SSEFormatter` constant.

    Attributes:
        dialect: The JSON dialect.
        space: Whether a blank follows the colon.
        terminator: The line ends after each frame.
        encoding: "utf-8" for a producer of bytes.
        order: The fields in wire order.
        event_is_type: Whether the event line repeats the payload's type.
        sentinel: The data of the last frame.
        strict: Whether values that would break the framing are refused.
        keys: The ordered wire keys of each typed chunk.
    """

    dialect: Dialect = field(default_factory=Dialect)
    space: bool = True
    terminator: str = CLIENT_LINE_END
    encoding: str | None = None
    order: tuple[str, ...] = DEFAULT_ORDER
    event_is_type: bool = False
    sentinel: str = SENTINEL
    strict: bool = True
    keys: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def core(self) -> Contract:
        """The contract without what grows as sites join it."""
        return replace(self, strict=True, keys=())

    def satisfies(self, need: Need) -> bool:
        """Return whether a site with *need* can be written under this contract, `strict` and `keys` apart."""
        return (
            need.dialect in (None, self.dialect)
            and need.space in (None, self.space)
            and need.terminator == self.terminator
            and need.encoding == self.encoding
            and need.sentinel in (None, self.sentinel)
            and _is_subsequence(need.order, self.order)
            and not (self.event_is_type and need.event_repeats_type is False)
        )

    def source(self) -> str:
        """Return the constructor call, with the JSON options always written out."""
        arguments = []
        if self.dialect.encoder == "json":
            options = {"ensure_ascii": "True", **dict(self.dialect.options)}
            arguments += [f"{name}={text}" for name, text in options.items()]
            arguments += [f"{named.option}={named.text}" for named in self.dialect.objects]
        else:
            given = [f"{name}={text}" for name, text in self.dialect.options]
            given += [f"{named.option}={named.text}" for named in self.dialect.objects]
            arguments.append(f"dialect={CLASSES[self.dialect.encoder]}({', '.join(given)})")
        if self.event_is_type:
            arguments.append('event="type"')
        if self.order != DEFAULT_ORDER:
            arguments.append(f"fields={_tuple(self.order)}")
        if not self.space:
            arguments.append("space=False")
        if self.terminator != CLIENT_LINE_END:
            arguments.append(f'terminator="{repr(self.terminator)[1:-1]}"')
        if self.sentinel != SENTINEL:
            arguments.append(f"sentinel={_quoted(self.sentinel)}")
        if self.encoding:
            arguments.append(f'encoding="{self.encoding}"')
        if not self.strict:
            arguments.append("strict=False")
        if self.keys:
            rows = ", ".join(f"{_quoted(kind)}: {_tuple(keys)}" for kind, keys in self.keys)
            arguments.append(f"keys={{{rows}}}")
        return f"SSEFormatter({', '.join(arguments)})"

    def build(self) -> SSEFormatter:
        """Return the formatter that the constant will be, made from its own source text.

        The functions and classes of the program that it names are stand-ins of ours.
        """
        return _built(self)

    @property
    def suffix(self) -> str:
        """What distinguishes this contract, as the tail of a constant's name."""
        options = dict(self.dialect.options)
        words = []
        if self.dialect.encoder == "orjson":
            words += ["ORJSON", *(flag.removeprefix("OPT_") for flag in self.dialect.flags)]
            words += [named.text.strip("_").upper() for named in self.dialect.objects]
        elif self.dialect.encoder == "model":
            method = options.pop("method", "").strip('"')
            words += ["MODEL", *([method.upper()] if method else [])]
            words += ["UTF8"] if options.pop("ensure_ascii", "") == "False" else []
            words += [name.removeprefix("exclude_").upper() for name in options]
        else:
            words.append("UTF8" if options.pop("ensure_ascii", "True") == "False" else "ASCII")
            words += ["COMPACT" if name == "separators" else name.upper() for name in options]
            words += [named.text.strip("_").upper() for named in self.dialect.objects]
        if self.event_is_type:
            words.append("EVENT")
        if not self.space:
            words.append("TIGHT")
        if self.terminator.startswith("\r\n"):
            words.append("CRLF")
        if self.order != DEFAULT_ORDER:
            words.append("_".join(name.upper() for name in self.order if name != "retry"))
        if self.sentinel != SENTINEL:
            words.append(self.sentinel.strip("[]").upper())
        if self.encoding:
            words.append("BYTES")
        return "_".join(words)


@lru_cache(maxsize=256)  # few contracts, many sites
def _built(contract: Contract) -> SSEFormatter:
    names: dict[str, object] = {
        "SSEFormatter": SSEFormatter,
        "ModelDialect": ModelDialect,
        "ORJSONDialect": orjson_dialect,
        **{flag: frozenset({flag}) for flag in contract.dialect.flags},
    }
    for named in contract.dialect.objects:
        names[named.text] = stand_in(named.option, named.origin)
    formatter = eval(contract.source(), {"__builtins__": {}}, names)  # noqa: S307 - text of our own making
    assert isinstance(formatter, SSEFormatter)
    return formatter


def contract_for(need: Need) -> Contract:
    """Return the plainest contract that satisfies *need*."""
    order: tuple[str, ...] = DEFAULT_ORDER
    if not _is_subsequence(need.order, order):
        order = (*need.order, *(name for name in DEFAULT_ORDER if name not in need.order))
    return Contract(
        dialect=need.dialect or need.spelling or Dialect(),
        space=True if need.space is None else need.space,
        terminator=need.terminator,
        encoding=need.encoding,
        order=order,
        sentinel=need.sentinel or SENTINEL,
    )


def _is_subsequence(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    rest = iter(whole)
    return all(name in rest for name in part)


def _tuple(names: tuple[str, ...]) -> str:
    inside = ", ".join(map(_quoted, names))
    return f"({inside},)" if len(names) == 1 else f"({inside})"


def _quoted(text: str) -> str:
    return '"' + repr(text)[1:-1] + '"' if '"' not in text and "'" not in text else repr(text)
