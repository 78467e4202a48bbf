"""Tries: what one can try after a lesson, and whether a run of the person has reached what is asked."""

from __future__ import annotations

import re
from typing import Any

from app.jobs.register import Register
from app.lessons import expressions, results
from app.lessons.answers import TryAnswer
from app.lessons.attempt import Attempt
from app.lessons.document import Try
from app.lessons.figures import MeasuredRuns
from app.lessons.functions import Unmeasured
from app.lessons.outcome import Figures
from app.lessons.results import State
from app.lessons.stage import Stage, seeded
from app.runs import Run

#: Of the runs of one suggestion to try, only this many are used, the newest ones.
MAX_TRIED = 5
#: The longest name of such a run, in characters.
MAX_NAME = 100
#: Between two sentences. A point within a number ends none.
_SENTENCE = re.compile(r"(?<=[.?!])\s+|(?<=[。？！])\s*")


class Tries:
    """Lives in the event loop."""

    def __init__(self, register: Register, measured: MeasuredRuns) -> None:
        self._register = register
        self._measured = measured

    async def view(
        self, stage: Stage, attempt: Attempt, state: State, figures: Figures, what: Try
    ) -> TryAnswer:
        """Something to try after an attempt, and whether its person has reached what it asks for."""
        text = stage.words(what.id, what.text)
        name = name_of(text)
        config = seeded(
            stage.lesson.tried(what, name, dataset=stage.dataset, full=stage.full), stage.seed
        ).to_dict()
        return {
            "id": what.id,
            "text": text,
            "run": "" if what.run is None else stage.names.get(what.run, what.run),
            "config": config,
            "reached": await self._reached(stage, attempt, state, figures, what, config),
        }

    async def _reached(
        self,
        stage: Stage,
        attempt: Attempt,
        state: State,
        figures: Figures,
        what: Try,
        config: dict[str, Any],
    ) -> bool | None:
        """Whether a run of the person has reached what something to try asks for; None: none has ended, or nothing is
        asked."""
        if what.reach is None:
            return None
        reach = results.parsed(what.reach, tuple(stage.lesson.run_names(what.id)), "truth")
        tried = [
            run
            for run in self._register.runs
            if run.owner == attempt.person and run.launched_at >= attempt.sealed_at and _is_of(run, config)
        ]
        is_reached: bool | None = None
        for run in tried[-MAX_TRIED:]:
            trainings = {**state.trainings, what.id: run.training}
            try:
                if expressions.holds(reach, await self._measured.figures(trainings, stage.names)):
                    return True
            except Unmeasured:
                return None
            is_reached = False
        return is_reached


def name_of(text: str) -> str:
    """The name of a run, from the text of what is to be tried: its first sentence that asks nothing."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence]
    plain = [sentence for sentence in sentences if not sentence.endswith(("?", "？"))]
    return (plain or sentences)[0].rstrip(".。")[:MAX_NAME]


def _is_of(run: Run, config: dict[str, Any]) -> bool:
    """Whether a run is of an experiment: the same one, or one of the same name on the same data."""
    if not results.is_trained_here(run.training):
        return False
    same_data = run.training.config["dataset"] == config["dataset"]
    return _but_name(run.training.config) == _but_name(config) or (same_data and run.name == config["name"])


def _but_name(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != "name"}
