"""/api/landscapes: the loss around some runs, streamed with its progress."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.answers.errors import ERRORS
from app.answers.landscapes import LandscapeAnswer
from app.errors import LabError
from app.jobs.moment import Moment
from app.jobs.replay_messages import AskLandscape, Progress
from app.lab import FINDS, Lab, TheLab
from app.people.visits import ThePerson

router = APIRouter(prefix="/api", tags=["runs"], responses=ERRORS)

#: After this time without progress a line is sent too: only sending shows that a client has closed its connection.
SILENCE_SECONDS = 0.5


class RunAt(BaseModel):
    """A run, and an iteration up to which it is shown."""

    model_config = ConfigDict(extra="forbid")

    run: str
    iteration: int


class Around(BaseModel):
    """One to four runs with the same network. `options`: see `engine/landscape.py`; without `images`, as many as there
    is time for, at most 500."""

    model_config = ConfigDict(extra="forbid")

    runs: list[RunAt]
    options: dict[str, Any] = Field(default_factory=dict)


@router.post(
    "/landscapes",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "Lines of JSON"}},
    dependencies=[FINDS],
)
async def survey(lab: TheLab, person: ThePerson, around: Around) -> StreamingResponse:
    """The loss over a plane that all these runs share, and their paths in it. The answer is lines of JSON: any number
    of `{"done", "total"}` (both 0 while it waits), and at last `{"landscape"}`, see `LandscapeAnswer`, or `{"error"}`.
    It is given up when the client goes away."""
    moments = [Moment.of(lab.demand_seen(person, run.run).training, run.iteration) for run in around.runs]
    ask = await lab.landscapes.prepare(moments, around.options)
    return Lines(_lines(lab, person.id, ask))


async def _lines(lab: Lab, person_id: str, ask: AskLandscape) -> AsyncGenerator[bytes, None]:
    progress, has_changed = Progress(0, 0), asyncio.Event()

    def note(newest: Progress) -> None:
        nonlocal progress
        progress = newest
        has_changed.set()

    try:
        with lab.questions.answering(person_id):
            task = asyncio.create_task(lab.landscapes.survey(ask, note))
            try:
                while not task.done():
                    yield _line({"done": progress.done, "total": progress.total})
                    waiting = asyncio.create_task(has_changed.wait())
                    try:
                        await asyncio.wait(
                            {task, waiting}, timeout=SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                        )
                    finally:
                        waiting.cancel()
                    has_changed.clear()
                landscape: LandscapeAnswer = task.result()  # type: ignore[assignment]
                yield _line({"landscape": landscape})
            finally:
                task.cancel()
                await asyncio.wait({task})
    except LabError as error:
        yield _line(error.body())


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode() + b"\n"


class Lines(StreamingResponse):
    """A response of lines of JSON. Their source is closed when the response ends, and also when sending fails."""

    def __init__(self, lines: AsyncGenerator[bytes, None]) -> None:
        self._lines = lines
        super().__init__(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._lines.aclose()
