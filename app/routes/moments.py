"""/api/runs/{id}/moments/{iteration}: a run as it was at any iteration, trained again from the nearest checkpoint, and
what can be seen of its network there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from app.answers.errors import ERRORS
from app.answers.moments import MomentAnswer
from app.errors import Invalid
from app.exports.names import attachment, name_of_run
from app.jobs.moment import Moment
from app.lab import EXPORTS, TheLab
from app.people.visits import ThePerson
from app.routes.gone import GONE, unless_gone
from app.routes.sent_once import SentOnce
from engine import ExperimentConfig, views
from engine.reasons import Reason

router = APIRouter(prefix="/api/runs", tags=["runs"], responses=ERRORS)

Iteration = Annotated[int, InPath(description="0: before the first one")]
#: The most characters of a view's options: a drawn colour image of 64 × 64 pixels has 16,384.
MAX_OPTIONS = 20_000


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
    file = lab.settings.checkpoint_dir / f"weights.{secrets.token_hex(8)}.npz"
    response = SentOnce(file, attachment(name_of_run(run, f"at-{iteration}.weights.npz")))
    try:
        if await unless_gone(request, _true(lab.past.write_weights(moment, file))) is None:
            response.delete()  # it may have been written all the same
            return Response(status_code=GONE)
    except BaseException:
        response.delete()
        raise
    return response


@router.get("/{run_id}/moments/{iteration}/views/{view}", response_class=Response)
async def get_view(
    lab: TheLab,
    request: Request,
    person: ThePerson,
    run_id: str,
    iteration: Iteration,
    view: Annotated[str, InPath(description="its kind, as in `engine/views`")],
    options: Annotated[str, Query(description="JSON; empty: the defaults", max_length=MAX_OPTIONS)] = "",
) -> Response:
    """What could be seen of the network at a moment, by replay, as bytes: see `app/jobs/view_bytes.py`. 409 with
    `replay_long` if it would take longer than the lab allows."""
    training = lab.register.get(run_id).training
    config = ExperimentConfig.from_dict(training.config, stored=True)
    checked = views.check(view, _parsed(options), config)
    with lab.questions.taken(person.id):
        found = await unless_gone(request, lab.past.view(training, iteration, view, checked))
    if found is None:
        return Response(status_code=GONE)
    return Response(found, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


def _parsed(options: str) -> dict[str, Any]:
    """Options as an object.

    Raises:
        Invalid: the text is no JSON object.
    """
    try:
        parsed = json.loads(options or "{}")
    except (ValueError, RecursionError) as error:
        raise _wrong_options(f"options must be JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise _wrong_options(f"options must be an object, not {type(parsed).__name__}")
    return parsed


def _wrong_options(text: str) -> Invalid:
    return Invalid(Reason("invalid", text, field="options"), field="options")


async def _true(work: Awaitable[None]) -> bool:
    await work
    return True
