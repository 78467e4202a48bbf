"""Forks: a training that shares every bit with another one up to an iteration, and goes on with other settings.

    earlier = Replay(config).at(500)
    trainer = fork(earlier, config_with_adam)

What went into the weights already cannot change: the data, the network, the number type and the seed. All else can: the
optimizer and its rate, the schedule, penalties, dropout rates, batch size, length, and the random numbers of what comes
after.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import ExperimentConfig
from engine.datasets import Dataset
from engine.errors import ConfigError
from engine.reasons import Reason
from engine.trainer import STREAMS, Trainer

#: Purposes of randomness that are still to come at a fork; the others have been used up before the first iteration.
LATER = ("batches", "dropout", "augmentation")


def fork(
    trainer: Trainer,
    config: ExperimentConfig,
    dataset: Dataset | None = None,
    *,
    data_dir: Path | None = None,
    cache_dir: Path | None = None,
    seed: int | None = None,
) -> Trainer:
    """A new trainer where `trainer` is, which goes on as `config` says.

    `config` says all settings, also those that were changed by hand before; `engine.live.as_changed` gives one with
    such changes. The state of the optimizer stays if the optimizer does, and so do the indices that were drawn already,
    if both draw them in the same portions. Early stopping goes on counting if its settings stay.

    Args:
        trainer: it stays as it is.
        config: its experiment with other settings; see `check_fork`.
        dataset, data_dir, cache_dir: as for `Trainer`.
        seed: of the random numbers from here on; None: those that `trainer` would have drawn.

    Raises:
        ConfigError: a setting that cannot change does, or nothing is left to train.
    """
    check_fork(trainer.config, config, trainer.iteration)
    if trainer.divergence is not None:
        iteration = trainer.divergence.iteration
        text = f"this training diverged at iteration {iteration:,}: there are no finite weights to go on from"
        raise ConfigError("range", "iteration", Reason("fork_diverged", text, iteration=iteration))
    new = Trainer(config, dataset, data_dir=data_dir, cache_dir=cache_dir, fast=trainer.fast)
    new.network.vector[...] = trainer.network.vector
    for name, array in new.network.running.items():
        array[...] = trainer.network.running[name]
    new.iteration, new.first_loss = trainer.iteration, trainer.first_loss
    new.zero_gradient_iterations = trainer.zero_gradient_iterations
    new.first_dead = trainer.first_dead
    if config.optimizer["name"] == trainer.config.optimizer["name"]:
        new.optimizer.take_over(trainer.optimizer)
    if config.training.early_stopping == trainer.config.training.early_stopping:
        _keep_early_stopping(trainer, new)
    for purpose, generator in new.generators.items():
        generator.bit_generator.state = trainer.generators[purpose].bit_generator.state
    if seed is not None:
        for purpose in LATER:
            later = np.random.default_rng([seed, STREAMS[purpose]])
            new.generators[purpose].bit_generator.state = later.bit_generator.state
    elif draws_alike(trainer.config, config):
        new.batches.order = trainer.batches.order.copy()
        new.batches.position = trainer.batches.position
    return new


def check_fork(origin: ExperimentConfig, config: ExperimentConfig, iteration: int) -> None:
    """Refuse what cannot change after `iteration` iterations of `origin`.

    Raises:
        ConfigError: with the field.
    """
    before, after = origin.to_dict(), config.to_dict()
    for section in ("dataset", "network", "seed", "dtype"):
        path = _first_difference(before[section], after[section], section)
        if path is not None:
            text = f"{path} cannot change at a fork: the weights were trained with it up to here"
            raise ConfigError("fixed", path, Reason("fork_fixed", text))
    if config.iterations <= iteration:
        field = "iterations" if config.training.epochs is None else "epochs"
        text = f"training.{field} must be more than the fork has behind it: {iteration:,} iterations"
        behind = iteration if field == "iterations" else iteration // config.iterations_per_epoch
        bounds = {"minimum": behind + 1}
        raise ConfigError(
            "range", f"training.{field}", Reason("fork_over", text, iteration=iteration), bounds
        )


def _first_difference(before: Any, after: Any, path: str) -> str | None:
    """The path of the first value that differs, except dropout rates; None if there is none."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        pairs: Sequence[tuple[Any, Any, Any]] = [(key, before[key], after[key]) for key in before]
        if before.get("type") == after.get("type") == "dropout":
            pairs = [pair for pair in pairs if pair[0] != "rate"]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(index, *pair) for index, pair in enumerate(zip(before, after, strict=True))]
    else:
        return None if before == after else path
    differences = (_first_difference(old, new, f"{path}.{key}") for key, old, new in pairs)
    return next((difference for difference in differences if difference is not None), None)


def _keep_early_stopping(trainer: Trainer, new: Trainer) -> None:
    old, stopping = trainer.early_stopping, new.early_stopping
    if old is None or stopping is None:
        return
    stopping.best, stopping.best_iteration, stopping.waited = old.best, old.best_iteration, old.waited
    new.best = {name: array.copy() for name, array in trainer.best.items()}


def draws_alike(one: ExperimentConfig, other: ExperimentConfig) -> bool:
    """Whether both draw indices in the same portions: a whole epoch, or batches of the same size. Then indices that
    were drawn and not used yet stay valid."""
    drawn = ("sampling",) if one.training.sampling == "epochs" else ("sampling", "batch_size")
    return all(getattr(one.training, name) == getattr(other.training, name) for name in drawn)
