"""Workloads: networks from small to large, as experiment files.

The MNIST workloads use the real images if the machine has them (in LOSSROOM_DATA_DIR, or in shared/data beside the
repository). The engine leaves out empty pixels, so its time depends on the images. Otherwise, and for other data sets,
the images are random numbers; random MNIST images have an empty border of 113 of 784 pixels, the real training images
one of 67.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import Dataset, load_dataset
from engine.errors import DatasetError
from tests.support.folders import find_data_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """An experiment, and how much of it is measured.

    Attributes:
        document: the experiment file.
        sizes: the number of training images and of test images.
        steps: how many steps are timed together.
        whole: iterations of a shortened training with evaluations (0: this is not measured).
        formulas_whole: whether the formulas are fast enough for this training.
    """

    name: str
    title: str
    document: dict[str, Any]
    sizes: tuple[int, int]
    steps: int
    whole: int = 0
    formulas_whole: bool = True


def _mnist(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "dataset": {"name": "mnist", **document.get("dataset", {})}}


def _cifar(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "dataset": {"name": "cifar10"}}


WORKLOADS = (
    Workload(
        name="W1",
        title="MLP 784-40-20-10, ReLU, SGD, batch 100",
        document=_mnist(
            {
                "network": {"preset": "mlp", "hidden": [40, 20], "activation": "relu"},
                "optimizer": {"name": "sgd", "learning_rate": 0.1},
                "training": {"batch_size": 100, "evaluate_every": 10},
            }
        ),
        sizes=(60_000, 10_000),
        steps=200,
        whole=100,
    ),
    Workload(
        name="W2",
        title="MLP 784-100×6-10, ReLU, Adam, L2, batch 100",
        document=_mnist(
            {
                "network": {"preset": "mlp", "hidden": [100] * 6, "activation": "relu"},
                "optimizer": {"name": "adam", "learning_rate": 0.001},
                "regularization": {"l2": 0.001},
                "training": {"batch_size": 100, "evaluate_every": 10},
                "dataset": {"train_size": 300},
            }
        ),
        sizes=(300, 10_000),
        steps=100,
        whole=50,
    ),
    Workload(
        name="W3",
        title="SimpleConvNet, Adam, batch 100",
        document=_mnist(
            {
                "network": {"preset": "simple_convnet", "initializer": {"name": "normal", "std": 0.01}},
                "optimizer": {"name": "adam", "learning_rate": 0.001},
                "training": {"batch_size": 100, "evaluate_every": 10},
                "dataset": {"train_size": 1000, "test_size": 200},
            }
        ),
        sizes=(1000, 200),
        steps=10,
        whole=30,
    ),
    Workload(
        name="W4",
        title="Keras-style CIFAR network, Adam, batch 256",
        document=_cifar(
            {
                "network": {"preset": "keras_cifar", "initializer": {"name": "glorot_uniform"}},
                "optimizer": {"name": "adam", "learning_rate": 0.001},
                # a tenth of an epoch of 20,000 images, evaluated on a tenth of 3,000 images
                "training": {"batch_size": 256, "evaluate_every": 8, "evaluate_train_size": 200},
            }
        ),
        sizes=(2048, 100),
        steps=1,
        whole=8,
        formulas_whole=False,
    ),
    Workload(
        name="W5",
        title="AlexNet for CIFAR, momentum, batch 64",
        document=_cifar(
            {
                "network": {"preset": "alexnet_cifar"},
                "optimizer": {"name": "momentum", "learning_rate": 0.01},
                # a fortieth of the same epoch
                "training": {"batch_size": 64, "evaluate_every": 8, "evaluate_train_size": 50},
            }
        ),
        sizes=(512, 25),
        steps=1,
        whole=8,
        formulas_whole=False,
    ),
    Workload(
        name="AlexNet",
        title="AlexNet 224×224×3, momentum, batch 8",
        document={
            "dataset": {"name": "imagenet"},
            "network": {"preset": "alexnet"},
            "optimizer": {"name": "momentum", "learning_rate": 0.01},
            "training": {"batch_size": 8, "evaluate_every": 1000},
        },
        sizes=(16, 8),
        steps=1,
    ),
)


def images_of(name: str, shape: tuple[int, ...], classes: int, sizes: tuple[int, int]) -> Dataset:
    """A data set of these sizes: MNIST's real images if the machine has them, otherwise random images."""
    data_dir = find_data_dir()
    if name == "mnist" and data_dir is not None:
        with contextlib.suppress(DatasetError):
            return load_dataset(name, data_dir=data_dir)
    return draw(name, shape, classes, sizes)


def draw(name: str, shape: tuple[int, ...], classes: int, sizes: tuple[int, int]) -> Dataset:
    """Random images and labels with the shape and the classes of a data set, always the same."""
    generator = np.random.default_rng(0)
    inner = np.ones(shape, np.float32)
    if shape == (1, 28, 28):
        inner[:] = 0
        inner[:, 1:27, 1:27] = 1
        inner[:, :3, :2] = inner[:, :3, -2:] = inner[:, -2:, :2] = 0

    def part(count: int) -> tuple[Any, Any]:
        images = generator.random((count, *shape), np.float32) * inner
        return images, generator.integers(0, classes, count)

    train_images, train_labels = part(sizes[0])
    test_images, test_labels = part(sizes[1])
    return Dataset(
        name=name,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        class_names=tuple(map(str, range(classes))),
    )
