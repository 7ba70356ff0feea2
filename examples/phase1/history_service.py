"""What was said, in SQLite."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    message_id TEXT
)
"""


@dataclass(frozen=True)
class Message:
    """One row: `message_id` is the public id of an answer, `None` for what the user said."""

    id: int
    role: str
    content: str
    message_id: str | None


class HistoryService:
    """The messages of every session, in the order in which they were added."""

    def __init__(self, database: Path) -> None:
        self._database = database
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(_SCHEMA)

    async def add_user_message(self, session_id: str, content: str) -> int:
        """Save what the user said and return the row's id."""
        return await asyncio.to_thread(self._insert, session_id, "user", content, None)

    async def add_ai_message(self, session_id: str, message_id: str, content: str) -> None:
        """Save a complete answer."""
        await asyncio.to_thread(self._insert, session_id, "assistant", content, message_id)

    async def messages(self, session_id: str) -> list[Message]:
        """Return the messages of a session, oldest first."""
        return await asyncio.to_thread(self._select, session_id)

    def _insert(self, session_id: str, role: str, content: str, message_id: str | None) -> int:
        with closing(sqlite3.connect(self._database)) as connection, connection:
            cursor = connection.execute(
                "INSERT INTO messages (session_id, role, content, message_id) VALUES (?, ?, ?, ?)",
                (session_id, role, content, message_id),
            )
        return cursor.lastrowid or 0

    def _select(self, session_id: str) -> list[Message]:
        with closing(sqlite3.connect(self._database)) as connection:
            rows = connection.execute(
                "SELECT id, role, content, message_id FROM messages"
                " WHERE session_id = ? ORDER BY id",
                (session_id,),
            )
            return [Message(*row) for row in rows]
