"""Imports: exported runs, checked and stored as finished ones.

A document comes from anybody, so everything in it is checked: types and bounds by the models here, the experiment
by the engine, the rows against the experiment. What passes is a run like any other, under a new id.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

from app.errors import Invalid
from app.exports.documents import VERSION
from app.remarks import distinct
from app.rows import Rows
from app.runs import MOST_COLOR, Run, RunStatus, new_id
from app.storage import run_store
from engine import ExperimentConfig
from engine.reasons import Reason, restored, why

MOST_RUNS = 100
#: Columns that the page draws; an import has at least these.
NEEDED = {
    "train": ("iteration", "loss", "accuracy"),
    "evaluation": ("iteration", "train_accuracy", "test_accuracy", "train_loss", "test_loss"),
}
#: Float32 counts no further in ones.
MOST_ITERATIONS = 2**24
#: Characters of a reason as JSON.
MOST_OF_A_REASON = 4000
#: Rows of one stored chunk.
CHUNK = 8192

Seconds = Annotated[FiniteFloat, Field(ge=0, le=1e11)]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./ -]{1,80}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ImportedStream(_Model):
    columns: list[ColumnName] = Field(max_length=1000)
    data: list[list[float]]

    def array(self, stream: str, iterations: int, field: str) -> NDArray[np.float32]:
        """The rows as (columns, rows).

        Raises:
            Invalid: rows that a run of so many iterations cannot have recorded.
        """
        columns = tuple(self.columns)
        needed = NEEDED[stream]
        if len(set(columns)) != len(columns) or columns[: len(needed)] != needed:
            listed = ", ".join(needed)
            message = Reason(
                "columns", f"{field}.columns must begin with {listed}, each once", columns=listed
            )
            raise Invalid(message, field=f"{field}.columns")
        if any(len(row) != len(columns) for row in self.data):
            text = f"{field}.data: each row must hold {len(columns)} numbers"
            raise Invalid(Reason("row_length", text, columns=len(columns)), field=f"{field}.data")
        with np.errstate(over="ignore"):
            values = np.array(self.data, np.float32).reshape(-1, len(columns)).T
        counted = values[0]
        steps = np.diff(counted)
        if (
            len(counted)
            and not (
                np.isfinite(counted).all()
                and counted[0] >= 1
                and counted[-1] <= iterations
                and (steps[:-1] > 0).all()
                # the last evaluation may be a second one, of the weights that early stopping brought back
                and (steps[-1:] >= (stream != "evaluation")).all()
                and (counted == np.floor(counted)).all()
            )
        ):
            text = f"{field}.data: iterations must ascend from 1 to at most {iterations:,}"
            raise Invalid(
                Reason("iterations_ascend", text, most=iterations),
                field=f"{field}.data",
                bounds={"minimum": 1, "maximum": iterations},
            )
        return np.ascontiguousarray(values)


class Annotation(BaseModel):
    """What happened at an iteration; of what another version may have noted besides, nothing is taken over."""

    kind: str = Field(pattern=r"^[a-z_]{1,40}$")
    iteration: int = Field(ge=0, le=MOST_ITERATIONS)
    changes: dict[Literal["learning_rate", "l1", "l2", "dropout"], tuple[FiniteFloat, FiniteFloat]] = {}


class ImportedRun(_Model):
    """One run of the document; see `app.exports.documents`."""

    name: str = Field(min_length=1, max_length=200)
    status: Literal["completed", "diverged", "cancelled", "failed", "queued", "running", "paused"]
    reason: str | None = Field(None, max_length=2000)
    why: dict[str, Any] | None = None
    lesson: str | None = Field(None, pattern=r"^[a-z0-9-]{1,100}$")
    created_at: Seconds
    started_at: Seconds | None = None
    finished_at: Seconds | None = None
    color: int | None = Field(None, ge=0, le=MOST_COLOR)
    starred: bool = False
    archived: bool = False
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field([], max_length=20)
    notes: str = Field("", max_length=10_000)
    annotations: list[Annotation] = Field([], max_length=1000)
    config: dict[str, Any]
    streams: dict[Literal["train", "evaluation"], ImportedStream] = {}


class Document(_Model):
    lossroom: Literal[1]
    exported_at: float | None = None
    runs: list[ImportedRun] = Field(min_length=1, max_length=MOST_RUNS)


class Imported:
    """A checked run with its rows, ready to be stored."""

    def __init__(self, given: ImportedRun, field: str, group_id: str | None) -> None:
        config = ExperimentConfig.from_dict({**given.config, "name": given.name}, stored=True)
        if config.iterations > MOST_ITERATIONS:
            message = f"{field}: an import may have {MOST_ITERATIONS:,} iterations at most"
            raise Invalid(Reason("too_many_iterations", message, most=MOST_ITERATIONS), field=field)
        self.rows: dict[str, tuple[tuple[str, ...], NDArray[np.float32]]] = {
            stream: (
                tuple(part.columns),
                part.array(stream, config.iterations, f"{field}.streams.{stream}"),
            )
            for stream, part in given.streams.items()
        }
        # a run that was exported while it trained will not go on here
        status = RunStatus(given.status)
        reason = given.reason and restored(given.reason, _short(given.why))
        if not status.finished:
            status, reason = RunStatus.CANCELLED, None
        started = given.started_at or given.created_at
        self.run = Run(
            id=new_id(),
            number=0,  # the store gives it
            name=given.name,
            config=config.to_dict(),
            iterations=config.iterations,
            created_at=given.created_at,
            status=status,
            reason=reason,
            lesson=given.lesson,
            group_id=group_id,
            color=given.color,
            starred=given.starred,
            archived=given.archived,
            tags=distinct(given.tags),
            notes=given.notes,
            annotations=[note.model_dump(mode="json") for note in given.annotations],
            started_at=started,
            finished_at=max(given.finished_at or time.time(), started),
        )
        trained = self.run.finished_at - started if self.run.finished_at else 0.0
        for columns, values in self.rows.values():
            if values.shape[1]:
                last = [(values.shape[1], started, trained)]
                run_store.remember_latest(self.run, Rows(columns, 0, values, last))

    def store(self, connection: sqlite3.Connection) -> None:
        """Write the rows, and what `insert_run` leaves out; the run itself is stored."""
        run = self.run
        said = ("color", "starred", "archived", "tags", "notes", "annotations")
        names = ("reason", *said, "started_at", "finished_at")
        changes = {name: getattr(run, name) for name in names} | {"why": why(run.reason)}
        run_store.update_run(connection, run.id, changes)
        assert run.started_at is not None
        assert run.finished_at is not None
        for stream, (columns, values) in self.rows.items():
            run_store.open_stream(connection, run.id, stream, columns)
            rows = values.shape[1]
            for first in range(0, rows, CHUNK):
                part = values[:, first : first + CHUNK]
                share = (first + part.shape[1]) / rows
                at = run.started_at + share * (run.finished_at - run.started_at)
                seconds = at - run.started_at
                run_store.append_rows(connection, run.id, stream, first, part, at, seconds)


def _short(said: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a page is to word; nobody's reason is as long as this allows, or holds what is not finite."""
    try:
        return said if len(json.dumps(said, allow_nan=False)) <= MOST_OF_A_REASON else None
    except ValueError:
        return None


def parse(body: bytes) -> list[Imported]:
    """The runs of a document, all of them checked; costs time, so call it in a thread.

    Raises:
        Invalid: not a document of this lab's, or one with something wrong in it; `field` says where.
        ConfigError: an experiment in it is none.
    """
    try:
        document = Document.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        known = f"{field}: {first['msg']}" if field else str(first["msg"])
        message = f"this is not an export of a Lossroom (version {VERSION}): {known}"
        raise Invalid(Reason("not_an_export", message, field=field or "–"), field=field) from None
    group_id = secrets.token_hex(6) if len(document.runs) > 1 else None
    return [Imported(given, f"runs.{place}", group_id) for place, given in enumerate(document.runs)]


def storing(imported: list[Imported]) -> Callable[[sqlite3.Connection], None]:
    """One write for all rows, for the transaction that stores the runs."""

    def write(connection: sqlite3.Connection) -> None:
        for one in imported:
            one.store(connection)

    return write
