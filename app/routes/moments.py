"""/api/runs/{id}/moments/{iteration}: the weights of a run and views of its network as they were at any iteration. The
lab trains the run again up to there, from the nearest checkpoint."""

from __future__ import annotations

import json
import secrets
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
from app.routes.disconnects import CLIENT_CLOSED, unless_disconnected
from app.routes.sent_once import SentOnce
from engine import ExperimentConfig, views
from engine.reasons import Reason

router = APIRouter(prefix="/api/runs", tags=["runs"], responses=ERRORS)

Iteration = Annotated[int, InPath(description="the moment after this iteration; 0: before the first one")]
#: The most characters of a view's options. The longest is a drawn colour image of 64 × 64 pixels, 16,384 in base64.
MAX_OPTIONS = 20_000


@router.get("/{run_id}/moments/{iteration}")
async def get_moment(lab: TheLab, run_id: str, iteration: Iteration) -> MomentAnswer:
    """From which iteration a replay of a moment would start, and how long it would take. Nothing is replayed."""
    moment = Moment.of(lab.register.get(run_id).training, iteration)
    return {
        "iteration": iteration,
        "from_iteration": moment.nearest,
        "expected_seconds": round(moment.expected_seconds, 3),
        "bound_seconds": lab.settings.replay_seconds,
    }


@router.get("/{run_id}/moments/{iteration}/weights.npz", dependencies=[EXPORTS])
async def export_weights(
    lab: TheLab, request: Request, person: ThePerson, run_id: str, iteration: Iteration
) -> Response:
    """The weights of a run after an iteration, as they were, bit for bit: a NumPy archive with all parameters and
    running statistics by names such as `1.dense.weights`, where 1 is the layer's number in the experiment's list, and
    `iteration`. 409 with `replay_long` if the replay would take longer than the lab allows."""
    run = lab.register.get(run_id)
    moment = Moment.of(run.training, iteration)
    file = lab.settings.checkpoint_dir / f"weights.{secrets.token_hex(8)}.npz"
    response = SentOnce(file, attachment(name_of_run(run.number, run.name, f"at-{iteration}.weights.npz")))
    try:
        with lab.questions.answering(person.id):
            written = await unless_disconnected(request, lab.past.write_weights(moment, file))
        if written is None:
            response.delete()  # the file may have been written although the client has gone
            return Response(status_code=CLIENT_CLOSED)
    except BaseException:  # also a cancellation: nothing else would delete the file
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
    view: Annotated[str, InPath(description="the kind of view, as in `engine/views`")],
    options: Annotated[str, Query(description="JSON; empty: the defaults", max_length=MAX_OPTIONS)] = "",
) -> Response:
    """A view of the network at a moment, by replay, as bytes in the format of `app/jobs/view_bytes.py`. 409 with
    `replay_long` if the replay would take longer than the lab allows."""
    training = lab.register.get(run_id).training
    config = ExperimentConfig.from_dict(training.config, stored=True)
    checked = views.check(view, _parse_options(options), config)
    with lab.questions.answering(person.id):
        content = await unless_disconnected(request, lab.past.view(training, iteration, view, checked))
    if content is None:
        return Response(status_code=CLIENT_CLOSED)
    return Response(content, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


def _parse_options(options: str) -> dict[str, Any]:
    """A view's options from JSON; empty for an empty text.

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
