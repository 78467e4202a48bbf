"""History: stored rows, for viewers that need older rows than the hub keeps in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from app.errors import StoreDamaged
from app.rows import Extremes, Rows
from app.storage import row_store
from app.storage.database import Database

#: An overview reads this many bytes of rows at a time, so that a long one does not fill the memory.
BLOCK_BYTES = 1 << 20


class StoredHistory:
    """The hub's `History`, from the store.

    `note_damage` is called with the id of a training of which something cannot be read, and with why; the hub gets
    None, as for a training without rows.
    """

    def __init__(self, database: Database, note_damage: Callable[[str, str], None]) -> None:
        self._database = database
        self._note_damage = note_damage

    async def rows(self, training_id: str, stream: str, first: int, until: int, size: int) -> Rows | None:
        return await self._read(
            training_id,
            lambda c: row_store.read_rows(c, training_id, stream, first, limit=until - first, size=size),
        )

    async def overview(self, training_id: str, stream: str, until: int, bins: int) -> Rows | None:
        return await self._read(training_id, lambda c: _overview(c, training_id, stream, until, bins))

    async def _read(
        self, training_id: str, query: Callable[[sqlite3.Connection], Rows | None]
    ) -> Rows | None:
        try:
            return await self._database.read(query)
        except StoreDamaged as error:
            self._note_damage(training_id, error.message)
            return None


def _overview(
    connection: sqlite3.Connection, training_id: str, stream: str, until: int, bins: int
) -> Rows | None:
    extremes = Extremes(-(-until // bins))
    while extremes.rows < until:
        block = row_store.read_rows(
            connection, training_id, stream, extremes.rows, limit=until - extremes.rows, size=BLOCK_BYTES
        )
        if block is None or not block.count:  # deleted in the meantime
            return None
        extremes.add(block)
    return extremes.overview()
