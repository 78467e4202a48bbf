"""The people store: classes, people and the browsers in which they are known, in SQL. Functions of a connection."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from app.people.person import Person, Role
from app.storage.columns import store_changes
from app.storage.transaction import Operation

#: Browsers in which one person is known; the oldest is forgotten first.
SESSIONS = 20


def find_class(connection: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    """The newest class of this name that has not ended."""
    row = connection.execute(
        "SELECT * FROM classes WHERE name = ? AND ended_at IS NULL ORDER BY made_at DESC LIMIT 1", (name,)
    ).fetchone()
    if row is None:
        return None
    return {**dict(row), **{name: json.loads(row[name] or "null") for name in ("shown", "vote")}}


def insert_class(connection: sqlite3.Connection, values: Mapping[str, Any], people: list[Person]) -> None:
    """Store a new class with the people that it begins with."""
    named = ", ".join(f":{column}" for column in values)
    connection.execute(f"INSERT INTO classes ({', '.join(values)}) VALUES ({named})", dict(values))
    for person in people:
        insert_person(connection, values["id"], person)


def update_class(
    connection: sqlite3.Connection,
    class_id: str,
    changes: Mapping[str, Any],
    beside: Operation | None = None,
) -> None:
    """Store changed columns of a class, and what `beside` stores."""
    store_changes(connection, "classes", class_id, changes)
    if beside is not None:
        beside(connection)


def end_class(connection: sqlite3.Connection, class_id: str, at: float) -> None:
    """Store that a class has ended: its names, recovery phrases and browsers are forgotten, but for those of the
    teacher and of the projector; and what its people predicted and answered in lessons."""
    update_class(connection, class_id, {"ended_at": at, "shown": None, "vote": None})
    connection.execute(
        "UPDATE people SET nickname = '', phrase = NULL, hand_at = NULL WHERE class_id = ?", (class_id,)
    )
    connection.execute(
        "DELETE FROM sessions WHERE person_id IN (SELECT id FROM people WHERE class_id = ? AND role = 'student')",
        (class_id,),
    )
    for table in ("shared_views", "attempts", "ballots", "drawings"):
        connection.execute(
            f"DELETE FROM {table} WHERE person_id IN (SELECT id FROM people WHERE class_id = ?)", (class_id,)
        )


def load_ended(connection: sqlite3.Connection) -> dict[str, Role]:
    """The people of classes that have ended, with their roles."""
    return {
        row["id"]: Role(row["role"])
        for row in connection.execute(
            "SELECT people.id, role FROM people JOIN classes ON classes.id = class_id WHERE ended_at IS NOT NULL"
        )
    }


def end_others(
    connection: sqlite3.Connection, class_id: str | None, at: float, *, before: float = math.inf
) -> None:
    """End every class but one, of those that were made before a moment."""
    for (other,) in connection.execute(
        "SELECT id FROM classes WHERE ended_at IS NULL AND id IS NOT ? AND made_at < ?", (class_id, before)
    ).fetchall():
        end_class(connection, other, at)


def insert_person(connection: sqlite3.Connection, class_id: str, person: Person) -> None:
    """Store a new person; a student gets the next number of the class."""
    if person.role is Role.STUDENT:
        (person.number,) = connection.execute(
            "SELECT COALESCE(MAX(number), 0) + 1 FROM people WHERE class_id = ?", (class_id,)
        ).fetchone()
    connection.execute(
        "INSERT INTO people (id, class_id, number, nickname, role, joined_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            person.id,
            class_id,
            person.number,
            person.nickname,
            person.role.value,
            person.joined_at,
            person.seen_at,
        ),
    )


def update_person(connection: sqlite3.Connection, person_id: str, changes: Mapping[str, Any]) -> None:
    """Store changed columns of a person."""
    store_changes(connection, "people", person_id, changes)


def store_seen(connection: sqlite3.Connection, seen: Mapping[str, float]) -> None:
    """Store when persons were seen last."""
    connection.executemany(
        "UPDATE people SET seen_at = ? WHERE id = ?", [(at, one) for one, at in seen.items()]
    )


def load_people(connection: sqlite3.Connection, class_id: str) -> list[Person]:
    """The people of a class, in the order in which they came."""
    return [
        Person(
            id=row["id"],
            number=row["number"],
            nickname=row["nickname"],
            role=Role(row["role"]),
            joined_at=row["joined_at"],
            seen_at=row["seen_at"],
            hand_at=row["hand_at"],
            removed=bool(row["removed"]),
            phrase=row["phrase"],
        )
        for row in connection.execute("SELECT * FROM people WHERE class_id = ? ORDER BY number", (class_id,))
    ]


def insert_session(connection: sqlite3.Connection, token_hash: str, person: Person, at: float) -> list[str]:
    """Store that a person is known in one more browser; returns the hashes of the sessions that are forgotten for
    it."""
    connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (token_hash, person.id, at))
    forgotten = connection.execute(
        "SELECT token FROM sessions WHERE person_id = ? ORDER BY made_at DESC, token LIMIT -1 OFFSET ?",
        (person.id, SESSIONS),
    ).fetchall()
    for (token,) in forgotten:
        delete_session(connection, token)
    return [token for (token,) in forgotten]


def insert_joined(
    connection: sqlite3.Connection,
    class_id: str,
    people: Sequence[Person],
    sessions: Sequence[tuple[str, Person]],
    at: float,
) -> list[str]:
    """Store people who join together.

    Args:
        sessions: the hash of a token and the person whom it stands for; also of others than `people`.

    Returns the hashes of the tokens that are forgotten for them."""
    for person in people:
        insert_person(connection, class_id, person)
    forgotten = [insert_session(connection, hashed, person, at) for hashed, person in sessions]
    return [token for tokens in forgotten for token in tokens]


def delete_session(connection: sqlite3.Connection, token_hash: str) -> None:
    """Forget a browser."""
    connection.execute("DELETE FROM sessions WHERE token = ?", (token_hash,))


def delete_sessions_of(connection: sqlite3.Connection, person_id: str) -> None:
    """Forget all browsers of a person."""
    connection.execute("DELETE FROM sessions WHERE person_id = ?", (person_id,))


def load_sessions(connection: sqlite3.Connection, class_id: str) -> dict[str, str]:
    """Hash of the token → person, of a class."""
    return {
        row["token"]: row["person_id"]
        for row in connection.execute(
            "SELECT token, person_id FROM sessions JOIN people ON people.id = person_id WHERE class_id = ?",
            (class_id,),
        )
    }


def insert_view(
    connection: sqlite3.Connection,
    view_id: str,
    person_id: str,
    runs: Sequence[str],
    iteration: int | None,
    at: float,
) -> None:
    """Store runs that a person shares together."""
    connection.execute(
        "INSERT INTO shared_views (id, person_id, runs, iteration, made_at) VALUES (?, ?, ?, ?, ?)",
        (view_id, person_id, json.dumps(runs), iteration, at),
    )


def delete_view(connection: sqlite3.Connection, view_id: str) -> None:
    """Forget a shared view."""
    connection.execute("DELETE FROM shared_views WHERE id = ?", (view_id,))


def load_views(connection: sqlite3.Connection, class_id: str) -> list[dict[str, Any]]:
    """The shared views of a class, the oldest first."""
    return [
        {
            "id": row["id"],
            "person": row["person_id"],
            "runs": tuple(json.loads(row["runs"])),
            "iteration": row["iteration"],
            "made_at": row["made_at"],
        }
        for row in connection.execute(
            "SELECT shared_views.* FROM shared_views JOIN people ON people.id = person_id"
            " WHERE class_id = ? ORDER BY made_at, shared_views.id",
            (class_id,),
        )
    ]


def secrets_of(connection: sqlite3.Connection, class_id: str) -> dict[Role, str]:
    """The hashes of the secrets in the teacher's and the projector's link. `lossroom teacher-link` may have changed
    them since the lab was opened."""
    row = connection.execute(
        "SELECT teacher_secret, projector_secret FROM classes WHERE id = ?", (class_id,)
    ).fetchone()
    return {Role.TEACHER: row["teacher_secret"], Role.PROJECTOR: row["projector_secret"]}


def renew_secret(connection: sqlite3.Connection, class_id: str, role: Role, hashed: str) -> None:
    """Store the hash of a new link's secret. Browsers that came by the one before are forgotten."""
    update_class(connection, class_id, {f"{role.value}_secret": hashed})
    connection.execute(
        "DELETE FROM sessions WHERE person_id IN (SELECT id FROM people WHERE class_id = ? AND role = ?)",
        (class_id, role.value),
    )
