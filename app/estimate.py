"""How long a run will take: from its multiply-adds, before it is launched.

A rough figure for the form ("about 2 s"), not a promise. The constants are one core of a common laptop;
a step costs about three forward passes (forward, gradient by inputs, gradient by weights).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from engine import ExperimentConfig
from engine.summary import Summary

#: multiply-adds per second of a training step, and of an evaluation, on one core
STEP_RATE = 1.5e10
EVALUATION_RATE = 2.5e10
#: what a step costs in addition to its multiply-adds: seconds for each layer, and for each parameter in the optimizer
SECONDS_PER_LAYER = 1.2e-5
SECONDS_PER_PARAMETER = 1.0e-9
#: a worker's start and its first batch
STARTING_SECONDS = 0.05


def expected_seconds(config: ExperimentConfig, summary: Summary) -> float:
    """Expected seconds of a whole run on one free core, from its summary."""
    training, dataset = config.training, config.dataset
    sample = min(dataset.train_images, training.evaluate_train_size)
    images = sample + dataset.validation_images + dataset.test_images
    evaluation = summary.multiply_adds * images / EVALUATION_RATE
    evaluations = config.iterations / training.evaluate_every
    return float(
        STARTING_SECONDS + config.iterations * step_seconds(config, summary) + evaluations * evaluation
    )


def step_seconds(config: ExperimentConfig, summary: Summary) -> float:
    """Expected seconds of one iteration on one free core, without evaluations."""
    return (
        3 * summary.multiply_adds * config.training.batch_size / STEP_RATE
        + SECONDS_PER_LAYER * len(summary.layers)
        + SECONDS_PER_PARAMETER * summary.parameters
    )


def seconds_together(seconds: Sequence[float], workers: int) -> float:
    """Seconds from the first start to the last end of runs that take `seconds` each, started in order on `workers` free
    workers."""
    free = [0.0] * workers
    for duration in seconds:
        heapq.heapreplace(free, free[0] + duration)
    return max(free)
