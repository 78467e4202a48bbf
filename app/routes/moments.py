"""/api/runs/{id}/moments/{iteration}: a run as it was at any iteration, trained again from the nearest checkpoint."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.answers import MomentAnswer
from app.errors import Conflict
from app.exports.names import attachment, name_of_run
from app.jobs.assignment import job_of
from app.jobs.moment import Moment
from app.jobs.replay_messages import Answer, Ask, Failed, TooLong, Withdrawn, Written
from app.lab import EXPORTS, Lab, TheLab
from app.storage import training_store
from app.work import in_thread
from engine import ExperimentConfig
from engine.reasons import Reason, restored
from engine.stretches import parse_stretches

router = APIRouter(prefix="/api/runs", tags=["runs"])

T = TypeVar("T")
Iteration = Annotated[int, InPath(description="0: before the first one")]
#: Bytes of a file that are sent at a time.
PART = 1 << 20
#: The status for a client that has closed its connection; it appears in logs only.
GONE = 499


@router.get("/{run_id}/moments/{iteration}")
async def get_moment(lab: TheLab, run_id: str, iteration: Iteration) -> MomentAnswer:
    """What it would take to replay a moment: from where, and how long. Nothing is computed."""
    moment = Moment.of(lab.register.get(run_id).training, iteration)
    return {
        "iteration": iteration,
        "from_iteration": moment.nearest,
        "expected_seconds": round(moment.expected_seconds, 3),
        "bound_seconds": lab.settings.replay_seconds,
    }


@router.get("/{run_id}/moments/{iteration}/weights.npz", dependencies=[EXPORTS])
async def export_weights(lab: TheLab, request: Request, run_id: str, iteration: Iteration) -> Response:
    """The weights of a run after an iteration, as they were, bit for bit: a NumPy archive with all parameters and
    running means by names such as `1.dense.weights`, where 1 is the layer's number in the network's table, and
    `iteration`. 409 with `replay_long` if they would take longer than the lab allows."""
    run = lab.register.get(run_id)
    moment = Moment.of(run.training, iteration)
    config = ExperimentConfig.from_dict(run.training.config, stored=True)
    lab.settings.limits.check_all(config, parse_stretches(run.training.stretches, config))
    lab.data_sets.demand(config.dataset.name)
    file = lab.settings.checkpoint_dir / f"weights.{secrets.token_hex(8)}.npz"
    response = WeightsFile(file, attachment(name_of_run(run, f"at-{iteration}.weights.npz")))
    try:
        answer = await _unless_gone(request, _replay(lab, moment, file))
        if answer is None:
            response.delete()  # it may have been written all the same
            return Response(status_code=GONE)
        _demand_written(answer, moment, lab.settings.replay_seconds)
    except BaseException:
        response.delete()
        raise
    return response


async def _replay(lab: Lab, moment: Moment, file: Path) -> Answer:
    training, iteration = moment.training, moment.iteration
    loss = await lab.database.read(lambda c: training_store.read_loss(c, training.id, iteration))
    return await lab.replayer.answer(
        Ask(
            job=job_of(training, lab.settings, stored=iteration),
            iteration=iteration,
            loss=loss,
            file=str(file),
            seconds_per_iteration=moment.seconds_per_iteration,
            bound_seconds=lab.settings.replay_seconds,
        )
    )


def _demand_written(answer: Answer, moment: Moment, bound: float) -> None:
    """Refuse what could not be replayed."""
    match answer:
        case Written():
            return
        case TooLong(seconds):
            nearest = moment.nearest
            text = (
                f"iteration {moment.iteration:,} would take about {seconds:.0f} s to train again, and at most"
                f" {bound:g} s are allowed; the nearest kept checkpoint is at iteration {nearest:,}"
            )
            raise Conflict(
                Reason("replay_long", text, seconds=round(seconds), most=bound, nearest=nearest),
                code="replay_long",
                field="iteration",
                bounds={
                    "expected_seconds": round(seconds, 3),
                    "bound_seconds": bound,
                    "from_iteration": nearest,
                },
            )
        case Failed(reason, why):
            cause = restored(reason, why)
            text = f"iteration {moment.iteration:,} cannot be trained again: {cause}"
            refusal = Reason("replay_failed", text, iteration=moment.iteration, why=cause)
            raise Conflict(refusal, code="replay_failed", field="iteration")
        case Withdrawn():
            raise RuntimeError("the question was withdrawn, but its client is there")


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of `work`; None if the client goes away meanwhile, which cancels it."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.wait({task, gone})


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class WeightsFile(StreamingResponse):
    """A file that is sent once, and is deleted whatever becomes of that."""

    def __init__(self, file: Path, headers: dict[str, str]) -> None:
        self._path = file
        super().__init__(self._parts(), media_type="application/octet-stream", headers=headers)

    def delete(self) -> None:
        self._path.unlink(missing_ok=True)

    async def _parts(self) -> AsyncIterator[bytes]:
        with self._path.open("rb") as file:
            while part := await in_thread(file.read, PART):
                yield part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers["content-length"] = str(self._path.stat().st_size)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.delete()
