"""History: stored rows, for viewers that are behind what the hub keeps in memory."""

from __future__ import annotations

import sqlite3

from app.rows import Extremes, Rows
from app.storage import run_store
from app.storage.database import Database

#: An overview reads that much at a time, so that a long run's does not fill the memory.
BLOCK_BYTES = 1 << 20


class StoredHistory:
    """The hub's `History`, from the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, run_id: str, stream: str, first: int, until: int, size: int) -> Rows | None:
        return await self._database.read(
            lambda c: run_store.read_rows(c, run_id, stream, first, limit=until - first, size=size)
        )

    async def overview(self, run_id: str, stream: str, until: int, bins: int) -> Rows | None:
        return await self._database.read(lambda c: _overview(c, run_id, stream, until, bins))


def _overview(connection: sqlite3.Connection, run_id: str, stream: str, until: int, bins: int) -> Rows | None:
    found = Extremes(-(-until // bins))
    while found.rows < until:
        block = run_store.read_rows(
            connection, run_id, stream, found.rows, limit=until - found.rows, size=BLOCK_BYTES
        )
        if block is None or not block.count:  # deleted in the meantime
            return None
        found.take(block)
    return found.overview()
