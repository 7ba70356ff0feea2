"""In which files a word stands: asked for a few words by search, for many by an index of all of them."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 32  # an index costs about as much as the search for this many words
# Every byte that can be no part of a name becomes a blank; what is not ASCII may be a part of one.
NAMES_ONLY = re.sub(rb"[^\w\x80-\xff]", b" ", bytes(range(256)))
NAME_BYTES = frozenset(NAMES_ONLY) - frozenset(b" ")


class Mentions:
    """Which files of a project hold a word.

    Args:
        read: Returns the bytes of a file; None if it cannot be read.
        names: The files.
    """

    def __init__(self, read: Callable[[str], bytes | None], names: list[str]) -> None:
        self._read = read
        self._names = names
        self._known: dict[str, frozenset[str]] = {}
        self._index: dict[bytes, array[int]] = {}

    def of(self, word: str) -> frozenset[str]:
        """Return the files that mention *word*."""
        if word not in self._known:
            self._known[word] = self._found(word)
        return self._known[word]

    def _found(self, word: str) -> frozenset[str]:
        if len(self._known) < FEW or not word.isascii():
            return frozenset(name for name in self._names if mentions(self._text(name), word))
        if not self._index:
            self._build()
        return frozenset(self._names[at] for at in self._index.get(word.encode(), ()))

    def _build(self) -> None:
        for at, name in enumerate(self._names):
            for word in words_of(self._text(name)):
                if word in self._index:
                    self._index[word].append(at)
                else:
                    self._index[word] = array("I", (at,))

    def _text(self, name: str) -> bytes:
        return self._read(name) or b""


def mentions(raw: bytes, word: str) -> bool:
    """Return whether *word* stands as a whole word in *raw*.

    A word that is not ASCII counts as standing in all text that is not: its bytes depend on the encoding.
    """
    if not word.isascii():
        return not raw.isascii()
    wanted = word.encode()
    start = raw.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if NAME_BYTES.isdisjoint(raw[max(start - 1, 0) : start] + raw[end : end + 1]):
            return True
        start = raw.find(wanted, end)
    return False


def words_of(raw: bytes) -> set[bytes]:
    """Return the words of *raw*: names, numbers, and what looks like them in strings and comments."""
    return set(raw.translate(NAMES_ONLY).split())
