"""How long each view takes inside of a worker, and what it costs the training while a page shows it.

    python -m benchmarks.views [--json]

The trainings are W1 (784-40-20-10 on MNIST), points in the plane, and a small convolutional network on MNIST. A watched
training makes the view as often as the server asks for it: four times a second, and less often where that would take
more than a twentieth of its time. Its speed is compared with that of the same training when it is not watched; the two
take turns. All times are processor time, so that other programs change them little.
"""

from __future__ import annotations

import base64
import contextlib
import statistics
import sys
import time
from collections.abc import Mapping
from typing import Any

from app.jobs.viewing import EVERY_SECONDS, MAX_SHARE
from benchmarks.replay import W1
from engine import ConfigError, ExperimentConfig, Trainer
from engine.views import KINDS, check, see
from tests.support.folders import find_data_dir

POINTS: dict[str, Any] = {
    "dataset": {"name": "spirals"},
    "network": {"preset": "mlp", "hidden": [20, 20], "activation": "relu"},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"iterations": 10_000_000, "batch_size": 100},
}
CONVOLUTIONAL: dict[str, Any] = {
    "dataset": {"name": "mnist"},
    "network": {
        "layers": [
            {"type": "conv2d", "filters": 8, "kernel_size": 5},
            {"type": "activation", "name": "relu"},
            {"type": "max_pool2d", "size": 2},
            {"type": "conv2d", "filters": 16, "kernel_size": 5},
            {"type": "activation", "name": "relu"},
            {"type": "max_pool2d", "size": 2},
            {"type": "dense", "units": 10},
        ]
    },
    "training": {"iterations": 10_000_000, "batch_size": 100},
}
TRAININGS: dict[str, dict[str, Any]] = {
    "W1": {**W1, "training": {**W1["training"], "iterations": 10_000_000}},
    "points": POINTS,
    "convolutional": CONVOLUTIONAL,
}
#: How often a view is made to time it.
TIMES = 9
#: Seconds in which the speeds of a watched training are measured: in turns with one view each, at least three.
WATCHED_SECONDS = 3.0
MIN_TURNS = 3


def measure() -> list[dict[str, Any]]:
    data_dir = find_data_dir()
    rows = []
    for name, described in TRAININGS.items():
        if described["dataset"]["name"] == "mnist" and data_dir is None:
            rows.append({"what": f"{name}: no MNIST on this machine", "figure": 0.0, "unit": "", "aim": ""})
            continue
        trainer = Trainer(ExperimentConfig.from_dict(described), data_dir=data_dir)
        for _ in range(50):
            trainer.step()
        for kind, options in _fitting(trainer.config).items():
            seconds = _seconds(trainer, kind, options)
            every = max(EVERY_SECONDS, seconds / MAX_SHARE)
            speed = 100 * _speed(trainer, kind, options, every)
            rows += [
                {"what": f"{name}, {kind}", "figure": 1000 * seconds, "unit": "ms", "aim": ""},
                {"what": f"{name}, {kind} every {every:.2f} s", "figure": speed, "unit": "%", "aim": "≥ 95"},
            ]
    return rows


def _fitting(config: ExperimentConfig) -> dict[str, dict[str, Any]]:
    """The kinds of views that fit an experiment, with their options."""
    pixels = base64.b64encode(bytes(28 * 28)).decode()
    found = {}
    for kind in KINDS:
        with contextlib.suppress(ConfigError):
            found[kind] = check(kind, {"pixels": pixels} if kind == "digit" else {}, config)
    return found


def _seconds(trainer: Trainer, kind: str, options: Mapping[str, Any]) -> float:
    """What a view takes, the first one aside, for which an evaluation sorts its images."""
    taken = []
    for _ in range(TIMES + 1):
        begun = time.process_time()
        see(trainer, kind, options, trainer.network.vector)
        taken.append(time.process_time() - begun)
    return statistics.median(taken[1:])


def _speed(trainer: Trainer, kind: str, options: Mapping[str, Any], every: float) -> float:
    """Iterations in a second of a training that is watched ÷ those of one that is not."""
    ratios = []
    for round_ in range(max(MIN_TURNS, round(WATCHED_SECONDS / every))):
        watched, alone = 0.0, 0.0
        for is_watched in (round_ % 2 == 0, round_ % 2 == 1):
            if is_watched:
                watched = _iterations(trainer, every, kind, options)
            else:
                alone = _iterations(trainer, every)
        ratios.append(watched / alone)
    return statistics.median(ratios)


def _iterations(
    trainer: Trainer, seconds: float, kind: str | None = None, options: Mapping[str, Any] | None = None
) -> float:
    """Iterations in a second, if a view is made every `seconds` seconds; without `kind`, if none is."""
    begun = now = time.process_time()
    count = 0
    if kind is not None:
        before = trainer.network.vector.copy() if KINDS[kind].needs_step else None
        trainer.step()
        count += 1
        see(trainer, kind, options or {}, before)
    while now < begun + seconds:
        trainer.step()
        count += 1
        now = time.process_time()
    return count / (now - begun)


if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["views", *sys.argv[1:]])
