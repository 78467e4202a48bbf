"""Landscapes: the loss around the paths of some trainings, measured in a process of its own, which replays them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from app.data_sets import DataSets
from app.errors import Conflict, Invalid
from app.estimate import EVALUATION_RATE, SECONDS_PER_LAYER
from app.jobs.assignment import job_of
from app.jobs.moment import Moment
from app.jobs.replay_messages import AskLandscape, Failed, Progress, Surveyed, TooLong
from app.jobs.replayer import Replayer
from app.jobs.replaying import RESTORE_SECONDS
from app.jobs.surveying import MIN_IMAGES
from app.settings import Settings
from app.storage import row_store
from app.storage.database import Database
from app.trainings import Training
from app.work import in_thread
from engine import ExperimentConfig
from engine.fields import parse
from engine.landscape import FIELDS, Options, demand_same_network
from engine.reasons import Reason, restored
from engine.stretches import parse_stretches
from engine.summary import summarize

#: At most this many runs are compared.
MAX_RUNS = 4
#: The most points of a path.
MAX_POINTS = 24
#: A path that is trained again in less than this has its points at the iterations that look best; the points of others
#: are at checkpoints.
SHORT_SECONDS = 1.0
#: The points of all paths take at most this memory; with fewer than `MIN_POINTS` for each run there is nothing to see.
POINT_BYTES = 128 << 20
MIN_POINTS = 3
#: A landscape may take this many times as long as the replay of a moment: a user asks for it and sees its progress.
PATIENCE = 6
#: If the number of images is not given, it is the default, or as many as fit into this share of the time.
SHARE = 0.5


class Landscapes:
    """Lives in the event loop.

    Args:
        replayer: measures one landscape at a time. It is not the one that replays moments, which would wait for it.
    """

    def __init__(
        self, settings: Settings, database: Database, data_sets: DataSets, replayer: Replayer
    ) -> None:
        self._settings = settings
        self._database = database
        self._data_sets = data_sets
        self._replayer = replayer

    @property
    def bound_seconds(self) -> float:
        """How long a landscape may take."""
        return PATIENCE * self._settings.replay_seconds

    async def prepare(self, moments: Sequence[Moment], given: dict[str, Any]) -> AskLandscape:
        """The question for a landscape around some runs at some moments.

        Args:
            given: options; see `engine.landscape.FIELDS`.

        Raises:
            ConfigError, LabError: it cannot be measured, or it would take too long.
        """
        if not 1 <= len(moments) <= MAX_RUNS:
            raise Invalid(
                f"runs must be 1 to {MAX_RUNS} runs, not {len(moments)}",
                code="range",
                field="runs",
                bounds={"minimum": 1, "maximum": MAX_RUNS},
            )
        options = parse(FIELDS, given, "options")
        trainings = [moment.training for moment in moments]
        configs = await in_thread(self._configs, trainings)
        self._data_sets.demand(configs[0].dataset.name)
        points = self._points(configs)
        iterations = [path_iterations(moment, points) for moment in moments]
        # of a part that has fewer images, all are measured
        options["images"] = min(options["images"], _most_images(configs[0]))
        if "images" not in given:
            options["images"] = self._images(configs[0], moments, iterations, Options(**options))
        self._demand_short(configs[0], moments, iterations, Options(**options))
        losses = [await self._recorded(moment) for moment in moments]
        return AskLandscape(
            jobs=[job_of(moment.training, self._settings, stored=moment.iteration) for moment in moments],
            iterations=iterations,
            losses=losses,
            options=asdict(Options(**options)),
            fewer="images" not in given,
            bound_seconds=self.bound_seconds,
        )

    def _configs(self, trainings: Sequence[Training]) -> list[ExperimentConfig]:
        """The experiments of trainings, which must have the same network and be within the limits. Each may have many
        stretches: call it in a thread."""
        configs = [ExperimentConfig.from_dict(training.config, stored=True) for training in trainings]
        demand_same_network(configs)
        for training, config in zip(trainings, configs, strict=True):
            self._settings.limits.check_all(config, parse_stretches(training.stretches, config))
        return configs

    async def survey(self, ask: AskLandscape, on_progress: Callable[[Progress], None]) -> dict[str, Any]:
        """The landscape. If the caller is cancelled, it is given up.

        Raises:
            LabError: it cannot be measured, or it takes too long.
        """
        answer = await self._replayer.answer(ask, on_progress)
        match answer:
            case Surveyed(landscape):
                return landscape
            case TooLong(seconds):
                raise self._too_long(seconds)
            case Failed(reason, why):
                cause = restored(reason, why)
                text = f"the landscape cannot be measured: {cause}"
                raise Conflict(Reason("landscape_failed", text, why=cause), code="landscape_failed")
            case _:
                raise RuntimeError(f"an answer to another question: {type(answer).__name__}")

    async def _recorded(self, moment: Moment) -> float | None:
        """The recorded loss of a moment, with which its replay is compared."""
        training_id, iteration = moment.training.id, moment.iteration
        return await self._database.read(lambda c: row_store.read_loss(c, training_id, iteration))

    def _points(self, configs: Sequence[ExperimentConfig]) -> int:
        """How many points each path may have."""
        parameters = summarize(configs[0]).parameters
        point_bytes = parameters * np.dtype(configs[0].dtype).itemsize * len(configs)
        points = min(MAX_POINTS, POINT_BYTES // point_bytes)
        if points < MIN_POINTS:
            most = parameters * POINT_BYTES // (point_bytes * MIN_POINTS)
            text = (
                f"the network has {parameters:,} parameters; a landscape of {len(configs)} may have {most:,}"
            )
            raise Conflict(
                Reason("landscape_large", text, parameters=parameters, most=most),
                code="landscape_large",
                field="runs",
                bounds={"maximum": most, "value": parameters},
            )
        return points

    def _images(
        self,
        config: ExperimentConfig,
        moments: Sequence[Moment],
        iterations: list[list[int]],
        options: Options,
    ) -> int:
        """The default number of images, or as many as fit into the time."""
        fixed, each = _seconds(config, moments, iterations, options)
        fitting = (SHARE * self.bound_seconds - fixed) / each
        return max(MIN_IMAGES, min(options.images, int(fitting) // 10 * 10))

    def _demand_short(
        self,
        config: ExperimentConfig,
        moments: Sequence[Moment],
        iterations: list[list[int]],
        options: Options,
    ) -> None:
        fixed, each = _seconds(config, moments, iterations, options)
        seconds = fixed + each * options.images
        if seconds > self.bound_seconds:
            raise self._too_long(seconds)

    def _too_long(self, seconds: float) -> Conflict:
        bound = self.bound_seconds
        text = f"the landscape would take about {seconds:.0f} s, and at most {bound:g} s are allowed"
        return Conflict(
            Reason("landscape_long", text, seconds=round(seconds), most=bound),
            code="landscape_long",
            bounds={"expected_seconds": round(seconds, 3), "bound_seconds": bound},
        )


def _most_images(config: ExperimentConfig) -> int:
    """How many images the part has at most that a landscape is measured on."""
    dataset = config.dataset
    return max(dataset.test_images, dataset.validation_images) or dataset.train_images


def path_iterations(moment: Moment, most: int) -> list[int]:
    """The iterations of a path's points up to a moment, at most `most`: nearer together at the start, where the weights
    move most. If it would take long to train all of them again, the nearest checkpoints."""
    last = moment.iteration
    wanted = {round(last * (number / (most - 1)) ** 2) for number in range(most)}
    if last * moment.seconds_per_iteration > SHORT_SECONDS:
        starts = {0, last, *(checkpoint["iteration"] for checkpoint in moment.training.checkpoints)}
        starts = {iteration for iteration in starts if iteration <= last}
        wanted = {min(starts, key=lambda other: abs(other - iteration)) for iteration in wanted}
    return sorted(wanted)


def _seconds(
    config: ExperimentConfig, moments: Sequence[Moment], iterations: list[list[int]], options: Options
) -> tuple[float, float]:
    """The seconds that a landscape is expected to take: whatever the number of images, and for each image."""
    summary = summarize(config)
    replays = 0.0
    for moment, path in zip(moments, iterations, strict=True):
        whole = moment.iteration * moment.seconds_per_iteration
        replays += whole if whole <= SHORT_SECONDS else RESTORE_SECONDS * len(path) + moment.expected_seconds
    losses = options.size**2 + sum(map(len, iterations))
    fixed = replays + losses * SECONDS_PER_LAYER * len(summary.layers)
    return fixed, losses * summary.multiply_adds / EVALUATION_RATE
