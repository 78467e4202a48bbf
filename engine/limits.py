"""Limits: what an experiment may cost at most; refused before any of it is taken.

The bounds of a process are `LIMITS`; whoever starts it may set them, as the lab does from its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ConfigError


@dataclass(slots=True)
class Limits:
    """Bounds of one run.

    Attributes:
        memory_bytes: what a run may hold (see `engine.memory`). The default leaves a full AlexNet trained with Adam
            in batches of 32 its place.
        multiply_adds: of one example's forward pass; the default is five times a full AlexNet.
    """

    memory_bytes: int = 4 * 1024**3
    multiply_adds: int = 6 * 10**9

    def demand(self, summary: Mapping[str, Any]) -> None:
        """Accept what `engine.summary.summarize` gives.

        Raises:
            ConfigError: with the estimate and the bound.
        """
        for name, limit, unit in (
            ("memory_bytes", self.memory_bytes, "bytes of memory"),
            ("multiply_adds", self.multiply_adds, "multiply-adds for an image"),
        ):
            if summary[name] > limit:
                needed = f"about {summary[name]:,} {unit}; at most {limit:,} are allowed"
                message = f"network: this experiment needs {needed}"
                raise ConfigError("too_large", "network", message, {"maximum": limit})


LIMITS = Limits()
