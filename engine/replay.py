"""Replay: the trainer of an experiment at any iteration, bit for bit as it was there.

    replay = Replay(config)
    for layer in replay.at(500).network.weight_layers: ...

A training is exact, so nothing has to be recorded for this: from the nearest checkpoint at or before the iteration, or
from the start, the trainer takes the same steps again. It leaves the evaluations out, which take no random numbers and
change nothing, except where early stopping depends on them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from engine.config import ExperimentConfig
from engine.datasets import Dataset
from engine.fork import fork
from engine.live import Change
from engine.spacing import Spacing
from engine.stretches import Stretch, forks
from engine.trainer import Trainer

#: How many bytes of checkpoints are kept by default: some of the moments between which later ones lie.
KEPT_BYTES = 16 << 20


class Cancelled(Exception):
    """The caller does not need the moment any more."""


class Replay:
    """The moments of one training.

    Args:
        config: the experiment; of a fork, the one after the last fork.
        dataset, data_dir, cache_dir: as for `Trainer`.
        stretches: of a fork, what was trained before, the first first.
        changes: what was changed by hand, in order.
        checkpoints: iteration → its checkpoint (see `Trainer.checkpoint`), or None if it cannot be read any more; may
            be replaced at any time. A damaged one is passed over.
        kept_bytes: bound of the checkpoints that this object makes on its way and keeps.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: Dataset | None = None,
        *,
        data_dir: Path | None = None,
        cache_dir: Path | None = None,
        stretches: Iterable[Stretch] = (),
        changes: Iterable[Change] = (),
        checkpoints: Mapping[int, Callable[[], bytes | None]] | None = None,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        stretches = tuple(stretches)
        self._first = stretches[0].config if stretches else config
        self._forks = {stretch.until: (stretch, following) for stretch, following in forks(stretches, config)}
        self._dataset = dataset
        self._data_dir = data_dir
        self._cache_dir = cache_dir
        self._changes = tuple(changes)
        self.checkpoints: Mapping[int, Callable[[], bytes | None]] = checkpoints or {}
        self._kept: dict[int, bytes] = {}
        self._spacing = Spacing(config.iterations, kept_bytes)
        self._trainer: Trainer | None = None

    def at(self, iteration: int, *, is_cancelled: Callable[[], bool] = lambda: False) -> Trainer:
        """The trainer after `iteration` iterations and the evaluation that follows the last of them, before any change
        by hand or fork at that place. It belongs to this object: look at it, but do not train it.

        Raises:
            ValueError: the training has no such iteration.
            Cancelled: `is_cancelled`, asked before each iteration, returned True.
        """
        if iteration < 0:
            raise ValueError(f"iteration must be 0 or more; it is {iteration}")
        trainer = self._start(iteration)
        self._trainer = None  # should an error come in between, it is nowhere
        while trainer.iteration < iteration:
            if is_cancelled():
                self._trainer = trainer
                raise Cancelled
            trainer = self._fork(trainer)
            self._change(trainer)
            if trainer.done:
                ended = f"this training ended at iteration {trainer.iteration:,}"
                raise ValueError(f"{ended}; there is no iteration {iteration:,}")
            _advance(trainer)
            if trainer.iteration % self._spacing.every == 0:
                self._keep(trainer)
        self._trainer = trainer
        return trainer

    def nearest(self, iteration: int) -> int:
        """The latest moment, not after `iteration`, that needs no steps."""
        places = (place for place in (*self.checkpoints, *self._kept) if place <= iteration)
        return max(self._here(iteration), *places, 0)

    def _here(self, iteration: int) -> int:
        """Where the trainer stands, if that is not after `iteration`; else -1."""
        reached = -1 if self._trainer is None else self._trainer.iteration
        return reached if reached <= iteration else -1

    def _start(self, iteration: int) -> Trainer:
        """The trainer at the latest moment, not after `iteration`, that needs no steps."""
        reached = self._here(iteration)
        for place in sorted({*self.checkpoints, *self._kept}, reverse=True):
            if reached < place <= iteration and (data := self._checkpoint(place)) is not None:
                with contextlib.suppress(ValueError):  # a damaged one
                    return Trainer.restore(
                        data, self._dataset, data_dir=self._data_dir, cache_dir=self._cache_dir
                    )
        if self._trainer is not None and reached >= 0:
            return self._trainer
        return Trainer(self._first, self._dataset, data_dir=self._data_dir, cache_dir=self._cache_dir)

    def _checkpoint(self, iteration: int) -> bytes | None:
        return self._kept[iteration] if iteration in self._kept else self.checkpoints[iteration]()

    def _fork(self, trainer: Trainer) -> Trainer:
        """The trainer that goes on from here: a new one where there is a fork. Forked twice, it is still the same."""
        if trainer.iteration not in self._forks:
            return trainer
        stretch, config = self._forks[trainer.iteration]
        folders = {"data_dir": self._data_dir, "cache_dir": self._cache_dir}
        return fork(trainer, config, self._dataset, **folders, seed=stretch.seed)

    def _change(self, trainer: Trainer) -> None:
        """Make the changes by hand that are due before the next iteration; made twice, they change nothing more."""
        for change in self._changes:
            if change.iteration == trainer.iteration:
                trainer.set_live(**change.values)

    def _keep(self, trainer: Trainer) -> None:
        """Keep a checkpoint of this moment, and no more of them than their bound allows."""
        if trainer.iteration in self._kept:
            return
        data = self._kept[trainer.iteration] = trainer.checkpoint()
        for place in self._spacing.add(trainer.iteration, len(data)):
            del self._kept[place]


def _advance(trainer: Trainer) -> None:
    """One iteration, with its evaluation where something depends on it: at the end, and where early stopping is on."""
    is_last = trainer.iteration + 1 == trainer.iterations
    if is_last or trainer.early_stopping is not None:
        trainer.advance()
    else:
        trainer.step()
