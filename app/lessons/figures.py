"""Figures: the numbers that a lesson's expressions compute with, from the stored rows and measurements of runs."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from app.lessons.layer_figures import DURING_TRAINING, figures_of_layers, stacked
from app.lessons.outcome import EARLY_ITERATIONS, Curves, Figures, Numbers, Outcome
from app.rows import Rows
from app.storage import measurement_store
from app.storage.database import Database
from app.storage.row_store import read_rows
from app.trainings import Status, Training
from app.work import in_thread
from engine import ConfigError, ExperimentConfig, datasets
from engine.reasons import why
from engine.views.subject import weight_shapes

#: The curves of ended trainings are kept in memory, up to this number of bytes; those not used for longest are dropped.
MAX_KEPT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one ended training.

    Attributes:
        outcome: its results; each quantity is an array of one number, as there is one seed.
        test_images: the number of images on which its test accuracy was measured; 0: the test set is closed.
    """

    outcome: Outcome
    curves: Curves
    test_images: int

    @property
    def nbytes(self) -> int:
        """The bytes of its arrays, nearly all of which are curves."""
        return self.curves.nbytes


class MeasuredRuns:
    """Measures ended trainings from what is stored of them, each once. Lives in the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, Measured] = OrderedDict()  # by the id of the training
        self._bytes = 0
        self._reading = asyncio.Lock()  # a class asks for the same runs at once: the first reads them for all

    async def figures(self, trainings: Mapping[str, Training], names: Mapping[str, str]) -> Figures:
        """The figures of the runs of a lesson.

        Args:
            trainings: by the name of the run, in the order of the lesson; all of them have ended.
            names: as in `Figures`: a run's name in the lesson's file → its name on this data set, if it differs.

        Raises:
            StoreDamaged: stored rows or measurements cannot be read.
        """
        measured = dict(zip(trainings, await self._measure(list(trainings.values())), strict=True))
        return Figures(
            outcomes={name: run.outcome for name, run in measured.items()},
            curves={name: run.curves for name, run in measured.items()},
            names=names,
            test_images={name: run.test_images for name, run in measured.items()},
        )

    async def _measure(self, trainings: Sequence[Training]) -> list[Measured]:
        if all(training.id in self._known for training in trainings):
            return self._remember(
                {training.id: self._known[training.id] for training in trainings}, trainings
            )
        async with self._reading:
            by_training = {
                training.id: self._known[training.id] for training in trainings if training.id in self._known
            }
            if unknown := [training for training in trainings if training.id not in by_training]:
                by_training |= await in_thread(self._read, unknown)
            return self._remember(by_training, trainings)

    def _remember(self, by_training: Mapping[str, Measured], trainings: Sequence[Training]) -> list[Measured]:
        """Keep these, and drop those not used for longest. Returns them in the order of `trainings`."""
        for training_id, measured in by_training.items():
            if training_id not in self._known:
                self._known[training_id] = measured
                self._bytes += measured.nbytes
            self._known.move_to_end(training_id)
        while self._bytes > MAX_KEPT_BYTES:
            _, oldest = self._known.popitem(last=False)
            self._bytes -= oldest.nbytes
        return [by_training[training.id] for training in trainings]

    def _read(self, trainings: list[Training]) -> dict[str, Measured]:
        return {
            training.id: measure(
                training,
                self._rows(training, "train"),
                self._rows(training, "evaluation"),
                self._measurements(training),
            )
            for training in trainings
        }

    def _rows(self, training: Training, stream: str) -> Rows | None:
        return self._database.read_now(partial(read_rows, training_id=training.id, stream=stream))

    def _measurements(self, training: Training) -> dict[int, dict[str, Any]]:
        read = partial(measurement_store.read, training_id=training.id, until=training.iteration)
        return dict(self._database.read_now(read))


def measure(
    training: Training,
    steps: Rows | None,
    evaluations: Rows | None,
    measurements: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
) -> Measured:
    """The figures of an ended training.

    Args:
        steps: all rows of its stream `train`; None: it has none.
        evaluations: all rows of its stream `evaluation`; None: it has none.
        measurements: iteration → what `engine.measuring` measured after it, earliest first. The figures of the layers
            at the end are those after the last iteration; a training that diverged has none there.

    The figure `weights` is the norm before the last step, because a row has the norm from before its step. A training
    that diverged between two evaluations has weights that are not finite, and gives the same answer for every image:
    its accuracies are those of chance.
    """
    step, evaluation = _Columns(steps), _Columns(evaluations)
    layers = [name for name in step.names if name.startswith("gradient_norm/")]
    gradients = np.stack([step[name] for name in layers], axis=1) if layers else np.empty((step.count, 0))
    layers_at = {iteration: figures_of_layers(facts) for iteration, facts in measurements.items()}
    at_end = layers_at.get(training.iteration, {})
    curves = Curves(
        evaluations=evaluation["iteration"],
        train=_percent(evaluation["train_accuracy"]),
        test=_percent(evaluation["test_accuracy"]),
        loss=evaluation["train_loss"],
        steps=step["iteration"],
        gradients=gradients,
        measurements=np.array([*layers_at], float),
        layers={
            name: values for name, values in stacked([*layers_at.values()]).items() if name in DURING_TRAINING
        },
    )
    with np.errstate(all="ignore"):  # those of a training that diverged may be infinite
        early = gradients[curves.steps <= EARLY_ITERATIONS]
        medians = np.median(early, axis=0) if early.size else np.array([math.nan])
        weights = math.hypot(*(_last(step[name]) for name in step.names if name.startswith("weight_norm/")))
    diverged, reason = training.status is Status.DIVERGED, why(training.reason)
    figures = {
        **{name: _last(_percent(evaluation[f"{name}_accuracy"])) for name in ("train", "validation", "test")},
        "loss": _last(evaluation["train_loss"]),
        "diverged": float(diverged),
        "dead": float(reason is not None and reason["code"] == "dead"),
        "iterations": float(training.iteration),
        "weights": weights if layers else math.nan,
        "small": _small(training, evaluation, at_end),
        "lowest": float(medians[0]),
        "highest": float(medians[-1]),
    }
    dataset = training.config["dataset"]
    source, test_images = datasets.find(dataset["name"]), dataset.get("test_size")
    if test_images is None:
        test_images = 0 if source is None else source.test_size
    if diverged and _last(evaluation["iteration"]) != training.iteration:
        fold = dataset.get("fold") or {}
        validates = fold.get("part") == "validation"
        is_measured = {
            "train": True,
            "validation": bool(dataset.get("validation_size")) or validates,
            "test": test_images > 0 or (bool(fold) and not validates),
        }
        chance = math.nan if source is None else 100 / len(source.class_names)
        figures |= {**{name: chance for name, measured in is_measured.items() if measured}, "loss": math.inf}
    outcome = Outcome(
        **{name: np.array([value]) for name, value in figures.items()}, layers=stacked([at_end])
    )
    return Measured(outcome, curves, test_images)


def _small(training: Training, evaluation: _Columns, at_end: Mapping[str, Sequence[float]]) -> float:
    """The percentage of all weights below 0.001 in size. Rows have it in runs with L1; of others it follows from the
    figures of the layers at the end. NaN where these were not measured."""
    if "small_weights" in evaluation.names:
        return _last(_percent(evaluation["small_weights"]))
    try:
        shapes = weight_shapes(ExperimentConfig.from_dict(training.config, stored=True))
    except ConfigError:  # of an own data set that is not there any more
        return math.nan
    shares = at_end.get("small_weights", ())
    if len(shares) != len(shapes):
        return math.nan
    return float(np.average(shares, weights=[math.prod(shape) for shape in shapes]))


class _Columns:
    """The columns of a stream by name; all NaN if the stream has no such column."""

    def __init__(self, rows: Rows | None) -> None:
        self.names: tuple[str, ...] = () if rows is None else rows.columns
        self.count = 0 if rows is None else rows.count
        self._rows = rows

    def __getitem__(self, name: str) -> Numbers:
        if self._rows is None or name not in self.names:
            return np.full(self.count, math.nan)
        column: Numbers = self._rows.values[self.names.index(name)].astype(np.float64)
        return column


def _last(column: Numbers) -> float:
    return float(column[-1]) if column.size else math.nan


def _percent(shares: Numbers) -> Numbers:
    """Shares of 1 in per cent. They were stored as float32: without rounding, 0.8 would not be 80 %."""
    return np.round(100 * shares, 4)
