"""The attempt store: what people predicted and answered in lessons, and their votes, in SQL. Functions of a
connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.lessons.attempt import Answer, Attempt
from app.people.person import Role

#: Attempts that are kept of one person and lesson: the newest.
MAX_ATTEMPTS = 20


def insert(connection: sqlite3.Connection, attempt: Attempt) -> None:
    """Store a new attempt. One of a student whose class has ended is not stored: the end of a class deletes all
    attempts of its people."""
    connection.execute(
        "INSERT INTO attempts (id, person_id, lesson, sealed_at, sure, full_size, dataset, prediction, runs)"
        " SELECT :id, :person, :lesson, :sealed_at, :sure, :full, :dataset, :prediction, :runs"
        " WHERE NOT EXISTS (SELECT 1 FROM people JOIN classes ON classes.id = class_id"
        " WHERE people.id = :person AND role = :student AND ended_at IS NOT NULL)",
        {
            "id": attempt.id,
            "person": attempt.person,
            "lesson": attempt.lesson,
            "sealed_at": attempt.sealed_at,
            "sure": attempt.sure,
            "full": attempt.full,
            "dataset": attempt.dataset,
            "prediction": _json(attempt.prediction),
            "runs": _json(attempt.runs),
            "student": Role.STUDENT.value,
        },
    )
    connection.execute(
        "DELETE FROM attempts WHERE number IN (SELECT number FROM attempts WHERE person_id IS ? AND lesson = ?"
        " ORDER BY number DESC LIMIT -1 OFFSET ?)",
        (attempt.person, attempt.lesson, MAX_ATTEMPTS),
    )


def set_answers(connection: sqlite3.Connection, attempt_id: str, answers: Mapping[str, Answer]) -> None:
    """Store all answers of an attempt."""
    connection.execute(
        "UPDATE attempts SET answers = ? WHERE id = ?",
        (_json({name: asdict(answer) for name, answer in answers.items()}), attempt_id),
    )


def load_newest(connection: sqlite3.Connection, class_id: str | None) -> list[Attempt]:
    """The newest attempt of each person of a class in each lesson; None: those of a lab without a class."""
    rows = connection.execute(
        "SELECT * FROM attempts WHERE number IN (SELECT MAX(attempts.number) FROM attempts"
        " LEFT JOIN people ON people.id = person_id WHERE class_id IS ? GROUP BY person_id, lesson) ORDER BY number",
        (class_id,),
    )
    return [
        Attempt(
            id=row["id"],
            person=row["person_id"],
            lesson=row["lesson"],
            sealed_at=row["sealed_at"],
            sure=row["sure"],
            full=bool(row["full_size"]),
            dataset=row["dataset"],
            prediction=json.loads(row["prediction"]),
            runs=json.loads(row["runs"]),
            answers={name: Answer(**answer) for name, answer in json.loads(row["answers"]).items()},
        )
        for row in rows
    ]


def put_ballot(
    connection: sqlite3.Connection, person_id: str, vote: Mapping[str, str], round_: int, value: Any
) -> bool:
    """Store what a person votes in a round, in the place of what they voted before. Returns whether it was stored. It
    is not stored if the class votes on another question by now, if the vote is in another phase, or if the class has
    ended.

    Args:
        vote: `{"lesson", "question", "phase"}`, in which they vote.
    """
    (now,) = connection.execute(
        "SELECT vote FROM classes JOIN people ON class_id = classes.id WHERE people.id = ?", (person_id,)
    ).fetchone()
    if json.loads(now or "null") != vote:
        return False
    connection.execute(
        "INSERT OR REPLACE INTO ballots (person_id, lesson, question, round, value) VALUES (?, ?, ?, ?, ?)",
        (person_id, vote["lesson"], vote["question"], round_, _json(value)),
    )
    return True


def put_first_ballots(
    connection: sqlite3.Connection, lesson: str, question: str, values: Mapping[str, Any]
) -> None:
    """Store what people vote in the first round, of those who have not voted in it.

    Args:
        values: person → value.
    """
    connection.executemany(
        "INSERT OR IGNORE INTO ballots (person_id, lesson, question, round, value) VALUES (?, ?, ?, 1, ?)",
        [(person, lesson, question, _json(value)) for person, value in values.items()],
    )


def delete_ballots(connection: sqlite3.Connection, class_id: str, lesson: str, question: str) -> None:
    """Forget how a class has voted on a question."""
    connection.execute(
        "DELETE FROM ballots WHERE lesson = ? AND question = ?"
        " AND person_id IN (SELECT id FROM people WHERE class_id = ?)",
        (lesson, question, class_id),
    )


def load_ballots(connection: sqlite3.Connection, class_id: str) -> list[tuple[str, str, str, int, Any]]:
    """The lesson, the question, the person, the round and the value of each vote of a class."""
    rows = connection.execute(
        "SELECT lesson, question, person_id, round, value FROM ballots"
        " JOIN people ON people.id = person_id WHERE class_id = ?",
        (class_id,),
    )
    return [
        (row["lesson"], row["question"], row["person_id"], row["round"], json.loads(row["value"]))
        for row in rows
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
