"""The expected curve of a run, computed here without interruption and with the engine alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from engine import ExperimentConfig, Trainer


def curves(
    config: dict[str, Any], data_dir: Path, annotations: Iterable[dict[str, Any]] = ()
) -> dict[str, np.ndarray]:
    """Stream → (rows, columns) float32 of an uninterrupted run, with changes by hand where `annotations` says."""
    trainer = Trainer(ExperimentConfig.from_dict(config), data_dir=data_dir)
    changes: dict[int, list[dict[str, float]]] = {}
    for annotation in (note for note in annotations if note["kind"] == "live"):
        values = {name: after for name, (_, after) in annotation["changes"].items()}
        changes.setdefault(annotation["iteration"], []).append(values)
    rows: dict[str, list[Any]] = {"train": [], "evaluation": []}
    while not trainer.done:
        for values in changes.get(trainer.iteration, ()):
            trainer.set_live(**values)
        for event in trainer.advance():
            rows[event.stream].append(event.values)
    return {stream: np.array(values, np.float32) for stream, values in rows.items()}


def assert_uninterrupted(
    lab: Any, run: dict[str, Any], expected: dict[str, np.ndarray] | None = None
) -> None:
    """Assert that a finished run's stored rows are, bit for bit and each once, those of an uninterrupted run."""
    expected = expected or curves(run["config"], lab.data_dir, run["annotations"])
    for stream, rows in expected.items():
        _, stored = lab.stored_rows(run["id"], stream)
        assert stored.shape == rows.shape, f"{stream}: {len(stored)} rows, not {len(rows)}"
        assert stored.tobytes() == rows.tobytes(), f"{stream}: the curve is not that of an uninterrupted run"
