"""The schema: its version, and how a file of an earlier one is brought to it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from app.mistake import Failure
from app.storage.copies import keep_copy

log = logging.getLogger(__name__)

SCHEMA_VERSION = 16


class DatabaseError(Failure):
    """The file is not a Lossroom database that this version can open."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"the database has schema {version}; this version of Lossroom reads up to schema {SCHEMA_VERSION}"
        )
    if 0 < version < SCHEMA_VERSION:
        log.info("the database goes from schema %d to %d; a copy of it is kept", version, SCHEMA_VERSION)
        keep_copy(connection, path, f"schema-{version}")
    scripts = list(_scripts(version))
    if scripts:
        connection.executescript(
            "BEGIN IMMEDIATE;" + ";".join(scripts) + f";PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
        )


def _scripts(version: int) -> Iterator[str]:
    storage = resources.files("app.storage")
    if version == 0:  # a new file starts at the newest schema
        yield storage.joinpath("schema.sql").read_text("utf-8")
        return
    for step in range(version + 1, SCHEMA_VERSION + 1):
        yield storage.joinpath("migrations", f"{step}.sql").read_text("utf-8")
