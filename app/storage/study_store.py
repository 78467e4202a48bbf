"""The study store: studies and their trials, in SQL. Functions of a connection, for `Database` to call."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from app.runs import Run
from app.storage.columns import as_stored, store_changes
from app.studies.stored import StoredStudy, StoredTrial
from app.trainings import Training
from engine.reasons import restored, why

#: All columns of a trial except its key; `put_trials` writes them each time.
_TRIAL = ("training_id", "remembered", "status", "score", "seconds", "iteration", "reason", "why")
#: The columns of a new study; the database gives it its number.
_STUDY = ("id", "name", "document", "configurations", "status", "owner", "shared", "created_at")


def insert(connection: sqlite3.Connection, study: StoredStudy) -> int:
    """Store a new study; returns the number that it was given."""
    values = {column: as_stored(getattr(study, column)) for column in _STUDY}
    named = ", ".join(f":{column}" for column in _STUDY)
    cursor = connection.execute(f"INSERT INTO studies ({', '.join(_STUDY)}) VALUES ({named})", values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update(connection: sqlite3.Connection, study_id: str, changes: Mapping[str, Any]) -> None:
    """Store changed columns of a study; with a `reason` also its code and values."""
    also = {"why": why(changes["reason"])} if "reason" in changes else {}
    store_changes(connection, "studies", study_id, {**changes, **also})


def delete(connection: sqlite3.Connection, study_id: str) -> None:
    """Delete a study with its trials; triggers of the schema delete trainings that nothing shows any more."""
    connection.execute("DELETE FROM trials WHERE study_id = ?", (study_id,))
    connection.execute("DELETE FROM studies WHERE id = ?", (study_id,))


def load_ids(connection: sqlite3.Connection) -> list[str]:
    """The ids of all studies, oldest first. They come from an index: damaged pages of the table cost only studies."""
    rows = connection.execute("SELECT number, id FROM studies INDEXED BY sqlite_autoindex_studies_1")
    return [row["id"] for row in sorted(rows, key=lambda row: row["number"])]


def load(connection: sqlite3.Connection, study_id: str) -> StoredStudy:
    """A stored study, with its trials."""
    row = connection.execute("SELECT * FROM studies WHERE id = ?", (study_id,)).fetchone()
    trials = connection.execute("SELECT * FROM trials WHERE study_id = ? ORDER BY number", (study_id,))
    return StoredStudy(
        id=row["id"],
        number=row["number"],
        name=row["name"],
        document=json.loads(row["document"]),
        configurations=json.loads(row["configurations"]),
        status=row["status"],
        reason=_reason(row),
        owner=row["owner"],
        shared=bool(row["shared"]),
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        test=json.loads(row["test"] or "null"),
        trials=[
            StoredTrial(
                number=trial["number"],
                training_id=trial["training_id"],
                remembered=bool(trial["remembered"]),
                status=trial["status"],
                score=trial["score"],
                seconds=trial["seconds"],
                iteration=trial["iteration"],
                reason=_reason(trial),
            )
            for trial in trials
        ],
    )


def _reason(row: sqlite3.Row) -> str | None:
    """Of a study or a trial, with its code and values."""
    return row["reason"] and restored(row["reason"], json.loads(row["why"] or "null"))


def put_trials(connection: sqlite3.Connection, study_id: str, trials: Iterable[StoredTrial]) -> None:
    """Store trials as they are now, whether they are new or known."""
    changed = ", ".join(f"{column} = excluded.{column}" for column in _TRIAL)
    connection.executemany(
        f"INSERT INTO trials (study_id, number, {', '.join(_TRIAL)})"
        f" VALUES (?, ?{', ?' * len(_TRIAL)}) ON CONFLICT (study_id, number) DO UPDATE SET {changed}",
        [
            (
                study_id,
                trial.number,
                trial.training_id,
                trial.remembered,
                trial.status,
                trial.score,
                trial.seconds,
                trial.iteration,
                trial.reason,
                as_stored(why(trial.reason)),
            )
            for trial in trials
        ],
    )


def delete_trials(connection: sqlite3.Connection, study_id: str, numbers: Iterable[int]) -> None:
    """Delete trials; a trigger of the schema deletes their trainings, where nothing else shows them."""
    connection.executemany(
        "DELETE FROM trials WHERE study_id = ? AND number = ?", [(study_id, number) for number in numbers]
    )


def load_trial_runs(
    connection: sqlite3.Connection, study_id: str, trainings: Mapping[str, Training]
) -> list[Run]:
    """The runs of a study's trials that have a training."""
    rows = connection.execute(
        "SELECT trials.*, studies.name, studies.owner, studies.created_at FROM trials"
        " JOIN studies ON studies.id = study_id WHERE study_id = ? AND training_id IS NOT NULL ORDER BY trials.number",
        (study_id,),
    )
    return [
        Run(
            id=trial_run_id(row["study_id"], row["number"]),
            number=row["number"],
            name=row["name"],
            training=trainings[row["training_id"]],
            launched_at=row["created_at"],
            owner=row["owner"],
            study=row["study_id"],
        )
        for row in rows
    ]


def trial_run_id(study_id: str, number: int) -> str:
    """The id of the run that shows a trial's training."""
    return f"{study_id}.{number}"
