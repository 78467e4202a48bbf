"""The trainings whose moments are at hand, within a bound of memory. Each stays at the moment asked for last."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from app.jobs import checkpoints
from app.jobs.checkpoint_store import CheckpointStore, open_store
from app.jobs.messages import Job
from engine import ExperimentConfig, Trainer
from engine.arrays import Array
from engine.datasets import Dataset, load_dataset, own
from engine.memory import estimate
from engine.reasons import Reason
from engine.replay import KEPT_BYTES, Replay
from engine.stretches import parse_stretches


class HeldTrainings:
    """
    Args:
        cache_bytes: what all trainings may take that are held. One alone may take more.
    """

    def __init__(self, cache_bytes: int) -> None:
        self._cache_bytes = cache_bytes
        self._held: OrderedDict[str, HeldTraining] = OrderedDict()
        self._stores: dict[str, CheckpointStore] = {}  # a lab has one

    @property
    def ids(self) -> list[str]:
        """Of the trainings that are held; the one that was asked for last is the last."""
        return list(self._held)

    def take(self, job: Job) -> HeldTraining:
        """The moments of a training, which is held from now on. Above the bound, those asked for least recently are let
        go."""
        held = self._held.pop(job.training, None)
        if held is None or held.job.changes != job.changes:
            held = HeldTraining(job)
        if job.checkpoint_place not in self._stores:
            self._stores[job.checkpoint_place] = open_store(job.checkpoint_place)
        store = self._stores[job.checkpoint_place]
        held.replay.checkpoints = {
            checkpoint["iteration"]: partial(checkpoints.read, store, checkpoint["file"])
            for checkpoint in job.checkpoints
        }
        self._held[job.training] = held
        while len(self._held) > 1 and self._bytes > self._cache_bytes:
            self._held.popitem(last=False)
        return held

    def drop(self, training_id: str) -> None:
        """Stop holding a training, if it is held."""
        self._held.pop(training_id, None)

    def make_room(self, needed: int) -> None:
        """Hold fewer trainings, so that all of them and this many bytes are within the bound, if that is possible."""
        while self._held and needed + self._bytes > self._cache_bytes:
            self._held.popitem(last=False)

    @property
    def _bytes(self) -> int:
        return sum(held.bytes for held in self._held.values())


class HeldTraining:
    """A training whose moments are at hand, and what it may take.

    Attributes:
        bytes: what it may take.
        before: all parameters before the last iteration of the moment that was asked for last; None if it is the start,
            or if they were not needed and no iteration was trained for the moment.
    """

    def __init__(self, job: Job) -> None:
        own.look_in(Path(job.own_dir))
        config = ExperimentConfig.from_dict(job.config, stored=True)
        self.job = job
        stretches = parse_stretches(job.stretches, config)
        self.bytes = max(map(estimate, (config, *(stretch.config for stretch in stretches)))) + KEPT_BYTES
        self.replay = Replay(
            config,
            data_dir=Path(job.data_dir),
            cache_dir=Path(job.cache_dir),
            stretches=stretches,
            changes=job.changes,
        )
        self.before: Array | None = None
        self._before_of = -1

    def dataset(self) -> Dataset:
        """All images of its data set."""
        folders = {"data_dir": Path(self.job.data_dir), "cache_dir": Path(self.job.cache_dir)}
        return load_dataset(self.job.config["dataset"]["name"], **folders)

    def nearest(self, iteration: int, *, with_step: bool) -> int:
        """The latest moment from which `at` gets to this one."""
        return self.replay.nearest(iteration - self._takes_step(iteration, with_step))

    def at(self, iteration: int, is_cancelled: Callable[[], bool], *, with_step: bool) -> Trainer:
        """The trainer at a moment, as `Replay.at`. Several questions about one moment take its steps once.

        Args:
            with_step: whether `before` is needed. Even a moment with a checkpoint is then trained again from the one
                before it.
        """
        if self._takes_step(iteration, with_step):
            self.before = self.replay.at(iteration - 1, is_cancelled=is_cancelled).network.vector.copy()
            self._before_of = iteration
        elif iteration != self._before_of:
            self.before, self._before_of = None, -1
        return self.replay.at(iteration, is_cancelled=is_cancelled)

    def _takes_step(self, iteration: int, with_step: bool) -> bool:
        """Whether it stops before the last iteration to keep `before`: where that is needed, and where this iteration
        is trained anyway, as the next question about the moment may need it."""
        if iteration in (0, self._before_of):
            return False
        return with_step or self.replay.nearest(iteration) < iteration


def demand_recorded(trainer: Trainer, recorded: float | None) -> None:
    """Refuse a moment whose loss is not the recorded one, bit for bit. After a checkpoint there is nothing to compare:
    it was made by the training itself.

    Raises:
        ValueError: with the reason.
    """
    loss = trainer.network.data_loss
    if recorded is None or math.isnan(loss) or np.float32(loss) == np.float32(recorded):
        return
    text = (
        f"trained again, iteration {trainer.iteration:,} has another loss than was recorded; another version or"
        " another machine rounds differently"
    )
    raise ValueError(Reason("replay_other", text, iteration=trainer.iteration))
