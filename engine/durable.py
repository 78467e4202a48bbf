"""Files that survive a power cut: what these functions write is on the disk when they return."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from engine.arrays import Array


def save_array(path: Path, values: Array) -> None:
    """Write an array as `numpy.save` does.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("wb") as file:
        np.save(file, values, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder durable, where folders can be opened (not on Windows)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
