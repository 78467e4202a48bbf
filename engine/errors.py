"""Errors of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.reasons import Reason, reason_of, reworded


class ConfigError(ValueError):
    """An experiment that is wrong and cannot be run.

    Attributes:
        code: "type", "range", "unknown_key", "unknown_name", "missing", "shape" or "too_large".
        field: the wrong field, as a dotted path with list positions: "network.layers.2.units".
        message: one English sentence; a `Reason` if code and bounds are not enough for a translation.
        bounds: the values that would be right: any of minimum, maximum, exclusive_minimum, choices.
    """

    def __init__(self, code: str, field: str, message: str, bounds: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
        self.bounds = bounds

    def within(self, path: str) -> ConfigError:
        """The same error for an experiment inside a larger document: `experiments.3`."""
        field = f"{path}.{self.field}" if self.field else path
        return ConfigError(self.code, field, reworded(self.message, f"{path}: {self.message}"), self.bounds)


class DatasetError(Exception):
    """A data set that is missing, damaged or cannot be downloaded; the message, a `Reason`, names the file."""


def unreadable(path: Path, error: Exception, *, doing: str = "read") -> DatasetError:
    """The reason for a file that cannot be read or unpacked."""
    message = f"{path} cannot be {doing}: {error}"
    return DatasetError(Reason("file_unreadable", message, file=path.name, why=reason_of(error)))


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """The error for a folder that cannot be written to."""
    message = f"{folder} cannot be written: {error}"
    return DatasetError(Reason("folder_unwritable", message, folder=str(folder), why=reason_of(error)))
