"""A transaction of many operations: all are committed together, and one that is refused is undone alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from app.errors import StoreDamaged
from app.storage import faults

Operation = Callable[[sqlite3.Connection], Any]


class _MetDamage(Exception):
    """An operation met a damaged page: what its transaction has done cannot be committed any more."""

    def __init__(self, place: int, refusal: StoreDamaged) -> None:
        super().__init__(place)
        self.place = place
        self.refusal = refusal


def run_together(connection: sqlite3.Connection, operations: Sequence[Operation]) -> list[Any]:
    """Run the operations in one transaction, and commit it.

    Returns the result of each operation, or the error with which it failed, alone.

    Raises:
        sqlite3.Error: the transaction failed, such as for a full disk or a locked file; nothing is written.
    """
    refusals: dict[int, StoreDamaged] = {}
    while True:  # each time without one more
        try:
            return _run_all_but(refusals, connection, operations)
        except _MetDamage as met:
            connection.rollback()
            refusals[met.place] = met.refusal


def _run_all_but(
    refusals: dict[int, StoreDamaged], connection: sqlite3.Connection, operations: Sequence[Operation]
) -> list[Any]:
    results: list[Any] = []
    connection.execute("BEGIN IMMEDIATE")
    for index, operation in enumerate(operations):
        if index in refusals:
            results.append(refusals[index])
            continue
        connection.execute("SAVEPOINT operation")
        try:
            results.append(operation(connection))
        except Exception as error:
            if faults.is_damage(error):
                raise _MetDamage(index, faults.damaged(error)) from error
            if faults.stops_all_writes(error):
                raise  # not the operation's fault: the whole batch is tried again
            connection.execute("ROLLBACK TO operation")
            results.append(error)
        connection.execute("RELEASE operation")
    connection.execute("COMMIT")
    return results
