"""Forks ahead: the forks that a training has not reached yet, for those who train and record it.

forks_ahead = ForksAhead(stretches, config)
trainer = forks_ahead.go_on(Trainer(forks_ahead.first))
while events := trainer.advance():
    rows += [forks_ahead.values(trainer, event) for event in events]
    trainer = forks_ahead.go_on(trainer)
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.config import ExperimentConfig
from engine.events import Event
from engine.fork import fork
from engine.stretches import Stretch, forks
from engine.trainer import Trainer, columns_of


class ForksAhead:
    """The forks that a training has not reached yet; each is dropped when the training has passed it.

    Attributes:
        first: the experiment with which the training begins.
    """

    def __init__(
        self,
        stretches: Iterable[Stretch],
        config: ExperimentConfig,
        *,
        data_dir: Path | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        """
        Args:
            stretches: what is trained before each fork, in order; none: a training without forks.
            config: the experiment after the last fork.
            data_dir, cache_dir: as for `Trainer`.
        """
        self._forks = deque(forks(tuple(stretches), config))
        self._config = config
        self._data_dir = data_dir
        self._cache_dir = cache_dir
        self.first = self._forks[0][0].config if self._forks else config

    @property
    def any_left(self) -> bool:
        """Whether any are left."""
        return bool(self._forks)

    def go_on(self, trainer: Trainer) -> Trainer:
        """The trainer that goes on from the iteration of `trainer`: a new one if a fork is due there, otherwise the
        same. Forks at earlier iterations are passed over. If `trainer` was forked at this iteration already, forking it
        again changes nothing in what it trains.

        Raises:
            ConfigError: the weights at the fork are not finite.
        """
        while self._forks and self._forks[0][0].until < trainer.iteration:
            self._forks.popleft()
        if not self._forks or self._forks[0][0].until > trainer.iteration:
            return trainer
        stretch, config = self._forks.popleft()
        return fork(trainer, config, data_dir=self._data_dir, cache_dir=self._cache_dir, seed=stretch.seed)

    def iterations(self, trainer: Trainer) -> int:
        """How many iterations the whole training is to have."""
        return self._config.iterations if self._forks else trainer.iterations

    def columns(self, trainer: Trainer) -> dict[str, tuple[str, ...]]:
        """The columns of each stream (`train`, `evaluation`) in the rows of the whole training: those of the experiment
        after the last fork."""
        return columns_of(self._config, tuple(trainer.network.weight_layers))

    def values(self, trainer: Trainer, event: Event) -> Sequence[float]:
        """The row of an event of `trainer`, one value for each of `columns`; NaN where the event has no such value."""
        if not self._forks:
            return event.values
        by_column = dict(zip(trainer.columns[event.stream], event.values, strict=True))
        return [by_column.get(name, math.nan) for name in self.columns(trainer)[event.stream]]
