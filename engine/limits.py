"""Limits: what an experiment may cost at most; refused before any of it is taken.

The bounds of a process are `LIMITS`; whoever starts it may set them, as the lab does from its settings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ConfigError
from engine.reasons import Reason


@dataclass(slots=True)
class Limits:
    """Bounds of one run.

    Attributes:
        memory_bytes: what a run may hold (see `engine.memory`). The default leaves a full AlexNet trained with Adam
            in batches of 32 its place.
        multiply_adds: of one example's forward pass; the default is five times a full AlexNet.
    """

    memory_bytes: int = 5 * 1024**3
    multiply_adds: int = 6 * 10**9

    def demand(self, summary: Mapping[str, Any]) -> None:
        """Accept what `engine.summary.summarize` gives.

        Raises:
            ConfigError: with the estimate and the bound.
        """
        memory, multiply_adds = summary["memory_bytes"], summary["multiply_adds"]
        needs = "network: this experiment needs about {:,} {}; at most {:,} are allowed".format
        if memory > self.memory_bytes:
            message = Reason(
                "too_much_memory",
                needs(memory, "bytes of memory", self.memory_bytes),
                megabytes=math.ceil(memory / 1e6),
                most=math.floor(self.memory_bytes / 1e6),
            )
            raise ConfigError("too_large", "network", message, {"maximum": self.memory_bytes})
        if multiply_adds > self.multiply_adds:
            message = Reason(
                "too_many_multiply_adds",
                needs(multiply_adds, "multiply-adds for an image", self.multiply_adds),
                multiply_adds=multiply_adds,
                most=self.multiply_adds,
            )
            raise ConfigError("too_large", "network", message, {"maximum": self.multiply_adds})


LIMITS = Limits()
