"""The expected curve of a run, computed here without interruption and with the engine alone."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine import ExperimentConfig, Trainer
from engine.fork import fork


def curves(
    config: dict[str, Any],
    data_dir: Path,
    annotations: Iterable[dict[str, Any]] = (),
    stretches: Sequence[dict[str, Any]] = (),
) -> dict[str, np.ndarray]:
    """Stream → (rows, columns) float32 of an uninterrupted run, with the changes by hand in `annotations` and the forks
    in `stretches`. Columns are those of `config`; NaN where they were not recorded before a fork. The last
    ones are kept: the tests of a file often expect the same curve."""
    return _curves(json.dumps([config, [*annotations], [*stretches]]), data_dir)


@functools.lru_cache(maxsize=16)
def _curves(described: str, data_dir: Path) -> dict[str, np.ndarray]:
    config, annotations, stretches = json.loads(described)
    configs = [
        ExperimentConfig.from_dict(document) for document in (*(part["config"] for part in stretches), config)
    ]
    forks = {part["until"]: (part["seed"], after) for part, after in zip(stretches, configs[1:], strict=True)}
    trainer = Trainer(configs[0], data_dir=data_dir)
    changes: dict[int, list[dict[str, float]]] = {}
    for annotation in (note for note in annotations if note["kind"] == "live"):
        values = {name: after for name, (_, after) in annotation["changes"].items()}
        changes.setdefault(annotation["iteration"], []).append(values)
    rows: dict[str, list[Any]] = {"train": [], "evaluation": []}
    while True:
        if trainer.iteration in forks:
            seed, following = forks.pop(trainer.iteration)
            trainer = fork(trainer, following, data_dir=data_dir, seed=seed)
        if trainer.done:
            break
        for values in changes.get(trainer.iteration, ()):
            trainer.set_live(**values)
        for event in trainer.advance():
            names = trainer.columns[event.stream]
            rows[event.stream].append(dict(zip(names, event.values, strict=True)))
    assert not forks
    return {
        stream: np.array(
            [[row.get(name, np.nan) for name in trainer.columns[stream]] for row in values], np.float32
        ).reshape(-1, len(trainer.columns[stream]))
        for stream, values in rows.items()
    }


def assert_uninterrupted(
    lab: Any, run: dict[str, Any], expected: dict[str, np.ndarray] | None = None
) -> None:
    """Assert that a finished run's stored rows are, bit for bit and each once, those of an uninterrupted run."""
    expected = expected or curves(run["config"], lab.data_dir, run["annotations"], run["stretches"])
    for stream, rows in expected.items():
        _, stored = lab.stored_rows(run["id"], stream)
        assert stored.shape == rows.shape, f"{stream}: {len(stored)} rows, not {len(rows)}"
        assert stored.tobytes() == rows.tobytes(), f"{stream}: the curve is not that of an uninterrupted run"
