"""How long a worker takes to make each view, and how much slower its training is while a page shows the view.

    python -m benchmarks.views [--json]

The trainings are W1 (784-40-20-10 on MNIST), points in the plane, and a small convolutional network on MNIST. A
training whose view is shown makes it as often as the server asks for it: four times a second, and less often if that
would take more than a twentieth of its time. Its speed is compared with that of the same training without views; the
two take turns. All times are processor time, so that other programs change them little.
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
from benchmarks.figures import Figure, figure, without_mnist
from benchmarks.replay import W1
from engine import ConfigError, ExperimentConfig, Trainer, views
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
#: How many times a view is made. Its time is the median.
REPEATS = 9
#: Processor seconds for which a training with a view is measured; a turn is the time from one view to the next.
SECONDS_WITH_VIEW = 3.0
MIN_TURNS = 3


def measure() -> list[Figure]:
    data_dir = find_data_dir()
    figures = []
    for name, experiment in TRAININGS.items():
        if experiment["dataset"]["name"] == "mnist" and data_dir is None:
            figures.append(without_mnist())
            continue
        trainer = Trainer(ExperimentConfig.from_dict(experiment), data_dir=data_dir)
        for _ in range(50):
            trainer.step()
        for kind, options in _possible_views(trainer.config).items():
            seconds = _seconds(trainer, kind, options)
            interval = max(EVERY_SECONDS, seconds / MAX_SHARE)
            ratio = _speed_ratio(trainer, kind, options, interval)
            figures += [
                figure(f"{name}, {kind}", 1000 * seconds, "ms"),
                figure(f"{name}, {kind} every {interval:.2f} s", 100 * ratio, "%", "≥ 95"),
            ]
    return figures


def _possible_views(config: ExperimentConfig) -> dict[str, dict[str, Any]]:
    """The kinds of views that an experiment allows, with their options."""
    pixels = base64.b64encode(bytes(28 * 28)).decode()
    possible = {}
    for kind in views.KINDS:
        with contextlib.suppress(ConfigError):
            possible[kind] = views.check(kind, {"pixels": pixels} if kind == "digit" else {}, config)
    return possible


def _seconds(trainer: Trainer, kind: str, options: Mapping[str, Any]) -> float:
    """Processor seconds that a view takes. The first one is not counted: before it, the images are sorted once."""
    durations = []
    for _ in range(REPEATS + 1):
        start = time.process_time()
        views.see(trainer, kind, options, trainer.network.vector)
        durations.append(time.process_time() - start)
    return statistics.median(durations[1:])


def _speed_ratio(trainer: Trainer, kind: str, options: Mapping[str, Any], interval: float) -> float:
    """The training's speed with a view every `interval` seconds ÷ its speed without views."""
    ratios = []
    for turn in range(max(MIN_TURNS, round(SECONDS_WITH_VIEW / interval))):
        with_view, without = 0.0, 0.0
        # the order alternates, so that neither is always measured first
        for has_view in (turn % 2 == 0, turn % 2 == 1):
            if has_view:
                with_view = _iterations_per_second(trainer, interval, kind, options)
            else:
                without = _iterations_per_second(trainer, interval)
        ratios.append(with_view / without)
    return statistics.median(ratios)


def _iterations_per_second(
    trainer: Trainer, seconds: float, kind: str | None = None, options: Mapping[str, Any] | None = None
) -> float:
    """Train for `seconds` of processor time, in which one view of this kind is made (None: no view)."""
    start = now = time.process_time()
    count = 0
    if kind is not None:
        before = trainer.network.vector.copy() if views.KINDS[kind].needs_step else None
        trainer.step()
        count += 1
        views.see(trainer, kind, options or {}, before)
    while now < start + seconds:
        trainer.step()
        count += 1
        now = time.process_time()
    return count / (now - start)


if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["views", *sys.argv[1:]])
