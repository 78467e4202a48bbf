"""Limits: the most that an experiment may cost. An experiment that costs more is refused before anything is allocated.

The engine has no limits of its own: the lab and the command line check an experiment against theirs, from the settings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import ConfigError
from engine.reasons import Reason
from engine.summary import Summary, summarize

if TYPE_CHECKING:  # importing it would import the trainer, and make the command line slow
    from engine.config import ExperimentConfig
    from engine.stretches import Stretch


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run.

    Attributes:
        memory_bytes: the memory of a run (see `engine.memory`). The default is enough for a full AlexNet, trained with
            Adam in batches of 32.
        multiply_adds: of the forward pass of one example. The default is five times that of a full AlexNet.
    """

    memory_bytes: int = 5 * 1024**3
    multiply_adds: int = 6 * 10**9

    def check_all(self, config: ExperimentConfig, stretches: Iterable[Stretch]) -> None:
        """Refuse an experiment if it, or a stretch of training before it, costs more than allowed.

        Raises:
            ConfigError: as `check`.
        """
        for trained in (*(stretch.config for stretch in stretches), config):
            self.check(summarize(trained))

    def check(self, summary: Summary) -> None:
        """Refuse an experiment that costs more than allowed.

        Raises:
            ConfigError: with the estimated cost and the bound.
        """
        memory, multiply_adds = summary.memory_bytes, summary.multiply_adds
        text = "network: this experiment needs about {:,} {}; at most {:,} are allowed".format
        if memory > self.memory_bytes:
            message = Reason(
                "too_much_memory",
                text(memory, "bytes of memory", self.memory_bytes),
                megabytes=math.ceil(memory / 1e6),
                most=math.floor(self.memory_bytes / 1e6),
            )
            raise ConfigError("too_large", "network", message, {"maximum": self.memory_bytes})
        if multiply_adds > self.multiply_adds:
            message = Reason(
                "too_many_multiply_adds",
                text(multiply_adds, "multiply-adds for an image", self.multiply_adds),
                multiply_adds=multiply_adds,
                most=self.multiply_adds,
            )
            raise ConfigError("too_large", "network", message, {"maximum": self.multiply_adds})
