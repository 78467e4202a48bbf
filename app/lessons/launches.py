"""Launches: of a lesson, by all in the lab. What a text says of the room is measured in them."""

from __future__ import annotations

from typing import Any

from app.jobs.register import Register
from app.lessons import results
from app.lessons.figures import MeasuredRuns
from app.lessons.outcome import Figures
from app.lessons.stage import Stage
from app.runs import Run

#: At most this many launches are looked at, the newest.
MAX_LAUNCHES = 200


class Launches:
    """Lives in the event loop."""

    def __init__(self, register: Register, measured: MeasuredRuns) -> None:
        self._register = register
        self._measured = measured

    async def figures(self, stage: Stage) -> list[Figures]:
        """The figures of all launches of the lesson here, on this data set and in this size, whose results differ."""
        configs = {config.name: _but_seed(config.to_dict()) for config in stage.configs}
        launches: dict[str, dict[str, Run]] = {}
        for run in self._register.runs:
            if run.lesson == stage.lesson.slug and run.name in configs:
                launches.setdefault(run.group_id or run.id, {})[run.name] = run
        alike = [launch for launch in launches.values() if len(launch) == len(configs)][-MAX_LAUNCHES:]
        # most of a class may show the same trainings
        different = {
            tuple(launch[name].training.id for name in configs): {
                name: launch[name].training for name in configs
            }
            for launch in alike
        }
        return [
            await self._measured.figures(trainings, stage.names)
            for trainings in different.values()
            if all(
                results.is_trained_here(training) and _but_seed(training.config) == configs[name]
                for name, training in trainings.items()
            )
        ]


def _but_seed(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name not in ("name", "seed")}
