"""Training the runs of a lesson from several seeds, to see whether what it says is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.lessons.layer_figures import DURING_TRAINING, figures_of_layers, stacked
from app.lessons.outcome import EARLY_ITERATIONS, Curves
from engine import ExperimentConfig, Trainer, measuring
from engine.events import EvaluationMetrics

#: A weight whose absolute value is below this counts as small: nearly zero.
SMALL = 1e-3


class Measured(NamedTuple):
    """A training: the quantities of an `Outcome`, without those that it does not have, and its curves.

    `layers` are the figures of `app.lessons.layer_figures` at the end: name → a number for each layer. There are none
    where they were not asked for, or the training diverged.
    """

    quantities: dict[str, float]
    curves: Curves
    layers: Mapping[str, Sequence[float]]


def measure(
    config: ExperimentConfig,
    seed: int,
    data_dir: Path,
    cache_dir: Path | None = None,
    *,
    curves: bool = False,
    with_layers: bool = False,
) -> Measured:
    """Train an experiment from a seed.

    Args:
        curves: evaluate as often as the experiment does, not only at the end, which is faster.
        with_layers: measure each layer too, at the end; with `curves` after the same iterations as a worker.

    Raises:
        DatasetError: its data set is not in the folder.
    """
    trainer = Trainer(as_trained(config, seed, curves=curves), data_dir=data_dir, cache_dir=cache_dir)
    evaluations: list[EvaluationMetrics] = []
    steps: list[int] = []
    gradients: list[tuple[float, ...]] = []
    every = measuring.interval(config, config.iterations) if with_layers and curves else config.iterations
    measurements: dict[int, dict[str, list[float]]] = {}
    while not trainer.done:
        for event in trainer.advance():
            if event.stream == "evaluation":
                evaluations.append(event)
            elif curves or event.iteration <= EARLY_ITERATIONS:
                steps.append(event.iteration)
                gradients.append(event.gradient_norms)
        if with_layers and (trainer.iteration % every == 0 or trainer.done) and trainer.divergence is None:
            measurements[trainer.iteration] = figures_of_layers(measuring.measure(trainer))
    if not evaluations or trainer.divergence is not None:
        evaluations.append(trainer.evaluate())
    norms = np.array(gradients, float).reshape(len(steps), -1)
    return Measured(
        _quantities(trainer, evaluations[-1], norms[:EARLY_ITERATIONS]),
        Curves(
            evaluations=np.array([each.iteration for each in evaluations], float),
            train=np.array([100 * each.train_accuracy for each in evaluations]),
            test=np.array(
                [np.nan if each.test_accuracy is None else 100 * each.test_accuracy for each in evaluations]
            ),
            loss=np.array([each.train_loss for each in evaluations]),
            steps=np.array(steps, float),
            gradients=norms,
            measurements=np.array([*measurements], float),
            layers={
                name: values
                for name, values in stacked([*measurements.values()]).items()
                if name in DURING_TRAINING
            },
        ),
        measurements.get(trainer.iteration, {}),
    )


def as_trained(config: ExperimentConfig, seed: int, *, curves: bool) -> ExperimentConfig:
    """An experiment as it is trained to be measured; see `measure`."""
    document = {**config.to_dict(), "seed": seed}
    if (
        config.training.early_stopping is None and not curves
    ):  # early stopping needs the evaluations on the way
        document["training"]["evaluate_every"] = config.iterations
    return ExperimentConfig.from_dict(document)


def _quantities(trainer: Trainer, last: EvaluationMetrics, early: np.ndarray) -> dict[str, float]:
    vector = trainer.network.vector
    weights = np.concatenate([vector[part] for part in trainer.network.weight_layers.values()]).astype(
        np.float64
    )
    with np.errstate(over="ignore", invalid="ignore"):
        norm = float(np.sqrt(weights @ weights))
    validation = last.validation_accuracy
    return {
        "train": 100 * last.train_accuracy,
        **({} if validation is None else {"validation": 100 * validation}),
        **({} if last.test_accuracy is None else {"test": 100 * last.test_accuracy}),
        "loss": last.train_loss,
        "diverged": float(trainer.divergence is not None),
        "dead": float(trainer.dead is not None),
        "iterations": float(trainer.iteration),
        "weights": norm,
        "small": 100 * float(np.mean(np.abs(weights) < SMALL)),
        "lowest": float(np.median(early[:, 0])),
        "highest": float(np.median(early[:, -1])),
    }
