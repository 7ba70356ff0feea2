"""The first difference between two JSON texts: both are walked token by token."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .finding import Finding, Kind
from .placeholder import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]*)"
    r'(?P<text>"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+|\Z)',
    re.DOTALL,
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


class _Container:
    """An object or array that the walk is inside of.

    Attributes:
        step: The key or the index that the walk is at.
        at_key: Whether a key of an object comes next.
    """

    def __init__(self, *, is_object: bool) -> None:
        self.step: str | int = "" if is_object else 0
        self.is_object = self.at_key = is_object

    def take(self, text: str) -> None:
        """Go on over one token."""
        if text == ",":
            if isinstance(self.step, int):
                self.step += 1
            self.at_key = self.is_object
        elif text == ":":
            self.at_key = False
        elif self.at_key and text.startswith('"'):
            self.step = json.loads(text)


def inside_json(expected: str, actual: str) -> Finding | None:
    """Return what differs between two JSON texts, `None` if one of them is none."""
    try:
        trees = _tree(expected), _tree(actual)
    except (ValueError, RecursionError):
        return None
    inside: list[_Container] = []
    for one, other in zip(_tokens(expected), _tokens(actual), strict=False):
        if one.space != other.space:
            return Finding(Kind.SEPARATORS, "data", _path(inside))
        if one.text != other.text:
            return _token_finding(one.text, other.text, inside, trees)
        if one.text in ("{", "["):
            inside.append(_Container(is_object=one.text == "{"))
        elif one.text in ("}", "]"):
            inside.pop()
        elif inside:
            inside[-1].take(one.text)
    raise AssertionError("two different texts have a token that differs")


def _tree(text: str) -> object:
    """Return what *text* says; of a number that was redacted, its placeholder as a string."""
    if "<" in text:
        text = "".join(
            space + (json.dumps(token) if PLACEHOLDER.fullmatch(token) else token)
            for space, token in _tokens(text)
        )
    return json.loads(text)


class _Token(NamedTuple):
    space: str
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    for match in TOKEN.finditer(text):
        yield _Token(match["space"], match["text"])


def _token_finding(
    one: str, other: str, inside: list[_Container], trees: tuple[object, object]
) -> Finding:
    """Return what it means that two tokens in the same place differ."""
    path = _path(inside)
    if inside and inside[-1].is_object and (inside[-1].at_key or {one, other} == {",", "}"}):
        return _key_finding(one, other, inside, trees)
    if one.startswith('"') and other.startswith('"') and json.loads(one) == json.loads(other):
        return Finding(Kind.ESCAPES, "data", path)
    if NUMBER.fullmatch(one) and NUMBER.fullmatch(other) and Decimal(one) == Decimal(other):
        return Finding(Kind.NUMBER_FORM, "data", path)
    return Finding(Kind.VALUE, "data", path)


def _key_finding(
    one: str, other: str, inside: list[_Container], trees: tuple[object, object]
) -> Finding:
    """Return what it means that two objects go on with different keys, or one does not go on."""
    path = _path(inside[:-1])
    if one.startswith('"') and other.startswith('"') and json.loads(one) == json.loads(other):
        return Finding(Kind.ESCAPES, "data", path + step_text(json.loads(one)))
    left, right = (_keys(tree, inside[:-1]) for tree in trees)
    missing = [key for key in left if key not in right]
    extra = [key for key in right if key not in left]
    if missing and (not extra or one != "}"):
        return Finding(Kind.MISSING_FIELD, "data", path + step_text(missing[0]))
    if extra:
        return Finding(Kind.EXTRA_FIELD, "data", path + step_text(extra[0]))
    if "}" in {one, other}:  # a key that is there twice, on one side only
        kind = Kind.MISSING_FIELD if other == "}" else Kind.EXTRA_FIELD
        return Finding(kind, "data", path)
    return Finding(Kind.KEY_ORDER if left else Kind.VALUE, "data", path)


def _keys(tree: object, inside: list[_Container]) -> list[str]:
    """Return the keys of the object that the walk is in.

    Where a key above it is there twice, the tree has the second one only, and the walk may be in
    the first: then, nothing is known of its keys.
    """
    try:
        for container in inside:
            tree = tree[container.step]  # type: ignore[index]  # checked by trying
    except (TypeError, LookupError):
        return []
    return list(tree) if isinstance(tree, dict) else []


def _path(inside: list[_Container]) -> str:
    return "$" + "".join(step_text(container.step) for container in inside)


def step_text(step: str | int) -> str:
    """Return a key or an index as a path says it."""
    if isinstance(step, str):
        return f".{step}" if step.isidentifier() else f"[{json.dumps(step)}]"
    return f"[{step}]"
