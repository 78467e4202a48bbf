"""The estimate of a run's memory against what a real worker takes; `python -m benchmarks.worker_memory` does it for all
presets and lessons."""

import sys

import pytest

from benchmarks.worker_memory import lesson_experiments, measure, preset_experiments
from engine.summary import summarize

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from Linux")

QUICK = (
    "mlp-digits-sgd",
    "mlp-digits-adam",
    "simple_convnet-digits-sgd",
    "simple_convnet-digits-adam",
    "mlp-wide",
    "mlp-orthogonal",
    "mlp-best",
)


@pytest.mark.parametrize("name", QUICK)
def test_the_estimate_is_never_below_what_a_worker_takes_and_at_most_twice_that(name):
    config = dict(preset_experiments())[name]
    held = measure(config)
    assert held <= summarize(config).memory_bytes <= 2 * held


@pytest.mark.parametrize("name", ["simple_convnet-digits-adam", "mlp-wide"])
def test_a_slow_disk_does_not_let_a_worker_take_more_than_the_estimate(name):
    """A checkpoint is in memory until it is written."""
    config = dict(preset_experiments())[name]
    assert measure(config, has_slow_disk=True) <= summarize(config).memory_bytes


def test_every_lesson_that_trains_is_measured():
    assert len(dict(lesson_experiments())) > 20
