"""The module `stage` that the applications import: an upstream, a log of effects, a database."""

import sqlite3
import types
from collections.abc import AsyncIterator, Iterator
from pathlib import Path


class Opaque:
    """No encoder knows it."""

    def __repr__(self) -> str:
        return "Opaque()"


def items(question: str) -> list[object]:
    if question == "bad":
        return ["one", Opaque(), "two"]
    if question == "fail":
        return ["one", LookupError("upstream")]
    return ["Hel", "", "lo ü\n", "data: [DONE]"]


def stage(database: Path) -> types.ModuleType:
    """Return a new module `stage`, with an empty log."""
    module = types.ModuleType("stage")
    log: list[object] = []

    def note(*what: object) -> None:
        log.append(what)

    async def words(question: str) -> AsyncIterator[object]:
        note("opened")
        try:
            for item in items(question):
                if isinstance(item, Exception):
                    raise item
                note("next")
                yield item
        finally:
            note("closed")

    def words_sync(question: str) -> Iterator[object]:
        note("opened")
        try:
            for item in items(question):
                if isinstance(item, Exception):
                    raise item
                note("next")
                yield item
        finally:
            note("closed")

    def save(text: str) -> None:
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS history (text TEXT)")
            connection.execute("INSERT INTO history VALUES (?)", (text,))
        connection.close()

    module.log, module.note, module.save = log, note, save
    module.words, module.words_sync = words, words_sync
    return module


def rows(database: Path) -> list[str]:
    """Return what was saved."""
    if not database.exists():
        return []
    connection = sqlite3.connect(database)
    found = [text for (text,) in connection.execute("SELECT text FROM history")]
    connection.close()
    return found
