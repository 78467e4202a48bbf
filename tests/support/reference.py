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

#: Stream → number of rows.
Counts = dict[str, int]


class Reference:
    """A training that goes as far as its rows are asked for. The changes by hand in `annotations` and the forks in
    `stretches` are made at their iterations."""

    def __init__(
        self,
        config: dict[str, Any],
        data_dir: Path,
        annotations: Iterable[dict[str, Any]] = (),
        stretches: Sequence[dict[str, Any]] = (),
    ) -> None:
        configs = [
            ExperimentConfig.from_dict(document)
            for document in (*(part["config"] for part in stretches), config)
        ]
        self._forks = {
            part["until"]: (part["seed"], after) for part, after in zip(stretches, configs[1:], strict=True)
        }
        self._changes: dict[int, list[dict[str, float]]] = {}
        for annotation in (note for note in annotations if note["kind"] == "live"):
            values = {name: after for name, (_, after) in annotation["changes"].items()}
            self._changes.setdefault(annotation["iteration"], []).append(values)
        self._data_dir = data_dir
        self._trainer = Trainer(configs[0], data_dir=data_dir)
        self._rows: dict[str, list[dict[str, float]]] = {"train": [], "evaluation": []}

    def curves(self, counts: Counts | None = None) -> dict[str, np.ndarray]:
        """Stream → (rows, columns) float32: the first `counts` rows of each stream, or all of the whole training. NaN
        where a column was not recorded before a fork."""
        while not self._has(counts) and self._advance():
            pass
        assert counts is not None or not self._forks
        return {
            stream: self._table(stream, len(rows) if counts is None else counts[stream])
            for stream, rows in self._rows.items()
        }

    def _has(self, counts: Counts | None) -> bool:
        return counts is not None and all(len(rows) >= counts[stream] for stream, rows in self._rows.items())

    def _advance(self) -> bool:
        """One iteration. False if the training has ended."""
        if self._trainer.iteration in self._forks:
            seed, following = self._forks.pop(self._trainer.iteration)
            self._trainer = fork(self._trainer, following, data_dir=self._data_dir, seed=seed)
        if self._trainer.done:
            return False
        for values in self._changes.pop(self._trainer.iteration, ()):
            self._trainer.set_live(**values)
        for event in self._trainer.advance():
            names = self._trainer.columns[event.stream]
            self._rows[event.stream].append(dict(zip(names, event.values, strict=True)))
        return True

    def _table(self, stream: str, count: int) -> np.ndarray:
        columns = self._trainer.columns[stream]
        rows = [[row.get(name, np.nan) for name in columns] for row in self._rows[stream][:count]]
        return np.array(rows, np.float32).reshape(-1, len(columns))


def curves(
    config: dict[str, Any],
    data_dir: Path,
    annotations: Iterable[dict[str, Any]] = (),
    stretches: Sequence[dict[str, Any]] = (),
    counts: Counts | None = None,
) -> dict[str, np.ndarray]:
    """`Reference.curves` of these. The last ones are kept: the tests of a file often expect the same curve."""
    return _reference(json.dumps([config, [*annotations], [*stretches]]), data_dir).curves(counts)


@functools.lru_cache(maxsize=16)
def _reference(described: str, data_dir: Path) -> Reference:
    config, annotations, stretches = json.loads(described)
    return Reference(config, data_dir, annotations, stretches)


def assert_uninterrupted(
    lab: Any, run: dict[str, Any], expected: dict[str, np.ndarray] | None = None
) -> None:
    """Assert that an ended run's stored rows are, bit for bit and each once, those of an uninterrupted run: all of
    them, or its first ones if it was cancelled."""
    stored = {stream: lab.stored_rows(run["id"], stream)[1] for stream in ("train", "evaluation")}
    if expected is None:
        counts = (
            {stream: len(rows) for stream, rows in stored.items()} if run["status"] == "cancelled" else None
        )
        expected = curves(run["config"], lab.data_dir, run["annotations"], run["stretches"], counts)
    for stream, rows in expected.items():
        found = stored[stream]
        assert found.shape == rows.shape, f"{stream}: {len(found)} rows, not {len(rows)}"
        assert found.tobytes() == rows.tobytes(), f"{stream}: the curve is not that of an uninterrupted run"
