"""What the engine refuses, and why."""

from __future__ import annotations

from typing import Any


class ConfigError(ValueError):
    """An experiment that cannot be run as it is written.

    Attributes:
        code: "type", "range", "unknown_key", "unknown_name", "missing", "shape" or "too_large".
        field: where, as a dotted path with list positions: "network.layers.2.units".
        bounds: what would be legal, as far as it applies: minimum, maximum, exclusive_minimum, choices.
    """

    def __init__(self, code: str, field: str, message: str, bounds: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
        self.bounds = bounds


class DatasetError(Exception):
    """A data set that is missing, damaged or cannot be downloaded; the message names the file."""
