"""The training store: trainings, in SQL. Functions of a connection, for `Database` to call. Their rows are in
`row_store`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.answers.runs import TrainedOn
from app.jobs import checkpoints
from app.jobs.messages import Checkpoint, Machine
from app.storage.columns import as_stored, store_changes
from app.storage.row_store import WholeStream, count_rows, insert_chunk, open_stream
from app.trainings import Status, Training, fingerprint_after, fingerprint_of
from engine.reasons import restored, why

#: How many checkpoints there are to go on from: the newest, and the one before it in case its file is damaged.
CHECKPOINTS = 2
#: At most this many machines of a training are remembered, the newest.
MAX_MACHINES = 20
#: The columns of a new training that are stored as they are; see `insert_training` for the others.
_COLUMNS = (
    "id",
    "attempt",
    "iterations",
    "created_at",
    "started_at",
    "finished_at",
    "reason",
    "annotations",
    "checkpoints",
    "fingerprint",
    "stretches",
    "machines",
)


def insert_trainings(
    connection: sqlite3.Connection,
    trainings: Iterable[Training],
    also: Iterable[Callable[[sqlite3.Connection], Any]],
) -> None:
    """Store new trainings, and after them what belongs to them."""
    for training in trainings:
        insert_training(connection, training)
    for operation in also:
        operation(connection)


def insert_training(
    connection: sqlite3.Connection, training: Training, streams: Mapping[str, WholeStream] | None = None
) -> None:
    """Store a new training, and with an imported one its streams."""
    values = {
        **{column: as_stored(getattr(training, column)) for column in _COLUMNS},
        "status": training.status.value,
        "config": json.dumps(training.config, allow_nan=False),
        "why": as_stored(why(training.reason)),
    }
    named = ", ".join(f":{column}" for column in values)
    connection.execute(f"INSERT INTO trainings ({', '.join(values)}) VALUES ({named})", values)
    for stream, rows in (streams or {}).items():
        open_stream(connection, training.id, stream, rows.columns)
        for part in rows.parts():
            insert_chunk(connection, training.id, stream, part)


def update_training(connection: sqlite3.Connection, training_id: str, changes: Mapping[str, Any]) -> None:
    """Store changed columns of a training."""
    store_changes(connection, "trainings", training_id, changes)


def add_annotation(connection: sqlite3.Connection, training_id: str, annotation: dict[str, Any]) -> None:
    """Store what happened at an iteration, in its order among the rows. A change by hand changes the fingerprint."""
    row = connection.execute("SELECT fingerprint FROM trainings WHERE id = ?", (training_id,)).fetchone()
    if row is not None:
        connection.execute(
            "UPDATE trainings SET annotations = json_insert(annotations, '$[#]', json(?)), fingerprint = ?"
            " WHERE id = ?",
            (
                json.dumps(annotation, allow_nan=False),
                fingerprint_after(row["fingerprint"], annotation),
                training_id,
            ),
        )


def check_fingerprint(
    connection: sqlite3.Connection, training_id: str, data: str, arithmetic: str | None = None
) -> str | None:
    """Store and return the fingerprint of a training whose worker has just started.

    Args:
        data: the digest of the data set, as the worker has read it.
        arithmetic: how the worker's machine computes; None: as this machine.

    The files may have changed since the launch, or the training may have begun on another kind of machine: then the
    fingerprint changes. If there are rows already, they do not fit the new fingerprint, so None is stored.
    """
    row = connection.execute(
        "SELECT config, stretches, annotations, fingerprint FROM trainings WHERE id = ?", (training_id,)
    ).fetchone()
    before: str | None = row and row["fingerprint"]
    if before is None:
        return None
    config, stretches, annotations = (
        json.loads(row[name]) for name in ("config", "stretches", "annotations")
    )
    now: str | None = fingerprint_of(config, stretches, annotations, data=data, arithmetic=arithmetic)
    if now != before and count_rows(connection, training_id, "train"):
        now = None
    if now != before:
        update_training(connection, training_id, {"fingerprint": now})
    return now


def add_machine(connection: sqlite3.Connection, training_id: str, machine: Machine) -> list[TrainedOn]:
    """Store on which machine of a cluster a training begins or goes on, if it is another one than before; returns
    all that are remembered, the newest last."""
    row = connection.execute("SELECT machines FROM trainings WHERE id = ?", (training_id,)).fetchone()
    if row is None:
        return []
    machines: list[TrainedOn] = json.loads(row["machines"])
    machine_now = TrainedOn(iteration=count_rows(connection, training_id, "train"), **machine)
    if not machines or {**machines[-1], "iteration": 0} != {**machine_now, "iteration": 0}:
        machines = [*machines, machine_now][-MAX_MACHINES:]
        update_training(connection, training_id, {"machines": machines})
    return machines


def add_checkpoint(
    connection: sqlite3.Connection, training_id: str, checkpoint: Checkpoint
) -> list[Checkpoint]:
    """Store that a checkpoint was made, in its order among the rows; returns all that are remembered now."""
    stored = _checkpoints(connection, training_id)
    newest = [checkpoint, *(earlier for earlier in stored if "kept_bytes" not in earlier)][:CHECKPOINTS]
    return _set_checkpoints(connection, training_id, [*newest, *checkpoints.kept(stored)])


def set_kept(connection: sqlite3.Connection, training_id: str, kept: list[Checkpoint]) -> list[Checkpoint]:
    """Store which checkpoints are kept after the end, in their order among the rows; returns all that are remembered
    now."""
    others = [made for made in _checkpoints(connection, training_id) if "kept_bytes" not in made]
    return _set_checkpoints(connection, training_id, [*others, *kept])


def _checkpoints(connection: sqlite3.Connection, training_id: str) -> list[Checkpoint]:
    row = connection.execute("SELECT checkpoints FROM trainings WHERE id = ?", (training_id,)).fetchone()
    stored: list[Checkpoint] = json.loads(row["checkpoints"]) if row else []
    return stored


def _set_checkpoints(
    connection: sqlite3.Connection, training_id: str, checkpoints: list[Checkpoint]
) -> list[Checkpoint]:
    checkpoints = sorted(checkpoints, key=lambda checkpoint: -checkpoint["iteration"])
    update_training(connection, training_id, {"checkpoints": checkpoints})
    return checkpoints


def load_trainings(connection: sqlite3.Connection) -> list[Training]:
    """All trainings, oldest first, without the values that come from their streams; see `load_latest`."""
    return [
        Training(
            id=row["id"],
            config=json.loads(row["config"]),
            iterations=row["iterations"],
            created_at=row["created_at"],
            status=Status(row["status"]),
            reason=row["reason"] and restored(row["reason"], json.loads(row["why"] or "null")),
            attempt=row["attempt"],
            annotations=json.loads(row["annotations"]),
            checkpoints=json.loads(row["checkpoints"]),
            fingerprint=row["fingerprint"],
            stretches=json.loads(row["stretches"]),
            machines=json.loads(row["machines"]),
            crashes=row["crashes"],
            crashed_at=row["crashed_at"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
        )
        for row in connection.execute("SELECT * FROM trainings ORDER BY number")
    ]
