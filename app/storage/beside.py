"""What commands read and write in the database beside a lab that may run on it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path


def newest_launch(database: Path) -> float:
    """When the newest run was launched, in Unix seconds; 0 if that cannot be read."""
    if not database.is_file():
        return 0.0
    address = f"{database.absolute().as_uri()}?mode=ro"
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(address, uri=True)) as connection,
    ):
        (newest,) = connection.execute("SELECT MAX(launched_at) FROM runs").fetchone()
        return float(newest or 0)
    return 0.0
