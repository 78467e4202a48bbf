"""Short curves of all kinds, as they were when the version of the engine's mathematics was last increased.

`tests/engine/reference_curves.json` holds them: the losses, and for each kind of machine that they were computed on a
digest of every row. `python -m scripts.reference_curves` writes it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine import ExperimentConfig, Trainer
from engine.fingerprint import MATHEMATICS_VERSION, of_arithmetic

STORED = Path(__file__).parent.parent / "engine" / "reference_curves.json"


def _experiment(layers: list[dict[str, Any]], **others: Any) -> dict[str, Any]:
    training = {"iterations": 30, "batch_size": 32, "evaluate_every": 10, **others.pop("training", {})}
    return {
        "dataset": {"name": "digits", "train_size": 400},
        "network": {"layers": [*layers, {"type": "dense", "units": 10}]},
        "optimizer": {"name": "sgd", "learning_rate": 0.05},
        "training": training,
        "seed": 5,
        **others,
    }


def _dense(units: int, activation: str) -> list[dict[str, Any]]:
    return [{"type": "dense", "units": units}, {"type": "activation", "name": activation}]


CONV: list[dict[str, Any]] = [
    {"type": "conv2d", "filters": 6, "kernel_size": 3, "padding": "same"},
    {"type": "activation", "name": "relu"},
    {"type": "max_pool2d", "size": 2},
]
NORMED: list[dict[str, Any]] = [
    {"type": "dense", "units": 24},
    {"type": "batch_norm"},
    {"type": "activation", "name": "relu"},
    {"type": "dropout", "rate": 0.2},
]
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "dense": _experiment(_dense(24, "relu")),
    "two sigmoid layers, float64": _experiment(
        [*_dense(20, "sigmoid"), *_dense(12, "tanh")], dtype="float64"
    ),
    "adam with batch norm and dropout": _experiment(
        NORMED,
        optimizer={"name": "adam", "learning_rate": 0.002},
    ),
    "convolution": _experiment(CONV),
    "augmented epochs": _experiment(
        CONV,
        dataset={"name": "digits", "train_size": 300, "augment": {"shift": 1}},
        training={"sampling": "epochs"},
        optimizer={"name": "momentum", "learning_rate": 0.02},
    ),
    "penalties, noise and a schedule": _experiment(
        _dense(24, "gelu"),
        dataset={"name": "digits", "train_size": 300, "label_noise": 0.1},
        regularization={"l1": 1e-4, "l2": 1e-3},
        training={"schedule": {"name": "cosine"}, "clip_norm": 1.0},
    ),
    "early stopping": _experiment(
        _dense(16, "relu"), training={"early_stopping": {"patience": 2}, "evaluate_every": 3}
    ),
}


def curve(experiment: dict[str, Any]) -> tuple[list[float], str]:
    """The losses of an experiment, and a digest of all its rows."""
    digest = hashlib.sha256()
    losses: list[float] = []
    trainer = Trainer(ExperimentConfig.from_dict(experiment))
    for event in trainer.run():
        row = np.array(event.values, "<f4")
        digest.update(event.stream.encode() + row.tobytes())
        if event.stream == "train":
            losses.append(float(row[trainer.columns["train"].index("loss")]))
    return losses, digest.hexdigest()


def renewed(stored: dict[str, Any]) -> dict[str, Any]:
    """What is stored, with the curves of this machine and of experiments that are new.

    Raises:
        ValueError: a curve is another one than before, and the version of the mathematics is the same.
    """
    if stored.get("mathematics") != MATHEMATICS_VERSION:
        stored = {"mathematics": MATHEMATICS_VERSION, "losses": {}, "digests": {}}
    known = stored["digests"].get(of_arithmetic(), {})
    curves = {name: curve(experiment) for name, experiment in EXPERIMENTS.items()}
    for name, (_, digest) in curves.items():
        if known.get(name, digest) != digest:
            raise ValueError(
                f"the curve of {name!r} has changed: increase engine.fingerprint.MATHEMATICS_VERSION"
            )
    losses = {name: stored["losses"].get(name, losses) for name, (losses, _) in curves.items()}
    digests = {**stored["digests"], of_arithmetic(): {name: digest for name, (_, digest) in curves.items()}}
    return {"mathematics": MATHEMATICS_VERSION, "losses": losses, "digests": digests}


def read() -> dict[str, Any]:
    """What is stored."""
    stored: dict[str, Any] = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    return stored
