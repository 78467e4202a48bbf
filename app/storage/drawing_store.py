"""The drawing store: digits that people drew in the lab, in SQL. Functions of a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from app.people.person import Role

#: A drawing: the digit that it shows, and its 28 × 28 pixels as bytes.
Drawing = tuple[int, bytes]


def replace_of(
    connection: sqlite3.Connection, person_id: str | None, drawings: Sequence[Drawing], at: float
) -> None:
    """Store a person's drawings in the place of those before; None: whoever uses a lab without a class. Those of a
    student whose class has ended are not stored: all of theirs are deleted."""
    delete_of(connection, person_id)
    connection.executemany(
        "INSERT INTO drawings (person_id, digit, pixels, made_at) SELECT ?1, ?2, ?3, ?4"
        " WHERE NOT EXISTS (SELECT 1 FROM people JOIN classes ON classes.id = class_id"
        " WHERE people.id = ?1 AND role = ?5 AND ended_at IS NOT NULL)",
        [(person_id, digit, pixels, at, Role.STUDENT.value) for digit, pixels in drawings],
    )


def delete_of(connection: sqlite3.Connection, person_id: str | None) -> None:
    """Delete a person's drawings."""
    connection.execute("DELETE FROM drawings WHERE person_id IS ?", (person_id,))


def load(connection: sqlite3.Connection, class_id: str | None) -> list[Drawing]:
    """The drawings of a class, in the order in which they were stored; None: those of a lab without a class."""
    return [
        (row["digit"], row["pixels"])
        for row in connection.execute(
            "SELECT digit, pixels FROM drawings LEFT JOIN people ON people.id = person_id"
            " WHERE class_id IS ? AND COALESCE(removed, 0) = 0 ORDER BY drawings.number",
            (class_id,),
        )
    ]


def counts(
    connection: sqlite3.Connection, class_id: str | None, person_id: str | None
) -> tuple[list[int], list[int], int]:
    """How many drawings of each digit a class has, how many a person has, and how many people have some."""
    of_all, of_person, people = [0] * 10, [0] * 10, set()
    for row in connection.execute(
        "SELECT person_id, digit, COUNT(*) AS count FROM drawings LEFT JOIN people ON people.id = person_id"
        " WHERE class_id IS ? AND COALESCE(removed, 0) = 0 GROUP BY person_id, digit",
        (class_id,),
    ):
        of_all[row["digit"]] += row["count"]
        people.add(row["person_id"])
        if row["person_id"] == person_id:
            of_person[row["digit"]] += row["count"]
    return of_all, of_person, len(people)
