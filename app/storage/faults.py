"""Faults: what an error of SQLite means for the lab, and the refusals that follow."""

from __future__ import annotations

import sqlite3

from app.errors import StoreDamaged, StoreUnavailable
from engine.reasons import Reason, reason_of


def reason(error: sqlite3.Error) -> Reason:
    """Why nothing can be written, as a reason with a code for the page."""
    codes = {
        sqlite3.SQLITE_FULL: "disk_full",
        sqlite3.SQLITE_READONLY: "not_permitted",
        sqlite3.SQLITE_BUSY: "store_locked",
    }
    fault_code = codes.get(code(error))
    return Reason(fault_code, str(error)) if fault_code else reason_of(error)


def code(error: BaseException) -> int:
    """SQLite's number for the kind of an error: the low byte; the other bytes give details."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether the error comes from a damaged page. Other pages may be sound."""
    return code(error) == sqlite3.SQLITE_CORRUPT


def stops_all_writes(error: Exception) -> bool:
    """Whether every other write would fail too: the disk is full or broken, or the file is locked or not a database."""
    return isinstance(error, sqlite3.OperationalError | sqlite3.InternalError) or (
        type(error) is sqlite3.DatabaseError  # its other subclasses are errors in the operation itself
    )


def damaged(error: BaseException) -> StoreDamaged:
    """The refusal of a request that needs a damaged part of the database."""
    text = f"a part of the database is damaged and cannot be read: {error}"
    return StoreDamaged(Reason("store_damaged", text, error=str(error)))


def unavailable(fault: str) -> StoreUnavailable:
    """The refusal of a request while nothing can be written. `fault`: the reason why (`reason`)."""
    return StoreUnavailable(
        Reason("store_unavailable", f"the lab cannot write to its disk: {fault}", why=fault)
    )
