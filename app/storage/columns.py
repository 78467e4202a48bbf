"""Columns of the database: values as they are stored, and changed ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any


def as_stored(value: Any) -> Any:
    """Lists and objects as JSON; other values as they are."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def store_changes(connection: sqlite3.Connection, table: str, key: str, changes: Mapping[str, Any]) -> None:
    """Store changed columns of the row with this `id`."""
    assignments = ", ".join(f"{column} = :{column}" for column in changes)
    values = {column: as_stored(value) for column, value in changes.items()}
    connection.execute(f"UPDATE {table} SET {assignments} WHERE id = :id", {**values, "id": key})
