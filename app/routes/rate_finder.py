"""/api/rate-finder: a short training with growing learning rates, which shows a good one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.answers.errors import ERRORS
from app.answers.rate_tests import RateTestAnswer
from app.errors import Conflict
from app.estimate import step_seconds
from app.jobs.replay_messages import Answer, AskRate, Failed, RateFound, TooLong
from app.lab import FINDS, TheLab
from app.people.allowance import Cost
from app.people.visits import ThePerson
from app.routes.disconnects import CLIENT_CLOSED, unless_disconnected
from app.routes.runs import Experiment
from engine import ExperimentConfig
from engine.limits import Limits
from engine.rate_finder import ITERATIONS, MIN_ITERATIONS
from engine.reasons import Reason, restored
from engine.summary import Summary, summarize

router = APIRouter(prefix="/api", tags=["experiments"], responses=ERRORS)

#: The number of iterations is chosen so that they should take this share of the allowed time: other processes may
#: use the machine too.
SHARE = 0.5


@router.post("/rate-finder", response_model=RateTestAnswer, dependencies=[FINDS])
async def find_rate(lab: TheLab, request: Request, person: ThePerson, experiment: Experiment) -> Any:
    """Train an experiment for a short time with learning rates that grow from 0.000001 to 10, and suggest one. Nothing
    is stored. 409 with `rate_long` if it would take longer than the lab allows."""
    lab.own_data.demand_seen_in(person, experiment)
    config, summary = await run_in_threadpool(_read, experiment, lab.settings.limits)
    lab.data_sets.demand(config.dataset.name)
    bound, seconds = lab.settings.replay_seconds, step_seconds(config, summary)
    iterations = min(ITERATIONS, int(SHARE * bound / seconds))
    if iterations < MIN_ITERATIONS:
        raise _too_long(MIN_ITERATIONS * seconds / SHARE, bound)
    cost = Cost(iterations, summary.parameters, summary.memory_bytes, iterations * seconds)
    lab.scheduler.allowance.demand_costs(person.owner, [cost])
    ask = AskRate(
        config=config.to_dict(),
        data_dir=str(lab.settings.data_dir),
        cache_dir=str(lab.settings.cache_dir),
        own_dir=str(lab.settings.own_dir),
        iterations=iterations,
        bound_seconds=bound,
    )
    with lab.questions.answering(person.id):
        answer = await unless_disconnected(request, lab.replayer.answer(ask))
    if answer is None:
        return Response(status_code=CLIENT_CLOSED)
    return {"iterations": iterations, **_found(answer, bound)}


def _read(experiment: dict[str, Any], limits: Limits) -> tuple[ExperimentConfig, Summary]:
    """The experiment and its summary, within the limits."""
    config = ExperimentConfig.from_dict(experiment)
    summary = summarize(config)
    limits.check(summary)
    return config, summary


def _found(answer: Answer, bound: float) -> dict[str, Any]:
    match answer:
        case RateFound(found):
            return found
        case TooLong(seconds):
            raise _too_long(seconds, bound)
        case Failed(reason, why):
            cause = restored(reason, why)
            text = f"no learning rate can be found: {cause}"
            raise Conflict(Reason("rate_failed", text, why=cause), code="rate_failed")
        case _:
            raise RuntimeError(f"an answer to another question: {type(answer).__name__}")


def _too_long(seconds: float, bound: float) -> Conflict:
    text = f"to find a learning rate would take about {seconds:.0f} s, and at most {bound:g} s are allowed"
    return Conflict(
        Reason("rate_long", text, seconds=round(seconds), most=bound),
        code="rate_long",
        bounds={"expected_seconds": round(seconds, 3), "bound_seconds": bound},
    )
