"""The test figures of a study: its best configuration, measured once on the test examples, when nothing is chosen any
more.

Trials measure no test examples, so there is no figure that could leak before (as in a challenge, decision 22). The
process that replays moments brings each trial of the best configuration to its end again, and measures it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from app.errors import LabError, is_transient
from app.jobs.register import Register
from app.jobs.scheduler import Scheduler
from app.studies.study import Study
from app.trainings import Training
from app.work import in_thread
from engine import ConfigError
from engine.studies import results_of

log = logging.getLogger(__name__)

#: While others have many moments replayed, it is tried again this often.
RETRY_SECONDS = 1.0


class TestFigures:
    """Lives in the event loop."""

    def __init__(
        self,
        register: Register,
        scheduler: Scheduler,
        measure: Callable[[Training, int], Awaitable[float]],
    ) -> None:
        self._register = register
        self._scheduler = scheduler
        self._measure = measure

    async def of_best(self, study: Study) -> dict[str, Any] | None:
        """`{"configuration", "scores"}` of the best one, scores by pairs, with None where one could not be measured.
        None: nothing is measured, as there is no best one, or a challenge keeps the test set closed."""
        if self._is_closed(study):
            return None
        results = await in_thread(results_of, study.plan)
        number = results["verdict"]["best"]
        if number is None:
            return None
        row = next(row for row in results["configurations"] if row["number"] == number)
        numbers = study.plan.numbers(row["rung"])[number - 1]
        trainings = {run.number: run.training for run in self._register.trials_of(study.id)}
        scores = [await self._score(study, trainings.get(int(trial)), int(trial)) for trial in numbers]
        if self._is_closed(study) or all(score is None for score in scores):
            return None
        return {"configuration": number, "scores": scores}

    async def _score(self, study: Study, training: Training | None, number: int) -> float | None:
        if training is None or study.plan.score(number) is None:
            return None
        while True:
            try:
                return await self._measure(training, training.iteration)
            except (LabError, ConfigError) as error:
                if not is_transient(error):
                    log.warning("trial %d of study %d could not be measured: %s", number, study.number, error)
                    return None
            await asyncio.sleep(RETRY_SECONDS)

    def _is_closed(self, study: Study) -> bool:
        """Whether a challenge keeps the test set of this data from this person."""
        terms = self._scheduler.allowance.terms
        return (
            terms is not None
            and terms.dataset == study.dataset
            and self._register.sight.is_student(study.owner)
        )
