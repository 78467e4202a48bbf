"""The estimated memory of a run against what is really allocated."""

import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest

from engine import ExperimentConfig, Trainer
from engine.evaluation import Evaluator
from engine.fast.elementwise import PenaltyStep
from engine.fast.step import Place
from engine.layers.activity_penalty import ActivityPenalty
from engine.limits import Limits
from engine.measuring import measure
from engine.memory import arrays, logits_at_once
from engine.plain_memory import plain_bytes
from engine.presets import PRESETS
from engine.summary import summarize
from tests.engine.test_presets import data_of, experiment
from tests.support import made_once

LIMITS = Limits()
CONV, RELU = {"type": "conv2d", "filters": 16, "padding": "same"}, {"type": "activation", "name": "relu"}
#: name → data set, network, images trained and tested on, and more
NETWORKS: dict[str, tuple[str, dict[str, Any], int, dict[str, Any]]] = {
    "mlp": ("mnist", {"preset": "mlp", "hidden": [400, 300], "batch_norm": True, "dropout": 0.2}, 3000, {}),
    "mlp on photographs": ("cifar10", {"preset": "mlp", "hidden": [400], "activation": "gelu"}, 1000, {}),
    "residual mlp": ("mnist", {"preset": "mlp", "hidden": [300] * 3, "residual": True}, 3000, {}),
    "simple_convnet": ("mnist", {"preset": "simple_convnet"}, 1000, {"optimizer": {"name": "adam"}}),
    "residual, images": (
        "mnist",
        {
            "layers": [
                CONV,
                {"type": "residual", "layers": [CONV, {"type": "batch_norm"}, RELU]},
                {"type": "residual", "layers": [{**CONV, "filters": 24}, RELU, {"type": "avg_pool2d"}]},
                RELU,
                {"type": "max_pool2d", "size": 3},
                {"type": "dense", "units": 10},
            ]
        },
        200,
        {},
    ),
    "alexnet_cifar": ("cifar10", {"preset": "alexnet_cifar"}, 200, {"optimizer": {"name": "nadam"}}),
    "keras_cifar": ("cifar10", {"preset": "keras_cifar", "activity_l1": 0.1, "dropout": 0.2}, 200, {}),
    "epochs, folds, float64": (
        "mnist",
        {"preset": "mlp"},
        1000,
        {"dtype": "float64", "training": {"epochs": 1, "sampling": "epochs"}},
    ),
}
#: those with many activations
LARGE = ("alexnet_cifar", "keras_cifar", "residual, images")


def drawings(source, count):
    """Images that leave pixels empty as those of the data set do: just enough that they are left out."""
    generator = np.random.default_rng(0)
    # levels, as the cache holds them
    images = generator.integers(0, 256, (count, *source.shape), dtype=np.uint8)
    if source.shape[0] == 1:
        images[:, :, :2] = images[:, :, -1:] = 0
    return data_of(source, images)


def small(name, batch_size):
    """The config of one of the networks, and images to train and test on."""
    source, network, images, more = NETWORKS[name]
    training = {**more.get("training", {"iterations": 10}), "batch_size": min(batch_size, images)}
    dataset = {"name": source, "train_size": images, "test_size": images}
    if name.startswith("epochs"):
        dataset["fold"] = {"folds": 4, "index": 1}
        training["batch_size"] = min(batch_size, 300)
    config = ExperimentConfig.from_dict(
        {"network": network, **more, "dataset": dataset, "training": training}, stored=True
    )
    return config, drawings(config.dataset.source, images)


@pytest.mark.parametrize(
    ("name", "batch_size"),
    # large networks would take gigabytes, and seconds
    [(name, size) for name in NETWORKS for size in ((1, 150) if name in LARGE else (1, 100, 1000))],
)
def test_the_estimate_is_what_a_run_allocates(name, batch_size):
    config, own = small(name, batch_size)
    tracemalloc.start()
    trainer = Trainer(config, own)
    for _ in range(2 if batch_size > 1 else 1):  # the second one has all that stays from one to the next
        trainer.step()
    trainer.evaluate()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.99 < arrays(config) / peak < 1.25


def test_an_activity_penalty_allocates_no_array_but_its_own_also_where_the_images_are_innermost():
    step = PenaltyStep(ActivityPenalty((8, 20, 20), l1=0.1, l2=0.1), Place(np.dtype(np.float32)))
    x = np.ones((8, 20, 20, 50), np.float32).transpose(3, 0, 1, 2)
    step.forward(x, True)
    tracemalloc.start()
    step.forward(x, True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < x.nbytes / 10
    assert step.penalty == pytest.approx(0.2 * 8 * 20 * 20)


@pytest.mark.parametrize("name", ["mlp", "simple_convnet", "residual, images", "epochs, folds, float64"])
def test_a_measurement_allocates_no_more_than_the_estimate_says_for_a_plain_network(name):
    config, own = small(name, 100)
    trainer = Trainer(config, own)
    tracemalloc.start()
    measure(trainer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.1 * plain_bytes(config)


@pytest.mark.parametrize("name", ["mlp", "simple_convnet", "epochs, folds, float64"])
def test_a_run_leaves_no_array_to_the_garbage_collector(name):
    """It comes when it wants: until then, a worker would hold more than the estimate says."""
    config, own = small(name, 100)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        trainer = Trainer(config, own)
        trainer.step()
        trainer.evaluate()
        held, peak = tracemalloc.get_traced_memory()
        gc.collect()
        assert held - tracemalloc.get_traced_memory()[0] < peak / 100
        del trainer
        assert tracemalloc.get_traced_memory()[0] < peak / 100
    finally:
        tracemalloc.stop()
        gc.enable()


def test_an_estimate_allocates_nothing():
    layers = [
        {"type": "dense", "units": 60_000},
        {"type": "dense", "units": 60_000},
        {"type": "dense", "units": 10},
    ]
    tracemalloc.start()
    config = ExperimentConfig.from_dict({"network": {"layers": layers}})
    memory = summarize(config).memory_bytes
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert memory > 3 * 60_000**2 * 4
    assert peak < 1_000_000


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_allowed_at_its_usual_batch_size(preset):
    for optimizer in ("sgd", "adam"):
        document = experiment(preset).to_dict()
        document["training"]["batch_size"] = 16 if preset == "alexnet" else 256
        document["optimizer"] = {"name": optimizer}
        assert summarize(ExperimentConfig.from_dict(document)).memory_bytes < LIMITS.memory_bytes


def test_a_full_alexnet_in_batches_of_a_thousand_is_not():
    document = experiment("alexnet").to_dict()
    document["training"]["batch_size"] = 1000
    assert summarize(ExperimentConfig.from_dict(document)).memory_bytes > 3 * LIMITS.memory_bytes


def test_every_lesson_leaves_room_for_others():
    for lesson in made_once.lessons().values():
        for config in lesson.configs():
            assert summarize(config).memory_bytes < LIMITS.memory_bytes / 4


def test_logits_of_many_images_are_held_in_parts_and_measure_the_same(monkeypatch):
    config = experiment("simple_convnet")
    own = drawings(config.dataset.source, 1234)
    trainer = Trainer(config, own)
    images = own.test_images.reshape(1234, -1)

    def measure():
        return Evaluator(trainer.network, images, own.test_labels, own.shape).measure()

    accuracy, loss = measure()
    assert logits_at_once(1234, 10) == 1234
    monkeypatch.setattr("engine.memory.LOGITS", 10)
    assert logits_at_once(1234, 10) == 500
    kept = dict(trainer.network._losses)
    in_parts = measure()
    assert (
        trainer.network._losses == kept
    )  # a loss for each size of a part would be as large as all logits at once
    assert in_parts[0] == accuracy
    assert in_parts[1] == pytest.approx(loss, rel=1e-5)
