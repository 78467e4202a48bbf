"""A run of an imported document: what it may hold, and the finished run that it becomes here, under a new id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

from app.answers.runs import Origin
from app.errors import Invalid
from app.exports.imported_rows import MAX_ITERATIONS, ImportedRows, wrong
from app.remarks import distinct
from app.rows import Times
from app.runs import MAX_COLOR, Run
from app.trainings import Status, Training, new_id
from engine import ExperimentConfig
from engine.datasets import own
from engine.reasons import Reason, restored
from engine.stretches import MAX_STRETCHES, Stretch

#: The pattern of a run's id, from this lab or another one.
RUN_ID = r"^[a-z0-9]{1,40}$"

Seconds = Annotated[FiniteFloat, Field(ge=0, le=1e11)]


class Annotation(BaseModel):
    """Something that happened at an iteration. Fields that only another version knows are ignored."""

    kind: str = Field(pattern=r"^[a-z_]{1,40}$")
    iteration: int = Field(ge=0, le=MAX_ITERATIONS)
    changes: dict[Literal["learning_rate", "l1", "l2", "dropout"], tuple[FiniteFloat, FiniteFloat]] = {}


class ImportedOrigin(BaseModel):
    """What a run was forked from, in the lab that exported it."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(pattern=RUN_ID)
    number: int = Field(ge=0, le=2**53, strict=True)
    name: str = Field(
        max_length=200, description="empty if the person who exported the run could not see its origin"
    )
    iteration: int = Field(ge=0, le=MAX_ITERATIONS, strict=True)
    seed: int | None = Field(None, ge=0, le=2**32 - 1, strict=True)


class ImportedRun(BaseModel):
    """One run of the document, without its rows and their times; see `app.exports.documents`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    status: Literal["completed", "diverged", "cancelled", "failed", "queued", "running", "paused"]
    reason: str | None = Field(None, max_length=2000)
    why: dict[str, Any] | None = None
    lesson: str | None = Field(None, pattern=r"^[a-z0-9-]{1,100}$")
    created_at: Seconds
    started_at: Seconds | None = None
    finished_at: Seconds | None = None
    seconds: Seconds | None = None
    color: int | None = Field(None, ge=0, le=MAX_COLOR)
    starred: bool = False
    archived: bool = False
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field([], max_length=20)
    notes: str = Field("", max_length=10_000)
    annotations: list[Annotation] = Field([], max_length=1000)
    config: dict[str, Any]
    id: str | None = Field(None, pattern=RUN_ID)
    origin: ImportedOrigin | None = None
    stretches: list[Any] = Field([], max_length=MAX_STRETCHES)


class Imported:
    """A checked run with its rows, ready to be stored.

    Attributes:
        run: as it will be stored; the store gives it its number.
        rows: by stream.
        data_set: its data set, if that is an own one that the document describes.
        exported_id: the id of the run in the lab that exported it, if the document has one.
    """

    def __init__(
        self,
        given: ImportedRun,
        config: ExperimentConfig,
        stretches: Sequence[Stretch],
        rows: dict[str, ImportedRows],
        times: dict[str, Times],
        *,
        field: str,
        group_id: str | None,
        exported_at: float | None,
    ) -> None:
        """
        Args:
            field: where the run is in the document, such as "runs.3".
            exported_at: when the document was written, in Unix seconds.

        Raises:
            Invalid: its rows do not fit its experiment.
        """
        recorded = rows["train"].count if "train" in rows else 0
        if stretches and stretches[-1].until > recorded:
            at, until = f"{field}.stretches.{len(stretches) - 1}.until", stretches[-1].until
            raise wrong(
                at, f"a run has all rows up to its last fork, at {until:,}; this one has {recorded:,}"
            )
        if config.iterations > MAX_ITERATIONS:
            message = f"{field}: an import may have {MAX_ITERATIONS:,} iterations at most, not {config.iterations:,}"
            raise Invalid(Reason("too_many_iterations", message, most=MAX_ITERATIONS), field=field)
        forks = {stretch.until for stretch in stretches}
        for part in rows.values():
            part.check(config.iterations, forks)
        self.rows = rows
        status = Status(given.status)
        reason = given.reason and restored(given.reason, given.why)
        finished_at = given.finished_at
        if not status.finished:  # it will not go on here
            reached = max((part.last_iteration for part in rows.values()), default=0)
            reason = _was_exported(status, reached)
            status = Status.CANCELLED
            finished_at = exported_at
        trained = bool(rows) or status in (Status.COMPLETED, Status.DIVERGED)
        started_at = given.created_at if given.started_at is None and trained else given.started_at
        began = given.created_at if started_at is None else started_at
        finished_at = began if finished_at is None else max(finished_at, began)
        training = Training(
            id=new_id(),
            config=config.to_dict(),
            iterations=config.iterations,
            created_at=given.created_at,
            status=status,
            reason=reason,
            annotations=[note.model_dump(mode="json") for note in given.annotations],
            stretches=[stretch.to_dict() for stretch in stretches],
            started_at=started_at,
            finished_at=finished_at,
        )
        self.run = Run(
            id=new_id(),
            number=0,  # the store gives it
            name=given.name,
            training=training,
            launched_at=given.created_at,
            lesson=given.lesson,
            group_id=group_id,
            color=given.color,
            starred=given.starred,
            archived=given.archived,
            tags=distinct(given.tags),
            notes=given.notes,
            origin=None if given.origin is None else cast(Origin, given.origin.model_dump()),
        )
        self.data_set = config.dataset.source if own.is_name(config.dataset.name) else None
        self.exported_id = given.id
        # an earlier version exported no seconds: it took them from the clock
        seconds = finished_at - began if given.seconds is None else given.seconds
        for stream, part in rows.items():
            part.times = times.get(stream) or [(part.count, began + seconds, seconds)]
            if part.count:
                training.remember(part.last)


def _was_exported(status: Status, iteration: int) -> Reason:
    text = f"it was exported while it was {status.value}, after {iteration:,} iterations"
    return Reason("was_exported", text, status=status.value, iteration=iteration)
