"""A course: the way of a training through its forks, for those who train and record it.

course = Course(stretches, config)
trainer = course.go_on(Trainer(course.first))
while events := trainer.advance():
    rows += [course.values(trainer, event) for event in events]
    trainer = course.go_on(trainer)
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


class Course:
    """The forks of a training that lie ahead.

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
        """`config` follows the last fork; folders as for `Trainer`."""
        self._forks = deque(forks(tuple(stretches), config))
        self._config = config
        self._data_dir = data_dir
        self._cache_dir = cache_dir
        self.first = self._forks[0][0].config if self._forks else config

    @property
    def has_forks(self) -> bool:
        """Whether there are forks ahead."""
        return bool(self._forks)

    def go_on(self, trainer: Trainer) -> Trainer:
        """The trainer that goes on where `trainer` is: a new one where a fork is due. A trainer that was forked here
        already is forked again, and is still the same. Forks before it are passed over.

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
        """The names of each stream's values in the rows of the whole training: those of what follows the last fork."""
        return columns_of(self._config, tuple(trainer.network.weight_layers))

    def values(self, trainer: Trainer, event: Event) -> Sequence[float]:
        """The values of an event of `trainer` in these columns: NaN where it has none."""
        if not self._forks:
            return event.values
        known = dict(zip(trainer.columns[event.stream], event.values, strict=True))
        return [known.get(name, math.nan) for name in self.columns(trainer)[event.stream]]
